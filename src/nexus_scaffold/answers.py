"""The answers that a repo is made from: typed, validated, read from and written to `.copier-answers.yml`."""

from __future__ import annotations

import difflib
import keyword
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import CoreSchema, core_schema

from .errors import AnswersError

ANSWERS_FILE = ".copier-answers.yml"


@dataclass(frozen=True)
class Rule:
    """The value is empty, or all of it matches the pattern."""

    pattern: str
    mend: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^({self.pattern})?$"}

    def _check(self, value: str) -> str:
        if value and not re.fullmatch(self.pattern, value):
            raise ValueError(self.mend)
        return value


def _one_line(value: str) -> str:
    if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", value):
        raise ValueError("Use one line, without control characters.")
    return value


def _of_calendar(value: str) -> str:
    if value:
        try:
            date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(_DAY) from error
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("Write at least one character.")
    return value


def _not_reserved(slug: str) -> str:
    # The project's own dependencies: one that has the project's name would be replaced by it.
    packages = {
        "asgi",
        "celery",
        "django",
        "django-allauth",
        "django-cors-headers",
        "django-csp",
        "fido2",
        "granian",
        "graphql-core",
        "httpx2",
        "kombu",
        "maxminddb",
        "opentelemetry-api",
        "opentelemetry-exporter-otlp-proto-http",
        "opentelemetry-sdk",
        "pillow",
        "prometheus-client",
        "psycopg",
        "pypdf",
        "python-ipware",
        "qrcode",
        "redis",
        "sentry-sdk",
        "stamina",
        "strawberry-graphql",
        "strawberry-graphql-django",
        "structlog",
        "tenacity",
        "uv",
        "whitenoise",
    }
    databases = {"postgres", "template0", "template1"}
    if slug in packages | databases | sys.stdlib_module_names | set(keyword.kwlist):
        raise ValueError(f"Python or Django uses that name: add a word, such as {slug}-api.")
    return slug


def _text_of(value: object) -> object:
    # YAML reads an unquoted 5.2, 2026 or 2026-03-02 as a number or a day; it is what the user wrote all the same.
    written = isinstance(value, int | float | date) and not isinstance(value, bool)
    return str(value) if written else value


