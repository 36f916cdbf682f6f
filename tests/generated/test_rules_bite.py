"""Each hook of a rendered repo refuses what it is there for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from nexus_scaffold import git
from nexus_scaffold.testing import RenderedRepo, RenderRepo, commit_all
from tests.variants import DEFAULTS

Change = Callable[[Path], None]

MODULE = "apps/core/added.py"


def written(name: str, text: str) -> Change:
    """A new file."""

    def change(repo: Path) -> None:
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_bytes(text.encode())

    return change


def replaced(name: str, old: str, new: str) -> Change:
    """A file with other words in it."""

    def change(repo: Path) -> None:
        text = (repo / name).read_text(encoding="utf-8")
        assert old in text
        (repo / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def appended(name: str, text: str) -> Change:
    """A file with more at its end."""

    def change(repo: Path) -> None:
        with (repo / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


UNSAFE_MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RemoveField(model_name="user", name="full_name")]
"""
MODEL = '\n\nclass Added(models.Model):\n    """A model without a migration."""\n\n    name = models.CharField(max_length=9)\n'

BITES: dict[str, Change] = {
    "trailing-whitespace": written(MODULE, "x = 1 \n"),
    "end-of-file": written("added.txt", "no line break"),
    "line-endings": written("added.txt", "one\r\ntwo\n"),
    "django-upgrade": written(
        MODULE, "from django.utils.translation import ugettext\n\nugettext('')\n"
    ),
    "ruff": written(MODULE, "import os\n"),
    "isort": written(MODULE, "import sys\nimport os\n\nx = os, sys\n"),
    "black": written(MODULE, "x = {  'a':1 }\n"),
    "djade": written("apps/core/templates/core/added.html", "{{x}}\n"),
    "env-file": written(".env", "SECRET_KEY=x\n"),
    "private-key": written("added.pem", "-----BEGIN RSA PRIVATE " + "KEY-----\n"),
    "merge-markers": written("added.txt", "<<<<<<< HEAD\n"),
    "large-files": written("added.txt", "large\n" * 400_000),
    "mypy": written(MODULE, "def added(x):\n    return x\n"),
    "import-contracts": written(MODULE, "import apps.accounts.models\n"),
    "dependencies": written(MODULE, "import httpx\n"),
    "lock": replaced("pyproject.toml", '"granian>=2.8,<3"', '"granian>=2.7,<3"'),
    "django-check": appended(
        "config/urls.py", 'urlpatterns += [path("/added", HomeView.as_view())]\n'
    ),
    "migrations": appended("apps/accounts/models.py", MODEL),
    "migration-safety": written("apps/accounts/migrations/0002_unsafe.py", UNSAFE_MIGRATION),
    "workflows": replaced(".github/workflows/ci.yml", "runs-on:", "runs-at:"),
    "dependabot": replaced(".github/dependabot.yml", "version: 2", "version: 3"),
    "compose": replaced(
        "compose.yaml", "    restart: unless-stopped", "    restarts: unless-stopped"
    ),
    "issue-forms": replaced(".github/ISSUE_TEMPLATE/bug_report.yml", "name:", "title-of-form:"),
}


@pytest.fixture(scope="module")
def repo(render_repo: RenderRepo, rendered: Callable[..., RenderedRepo]) -> RenderedRepo:
    """A repo of this module's own, with the environment that all share."""
    path = render_repo(**DEFAULTS)
    commit_all(path)
    shared = rendered(**DEFAULTS)
    return RenderedRepo(path, shared.answers, shared.environment)


@pytest.fixture(autouse=True)
def _unchanged(repo: RenderedRepo) -> Iterator[None]:
    yield
    git.git("reset", "--quiet", "--hard", cwd=repo.path)
    git.git("clean", "--quiet", "-d", "--force", "-x", cwd=repo.path)


def test_every_hook_has_its_bite(repo: RenderedRepo) -> None:
    hooks = yaml.safe_load((repo.path / ".pre-commit-config.yaml").read_text(encoding="utf-8"))[
        "repos"
    ][0]["hooks"]
    assert {hook["id"] for hook in hooks} == {*BITES, "commit-message"}


@pytest.mark.parametrize("hook", BITES)
def test_it_bites(repo: RenderedRepo, hook: str) -> None:
    """H05, H11, S05, B06"""
    BITES[hook](repo.path)
    git.git("add", "--all", "--force", cwd=repo.path)
    done = repo.run("uv", "run", "--no-sync", "pre-commit", "run", hook, check=False)
    assert done.returncode == 1, done.stdout
    assert "Failed" in done.stdout


@pytest.mark.parametrize("message", ["added things", "feat:no space", "Feature: x"])
def test_a_commit_message_that_says_nothing_is_refused(repo: RenderedRepo, message: str) -> None:
    """B04"""
    (repo.path / "message").write_text(f"{message}\n")
    command = ("uv", "run", "--no-sync", "pre-commit", "run", "--hook-stage", "commit-msg")
    done = repo.run(*command, "--commit-msg-filename", "message", check=False)
    assert done.returncode == 1, done.stdout
