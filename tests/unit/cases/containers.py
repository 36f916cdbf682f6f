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
    (
        "CON102",
        {
            "Dockerfile": IMAGE.replace("gunicorn", '["./start.sh"]'),
            "start.sh": "set -e\npython manage.py runserver 0:80\n",
        },
        "start.sh:2",
    ),
    ("CON106", {"Dockerfile": IMAGE + "COPY .env /app/.env\n"}, "Dockerfile:5"),
    (
        "CON106",
        {"Dockerfile": IMAGE + "COPY --chown=app . .\n", ".dockerignore": "__pycache__\n"},
        "Dockerfile:5",
    ),
    ("CON107", {"compose.yaml": "services:\n  db: {image: postgres}\n"}, "compose.yaml:2"),
    (
        "CON107",
        {"docker-compose.yml": "services:\n  db:\n    image: postgres:latest\n"},
        "docker-compose.yml:3",
    ),
    ("CON108", {"compose.yaml": "services:\n  cache:\n    image: redis:8\n"}, "compose.yaml:2"),
    (
        "CON109",
        {"compose.yaml": "services:\n  db:\n    image: postgres:17\n    ports: ['5432:5432']\n"},
        "compose.yaml:4",
    ),
]
LEFT_ALONE: list[LeftAlone] = [
    ("CON101", {"Dockerfile": IMAGE}),
    ("CON102", {"Dockerfile": IMAGE}),
    ("CON103", {"Dockerfile": "FROM python@sha256:abc AS a\nFROM a\nFROM ${BASE}\nFROM scratch\n"}),
    ("CON104", {"Dockerfile": IMAGE}),
    ("CON105", {"api/Dockerfile": IMAGE, "api/.dockerignore": ".env"}),
    ("CON101", {"Dockerfile": "FROM a:1 AS base\nUSER app\nFROM base AS web\nCMD gunicorn\n"}),
    ("CON101", {"Dockerfile": "FROM gcr.io/distroless/python3:nonroot\n"}),
    (
        "CON101",
        {
            "Dockerfile": 'FROM a:1\nENTRYPOINT ["/start.sh"]\n',
            "docker/start.sh": 'exec gosu app "$@"\n',
        },
    ),
    ("CON102", {"Dockerfile.dev": "FROM a:1\nCMD python manage.py runserver\n"}),
    (
        "CON102",
        {
            "Dockerfile": IMAGE.replace("gunicorn", "./start.sh"),
            "start.sh": "# not runserver\nexec gunicorn x\n",
        },
    ),
    (
        "CON102",
        {
            "Dockerfile": 'FROM a:1\nENTRYPOINT ["./go.sh"]\nCMD ["gunicorn"]\n',
            "go.sh": 'case "$1" in\n  dev)\n    python manage.py runserver\n    ;;\nesac\nexec "$@"\n',
        },
    ),
    (
        "CON102",
        {
            "Dockerfile": 'FROM a:1\nENTRYPOINT ["./go.sh"]\nCMD python manage.py runserver\n',
            "go.sh": "exec gunicorn x\n",
        },
    ),
    ("CON104", {"Dockerfile": "FROM a:1\n", "k8s/web.yaml": "livenessProbe: {}\n"}),
    (
        "CON104",
        {
            "Dockerfile": "FROM a:1\n",
            "compose.yaml": "services: {web: {build: ., healthcheck: {test: x}}}\n",
        },
    ),
    ("CON106", {"Dockerfile": IMAGE + "COPY . .\n", ".dockerignore": ".git\n.env*\n"}),
    ("CON106", {"Dockerfile": IMAGE + "COPY . .\n", ".dockerignore": "*\n!apps/\n"}),
    (
        "CON106",
        {
            "Dockerfile": IMAGE + "COPY .env.example /app/\nCOPY --from=build /app .\n",
            ".dockerignore": ".git\n",
        },
    ),
    (
        "CON107",
        {
            "compose.yaml": "services: {a: {image: app, build: .}, b: {image: '${IMAGE}'}, c: {image: 'x/y:2'}}\n"
        },
    ),
    (
        "CON108",
        {
            "compose.yaml": "services: {db: {image: 'postgres:17', healthcheck: {test: x}}, web: {image: 'a:1'}}\n"
        },
    ),
    ("CON108", {"docker-compose.dev.yml": "services: {db: {image: 'postgres:17'}}\n"}),
    (
        "CON109",
        {
            "compose.yaml": "services: {db: {image: 'postgres:17', ports: ['127.0.0.1:5432:5432']}, web: {image: 'a:1', ports: ['80:80']}}\n"
        },
    ),
]
