"""What the checks read from a rendered repo's code is what Django says of it in the committed documents."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from nexus_scaffold.checks import Repo
from nexus_scaffold.checks.markdown import parse
from nexus_scaffold.checks.produced import diagram, entities, models
from nexus_scaffold.testing import RenderRepo
from tests.variants import (
    BLANK_WITH_EVERYTHING_OFF,
    DEFAULTS,
    JOB_BOARD_WITH_EVERYTHING_ON,
)

VARIANTS = (DEFAULTS, BLANK_WITH_EVERYTHING_OFF, JOB_BOARD_WITH_EVERYTHING_ON)


@pytest.mark.parametrize("answers", VARIANTS, ids=["defaults", "everything-off", "everything-on"])
def test_the_diagram_that_is_read_from_the_code_is_the_one_that_django_draws(
    render_repo: RenderRepo, answers: Mapping[str, object]
) -> None:
    """C01: the same tables, relations and columns, without a project that can be imported."""
    repo = Repo(render_repo(**answers))
    (fence,) = parse(repo.text("docs/architecture/erd.md")).fences
    known = models(repo)
    assert set(entities(fence.lines)) == set(known)
    assert _relations(fence.lines) == _relations(diagram(known))
    assert _columns(fence.lines) == _columns(diagram(known))


def _relations(lines: tuple[str, ...] | list[str]) -> set[str]:
    return {line.strip() for line in lines if " : " in line}


def _columns(lines: tuple[str, ...] | list[str]) -> set[tuple[str, str]]:
    """The names of the columns, but for those that the committed diagram leaves out."""
    found = set()
    entity = ""
    for line in map(str.split, lines):
        if line[-1:] == ["{"]:
            entity = line[0]
        elif len(line) > 1 and ":" not in line and line[1] not in {"created_at", "updated_at"}:
            found.add((entity, line[1]))
    return found
