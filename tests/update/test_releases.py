"""From each earlier version of this very template to the one that stands here, in a repo that its owner has worked on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nexus_scaffold import Answers, check, git, new
from nexus_scaffold.lifecycle import plan_update
from nexus_scaffold.merge import Kind, Plan
from nexus_scaffold.testing import RenderedRepo, commit_all
from tests.conftest import NO_COVERAGE, ROOT
from tests.variants import DEFAULTS

# As many as there were before the one that stands here.
LAST = 4
WORDS = "What I have learnt here: read the plan first."
LINE = 'ROOT_URLCONF = "config.urls"\n'
SETTING = 'ROOT_URLCONF = "config.urls"  # all of us agree\n'
CODE = '''"""What is ours alone: words for candidates."""


def greeting(name: str) -> str:
    """Return how a candidate is greeted."""
    return f"Dear {name},"
'''
TEST = '''"""How candidates are greeted."""

from apps.jobs.greetings import greeting


def test_a_candidate_is_greeted_by_name() -> None:
    """By the name alone."""
    assert greeting("Ada") == "Dear Ada,"
'''


def versions() -> list[str]:
    """The commits that changed what a repo gets, as the changelog tells: the newest first."""
    listed = git.git("log", "--first-parent", "--format=%h", "--", "CHANGELOG.md", cwd=ROOT)
    return listed.split()[1 : LAST + 1]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project with its history, those versions released, and what stands here released after them."""
    folder = tmp_path_factory.mktemp("history") / "template"
    git.git("clone", "--quiet", "--no-local", str(ROOT), str(folder), cwd=ROOT)
    for number, commit in enumerate(reversed(versions()), start=1):
        git.git("tag", f"v0.{number}.0", commit, cwd=folder)
    git.git("rm", "--quiet", "-r", ".", cwd=folder)
    for name in git.files(ROOT):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git.git("add", "--all", "--force", cwd=folder)
    somebody = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git.git(*somebody, "commit", "--quiet", "--allow-empty", "--message", "now", cwd=folder)
    git.git("tag", "v1.0.0", cwd=folder)
    return folder


def work_on(repo: Path) -> None:
    """What owners do in a first week."""
    readme = repo / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(text.replace("\n## ", f"\n{WORDS}\n\n## ", 1), encoding="utf-8")
    (repo / "apps" / "jobs" / "greetings.py").write_text(CODE)
    (repo / "apps" / "jobs" / "tests" / "test_greetings.py").write_text(TEST)
    base = repo / "config" / "settings" / "base.py"
    text = base.read_text(encoding="utf-8")
    assert LINE in text
    base.write_text(text.replace(LINE, SETTING))
    git.git("mv", "docs/learning-log.md", "docs/diary.md", cwd=repo)
    git.git("rm", "--quiet", "docs/collaboration.md", cwd=repo)


def update(template: Path, folder: Path, version: str) -> tuple[Path, Plan]:
    """A repo that was made at a version, worked on, and updated."""
    repo = new(folder, dict(DEFAULTS), template=str(template), version=version).path
    work_on(repo)
    commit_all(repo, "feat: a first week")
    with plan_update(repo) as prepared:
        assert prepared is not None
        prepared.apply()
        return repo, prepared.plan


@pytest.mark.parametrize("number", range(1, LAST + 1))
def test_the_owner_s_work_is_there_and_the_checks_find_nothing(
    template: Path, tmp_path: Path, number: int
) -> None:
    """H08, C17"""
    if number > len(versions()):
        pytest.skip("needs this project's history: git fetch --unshallow")
    repo, plan = update(template, tmp_path / "repo", f"v0.{number}.0")
    assert plan.of(Kind.CONFLICT, Kind.KEPT) == ()
    assert WORDS in (repo / "README.md").read_text(encoding="utf-8")
    assert SETTING in (repo / "config/settings/base.py").read_text()
    assert (repo / "apps" / "jobs" / "greetings.py").read_text() == CODE
    assert not (repo / "docs/collaboration.md").exists()
    assert not (repo / "docs" / "learning-log.md").exists()
    assert (repo / "docs" / "diary.md").is_file()
    commit_all(repo, "chore: update")
    # A link to what the owner has deleted or renamed is the owner's to mend.
    findings = [one for one in check(repo).findings if "collaboration.md" not in one.message]
    assert [
        one for one in findings if one.check != "DOC107" and "learning-log.md" not in one.message
    ] == []


def test_whoever_maintains_a_template_has_a_fixture_for_it(
    update_repo: Callable[..., tuple[Path, Plan]],
) -> None:
    """H08"""
    if not versions():
        pytest.skip("needs this project's history: git fetch --unshallow")
    repo, plan = update_repo(versions()[0], work_on, project_name="Ajira")
    assert plan.conflicts == ()
    assert WORDS in (repo / "README.md").read_text(encoding="utf-8")


def test_after_an_update_the_repo_s_own_checks_pass(
    template: Path, tmp_path: Path, rendered: Callable[..., RenderedRepo]
) -> None:
    """T13: the newest of the versions before, with the migrations that the update asks for."""
    if not versions():
        pytest.skip("needs this project's history: git fetch --unshallow")
    path, _ = update(template, tmp_path / "repo", f"v0.{len(versions())}.0")
    shared = rendered(**DEFAULTS)
    assert (path / "uv.lock").read_bytes() == (shared.path / "uv.lock").read_bytes()
    repo = RenderedRepo(path, Answers(), shared.environment)
    settings = ("--settings", "config.settings.test")
    repo.run("uv", "run", "--no-sync", "python", "manage.py", "makemigrations", *settings)
    repo.run("uv", "run", "--no-sync", "black", "--quiet", ".")
    commit_all(path, "chore: update from the template")
    repo.run("make", "lint")
    options = {"PYTEST_ADDOPTS": f"{NO_COVERAGE} apps/jobs apps/accounts"}
    printed = repo.run("make", "test", variables=options).stdout
    assert "test_greetings" in repo.run("git", "ls-files").stdout
    assert " passed" in printed
