"""Each check: what it finds in a small tree, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nexus_scaffold import DestinationError, check, git
from nexus_scaffold.checks import CHECKS
from nexus_scaffold.testing import commit_all
from tests.unit.cases import (
    Found,
    LeftAlone,
    Tree,
    ci,
    claims,
    containers,
    delivery,
    django,
    docs,
    generated,
    settings,
    tests,
    text,
)

Build = Callable[[Tree], Path]

FAMILIES = (docs, text, claims, settings, django, tests, ci, containers, delivery, generated)
FOUND: list[Found] = [case for family in FAMILIES for case in family.FOUND]
LEFT_ALONE: list[LeftAlone] = [case for family in FAMILIES for case in family.LEFT_ALONE]


@pytest.mark.parametrize(("rule", "files", "place"), FOUND)
def test_it_finds(tree: Build, rule: str, files: Tree, place: str) -> None:
    found = [f for f in check(tree(files)).findings if f.check == rule]
    assert found
    assert place == (found[0].path if found[0].line is None else f"{found[0].path}:{found[0].line}")
    assert found[0].mend


@pytest.mark.parametrize(("rule", "files"), LEFT_ALONE)
def test_it_leaves_alone(tree: Build, rule: str, files: Tree) -> None:
    assert [f for f in check(tree(files)).findings if f.check == rule] == []


def test_every_check_is_tested_both_ways_and_says_what_it_is() -> None:
    with_git = {"GIT101", "GIT102", "GIT103", "GIT104"}  # tests/unit/test_checks_commits.py
    ids = {kind.__name__ for kind in CHECKS} - with_git
    assert {rule for rule, _, _ in FOUND} == ids
    assert {rule for rule, _ in LEFT_ALONE} == ids
    assert all(kind.__doc__ and kind.mend for kind in CHECKS)


def test_what_git_ignores_is_not_read(tree: Build) -> None:
    repo = tree(
        {
            ".gitignore": ".env\n*.sqlite3\n",
            ".env": "SECRET_KEY=x",
            "db.sqlite3": b"\0",
            "manage.py": "",
        }
    )
    commit_all(repo)
    assert {f.check for f in check(repo).findings} & {"SET101", "DJG101", "DJG105"} == set()


def test_what_programs_made_and_git_tracks_is_one_finding_a_kind(tree: Build) -> None:
    repo = tree(
        {
            "jobs/__pycache__/a.cpython-311.pyc": b"\0",
            "jobs/__pycache__/b.cpython-311.pyc": b"\0",
            "env/lib/site-packages/x.py": "",
            "env/pyvenv.cfg": "",
        }
    )
    commit_all(repo)
    found = [f for f in check(repo).findings if f.check == "DJG105"]
    assert [(f.path, f.message) for f in found] == [
        (
            "jobs/__pycache__/a.cpython-311.pyc",
            "Git tracks a compiled file, and 1 more of its kind.",
        ),
        ("env/lib/site-packages/x.py", "Git tracks an installed package, and 1 more of its kind."),
    ]


def test_an_environment_file_that_is_not_yet_tracked_is_no_finding(tree: Build) -> None:
    repo = tree({"README.md": "x"})
    git.git("init", "--quiet", cwd=repo)
    (repo / ".env").write_text("A=1")
    assert "SET101" not in {f.check for f in check(repo).findings}


def test_what_a_target_lacks_is_named_with_who_lacks_it(tree: Build) -> None:
    """H04: a variable that production reads without a default, and that a target does not have."""
    service = "  - {type: web, name: %s, runtime: python, envVars: [{key: API_KEY}]}\n"
    services = "services:\n" + service % "api" + service % "worker"
    found = [
        f
        for f in check(tree({**delivery.NEEDS, "render.yaml": services})).findings
        if f.check == "DPL101"
    ]
    assert [f.message for f in found] == ["No SECRET_KEY for api, worker."]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DestinationError):
        check(tmp_path / "none")
