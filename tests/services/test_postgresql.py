"""A rendered repo's own tests on a real PostgreSQL, and the steps of its own CI, in their order."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
import yaml

from nexus_scaffold.testing import RenderedRepo
from tests.conftest import POSTGRES
from tests.variants import BLANK_WITH_EVERYTHING_OFF, DEFAULTS, JOB_BOARD_WITH_EVERYTHING_ON

Rendered = Callable[..., RenderedRepo]

pytestmark = pytest.mark.services


@pytest.fixture
def database() -> str:
    """The URL of a database of the test's own; Django makes its test database beside it."""
    return f"{POSTGRES.rpartition('/')[0]}/nexus_{uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(BLANK_WITH_EVERYTHING_OFF, id="blank-with-everything-off"),
        pytest.param(JOB_BOARD_WITH_EVERYTHING_ON, id="job-board-with-everything-on"),
    ],
)
def test_the_tests_pass_on_postgresql(
    rendered: Rendered, database: str, given: dict[str, object]
) -> None:
    """T11, H08, C02: the race on applying included, which needs real row locks."""
    printed = (
        rendered(**given).run("uv", "run", "pytest", "-n", "2", "-rs", DATABASE_URL=database).stdout
    )
    assert " passed" in printed
    assert "SKIPPED" not in printed


def test_the_steps_of_the_workflow_pass_in_their_order(rendered: Rendered, database: str) -> None:
    """T06, B05, H11: what GitHub would run, on the first commit, unchanged."""
    repo = rendered(**DEFAULTS)
    workflow = yaml.safe_load(
        (repo.path / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    )
    ran = []
    for name in ("lint", "test"):
        job = workflow["jobs"][name]
        variables = dict(job.get("env", {}))
        if "DATABASE_URL" in variables:
            assert variables["DATABASE_URL"].startswith("postgres://postgres@localhost:5432/")
            variables["DATABASE_URL"] = database
        for step in job["steps"]:
            if "run" in step:
                repo.run("bash", "-e", "-c", step["run"], **variables)
                ran.append(step["run"])
    assert ran == ["make setup", "make lint", "make docs", "make setup", "make test"]
    assert (repo.path / "coverage.xml").is_file(), "the artifact that the workflow uploads"


def test_the_workflow_uses_pinned_actions_and_the_least_rights(rendered: Rendered) -> None:
    """T06"""
    text = (rendered(**DEFAULTS).path / ".github" / "workflows" / "ci.yml").read_text(
        encoding="utf-8"
    )
    for used in re.findall(r"uses: (\S+)", text):
        assert re.search(r"@[0-9a-f]{40}$", used), used
    assert yaml.safe_load(text)["permissions"] == {}
