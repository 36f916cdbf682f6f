"""The three formats of CI files, read into one form: jobs, with their commands in order.

Each reader knows what our files use, and fails on anything else: what it does not understand is not skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

# The same addresses in every CI file.
LOCAL = {
    "DATABASE_URL": "postgres://postgres@localhost:5432/postgres",
    "REDIS_URL": "redis://localhost:6379/0",
    "BROKER_URL": "amqp://guest:guest@localhost:5672//",
}


@dataclass(frozen=True)
class Command:
    """A command for a shell, and the variables that the file gives it."""

    text: str
    env: Mapping[str, str] = field(default_factory=dict)
    condition: str = ""


@dataclass(frozen=True)
class Job:
    """What one machine does."""

    commands: Sequence[Command] = ()
    after: Sequence[Command] = ()  # whatever has happened before
    on_failure: Sequence[Command] = ()
    of_a_tag: Sequence[str] = ()
    services: frozenset[str] = frozenset()
    python: str = ""
    reports: frozenset[str] = frozenset()  # the files that are kept
    credentials: frozenset[str] = frozenset()


def _only(found: Mapping[str, Any], *known: str) -> None:
    unknown = found.keys() - set(known)
    if unknown:
        raise ValueError(f"the reader does not know {sorted(unknown)}")


# GitHub


def read_github(path: Path) -> dict[str, Job]:
    """The jobs of a workflow; those that call another workflow are left to it."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML 1.1 takes the key `on` for a truth.
    top = {str(key): value for key, value in workflow.items()}
    _only(top, "name", "True", "permissions", "concurrency", "jobs")
    return {
        name: _github_job(job)
        for name, job in workflow["jobs"].items()
        if not str(job.get("uses", "")).startswith("$/")
    }


def _github_job(job: Mapping[str, Any]) -> Job:
    known = ("name", "needs", "if", "runs-on", "timeout-minutes", "permissions", "environment")
    _only(job, *known, "services", "env", "steps")
    phases: dict[str, list[Command]] = {"": [], "always()": [], "failure()": []}
    reports: set[str] = set()
    python = ""
    for step in job["steps"]:
        _only(step, "name", "id", "if", "uses", "with", "run", "env")
        if "run" in step:
            condition = step.get("if", "")
            env = {**job.get("env", {}), **step.get("env", {})}
            command = Command(step["run"], env, condition)
            phases[condition if condition in phases else ""].append(command)
        elif step["uses"].startswith("actions/setup-python@"):
            python = step["with"]["python-version"]
        elif step["uses"].startswith("actions/upload-artifact@"):
            reports |= set(step["with"]["path"].split())
    services = frozenset(job.get("services", ()))
    return Job(
        phases[""],
        phases["always()"],
        phases["failure()"],
        services=services,
        python=python,
        reports=frozenset(reports),
    )


# Travis CI

BEFORE = ("before_install", "install", "before_script", "script", "after_success")


def read_travis(path: Path) -> dict[str, Job]:
    """The jobs of .travis.yml, each with what it has from the top."""
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    phases = (*BEFORE, "after_failure", "after_script")
    shared = ("os", "dist", "language", "python", "git", "services", "addons", "env")
    _only(config, *shared, *phases, "jobs")
    _only(config["jobs"], "include")
    _only(config["env"], "global")
    env = dict(line.split("=", 1) for line in config["env"]["global"])
    jobs = {}
    for given in config["jobs"]["include"]:
        _only(given, "name", "python", "services", "install", *phases)
        job = {**config, **given}
        addons = job.get("addons", {}).get("apt", {}).get("packages", [])
        if len(_several(job["script"])) != 1:
            raise ValueError(
                "Travis runs the second command of a script after the first has failed"
            )
        jobs[given["name"]] = Job(
            [Command(text, env) for phase in BEFORE for text in _several(job.get(phase))],
            [Command(text, env) for text in _several(job.get("after_script"))],
            [Command(text, env) for text in _several(job.get("after_failure"))],
            services=frozenset([*_several(job["services"]), *addons]),
            python=job["python"],
            # Travis keeps no files: they are in the log, and gone.
            reports=frozenset({"junit.xml", "coverage.xml"}),
        )
    return jobs


def _several(value: str | list[str] | None) -> list[str]:
    if value is None or value == "skip":
        return []
    return [value] if isinstance(value, str) else value


# Jenkins

TOKEN = re.compile(
    r"""(?P<blank>[ \t]+|//[^\n]*)|(?P<newline>\n)|'''(?P<long>.*?)'''|'(?P<short>(?:[^'\\\n]|\\.)*)'"""
    r"""|(?P<word>\w+)|(?P<sign>[{}()\[\],:=])""",
    re.DOTALL,
)


