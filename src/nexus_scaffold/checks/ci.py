"""Continuous integration: does it run, does it run the tests, and is it safe?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from . import reading
from .base import Check, Place, Severity
from .repo import Repo

_RUNS_TESTS = re.compile(
    r"pytest|newman|manage\.py\s+test|django-admin\s+test|\b(?:tox|nox)\b|coverage\s+run|unittest"
    r"|\b(?:make|just|task|invoke|hatch|pdm|rye|poe|uv)\s+(?:run\s+)?[\w:-]*(?:test|check|ci)\b|tests?\.sh"
)
_SECRET_NAME = re.compile(r"(?:^|[_-])(?:password|passwd|secret|token|api[_-]?key)$", re.IGNORECASE)
_FOR_TESTS = re.compile(
    r"(?i)test|dummy|fake|example|insecure|secret|ci\b|postgres|password|root|admin|change|your|not|github|true|false"
)
_INSTALLS = re.compile(r"pip3?\s+install\s[^\n&|;]*?-r\s+([\w./-]+\.(?:txt|in))")
_RUNS_SCRIPT = re.compile(r"(?:^|[\s;&])(?:python3?|bash|sh)\s+([\w./-]+\.(?:py|sh))\b")


class CIW101(Check):
    """A CI service checks each push."""

    why = "What breaks is found by whoever uses it."
    mend = (
        "Write .github/workflows/ci.yml, which installs the project, lints it and runs its tests."
    )

    def places(self, repo: Repo) -> Iterator[Place]:
        declined = reading.is_declined(repo, "github_actions", "jenkins", "travis")
        if any(repo.matching("manage.py")) and not reading.ci_files(repo) and not declined:
            yield ".github/workflows/ci.yml", None, "There is no CI."


class CIW102(Check):
    """Workflows are where GitHub looks for them."""

    severity = Severity.ERROR
    why = "The workflow never runs, and nobody is told."
    mend = "Move the file into .github/workflows/ at the root of the repo, and name the subfolder in working-directory."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in repo.matching("*.yml", "*.yaml"):
            if re.fullmatch(r"\.github/workflows/[^/]+", name) or _is_material(name):
                continue
            folder = PurePosixPath(name).parent
            if folder.name in {"workflows", "workflow", ".github", "github"} and _is_workflow(
                repo.text(name)
            ):
                yield name, None, "GitHub never runs a workflow that is here."


class CIW103(Check):
    """Each workflow can be read."""

    severity = Severity.ERROR
    why = "GitHub refuses the file: none of its jobs runs."
    mend = "Correct the indentation and quotes until it is YAML with the keys on and jobs."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _workflows(repo):
            text = repo.text(name)
            if not reading.is_yaml(text):
                yield name, None, "It is not YAML."
            elif not _is_workflow(text):
                yield name, None, "It has no jobs, or nothing that starts them."


class CIW104(Check):
    """CI runs the tests."""

    why = "A green badge says nothing where no test has run."
    mend = "Add a step that runs the tests, such as run: pytest."

    def places(self, repo: Repo) -> Iterator[Place]:
        files = reading.ci_files(repo)
        if (
            files
            and reading.tests(repo)
            and not any(_RUNS_TESTS.search(repo.text(n)) for n in files)
        ):
            yield files[0], None, "There are tests, and no CI file runs them."


class CIW105(Check):
    """Actions of others are named with a version."""

    why = "Whoever can push to the action's branch runs code with this repo's secrets."
    mend = "Name a version, such as actions/checkout@v5, or better the commit of one."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _workflows(repo):
            for number, line in repo.lines(name):
                used = re.match(
                    r"\s*(?:-\s+)?uses:\s*[\"']?(\w[\w.-]*/[\w./-]+)(?:@([\w./-]+))?", line
                )
                if used and used[2] in {None, "main", "master", "latest", "develop", "dev", "HEAD"}:
                    yield name, number, f"{used[1]} is named without a version."


class CIW106(Check):
    """No CI file holds a secret."""

    severity = Severity.ERROR
    why = "Whoever can read the repo can deploy, publish or log in with it."
    mend = "Change it at the service, put the new one among the repo's secrets, and write ${{ secrets.NAME }}."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _workflows(repo):
            for key, value in _pairs(reading.yaml_mapping(repo.text(name))):
                if (
                    _SECRET_NAME.search(key)
                    and re.fullmatch(r"(?=.*\d)(?=.*[A-Za-z])[^\s$]{12,}", value)
                    and not _FOR_TESTS.search(value)
                ):
                    line = reading.line_of(repo.text(name), max(repo.text(name).find(value), 0))
                    yield name, line, f"{key} is written in the file."


class CIW107(Check):
    """The files that a workflow names are there."""

    severity = Severity.ERROR
    why = "The step fails on each run, whatever was pushed."
    mend = "Correct the path; in a subfolder, set working-directory."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _workflows(repo):
            text = repo.text(name)
            workflow = reading.yaml_mapping(text)
            for job in map(reading.mapping, reading.mapping(workflow.get("jobs")).values()):
                for path, named in _lacking(repo, workflow, job):
                    # What a step makes or fetches is not in the repo.
                    if not re.search(
                        rf"(mkdir|path:|clone|>|-o|output)\s.*{re.escape(named)}", text
                    ):
                        line = reading.line_of(text, max(text.find(named), 0))
                        yield name, line, f"There is no {path} in the repo."


CHECKS = (CIW101, CIW102, CIW103, CIW104, CIW105, CIW106, CIW107)


def _workflows(repo: Repo) -> tuple[str, ...]:
    return tuple(n for n in reading.ci_files(repo) if n.startswith(".github/workflows/"))


def _is_material(name: str) -> bool:
    """Whether a file is there to be copied: a template, an example, what a test reads."""
    parts = {part.lower() for part in PurePosixPath(name).parts[:-1]}
    return "{" in name or bool(
        parts
        & {"template", "templates", "tests", "fixtures", "testdata", "examples", "example", "docs"}
    )


def _is_workflow(text: str) -> bool:
    workflow = reading.yaml_mapping(text)
    return bool(reading.mapping(workflow.get("jobs"))) and bool(
        {"on", "True"} & workflow.keys()  # YAML 1.1 reads `on` as a yes
    )


def _pairs(item: Any) -> Iterator[tuple[str, str]]:
    """The keys with their texts in env and with, at any depth; not of services, which live as long as the job."""
    if isinstance(item, Mapping):
        for key, value in item.items():
            if key in {"env", "with"}:
                yield from (
                    (str(k), v) for k, v in reading.mapping(value).items() if isinstance(v, str)
                )
            elif key != "services":
                yield from _pairs(value)
    elif isinstance(item, list):
        for value in item:
            yield from _pairs(value)


def _lacking(
    repo: Repo, workflow: Mapping[str, Any], job: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The paths of a job's steps that the repo lacks, and how they are written there."""
    steps = [reading.mapping(step) for step in reading.sequence(job.get("steps"))]
    fetched = sum("checkout" in str(step.get("uses", "")) for step in steps)
    inputs = [reading.mapping(step.get("with")) for step in steps]
    if fetched != 1 or any({"repository", "path"} & given.keys() for given in inputs):
        return  # where its files are is not plain
    default = _working_directory(job) or _working_directory(workflow)
    for step in steps:
        folder = str(step.get("working-directory") or default).removeprefix("./").strip("/")
        run = str(step.get("run", ""))
        if "$" in folder or not run:
            continue
        if folder not in {"", "."} and folder not in repo.folders:
            yield folder, folder
            continue
        if re.search(r"(^|[\s;&])(cd|pushd)\s", run):
            continue
        for named in (*_INSTALLS.findall(run), *_RUNS_SCRIPT.findall(run)):
            path = PurePosixPath(folder, named).as_posix()
            if ".." not in path and not named.startswith("/") and path not in repo.paths:
                yield path, named


def _working_directory(item: Mapping[str, Any]) -> str:
    defaults = reading.mapping(reading.mapping(item.get("defaults")).get("run"))
    return str(defaults.get("working-directory", ""))
