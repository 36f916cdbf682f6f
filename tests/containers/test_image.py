"""The rendered repo's image and Compose file, built and run for real."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest

from tests.services.servers import free_port, wait_until

pytestmark = pytest.mark.containers

# Python's image, with the certificates of the machine that the tests run on.
PYTHON_IMAGE = "nexus-test-python:3.13-slim"
PYTHON_DOCKERFILE = "FROM python:3.13-slim\nENV UV_SYSTEM_CERTS=1 PIP_ROOT_USER_ACTION=ignore\n"

PROJECT = ("migrate", "web", "worker", "beat")  # the services that run the image
SERVERS = ("db", "redis", "rabbitmq")

SECRETS = (
    "CHAPA_WEBHOOK_SECRET",
    "JWT_PRIVATE_KEY",
    "POSTGRES_PASSWORD",
    "RABBITMQ_PASSWORD",
    "REDIS_PASSWORD",
    "SECRET_KEY",
)

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


def get(url: str) -> tuple[int, str]:
    """The status and the text that an address answers with."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.status, response.read().decode()


def health(container: str) -> str:
    """What a container's health check says."""
    return docker("inspect", "--format", "{{.State.Health.Status}}", container).strip()


def query(container: str, sql: str) -> str:
    """What the database in a container answers."""
    psql = ["psql", "--username=project-nexus", "--tuples-only", "--no-align", "--command", sql]
    return docker("exec", container, *psql).strip()


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
        + "".join(f"  {name}: {{ image: {image} }}\n" for name in PROJECT if name != "web")
        + f"  web: {{ image: {image}, ports: !override ['127.0.0.1:{port}:8000'] }}\n",
        encoding="utf-8",
    )
    (repo / ".env").write_text(
        docker("run", "--rm", image, "python", "-c", WRITE_SECRETS), encoding="utf-8"
    )
    files = ["--file", str(repo / "compose.yaml"), "--file", str(override)]
    compose = ["compose", "--project-name", f"nexus-test-{uuid4().hex[:8]}", *files]
    try:
        docker(*compose, "up", "--no-build", "--wait", "--wait-timeout", "180")
        containers = {
            name: docker(*compose, "ps", "--all", "--quiet", name).strip()
            for name in PROJECT + SERVERS
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
    for name in (
        *("SECRET_KEY", "JWT_PRIVATE_KEY", "ALLOWED_HOSTS"),
        *("DATABASE_URL", "REDIS_URL", "BROKER_URL"),
    ):
        assert name in done.stderr


def test_compose_brings_up_the_project_with_its_servers(services: Mapping[str, str]) -> None:
    """T09, T10, C16: all are healthy, and the web answers and reaches each of its servers."""
    assert json.loads(docker("inspect", services["migrate"]))[0]["State"]["ExitCode"] == 0
    for name in {*PROJECT, *SERVERS} - {"migrate"}:
        assert health(services[name]) == "healthy", name
    assert get(services["url"] + "/")[0] == 200
    status, text = get(services["url"] + "/health/ready")
    assert (status, json.loads(text)) == (
        200,
        {"status": "ok", "checks": {"database": "ok", "cache": "ok", "broker": "ok"}},
    )
    assert int(query(services["db"], "SELECT count(*) FROM django_migrations")) > 0


def test_the_cache_drops_what_was_used_longest_ago(services: Mapping[str, str]) -> None:
    """C09, T09"""
    said = docker("exec", services["redis"], "redis-cli", "CONFIG", "GET", "maxmemory*").split()
    policy = dict(zip(said[::2], said[1::2], strict=True))
    assert policy["maxmemory-policy"] == "allkeys-lru"
    assert int(policy["maxmemory"]) == 128 * 1024 * 1024
    saves = docker("exec", services["redis"], "redis-cli", "CONFIG", "GET", "save").split()
    assert saves == ["save"], "it stores nothing"


def test_the_worker_sends_the_mail_of_a_sign_up(services: Mapping[str, str]) -> None:
    """T10, C04, C11: the web writes an event, RabbitMQ carries it, and the worker's process mails."""
    who = {"email": "ada@example.org", "password": "correct-horse-battery", "full_name": "Ada Obi"}
    request = urllib.request.Request(
        services["url"] + "/api/v1/auth/signup",
        data=json.dumps(who).encode(),
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(request, timeout=10)
    answer.value.close()
    assert answer.value.code == 401, "the account is made, and waits for the code of the mail"
    # The back end `console:` writes mails where the logs are.
    wait_until(lambda: "To: ada@example.org" in docker("logs", services["worker"]), "the mail")
    assert "To: ada@example.org" not in docker("logs", services["web"])
    mails = "SELECT count(*) FROM outbox_handledevent WHERE consumer LIKE '%.send_mail'"
    wait_until(lambda: query(services["db"], mails) == "1", "the mark that it was sent")


def test_a_restarted_broker_has_its_queues(services: Mapping[str, str]) -> None:
    """C05: they are in its volume, under the name that the container keeps."""

    def queues() -> set[str]:
        command = ["rabbitmqctl", "--quiet", "list_queues", "--no-table-headers", "type", "name"]
        listed = docker("exec", services["rabbitmq"], *command).splitlines()
        return {line for line in listed if line.startswith("quorum")}

    before = queues()
    assert "quorum\tdead_letters" in before
    docker("restart", "--time", "1", services["rabbitmq"])
    wait_until(lambda: health(services["rabbitmq"]) == "healthy", "the broker is back")
    assert queues() >= before


def test_what_users_upload_is_kept_outside_of_the_containers(services: Mapping[str, str]) -> None:
    """S05: the file system is read-only but for the volume, which all processes share."""
    save = (
        "from django.core.files.base import ContentFile; "
        "from django.core.files.storage import default_storage as s; "
        "print(s.path(s.save('cv.pdf', ContentFile(b'a CV'))))"
    )
    shell = ["python", "manage.py", "shell", "--no-imports", "--command", save]
    kept = docker("exec", services["web"], *shell).split()[-1]
    assert kept.startswith("/media/")
    assert docker("exec", services["worker"], "cat", kept) == "a CV"
    with pytest.raises(AssertionError, match="Read-only"):
        docker("exec", services["web"], "touch", "/app/file")


def test_static_files_are_served_by_the_project_itself(services: Mapping[str, str]) -> None:
    """Swagger UI comes from the image, under a name that changes with its content."""
    _, page = get(services["url"] + "/api/docs/")
    script = next(part for part in page.split('"') if "swagger-ui-bundle" in part)
    assert script.startswith("/static/")
    assert get(services["url"] + script)[0] == 200


def test_only_the_web_can_be_reached_from_outside(services: Mapping[str, str]) -> None:
    """The servers have no port on the host, and the web one on the loopback address."""
    for name in (*SERVERS, "worker", "beat"):
        assert docker("port", services[name]) == ""
    assert docker("port", services["web"]).split(" -> ")[1].startswith("127.0.0.1:")


@pytest.mark.parametrize(("tasks", "cache"), list(product([True, False], repeat=2)))
def test_compose_has_the_services_of_the_answers(
    render_repo: Callable[..., Path], *, tasks: bool, cache: bool
) -> None:
    """Each capability brings its own services, and takes them along."""
    repo = render_repo(tasks=tasks, cache=cache)
    secrets = dict.fromkeys(SECRETS, "x")
    done = subprocess.run(
        ["docker", "compose", "config", "--services"],
        cwd=repo,
        env=os.environ | secrets,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    expected = {"db", "migrate", "web"}
    expected |= {"rabbitmq", "worker", "beat"} if tasks else set()
    expected |= {"redis"} if cache else set()
    assert set(done.stdout.split()) == expected
