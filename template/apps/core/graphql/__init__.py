"""GraphQL: the same rows, rules and errors as REST, in a form in which the caller chooses."""
