"""Claims: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

CODE = {"manage.py": "import django\n"}
HUB = "# Project Nexus\nA documentation hub of key takeaways from the program.\n"

FOUND: list[Found] = [
    (
        "CLM101",
        {"README.md": "# Jobs\n## Tech Stack\n- Django\n- **Celery**: tasks\n"},
        "README.md:4",
    ),
    (
        "CLM101",
        {"README.md": "# A\n## Stack\n### Back\n| Database | PostgreSQL |\n"},
        "README.md:4",
    ),
    ("CLM101", {"README.md": "# A\n## Features\n- Redis caching\n"}, "README.md:3"),
    (
        "CLM101",
        {"README.md": "# A\nA small API,\nbuilt with Django.\nThe API uses\nRedis.\n"},
        "README.md:5",
    ),
    ("CLM101", {"README.md": "# A\nBuilt with Django and Kafka.\n"}, "README.md:2"),
    ("CLM101", {"README.md": "# A\n## Goals\n- Redis\n\nIt uses Kafka.\n"}, "README.md:5"),
    (
        "CLM101",
        {**CODE, "docs/a.md": "# A\nThis project is deployed on Kubernetes.\n"},
        "docs/a.md:2",
    ),
    (
        "CLM101",  # with code beside it, what a hub lists was done there
        {**CODE, "README.md": f"{HUB}## Key Technologies Covered\n- **GraphQL**: queries\n"},
        "README.md:4",
    ),
    (
        "CLM101",
        {**CODE, "README.md": "# A\n## Challenges\n| Slow lists | Cached them in Redis |\n"},
        "README.md:3",
    ),
    (
        "CLM102",
        {
            "tasks.py": "import celery\n",
            "README.md": "# A\n## Key Technologies\n- **Celery**: tasks\n",
        },
        "README.md:3",
    ),
]
LEFT_ALONE: list[LeftAlone] = [
    ("CLM101", {"README.md": f"{HUB}## Technologies\n- **GraphQL**: queries\n- Docker\n"}),
    (
        "CLM101",
        {"README.md": "# A\n## Key Technologies Learned\n- Redis\n## Next steps\n- Kafka\n"},
    ),
    (
        "CLM101",
        {
            "README.md": "# A\nThis project does not use Redis. This project will use Celery.\n"
            "The API can be deployed with Docker. This app uses caches such as Redis.\n"
            "We learned how an API uses GraphQL. `This API uses Kafka`. This API uses no\nRabbitMQ.\n"
            "This API uses [a list](https://kafka.example.org/redis).\n"
            "```\nThis API uses Kafka.\n```\n<!-- This API uses Kafka. -->\n"
            "Redis is fast. Postgres asks this API: who uses me?\n"
            "## Coming soon\n- GraphQL\n## Features\n- [ ] Stripe\n- Optional: Stripe\n- In-memory-redis-like store\n"
        },
    ),
    (
        "CLM101",  # each in one of the ways to show it
        {
            "README.md": "# A\n## Tech Stack\n- Docker, Docker Compose, Kubernetes, CI/CD with GitHub Actions\n"
            "- Celery, Redis, PostgreSQL, DRF, JWT, Swagger, pytest, unit tests, async/await, caching, S3\n",
            "api/Dockerfile": "FROM python:3.13\n",
            "docker-compose.yml": "services: {}\n",
            "deploy/web.yaml": "apiVersion: apps/v1\nkind: Deployment\n",
            ".github/workflows/ci.yml": "on: push\n",
            "requirements.txt": "celery\r\npsycopg2\r\ndjangorestframework-simplejwt\r\n".encode(
                "utf-16"
            ),
            "config/settings.py": "CACHES = {'d': 'redis://'}\nINSTALLED_APPS = ['rest_framework', 'drf_yasg', 'storages']\n",
            "tests/test_a.py": "async def test_a(): ...\n",
            "pyproject.toml": "[tool.pytest.ini_options]\n",
        },
    ),
    ("CLM102", {"README.md": "# A\n## Key Technologies\n- **Celery**: tasks\n"}),
    (
        "CLM102",
        {
            "tasks.py": "import celery\n",
            "README.md": "# A\n## Key Technologies\n- **Celery**: [tasks.py](tasks.py)\n- More Celery\n",
        },
    ),
]
