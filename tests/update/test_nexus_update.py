"""`nexus update`, `set`, `undo`, `status`, `diff` and `answers`: what they do, print and exit with."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nexus_scaffold import cli, git, new
from nexus_scaffold.testing import commit_all
from tests.small_template import change_template, make_template

Nexus = Callable[..., tuple[int, str, str]]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template with one release."""
    folder = make_template(tmp_path / "template")
    git.git("tag", "v1.0.0", cwd=folder)
    return folder


@pytest.fixture
def repo(template: Path, tmp_path: Path) -> Path:
    """A repo of it."""
    return new(tmp_path / "repo", {"project_name": "Ajira"}, template=str(template)).path


@pytest.fixture
def nexus(repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Nexus:
    """A function that runs the command in the repo: its exit code, and what it prints on both streams."""

    def run(*arguments: str, cwd: Path = repo) -> tuple[int, str, str]:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["nexus", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = capsys.readouterr()
        code = stopped.value.code
        return code if isinstance(code, int) else 0, printed.out, printed.err

    return run


def release(template: Path, text: str = "{{ project_name }}\nnew\n", tag: str = "v1.1.0") -> None:
    """Releases a version in which name.txt has another text."""
    change_template(template, text, tag=tag)


def edit(repo: Path, name: str, text: str) -> None:
    """Commits an owner's edit."""
    (repo / name).write_text(text, encoding="utf-8")
    commit_all(repo, f"docs: edit {name}")


def tree(repo: Path) -> dict[str, bytes]:
    """All files of a repo that are not git's own."""
    return {
        path.relative_to(repo).as_posix(): path.read_bytes()
        for path in repo.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(repo).parts
    }


def status_of(repo: Path) -> str:
    return git.git("status", "--porcelain", cwd=repo)


def test_a_plan_changes_nothing_and_says_all(template: Path, repo: Path, nexus: Nexus) -> None:
    (template / "CHANGELOG.md").write_text(
        "# Changelog\n\n## 1.1.0\n\n- A new line.\n\n## 1.0.0\n\n- All.\n"
    )
    (template / "template" / "more.txt").write_text("more\n")
    release(template)
    before = tree(repo)

    code, said, _ = nexus("update", "--plan", "--diff")

    assert code == 0
    assert tree(repo) == before
    assert status_of(repo) == ""
    assert said.startswith("update from v1.0.0 to v1.1.0\n")
    assert "- A new line." in said
    assert "- All." not in said
    assert "new (1): the template brings it\n  more.txt" in said
    assert "updated (2): " in said
    assert "--- a/name.txt\n+++ b/name.txt\n" in said
    assert "+new\n" in said
    assert "--- /dev/null\n+++ b/more.txt\n" in said


def test_the_plan_as_json(template: Path, repo: Path, nexus: Nexus) -> None:
    edit(repo, "name.txt", "mine\n")
    release(template)
    code, said, _ = nexus("update", "--plan", "--format", "json")
    plan = json.loads(said)
    assert code == 0
    assert plan["conflicts"] == ["name.txt"]
    assert {change["path"]: change["kind"] for change in plan["changes"]} == {
        ".copier-answers.yml": "updated",
        "name.txt": "conflict",
    }
    assert plan["unchanged"] == ["LICENSE"]


def test_without_a_terminal_it_asks_for_yes(template: Path, repo: Path, nexus: Nexus) -> None:
    release(template)
    code, _, said = nexus("update")
    assert code == 2
    assert "nothing was changed" in said
    assert "--yes" in said
    assert status_of(repo) == ""


def test_it_is_merged_and_staged_and_then_there_is_nothing_to_do(
    template: Path, repo: Path, nexus: Nexus
) -> None:
    edit(repo, "LICENSE", "my licence\n")
    release(template)
    code, said, _ = nexus("update", "--yes")
    assert code == 0
    assert "done: update from v1.0.0 to v1.1.0" in said
    assert (repo / "name.txt").read_text() == "Ajira\nnew\n"
    assert (repo / "LICENSE").read_text() == "my licence\n"
    assert status_of(repo) == "M  .copier-answers.yml\nM  name.txt"
    commit_all(repo, "chore: update")
    code, _, said = nexus("update", "--yes")
    assert (code, status_of(repo)) == (3, "")
    assert "Nothing to do" in said


def test_conflicts_exit_with_1_and_are_git_s_own(template: Path, repo: Path, nexus: Nexus) -> None:
    edit(repo, "name.txt", "mine\n")
    release(template, "theirs\n")
    code, _, said = nexus("update", "--yes")
    assert code == 1
    assert "1 conflict waits for you" in said
    assert "UU name.txt" in status_of(repo)
    for stage, text in enumerate(("Ajira\n", "mine\n", "theirs\n"), start=1):
        assert git.output("show", f":{stage}:name.txt", cwd=repo).decode() == text
    assert (repo / "name.txt").read_text() == (
        "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template\n"
    )
    (repo / "name.txt").write_text("both\n")
    commit_all(repo, "chore: update")
    assert nexus("update", "--yes")[0] == 3


def test_undo_brings_all_back_and_keeps_what_was_edited_since(
    template: Path, repo: Path, nexus: Nexus
) -> None:
    edit(repo, "name.txt", "mine\n")
    (repo / "notes.txt").write_text("untracked\n")
    release(template, "theirs\n")
    before = tree(repo)
    assert nexus("update", "--yes")[0] == 1
    (repo / "name.txt").write_text("resolved\n")

    code, said, noted = nexus("undo")

    assert code == 0
    assert "undone: update from v1.0.0 to v1.1.0" in said
    assert "git's stash: name.txt" in noted
    assert tree(repo) == before
    assert status_of(repo) == "?? notes.txt"
    assert git.output("show", "stash@{0}:name.txt", cwd=repo) == b"resolved\n"
    code, _, said = nexus("undo")
    assert (code, "nothing to undo" in said) == (2, True)


def test_what_is_committed_is_not_undone(template: Path, repo: Path, nexus: Nexus) -> None:
    release(template)
    assert nexus("update", "--yes")[0] == 0
    commit_all(repo, "chore: update")
    code, _, said = nexus("undo")
    assert code == 2
    assert "git revert" in said


def test_changes_that_are_not_committed_are_refused_or_stashed(
    template: Path, repo: Path, nexus: Nexus
) -> None:
    release(template)
    (repo / "LICENSE").write_text("not committed\n")
    code, _, said = nexus("update", "--yes")
    assert code == 2
    assert "not committed: LICENSE" in said
    assert (repo / "name.txt").read_text() == "Ajira\n"

    assert nexus("update", "--yes", "--stash")[0] == 0
    assert (repo / "LICENSE").read_text() == "a licence\n"
    assert nexus("undo")[0] == 0
    assert (repo / "LICENSE").read_text() == "not committed\n"
    assert git.git("stash", "list", cwd=repo) == ""


def test_answers_are_set_and_taken_back(template: Path, repo: Path, nexus: Nexus) -> None:
    code, said, _ = nexus("set", "project_name=Kazi", "--yes")
    assert code == 0
    assert "project_name: Ajira → Kazi" in said
    assert (repo / "name.txt").read_text() == "Kazi\n"
    commit_all(repo, "chore: another name")
    assert nexus("set", "project_name=Kazi", "--yes")[0] == 3
    assert nexus("answers")[1].splitlines()[0].split() == ["cache", "yes"]
    assert json.loads(nexus("answers", "--format", "json")[1])["project_name"] == "Kazi"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("stater=blank", "stater: There is no such question. Did you mean starter?"),
        ("starter=shop", "starter"),
        ("kubernetes", "there is no equals sign"),
        ("project_name=", "project_name"),
    ],
)
def test_a_wrong_answer_is_refused(repo: Path, nexus: Nexus, given: str, said: str) -> None:
    before = tree(repo)
    code, _, printed = nexus("set", given, "--yes")
    assert code == 2
    assert said in printed
    assert tree(repo) == before


