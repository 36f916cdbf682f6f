"""A rendered repo's own tests on the real servers, and the steps of its own CI, in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
import yaml

from nexus_scaffold.testing import RenderedRepo
from tests.conftest import SHARED_SERVERS
from tests.variants import DEFAULTS

Rendered = Callable[..., RenderedRepo]

LOCAL = {
    "DATABASE_URL": "postgres://postgres@localhost:5432/postgres",
    "REDIS_URL": "redis://localhost:6379/0",
    "BROKER_URL": "amqp://guest:guest@localhost:5672//",
}

# What means the most where many processes share one server.
ON_REAL_SERVERS = (
    "test_the_second_request_asks_the_database_nothing",
    "test_no_read_is_older_than_a_write_that_was_answered",
    "test_a_hundred_readers_compute_once",
)


@pytest.mark.services(*SHARED_SERVERS)
def test_the_steps_of_the_workflow_pass_in_their_order(
    rendered: Rendered, real_servers: Mapping[str, str]
) -> None:
    """T06, T09, T10, T11, B05, C02, C06, C09, H08, H11: what GitHub would run, on the first commit, unchanged."""
    repo = rendered(**DEFAULTS)
    workflow = yaml.safe_load(
        (repo.path / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    )
    assert workflow["jobs"]["test"]["env"] == LOCAL
    ran = []
    for name in ("lint", "contract", "test"):
        job = workflow["jobs"][name]
        variables = {variable: real_servers[variable] for variable in job.get("env", ())}
        variables["PYTEST_ADDOPTS"] = "-rfEp"
        for step in job["steps"]:
            if "run" in step:
                printed = repo.run("bash", "-e", "-c", step["run"], variables=variables).stdout
                ran.append(step["run"])
    assert ran == [
        *("make setup", "make lint", "make docs"),
        *("make setup", "make contract", "make client"),
        *("make setup", "make test"),
    ]
    assert " passed" in printed
    assert not re.search(
        r"\d skipped", printed
    ), "what only the real servers can show is shown here"
    for test in ON_REAL_SERVERS:
        assert re.search(rf"^PASSED \S+::{test}\b", printed, re.MULTILINE), test
    assert (repo.path / "coverage.xml").is_file(), "the artifact that the workflow uploads"


def test_the_workflow_uses_pinned_actions_and_the_least_rights(rendered: Rendered) -> None:
    """T06"""
    text = (rendered(**DEFAULTS).path / ".github" / "workflows" / "ci.yml").read_text(
        encoding="utf-8"
    )
    for used in re.findall(r"uses: (\S+)", text):
        assert re.search(r"@[0-9a-f]{40}$", used), used
    assert yaml.safe_load(text)["permissions"] == {}
