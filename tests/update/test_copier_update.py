"""Plain `copier update` from one release of the template to the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nexus_scaffold import git, new
from nexus_scaffold.testing import commit_all


@pytest.fixture
def released(this_template: Path) -> Path:
    """The template as it stands here, released as v0.1.0, and a v0.2.0 with a change of the README."""
    git.git("tag", "v0.1.0", cwd=this_template)
    readme = this_template / "template" / "README.md.jinja"
    readme.write_text(
        readme.read_text(encoding="utf-8") + "\nA line of the second release.\n", encoding="utf-8"
    )
    (this_template / "template" / "NEWS.md").write_text("# News\n")
    commit_all(this_template, "feat: second release")
    git.git("tag", "v0.2.0", cwd=this_template)
    return this_template


def test_an_owner_s_edit_is_kept_and_the_new_version_comes_in(
    released: Path, tmp_path: Path
) -> None:
    repo = new(
        tmp_path / "repo", {"project_name": "Ajira"}, template=str(released), version="v0.1.0"
    ).path
    readme = repo / "README.md"
    title, rest = readme.read_text(encoding="utf-8").split("\n", 1)
    readme.write_text(f"{title}\n\nMy own words.\n{rest}", encoding="utf-8")
    migration = repo / "apps" / "accounts" / "migrations" / "0001_initial.py"
    migration.write_text(migration.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    (repo / "mine.txt").write_text("mine\n")
    commit_all(repo, "docs: my own words")

    command = [sys.executable, "-m", "copier", "update", "--defaults", "--quiet"]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    updated = readme.read_text(encoding="utf-8")
    assert "My own words." in updated
    assert "A line of the second release." in updated
    assert "<<<<<<<" not in updated
    assert (repo / "NEWS.md").is_file()
    assert (repo / "mine.txt").read_text() == "mine\n"
    assert migration.read_text(encoding="utf-8").endswith("# mine\n")
    recorded = yaml.safe_load((repo / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert (recorded["_commit"], recorded["project_name"]) == ("v0.2.0", "Ajira")
    assert git.git("diff", "--name-only", "HEAD", cwd=repo).split() == [
        ".copier-answers.yml",
        "README.md",
    ]


def test_a_repo_from_an_uncommitted_template_can_be_updated(released: Path, tmp_path: Path) -> None:
    """Copier itself would record a commit that nothing can find."""
    git.git("tag", "--delete", "v0.1.0", "v0.2.0", cwd=released)
    (released / "template" / "DRAFT.md").write_text("# Draft\n")
    repo = new(tmp_path / "repo", {}, template=str(released)).path
    assert (repo / "DRAFT.md").is_file()
    commit_all(released, "feat: draft")
    git.git("tag", "v0.3.0", cwd=released)

    command = [sys.executable, "-m", "copier", "update", "--defaults", "--quiet"]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert (repo / "DRAFT.md").read_text() == "# Draft\n"
    assert "_commit: v0.3.0\n" in (repo / ".copier-answers.yml").read_text(encoding="utf-8")
