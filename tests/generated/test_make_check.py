"""A rendered repo passes all of its own checks, on the first day, unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from nexus_scaffold.testing import RenderedRepo
from tests.conftest import NO_COVERAGE
from tests.variants import BLANK_WITH_EVERYTHING_OFF, DEFAULTS

Rendered = Callable[..., RenderedRepo]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(
            {**BLANK_WITH_EVERYTHING_OFF, "tasks": True, "traffic": True},
            id="blank-with-tasks-and-traffic",
        ),
        pytest.param({"tasks": False, "traffic": False}, id="job-board-without-tasks-and-traffic"),
    ],
)
def test_make_check_passes(rendered: Rendered, given: Mapping[str, object]) -> None:
    """T01, T02, T03, T12, T13, H05, B01, B03, B06, C10: hooks, types, contracts, migrations and tests.

    Without any server. The same on real ones, with the defaults, everything on and everything off: test_ci.py.
    """
    repo = rendered(**given)
    printed = repo.run("make", "check", variables={"PYTEST_ADDOPTS": NO_COVERAGE}).stdout
    assert re.search(r"\b\d{3,} passed\b", printed)
    assert (
        repo.run("git", "status", "--porcelain").stdout == ""
    ), "the checks changed a tracked file"


def test_the_first_commit_s_message_passes_its_own_hook(rendered: Rendered) -> None:
    """B04"""
    repo = rendered(**DEFAULTS)
    message = repo.path / ".git" / "COMMIT_EDITMSG"
    command = (
        "uv",
        "run",
        "pre-commit",
        "run",
        "--hook-stage",
        "commit-msg",
        "--commit-msg-filename",
        str(message),
    )
    repo.run(*command)


def test_the_site_is_built(rendered: Rendered) -> None:
    """B02"""
    repo = rendered(**BLANK_WITH_EVERYTHING_OFF)
    repo.run("make", "docs")
    front = (repo.path / "site" / "index.html").read_text(encoding="utf-8")
    assert not re.search(
        r"""<(?:script|link|img)[^>]+(?:src|href)=["']?(?:https?:)?//[^"'> ]+\.(?:js|css|woff2?|png)""",
        front,
    )
