"""The descriptions of the API: how they are cut, woven, and given the answers."""

from __future__ import annotations

from itertools import product
from typing import Any

import contracts
import pytest
import yaml
from contracts import ANSWERS, DIMENSIONS, PARTS, VARIANTS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from tests.conftest import ROOT
from tests.variants import JOB_BOARD_WITH_EVERYTHING_ON, NAME

# As Copier has it.
JINJA = SandboxedEnvironment(
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
    loader=FileSystemLoader(ROOT),
)
INFO = JINJA.from_string(
    contracts.HEAD
    + 'info:\n  {{ yaml("title", project_name) }}\n  version: 1.0.0\n'
    + '  {{ yaml("description", description) }}\n'
)
# What the questions let pass: one line.
WORDS = st.text(
    st.one_of(st.sampled_from(" -:#'\"\\{}%&*!|>@`é漢🚀\ufeff"), st.characters(codec="utf-8")),
    min_size=1,
    max_size=200,
).filter(lambda text: text.strip() and text.isprintable())
DESCRIPTION = str(JOB_BOARD_WITH_EVERYTHING_ON["description"])


class Dumper(yaml.CSafeDumper):
    """That of drf-spectacular."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@settings(deadline=None)
@given(WORDS, WORDS)
@example(NAME, DESCRIPTION)
@example("Jobs \U0001f680", "word " * 39 + "\U0001f680")
@example("yes", " 'word'   " * 19)
def test_an_answer_is_written_as_the_document_has_it(name: str, description: str) -> None:
    info = {"info": {"title": name, "version": "1.0.0", "description": description}}
    assert INFO.render(project_name=name, description=description) == yaml.dump(
        info, Dumper=Dumper, default_flow_style=False, sort_keys=False, allow_unicode=True
    )


def document(answers: dict[str, Any]) -> str:
    """What a repo says: some of it needs two answers, and what stands where depends on them."""
    paths = {
        "/users/": {"get": {"tags": ["users"]}, "post": {"limited": answers["traffic"]}},
        **({"/reports/": {"get": {"tags": ["reports"]}}} if answers["tasks"] else {}),
        **({"/receipts/": {"get": {}}} if answers["tasks"] and answers["payments"] else {}),
    }
    if answers["starter"] == "blank":
        paths = dict(reversed(paths.items()))
    info = {"title": answers["project_name"], "description": answers["description"]}
    return yaml.dump({"info": info, "paths": paths}, Dumper=Dumper, sort_keys=False)


def test_what_is_not_rendered_follows_from_what_is() -> None:
    texts = {variant: document(contracts.answers(variant)) for variant in VARIANTS}
    woven = JINJA.from_string(contracts.template("openapi.yaml", texts))
    for variant in product(*DIMENSIONS.values()):
        answers = {**dict(zip(DIMENSIONS, variant, strict=True)), "project_name": "A: b"}
        answers["description"] = "An API."
        assert woven.render(answers) == document(answers)


def test_an_answer_that_no_expression_stands_for_is_told() -> None:
    texts = dict.fromkeys(VARIANTS, f"summary: What {ANSWERS['project_name']} is\n")
    with pytest.raises(contracts.ContractError, match=r"openapi\.yaml"):
        contracts.template("openapi.yaml", texts)


@pytest.mark.parametrize("name", PARTS)
def test_a_text_is_its_parts(name: str) -> None:
    """The committed templates are cut into many parts, and none of their lines is lost or moved."""
    text = (ROOT / "template" / contracts.FOLDER / f"{name}.jinja").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("{%")]
    cut = contracts.parts("".join(lines), PARTS[name])
    assert len(cut) > 10
    assert sorted(line for part in cut.values() for line in part) == sorted(lines)
