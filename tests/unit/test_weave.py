"""Texts that differ by the answers are woven into one template, which renders each of them again."""

from __future__ import annotations

import lock
import weave
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from weave import Variant

DIMENSIONS = {"starter": ("job_board", "blank"), "tasks": (True, False), "cache": (True, False)}
VARIANTS: list[Variant] = [
    (starter, tasks, cache)
    for starter in DIMENSIONS["starter"]
    for tasks in DIMENSIONS["tasks"]
    for cache in DIMENSIONS["cache"]
]
# As copier.yml has it.
JINJA = SandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)
LINES = st.lists(
    st.sampled_from(
        ["a\n", "  b\n", "\n", "{}\n", "{{ c }}\n", "{% d %}\n", "{# e #}\n", "{{{%\n"]
    ),
    max_size=8,
)


@settings(deadline=None)
@given(st.lists(LINES, min_size=len(VARIANTS), max_size=len(VARIANTS)))
def test_each_text_is_rendered_again(texts: list[list[str]]) -> None:
    by_variant = dict(zip(VARIANTS, texts, strict=True))
    lines = weave.merge_lines(by_variant)
    woven = JINJA.from_string("".join(weave.template(lines, DIMENSIONS, VARIANTS, {})))
    for variant, text in by_variant.items():
        answers = dict(zip(DIMENSIONS, variant, strict=True))
        assert woven.render(answers) == "".join(text)


def test_a_condition_names_as_few_answers_as_can_tell() -> None:
    def condition(*having: Variant) -> str:
        return weave.condition(frozenset(having), DIMENSIONS, VARIANTS)

    assert condition(*(v for v in VARIANTS if v[1])) == "tasks"
    assert condition(*(v for v in VARIANTS if not v[2])) == "not cache"
    assert (
        condition(*(v for v in VARIANTS if v[:2] == ("blank", True)))
        == "starter == 'blank' and tasks"
    )


def test_the_lock_is_woven_of_what_it_renders() -> None:
    """What scripts/lock.py makes of the locks is the file that renders them."""
    committed = lock.LOCK.read_text(encoding="utf-8")
    template = JINJA.from_string(committed)
    texts = {
        variant: template.render(
            dict(zip(lock.DIMENSIONS, variant, strict=True)), project_slug=lock.SLUG
        )
        for variant in lock.VARIANTS
    }
    assert lock.template(texts) == committed
