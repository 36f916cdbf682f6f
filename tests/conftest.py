"""What the tests share: which of them can run on this machine, and small trees of files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from nexus_scaffold import git
from nexus_scaffold.testing import RenderedRepo, commit_all
from tests.services.servers import PROGRAMS
from tests.variants import DEFAULTS

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = os.environ.get("NEXUS_TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("NEXUS_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
RABBITMQ = os.environ.get("NEXUS_TEST_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
# For `make test` of a repo, which counts coverage: that costs as much as the tests, and pytest-cov warns without.
NO_COVERAGE = "--no-cov -W ignore::pytest_cov.CovDisabledWarning"
SHARED_SERVERS = ("postgresql", "redis", "rabbitmq")


def _listens(url: str, port: int) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection(
            (address.hostname or "127.0.0.1", address.port or port), timeout=1
        ).close()
    except OSError:
        return False
    return True


def _engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    compose = ["docker", "compose", "version"], ["docker", "info"]
    return all(
        subprocess.run(command, capture_output=True, check=False).returncode == 0
        for command in compose
    )


def _chromium() -> str | None:
    return (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )


def _builds_overlays() -> bool:
    if shutil.which("kubectl") is None:
        return False
    said = subprocess.run(["kubectl", "version", "--client"], capture_output=True, check=False)
    return b"Kustomize Version: v5" in said.stdout


# What a test can need: a marker's name, or an argument of the marker `services`: a server that all
# tests share, or a program for servers of its own.
NEEDS: Mapping[str, tuple[Callable[[], object], str]] = {
    "postgresql": (
        partial(_listens, POSTGRES, 5432),
        f"needs PostgreSQL at {POSTGRES}: start one, or set NEXUS_TEST_DATABASE_URL",
    ),
    "redis": (
        partial(_listens, REDIS, 6379),
        f"needs Redis at {REDIS}: start one, or set NEXUS_TEST_REDIS_URL",
    ),
    "rabbitmq": (
        partial(_listens, RABBITMQ, 5672),
        f"needs RabbitMQ at {RABBITMQ}: start one, or set NEXUS_TEST_BROKER_URL",
    ),
    **{
        program: (
            partial(shutil.which, program, path=PROGRAMS),
            f"needs {program}: apt-get install {package}",
        )
        for program, package in {
            "initdb": "postgresql",
            "redis-server": "redis-server",
            "rabbitmq-server": "rabbitmq-server",
        }.items()
    },
    "containers": (_engine_answers, "needs a Docker engine with Compose: start Docker"),
    "kubectl": (_builds_overlays, "needs kubectl with kustomize 5: install kubectl 1.27 or newer"),
    "java": (partial(shutil.which, "java"), "needs Java: apt-get install default-jre-headless"),
    "browser": (_chromium, "needs Chromium: apt-get install chromium"),
}


@cache
def has(need: str) -> bool:
    """Whether this machine has what the table names."""
    return bool(NEEDS[need][0]())


def _needs(item: pytest.Item) -> set[str]:
    marks = list(item.iter_markers())
    services = {name for mark in marks if mark.name == "services" for name in mark.args}
    return services | NEEDS.keys() & {mark.name for mark in marks}


# The longest first, so that no worker is left with one at the end.
ORDER = ("services", "generated", "containers", "browser", "render", "update", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips, by name, what this machine lacks the counterpart for."""
    items.sort(key=lambda item: ORDER.index(item.path.relative_to(ROOT / "tests").parts[0]))
    for item in items:
        for need in sorted(_needs(item)):
            if not has(need):
                item.add_marker(pytest.mark.skip(reason=NEEDS[need][1]))


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """A function that writes a whole tree of files from one mapping."""

    def build(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return build


def copy_template(folder: Path) -> Path:
    """Copies the template as it stands here, and commits it in a repository of its own without a tag."""
    for name in git.files(ROOT):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    commit_all(folder, "feat: first release")
    return folder


@pytest.fixture
def this_template(tmp_path: Path) -> Path:
    """The template as it stands here."""
    return copy_template(tmp_path / "template")


@pytest.fixture
def database(rendered: Callable[..., RenderedRepo]) -> Iterator[str]:
    """The URL of a database of the test's own."""
    name = f"nexus_{uuid.uuid4().hex[:8]}"
    program = (
        "import sys, psycopg; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
    )
    run = partial(
        rendered(**DEFAULTS).run, "uv", "run", "--no-sync", "python", "-c", program, POSTGRES
    )
    run(f"CREATE DATABASE {name}")
    yield f"{POSTGRES.rpartition('/')[0]}/{name}"
    run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def real_servers(database: str) -> Mapping[str, str]:
    """The variables that make a rendered repo use the servers that all tests share."""
    return {"DATABASE_URL": database, "REDIS_URL": REDIS, "BROKER_URL": RABBITMQ}
