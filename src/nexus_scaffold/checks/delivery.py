"""Delivery: would the project start where it is deployed to?"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from . import reading
from .base import Check, Place, Severity
from .repo import Repo

# A target's file, which of its parts is meant, and the names that it has.
Target = tuple[str, str, frozenset[str]]

_SHARED = re.compile(r"settings|base|common|defaults|shared")
_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
_ASSIGNED = re.compile(r"^(?:export\s+)?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
# `# Secrets (fly secrets set): A, B`, and the lines of comment that go on with it.
_SECRETS = re.compile(
    r"^#\s*secrets\b[^:\n]*:(.*(?:\n#[ \t]{2,}.*)*)", re.MULTILINE | re.IGNORECASE
)
_NO_VARIABLE = {"add_parser", "parser_for", "prefixed", "read_env", "seal"}
_NAMED = {"cache": "CACHE_URL", "db": "DATABASE_URL", "email_url": "EMAIL_URL"}
_STARTS = re.compile(r"\s*-?\s*[\"']?(?:web|worker|app|startCommand|ExecStart)[\"']?\s*[:=]")
# `config.wsgi` of `gunicorn --workers 2 config.wsgi:application`
_SERVED = re.compile(
    r"\b(?:gunicorn|uvicorn|daphne|granian|hypercorn)\b.*?\s([a-z_][\w.]*\.[aw]sgi)\b",
    re.IGNORECASE,
)
_RUNS_PYTHON = re.compile(r"python|gunicorn|uvicorn|daphne|granian|celery|manage\.py")


class DPL101(Check):
    """Each deployment target has the variables that production needs."""

    severity = Severity.ERROR
    why = "The first start there ends with an error, on the day of the release."
    mend = "Give the target each of them; what is set elsewhere, name in its file: # Secrets: NAME, NAME."

    def places(self, repo: Repo) -> Iterator[Place]:
        needed = _needed(repo)
        if not needed:
            return
        for find in _TARGETS:
            lacking: dict[tuple[str, tuple[str, ...]], list[str]] = {}
            for name, part, given in find(repo):
                if missing := tuple(sorted(needed - given)):
                    lacking.setdefault((name, missing), []).append(part)
            for (name, missing), parts in lacking.items():
                who = ", ".join(part for part in parts if part)
                yield name, None, f"No {', '.join(missing)}{' for ' + who if who else ''}."


class DPL102(Check):
    """What is deployed runs a server that is made for production."""

    severity = Severity.ERROR
    why = "Django's development server is slow, was never audited, and says so itself."
    mend = "Start granian, gunicorn or uvicorn there; runserver is for development alone."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name, number, command in _start_commands(repo):
            if "runserver" in command:
                yield name, number, "The start command is Django's development server."


class DPL103(Check):
    """What is deployed starts a module that is there."""

    severity = Severity.ERROR
    why = "The server ends at once: it can't import what it shall serve."
    mend = "Name the module of the project that has wsgi.py or asgi.py, such as config.wsgi."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name, number, command in _start_commands(repo):
            served = _SERVED.search(command)
            if served and not any(
                f"/{file}".endswith(f"/{served[1].replace('.', '/')}.py") for file in repo.files
            ):
                yield name, number, f"There is no module {served[1]}."


CHECKS = (DPL101, DPL102, DPL103)


def _start_commands(repo: Repo) -> Iterator[tuple[str, int, str]]:
    """The lines of deployment files that start something: file, line, command."""
    for name in repo.matching(
        "Procfile", "render.y*ml", "railway.json", "railway.toml", "fly.toml", "*.service"
    ):
        for number, line in repo.lines(name):
            if _STARTS.match(line):
                yield name, number, line


def _needed(repo: Repo) -> frozenset[str]:
    """What production's settings read without a default: those of its own, and those that it shares."""
    modules = list(reading.settings(repo))
    stems = {name: PurePosixPath(name).stem for name in modules}
    production = [name for name in modules if reading.PRODUCTION.search(stems[name])]
    if not production and not any(stem == "settings" for stem in stems.values()):
        return frozenset()
    folders = {PurePosixPath(name).parent for name in production or modules}
    shared = [
        name
        for name in modules
        if _SHARED.fullmatch(stems[name]) and PurePosixPath(name).parent in folders
    ]
    return frozenset().union(*(_read_without_default(repo.module(n)) for n in production + shared))


def _read_without_default(module: ast.Module | None) -> frozenset[str]:
    """The variables that a module reads when it is imported, whatever it finds, and has no default for."""
    nodes = list(_always_run(module.body if module else []))
    # django-environ: Env(DEBUG=(bool, False)) is where its defaults are.
    schemes = {
        keyword.arg
        for node in nodes
        if isinstance(node, ast.Call) and _called(node) == "Env"
        for keyword in node.keywords
        if isinstance(keyword.value, ast.Tuple)
    }
    return frozenset(name for node in nodes if (name := _variable(node))) - schemes


