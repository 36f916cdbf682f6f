"""The job board: employers post jobs, candidates find them and apply."""
