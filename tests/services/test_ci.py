"""A rendered repo's CI files, run: their commands, in their order, with their variables, on a clean checkout.

What a file asks for and this machine has not is replaced at its edge, and nowhere else:

- The machine, its Python, and the servers: the commands run here, with the environment that the repos share,
  and the variables that name servers name those of the test, a database of its own among them. Each job would
  bring its own; that the addresses in the file are the ones of its servers is asserted.
- The source of known faults, which is on the network: pip-audit asks a server of the test.
- The servers of `make servers` get spare ports, where a Docker engine answers; else they are left out, and the
  shared ones serve.
- A push of an image has nowhere to go, and no tag is built here: the stages of a tag are read, and not run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from nexus_scaffold import git, new
from nexus_scaffold.testing import RenderedRepo, commit_all
from tests.ci_files import LOCAL, Job, read_github, read_jenkins, read_travis
from tests.conftest import NO_COVERAGE, SHARED_SERVERS, has
from tests.containers.conftest import BUILD_OPTIONS, PYTHON_DOCKERFILE, PYTHON_IMAGE, docker
from tests.services.servers import free_port
from tests.variants import BLANK_WITH_EVERYTHING_OFF, DEFAULTS, JOB_BOARD_WITH_EVERYTHING_ON

Rendered = Callable[..., RenderedRepo]
Edge = Callable[[str], Mapping[str, str] | None]

TRAVIS_ALONE = {**BLANK_WITH_EVERYTHING_OFF, "travis": True}

# What means the most where many processes share one server.
ON_REAL_SERVERS = (
    "test_the_second_request_asks_the_database_nothing",
    "test_no_read_is_older_than_a_write_that_was_answered",
    "test_a_hundred_readers_compute_once",
)
A_TEST_THAT_FAILS = '''"""A test that fails."""


def test_broken() -> None:
    """It says what is not so."""
    assert len("CI") == 3
'''


@dataclass
class Ran:
    """What came of a job."""

    commands: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    printed: str = ""
    green: bool = True


def run(repo: RenderedRepo, job: Job, edge: Edge, **variables: str) -> Ran:
    """Runs a job's commands until one fails, and then what it does in any case."""
    ran = Ran()
    python = Path(repo.environment["UV_PROJECT_ENVIRONMENT"]) / "bin" / "python"
    for command in (*job.commands, *job.after):
        if not ran.green and command in job.commands:
            continue
        replaced = edge(command.text)
        if replaced is None:
            ran.left_out.append(command.text)
            continue
        # What GitHub works out by itself is empty here: a first push to the default branch.
        given = {name: "" if "${{" in value else value for name, value in command.env.items()}
        done = repo.run(
            *("bash", "-e", "-c", command.text),
            check=False,
            variables={"PYTHON": str(python), **given, **replaced, **variables},
        )
        ran.commands.append(command.text)
        ran.printed += done.stdout
        ran.green &= done.returncode == 0
    return ran


@pytest.fixture
def checkout(tmp_path: Path, rendered: Rendered) -> Callable[..., RenderedRepo]:
    """A function that gives a fresh clone of the repo that some answers make."""

    def clone(**given: object) -> RenderedRepo:
        repo = rendered(**given)
        path = tmp_path / "checkout"
        git.git("clone", "--quiet", str(repo.path), str(path), cwd=tmp_path)
        return RenderedRepo(path, repo.answers, repo.environment)

    return clone


@contextmanager
def known_faults(faulty: str = "") -> Iterator[Mapping[str, str]]:
    """The variables that make pip-audit ask a server of ours, which knows one fault, or none."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fault = {"id": "PYSEC-2026-1", "details": "", "aliases": [], "affected": []}
            found = {"vulns": [fault]} if asked["package"]["name"] == faulty else {}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield {
            "PIP_AUDIT_VULNERABILITY_SERVICE": "osv",
            "PIP_AUDIT_OSV_URL": f"http://127.0.0.1:{server.server_port}/v1/query",
        }
        server.shutdown()


def _servers(job: Job, real_servers: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of the test's servers, in the place of those that the file names."""
    named = {name: value for name, value in job.commands[0].env.items() if name in LOCAL}
    assert named, "its tests run on a real database"
    assert named.items() <= LOCAL.items()
    return {name: real_servers[name] for name in named}


