"""Drift, answers and what git needs: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from nexus_scaffold import Answers
from tests.unit.cases import Found, LeftAlone

ANSWERS = ".copier-answers.yml"


def answers(**given: object) -> str:
    """An answers file, with the defaults for what is not given."""
    recorded = {**Answers.parse({}).model_dump(), "starter": "blank", **given}
    return "".join(f"{name}: {_yaml(value)}\n" for name, value in recorded.items())


def _line(name: str) -> str:
    """Where an answers file has an answer."""
    return f"{ANSWERS}:{list(Answers.model_fields).index(name) + 1}"


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


ALL_OFF = {
    "license": "none", "tasks": False, "cache": False, "traffic": False, "payments": False, "graphql": False,
    "observability": False, "containers": False, "kubernetes": False, "github_actions": False,
    "template_updates": False, "dependency_updates": "none",
}  # fmt: skip

FOUND: list[Found] = [
    ("ANS101", {ANSWERS: "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n"}, f"{ANSWERS}:2"),
    ("ANS101", {ANSWERS: "- a\n"}, ANSWERS),
    ("ANS101", {ANSWERS: "a: [\n"}, f"{ANSWERS}:2"),
    ("ANS102", {ANSWERS: answers(starter="shop")}, _line("starter")),
    ("ANS102", {ANSWERS: answers(kubernetes=True, containers=False)}, _line("kubernetes")),
    ("ANS103", {ANSWERS: answers(_src_path="https://example.org/template.git")}, ANSWERS),
    ("DRF101", {ANSWERS: answers(**ALL_OFF, travis=True)}, _line("travis")),
    (
        "DRF101",
        {ANSWERS: answers(**{**ALL_OFF, "graphql": True}), "apps/core/graphql/x.py": ""},
        _line("graphql"),
    ),
    ("DRF101", {ANSWERS: answers(**ALL_OFF, hosting="render")}, _line("hosting")),
    ("DRF102", {ANSWERS: answers(**ALL_OFF), "apps/payments/models.py": ""}, "apps/payments"),
    ("DRF102", {ANSWERS: answers(**ALL_OFF), "fly.toml": ""}, "fly.toml"),
    ("GIT105", {"manage.py": ""}, "LICENSE"),
    ("GIT106", {"backend/manage.py": ""}, ".gitignore"),
]
LEFT_ALONE: list[LeftAlone] = [
    ("ANS101", {ANSWERS: answers()}),
    ("ANS101", {"README.md": ""}),
    ("ANS102", {ANSWERS: answers(a_question_of_tomorrow=True)}),
    ("ANS102", {ANSWERS: "_src_path: gh:somebody/else\nlicense: proprietary\n"}),
    ("ANS103", {ANSWERS: answers(_src_path="https://example.org/template.git", _commit="v1.0.0")}),
    ("ANS103", {ANSWERS: answers(_src_path="/home/ada/template")}),
    ("DRF101", {ANSWERS: answers(**ALL_OFF, travis=True), ".travis.yml": ""}),
    ("DRF101", {ANSWERS: answers(**ALL_OFF, github_user="ada")}),
    ("DRF101", {ANSWERS: "starter: blank\nproject_slug: x\nrepo_name: y\n"}),
    ("DRF102", {ANSWERS: answers(**ALL_OFF), "apps/accounts/models.py": ""}),
    ("DRF102", {"fly.toml": ""}),
    ("GIT105", {"licence.txt": ""}),
    ("GIT105", {ANSWERS: answers(license="none")}),
    ("GIT106", {"manage.py": "", ".gitignore": ""}),
]