def test_the_new_version_s_answers_are_told(template: Path, repo: Path, nexus: Nexus) -> None:
    """Those that it adds, drops and resets."""
    questions = template / "questions" / "project.yml"
    text = questions.read_text(encoding="utf-8")
    questions.write_text(
        f"{text}\nregion:\n    type: str\n    default: Nairobi\n", encoding="utf-8"
    )
    delivery = template / "questions" / "delivery.yml"
    delivery.write_text(
        delivery.read_text(encoding="utf-8").replace("dependabot", "mend"), encoding="utf-8"
    )
    release(template)
    code, said, _ = nexus("update", "--yes")
    assert code == 0
    assert "region: Nairobi (new)" in said
    assert "dependency_updates: dependabot → mend" in said


def test_status_tells_each_file_s_standing(template: Path, repo: Path, nexus: Nexus) -> None:
    release(template)
    (repo / "name.txt").write_text("edited\n")
    (repo / "LICENSE").unlink()
    (repo / "own.txt").write_text("mine\n")
    code, said, _ = nexus("status")
    assert code == 0
    assert said.startswith("version v1.0.0; newer: v1.1.0\n")
    told = json.loads(nexus("status", "--format", "json")[1])
    assert told["files"] == {
        "managed": [".copier-answers.yml"],
        "edited": ["name.txt"],
        "missing": ["LICENSE"],
        "own": ["own.txt"],
    }
    sarif = json.loads(nexus("status", "--format", "sarif")[1])
    assert {result["ruleId"] for result in sarif["runs"][0]["results"]} == {
        "drift/edited",
        "drift/missing",
    }
    assert nexus("diff")[1] == (
        "--- a/LICENSE\n+++ /dev/null\n@@ -1 +0,0 @@\n-a licence\n"
        "--- a/name.txt\n+++ b/name.txt\n@@ -1 +1 @@\n-Ajira\n+edited\n"
    )


