"""The answers that a generated repo records: can the next update read them?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import AnswersError
from . import reading
from .base import Check, Place, Severity
from .repo import Repo


class ANS101(Check):
    """The recorded answers can be read."""

    severity = Severity.ERROR
    why = "No update and no change of an answer starts without them."
    mend = "Keep one of the two sides of a merge and delete its marks, or restore .copier-answers.yml from git."

    def places(self, repo: Repo) -> Iterator[Place]:
        if reading.ANSWERS_FILE not in repo.files:
            return
        from ..answers import AnswersFile  # pydantic, which most repos need not wait for

        try:
            AnswersFile.read(repo.root / reading.ANSWERS_FILE)
        except AnswersError as error:
            message = error.message.partition("\n")[0].removeprefix(
                f"{repo.root / reading.ANSWERS_FILE} "
            )
            line = re.search(r"line (\d+)", error.message)
            yield reading.ANSWERS_FILE, int(line[1]) if line else None, f"The file {message}"


class ANS102(Check):
    """The recorded answers fit the questions."""

    severity = Severity.ERROR
    why = "The next update stops at it, or takes the default in its place."
    mend = "Correct the answer with nexus set NAME=VALUE, which says what fits."

    def places(self, repo: Repo) -> Iterator[Place]:
        known = reading.known_answers(repo)
        if not known:
            return
        from ..answers import Answers

        try:
            Answers.parse(known)
        except AnswersError as error:
            text = repo.text(reading.ANSWERS_FILE)
            for name, message in zip(error.fields, error.message.split("\n"), strict=False):
                place = re.search(rf"^{re.escape(name)}:", text, re.MULTILINE)
                line = reading.line_of(text, place.start()) if place else None
                yield reading.ANSWERS_FILE, line, message


class ANS103(Check):
    """The template's version is recorded with its address."""

    why = "An update can't know what the template has changed since, and refuses to start."
    mend = "Add a line _commit: with the tag or the commit that the repo was made from."

    def places(self, repo: Repo) -> Iterator[Place]:
        recorded = reading.answers(repo)
        address = str(
            recorded.get("_src_path", "")
        )  # a folder may be in no git, and have no version
        if re.match(r"[a-z+]+:", address) and not recorded.get("_commit"):
            yield reading.ANSWERS_FILE, None, "There is a _src_path and no _commit."


CHECKS = (ANS101, ANS102, ANS103)