def _always_run(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a module, without those that a condition, an error or a call decides about."""
    for node in nodes:
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            yield from _always_run([node.test])
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.Try):
            yield node
            # What is left of `or` and `and` is read, what is right of them perhaps.
            children = (
                node.values[:1] if isinstance(node, ast.BoolOp) else ast.iter_child_nodes(node)
            )
            yield from _always_run(children)


def _variable(node: ast.AST) -> str:
    """The variable of `env("X")`, `env.str("X")`, `config("X")` and `os.environ["X"]`; else nothing."""
    if isinstance(node, ast.Subscript):
        if isinstance(node.ctx, ast.Load) and reading.last_name(node.value) == "environ":
            return _constant(node.slice)
        return ""
    if not isinstance(node, ast.Call) or any(k.arg == "default" for k in node.keywords):
        return ""
    function = node.func
    reads = isinstance(function, ast.Name) and function.id in {"env", "config", "get_env_variable"}
    if isinstance(function, ast.Attribute) and reading.last_name(function.value) == "env":
        reads = function.attr not in _NO_VARIABLE
        if reads and not node.args:
            return _NAMED.get(function.attr, "")
    return _constant(node.args[0]) if reads and len(node.args) == 1 else ""


def _called(node: ast.Call) -> str:
    return reading.last_name(node.func)


def _constant(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _compose(repo: Repo) -> Iterator[Target]:
    """The services of a Compose file that run the project with production's settings."""
    for name in repo.matching("compose*.y*ml", "docker-compose*.y*ml"):
        text = repo.text(name)
        services = reading.mapping(reading.yaml_mapping(text).get("services"))
        images = {
            service["image"]
            for service in map(reading.mapping, services.values())
            if _builds_project(repo, name, service) and isinstance(service.get("image"), str)
        }
        for label, service in services.items():
            service = reading.mapping(service)
            if not _builds_project(repo, name, service) and str(service.get("image")) not in images:
                continue
            given = _names(service.get("environment")) | _names_of_image(repo)
            settings = _settings_module(service.get("environment")) or _settings_module(
                _image(repo)
            )
            if reading.PRODUCTION.search(settings):
                if "env_file" in service:
                    given |= _names_of_examples(repo, PurePosixPath(name).parent)
                yield name, str(label), given


def _builds_project(repo: Repo, name: str, service: Mapping[str, Any]) -> bool:
    build = service.get("build")
    context = build.get("context", ".") if isinstance(build, Mapping) else build
    if not isinstance(context, str):
        return False
    return (PurePosixPath(name).parent / context / "manage.py").as_posix() in repo.files


def _kubernetes(repo: Repo) -> Iterator[Target]:
    """The folder of the manifests; with overlays, each of them with what they share."""
    for folder in ("deploy/kubernetes", "deploy/k8s", "kubernetes", "k8s"):
        files = [name for name in repo.files if name.startswith(f"{folder}/")]
        workloads = [
            name for name in files if re.search(r"^kind: Deployment", repo.text(name), re.M)
        ]
        if not workloads or any(name.endswith("Chart.yaml") for name in files):
            continue
        overlays = sorted(
            {
                "/".join(name.split("/")[: folder.count("/") + 3])
                for name in files
                if "/overlays/" in name
            }
        )
        shared = [name for name in files if not name.startswith(tuple(f"{o}/" for o in overlays))]
        given = frozenset().union(
            _names_of_image(repo), *(_names_of_manifest(repo, n) for n in shared)
        )
        if not overlays:
            yield min(workloads), "", given
        for overlay in overlays:
            own = [name for name in files if name.startswith(f"{overlay}/")]
            configuration = next((name for name in own if name.endswith(".env")), own[0])
            yield configuration, "", given.union(*(_names_of_manifest(repo, name) for name in own))


def _names_of_manifest(repo: Repo, name: str) -> frozenset[str]:
    """The names in ConfigMaps, Secrets and containers, and those in files of variables."""
    if re.search(r"\.env(\.|$)", name):
        return frozenset(_ASSIGNED.findall(repo.text(name)))
    if not name.endswith((".yaml", ".yml")):
        return frozenset()
    found: set[str] = set()
    pending: list[Any] = [*reading.yaml_documents(repo.text(name))]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending += item
        elif isinstance(item, Mapping):
            pending += item.values()
            for key in ("data", "stringData", "encryptedData"):
                found |= set(map(str, reading.mapping(item.get(key))))
            for key in ("name", "secretKey"):  # of a container's env, of an ExternalSecret
                if isinstance(item.get(key), str) and _NAME.fullmatch(item[key]):
                    found.add(item[key])
            if isinstance(item.get("literals"), list):
                found |= {str(literal).partition("=")[0] for literal in item["literals"]}
    return frozenset(found)


def _render(repo: Repo) -> Iterator[Target]:
    """The services of a blueprint of Render that run Python or the image."""
    for name in repo.matching("render.yaml", "render.yml"):
        blueprint = reading.yaml_mapping(repo.text(name))
        groups = {
            str(group.get("name")): _keys(group)
            for group in map(reading.mapping, reading.sequence(blueprint.get("envVarGroups")))
        }
        for service in map(reading.mapping, reading.sequence(blueprint.get("services"))):
            used = {
                str(v["fromGroup"])
                for v in reading.sequence(service.get("envVars"))
                if "fromGroup" in reading.mapping(v)
            }
            runtime = service.get("runtime") or service.get("env")
            if str(runtime) in {"python", "docker"} and used <= groups.keys():
                given = _keys(service).union(*(groups[group] for group in used))
                yield name, str(service.get("name", "")), given | _names_of_image(repo)


def _keys(item: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        str(reading.mapping(v).get("key", "")) for v in reading.sequence(item.get("envVars"))
    )


def _railway(repo: Repo) -> Iterator[Target]:
    """Railway's files hold no variables: an example beside them does."""
    files = [*repo.matching("railway.json", "railway.toml", "deploy/railway/*.json")]
    for folder in sorted({PurePosixPath(name).parent for name in files}):
        given = _names_of_examples(repo, folder) | _names_of_image(repo)
        beside = [name for name in repo.files if PurePosixPath(name).parent == folder]
        examples = [name for name in beside if _is_example(name)]
        yield (examples or [n for n in files if n in beside])[0], "", given


def _fly(repo: Repo) -> Iterator[Target]:
    """The variables of fly.toml, and the secrets that its comments name."""
    for name in repo.matching("fly.toml", "fly.*.toml"):
        text = repo.text(name)
        try:
            variables = reading.mapping(tomllib.loads(text).get("env"))
        except tomllib.TOMLDecodeError:
            continue
        yield name, "", frozenset(variables) | _named_secrets(text) | _names_of_image(repo)


def _systemd(repo: Repo) -> Iterator[Target]:
    """The units that run Python, with the example of their EnvironmentFile."""
    for name in repo.matching("*.service"):
        text = repo.text(name)
        if any(
            _RUNS_PYTHON.search(line) for line in re.findall(r"^ExecStart=.*", text, re.MULTILINE)
        ):
            given = frozenset(
                variable
                for line in re.findall(r"^Environment=(.*)", text, re.MULTILINE)
                for variable in re.findall(r"([A-Z][A-Z0-9_]*)=", line)
            )
            if re.search(r"^EnvironmentFile=", text, re.MULTILINE):
                given |= _names_of_examples(repo, PurePosixPath(name).parent)
            yield name, "", given | _named_secrets(text)


_TARGETS: tuple[Callable[[Repo], Iterator[Target]], ...] = (
    _compose,
    _kubernetes,
    _render,
    _railway,
    _fly,
    _systemd,
)


def _is_example(name: str) -> bool:
    """`.env.example`, `variables.env.example`, `environment.example`."""
    base = PurePosixPath(name).name
    return "env" in base and reading.EXAMPLE.search(base) is not None


def _names_of_examples(repo: Repo, folder: PurePosixPath) -> frozenset[str]:
    """The names in the examples of environment files in a folder."""
    return frozenset(
        variable
        for name in repo.files
        if PurePosixPath(name).parent == folder and _is_example(name)
        for variable in _ASSIGNED.findall(repo.text(name))
    )


def _named_secrets(text: str) -> frozenset[str]:
    return frozenset(name for match in _SECRETS.finditer(text) for name in _NAME.findall(match[1]))


def _image(repo: Repo) -> dict[str, str]:
    """The variables that the image at the root of the repo sets."""
    text = repo.text("Dockerfile") if "Dockerfile" in repo.files else ""
    lines = re.findall(r"^ENV\s+((?:.*\\\n)*.*)", text, re.MULTILINE)
    return {
        name: value
        for line in lines
        for name, value in re.findall(r"([A-Z][A-Z0-9_]*)[=\s]\s*(\S*)", line)
    }


def _names_of_image(repo: Repo) -> frozenset[str]:
    return frozenset(_image(repo))


def _settings_module(environment: Any) -> str:
    if isinstance(environment, list):
        environment = dict(str(item).partition("=")[::2] for item in environment)
    return str(reading.mapping(environment).get("DJANGO_SETTINGS_MODULE", ""))


def _names(environment: Any) -> frozenset[str]:
    """The names of a Compose file's environment, a mapping or a list."""
    items = environment if isinstance(environment, Mapping | list) else ()
    return frozenset(str(item).partition("=")[0] for item in items)