def _green(repo: RenderedRepo, job: Job, edge: Edge) -> Ran:
    """Runs a job, which passes, and leaves what the CI keeps of it."""
    ran = run(repo, job, edge, PYTEST_ADDOPTS="-rfEps")
    assert ran.green, ran.printed
    passed = re.findall(r"\b(\d{3,}) passed\b", ran.printed)
    assert passed
    coverage = re.search(r"Total coverage: ([\d.]+)%", ran.printed)
    assert coverage
    assert float(coverage[1]) >= 90
    assert {"junit.xml", "coverage.xml"} == job.reports
    suite = ET.parse(repo.path / "junit.xml").getroot()[0]  # noqa: S314 - ours
    assert int(suite.attrib["tests"]) >= int(passed[-1])
    assert (repo.path / "coverage.xml").is_file()
    changed = repo.run("git", "status", "--porcelain").stdout
    assert changed == "", "it changed a tracked file, or left one that git does not ignore"
    return ran


def _red(repo: RenderedRepo, job: Job, edge: Edge) -> None:
    """Runs a job with a test that fails, and with a file that is badly formatted."""
    test = repo.path / "tests" / "test_broken.py"
    test.write_text(A_TEST_THAT_FAILS, encoding="utf-8")
    git.git("add", str(test), cwd=repo.path)
    ran = run(repo, job, edge, PYTEST_ADDOPTS=f"{NO_COVERAGE} tests/test_broken.py")
    assert not ran.green
    assert any(command.startswith("make ci") for command in ran.commands)
    assert re.search(r"^FAILED tests/test_broken\.py::test_broken\b", ran.printed, re.MULTILINE)
    assert "- hook id:" not in ran.printed, "no rule is broken"
    git.git("rm", "--quiet", "--force", str(test), cwd=repo.path)

    file = repo.path / "manage.py"
    good = file.read_text(encoding="utf-8")
    file.write_text(good + "numbers = [ 1,2 ]\n", encoding="utf-8")
    ran = run(repo, job, edge)
    assert not ran.green
    assert re.search(r"^black\.+Failed$", ran.printed, re.MULTILINE)
    assert "test session starts" not in ran.printed, "it ends early"
    file.write_text(good, encoding="utf-8")


@pytest.mark.services(*SHARED_SERVERS)
def test_github(checkout: Callable[..., RenderedRepo], real_servers: Mapping[str, str]) -> None:
    """T06, T09, T10, T11, B05, C02, C06, C09, H05, H08, H11: the workflow `ci.yml`, as GitHub runs it."""
    repo = checkout(**DEFAULTS)
    jobs = read_github(repo.path / ".github" / "workflows" / "ci.yml")
    assert set(jobs) == {"ci", "oldest", "audit", "image"}
    ci = jobs["ci"]
    assert ci.services == {"postgres", "redis", "rabbitmq"}
    edge = partial(_same, _servers(ci, real_servers))
    ran = _green(repo, ci, edge)
    assert ran.commands == ["make setup", "make ci"]
    assert ran.left_out == []
    # What only the real servers can show is shown here.
    skipped = re.findall(r"^SKIPPED \[\d+\] \S+ (.+)$", ran.printed, re.MULTILINE)
    assert skipped == ["There is a broker."]
    for test in ON_REAL_SERVERS:
        assert re.search(rf"^PASSED \S+::{test}\b", ran.printed, re.MULTILINE), test
    # What the job of the oldest Python does has been done, on the one of this environment.
    oldest = jobs["oldest"]
    assert [command.text for command in oldest.commands] == ["make setup", "make test"]
    assert (oldest.services, oldest.commands[0].env) == (ci.services, ci.commands[0].env)
    assert oldest.python == "3.11"
    _red(repo, ci, edge)


@pytest.mark.services(*SHARED_SERVERS)
def test_jenkins(checkout: Callable[..., RenderedRepo], real_servers: Mapping[str, str]) -> None:
    """T07, T10, H05, H11: the Jenkinsfile, with everything on, Django 6.1 and a difficult name."""
    repo = checkout(**JOB_BOARD_WITH_EVERYTHING_ON)
    job = read_jenkins(repo.path / "Jenkinsfile")
    assert list(job.of_a_tag) == [
        'make image IMAGE="$IMAGE:$TAG_NAME"',
        'printf %s "$REGISTRY_PASSWORD" |\n'
        'docker login --username "$REGISTRY_USER" --password-stdin $REGISTRY',
        'make push IMAGE="$IMAGE:$TAG_NAME"',
    ]
    servers = _servers(job, real_servers)
    own: dict[str, str] = {}
    if has("containers"):
        own = {f"{name}_PORT": str(free_port()) for name in ("POSTGRES", "REDIS", "RABBITMQ")}
        own["COMPOSE_PROJECT_NAME"] = f"nexus-test-{uuid.uuid4().hex[:8]}"
        servers = {
            name: re.sub(r":\d+/", f":{own[port]}/", LOCAL[name])
            for name, port in {
                "DATABASE_URL": "POSTGRES_PORT",
                "REDIS_URL": "REDIS_PORT",
                "BROKER_URL": "RABBITMQ_PORT",
            }.items()
        }
    with known_faults() as faults:

        def edge(command: str) -> Mapping[str, str] | None:
            if command in {"make servers", "make servers-down"}:
                return own or None
            return {**servers, **faults}

        ran = _green(repo, job, edge)
        assert [*ran.commands, *ran.left_out] == (
            [
                *("make setup", "make servers", "make ci", "make audit", "make nexus"),
                "make servers-down",
            ]
            if own
            else [
                *("make setup", "make ci", "make audit", "make nexus"),
                *("make servers", "make servers-down"),
            ]
        )
        _red(repo, job, edge)


