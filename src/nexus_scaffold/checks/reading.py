"""What more than one family of checks reads in a repo: its settings, data, dependencies, CI files and answers."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import yaml

from .repo import Repo

# The name that answers.py knows: that module needs pydantic, and most repos have no such file.
ANSWERS_FILE = ".copier-answers.yml"
DEVELOPMENT = re.compile(r"dev|local|test|ci\b|debug", re.IGNORECASE)
PRODUCTION = re.compile(r"prod|live|deploy", re.IGNORECASE)
# A file to be copied and filled in.
EXAMPLE = re.compile(r"example|sample|template|dist")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?!\s*://)", re.MULTILINE)
_INSTALLS = re.compile(r"^\s*INSTALLED_APPS\s*[:+]?=", re.MULTILINE)
_TEST = re.compile(r"^\s*(?:async )?def test", re.MULTILINE)
_NO_CODE = re.compile(
    r"(?:^|/)(?:(?:tests?|migrations)/.*|tests?[_.][^/]*|conftest\.py|[^/]*_tests?\.py)$"
)
_ENVIRONMENT = re.compile(r"\benviron\b|\bgetenv\(|\benv[.(]|\bconfig\(|\bload_dotenv\b")


def settings(repo: Repo) -> Iterator[str]:
    """Django's settings modules."""
    for name in repo.matching("settings.py", "*/settings/*.py", "settings/*.py", "settings_*.py"):
        path = PurePosixPath(name)
        if {"tests", "migrations"} & set(path.parts):
            continue
        if path.name == "__init__.py" and not _INSTALLS.search(repo.text(name)):
            continue
        if (
            path.name == "settings.py"
            and (path.parent / "settings/__init__.py").as_posix() in repo.files
        ):
            continue  # Python takes the package
        yield name


def deployed_settings(repo: Repo) -> Iterator[str]:
    """The settings modules that a deployment may use."""
    return (name for name in settings(repo) if not DEVELOPMENT.search(PurePosixPath(name).stem))


def production_settings(repo: Repo) -> tuple[str, ...]:
    """The settings modules that are made for production."""
    return tuple(n for n in settings(repo) if PRODUCTION.search(PurePosixPath(n).stem))


def is_project(repo: Repo) -> bool:
    """Whether there are settings of a whole Django project, and not of a part or an example of one."""
    return any(_INSTALLS.search(repo.text(name)) for name in settings(repo))


def reads_environment(repo: Repo, name: str) -> bool:
    """Whether a module reads environment variables."""
    return _ENVIRONMENT.search(repo.text(name)) is not None


def code(repo: Repo) -> tuple[str, ...]:
    """The project's Python files: neither tests nor migrations."""
    return tuple(name for name in repo.matching("*.py") if not is_test(name))


def tests(repo: Repo) -> tuple[str, ...]:
    """The Python files that hold tests."""
    return tuple(
        name
        for name in repo.matching("*test*.py")
        if is_test(name) and _TEST.search(repo.text(name))
    )


@lru_cache(maxsize=16384)
def is_test(name: str) -> bool:
    """Whether a Python file is there for the tests, or is a migration, in which nothing is decided."""
    # A command of manage.py is neither, whatever its name.
    return "management/" not in name and _NO_CODE.search(name) is not None


def mentions(repo: Repo, names: Iterable[str], *words: str) -> bool:
    """Whether one of the files holds one of the words, as a whole or as a part."""
    return any(word in text for text in map(repo.text, names) for word in words)


def ci_files(repo: Repo) -> tuple[str, ...]:
    """The files that a CI service reads where they are."""
    known = (
        r"\.github/workflows/[^/]+\.ya?ml|Jenkinsfile|\.travis\.yml|\.gitlab-ci\.yml|\.circleci/config\.yml"
        r"|azure-pipelines\.yml|bitbucket-pipelines\.yml|\.drone\.yml|\.woodpecker(/[^/]+)?\.ya?ml"
    )
    return tuple(n for n in repo.matching("*.y*ml", "Jenkinsfile") if re.fullmatch(known, n))


