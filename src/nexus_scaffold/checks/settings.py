"""Settings and secrets: nothing secret in the repo, nothing unsafe outside development."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath

import yaml

from .base import Check, Place
from .repo import Repo

_DEVELOPMENT = re.compile(r"dev|local|test|ci\b|debug", re.IGNORECASE)
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+\S{20}")
_PASSWORD = re.compile(
    r"(?:password|passwd|secret|token)\b['\"]?\s*[:=]\s*['\"][^'\"{}$<>]{4,}['\"]", re.IGNORECASE
)


class SET101(Check):
    """No environment file with values is committed."""

    mend = "git rm --cached it, add it to .gitignore, and change every secret that it held: git keeps what was committed."

    def places(self, repo: Repo) -> Iterator[Place]:
        configuration = _configuration(repo)
        for name in repo.matching(".env", ".env.*", "*.env"):
            if name in configuration or re.search(r"example|sample|template|dist", name):
                continue
            if name in repo.tracked:
                yield name, None, "An environment file is tracked by git."


class SET102(Check):
    """An example lists the environment variables that the settings read."""

    mend = "Write .env.example with the name of each variable, a word on it, and no secret."

    def places(self, repo: Repo) -> Iterator[Place]:
        reads = [name for name in _settings(repo) if _reads_environment(repo.text(name))]
        examples = repo.matching(".env.example", ".env.sample", ".env.template", "env.example")
        if reads and not examples:
            message = "The settings read the environment, and no .env.example says what."
            yield reads[0], None, message


class SET103(Check):
    """The secret key comes from the environment."""

    mend = (
        "Read it from the environment, without a default outside development, and make a new one."
    )

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _deployed(repo):
            for number, target, value in _assignments(repo.text(name)):
                if target == "SECRET_KEY" and isinstance(value, ast.Constant) and value.value:
                    yield name, number, "SECRET_KEY is written in the code."


class SET104(Check):
    """Debug mode is off unless it is asked for."""

    mend = "Set DEBUG = False in the shared settings and True in the development settings alone."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _deployed(repo):
            for number, target, value in _assignments(repo.text(name)):
                if target == "DEBUG" and _is_true_by_default(value):
                    yield name, number, "DEBUG is on, or on by default."


class SET105(Check):
    """The hosts that the project answers to are named."""

    mend = "Read ALLOWED_HOSTS from the environment, without '*'."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _deployed(repo):
            for number, target, value in _assignments(repo.text(name)):
                if target == "ALLOWED_HOSTS" and any(
                    isinstance(item, ast.Constant) and item.value == "*" for item in ast.walk(value)
                ):
                    yield name, number, "ALLOWED_HOSTS lets every host in."


class SET106(Check):
    """No private key is committed."""

    mend = "Take it out, read it from the environment, and make a new one: git keeps what was committed."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in repo.matching(
            "*.pem", "*.key", "*.py", "*.env*", "*.y*ml", "*.json", "*.toml", "id_rsa"
        ):
            found = _PRIVATE_KEY.search(repo.text(name))
            if found:
                yield name, repo.text(name).count("\n", 0, found.start()) + 1, "A private key."


class SET107(Check):
    """No setting has a password for its default."""

    mend = "Take the default out: what is secret has none outside development."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _deployed(repo):
            for number, line in repo.lines(name):
                if not line.lstrip().startswith("#") and _PASSWORD.search(line):
                    yield name, number, "A password or token is written in the settings."


CHECKS = (SET101, SET102, SET103, SET104, SET105, SET106, SET107)


def _configuration(repo: Repo) -> set[str]:
    """The files that Kustomize makes ConfigMaps of: nothing in them is secret."""
    found = set()
    for name in repo.matching("kustomization.y*ml"):
        try:
            generators = (yaml.safe_load(repo.text(name)) or {}).get("configMapGenerator") or []
            files = [file for generator in generators for file in generator.get("envs", [])]
        except (yaml.YAMLError, AttributeError, TypeError):
            continue
        found |= {(PurePosixPath(name).parent / file).as_posix() for file in files}
    return found


def _settings(repo: Repo) -> Iterator[str]:
    """Django's settings modules."""
    for name in repo.matching("settings.py", "*/settings/*.py", "settings/*.py", "settings_*.py"):
        path = PurePosixPath(name)
        if not {"tests", "migrations"} & set(path.parts) and path.name != "__init__.py":
            yield name


def _deployed(repo: Repo) -> Iterator[str]:
    """The settings modules that a deployment may use."""
    return (name for name in _settings(repo) if not _DEVELOPMENT.search(PurePosixPath(name).stem))


def _reads_environment(text: str) -> bool:
    return re.search(r"\benviron\b|\bgetenv\(|\benv[.(]|\bconfig\(", text) is not None


@lru_cache(maxsize=256)
def _assignments(text: str) -> tuple[tuple[int, str, ast.expr], ...]:
    """The names that a module sets, with their lines and values; nothing for what is not Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()
    return tuple(
        (node.lineno, target.id, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def _is_true_by_default(value: ast.expr) -> bool:
    """`True`, or a call such as `env.bool("DEBUG", True)` or `config("DEBUG", default=True)`."""
    if isinstance(value, ast.Constant):
        return value.value is True
    if isinstance(value, ast.Call):
        given = [*value.args[1:], *(k.value for k in value.keywords if k.arg == "default")]
        return any(
            isinstance(item, ast.Constant) and str(item.value).lower() in {"true", "1"}
            for item in given
        )
    if isinstance(value, ast.Compare):
        return _is_true_by_default(value.left)
    return False