@pytest.mark.services("postgresql")
def test_travis(checkout: Callable[..., RenderedRepo], real_servers: Mapping[str, str]) -> None:
    """T07, H05, H11: .travis.yml, with everything else off."""
    repo = checkout(**TRAVIS_ALONE)
    jobs = read_travis(repo.path / ".travis.yml")
    assert list(jobs) == ["Lint and test", "Test on Python 3.11", "Audit"]
    ci = jobs["Lint and test"]
    assert ci.services == {"postgresql"}
    edge = partial(_same, _servers(ci, real_servers))
    ran = _green(repo, ci, edge)
    assert ran.commands == ["make setup", 'make ci BASE="${TRAVIS_COMMIT_RANGE%%.*}"']
    _red(repo, ci, edge)


def _same(variables: Mapping[str, str], command: str) -> Mapping[str, str]:
    """Each command is as it is here."""
    return variables


@pytest.mark.parametrize("format", ["github", "travis"])
def test_an_audit_is_green_and_red(checkout: Callable[..., RenderedRepo], format: str) -> None:
    """H11: with no known fault, and with one in a library; the Jenkinsfile's is in the test of it."""
    if format == "github":
        repo = checkout(**DEFAULTS)
        job = read_github(repo.path / ".github" / "workflows" / "ci.yml")["audit"]
    else:
        repo = checkout(**TRAVIS_ALONE)
        job = read_travis(repo.path / ".travis.yml")["Audit"]
    audit = {"github": ["make audit", "make nexus"], "travis": ["make audit && make nexus"]}
    assert [command.text for command in job.commands] == ["make setup", *audit[format]]
    with known_faults() as faults:
        ran = run(repo, job, partial(_same, faults))
    assert ran.green, ran.printed
    # The template of the test is a folder of this machine.
    assert re.search(
        r"^nexus check is skipped: the template is a folder", ran.printed, re.MULTILINE
    )
    with known_faults("django") as faults:
        ran = run(repo, job, partial(_same, faults))
    assert not ran.green
    assert re.search(r"^django +\S+ +PYSEC-2026-1\b", ran.printed, re.MULTILINE)


@pytest.mark.containers
def test_the_image_s_job(checkout: Callable[..., RenderedRepo]) -> None:
    """H06, H11: GitHub's job `image` builds, starts and looks at it from outside, and takes all away."""
    repo = checkout(**DEFAULTS)
    job = read_github(repo.path / ".github" / "workflows" / "ci.yml")["image"]
    name, port = f"nexus-test-{uuid.uuid4().hex[:8]}", str(free_port())
    replaced = {
        "IMAGE": name,
        "COMPOSE_PROJECT_NAME": name,
        "PORT": port,
        "BUILD_OPTIONS": BUILD_OPTIONS,
    }
    assert [command.text for command in (*job.commands, *job.after)] == [
        *("make up", "make smoke URL=http://localhost:8000", "make down"),
    ]
    # The port, too, is a spare one of this machine.
    here = replace(
        job, commands=[replace(one, text=one.text.replace("8000", port)) for one in job.commands]
    )
    docker("build", "--quiet", "--tag", PYTHON_IMAGE, "-", stdin=PYTHON_DOCKERFILE)
    try:
        ran = run(repo, here, partial(_same, replaced))
        assert ran.green, ran.printed
        assert docker("ps", "--all", "--quiet", "--filter", f"name={name}") == ""
    finally:
        repo.run("docker", "compose", "down", "--volumes", check=False, variables=replaced)
        docker("image", "rm", "--force", name)


