"""The pairwise set covers what it says."""

from __future__ import annotations

from itertools import combinations

from nexus_scaffold import Answers
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
        assert len(met) == len({a for a, _ in met}) * len({b for _, b in met}), (one, other)
    assert {answers["license"] for answers in matrix} >= {"MIT", "Apache-2.0", "none"}


def test_it_is_small_and_always_the_same() -> None:
    assert pairwise() == pairwise()
    assert len(pairwise()) <= 24
