"""The rendered repo's image and Compose file, built and run for real."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

pytestmark = pytest.mark.containers

# Python's image, with the certificates of the machine that the tests run on.
PYTHON_IMAGE = "nexus-test-python:3.13-slim"
PYTHON_DOCKERFILE = "FROM python:3.13-slim\nENV UV_SYSTEM_CERTS=1 PIP_ROOT_USER_ACTION=ignore\n"

# Secrets for one run, made by the image itself.
WRITE_SECRETS = """
from apps.core.management.commands.create_env import SECRETS
for name, make in SECRETS.items():
    print(f"{name}={make()}")
"""


def docker(*arguments: str, stdin: str | None = None) -> str:
    """Runs docker, and gives what it printed."""
    done = subprocess.run(
        ["docker", *arguments], input=stdin, capture_output=True, text=True, check=False
    )
    assert not done.returncode, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def get(url: str) -> tuple[int, str]:
    """The status and the text that an address answers with."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.status, response.read().decode()


@pytest.fixture(scope="module")
def repo(render_repo: Callable[..., Path]) -> Path:
    """A repo with the default answers."""
    return render_repo()


@pytest.fixture(scope="module")
def image(repo: Path) -> Iterator[str]:
    """The repo's image."""
    docker("build", "--quiet", "--tag", PYTHON_IMAGE, "-", stdin=PYTHON_DOCKERFILE)
    tag = f"nexus-test-{uuid4().hex[:8]}"
    python = f"PYTHON_IMAGE={PYTHON_IMAGE}"
    docker("build", "--network", "host", "--build-arg", python, "--tag", tag, str(repo))
    yield tag
    docker("image", "rm", "--force", tag)


@pytest.fixture(scope="module")
def services(repo: Path, image: str) -> Iterator[Mapping[str, str]]:
    """The services of compose.yaml, up and healthy: their containers, and the address of the web."""
    port = free_port()
    override = repo.parent / "compose.override.yaml"
    override.write_text(
        "services:\n"
        f"  migrate: {{ image: {image} }}\n"
        f"  web: {{ image: {image}, ports: !override ['127.0.0.1:{port}:8000'] }}\n",
        encoding="utf-8",
    )
    (repo / ".env").write_text(
        docker("run", "--rm", image, "python", "-c", WRITE_SECRETS), encoding="utf-8"
    )
    files = ["--file", str(repo / "compose.yaml"), "--file", str(override)]
    compose = ["compose", "--project-name", f"nexus-test-{uuid4().hex[:8]}", *files]
    try:
        docker(*compose, "up", "--no-build", "--wait", "--wait-timeout", "120")
        containers = {
            name: docker(*compose, "ps", "--all", "--quiet", name).strip()
            for name in ("db", "migrate", "web")
        }
        yield {**containers, "url": f"http://127.0.0.1:{port}"}
    finally:
        docker(*compose, "down", "--volumes", "--timeout", "5")


def test_the_server_has_no_rights(image: str) -> None:
    """It is no root, and its code is not its own to change."""
    assert docker("run", "--rm", image, "id", "-u").strip() == "10001"
    code = ["find", "/app", "/venv", "-name", "*.py*", "-writable"]
    assert docker("run", "--rm", image, *code) == ""


def test_the_image_holds_nothing_but_the_running_project(image: str) -> None:
    """No build tools, no tests, no development packages, no secrets."""
    tools = "command -v uv gcc cc make git || true"
    assert docker("run", "--rm", image, "sh", "-c", tools) == ""
    assert docker("run", "--rm", image, "find", "/app", "-name", "tests", "-o", "-name", ".*") == ""
    imports = (
        "import importlib.util as u; print([n for n in ('pytest', 'mypy', 'uv') if u.find_spec(n)])"
    )
    assert docker("run", "--rm", image, "python", "-c", imports).strip() == "[]"


def test_the_image_says_what_it_is(image: str) -> None:
    """It has OCI labels and a health check."""
    config = json.loads(docker("image", "inspect", image))[0]["Config"]
    assert config["Labels"]["org.opencontainers.image.title"] == "project-nexus"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "MIT"
    assert "/health/live" in " ".join(config["Healthcheck"]["Test"])


def test_the_server_refuses_to_start_without_its_settings(image: str) -> None:
    """It names what is missing, instead of making something up."""
    done = subprocess.run(
        ["docker", "run", "--rm", image, "python", "manage.py", "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    for name in ("SECRET_KEY", "JWT_PRIVATE_KEY", "ALLOWED_HOSTS", "DATABASE_URL"):
        assert name in done.stderr


def test_compose_brings_up_the_project_with_postgresql(services: Mapping[str, str]) -> None:
    """The web is healthy, answers, and reaches its migrated database."""
    state = json.loads(docker("inspect", services["web"]))[0]["State"]
    assert state["Health"]["Status"] == "healthy"
    assert json.loads(docker("inspect", services["migrate"]))[0]["State"]["ExitCode"] == 0
    assert get(services["url"] + "/")[0] == 200
    status, text = get(services["url"] + "/health/ready")
    assert (status, json.loads(text)["status"]) == (200, "ok")
    tables = "select count(*) from django_migrations"
    psql = ["psql", "--username=project-nexus", "--tuples-only", "--command", tables]
    assert int(docker("exec", services["db"], *psql)) > 0


def test_static_files_are_served_by_the_project_itself(services: Mapping[str, str]) -> None:
    """Swagger UI comes from the image, under a name that changes with its content."""
    _, page = get(services["url"] + "/api/docs/")
    script = next(part for part in page.split('"') if "swagger-ui-bundle" in part)
    assert script.startswith("/static/")
    assert get(services["url"] + script)[0] == 200


def test_only_the_web_can_be_reached_from_outside(services: Mapping[str, str]) -> None:
    """The database has no port on the host, and the web one on the loopback address."""
    assert docker("port", services["db"]) == ""
    assert docker("port", services["web"]).split(" -> ")[1].startswith("127.0.0.1:")
