"""A render appears whole or not at all, and what is wrong with a template is said in its own terms."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from copier import run_copy

from nexus_scaffold import (
    Answers,
    AnswersFile,
    DestinationError,
    RenderError,
    git,
    new,
    open_template,
)
from nexus_scaffold import render as render_repo
from tests.small_template import change_template, make_template

NAME = 'Ngũgĩ\'s "Jobs" {{ x }} & Co'


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return make_template(tmp_path / "template")


def _render(template: Path, destination: Path, **given: object) -> None:
    with open_template(str(template)) as opened:
        render_repo(Answers.parse(given), opened, destination)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def test_it_renders_what_copier_renders(template: Path, tmp_path: Path) -> None:
    change_template(template, "{{ project_name }} {{ project_slug }}\n", tag="v1.0.0")
    _render(template, tmp_path / "ours", project_name=NAME, license="none")
    run_copy(
        str(template),
        tmp_path / "theirs",
        data={"project_name": NAME, "license": "none"},
        defaults=True,
        quiet=True,
    )
    assert _files(tmp_path / "ours") == _files(tmp_path / "theirs")
    assert not (tmp_path / "ours" / "LICENSE").exists()


def test_it_records_the_answers_and_the_source(template: Path, tmp_path: Path) -> None:
    change_template(template, "x\n", tag="v1.0.0")
    _render(template, tmp_path / "repo", project_name=NAME)
    recorded = AnswersFile.read(tmp_path / "repo" / ".copier-answers.yml")
    assert recorded == AnswersFile(
        answers=Answers.parse({"project_name": NAME}).model_dump(),
        src_path=str(template),
        commit="v1.0.0",
    )


@pytest.mark.parametrize(
    "text", ["{{ project_nam }}", "{{ project_name", "{% if %}", "{{ project_name | nonsense }}"]
)
def test_a_failed_render_leaves_nothing_and_names_the_file(
    template: Path, tmp_path: Path, text: str
) -> None:
    change_template(template, f"\n{text}\n")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RenderError, match=r"name\.txt\.jinja, line 2: "):
        _render(template, tmp_path / "repo")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("occupant", ["mine.txt", ".env"])
def test_a_folder_with_files_is_refused_untouched(
    template: Path, tmp_path: Path, occupant: str
) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / occupant).write_text("mine")
    with pytest.raises(DestinationError, match=occupant.replace(".", r"\.")):
        _render(template, repo)
    assert _files(repo) == {occupant: b"mine"}


def test_a_second_render_refuses(template: Path, tmp_path: Path) -> None:
    _render(template, tmp_path / "repo")
    with pytest.raises(DestinationError, match="not empty"):
        _render(template, tmp_path / "repo")


def test_a_file_is_no_destination(template: Path, tmp_path: Path) -> None:
    (tmp_path / "repo").write_text("mine")
    with pytest.raises(DestinationError, match="is a file"):
        _render(template, tmp_path / "repo")


@pytest.mark.parametrize(
    "prepare", [lambda _: None, lambda repo: git.git("init", "--quiet", cwd=repo)]
)
def test_an_empty_folder_and_an_empty_clone_are_filled(
    template: Path, tmp_path: Path, prepare: Callable[[Path], object]
) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    prepare(repo)
    _render(template, repo, project_name="Ajira")
    assert (repo / "name.txt").read_text() == "Ajira\n"


def test_a_parent_that_is_a_file_is_named(template: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DestinationError, match="can't be written"):
        _render(template, tmp_path / "file" / "repo")


def test_new_makes_the_first_commit(template: Path, tmp_path: Path) -> None:
    made = new(tmp_path / "repo", {"user_name": "Ada"}, template=str(template))
    assert made.committed
    assert (
        git.git("log", "--format=%s", cwd=made.path)
        == "feat: set up Django project with PostgreSQL"
    )
    assert git.git("status", "--porcelain", cwd=made.path) == ""
    assert git.git("branch", "--show-current", cwd=made.path) == "main"


def test_new_commits_for_somebody_whom_git_does_not_know(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    answers = {"user_name": "Ada", "user_email": "ada@example.org"}
    made = new(tmp_path / "repo", answers, template=str(template))
    assert git.git("log", "--format=%an <%ae>", cwd=made.path) == "Ada <ada@example.org>"
    assert "git does not know you yet" in made.notes[0]


def test_new_inside_another_repository_leaves_the_commit_to_its_owner(
    template: Path, tmp_path: Path
) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git.git("init", "--quiet", cwd=outer)
    made = new(outer / "repo", {}, template=str(template))
    assert not made.committed
    assert not (outer / "repo" / ".git").exists()
    assert "inside another one" in made.notes[0]


def test_new_takes_the_defaults_of_the_user_s_own_copier_settings(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults:\n  user_name: Ada\n  unrelated: 1\n")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    assert new(tmp_path / "repo", {}, template=str(template)).answers.user_name == "Ada"