def compose_files(repo: Repo) -> tuple[str, ...]:
    """The Compose files that may be deployed: not those of development, of tests or of an editor."""
    return tuple(
        name
        for name in repo.matching("compose*.y*ml", "docker-compose*.y*ml")
        if not DEVELOPMENT.search(name) and "/." not in f"/{name}"
    )


def dependencies(repo: Repo) -> frozenset[str]:
    """The names of the packages that the project depends on, in lower case with hyphens."""
    found: set[str] = set()
    for name in dependency_files(repo):
        if name.endswith((".txt", ".in")):
            found |= set(_REQUIREMENT.findall(repo.text(name)))
        else:
            found |= set(_declared(_toml(repo.text(name))))
    return frozenset(re.sub(r"[-_.]+", "-", name).lower() for name in found)


def dependency_files(repo: Repo) -> tuple[str, ...]:
    """The files that name the packages which the project depends on."""
    return repo.matching(
        "requirements*.txt", "requirements*.in", "requirements/*.txt", "*/requirements/*.txt",
        "pyproject.toml", "Pipfile",
    )  # fmt: skip


def answers(repo: Repo) -> Mapping[str, Any]:
    """The answers that the repo was made from; none where it was not made from the template."""
    recorded = yaml_mapping(repo.text(ANSWERS_FILE)) if ANSWERS_FILE in repo.files else {}
    return recorded if {"starter", "project_slug", "repo_name"} <= recorded.keys() else {}


def known_answers(repo: Repo) -> Mapping[str, Any]:
    """Those of the answers that this version of the template asks for; none where the repo is not made from it."""
    recorded = answers(repo)
    if not recorded:
        return {}
    from ..answers import Answers

    return {name: value for name, value in recorded.items() if name in Answers.model_fields}


def is_declined(repo: Repo, *names: str) -> bool:
    """Whether the owner has answered each of these questions with no: that is a decision, and no oversight."""
    recorded = answers(repo)
    return all(recorded.get(name) in (False, "none") for name in names)


def yaml_documents(text: str) -> list[Any]:
    """The documents of a YAML file; none where it is not YAML."""
    return list(_yaml(text) or ())


def yaml_mapping(text: str) -> Mapping[str, Any]:
    """The first document of a YAML file; empty where that is no mapping."""
    return mapping(next(iter(yaml_documents(text)), None))


def yaml_tree(text: str) -> yaml.Node | None:
    """A YAML or JSON file as nodes, which know their lines and cost half as much as values; None for what is neither."""
    try:
        return yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def yaml_nodes(node: yaml.Node | None) -> dict[str, tuple[int, yaml.Node]]:
    """The values of a mapping by their keys, each with the key's line; empty for what is none."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): (key.start_mark.line + 1, value) for key, value in node.value}


def is_yaml(text: str) -> bool:
    """Whether a text is YAML."""
    return _yaml(text) is not None


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping, with the keys as text; empty for what is none."""
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else {}


def sequence(value: Any) -> list[Any]:
    """A list; empty for what is none."""
    return value if isinstance(value, list) else []


def line_of(text: str, start: int) -> int:
    """The line, from 1, of a position in a text."""
    return text.count("\n", 0, start) + 1


def last_name(node: ast.expr) -> str:
    """`env` of `env`, `settings.env` and so on."""
    return getattr(node, "attr", "") or getattr(node, "id", "")


@lru_cache(maxsize=512)
def _yaml(text: str) -> tuple[Any, ...] | None:
    try:
        return tuple(yaml.load_all(text, Loader=_LOADER))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=64)
def _toml(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _declared(data: Mapping[str, Any]) -> Iterator[str]:
    """The names in pyproject.toml, by the standard and by Poetry, and in a Pipfile."""
    project, poetry = mapping(data.get("project")), mapping(mapping(data.get("tool")).get("poetry"))
    lists = [
        project.get("dependencies"),
        *mapping(project.get("optional-dependencies")).values(),
        *mapping(data.get("dependency-groups")).values(),
    ]
    for requirement in (item for group in lists for item in sequence(group)):
        if named := _REQUIREMENT.match(str(requirement)):
            yield named[1]
    tables = [poetry.get("dependencies"), data.get("packages"), data.get("dev-packages")]
    tables += [mapping(g).get("dependencies") for g in mapping(poetry.get("group")).values()]
    for table in tables:
        yield from mapping(table)