Line = Annotated[str, BeforeValidator(_text_of), AfterValidator(_one_line)]
RequiredLine = Annotated[Line, AfterValidator(_not_blank)]
Email = Annotated[
    Line,
    Rule(
        r"[A-Za-z0-9.!#$%&*+/=?^_{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
        "Write an address such as ada@example.org, or leave it empty.",
    ),
]
_GITHUB_USER = r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}"
GitHubUser = Annotated[
    Line,
    Rule(
        _GITHUB_USER,
        "Write the name alone, such as ada-lovelace: letters, digits and single hyphens, at most 39 characters.",
    ),
]
GitHubUsers = Annotated[
    Line,
    Rule(
        f"{_GITHUB_USER}(,{_GITHUB_USER})*",
        "Write GitHub user names such as ada-lovelace,grace-hopper, with commas and no blanks between them, or leave it empty.",
    ),
]
_DAY = "Write a day of the calendar such as 2026-03-02, or leave it empty."
Day = Annotated[Line, Rule(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", _DAY), AfterValidator(_of_calendar)]
LinkedInUser = Annotated[
    Line,
    Rule(
        r"[A-Za-z0-9-]{3,100}",
        "Write only the part after linkedin.com/in/: letters, digits and hyphens, 3 to 100 characters.",
    ),
]
Slug = Annotated[
    RequiredLine,
    Rule(
        r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
        "Use lower-case letters, digits and single hyphens, and start with a letter.",
    ),
    AfterValidator(_not_reserved),
]
RepoName = Annotated[
    RequiredLine,
    Rule(
        r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}",
        "Use letters, digits, hyphens, dots and underscores, at most 100.",
    ),
]
Url = Annotated[
    Line,
    Rule(
        r'https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s<>"\\]*)?',
        "Write a whole address such as https://example.org/, or leave it empty.",
    ),
]

_ORIGIN = "https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?"
Origins = Annotated[
    RequiredLine,
    Rule(
        f"{_ORIGIN}(,{_ORIGIN})*",
        "Write origins such as https://app.example.org, without a path or blanks, with commas between them.",
    ),
]


def _description(answers: dict[str, Any]) -> str:
    if answers["starter"] == "job_board":
        return "A job board API: employers post jobs, candidates find them and apply."
    return "A REST API with accounts, roles and documentation."


def _slug(answers: dict[str, Any]) -> str:
    words = re.sub("[^a-z0-9]+", "-", answers["project_name"].lower())
    return re.sub("-+$", "", re.sub("^[-0-9]+", "", words)[:40]) or "nexus"


def _runs_image(chosen: bool | str, info: ValidationInfo) -> bool | str:
    if chosen in (True, "fly") and info.data.get("containers") is False:
        raise ValueError("It runs the Docker image: answer containers with yes, too.")
    return chosen


def _is_workflow(chosen: bool, info: ValidationInfo) -> bool:
    if chosen and info.data.get("github_actions") is False:
        raise ValueError("It is a workflow of GitHub Actions: answer github_actions with yes, too.")
    return chosen


class Answers(BaseModel):
    """Every question of the template, in the order in which they are asked.

    What is not given takes the default that the template gives it. The fields agree with `questions/*.yml`, by test.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    project_name: RequiredLine = Field(default="Project Nexus", max_length=60)
    user_name: Line = Field(default="", max_length=80)
    user_email: Email = Field(default="", max_length=254)
    github_user: GitHubUser = ""
    setup: Literal["quick", "custom"] = "quick"
    linkedin_user: LinkedInUser = ""
    cohort: Line = Field(default="", max_length=60)
    start_date: Day = ""
    collaborators: GitHubUsers = Field(default="", max_length=2000)
    frontend_partner: Line = Field(default="", max_length=80)
    frontend_repo: Url = Field(default="", max_length=2000)
    starter: Literal["job_board", "blank"] = "job_board"
    description: RequiredLine = Field(default_factory=_description, max_length=200)
    project_slug: Slug = Field(default_factory=_slug, max_length=40)
    repo_name: RepoName = "alx-project-nexus"
    django_version: Annotated[Literal["5.2", "6.1"], BeforeValidator(_text_of)] = "5.2"
    license: Literal["MIT", "Apache-2.0", "BSD-3-Clause", "GPL-3.0-or-later", "none"] = "MIT"
    hosted_url: Url = Field(default="", max_length=2000)
    slides_url: Url = Field(default="", max_length=2000)
    video_url: Url = Field(default="", max_length=2000)
    frontend_origins: Origins = Field(default="http://localhost:3000", max_length=2000)
    tasks: bool = True
    cache: bool = True
    traffic: bool = True
    payments: bool = True
    graphql: bool = True
    observability: bool = True
    containers: bool = True
    kubernetes: Annotated[bool, AfterValidator(_runs_image)] = Field(
        default_factory=lambda answers: answers["containers"]
    )
    hosting: Annotated[
        Literal["none", "render", "railway", "fly", "vm"], AfterValidator(_runs_image)
    ] = "none"
    github_actions: bool = True
    template_updates: Annotated[bool, AfterValidator(_is_workflow)] = Field(
        default_factory=lambda answers: answers["github_actions"]
    )
    jenkins: bool = False
    travis: bool = False
    dependency_updates: Literal["dependabot", "renovate", "none"] = "dependabot"

    @classmethod
    def parse(cls, data: Mapping[str, object]) -> Self:
        """The answers of a mapping such as a YAML file or `KEY=VALUE` arguments holds.

        Raises:
            AnswersError: Names each field that is wrong, and how to mend it.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise _explain(error, list(cls.model_fields)) from error


@dataclass(frozen=True, kw_only=True)
class AnswersFile:
    """What `.copier-answers.yml` records, of any version of the template.

    Attributes:
        answers: The answers by name, as they were recorded; `Answers.parse` knows those of this version.
        src_path: Where the template is found; None where no update can find it.
        commit: The template's version; None where there is none.
    """

    answers: Mapping[str, object]
    src_path: str | None
    commit: str | None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads the file.

        Raises:
            AnswersError: The file is missing, not YAML, or holds merge markers.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise AnswersError(
                f"{path} does not exist.",
                hint="It is at the root of a repo that was made from the template.",
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise AnswersError(
                f"{path} can't be read: {error}", hint="Restore it from git."
            ) from error
        for number, line in enumerate(text.splitlines(), start=1):
            if re.match(r"(<{7}|>{7})( |$)|={7}$", line):
                raise AnswersError(
                    f"{path} holds the marks of an unfinished merge, at line {number}.",
                    hint="Keep one of the two sides, delete the marked lines, and try again.",
                )
        try:
            recorded = yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError) as error:
            raise AnswersError(
                f"{path} is not YAML: {error}", hint="Restore it from git."
            ) from error
        if not isinstance(recorded, dict):
            raise AnswersError(f"{path} holds no answers.", hint="Restore it from git.")
        src_path, commit = recorded.pop("_src_path", None), recorded.pop("_commit", None)
        return cls(
            answers={str(name): value for name, value in recorded.items()},
            src_path=None if src_path is None else str(src_path),
            commit=None if commit is None else str(commit),
        )


def load_answers(repo: Path | str = ".") -> Answers:
    """The answers that a repo was made from.

    Args:
        repo: The repo's folder.

    Raises:
        AnswersError: They can't be read, or don't fit the questions of this version; the message names each field.
    """
    return Answers.parse(AnswersFile.read(Path(repo) / ANSWERS_FILE).answers)


def unknown_question(name: str, names: Sequence[str]) -> AnswersError:
    """The error that an answer belongs to no question."""
    return AnswersError(
        f"{name}: {_nearest(name, names)}",
        hint=f"The questions are: {', '.join(names)}.",
        fields=(name,),
    )


def _nearest(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return "There is no such question." + (f" Did you mean {near[0]}?" if near else "")


def _explain(error: ValidationError, fields: Sequence[str]) -> AnswersError:
    problems: dict[str, str] = {}
    for problem in error.errors(include_url=False):
        field, kind = str(problem["loc"][0]), problem["type"]
        given = problem["input"]
        if kind == "default_factory_not_called":  # follows from another field's problem
            continue
        if kind == "extra_forbidden":
            text = _nearest(field, fields)
        elif kind == "literal_error":
            text = f"{given!r} is not one of the choices: {problem['ctx']['expected']}."
        elif kind.startswith("bool"):
            text = f"{given!r} is neither yes nor no: write true or false."
        elif kind == "string_too_long":
            text = f"Use at most {problem['ctx']['max_length']} characters ({len(str(given))} are given)."
        elif kind == "value_error":
            text = f"{given!r}: {problem['ctx']['error']}"
        else:
            text = f"{given!r}: {problem['msg']}."
        problems[field] = text
    lines = [f"{field}: {text}" for field, text in problems.items()]
    known = f"The questions are: {', '.join(fields)}." if set(problems) - set(fields) else ""
    return AnswersError("\n".join(lines), hint=known, fields=tuple(problems))
