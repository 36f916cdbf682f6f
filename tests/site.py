"""A rendered repo, set up and served as a newcomer does it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class Site:
    """The rendered repo, served."""

    def __init__(self, repo: Path, port: int) -> None:
        self.repo = repo
        self.address = f"http://127.0.0.1:{port}"

    @property
    def demo_password(self) -> str:
        """The password of the demo accounts."""
        password = re.search(
            r"^DEMO_PASSWORD=(.+)$", (self.repo / ".env").read_text(), re.MULTILINE
        )
        assert password
        return password[1].strip("'\"")

    @property
    def log(self) -> str:
        """What the server has printed so far."""
        return (self.repo / "server.log").read_text()

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def log_in(self, email: str) -> str:
        """An access token of one of the demo accounts."""
        status, answer = self.ask(
            "POST", "/api/v1/auth/login", {"email": email, "password": self.demo_password}
        )
        assert status == 200, answer
        token: str = answer["meta"]["access_token"]
        return token


def prepare(repo: Path, environment: Mapping[str, str]) -> None:
    """Does what `make run` does before it serves."""
    for target in ("setup", "migrate", "seed"):
        done = subprocess.run(
            ["make", target], cwd=repo, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def python(environment: Mapping[str, str]) -> str:
    """The interpreter of a repo's environment."""
    commands = "Scripts" if os.name == "nt" else "bin"
    return str(Path(environment["UV_PROJECT_ENVIRONMENT"]) / commands / "python")


@contextmanager
def serve(repo: Path, environment: Mapping[str, str]) -> Iterator[Site]:
    """The repo on a port of its own; what runs in it finds its address in `CHAPA_URL`."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        site = Site(repo, listener.getsockname()[1])
    port = site.address.rpartition(":")[2]
    with (repo / "server.log").open("w") as log:
        server = subprocess.Popen(
            [python(environment), "manage.py", "runserver", "--noreload", port],
            cwd=repo,
            env={**environment, "CHAPA_URL": f"{site.address}/fake-chapa"},
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(site)
            yield site
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(site: Site) -> None:
    for _ in range(100):
        try:
            if site.ask("GET", "/health/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(site.log)
