"""The Compose files: what the answers bring, and the servers for tests."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from tests.services.servers import free_port, wait_until

pytestmark = pytest.mark.containers

SECRETS = (
    "CHAPA_WEBHOOK_SECRET",
    "JWT_PRIVATE_KEY",
    "POSTGRES_PASSWORD",
    "RABBITMQ_PASSWORD",
    "REDIS_PASSWORD",
    "SECRET_KEY",
)
GREETINGS = {
    # A question for TLS, which has no user and no password.
    "POSTGRES_PORT": (b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"N"),
    "REDIS_PORT": (b"PING\r\n", b"+PONG"),
    "RABBITMQ_PORT": (b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00"),
}


@pytest.mark.parametrize(("tasks", "cache"), list(product([True, False], repeat=2)))
def test_compose_has_the_services_of_the_answers(
    render_repo: Callable[..., Path], *, tasks: bool, cache: bool
) -> None:
    """H09: each capability brings its own services, and takes them along."""
    repo = render_repo(tasks=tasks, cache=cache)
    (repo / ".env").touch()
    servers = {"db"} | ({"redis"} if cache else set()) | ({"rabbitmq"} if tasks else set())
    ours = {"migrate", "web", "nginx"} | ({"worker", "beat"} if tasks else set())
    for files, expected in {
        ("compose.yaml",): servers | ours,
        ("compose.yaml", "compose.dev.yaml"): servers | ours,
        ("compose.servers.yaml",): servers,
        (".devcontainer/compose.yaml",): servers | {"workspace"},
    }.items():
        named = [part for name in files for part in ("--file", name)]
        done = subprocess.run(
            ["docker", "compose", *named, "config"],
            cwd=repo,
            env=os.environ | dict.fromkeys(SECRETS, "x"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr
        services = yaml.safe_load(done.stdout)["services"]
        assert set(services) == expected
        open_to_others = {
            (name, port.get("host_ip"))
            for name, service in services.items()
            for port in service.get("ports", [])
            if port.get("host_ip") != "127.0.0.1"
        }
        assert open_to_others == set()


def test_the_servers_for_tests_come_and_go(render_repo: Callable[..., Path]) -> None:
    """H11: `make servers` brings all that the tests need, on the ports that are asked for."""
    repo = render_repo()
    ports = {name: str(free_port()) for name in GREETINGS}
    environment = {**os.environ, **ports, "COMPOSE_PROJECT_NAME": f"nexus-test-{uuid4().hex[:8]}"}
    try:
        subprocess.run(["make", "servers"], cwd=repo, env=environment, check=True)
        for name, (hello, reply) in GREETINGS.items():
            with socket.create_connection(("127.0.0.1", int(ports[name])), timeout=10) as server:
                server.sendall(hello)
                assert server.recv(len(reply)) == reply, name
    finally:
        subprocess.run(["make", "servers-down"], cwd=repo, env=environment, check=True)
    for port in ports.values():
        wait_until(lambda port=port: not listens(int(port)), "it is gone")  # type: ignore[misc]


def listens(port: int) -> bool:
    """Whether something takes connections at a port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
