"""Schemathesis against both starters: what `make fuzz` finds in a new repo is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from nexus_scaffold.testing import RenderedRepo
from tests.variants import DEFAULTS

# Every check on the cases that follow from the schema; `make fuzz` alone adds random ones to them.
BOUNDED = "--phases examples,coverage --max-examples 2 --no-color"
ROLES = {"blank": ["member", "admin"], "job_board": ["candidate", "employer", "admin"]}
# Far fewer, and something was refused before it got anywhere.
CASES = {"blank": 500, "job_board": 1500}


def fuzz(repo: RenderedRepo, options: str, variables: Mapping[str, str]) -> str:
    """What `make fuzz` prints; a failure names the operation, the request and the seed."""
    return repo.run("make", "fuzz", f"FUZZ={options}", variables=variables).stdout


@pytest.mark.services("postgresql")
@pytest.mark.parametrize("starter", ROLES)
def test_the_api_keeps_what_its_description_promises(
    starter: str, rendered: Callable[..., RenderedRepo], database: str
) -> None:
    """T13, H07: no server error, no undocumented status, no answer of another form; for every role."""
    repo = rendered(**{**DEFAULTS, "starter": starter})
    variables = {"FUZZ_DATABASE_URL": database}

    printed = fuzz(repo, BOUNDED, variables)

    runs = re.split(r"^As (\w+)$", printed, flags=re.MULTILINE)[1:]
    assert set(runs[::2]) == {"nobody", *ROLES[starter]}
    for role, run in zip(runs[::2], runs[1::2], strict=True):
        tested = re.search(r"Selected: (\d+)/\1\s+Tested: \1$", run, re.MULTILINE)
        assert tested, f"{role}: not every operation was tested\n{run}"
        generated = re.search(
            r"(\d+) generated, .*^=+ No issues found", run, re.DOTALL | re.MULTILINE
        )
        assert generated, run
        assert int(generated[1]) > CASES[starter], role
