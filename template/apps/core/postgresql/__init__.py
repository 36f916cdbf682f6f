"""The database backend of Django for PostgreSQL, for a server that may be away."""
