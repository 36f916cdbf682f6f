"""Containers: does the image run the project safely, and do the servers beside it?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from . import reading
from .base import Check, Place, Severity
from .repo import Repo

Instruction = tuple[int, str, str]

_IMAGES = ("Dockerfile", "Dockerfile.prod*", "*.Dockerfile", "Containerfile")
_ROOTLESS = re.compile(r"nonroot|unprivileged|rootless")
_DROPS_ROOT = re.compile(r"\b(gosu|su-exec|setpriv|runuser|chroot --userspec)\b")
_SERVERS = re.compile(
    r"(^|/)(postgres|postgis|mysql|mariadb|mongo|redis|valkey|rabbitmq|memcached)\b[^/]*$"
)
_ENV_FILE = re.compile(r"(?:^|\s|/)\.env(?:\.(?!example|sample|template|dist)\w+)?(?=\s)")


class CON101(Check):
    """The image does not run as root."""

    why = "Who breaks out of the process is root in the container, and close to it outside."
    mend = "Add a user with a fixed id and a USER line in the last stage."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            text = repo.text(name)
            stage = _last_stage(text)
            users = [value for _, word, value in stage if word == "USER"]
            rootless = any(word == "FROM" and _ROOTLESS.search(value) for _, word, value in stage)
            if (users and re.match(r"(root|0)(:|$)", users[-1])) or not (users or rootless):
                started = [repo.text(script) for script in _scripts(repo, name)]
                if not any(_DROPS_ROOT.search(part) for part in (text, *started)):
                    yield name, None, "The last stage runs as root."


class CON102(Check):
    """The image runs a server that is made for production."""

    why = "Django's development server is slow, was never audited, and says so itself."
    mend = "Start granian, gunicorn or uvicorn; runserver is for development alone."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            scripts = list(_scripts(repo, name))
            # A script decides alone where it does not go on to its arguments, or knows a server itself.
            ignored = scripts and (
                not reading.mentions(repo, scripts, "$@", "$*")
                or reading.mentions(repo, scripts, "gunicorn", "uvicorn", "daphne", "granian")
            )
            for number, word, value in _last_stage(repo.text(name)):
                if word in {"CMD", "ENTRYPOINT"} and "runserver" in value and not ignored:
                    yield name, number, "The image starts Django's development server."
            for script in scripts:
                for number, line in repo.lines(script):
                    if re.match(r"(exec )?python3? manage\.py runserver", line):
                        yield script, number, "The image starts Django's development server."


class CON103(Check):
    """Each base image has a version."""

    why = "The next build has another Python, and fails, or worse, does not."
    mend = "Name a version, such as python:3.13-slim, or a digest."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            stages: set[str] = set()
            for number, word, value in _instructions(repo.text(name)):
                if word != "FROM":
                    continue
                image, _, stage = re.sub(r"--\S+\s+", "", value).partition(" ")
                if image not in stages | {"scratch"} and not _has_version(image):
                    yield name, number, f"The base image {image} has no version."
                stages.add(re.sub(r"(?i)^as\s+", "", stage.strip()))


class CON104(Check):
    """The image says how to tell whether it is healthy."""

    severity = Severity.NOTE
    why = "A server that hangs goes on getting requests."
    mend = "Add a HEALTHCHECK that asks the project's own health address."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            if any(word == "HEALTHCHECK" for _, word, _ in _last_stage(repo.text(name))):
                continue
            asked = any("build" in s and "healthcheck" in s for _, _, s in _services(repo))
            if not asked and not reading.mentions(repo, repo.matching("*.y*ml"), "livenessProbe"):
                yield name, None, "The last stage has no HEALTHCHECK."


class CON105(Check):
    """Secrets, git and caches stay out of the image."""

    why = (
        "All of the folder goes into the image, .git and .env with it, and each build takes longer."
    )
    mend = "Write a .dockerignore beside the Dockerfile, with .env, .git and .venv in it."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            if not _ignore_files(repo, name):
                yield name, None, "There is no .dockerignore."


class CON106(Check):
    """No environment file gets into the image."""

    severity = Severity.ERROR
    why = "Whoever can pull the image has its secrets."
    mend = "Take the COPY of it out, name .env in .dockerignore, and give the variables when the container starts."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            ignored = [line.strip() for n in _ignore_files(repo, name) for _, line in repo.lines(n)]
            kept_out = not ignored or any(
                re.fullmatch(r"/?(\*\*/)?(\*|\.?\*?\.?env\*?(\.\*)?|\.\*)", i) for i in ignored
            )
            for number, word, value in _instructions(repo.text(name)):
                if word not in {"COPY", "ADD"} or "--from" in value:
                    continue
                if _ENV_FILE.search(value):
                    yield name, number, "An environment file is copied into the image."
                elif not kept_out and re.match(r"(--\S+\s+)*\.?/?\s", value):
                    yield name, number, "All is copied, and .dockerignore does not name .env."


class CON107(Check):
    """Each image that a Compose file starts has a version."""

    why = "The next start has another PostgreSQL, which can't read the data of the last."
    mend = "Name a version, such as postgres:17."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name, label, service in _services(repo):
            image = service.get("image")
            if isinstance(image, str) and "build" not in service and not _has_version(image):
                yield name, _line(
                    repo, name, image
                ), f"The image {image} of {label} has no version."


class CON108(Check):
    """What waits for a server can tell when it is ready."""

    severity = Severity.NOTE
    why = "The project starts before its database does, fails, and works the second time."
    mend = "Give the service a healthcheck, and those that need it depends_on with condition: service_healthy."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name, label, service in _services(repo):
            if _is_server(service) and "healthcheck" not in service:
                yield name, _line(
                    repo, name, f"{label}:"
                ), f"The service {label} has no healthcheck."


class CON109(Check):
    """Databases, caches and brokers listen to the project alone."""

    severity = Severity.NOTE
    why = "On a machine with a public address the port is open to everybody: Docker goes past its firewall."
    mend = "Take ports out, or write 127.0.0.1: in front: the services reach each other by name."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name, label, service in _services(repo):
            for port in reading.sequence(service.get("ports")) if _is_server(service) else ():
                if isinstance(port, str | int) and re.fullmatch(
                    r"(0\.0\.0\.0:)?[\d-]+(:[\d-]+)?(/\w+)?", str(port)
                ):
                    yield name, _line(
                        repo, name, str(port)
                    ), f"The service {label} is published at {port}."
                    break


CHECKS = (CON101, CON102, CON103, CON104, CON105, CON106, CON107, CON108, CON109)


def _dockerfiles(repo: Repo) -> Iterator[str]:
    """The files that images are built from; where somebody works is none that is deployed."""
    for name in repo.matching(*_IMAGES):
        if ".devcontainer/" not in name and not reading.DEVELOPMENT.search(
            PurePosixPath(name).name
        ):
            yield name


@lru_cache(maxsize=64)
def _instructions(text: str) -> tuple[Instruction, ...]:
    """The instructions of a Dockerfile: their line, word and value, lines that go on joined."""
    found: list[Instruction] = []
    start, joined = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        start = start if joined else number
        joined += line.strip().removesuffix("\\") + " "
        if not line.rstrip().endswith("\\"):
            word, _, value = joined.strip().partition(" ")
            found.append((start, word.upper(), value.strip()))
            joined = ""
    return tuple(found)


def _last_stage(text: str) -> tuple[Instruction, ...]:
    """The instructions of the last stage, after those of the stages that it goes on from."""
    stages: dict[str, tuple[Instruction, ...]] = {}
    stage: tuple[Instruction, ...] = ()
    label = ""
    for instruction in _instructions(text):
        if instruction[1] == "FROM":
            base, *words = re.sub(r"--\S+\s+", "", instruction[2]).split()
            stage = stages.get(base.lower(), ())
            label = words[-1].lower() if words else ""
        stage = (*stage, instruction)
        stages[label] = stage
    return stage


def _scripts(repo: Repo, name: str) -> Iterator[str]:
    """The shell scripts of the repo that the image starts."""
    for _, word, value in _last_stage(repo.text(name)):
        for script in re.findall(r"[\w.-]+\.sh\b", value) if word in {"CMD", "ENTRYPOINT"} else ():
            yield from repo.matching(script)


def _ignore_files(repo: Repo, name: str) -> list[str]:
    """The files that say what of the folder stays out of an image."""
    folder = name.rpartition("/")[0]
    beside = f"{folder}/.dockerignore".lstrip("/")
    return [n for n in (f"{name}.dockerignore", beside, ".dockerignore") if n in repo.files][:1]


def _has_version(image: str) -> bool:
    """Whether an image has a tag other than latest, or a digest; a variable may hold one."""
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@" in image or "$" in image or tag not in {"", "latest"}


def _services(repo: Repo) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The services of the Compose files that may be deployed: file, name, what is said of them."""
    for name in reading.compose_files(repo):
        services = reading.mapping(reading.yaml_mapping(repo.text(name)).get("services"))
        for label, service in services.items():
            yield name, label, reading.mapping(service)


def _is_server(service: Mapping[str, Any]) -> bool:
    image = str(service.get("image", "")).partition("@")[0]
    return _SERVERS.search(image) is not None and "extends" not in service


def _line(repo: Repo, name: str, text: str) -> int:
    return reading.line_of(repo.text(name), max(repo.text(name).find(text), 0))