@dataclass(frozen=True)
class _Statement:
    """`name argument, key: argument { body }`, or `name = 'value'`."""

    name: str
    arguments: Mapping[str, str]
    body: Sequence[_Statement] | None

    @property
    def first(self) -> str:
        return self.arguments["0"]


class _Groovy:
    """The part of Groovy that a declarative pipeline is written in, without a script."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text):
            match = TOKEN.match(text, place)
            if match is None:
                raise ValueError(f"the reader does not know {text[place:place + 40]!r}")
            place = match.end()
            kind = str(match.lastgroup)
            if kind != "blank":
                self.tokens.append((kind, match[kind]))
        self.place = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self, *wanted: str) -> tuple[str, str]:
        kind, value = self.peek()
        if wanted and kind not in wanted and value not in wanted:
            raise ValueError(f"the reader expected {wanted}, and found {value!r}")
        self.place += 1
        return kind, value

    def statements(self) -> Iterator[_Statement]:
        while True:
            kind, value = self.peek()
            if kind == "newline":
                self.take()
            elif kind == "end" or value == "}":
                return
            else:
                yield self.statement()

    def statement(self) -> _Statement:
        _, name = self.take("word")
        arguments: dict[str, str] = {}
        if self.peek()[1] == "=":
            self.take()
            arguments["0"] = self.take("short")[1]
        else:
            self.arguments(arguments, depth=0)
        body = None
        if self.peek() == ("sign", "{"):
            self.take()
            body = tuple(self.statements())
            self.take("}")
        return _Statement(name, arguments, body)

    def arguments(self, found: dict[str, str], depth: int) -> None:
        """Collects the values of a call, also of the calls within, by their names or places."""
        key = ""
        while True:
            kind, value = self.peek()
            if kind == "newline" and depth:
                self.take()
            elif kind in {"newline", "end"} or value in {"{", "}"}:
                return
            elif kind == "sign" and value in {"(", "["}:
                self.take()
                self.arguments(found, depth + 1)
                self.take(")", "]")
            elif kind == "sign" and value in {")", "]"}:
                return
            elif kind == "sign":
                self.take(",")
            elif kind == "word" and self.tokens[self.place + 1][1] == ":":
                key = self.take()[1]
                self.take(":")
            else:
                found[key or str(len(found))] = self.take("word", "short", "long")[1]
                key = ""


def _parts(body: Sequence[_Statement] | None, *known: str) -> dict[str, _Statement]:
    parts = {statement.name: statement for statement in body or ()}
    _only(parts, *known)
    return parts


def read_jenkins(path: Path) -> Job:
    """The one job of a declarative Jenkinsfile."""
    (pipeline,) = _Groovy(path.read_text(encoding="utf-8")).statements()
    if pipeline.name != "pipeline":
        raise ValueError("it is no declarative pipeline")
    parts = _parts(pipeline.body, "agent", "options", "environment", "stages", "post")
    _parts(parts["options"].body, "timeout", "timestamps", "disableConcurrentBuilds")
    env = {variable.name: variable.first for variable in parts["environment"].body or ()}
    commands: list[Command] = []
    of_a_tag: list[str] = []
    credentials: set[str] = set()
    for stage in parts["stages"].body or ():
        stage_parts = _parts(stage.body, "when", "steps")
        texts = []
        for step in _steps(stage_parts["steps"].body, credentials):
            if step.name != "sh":
                raise ValueError(f"the reader does not know the step {step.name}")
            texts.append(dedent(step.first).strip())
        if "when" in stage_parts:
            _parts(stage_parts["when"].body, "buildingTag")
            of_a_tag += texts
        else:
            commands += [Command(text, env) for text in texts]
    after: list[Command] = []
    reports: set[str] = set()
    post = _parts(parts["post"].body, "always", "cleanup")
    for step in post["always"].body or ():
        if step.name == "sh":
            after.append(Command(step.first, env))
        elif step.name in {"junit", "archiveArtifacts"}:
            reports.add(step.arguments["testResults" if step.name == "junit" else "artifacts"])
        else:
            raise ValueError(f"the reader does not know the step {step.name}")
    _parts(post["cleanup"].body, "deleteDir")
    tidy = [re.sub(r"\n +", "\n", text) for text in of_a_tag]
    return Job(
        commands,
        after,
        of_a_tag=tidy,
        reports=frozenset(reports),
        credentials=frozenset(credentials),
    )


def _steps(body: Sequence[_Statement] | None, credentials: set[str]) -> Iterator[_Statement]:
    """The steps of a stage, also those within `withCredentials`."""
    for step in body or ():
        if step.name == "withCredentials":
            credentials.add(step.arguments["credentialsId"])
            yield from _steps(step.body, credentials)
        else:
            yield step
