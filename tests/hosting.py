"""What the files of a hosting target say: its commands, in the order of the platform, and its variables."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

INSTALL = "uv sync --locked --no-dev"
SECRETS = re.compile(r"^# Secrets[^:\n]*:(.*(?:\n#[ \t]{2,}.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Hosting:
    """What a platform does with a repo.

    Attributes:
        build: What makes the version.
        release: What prepares the servers for it, with the variables of `web`.
        processes: What runs then, by name.
        variables: Of each process; None is a value that its owner fills in.
    """

    build: Sequence[str]
    release: Sequence[str]
    processes: Mapping[str, str]
    variables: Mapping[str, Mapping[str, str | None]]


def render(repo: Path) -> Hosting:
    """Render's blueprint."""
    blueprint = yaml.safe_load((repo / "render.yaml").read_text(encoding="utf-8"))
    services = {s["name"]: s for s in blueprint["services"] if s["type"] != "keyvalue"}
    web = next(name for name, service in services.items() if service["type"] == "web")
    names = {name: name.removeprefix(f"{web}-") if name != web else "web" for name in services}
    return Hosting(
        [services[web]["buildCommand"]],
        [services[web]["preDeployCommand"]],
        {names[name]: service["startCommand"] for name, service in services.items()},
        {
            names[name]: {v["key"]: _text(v.get("value")) for v in service["envVars"]}
            for name, service in services.items()
        },
    )


def railway(repo: Path) -> Hosting:
    """Railway's file of each service, and the variables that all of them share."""
    files = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((repo / "deploy" / "railway").glob("*.json"))
    }
    example = (repo / "deploy" / "railway" / "variables.env.example").read_text(encoding="utf-8")
    given: Mapping[str, str | None] = {
        name: None if not value or "${{" in value else value
        for name, value in re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE)
    }
    build = files["web"]["build"]
    built = _image(repo) if build["builder"] == "DOCKERFILE" else [INSTALL, build["buildCommand"]]
    return Hosting(
        built,
        files["web"]["deploy"]["preDeployCommand"],
        {name: file["deploy"]["startCommand"] for name, file in files.items()},
        dict.fromkeys(files, given),
    )


def fly(repo: Path) -> Hosting:
    """The image, the processes of fly.toml, its variables and the secrets that it names."""
    text = (repo / "fly.toml").read_text(encoding="utf-8")
    file: dict[str, Any] = tomllib.loads(text)
    comment = SECRETS.search(text)
    assert comment
    secrets = re.findall(r"[A-Z][A-Z_]+", comment[1])
    given = {**dict.fromkeys(secrets), **file["env"]}
    processes = file["processes"]
    return Hosting(
        _image(repo),
        [file["deploy"]["release_command"]],
        processes,
        dict.fromkeys(processes, given),
    )


TARGETS: Mapping[str, Callable[[Path], Hosting]] = {
    "render": render,
    "railway": railway,
    "fly": fly,
}


def units(repo: Path) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The units of systemd, by file: the values of each of their settings."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted((repo / "deploy" / "vm").glob("*.service")):
        settings = found.setdefault(path.name, {})
        for name, value in re.findall(r"^(\w+)=(.*)$", path.read_text("utf-8"), re.MULTILINE):
            settings.setdefault(name, []).append(value)
    return found


def example(repo: Path) -> Mapping[str, str]:
    """The example of the environment of the virtual machine."""
    text = (repo / "deploy" / "vm" / "environment.example").read_text(encoding="utf-8")
    return {
        name: "".join(shlex.split(value))
        for name, value in re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE)
    }


def _image(repo: Path) -> list[str]:
    """What the Dockerfile does to the code: the libraries, then what its own manage.py does."""
    text = (repo / "Dockerfile").read_text(encoding="utf-8")
    assert "uv sync --locked" in text
    collected = re.search(r"manage\.py collectstatic[^&\n]*", text)
    assert collected
    return [INSTALL, f"python {collected[0].strip()}"]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
