"""Payments by Chapa."""
