"""What a repo's own commands say of its API is what is rendered, with every pair of answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nexus_scaffold import Answers
from nexus_scaffold.matrix import pairwise
from nexus_scaffold.testing import RenderedRepo, RenderRepo
from tests.variants import DEFAULTS, JOB_BOARD_WITH_EVERYTHING_ON

# Of two repos that the same answers write code for, one.
CODE = {"starter", "django_version", "tasks", "cache", "traffic", "payments", "graphql"}
VARIANTS = {answers.model_dump_json(include=CODE): answers for answers in pairwise()}
# These have all packages of the others, for each version of Django.
EVERYTHING = {"5.2": DEFAULTS, "6.1": JOB_BOARD_WITH_EVERYTHING_ON}


@pytest.mark.parametrize("answers", VARIANTS.values(), ids=VARIANTS)
def test_make_schema_changes_nothing(
    answers: Answers,
    render_repo: RenderRepo,
    rendered: Callable[..., RenderedRepo],
) -> None:
    """B11, T04, T13: run `uv run scripts/contracts.py` when this fails."""
    full = rendered(**EVERYTHING[answers.django_version])
    repo = RenderedRepo(render_repo(**answers.model_dump()), answers, full.environment)
    committed = {path.name: path.read_bytes() for path in (repo.path / "docs/api").iterdir()}
    repo.run("make", "schema", variables={"UV_NO_SYNC": "1"})
    assert ("schema.graphql" in committed) is answers.graphql
    for path in (repo.path / "docs" / "api").iterdir():
        assert path.read_bytes() == committed[path.name], path.name
