"""The places for the owner's words, and the blocks of the hub around them, in an update that changes both pages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from nexus_scaffold import new
from nexus_scaffold.lifecycle import plan_update
from nexus_scaffold.merge import Kind
from nexus_scaffold.testing import commit_all
from tests.variants import BLANK_WITH_EVERYTHING_OFF

PYTHON = "docs/learnings/technologies/python.md"
WORDS = {
    "README.md": ("readme/takeaways", "I take with me that a test is a sentence.\n\n| a | b |"),
    PYTHON: ("technologies/python", "Generators. They were new to me.\n\n## And then\n\nMore."),
}


def _write_words(repo: Path) -> None:
    for name, (place, words) in WORDS.items():
        path = repo / name
        mark = re.compile(rf"(<!-- your words: {place} — .+ -->\n)(<!-- end of your words -->)")
        text, found = mark.subn(rf"\1\n{words}\n\n\2", path.read_text(encoding="utf-8"))
        assert found == 1
        path.write_text(text, encoding="utf-8")


def _change(template: Path, name: str, *changes: tuple[str, str]) -> None:
    path = template / "template" / name
    text = path.read_text(encoding="utf-8")
    for old, changed in changes:
        assert old in text
        text = text.replace(old, changed)
    path.write_text(text, encoding="utf-8")


def test_words_stay_where_they_are_and_the_text_around_them_changes(
    this_template: Path, tmp_path: Path
) -> None:
    """L08, H08: also in the head of a page, from which both tables come."""
    answers = dict(BLANK_WITH_EVERYTHING_OFF)
    repo = new(tmp_path / "repo", answers, template=str(this_template)).path
    _write_words(repo)
    commit_all(repo, "docs: my own words")
    _change(
        this_template,
        PYTHON,
        ("summary: typed throughout", "summary: typed from end to end"),
        ("uv run mypy .\n```\n", "uv run mypy .\nuv tree\n```\n"),
    )
    _change(
        this_template,
        "README.md.jinja",
        ("More about [practices]", "All about [practices]"),
        ("\n## Collaboration\n", "\n## Collaboration\n\nTogether it is easier.\n"),
    )
    commit_all(this_template, "docs: change what stands around the words")

    with plan_update(repo) as prepared:
        assert prepared is not None
        assert prepared.plan.of(Kind.CONFLICT, Kind.KEPT) == ()
        prepared.apply()

    readme, page = ((repo / name).read_text(encoding="utf-8") for name in WORDS)
    for text, (_, words) in zip((readme, page), WORDS.values(), strict=True):
        assert text.count(words) == 1
    assert "All about [practices]" in readme
    assert "Together it is easier." in readme
    assert "uv tree\n" in page
    assert readme.count("| typed from end to end, every version locked |") == 1
    command = [sys.executable, "scripts/hub.py", "--check"]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
