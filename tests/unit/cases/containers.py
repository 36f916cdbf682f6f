"""Containers: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

IMAGE = "FROM python:3.13-slim\nUSER 1000\nHEALTHCHECK CMD true\nCMD gunicorn\n"

FOUND: list[Found] = [
    ("CON101", {"Dockerfile": "FROM python:3.13\n"}, "Dockerfile"),
    ("CON101", {"Dockerfile": "FROM a:1\nUSER app\nFROM b:1\nUSER root\n"}, "Dockerfile"),
    ("CON102", {"Dockerfile": "FROM a:1\nCMD python \\\n  manage.py runserver\n"}, "Dockerfile:2"),
    ("CON103", {"Dockerfile": "FROM --platform=linux/amd64 python AS build\n"}, "Dockerfile:1"),
    ("CON103", {"Dockerfile": "FROM registry.example.org:5000/python:latest\n"}, "Dockerfile:1"),
    ("CON104", {"Dockerfile": "FROM python:3.13\n"}, "Dockerfile"),
    ("CON105", {"api/Dockerfile": IMAGE}, "api/Dockerfile"),
]
LEFT_ALONE: list[LeftAlone] = [
    ("CON101", {"Dockerfile": IMAGE}),
    ("CON102", {"Dockerfile": IMAGE}),
    ("CON103", {"Dockerfile": "FROM python@sha256:abc AS a\nFROM a\nFROM ${BASE}\nFROM scratch\n"}),
    ("CON104", {"Dockerfile": IMAGE}),
    ("CON105", {"api/Dockerfile": IMAGE, "api/.dockerignore": ".env"}),
]
