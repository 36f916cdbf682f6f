"""Repos that are broken on purpose: each break is found by its check, and what the mend says clears it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from nexus_scaffold import check
from nexus_scaffold.testing import RenderedRepo
from tests.variants import BLANK, DEFAULTS

Act = Callable[[RenderedRepo], object]


def _write(name: str, text: str) -> Act:
    def act(repo: RenderedRepo) -> None:
        (repo.path / name).parent.mkdir(parents=True, exist_ok=True)
        (repo.path / name).write_text(text)

    return act


def _replace(name: str, old: str, new: str) -> Act:
    def act(repo: RenderedRepo) -> None:
        text = (repo.path / name).read_text()
        assert old in text
        (repo.path / name).write_text(text.replace(old, new, 1))

    return act


def _append(name: str, text: str) -> Act:
    def act(repo: RenderedRepo) -> None:
        with (repo.path / name).open("a") as file:
            file.write(text)

    return act


def _remove(name: str) -> Act:
    return lambda repo: (repo.path / name).unlink()


def _move(old: str, new: str) -> Act:
    def act(repo: RenderedRepo) -> None:
        (repo.path / new).parent.mkdir(parents=True, exist_ok=True)
        (repo.path / old).rename(repo.path / new)

    return act


def _run(*command: str) -> Act:
    return lambda repo: repo.run(*command)


SIDES = "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n"
WORKFLOW = """name: front end
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - run: echo built
"""
# What goes wrong: the check that finds it, what does it, and what the check's mend says.
BREAKS: Mapping[str, tuple[str, tuple[Act, ...], tuple[Act, ...]]] = {
    "an environment file is committed": (
        "SET101",
        (_write(".env", "SECRET_KEY=a\n"), _run("git", "add", "--force", ".env")),
        (_run("git", "rm", "--cached", "--quiet", ".env"),),
    ),
    "debug mode is on": (
        "SET104",
        (
            _replace(
                "config/settings/production.py",
                'DEBUG = env.bool("DEBUG", default=False, validate=off)',
                "DEBUG = True",
            ),
        ),
        (_replace("config/settings/production.py", "DEBUG = True", "DEBUG = False"),),
    ),
    "an app has no migration": (
        "DJG102",
        (_remove("apps/notifications/migrations/0001_initial.py"),),
        (_run("uv", "run", "--no-sync", "python", "manage.py", "makemigrations", "notifications"),),
    ),
    "a claim has no code": (
        "CLM101",
        (_append("README.md", "\nThis API uses Apache Kafka.\n"),),
        (_replace("README.md", "This API uses Apache Kafka.", "Apache Kafka is planned."),),
    ),
    "a link is dead": (
        "DOC104",
        (_append("README.md", "\nSee [the slides](docs/slides.md).\n"),),
        (_replace("README.md", "docs/slides.md", "docs/index.md"),),
    ),
    "a placeholder is left": (
        "DOC103",
        (_append("README.md", "\nMade by Your Name.\n"),),
        (_replace("README.md", "Your Name", "Ada Lovelace"),),
    ),
    "a code fence is not closed": (
        "DOC105",
        (_append("README.md", "\n```console\nmake run\n"),),
        (_append("README.md", "```\n"),),
    ),
    "a merge is unfinished in a document": (
        "DOC106",
        (_append("SECURITY.md", SIDES.format("One.", "Two.")),),
        (_replace("SECURITY.md", SIDES.format("One.", "Two."), "One.\n"),),
    ),
    "a merge is unfinished in code": (
        "DJG106",
        (_append("config/wsgi.py", SIDES.format("a = 1", "a = 2")),),
        (_replace("config/wsgi.py", SIDES.format("a = 1", "a = 2"), "a = 1\n"),),
    ),
    "a merge is unfinished in the answers": (
        "ANS101",
        (
            _replace(
                ".copier-answers.yml", "cache: true\n", SIDES.format("cache: true", "cache: false")
            ),
        ),
        (
            _replace(
                ".copier-answers.yml", SIDES.format("cache: true", "cache: false"), "cache: true\n"
            ),
        ),
    ),
    "a workflow is in a subfolder": (
        "CIW102",
        (_write("client/.github/workflows/client.yml", WORKFLOW),),
        (_move("client/.github/workflows/client.yml", ".github/workflows/client.yml"),),
    ),
    "the image runs as root": (
        "CON101",
        (_replace("Dockerfile", "USER 10001\n", ""),),
        (_replace("Dockerfile", "EXPOSE 8000\n", "USER 10001\nEXPOSE 8000\n"),),
    ),
    "the image runs the development server": (
        "CON102",
        (
            _replace(
                "Dockerfile",
                'CMD ["python", "-m", "config.server"]',
                "CMD python manage.py runserver",
            ),
        ),
        (_replace("Dockerfile", "CMD python manage.py runserver", "CMD gunicorn config.wsgi"),),
    ),
}


@pytest.mark.parametrize("given", [DEFAULTS, BLANK], ids=["job-board", "blank"])
@pytest.mark.parametrize("what", BREAKS)
def test_what_is_broken_is_found_and_the_mend_clears_it(
    rendered: Callable[..., RenderedRepo], tmp_path: Path, what: str, given: Mapping[str, object]
) -> None:
    rule, broken, mended = BREAKS[what]
    whole = rendered(**given)
    repo = replace(whole, path=Path(shutil.copytree(whole.path, tmp_path / "repo")))
    before = _found(repo)
    for act in broken:
        act(repo)
    assert set(_found(repo) - before) == {rule}
    for act in mended:
        act(repo)
    assert _found(repo) == before


def _found(repo: RenderedRepo) -> Counter[str]:
    """How many findings each check has."""
    return Counter(finding.check for finding in check(repo.path).findings)
