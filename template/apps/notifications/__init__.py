"""Mails, digests and reports: what people are told, and what takes its time."""
