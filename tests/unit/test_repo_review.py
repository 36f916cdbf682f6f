"""The checks beside those of repo-review, as repo-review runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from repo_review.processor import collect_all, process

from nexus_scaffold.checks import CHECKS

Build = Callable[[Mapping[str, str | bytes]], Path]


def test_repo_review_fails_what_nexus_check_fails_and_says_where(tree: Build) -> None:
    config = (
        '[tool.nexus.check.ignore]\nDOC101 = "x"\n[tool.nexus.check.severity]\nDOC104 = "note"\n'
    )
    files = {"README.md": "TODO <b> [x](y.md)", "pyproject.toml": config, "manage.py": ""}
    families, results = process(tree(files))
    ours = {result.name: result for result in results if result.family.startswith("nexus-")}
    assert set(ours) == {kind.__name__ for kind in CHECKS}
    assert {name: ours[name].result for name in ("DOC101", "DOC103", "DOC104", "DJG101")} == {
        "DOC101": True,
        "DOC103": False,
        "DOC104": True,  # a note fails nothing
        "DJG101": True,
    }
    assert ours["DOC103"].err_msg.startswith("- README.md:1: A placeholder: 'TODO'.\n")
    assert ours["DOC103"].description == "The documents hold no placeholder text."
    assert families["nexus-DOC"]["name"] == "Nexus: DOC"
    # Those of its other plugins are there as well.
    assert {result.family for result in results} > {result.family for result in ours.values()}


def test_repo_review_can_list_the_checks_without_a_repo() -> None:
    assert {kind.__name__ for kind in CHECKS} <= set(collect_all().checks)


@pytest.mark.parametrize("name", ["a`b`.md", "<img src=x>.md", "[a](b).md", "*a*.md"])
def test_what_a_file_is_called_is_no_markdown(tree: Build, name: str) -> None:
    results = process(tree({name: "TODO"})).results
    shown = next(result for result in results if result.name == "DOC103").md_as_html().err_msg
    assert shown.startswith("<ul>\n<li>")
    assert not any(tag in shown for tag in ("<code", "<img", "<a ", "<em"))
