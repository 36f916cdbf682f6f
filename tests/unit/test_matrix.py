"""The pairwise set covers what it says."""

from __future__ import annotations

from itertools import combinations, product

from nexus_scaffold import Answers, AnswersError
from nexus_scaffold.matrix import pairwise


def test_each_pair_of_values_occurs() -> None:
    matrix = [answers.model_dump() for answers in pairwise()]
    closed = [
        name
        for name, rules in Answers.model_json_schema()["properties"].items()
        if name != "setup" and ("enum" in rules or rules["type"] == "boolean")
    ]
    for one, other in combinations(closed, 2):
        met = {(answers[one], answers[other]) for answers in matrix}
        for pair in product({a for a, _ in met}, {b for _, b in met}):
            assert pair in met or not _allowed(dict(zip((one, other), pair, strict=True)))
    assert not _allowed({"containers": False, "kubernetes": True}), "some pair is none"
    assert {answers["license"] for answers in matrix} >= {"MIT", "Apache-2.0", "none"}


def test_it_is_small_and_always_the_same() -> None:
    assert pairwise() == pairwise()
    assert len(pairwise()) <= 30


def _allowed(given: dict[str, object]) -> bool:
    try:
        Answers.parse(given)
    except AnswersError:
        return False
    return True
