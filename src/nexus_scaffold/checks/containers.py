"""Containers: does the image run the project safely?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .base import Check, Place
from .repo import Repo

Instruction = tuple[int, str, str]


class CON101(Check):
    """The image does not run as root."""

    mend = "Add a user with a fixed id and a USER line in the last stage."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            users = [value for _, word, value in _last_stage(repo.text(name)) if word == "USER"]
            if not users or re.match(r"(root|0)(:|$)", users[-1]):
                yield name, None, "The last stage runs as root."


class CON102(Check):
    """The image runs a server that is made for production."""

    mend = "Start granian, gunicorn or uvicorn; runserver is for development alone."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            for number, word, value in _last_stage(repo.text(name)):
                if word in {"CMD", "ENTRYPOINT"} and "runserver" in value:
                    yield name, number, "The image starts Django's development server."


class CON103(Check):
    """Each base image has a version."""

    mend = "Name a version, such as python:3.13-slim, or a digest."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            stages: set[str] = set()
            for number, word, value in _instructions(repo.text(name)):
                if word != "FROM":
                    continue
                image, _, stage = re.sub(r"--\S+\s+", "", value).partition(" ")
                if image not in stages | {"scratch"} and "$" not in image:
                    tag = image.rpartition("/")[2].partition(":")[2]
                    if "@" not in image and tag in {"", "latest"}:
                        yield name, number, f"The base image {image} has no version."
                stages.add(re.sub(r"(?i)^as\s+", "", stage.strip()))


class CON104(Check):
    """The image says how to tell whether it is healthy."""

    mend = "Add a HEALTHCHECK that asks the project's own health address."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            if not any(word == "HEALTHCHECK" for _, word, _ in _last_stage(repo.text(name))):
                yield name, None, "The last stage has no HEALTHCHECK."


class CON105(Check):
    """Secrets, git and caches stay out of the image."""

    mend = "Write a .dockerignore beside the Dockerfile, with .env, .git and .venv in it."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _dockerfiles(repo):
            folder = name.rpartition("/")[0]
            beside = f"{folder}/.dockerignore".lstrip("/")
            if not {beside, ".dockerignore", f"{name}.dockerignore"} & set(repo.files):
                yield name, None, "There is no .dockerignore."


CHECKS = (CON101, CON102, CON103, CON104, CON105)


def _dockerfiles(repo: Repo) -> Iterator[str]:
    """The files that images are built from; where somebody works is none that is deployed."""
    for name in repo.matching("Dockerfile", "Dockerfile.prod*", "*.Dockerfile", "Containerfile"):
        if not name.startswith(".devcontainer/"):
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
    instructions = _instructions(text)
    starts = [position for position, (_, word, _) in enumerate(instructions) if word == "FROM"]
    return instructions[starts[-1] :] if starts else instructions
