"""The CI files are valid, hold no secret, and name nothing that is not there.

actionlint is not among the linters: its package on PyPI downloads the program from GitHub when it is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from nexus_scaffold import git
from nexus_scaffold.testing import RenderedRepo, RenderRepo
from tests.ci_files import LOCAL, read_github, read_jenkins, read_travis
from tests.services.test_ci import Rendered
from tests.variants import BLANK_WITH_EVERYTHING_OFF, DEFAULTS, JOB_BOARD_WITH_EVERYTHING_ON

ALL = {"github_actions": True, "jenkins": True, "travis": True}
SPREAD: Mapping[str, Mapping[str, object]] = {
    "everything on": {**JOB_BOARD_WITH_EVERYTHING_ON, **ALL},
    "everything off": {**BLANK_WITH_EVERYTHING_OFF, **ALL},
    "kubernetes": {**ALL, "cache": False},
    "image alone": {**ALL, "kubernetes": False, "tasks": False},
    "render without an image": {**ALL, "hosting": "render", "containers": False},
    "railway": {**ALL, "hosting": "railway", "observability": False},
    "fly": {**ALL, "hosting": "fly", "tasks": False, "cache": False},
    "vm": {**ALL, "hosting": "vm", "kubernetes": False},
}
LINTER = "npm-groovy-lint@18.0.0"


@pytest.fixture(scope="module", params=SPREAD)
def repo(request: pytest.FixtureRequest, render_repo: RenderRepo) -> Path:
    path = render_repo(**SPREAD[request.param])
    git.git("init", "--quiet", cwd=path)
    return path


def _files(repo: Path) -> list[Path]:
    workflows = sorted((repo / ".github" / "workflows").glob("*.yml"))
    assert {path.name for path in workflows} >= {"ci.yml", "docs.yml", "template-update.yml"}
    return [*workflows, repo / "Jenkinsfile", repo / ".travis.yml"]


def _commands(repo: Path) -> list[str]:
    jobs = [*read_travis(repo / ".travis.yml").values(), read_jenkins(repo / "Jenkinsfile")]
    for workflow in _files(repo)[:-2]:
        jobs += read_github(workflow).values()
    return [
        text
        for job in jobs
        for text in (
            *(command.text for command in (*job.commands, *job.after, *job.on_failure)),
            *job.of_a_tag,
        )
    ]


def test_they_fit_their_schemas(repo: Path) -> None:
    """T06, T07"""
    *workflows, _, travis = _files(repo)
    for schema, files in (("github-workflows", workflows), ("travis", [travis])):
        command = ["-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
        done = subprocess.run(
            [sys.executable, *command, *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_zizmor_finds_no_weakness(repo: Path, rendered: Rendered) -> None:
    """T06, with the strictest persona but the auditor's, from the tools of a rendered repo."""
    tools = RenderedRepo(repo, rendered(**DEFAULTS).answers, rendered(**DEFAULTS).environment)
    zizmor = Path(tools.environment["UV_PROJECT_ENVIRONMENT"]) / "bin" / "zizmor"
    options = ("--quiet", "--offline", "--strict-collection", "--persona", "pedantic")
    tools.run(str(zizmor), *options, ".github")


def test_actions_are_pinned_and_rights_are_few(repo: Path) -> None:
    """T06: by a full commit, and each job has its own rights, none at the top."""
    for path in _files(repo)[:-2]:
        text = path.read_text(encoding="utf-8")
        for used in re.findall(r"uses: (\S.*)", text):
            assert re.fullmatch(r"\S+@[0-9a-f]{40} # v?\d[\w.]*|\$/\.github/\S+", used), used
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            allowed = {right for right, level in job["permissions"].items() if level == "write"}
            may = {"template-update": {"contents", "issues", "pull-requests"}}
            assert allowed <= may.get(name, {"pages", "id-token"}), name
        assert "pull_request_target" not in text
    for command in _commands(repo):
        assert "${{" not in command, "what others write is no part of a script"


