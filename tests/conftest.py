"""What the tests share: which of them can run on this machine, and small trees of files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from nexus_scaffold.testing import RenderedRepo
from tests.variants import DEFAULTS

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = os.environ.get("NEXUS_TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def postgres_answers() -> bool:
    address = urlsplit(POSTGRES)
    try:
        socket.create_connection(
            (address.hostname or "127.0.0.1", address.port or 5432), timeout=1
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


NEEDS: Mapping[str, tuple[Callable[[], object], str]] = {
    "services": (
        postgres_answers,
        f"needs PostgreSQL at {POSTGRES}: start one, or set NEXUS_TEST_DATABASE_URL",
    ),
    "containers": (_engine_answers, "needs a Docker engine with Compose: start Docker"),
    "browser": (_chromium, "needs Chromium: apt-get install chromium"),
}


# The longest first, so that no worker is left with one at the end.
ORDER = ("services", "generated", "containers", "browser", "render", "update", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips, by name, what this machine lacks the counterpart for."""
    items.sort(key=lambda item: ORDER.index(item.path.relative_to(ROOT / "tests").parts[0]))
    for marker, (answers, reason) in NEEDS.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if marked and not answers():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=reason))


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
