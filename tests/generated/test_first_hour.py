"""The first hour of a newcomer: `make run`, then a job is posted, found and applied for over HTTP."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nexus_scaffold.testing import RenderedRepo, RenderRepo, commit_all
from tests.variants import DEFAULTS


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Site:
    """The rendered repo, served."""

    def __init__(self, repo: Path, port: int) -> None:
        self.repo = repo
        self.address = f"http://127.0.0.1:{port}"

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
        password = re.search(
            r"^DEMO_PASSWORD=(.+)$", (self.repo / ".env").read_text(), re.MULTILINE
        )
        assert password
        status, answer = self.ask(
            "POST", "/api/v1/auth/login", {"email": email, "password": password[1].strip("'\"")}
        )
        assert status == 200, answer
        token: str = answer["meta"]["access_token"]
        return token


@pytest.fixture(scope="module")
def site(rendered: Callable[..., RenderedRepo], render_repo: RenderRepo) -> Iterator[Site]:
    repo = render_repo(**DEFAULTS)
    commit_all(repo)
    environment = rendered(**DEFAULTS).environment
    for target in ("setup", "migrate", "seed"):
        done = subprocess.run(
            ["make", target], cwd=repo, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    port = _free_port()
    commands = Path(environment["UV_PROJECT_ENVIRONMENT"]) / (
        "Scripts" if os.name == "nt" else "bin"
    )
    command = [str(commands / "python"), "manage.py", "runserver", "--noreload", str(port)]
    with (repo / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=repo, env=environment, stdout=log, stderr=log)
        served = Site(repo, port)
        try:
            _wait_for(served)
            yield served
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
    pytest.fail((site.repo / "server.log").read_text())


def test_a_job_is_posted_found_and_applied_for(site: Site) -> None:
    """T03, T12, L09"""
    employer, candidate = site.log_in("employer@example.com"), site.log_in("candidate@example.com")
    _, me = site.ask("GET", "/api/v1/accounts/me/", token=employer)
    _, companies = site.ask("GET", f"/api/v1/companies/?owner={me['id']}")
    _, industries = site.ask("GET", "/api/v1/industries/")
    _, locations = site.ask("GET", "/api/v1/locations/")
    posting = {
        "company": companies["results"][0]["id"],
        "title": "Keeper of the xylophones",
        "description": "Tunes them, and keeps them dry.",
        "industry": industries["results"][0]["id"],
        "location": locations["results"][0]["id"],
        "employment_type": "full_time",
        "salary_min": 1000,
        "salary_max": 2000,
        "currency": "KES",
    }
    status, made = site.ask("POST", "/api/v1/postings/", posting, employer)
    assert status == 201, made
    assert site.ask("GET", "/api/v1/postings/?search=xylophones")[1]["count"] == 0
    status, published = site.ask("POST", f"/api/v1/postings/{made['id']}/publish/", {}, employer)
    assert status == 200, published
    found = site.ask("GET", "/api/v1/postings/?search=xylophones")[1]
    assert [row["id"] for row in found["results"]] == [made["id"]]
    apply, letter = f"/api/v1/postings/{made['id']}/apply/", {
        "cover_letter": "I have perfect pitch."
    }
    assert site.ask("POST", apply, letter)[0] == 401
    status, applied = site.ask("POST", apply, letter, candidate)
    assert status == 201, applied
    status, again = site.ask("POST", apply, letter, candidate)
    assert (status, again["code"]) == (409, "already_applied")
    assert again["request_id"]


def test_the_seeded_board_has_postings_to_find(site: Site) -> None:
    assert site.ask("GET", "/api/v1/postings/")[1]["count"] > 10


def test_what_is_made_here_stays_out_of_git(site: Site) -> None:
    """S05"""
    listed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=site.repo, capture_output=True, text=True, check=True
    ).stdout
    assert listed.split("\n") == ["?? server.log", ""]
