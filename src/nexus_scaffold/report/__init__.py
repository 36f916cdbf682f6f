"""What the checks, the plans and the states say: for people, for programs, and as a page."""
