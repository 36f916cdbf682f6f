"""`nexus log`: a dated line in the owner's place of the learning log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from nexus_scaffold import LogError, log
from nexus_scaffold.testing import RenderRepo

Build = Callable[[Mapping[str, str | bytes]], Path]

OPEN = "<!-- your words: learning-log — what did you learn, and when? -->"
CLOSE = "<!-- end of your words -->"
LOG = f"# Learning log\n\nTrail  \n<!-- your words: other — x -->\n{CLOSE}\n{OPEN}\n- 2026-01-02: an old one\n{CLOSE}\nafter\n"


def _today() -> str:
    return datetime.now().astimezone().strftime("%Y-%m-%d")


def _logged(tree: Build, content: str, text: str) -> str:
    repo = tree({"docs/learning-log.md": content})
    return log(repo, text).read_bytes().decode()


def test_an_entry_is_the_last_and_everything_else_stays(tree: Build) -> None:
    """B10: dated entries, and a command that writes them."""
    assert _logged(tree, LOG, " Queries join.  ") == LOG.replace(
        f"one\n{CLOSE}", f"one\n- {_today()}: Queries join.\n{CLOSE}"
    )


def test_the_place_may_be_empty(tree: Build) -> None:
    assert _logged(tree, f"{OPEN}\n{CLOSE}", "First.") == f"{OPEN}\n- {_today()}: First.\n{CLOSE}"


def test_lines_end_as_the_file_s_do(tree: Build) -> None:
    content = LOG.replace("\n", "\r\n")
    entry = f"- {_today()}: One.\r\n  Two.\r\n"
    assert _logged(tree, content, "One.\n\n   Two.\n") == content.replace(
        f"one\r\n{CLOSE}", f"one\r\n{entry}{CLOSE}"
    )


def test_entries_of_a_day_follow_each_other(tree: Build) -> None:
    repo = tree({"docs/learning-log.md": LOG})
    log(repo, "One.")
    written = log(repo, "Two.").read_text(encoding="utf-8")
    assert f"- {_today()}: One.\n- {_today()}: Two.\n{CLOSE}" in written


def test_the_file_keeps_its_encoding_errors_and_mode(tree: Build) -> None:
    repo = tree({"docs/learning-log.md": b"caf\xe9\n" + LOG.encode()})
    (repo / "docs/learning-log.md").chmod(0o640)
    file = log(repo, "One.")
    assert file.read_bytes().startswith(b"caf\xe9\n")
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "text", ["", " \n ", "<<<<<<< ours\na", "a\n=======\nb", "a -->", "<!-- b"]
)
def test_what_would_break_the_file_is_refused(tree: Build, text: str) -> None:
    repo = tree({"docs/learning-log.md": LOG})
    with pytest.raises(LogError) as raised:
        log(repo, text)
    assert raised.value.hint
    assert (repo / "docs/learning-log.md").read_text(encoding="utf-8") == LOG


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "can't be read"),
        ({"docs/learning-log.md": "# Log\n"}, "has no place for your words"),
        ({"docs/learning-log.md": f"{OPEN}\n"}, "has no place for your words"),
        ({"docs/learning-log.md": LOG.replace("learning-log —", "log —")}, "has no place"),
    ],
)
def test_a_missing_file_or_place_is_named(
    tree: Build, files: Mapping[str, str | bytes], said: str
) -> None:
    with pytest.raises(LogError, match=said) as raised:
        log(tree(files), "One.")
    assert "learning-log.md" in raised.value.message
    assert raised.value.hint


def test_a_rendered_repo_has_the_place(render_repo: RenderRepo) -> None:
    assert f"- {_today()}: One.\n" in log(render_repo(), "One.").read_text(encoding="utf-8")
