"""A rendered repo, run as in production: its web server, worker and beat, on servers of a test's own."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from nexus_scaffold.testing import RenderedRepo
from tests.services.servers import PostgreSQL, Process, RabbitMQ, Redis, free_port

SECRETS = """
import json
from apps.core.management.commands.create_env import SECRETS
print(json.dumps({name: make() for name, make in SECRETS.items()}))
"""


@dataclass(frozen=True)
class Production:
    """A rendered repo, its servers, and the environment that joins them."""

    repo: Path
    environment: Mapping[str, str]
    postgresql: PostgreSQL
    redis: Redis
    rabbitmq: RabbitMQ

    def run(self, *command: str) -> str:
        """What a command prints that is run in the repo."""
        done = subprocess.run(
            ["uv", "run", "--no-sync", *command],
            cwd=self.repo,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def process(self, *command: str) -> RepoProcess:
        """A process of the repo, such as `celery --app config beat`."""
        return RepoProcess(self, command)


@contextmanager
def production(repo: RenderedRepo, **variables: str) -> Iterator[Production]:
    """A migrated repo on servers of its own."""
    with PostgreSQL() as postgresql, Redis() as redis, RabbitMQ() as rabbitmq:
        environment = {
            **repo.environment,
            "ALLOWED_HOSTS": "127.0.0.1",
            "BROKER_URL": rabbitmq.url,
            "CHAPA_SECRET_KEY": "CHASECK_TEST-none",
            "DATABASE_URL": postgresql.url,
            "DEFAULT_FROM_EMAIL": "no-reply@example.org",
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "EMAIL_URL": "console:",
            "FRONTEND_URL": "https://example.org",
            "RATE_LIMIT_ANONYMOUS": "100000/m",
            "RATE_LIMIT_USER": "100000/m",
            "REDIS_URL": redis.url,
            "SECURE_SSL_REDIRECT": "false",
            "WEB_CONCURRENCY": "1",
            **json.loads(repo.run("uv", "run", "--no-sync", "python", "-c", SECRETS).stdout),
            **variables,
        }
        made = Production(repo.path, environment, postgresql, redis, rabbitmq)
        made.run("python", "manage.py", "migrate", "--no-input")
        yield made


class RepoProcess(Process):
    """A process of the repo, which is ready when it runs."""

    def __init__(self, production: Production, command: Sequence[str]) -> None:
        super().__init__()
        self.production = production
        self.cwd = production.repo
        self._command = ("uv", "run", "--no-sync", *command)

    def command(self) -> Sequence[str]:
        """What starts it in the foreground."""
        return self._command

    def variables(self) -> Mapping[str, str]:
        """Its environment."""
        return self.production.environment

    def answers(self) -> bool:
        """Whether it is ready."""
        return True


class Web(RepoProcess):
    """The web server, on a port of its own."""

    def __init__(self, production: Production) -> None:
        super().__init__(production, ("python", "-m", "config.server"))
        self.port = free_port()

    def variables(self) -> Mapping[str, str]:
        """Its environment."""
        return {**super().variables(), "HOST": "127.0.0.1", "PORT": str(self.port)}

    def answers(self) -> bool:
        """Whether it is ready."""
        try:
            return self.request("GET", "/health/live").status == 200
        except OSError:
            return False

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10,
    ) -> Answer:
        """What it answers to a request, an error too."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())


@dataclass(frozen=True)
class Answer:
    """A response of the web server."""

    status: int
    headers: Message
    body: bytes
