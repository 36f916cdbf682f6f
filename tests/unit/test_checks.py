"""Each check: what it finds in a small tree, and what it leaves alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nexus_scaffold import DestinationError, check, git
from nexus_scaffold.checks import CHECKS
from nexus_scaffold.report import as_json, as_text
from nexus_scaffold.testing import commit_all
from tests.unit.cases import (
    Found,
    LeftAlone,
    Tree,
    claims,
    containers,
    delivery,
    django,
    docs,
    settings,
    text,
)

Build = Callable[[Tree], Path]

FAMILIES = (docs, text, claims, settings, django, containers, delivery)
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
    ids = {kind.__name__ for kind in CHECKS}
    assert {rule for rule, _, _ in FOUND} == ids
    assert ids - {rule for rule, _ in LEFT_ALONE} == {"DJG101", "DJG105"}  # shown by the next test
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


def test_the_report_groups_places_under_their_fact_and_ends_with_the_mend(tree: Build) -> None:
    findings = [
        f for f in check(tree({"README.md": "TODO\n\nTBD\n"})).findings if f.check == "DOC103"
    ]
    assert as_text(findings) == (
        "DOC103  The documents hold no placeholder text.\n"
        "  README.md:1: A placeholder: 'TODO'.\n"
        "  README.md:3: A placeholder: 'TBD'.\n"
        "  → Write your own words there, or take the line out.\n\n"
        "2 findings."
    )
    assert [f["line"] for f in json.loads(as_json(findings))] == [1, 3]
    assert as_text([]) == "Nothing found."
