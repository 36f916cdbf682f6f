"""The scaffold follows the rules that it renders: the same tools, hooks and workflow, but where a reason says why."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from nexus_scaffold.testing import RenderRepo
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def repo(render_repo: RenderRepo) -> Path:
    return render_repo()


def _hooks(folder: Path) -> dict[str, dict[str, Any]]:
    text = (folder / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    return {hook["id"]: hook for hook in yaml.safe_load(text)["repos"][0]["hooks"]}


def _tools(folder: Path) -> dict[str, str]:
    """The pinned tools and their versions."""
    groups = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))[
        "dependency-groups"
    ]
    pins = [pin for group in groups.values() for pin in group if isinstance(pin, str)]
    return dict(pin.split("==") for pin in pins)


def test_hooks_of_one_name_are_one(repo: Path) -> None:
    ours, theirs = _hooks(ROOT), _hooks(repo)
    # Here mypy and deptry look at the library, and no hook formats what the template renders.
    scoped = {"mypy", "dependencies"}
    for name in ours.keys() & theirs.keys() - scoped:
        own = {key: value for key, value in ours[name].items() if key != "exclude"}
        assert own == theirs[name], name
    # What only this repo has is what other repos use it by.
    assert ours.keys() - theirs.keys() == {"action", "action-zizmor", "hooks-manifest"}


def test_tools_of_one_name_have_one_version(repo: Path) -> None:
    ours, theirs = _tools(ROOT), _tools(repo)
    # django-stubs holds mypy back in a rendered repo.
    shared = (ours.keys() & theirs.keys()) - {"mypy"}
    assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}
    assert len(shared) >= 10


def test_actions_of_one_name_are_pinned_to_one_commit(repo: Path) -> None:
    def actions(folder: Path) -> dict[str, str]:
        text = (folder / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
        return dict(re.findall(r"uses: (\S+)@([0-9a-f]{40})", text))

    ours, theirs = actions(ROOT), actions(repo)
    assert ours
    assert ours.items() <= theirs.items()


def test_the_editor_and_git_have_the_same_rules(repo: Path) -> None:
    assert (ROOT / ".editorconfig").read_text() == (repo / ".editorconfig").read_text()
    assert set((repo / ".gitattributes").read_text().splitlines()) <= set(
        (ROOT / ".gitattributes").read_text().splitlines()
    )
