"""A rendered repo's own tests on a real PostgreSQL, and the steps of its own CI, in their order."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import yaml

from nexus_scaffold.testing import RenderedRepo
from tests.conftest import POSTGRES
from tests.variants import DEFAULTS, JOB_BOARD_WITH_EVERYTHING_ON

Rendered = Callable[..., RenderedRepo]

pytestmark = pytest.mark.services


@pytest.fixture
def database(rendered: Rendered) -> Iterator[str]:
    """The URL of a database of the test's own."""
    name = f"nexus_{uuid.uuid4().hex[:8]}"
    program = (
        "import sys, psycopg; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
    )
    run = partial(
        rendered(**DEFAULTS).run, "uv", "run", "--no-sync", "python", "-c", program, POSTGRES
    )
    run(f"CREATE DATABASE {name}")
    yield f"{POSTGRES.rpartition('/')[0]}/{name}"
    run(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_tests_pass_on_postgresql_and_none_is_skipped(
    rendered: Rendered, database: str
) -> None:
    """T11, H08, C02: the race on applying included, which needs real row locks."""
    repo = rendered(**JOB_BOARD_WITH_EVERYTHING_ON)
    printed = repo.run("uv", "run", "pytest", "-n", "2", "-rs", DATABASE_URL=database).stdout
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
