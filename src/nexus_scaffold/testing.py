"""pytest fixtures for whoever tests a template or a generated repo.

Installed with the package: a test asks for `render_repo`, `rendered`, `update_repo` or `set_answers` by name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from . import git

if TYPE_CHECKING:
    from .answers import Answers
    from .merge import Plan

RenderRepo = Callable[..., Path]
Edit = Callable[[Path], None]


@dataclass(frozen=True)
class RenderedRepo:
    """A rendered repo, and the shared environment that its commands run in.

    Attributes:
        path: The repo's folder.
        answers: What it was rendered from.
        environment: The variables of its commands.
    """

    path: Path
    answers: Answers
    environment: dict[str, str] = field(repr=False)

    def run(
        self, *command: str, check: bool = True, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command in the repo, such as `make`, `check`.

        Args:
            command: The command and its arguments.
            check: Fail the test when the command fails.
            variables: Environment variables on top.
        """
        done = subprocess.run(
            command,
            cwd=self.path,
            env={**self.environment, **(variables or {})},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if check and done.returncode:
            pytest.fail(
                f"{' '.join(command)} exited with {done.returncode}:\n{done.stdout}", pytrace=False
            )
        return done


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--nexus-template`."""
    parser.addoption(
        "--nexus-template",
        metavar="LOCATION",
        help="The template that the nexus fixtures render: a folder or a git URL. Default: the one of this package.",
    )


@pytest.fixture(scope="session")
def render_repo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RenderRepo]:
    """A function that renders the template with some answers into a new folder: `render_repo(starter="blank")`."""
    from .answers import Answers
    from .rendering import render
    from .source import open_template

    with open_template(request.config.getoption("--nexus-template")) as template:

        def render_with(**given: object) -> Path:
            destination = tmp_path_factory.mktemp("rendered") / "repo"
            render(Answers.parse(given), template, destination)
            return destination

        yield render_with


@pytest.fixture(scope="session")
def rendered(render_repo: RenderRepo) -> Callable[..., RenderedRepo]:
    """A function that gives a rendered and committed repo, the same for the same answers: read it, don't change it.

    Its environment is there; the test is skipped where no Python is new enough for it.
    """
    from .answers import Answers

    cache: dict[Answers, RenderedRepo] = {}

    def repo_with(**given: object) -> RenderedRepo:
        answers = Answers.parse(given)
        if answers not in cache:
            path = render_repo(**given)
            commit_all(path)
            cache[answers] = RenderedRepo(path, answers, _environment(path, answers))
            _install(cache[answers])
        return cache[answers]

    return repo_with


@pytest.fixture
def update_repo(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., tuple[Path, Plan]]:
    """A function that starts a repo at a version, has its owner edit it, and updates it to the template under test.

    `update_repo("v1.0.0", edit, starter="blank")` gives the repo, updated to the template's last commit and not
    committed itself, and the plan.
    """
    from .lifecycle import new, plan_update
    from .source import open_source

    with open_source(request.config.getoption("--nexus-template")) as source:
        location = source.location

    def update_from(version: str, edit: Edit, **given: object) -> tuple[Path, Plan]:
        repo = new(tmp_path / "repo", given, template=location, version=version).path
        edit(repo)
        commit_all(repo, "feat: edits")
        with plan_update(repo, to="HEAD", template=location) as prepared:
            if prepared is None:
                pytest.fail(f"{version} is the template under test: there is nothing to update")
            prepared.apply()
            return repo, prepared.plan

    return update_from


@pytest.fixture
def set_answers() -> Callable[..., Plan]:
    """A function that answers a repo's questions anew, and commits: `set_answers(repo, payments=False)`."""
    from .lifecycle import plan_answers

    def set_in(repo: Path, **changes: object) -> Plan:
        with plan_answers(repo, changes) as prepared:
            if prepared is None:
                pytest.fail(f"the repo has {changes} already")
            prepared.apply()
            commit_all(repo, "chore: other answers")
            return prepared.plan

    return set_in


def releases(template: str | None = None) -> list[str]:
    """The release tags of a template, the newest first, to parametrize a test of updates with."""
    from .source import open_source

    with open_source(template) as source:
        return source.releases()


def switches() -> list[str]:
    """The answers that are yes or no, to parametrize a test of capabilities with."""
    from .answers import Answers

    properties = Answers.model_json_schema()["properties"]
    return [name for name, rules in properties.items() if rules.get("type") == "boolean"]


def commit_all(repo: Path, message: str = "feat: set up Django project with PostgreSQL") -> None:
    """Commits everything in the repo, as somebody, without hooks."""
    if git.top_level(repo) != repo.resolve():
        git.git("init", "--quiet", "--initial-branch=main", cwd=repo)
    git.git("add", "--all", cwd=repo)
    somebody = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git.git(*somebody, "commit", "--quiet", "--no-verify", "--message", message, cwd=repo)


def _environment(repo: Path, answers: Answers) -> dict[str, str]:
    """The variables that make a repo's commands use an environment that all repos with the same lock share."""
    lock = (repo / "uv.lock").read_text(encoding="utf-8")
    # The project's own name is in its lock, and makes no difference to what is installed.
    hashes = "".join(sorted(line for line in lock.splitlines() if "hash = " in line))
    home = Path(
        os.environ.get(
            "NEXUS_TEST_ENVIRONMENTS", Path(tempfile.gettempdir()) / "nexus-environments"
        )
    )
    environment = home / _digest(hashes)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    own = {"VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in own and not name.startswith(("COV_", "PYTEST_"))
    }
    # pyenv keeps interpreters off the PATH that a repo may need.
    pythons = sorted(
        Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin")
    )
    paths = [str(Path(uv).parent), variables["PATH"], *map(str, pythons)]
    return variables | {
        "PATH": os.pathsep.join(paths),
        # mypy is quick where it has seen the same repo; two processes must not write one cache.
        "MYPY_CACHE_DIR": str(home / f"mypy-{_digest(answers.model_dump_json())}-{worker}"),
        "UV_PROJECT_ENVIRONMENT": str(environment),
        "UV_PYTHON_DOWNLOADS": "never",
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _install(repo: RenderedRepo) -> None:
    """Makes the environment what the repo's lock says, one process at a time."""
    found = repo.run(
        "uv", "python", "find", "--no-project", _requires_python(repo.path), check=False
    )
    if found.returncode:
        pytest.skip(
            f"needs Python {_requires_python(repo.path)} on the PATH: {found.stdout.strip()}"
        )
    environment = Path(repo.environment["UV_PROJECT_ENVIRONMENT"])
    environment.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{environment}.lock"):
        repo.run("uv", "sync", "--locked", "--quiet")


def _requires_python(repo: Path) -> str:
    project = tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["requires-python"])
