"""The pairwise set of answers that the template is tested with: each two values of two answers meet in one of them."""

from __future__ import annotations

from .answers import Answers

# Text that is free: absent, and present.
_OPTIONAL = {
    "user_name": "Ada Lovelace",
    "user_email": "ada@example.org",
    "github_user": "ada-lovelace",
    "linkedin_user": "ada-lovelace",
    "cohort": "Cohort 1, July 2025",
    "start_date": "2027-12-30",
    "collaborators": "grace-hopper,alan-turing",
    "frontend_partner": "Katherine Johnson",
    "frontend_repo": "https://git.example.org/kj/jobs-app",
    "hosted_url": "https://jobs.example.org/",
    "slides_url": "https://slides.example.org/jobs",
    "video_url": "https://video.example.org/jobs",
}


def pairwise() -> list[Answers]:
    """The smallest set of answers that was found in which each pair of values occurs.

    The values are those of the choices and yes-or-no questions, and for optional text, nothing and something.
    """
    from covertable import make

    properties = Answers.model_json_schema()["properties"]
    factors: dict[str, list[object]] = {}
    for name, rules in properties.items():
        if name in _OPTIONAL:
            factors[name] = ["", _OPTIONAL[name]]
        elif rules["type"] == "boolean":
            factors[name] = [True, False]
        elif "enum" in rules and name != "setup":
            factors[name] = list(rules["enum"])
    runs_image = {
        "operator": "fn",
        "requires": ["containers", "kubernetes", "hosting"],
        "evaluate": lambda row: row["containers"]
        or not (row["kubernetes"] or row["hosting"] == "fly"),
    }
    is_workflow = {
        "operator": "fn",
        "requires": ["github_actions", "template_updates"],
        "evaluate": lambda row: row["github_actions"] or not row["template_updates"],
    }
    constraints = [runs_image, is_workflow]
    return [Answers.parse(given) for given in make(factors, constraints=constraints)]
