"""Each hook of a rendered repo refuses what it is there for."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from nexus_scaffold import git
from nexus_scaffold.testing import RenderedRepo, RenderRepo, commit_all

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


def _any(length: int, characters: str = string.ascii_letters + string.digits) -> str:
    """A secret that is none; it begins with a digit, as some rules want one."""
    return "7" + "".join(random.Random(length).choices(characters, k=length - 1))  # noqa: S311


# What people commit by mistake, in the files where they do. Made here, so that no scanner finds it here.
SECRETS: dict[str, tuple[str, str]] = {
    "AWS": (
        "settings.py",
        f'AWS_ACCESS_KEY_ID = "AKIA{_any(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"\n'
        f'AWS_SECRET_ACCESS_KEY = "{_any(40)}"\n',
    ),
    "Chapa": ("settings.py", f'KEY = "CHASECK-{_any(32)}"\n'),
    "Chapa, for tests": ("fetch.js", f'const key = "CHASECK_TEST-{_any(32)}"\n'),
    "Chapa, the new format": ("notes.md", f"CHAPA_PRIV_{_any(32)}\n"),
    "Chapa, the new format, for tests": ("notes.md", f"CHAPA_TEST_PRIV_{_any(32)}\n"),
    "Chapa's webhook": ("deploy.yaml", f"  CHAPA_WEBHOOK_SECRET: {_any(24)}\n"),
    "database": ("compose.yaml", f"url: postgres://owner:{_any(16)}@db.host.dev/jobs\n"),
    "database, by its password": ("env.txt", "POSTGRES_PASSWORD=" + "hunter2hunter2\n"),
    "Django": ("settings.py", f'SECRET_KEY = "django-insecure-{_any(50)}"\n'),
    "GitHub": ("notes.md", f"ghp_{_any(36)}\n"),
    "Gmail": ("env.txt", "EMAIL_HOST_PASSWORD=" + "krtw vbxo plmq zjda\n"),
    "private key": (
        "env.txt",
        f"JWT_PRIVATE_KEY=-----BEGIN PRIVATE {'KEY'}-----\\n{_any(64)}\\n{_any(63)}\\n"
        f"-----END PRIVATE {'KEY'}-----\n",
    ),
    "Slack": (
        "notes.md",
        f"https://hooks.slack.com/services/T{'0A1B2C3D4'}/B{'5E6F7G8H9'}/{_any(24)}\n",
    ),
    "token": (
        "notes.md",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiIxIiwiZXhwIjoxOTk5OTk5OTk5fQ."
        f"{_any(43)}\n",
    ),
}

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
    "secrets": written(*SECRETS["GitHub"]),
    "merge-markers": written("added.txt", "<<<<<<< HEAD\n"),
    "large-files": written("added.txt", "large\n" * 400_000),
    "mypy": written(MODULE, "def added(x):\n    return x\n"),
    "bandit": written(MODULE, "import pickle\n\nx = pickle.loads(b'')\n"),
    "import-contracts": written(MODULE, "import apps.accounts.models\n"),
    "dependencies": written(MODULE, "import httpx\n"),
    "lock": replaced("pyproject.toml", '"granian>=2.8,<3"', '"granian>=2.7,<3"'),
    "django-check": appended(
        "config/urls.py", 'urlpatterns += [path("/added", HomeView.as_view())]\n'
    ),
    "migrations": appended("apps/accounts/models.py", MODEL),
    "migration-safety": written("apps/accounts/migrations/0002_unsafe.py", UNSAFE_MIGRATION),
    "hub": replaced("docs/learnings/technologies/redis.md", "summary: ", "summary: in memory, "),
    "workflows": replaced(".github/workflows/ci.yml", "runs-on:", "runs-at:"),
    "zizmor": appended(
        ".github/workflows/ci.yml", "\n# A tag may be moved.\n      - uses: actions/checkout@v7\n"
    ),
    "dependabot": replaced(".github/dependabot.yml", "version: 2", "version: 3"),
    "compose": replaced(
        "compose.yaml", "    restart: unless-stopped", "    restarts: unless-stopped"
    ),
    "dockerfile": appended("Dockerfile", "RUN cd /tmp && apt-get install make\n"),
    "kubernetes": replaced("deploy/kubernetes/base/web.yaml", "readinessProbe:", "readyProbe:"),
    "travis": replaced(".travis.yml", "os: linux", "os: plan9"),
    "issue-forms": replaced(".github/ISSUE_TEMPLATE/bug_report.yml", "name:", "title-of-form:"),
}


@pytest.fixture(scope="module")
def repo(render_repo: RenderRepo, rendered: Callable[..., RenderedRepo]) -> RenderedRepo:
    """A repo of this module's own, with the environment that all share."""
    path = render_repo(travis=True)
    commit_all(path)
    shared = rendered(travis=True)
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


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_refused(repo: RenderedRepo, secret: str) -> None:
    """S05"""
    name, text = SECRETS[secret]
    written(f"added/{name}", text)(repo.path)
    git.git("add", "--all", cwd=repo.path)
    done = repo.run("uv", "run", "--no-sync", "pre-commit", "run", "secrets", check=False)
    assert done.returncode == 1, done.stdout
    assert name in done.stdout
    assert text.split()[-1].strip('"') not in done.stdout, "it is not told to the log of CI"


def test_a_secret_in_an_old_commit_is_found(repo: RenderedRepo) -> None:
    """S05: who has pushed it has published it, even if a later commit removes it."""
    before = repo.run("git", "rev-parse", "HEAD").stdout.strip()
    written("added.py", SECRETS["GitHub"][1])(repo.path)
    commit_all(repo.path, "feat: add a key")
    (repo.path / "added.py").unlink()
    commit_all(repo.path, "fix: remove the key")
    try:
        done = repo.run("make", "audit", check=False)
    finally:
        git.git("reset", "--quiet", "--hard", before, cwd=repo.path)
    assert done.returncode == 2, done.stdout
    assert "added.py" in done.stdout


@pytest.mark.parametrize("message", ["added things", "feat:no space", "Feature: x"])
def test_a_commit_message_that_says_nothing_is_refused(repo: RenderedRepo, message: str) -> None:
    """B04"""
    (repo.path / "message").write_text(f"{message}\n")
    command = ("uv", "run", "--no-sync", "pre-commit", "run", "--hook-stage", "commit-msg")
    done = repo.run(*command, "--commit-msg-filename", "message", check=False)
    assert done.returncode == 1, done.stdout
