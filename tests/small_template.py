"""A template of three files with this project's real questions, in a git repository of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from nexus_scaffold import git
from nexus_scaffold.testing import commit_all
from tests.conftest import ROOT

ANSWERS = "template/{{ _copier_conf.answers_file }}.jinja"
PARTS = ("copier.yml", "macros/rules.jinja", "macros/text.jinja", ANSWERS)


def make_template(folder: Path) -> Path:
    """Writes the template and commits it."""
    for name in (*PARTS, *(f"questions/{path.name}" for path in (ROOT / "questions").iterdir())):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / "template" / "name.txt.jinja").write_text("{{ project_name }}\n")
    (folder / "template" / "LICENSE").write_text("a licence\n")
    commit_all(folder, "feat: first version")
    return folder


def change_template(folder: Path, text: str, *, tag: str | None = None) -> str:
    """Commits a change of the template's text and gives the commit."""
    (folder / "template" / "name.txt.jinja").write_text(text)
    commit_all(folder, f"feat: {text.strip()}")
    if tag:
        git.git("tag", tag, cwd=folder)
    return git.git("rev-parse", "HEAD", cwd=folder)
