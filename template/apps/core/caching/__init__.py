"""What is computed once and kept in Redis, or in the memory of the process, until it changes."""
