"""`make hub` in a rendered repo: what it writes, what it keeps, and what it refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nexus_scaffold import git
from nexus_scaffold.testing import RenderRepo, commit_all
from tests.variants import BLANK_WITH_EVERYTHING_OFF

PAGE = """---
title: WebSockets
summary: a chat, and who is there
evidence:
  - manage.py
---

# WebSockets

What they are.
"""


@pytest.fixture(scope="module")
def fresh(render_repo: RenderRepo) -> Path:
    return render_repo(**BLANK_WITH_EVERYTHING_OFF, github_user="ada")


@pytest.fixture
def repo(fresh: Path, tmp_path: Path) -> Path:
    """A committed repo of the test's own."""
    path = shutil.copytree(fresh, tmp_path / "repo")
    commit_all(path, "feat: set up")
    return path


def _hub(repo: Path, *options: str) -> tuple[int, str]:
    command = [sys.executable, "scripts/hub.py", *options]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _page(repo: Path, text: str, kind: str = "technologies") -> Path:
    path = repo / "docs" / "learnings" / kind / "websockets.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_page_of_one_s_own_gets_its_rows(repo: Path) -> None:
    """L08: in the README and in the index, from the page's head."""
    _page(repo, PAGE)
    code, said = _hub(repo, "--check")
    assert code == 1
    assert "README.md: technologies is out of date\n" in said
    assert said.endswith("Run: make hub\n")
    assert _hub(repo)[0] == 0
    readme = (repo / "README.md").read_text(encoding="utf-8")
    assert (
        "\n| [WebSockets](docs/learnings/technologies/websockets.md) | a chat, and who is there |  "
        "| [manage.py](manage.py) |\n"
    ) in readme
    index = (repo / "docs/learnings/technologies/index.md").read_text(encoding="utf-8")
    assert "\n| [WebSockets](websockets.md) | a chat, and who is there |  " in index
    assert _hub(repo, "--check") == (0, "")


def test_nothing_but_its_blocks_is_written(repo: Path) -> None:
    """L08: the owner's words are the owner's."""
    _page(repo, PAGE)
    readme = repo / "README.md"
    text = readme.read_text(encoding="utf-8").replace("\n## ", "\nWords of mine.\n\n## ")
    readme.write_text(text, encoding="utf-8")
    _hub(repo)
    block = re.compile(r"(<!-- hub: \w+ -->).*?(<!-- end of hub -->)", re.DOTALL)
    assert block.sub(r"\1\2", readme.read_text(encoding="utf-8")) == block.sub(r"\1\2", text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title: WebSockets", "title: ''", "title: write a line of text"),
        ("title: WebSockets", "title: Sockets", "title: write the page's heading"),
        ("summary: a chat, and who is there\n", "", "summary: write a line of text"),
        ("summary: a", "solution: a", "solution: nothing reads it"),
        ("  - manage.py", "  - chat.py", "evidence: there is no chat.py"),
        ("  - manage.py", "  - ../../etc", "evidence: there is no ../../etc"),
        ("evidence:\n  - manage.py\n", "", "evidence: list a file"),
        ("  - manage.py", "  - {lines: 3}", "evidence: {'lines': 3}: write a path"),
        ("  - manage.py", '  - commit: "feat: chat"', "git log has no commit 'feat: chat'"),
        ("evidence:", "versions: [channels]\nevidence:", "uv.lock has no package channels"),
        ("title: W", "title: [W", "its head is not YAML"),
        ("---\ntitle", "title", "has no head: begin it with title, summary and evidence"),
    ],
)
def test_a_head_that_is_wrong_is_named_with_its_field(
    repo: Path, old: str, new: str, says: str
) -> None:
    """L07: evidence that is not there proves nothing."""
    assert old in PAGE
    _page(repo, PAGE.replace(old, new, 1))
    code, said = _hub(repo)
    assert code == 2
    assert said.startswith("docs/learnings/technologies/websockets.md")
    assert says in said
    assert "Traceback" not in said


def test_a_commit_is_evidence(repo: Path) -> None:
    """L07: by how its subject begins, or by its hash."""
    head = git.git("rev-parse", "HEAD", cwd=repo)[:10]
    _page(repo, PAGE.replace("- manage.py", f'- commit: "feat: set"\n  - commit: "{head}"'))
    assert _hub(repo)[0] == 0
    assert f"| `feat: set`, `{head}` |" in (repo / "README.md").read_text(encoding="utf-8")


def test_the_tree_follows_the_files_and_keeps_what_was_said(repo: Path) -> None:
    """L10: what git does not know is no part of it, and a new app brings its own words."""
    readme = repo / "README.md"
    text = readme.read_text(encoding="utf-8")
    text = text.replace("users, roles, log-in, tokens", "who is who")
    readme.write_text(text, encoding="utf-8")
    (repo / "apps" / "courses").mkdir()
    (repo / "apps" / "courses" / "__init__.py").write_text('"""Courses, and who takes them."""\n')
    git.git("add", "apps/courses", cwd=repo)
    (repo / "scratch").mkdir()
    (repo / "scratch" / "notes.txt").touch()
    (repo / "schemathesis.toml").unlink()
    assert _hub(repo)[0] == 0
    text = readme.read_text(encoding="utf-8")
    assert "│   ├── accounts/        who is who\n" in text
    assert "│   └── courses/         Courses, and who takes them\n" in text
    assert "── schemathesis.toml" not in text
    assert "scratch" not in text


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("<!-- hub: weather -->\n<!-- end of hub -->\n", "nothing writes a block weather"),
        ("<!-- hub: tree -->\n", "the block tree has no end"),
    ],
)
def test_a_block_that_cannot_be_written_is_named(repo: Path, block: str, says: str) -> None:
    """L08"""
    with (repo / "docs" / "zebras.md").open("w") as page:
        page.write(f"# Zebras\n\n{block}")
    code, said = _hub(repo)
    assert code == 2
    assert f"docs/zebras.md: {says}" in said


@pytest.mark.parametrize("name", ["docs/api/openapi.yaml", "docs/learnings/concepts/index.md"])
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(repo: Path, name: str) -> None:
    """L08, L12"""
    _page(repo, PAGE)
    before = (repo / "README.md").read_bytes()
    (repo / name).write_bytes("paths: Zoë\nfoo: [".encode("latin-1"))
    code, said = _hub(repo)
    assert code == 2
    assert said.startswith(("docs/api/endpoints.md can't be", f"{name} can't be"))
    assert "Traceback" not in said
    assert (repo / "README.md").read_bytes() == before


def test_a_badge_whose_fact_is_not_there_is_not_written(repo: Path) -> None:
    """B05: no workflow, no licence: no badge of them."""
    readme = (repo / "README.md").read_text(encoding="utf-8")
    assert "badge.svg" not in readme
    assert "licence" not in readme.split("<!-- end of hub -->")[0]
    assert "[`coverage at least 90 %`](pyproject.toml)" in readme
    workflow = repo / ".github" / "workflows" / "ci.yml"
    workflow.parent.mkdir(exist_ok=True)
    workflow.write_text("name: CI\n")
    assert _hub(repo)[0] == 0
    readme = (repo / "README.md").read_text(encoding="utf-8")
    address = "https://github.com/ada/alx-project-nexus/actions/workflows/ci.yml"
    assert f"[![CI]({address}/badge.svg)]({address})" in readme
