"""The questions that Copier asks and the model of their answers say the same, field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from copier import run_copy
from copier.errors import CopierError

from nexus_scaffold import Answers, AnswersError
from tests.conftest import ROOT
from tests.small_template import make_template
from tests.unit.test_answers import BAD, GOOD

TOPICS = ("identity", "project", "capabilities", "delivery", "internal")


def _questions(*topics: str) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for topic in topics:
        merged |= yaml.safe_load((ROOT / "questions" / f"{topic}.yml").read_text(encoding="utf-8"))
    return merged


QUESTIONS = _questions(*TOPICS)
RECORDED = {
    name: question for name, question in QUESTIONS.items() if question.get("when") is not False
}


@pytest.fixture(scope="module")
def small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


def _ask(template: Path, destination: Path, **data: object) -> dict[str, Any]:
    run_copy(str(template), destination, data=data, defaults=True, quiet=True)
    recorded: dict[str, Any] = yaml.safe_load(
        (destination / ".copier-answers.yml").read_text(encoding="utf-8")
    )
    return {name: value for name, value in recorded.items() if not name.startswith("_")}


def test_every_topic_is_included() -> None:
    included = [
        line.split("/")[1]
        for line in (ROOT / "copier.yml").read_text().splitlines()
        if "!include" in line
    ]
    assert included == [f"{topic}.yml" for topic in TOPICS]


def test_the_questions_are_the_fields_in_the_same_order() -> None:
    assert list(RECORDED) == list(Answers.model_fields)


@pytest.mark.parametrize("name", RECORDED)
def test_the_choices_are_the_same(name: str) -> None:
    choices = RECORDED[name].get("choices")
    values = list(choices.values() if isinstance(choices, dict) else choices or ())
    schema = Answers.model_json_schema()["properties"][name]
    assert values == schema.get("enum", []), name


@pytest.mark.parametrize("name", RECORDED)
def test_the_types_are_the_same(name: str) -> None:
    kinds = {"str": "string", "bool": "boolean"}
    assert Answers.model_json_schema()["properties"][name]["type"] == kinds[RECORDED[name]["type"]]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"starter": "blank"},
        {"containers": False},
        {"project_name": 'Ngũgĩ\'s "Jobs" {{ x }} & Co', "setup": "custom"},
        {"project_name": "  42 — Ajira  yako! "},
        {"project_name": "工作"},
        {"project_name": "x" * 60},
        {"project_name": "a " * 30},
    ],
)
def test_the_defaults_are_the_same(
    small_template: Path, tmp_path: Path, given: dict[str, Any]
) -> None:
    assert _ask(small_template, tmp_path, **given) == Answers.parse(given).model_dump()


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_what_the_model_takes_copier_takes(
    small_template: Path, tmp_path: Path, name: str, value: str
) -> None:
    assert _ask(small_template, tmp_path, **{name: value})[name] == value


@pytest.mark.parametrize(("name", "value"), BAD)
def test_what_copier_can_refuse_it_refuses(
    small_template: Path, tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises((ValueError, CopierError)):
        _ask(small_template, tmp_path, **{name: value})


@pytest.mark.parametrize("needs_image", [{"kubernetes": True}, {"hosting": "fly"}])
def test_what_runs_the_image_is_refused_without_it(
    small_template: Path, tmp_path: Path, needs_image: dict[str, Any]
) -> None:
    given = {"containers": False, **needs_image}
    with pytest.raises(AnswersError, match="answer containers with yes") as raised:
        Answers.parse(given)
    assert raised.value.fields == (*needs_image,)
    with pytest.raises(ValueError, match="answer containers with yes"):
        _ask(small_template, tmp_path, **given)


def test_a_workflow_is_refused_without_its_ci(small_template: Path, tmp_path: Path) -> None:
    given = {"github_actions": False, "template_updates": True}
    with pytest.raises(AnswersError, match="answer github_actions with yes"):
        Answers.parse(given)
    with pytest.raises(ValueError, match="answer github_actions with yes"):
        _ask(small_template, tmp_path, **given)


def test_only_six_questions_are_asked_of_a_newcomer() -> None:
    asked = [name for name, question in RECORDED.items() if "ask" not in question]
    assert asked == ["project_name", "user_name", "user_email", "github_user", "setup", "starter"]


def test_well_known_names_are_used_so_that_copier_settings_fill_them() -> None:
    assert {"project_name", "user_name", "user_email", "github_user"} <= set(QUESTIONS)
    assert get_args(Answers.model_fields["setup"].annotation) == ("quick", "custom")
