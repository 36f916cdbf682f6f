"""A rendered repo's own tests on a real PostgreSQL, and the steps of its own CI, in their order."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import yaml

from nexus_scaffold.testing import RenderedRepo
from tests.variants import DEFAULTS

Rendered = Callable[..., RenderedRepo]

pytestmark = pytest.mark.services


def test_the_steps_of_the_workflow_pass_in_their_order(rendered: Rendered, database: str) -> None:
    """T06, T11, B05, C02, H08, H11: what GitHub would run, on the first commit, unchanged."""
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
                printed = repo.run("bash", "-e", "-c", step["run"], variables=variables).stdout
                ran.append(step["run"])
    assert ran == ["make setup", "make lint", "make docs", "make setup", "make test"]
    assert " passed" in printed
    assert not re.search(
        r"\d skipped", printed
    ), "the race on applying needs the row locks that are here"
    assert (repo.path / "coverage.xml").is_file(), "the artifact that the workflow uploads"


def test_the_workflow_uses_pinned_actions_and_the_least_rights(rendered: Rendered) -> None:
    """T06"""
    text = (rendered(**DEFAULTS).path / ".github" / "workflows" / "ci.yml").read_text(
        encoding="utf-8"
    )
    for used in re.findall(r"uses: (\S+)", text):
        assert re.search(r"@[0-9a-f]{40}$", used), used
    assert yaml.safe_load(text)["permissions"] == {}
