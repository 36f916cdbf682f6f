"""Each capability goes and comes back, in a repo whose owner has edited what belongs to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from nexus_scaffold import Answers, Template, check, git, lifecycle, new
from nexus_scaffold.merge import Kind, Plan
from nexus_scaffold.rendering import Rendered, render_again
from nexus_scaffold.testing import commit_all, switches
from tests.conftest import copy_template

MARK = "the owner's own words"
# How an edit is written in a file of each kind.
PLAIN = (".json", ".png")
COMMENTS = {".md": f"{MARK}\n", ".html": f"<!-- {MARK} -->\n", **dict.fromkeys(PLAIN, "")}


def off(name: str) -> dict[str, object]:
    """The answers without a capability: what needs it goes with it."""
    needing = {"containers": ("kubernetes",), "github_actions": ("template_updates",)}
    return dict.fromkeys((name, *needing.get(name, ())), False)


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines(keepends=True)


def calm(one: list[str], other: list[str]) -> int:
    """A line that is far from what differs."""
    block = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return block.a + block.size // 2


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as it stands here, released."""
    folder = copy_template(tmp_path_factory.mktemp("released") / "template")
    git.git("tag", "v1.0.0", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def renders() -> dict[str, Rendered]:
    """What has been rendered, by the answers."""
    return {}


@pytest.fixture(autouse=True)
def _render_once(
    monkeypatch: pytest.MonkeyPatch,
    renders: dict[str, Rendered],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """One version of one template renders the same answers many times here: the second time it is a copy."""

    def render(
        recorded: Mapping[str, object],
        template: Template,
        folder: Path,
        changes: Mapping[str, object] | None = None,
    ) -> Rendered:
        key = str(sorted({**recorded, **(changes or {})}.items()))
        if key not in renders:
            room = tmp_path_factory.mktemp("render") / "folder"
            renders[key] = render_again(recorded, template, room, changes)
        shutil.copytree(renders[key].folder, folder)
        return replace(renders[key], folder=folder)

    monkeypatch.setattr(lifecycle, "render_again", render)


@pytest.mark.parametrize("name", switches())
def test_the_edits_are_there_when_it_is_back(
    template: Path, tmp_path: Path, set_answers: Callable[..., Plan], name: str
) -> None:
    """C17, H08: nothing but the edited files stays without it, and with it again all is as it was."""
    given = {"jenkins": True, "travis": True}
    repo = new(tmp_path / "repo", given, template=str(template)).path
    plan = set_answers(repo, **off(name))
    owned = {change.path for change in plan.of(Kind.DELETED)}
    shared = {change.path for change in plan.of(Kind.UPDATED)} - {".copier-answers.yml"}
    without = {path: lines(repo / path) for path in shared}
    git.git("reset", "--quiet", "--hard", "HEAD~1", cwd=repo)
    for path in owned | shared:
        words = COMMENTS.get(Path(path).suffix, f"# {MARK}\n")
        text = lines(repo / path)
        text.insert(calm(text, without.get(path, text)), words)
        (repo / path).write_text("".join(text), encoding="utf-8")
    commit_all(repo, "docs: my own words")
    before = git.git("rev-parse", "HEAD^{tree}", cwd=repo)

    gone = set_answers(repo, **off(name))
    assert gone.conflicts == ()
    assert {change.path for change in gone.of(Kind.KEPT)} == {
        path for path in owned if Path(path).suffix not in PLAIN
    }
    assert not Answers.parse({**given, **off(name)}).model_dump()[name]

    back = set_answers(repo, **dict.fromkeys(off(name), True))
    assert back.conflicts == ()
    assert git.git("rev-parse", "HEAD^{tree}", cwd=repo) == before


def test_a_capability_that_comes_later_is_whole(
    template: Path, tmp_path: Path, set_answers: Callable[..., Plan]
) -> None:
    """All capabilities of a blank repo that began with none: as if it had begun with them."""
    names = [name for name in switches() if name not in {"jenkins", "travis"}]
    bare = {"starter": "blank", **dict.fromkeys(names, False)}
    repo = new(tmp_path / "bare", bare, template=str(template)).path
    set_answers(repo, **dict.fromkeys(names, True))
    whole = new(tmp_path / "whole", {"starter": "blank"}, template=str(template)).path
    assert git.git("rev-parse", "HEAD^{tree}", cwd=repo) == git.git(
        "rev-parse", "HEAD^{tree}", cwd=whole
    )
    assert not check(repo).fails
