"""Measurements: each is a script that writes its results into results/."""
