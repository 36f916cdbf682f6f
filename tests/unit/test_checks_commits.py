"""The checks of the history, and of what git keeps: in real repositories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from nexus_scaffold import check, git
from nexus_scaffold.checks import Finding
from nexus_scaffold.checks.commits import PLANS
from nexus_scaffold.lifecycle import FIRST_COMMIT
from nexus_scaffold.testing import commit_all
from tests.unit.cases import Tree
from tests.unit.cases.generated import ANSWERS, answers

Build = Callable[[Tree], Path]


def _repo(tree: Build, files: Tree, subjects: Sequence[str]) -> Path:
    repo = tree(files)
    for number, subject in enumerate(subjects):
        (repo / "notes.txt").write_text(f"{number}")
        commit_all(repo, subject)
    return repo


def _found(repo: Path, rule: str) -> list[Finding]:
    return [finding for finding in check(repo).findings if finding.check == rule]


def test_messages_without_a_kind_are_one_finding_with_an_example(tree: Build) -> None:
    """B04"""
    subjects = ["Initial commit", "feat: jobs", "fixed it", "update", "Merge branch 'x'", "wip"]
    (found,) = _found(_repo(tree, {}, subjects), "GIT101")
    assert found.message == "3 of 4 do not, such as 'wip'."


@pytest.mark.parametrize(
    "subjects",
    [
        [FIRST_COMMIT],
        ["feat(jobs)!: search", "fix: dates", "now and then something else"],
        ["Initial commit", "Merge pull request #1 from x/y", 'Revert "feat: x"'],
    ],
)
def test_a_history_that_says_what_it_is_is_left_alone(tree: Build, subjects: Sequence[str]) -> None:
    assert _found(_repo(tree, {}, subjects), "GIT101") == []


@pytest.mark.parametrize(
    "files", [{"README.md": "# Job Board Platform"}, {ANSWERS: answers(starter="job_board")}]
)
def test_commits_that_the_plan_names_and_the_history_lacks_are_named(
    tree: Build, files: Tree
) -> None:
    """B04: the brief's commit sequence is a plan that is verified against the history."""
    subjects = [
        FIRST_COMMIT,
        "feat: implement job posting and filtering APIs",
        "feat(accounts): role-based authentication",
        "fix: dates",
        "docs: usage",
        "chore: versions",
    ]
    (found,) = _found(_repo(tree, files, subjects), "GIT102")
    assert found.message == (
        "The plan of the job board project has these too: perf: optimize job search queries with indexing; "
        "feat: integrate Swagger for API documentation."
    )


@pytest.mark.parametrize("project", PLANS)
def test_a_plan_that_was_followed_is_no_finding(tree: Build, project: str) -> None:
    readme = {
        "job board": "Job board",
        "e-commerce": "E-Commerce",
        "poll": "Online poll system",
        "movie": "Movie recommendation",
        "social": "Social media feed",
    }[project]
    files = {"README.md": f"# {readme}"}
    subjects = [FIRST_COMMIT, *(message for message, _ in PLANS[project]), "test: more"]
    assert _found(_repo(tree, files, subjects), "GIT102") == []


def test_a_history_that_has_just_begun_owes_nothing_to_the_plan(tree: Build) -> None:
    subjects = [FIRST_COMMIT, "fix: a", "fix: b"]
    assert _found(_repo(tree, {"README.md": "# Job board"}, subjects), "GIT102") == []


def test_a_readme_that_names_several_projects_has_no_plan(tree: Build) -> None:
    subjects = [FIRST_COMMIT, *(f"fix: {letter}" for letter in "abcdefg")]
    files = {"README.md": "# Job board, e-commerce, movie recommendation"}
    assert _found(_repo(tree, files, subjects), "GIT102") == []


def test_a_large_file_is_found_where_git_has_it(tree: Build) -> None:
    repo = tree({"demo.mp4": b"\0" * (6 * 1024 * 1024), "small.mp4": b"\0" * 1000})
    git.git("init", "--quiet", cwd=repo)
    assert _found(repo, "GIT103") == []
    commit_all(repo)
    assert [(f.path, f.message) for f in _found(repo, "GIT103")] == [("demo.mp4", "It has 6 MB.")]


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://github.com/ada/jobs.git", ["It is named jobs."]),
        ("git@github.com:ada/Alx-Project-Nexus", ["It is named Alx-Project-Nexus."]),
        ("https://github.com/ada/alx-project-nexus/", []),
        ("git@github.com:ada/alx-project-nexus.git", []),
        ("/srv/git/mirror", []),
    ],
)
def test_the_name_of_the_remote_is_compared(tree: Build, url: str, names: list[str]) -> None:
    """L09"""
    repo = _repo(tree, {}, [FIRST_COMMIT])
    git.git("remote", "add", "origin", url, cwd=repo)
    assert [finding.message for finding in _found(repo, "GIT104")] == names


def test_a_folder_of_another_repository_has_no_history_of_its_own(tree: Build) -> None:
    repo = _repo(tree, {"part/README.md": "# Job board"}, ["update"] * 7)
    git.git("remote", "add", "origin", "https://github.com/ada/jobs", cwd=repo)
    found = {finding.check for finding in check(repo / "part").findings}
    assert found & {"GIT101", "GIT102", "GIT104"} == set()


def test_a_repository_without_a_commit_is_checked(tree: Build) -> None:
    repo = tree({"README.md": "# Job board"})
    git.git("init", "--quiet", cwd=repo)
    assert {"GIT101", "GIT102"} & {finding.check for finding in check(repo).findings} == set()