def test_the_site_s_workflow(checkout: Callable[..., RenderedRepo]) -> None:
    """B02: what it uploads is the site, in the form that Pages takes."""
    repo = checkout(**{**BLANK_WITH_EVERYTHING_OFF, "github_actions": True})
    job = read_github(repo.path / ".github" / "workflows" / "docs.yml")["build"]
    ran = run(repo, job, partial(_same, {}))
    assert ran.green, ran.printed
    assert job.reports == {"artifact.tar"}
    with tarfile.open(repo.path / "artifact.tar") as archive:
        assert "./index.html" in archive.getnames()


A_GH = """#!/bin/sh
echo "$@" >>"$GH_LOG"
case "$2" in list) if [ -e "$GH_LOG.$1" ]; then echo 7; fi ;; create) touch "$GH_LOG.$1" ;; esac
"""


@pytest.fixture
def template(this_template: Path, tmp_path: Path) -> Path:
    """This template, at an address of its own, released as v1.0.0."""
    git.git("tag", "v1.0.0", cwd=this_template)
    bare = tmp_path / "template.git"
    git.git("clone", "--quiet", "--bare", str(this_template), str(bare), cwd=tmp_path)
    git.git("remote", "add", "origin", str(bare), cwd=this_template)
    return this_template


def test_the_template_s_update_opens_one_pull_request(
    template: Path, rendered: Rendered, tmp_path: Path
) -> None:
    """H08: with the plan, once; with its conflicts; an issue where it may not push; nothing for the newest."""
    url = f"file://{tmp_path}/template.git"
    origin = new(tmp_path / "origin", {}, template=url, version="v1.0.0").path
    shared = rendered(**DEFAULTS)
    path = tmp_path / "checkout"
    git.git("clone", "--quiet", str(origin), str(path), cwd=tmp_path)
    repo = RenderedRepo(path, shared.answers, shared.environment)
    workflow = repo.path / ".github" / "workflows" / "template-update.yml"
    job = read_github(workflow)["template-update"]
    setup, update, tell = job.commands
    assert setup.text == "make setup"
    assert tell.condition == "steps.update.outputs.newer == 'yes'"

    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin" / "gh"
    gh.write_text(A_GH)
    gh.chmod(0o755)
    log, output = tmp_path / "gh.log", tmp_path / "output"

    def week() -> list[str]:
        """What is said to GitHub in one run, on a checkout of the default branch."""
        log.write_text("")
        output.write_text("")
        git.git("fetch", "--quiet", "origin", "main", cwd=repo.path)
        git.git("checkout", "--quiet", "--force", "--detach", "origin/main", cwd=repo.path)
        variables = {
            "PATH": f"{gh.parent}{os.pathsep}{repo.environment['PATH']}",
            "GH_LOG": str(log),
            "GITHUB_OUTPUT": str(output),
        }
        first = run(repo, Job(commands=[update]), partial(_same, variables))
        assert first.green, first.printed
        outputs = dict(line.split("=") for line in output.read_text().splitlines())
        if outputs.get("newer") == "yes":
            variables["CONFLICTS"] = outputs["conflicts"]
            second = run(repo, Job(commands=[tell]), partial(_same, variables))
            assert second.green, second.printed
        said = [line for line in log.read_text().splitlines() if not line.startswith("auth")]
        draft = {True: " --draft", False: ""}
        return [line.split(" --")[0] + draft["--draft" in line] for line in said]

    def release(text: str, tag: str) -> None:
        file = template / "template" / "CONTRIBUTING.md.jinja"
        assert file.is_file()
        file.write_text(text + file.read_text(encoding="utf-8"), encoding="utf-8")
        commit_all(template, f"feat: {tag}")
        git.git("tag", tag, cwd=template)
        git.git("push", "--quiet", "--tags", "origin", "HEAD:main", cwd=template)

    assert week() == []
    release("A line of theirs.\n", "v1.1.0")
    assert week() == ["pr list", "pr create"]
    assert "update from v1.0.0 to v1.1.0" in (repo.path / "body.md").read_text()
    merged = git.git("show", "template-update:CONTRIBUTING.md", cwd=origin)
    assert merged.startswith("A line of theirs.\n")
    assert "plan.txt" not in git.git("show", "--stat", "template-update", cwd=origin)
    assert week() == ["pr list", "pr edit 7"]

    file = origin / "CONTRIBUTING.md"
    file.write_text("A line of mine.\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    commit_all(origin, "docs: my own line")
    (log.parent / f"{log.name}.pr").unlink()
    assert week() == ["pr list", "pr create --draft"]
    assert "- `CONTRIBUTING.md`" in (repo.path / "body.md").read_text()

    hook = origin / ".git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert week() == ["issue list", "issue create"]
    assert week() == ["issue list", "issue edit 7"]
    shutil.rmtree(tmp_path / "template.git")
    assert week() == []
