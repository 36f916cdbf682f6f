"""Drift: does a generated repo have what its answers say?

The content of files is compared by `nexus status`, which renders; these checks look at what is there, and take no time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

import yaml

from ..errors import AnswersError
from . import reading
from .base import Check, Place, Severity
from .repo import Repo


class DRF101(Check):
    """What the answers promise is there."""

    why = "Updates and documents count on a capability that the repo has lost."
    mend = "Bring the files back from git, or drop the capability as a whole: nexus set NAME=no."

    def places(self, repo: Repo) -> Iterator[Place]:
        for owned, answers in _chosen(repo):
            main = owned.paths[0]
            if not owned.is_dropped(**answers) and owned.is_choice and main not in repo.paths:
                message = f"{owned.said(answers)}, and there is no {main}."
                yield reading.ANSWERS_FILE, _line(repo, owned), message


class DRF102(Check):
    """What the answers have turned off is gone."""

    severity = Severity.NOTE
    why = "Code that no update touches any more looks as if somebody looked after it."
    mend = "Delete the files, or turn the capability on: nexus set NAME=yes."

    def places(self, repo: Repo) -> Iterator[Place]:
        for owned, answers in _chosen(repo):
            left = [
                path for path in owned.paths if owned.is_dropped(**answers) and path in repo.paths
            ]
            if left:
                others = f", and {len(left) - 1} more" if left[1:] else ""
                yield left[0], None, f"It is left{others}, although {owned.said(answers)}."


CHECKS = (DRF101, DRF102)


@dataclass(frozen=True, kw_only=True)
class _Owned:
    """The files that an answer, or several together, own.

    Attributes:
        is_dropped: Whether the answers, given by name, leave the files out.
        names: The answers in it.
        paths: The files and folders, the one that makes up the capability first.
    """

    is_dropped: Callable[..., Any]
    names: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def is_choice(self) -> bool:
        """Whether they belong to one answer alone, and one that is chosen: a free text promises nothing."""
        from ..answers import Answers

        kind = Answers.model_fields[self.names[0]].annotation
        return len(self.names) == 1 and (kind is bool or bool(get_args(kind)))

    def said(self, answers: Mapping[str, Any]) -> str:
        """`tasks is no`, `hosting is render`; several with commas between them."""
        words = {name: answers[name] for name in self.names}
        return ", ".join(
            f"{name} is {('no', 'yes')[word] if isinstance(word, bool) else word}"
            for name, word in words.items()
        )


@cache
def _table() -> tuple[_Owned, ...]:
    """The table of `copier.yml`: which answers own which files."""
    from jinja2 import Environment

    from ..answers import Answers
    from ..source import own_template

    environment = Environment(autoescape=True)
    settings = (own_template() / "copier.yml").read_text(encoding="utf-8").split("\n---\n")[0]
    entry, *_ = yaml.safe_load(settings)["_exclude"]
    blocks = re.findall(r"\{% if (.+?) %\}\n(.*?)\{% endif %\}", entry, re.DOTALL)
    return tuple(
        _Owned(
            is_dropped=environment.compile_expression(condition),
            names=tuple(n for n in re.findall(r"\w+", condition) if n in Answers.model_fields),
            paths=tuple(line.strip().lstrip("/") for line in lines.splitlines()),
        )
        for condition, lines in blocks
    )


def _chosen(repo: Repo) -> Iterator[tuple[_Owned, Mapping[str, Any]]]:
    """What the answers of a repo decide, with them; nothing where they don't fit: ANS102 says so."""
    known = reading.known_answers(repo)
    if not known:
        return
    from ..answers import Answers

    try:
        answers = Answers.parse(known).model_dump()
    except AnswersError:
        return
    for owned in _table():
        if known.keys() >= set(owned.names):  # an older version does not know what newer ones ask
            yield owned, answers


def _line(repo: Repo, owned: _Owned) -> int | None:
    text = repo.text(reading.ANSWERS_FILE)
    place = re.search(rf"^{owned.names[0]}:", text, re.MULTILINE)
    return reading.line_of(text, place.start()) if place else None
