"""The check of a rendered repo in CI: by the version of the template that made it, or one line why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

A_UVX = """#!/bin/sh
echo "$*" >>"$UVX_LOG"
[ -z "$UNREACHABLE" ] || exit 2
case "$*" in *check*) exit "${FOUND:-0}" ;; esac
"""


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A folder with the script, and a stand-in for uvx."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "template" / "scripts" / "nexus_check.py", tmp_path / "scripts")
    (tmp_path / "uvx").write_text(A_UVX)
    (tmp_path / "uvx").chmod(0o755)
    return tmp_path


def _check(
    repo: Path, answers: str, *options: str, **variables: str
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    (repo / ".copier-answers.yml").write_text(answers, encoding="utf-8")
    log = repo / "log"
    log.write_text("")
    path = f"{repo}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "scripts/nexus_check.py", *options],
        cwd=repo,
        env={**os.environ, "PATH": path, "UVX_LOG": str(log), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, log.read_text().splitlines()


@pytest.mark.parametrize(
    ("source", "commit", "template"),
    [
        ("gh:ada/nexus", "v1.2.0", "git+https://github.com/ada/nexus@v1.2.0"),
        ("gl:ada/nexus.git", "v1.2.0", "git+https://gitlab.com/ada/nexus.git@v1.2.0"),
        ("https://git.example.org/n.git", "v1.2.0", "git+https://git.example.org/n.git@v1.2.0"),
        ("git+https://git.example.org/n", "v1.2.0", "git+https://git.example.org/n@v1.2.0"),
        ("git@git.example.org:a/n.git", "v1.2.0", "git+ssh://git@git.example.org/a/n.git@v1.2.0"),
        ("file:///srv/n.git", "v1.2.0-3-gabc1234", "git+file:///srv/n.git@abc1234"),
    ],
)
def test_it_is_run_from_the_version_that_the_answers_record(
    repo: Path, source: str, commit: str, template: str
) -> None:
    """B05"""
    done, ran = _check(repo, f"_commit: {commit}\n_src_path: {source}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert ran == [
        f"--quiet --from {template} nexus --version",
        f"--quiet --from {template} nexus check .",
    ]


def test_what_it_finds_fails_the_build(repo: Path) -> None:
    """B05"""
    done, _ = _check(repo, "_commit: v1.0.0\n_src_path: gh:ada/nexus\n", FOUND="1")
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ("_commit: v1.0.0\n_src_path: /home/ada/nexus\n", "a folder on somebody's machine"),
        ("_commit: v1.0.0\n_src_path: ../nexus\n", "a folder on somebody's machine"),
        ("_commit: v1.0.0\n_src_path: C:\\nexus\n", "a folder on somebody's machine"),
        ("_src_path: gh:ada/nexus\n", "no version of the template (_commit)"),
        ("license: MIT\n", "no template (_src_path)"),
    ],
)
def test_where_there_is_nothing_to_run_one_line_says_why(
    repo: Path, answers: str, why: str
) -> None:
    """B05"""
    done, ran = _check(repo, answers)
    assert (done.returncode, done.stdout, ran) == (0, "", [])
    assert done.stderr.startswith("nexus check is skipped: ")
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_template_that_cannot_be_reached_is_skipped(repo: Path) -> None:
    """B05"""
    answers = "_commit: v1.0.0\n_src_path: gh:ada/nexus\n"
    done, ran = _check(repo, answers, UNREACHABLE="1")
    assert done.returncode == 0
    assert "git+https://github.com/ada/nexus@v1.0.0 can't be run here" in done.stderr
    assert len(ran) == 1


def test_its_address_alone_is_for_the_update(repo: Path) -> None:
    """B05"""
    done, ran = _check(repo, "_src_path: git@git.example.org:a/n\n", "--template")
    assert (done.stdout, ran) == ("ssh://git@git.example.org/a/n\n", [])
