"""What the tests of containers share: images, built once, and the services of compose.yaml."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from uuid import uuid4

import pytest

from nexus_scaffold.testing import commit_all
from tests.services.servers import free_port
from tests.variants import BLANK_WITH_EVERYTHING_OFF, JOB_BOARD_WITH_EVERYTHING_ON

VARIANTS: Mapping[str, Mapping[str, object]] = {
    "everything on": JOB_BOARD_WITH_EVERYTHING_ON,
    "everything off": {
        **BLANK_WITH_EVERYTHING_OFF,
        "containers": True,
        "kubernetes": False,
    },
}

# Python's image, with the certificates of the machine that the tests run on.
PYTHON_IMAGE = "nexus-test-python:3.13-slim"
PYTHON_DOCKERFILE = "FROM python:3.13-slim\nENV UV_SYSTEM_CERTS=1 PIP_ROOT_USER_ACTION=ignore\n"
BUILD_OPTIONS = f"--network host --build-arg PYTHON_IMAGE={PYTHON_IMAGE}"

# What a machine has that can run containers, and has no Python.
PROGRAMS = ("awk", "bash", "cat", "docker", "git", "grep", "make", "rm", "sed", "sh")


def docker(*arguments: str, stdin: str | None = None, both: bool = False) -> str:
    """Runs docker, and gives what it printed; if asked, on standard error, too."""
    done = subprocess.run(
        ["docker", *arguments], input=stdin, capture_output=True, text=True, check=False
    )
    assert not done.returncode, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout + (done.stderr if both else "")


@dataclass(frozen=True)
class Answer:
    """What a web server has answered."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> dict[str, object]:
        """Its body."""
        read: dict[str, object] = json.loads(self.body)
        return read


@dataclass(frozen=True)
class Project:
    """A rendered repo, and the variables with which its commands run as on a machine without Python."""

    repo: Path
    answers: Mapping[str, object]
    environment: Mapping[str, str]

    @property
    def image(self) -> str:
        """The name of its image."""
        return self.environment["IMAGE"]

    @property
    def url(self) -> str:
        """Where nginx listens."""
        return f"http://127.0.0.1:{self.environment['PORT']}"

    def has(self, capability: str) -> bool:
        """Whether it was rendered with a capability; all are on by default."""
        return bool(self.answers.get(capability, True))

    @property
    def services(self) -> tuple[str, ...]:
        """The services that go on running."""
        wanted = {
            "db": True,
            "redis": self.has("cache"),
            "rabbitmq": self.has("tasks"),
            "web": True,
            "worker": self.has("tasks"),
            "beat": self.has("tasks"),
            "nginx": True,
        }
        return tuple(name for name, there in wanted.items() if there)

    def run(self, *command: str) -> str:
        """What a command in the repo prints."""
        done = subprocess.run(
            command,
            cwd=self.repo,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not done.returncode, f"{' '.join(command)}\n{done.stdout[-6000:]}"
        return done.stdout

    def compose(self, *arguments: str) -> str:
        """What `docker compose` prints in the repo."""
        return self.run("docker", "compose", *arguments)

    def containers(self, service: str) -> Sequence[str]:
        """The ids of a service's containers."""
        return self.compose("ps", "--all", "--quiet", service).split()

    def container(self, service: str) -> str:
        """The id of a service's first container."""
        return self.containers(service)[0]

    def inspect(self, container: str, template: str) -> str:
        """What docker knows of a container."""
        return docker("inspect", "--format", template, container).strip()

    def health(self, service: str) -> str:
        """What a service's health check says."""
        return self.inspect(self.container(service), "{{.State.Health.Status}}")

    def address(self, container: str) -> str:
        """A container's address in the network of its project."""
        return self.inspect(container, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")

    def logs(self, service: str) -> list[dict[str, object]]:
        """The JSON lines that the containers of a service have logged."""
        lines = [
            line
            for container in self.containers(service)
            for line in docker("logs", container, both=True).splitlines()
        ]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def psql(self, sql: str) -> list[str]:
        """The command that asks the database."""
        user = self.inspect(
            self.container("db"), "{{range .Config.Env}}{{println .}}{{end}}"
        ).partition("POSTGRES_USER=")[2]
        options = ["--tuples-only", "--no-align", f"--username={user.split()[0]}"]
        return ["docker", "exec", self.container("db"), "psql", *options, "--command", sql]

    def query(self, sql: str) -> str:
        """What the database answers."""
        return docker(*self.psql(sql)[1:]).strip()

    def setting(self, name: str) -> str:
        """A value in .env."""
        lines = (self.repo / ".env").read_text(encoding="utf-8").splitlines()
        return next(line for line in lines if line.startswith(f"{name}=")).partition("=")[2]

    def request(
        self,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """What nginx, or a web server behind it, answers; an error, too."""
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def sign_up(self, email: str) -> Answer:
        """The answer to a new account: 401, as it waits for the code in the mail."""
        return self.request(
            "/api/v1/auth/signup",
            {"email": email, "password": "correct-horse-battery", "full_name": "Ada Obi"},
        )


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all programs of a machine that has Docker, and no Python."""
    folder = tmp_path_factory.mktemp("programs")
    for name in PROGRAMS:
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    assert shutil.which("python3", path=str(folder)) is None
    return folder


@pytest.fixture(scope="session")
def projects(render_repo: Callable[..., Path], programs: Path) -> Iterator[Callable[..., Project]]:
    """A function that gives a rendered repo whose image is built: `projects("everything on")`."""
    docker("build", "--quiet", "--tag", PYTHON_IMAGE, "-", stdin=PYTHON_DOCKERFILE)
    made: dict[str, Project] = {}

    def project(variant: str) -> Project:
        if variant not in made:
            name = f"nexus-test-{uuid4().hex[:8]}"
            repo = render_repo(**VARIANTS[variant])
            commit_all(repo)
            made[variant] = Project(
                repo,
                VARIANTS[variant],
                {
                    **os.environ,
                    "PATH": str(programs),
                    "BUILD_OPTIONS": BUILD_OPTIONS,
                    "COMPOSE_FILE": "compose.yaml",
                    "COMPOSE_PROJECT_NAME": name,
                    "IMAGE": name,
                    "PORT": str(free_port()),
                    "WEB_CONCURRENCY": "1",
                },
            )
            made[variant].run("make", "image")
        return made[variant]

    yield project
    for built in made.values():
        docker("image", "rm", "--force", built.image)


@pytest.fixture(scope="module", params=VARIANTS)
def project(request: pytest.FixtureRequest, projects: Callable[..., Project]) -> Project:
    """A rendered repo whose image is built: with everything on, and with everything off."""
    return projects(request.param)