def test_a_template_without_tags(template: Path, repo: Path, nexus: Nexus) -> None:
    git.git("tag", "--delete", "v1.0.0", cwd=template)
    answers = repo / ".copier-answers.yml"
    commit = git.git("rev-parse", "--short", "HEAD", cwd=template)
    edit(repo, answers.name, answers.read_text().replace("v1.0.0", commit))
    assert nexus("update", "--yes")[0] == 3
    change_template(template, "later\n")
    assert nexus("update", "--yes")[0] == 0
    assert (repo / "name.txt").read_text() == "later\n"


def test_a_template_with_changes_that_are_not_committed(
    template: Path, repo: Path, nexus: Nexus
) -> None:
    (template / "template" / "name.txt.jinja").write_text("in work\n")
    code, _, said = nexus("update", "--yes")
    assert code == 0
    assert "not committed" in said
    assert (repo / "name.txt").read_text() == "in work\n"


def test_a_template_by_url_and_a_look_at_it_is_not_a_clone(
    template: Path, repo: Path, nexus: Nexus, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"file://{template}"
    answers = repo / ".copier-answers.yml"
    edit(repo, answers.name, answers.read_text().replace(str(template), f"git+{url}"))
    with monkeypatch.context() as patched:
        patched.setattr("nexus_scaffold.source.Source._clone", None)
        assert nexus("update", "--yes")[0] == 3
    release(template)
    assert nexus("update", "--yes")[0] == 0
    assert f"_src_path: git+{url}\n" in answers.read_text()
    commit_all(repo, "chore: update")
    assert nexus("update", "--yes")[0] == 3


def test_a_template_that_is_recorded_relative_to_the_repo(
    template: Path, repo: Path, nexus: Nexus, tmp_path: Path
) -> None:
    answers = repo / ".copier-answers.yml"
    edit(repo, answers.name, answers.read_text().replace(str(template), "../template"))
    release(template)
    assert nexus("update", "--repo", str(repo), "--yes", cwd=tmp_path)[0] == 0
    assert (repo / "name.txt").read_text() == "Ajira\nnew\n"


def test_a_fork_of_the_template(template: Path, repo: Path, nexus: Nexus, tmp_path: Path) -> None:
    """It has the version that the repo was made from, and is recorded from now on."""
    fork = tmp_path / "fork"
    git.git("clone", "--quiet", str(template), str(fork), cwd=tmp_path)
    change_template(fork, "forked\n", tag="v1.0.1")
    edit(repo, "LICENSE", "mine\n")
    assert nexus("update", "--template", str(fork), "--yes")[0] == 0
    assert (repo / "name.txt").read_text() == "forked\n"
    assert (repo / "LICENSE").read_text() == "mine\n"
    assert f"_src_path: {fork}\n" in (repo / ".copier-answers.yml").read_text()


def test_a_template_that_is_gone_is_named(template: Path, repo: Path, nexus: Nexus) -> None:
    shutil.rmtree(template)
    code, _, said = nexus("update", "--yes")
    assert code == 2
    assert str(template) in said
    assert status_of(repo) == ""


def test_a_version_that_is_gone_is_named(template: Path, repo: Path, nexus: Nexus) -> None:
    release(template)
    git.git("tag", "--delete", "v1.0.0", cwd=template)
    code, _, said = nexus("update", "--yes")
    assert code == 2
    assert "no version v1.0.0" in said
    assert "--template" in said


def test_a_version_that_does_not_render_changes_nothing(
    template: Path, repo: Path, nexus: Nexus
) -> None:
    release(template, "{{ nobody_knows }}\n")
    before = tree(repo)
    code, _, said = nexus("update", "--yes")
    assert code == 2
    assert "name.txt.jinja" in said
    assert tree(repo) == before


def test_a_repo_in_a_folder_of_another(template: Path, tmp_path: Path, nexus: Nexus) -> None:
    """Its files alone are looked at, and what is changed elsewhere is nobody's business here."""
    whole = tmp_path / "whole"
    part = whole / "services" / "back end"
    whole.mkdir()
    (whole / "elsewhere.txt").write_text("one\n")
    commit_all(whole, "feat: begin")
    new(part, {"project_name": "Ajira"}, template=str(template))
    (part / "LICENSE").write_text("mine\n")
    commit_all(whole, "feat: a part of mine")
    (whole / "elsewhere.txt").write_text("two\n")
    release(template)
    before = tree(whole)
    assert nexus("update", "--yes", cwd=part)[0] == 0
    assert (part / "name.txt").read_text() == "Ajira\nnew\n"
    changed = git.git("status", "--porcelain", cwd=whole).splitlines()
    assert changed == [
        " M elsewhere.txt",
        'M  "services/back end/.copier-answers.yml"',
        'M  "services/back end/name.txt"',
    ]
    assert nexus("undo", cwd=part)[0] == 0
    assert tree(whole) == before
    assert git.git("status", "--porcelain", cwd=whole) == " M elsewhere.txt"


def test_a_repo_that_is_no_git_repository_is_told_what_to_do(
    template: Path, repo: Path, nexus: Nexus
) -> None:
    release(template)
    shutil.rmtree(repo / ".git")
    code, _, said = nexus("update", "--yes")
    assert code == 2
    assert "git init" in said