def test_what_they_call_is_there(repo: Path) -> None:
    """H11: each target of make, and each path."""
    makefile = (repo / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    commands = _commands(repo)
    called = {
        word
        for command in commands
        for words in re.findall(r"\bmake ((?:[a-z-]+(?: |$))+)", command)
        for word in words.split()
    }
    assert {"setup", "ci", "test", "audit"} <= called <= targets
    for command in commands:
        # On a virtual machine the repo is in a folder of its own.
        for name in re.findall(
            r"(?<![\w$~])(?:/current/)?((?:deploy|scripts|docs)/[\w./-]+)", command
        ):
            assert (repo / name).exists(), name
    for path in _files(repo):
        for name in re.findall(r"docs/[\w/-]+\.md", path.read_text(encoding="utf-8")):
            assert (repo / name).is_file(), name


def test_every_ci_does_the_same_on_the_same_servers(repo: Path) -> None:
    """H08"""
    github = read_github(repo / ".github" / "workflows" / "ci.yml")
    travis, jenkins = read_travis(repo / ".travis.yml"), read_jenkins(repo / "Jenkinsfile")
    env = github["ci"].commands[0].env
    assert env.items() <= LOCAL.items()
    assert travis["Lint and test"].commands[0].env == env
    assert jenkins.commands[0].env == env
    assert [len(job.services) for job in (github["ci"], travis["Lint and test"])] == [len(env)] * 2
    minimum = re.search(r'requires-python = ">=([\d.]+)', (repo / "pyproject.toml").read_text())
    assert minimum
    assert github["oldest"].python == minimum[1]
    assert travis[f"Test on Python {minimum[1]}"].python == minimum[1]


def test_what_has_to_be_set_is_documented_and_no_secret_is_in_a_file(repo: Path) -> None:
    """S05, B05: each secret, variable and credential by its name, and each name of a check."""
    page = (repo / "docs" / "operations" / "ci.md").read_text(encoding="utf-8")
    text = "".join(path.read_text(encoding="utf-8") for path in _files(repo))
    named = {*re.findall(r"\b(?:secrets|vars)\.(\w+)", text)}
    named |= read_jenkins(repo / "Jenkinsfile").credentials
    assert {name for name in named if f"| `{name}` |" not in page} == set()
    for listed in re.findall(r"^\| `(\w+)` \| (?:secret|variable|credentials)", page, re.MULTILINE):
        assert listed in named, f"{listed} is documented, and nothing reads it"
    assert not re.search(r"(?i)(password|token|secret|key)\s*[:=]\s*['\"]?[A-Za-z0-9+/]{12,}", text)
    jobs = yaml.safe_load((repo / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    for job in jobs.values():
        assert f"`{job['name']}`" in page, "the checks that the branch's protection asks for"


def test_a_deployment_hands_its_secrets_over_and_prints_none(repo: Path, tmp_path: Path) -> None:
    """T07, S05: the steps that deploy, with stand-ins for the programs of the hosts, and in their order."""
    workflow = repo / ".github" / "workflows" / "cd.yml"
    if not workflow.exists():
        pytest.skip("nothing is deployed from there")
    jobs = read_github(workflow)
    stand_ins, log = tmp_path / "bin", tmp_path / "log"
    stand_ins.mkdir()
    for name in ("docker", "ssh", "curl", "npx", "flyctl", "kubectl", "python3"):
        (stand_ins / name).write_text(
            f'#!/bin/sh\necho "{name} $*" >>"$LOG"\n'
            '[ "$1" = login ] && cat >>"$LOG.stdin"\n'
            # What kubectl is asked of the release's Job.
            'case "$*" in *jsonpath*) echo Complete ;; *kustomize*) echo "kind: Job" ;; esac\nexit 0\n'
        )
        (stand_ins / name).chmod(0o755)
    printed = ""
    for job in jobs.values():
        for command in job.commands:
            given = {
                name: re.sub(r"\$\{\{ (?:secrets|vars|github)\.(\w+) \}\}", r"value-of-\1", value)
                for name, value in command.env.items()
            }
            variables = {
                **os.environ,
                **given,
                "PATH": f"{stand_ins}{os.pathsep}{os.environ['PATH']}",
                "LOG": str(log),
                "RUNNER_TEMP": str(tmp_path),
                "GITHUB_SHA": "0" * 40,
                "GITHUB_REF_NAME": "v1.0.0",
            }
            done = subprocess.run(
                ["bash", "-e", "-c", command.text],
                cwd=repo,
                env=variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{command.text}\n{done.stdout}"
            printed += done.stdout
    called = log.read_text(encoding="utf-8")
    if "image" in jobs:
        assert "push value-of-IMAGE:value-of-ref_name" in called
        assert "value-of-REGISTRY_PASSWORD" not in called, "it goes in by the standard input"
        assert (tmp_path / "log.stdin").read_text() == "value-of-REGISTRY_PASSWORD"
    if "deploy" in jobs:
        assert called.rstrip().endswith(
            "scripts/smoke.py value-of-URL"
        ), "the last is a look from outside"
    for secret in re.findall(r"secrets\.(\w+)", workflow.read_text(encoding="utf-8")):
        assert f"value-of-{secret}" not in printed, secret


@pytest.mark.java
def test_the_jenkinsfile_passes_a_linter(
    rendered: Rendered, render_repo: RenderRepo, tmp_path: Path
) -> None:
    """T07: CodeNarc, by npm-groovy-lint, with its rules for Jenkinsfiles; of all answers at once, as it is slow."""
    repo = rendered(**DEFAULTS)
    repo.run("make", "client/node_modules")
    folder = Path(repo.environment["UV_PROJECT_ENVIRONMENT"]).parent / LINTER
    node = f"{repo.path / 'client' / '.node' / 'bin'}{os.pathsep}{repo.environment['PATH']}"
    variables = {"PATH": node}
    with FileLock(f"{folder}.lock"):
        if not (folder / "node_modules").exists():
            options = ("--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts")
            repo.run("npm", "install", *options, LINTER, variables=variables)
    for number, given in enumerate(SPREAD.values()):
        name = tmp_path / str(number) / "Jenkinsfile"
        name.parent.mkdir()
        shutil.copy(render_repo(**given) / "Jenkinsfile", name)
    linter = str(folder / "node_modules" / ".bin" / "npm-groovy-lint")
    options = ("--noserver", "--config", "recommended-jenkinsfile", "--failon", "info")
    files = sorted(map(str, tmp_path.glob("*/Jenkinsfile")))
    done = repo.run(linter, *options, *files, variables=variables)
    assert f"{len(SPREAD)} linted files" in re.sub(r"\x1b\[\d+m", "", done.stdout)
