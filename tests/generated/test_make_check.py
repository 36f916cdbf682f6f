"""A rendered repo passes all of its own checks, on the first day, unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from nexus_scaffold.testing import RenderedRepo
from tests.conftest import SHARED_SERVERS, has
from tests.variants import BLANK_WITH_EVERYTHING_OFF, DEFAULTS, JOB_BOARD_WITH_EVERYTHING_ON

Rendered = Callable[..., RenderedRepo]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(DEFAULTS, id="defaults"),
        pytest.param(BLANK_WITH_EVERYTHING_OFF, id="blank-with-everything-off"),
        pytest.param(
            {**BLANK_WITH_EVERYTHING_OFF, "tasks": True, "traffic": True},
            id="blank-with-tasks-and-traffic",
        ),
        pytest.param({"tasks": False, "traffic": False}, id="job-board-without-tasks-and-traffic"),
    ],
)
def test_make_check_passes(rendered: Rendered, given: Mapping[str, object]) -> None:
    """T01, T02, T03, T12, T13, H05, B01, B03, B06, C10: hooks, types, contracts, migrations, tests and coverage."""
    _check(rendered(**given))


def test_make_check_passes_with_everything_on(
    rendered: Rendered, request: pytest.FixtureRequest
) -> None:
    """The same, with Django 6.1, a difficult name, and the real servers where they answer."""
    real = all(map(has, SHARED_SERVERS))
    variables = request.getfixturevalue("real_servers") if real else {}
    _check(rendered(**JOB_BOARD_WITH_EVERYTHING_ON), variables)


def _check(repo: RenderedRepo, variables: Mapping[str, str] | None = None) -> None:
    printed = repo.run("make", "check", variables=variables).stdout
    assert re.search(r"\b\d{3,} passed\b", printed)
    assert " failed" not in printed
    coverage = re.search(r"Total coverage: ([\d.]+)%", printed)
    assert coverage
    assert float(coverage[1]) >= 90
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
