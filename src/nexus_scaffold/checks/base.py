"""What a check is: a class whose name is its id, whose docstring is its title, and which says why and how to mend."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, final

from .repo import Repo

Place = tuple[str, int | None, str]
"""Where a fact fails to hold: the file relative to the repo, its line from 1 (None: all of it), and what is there."""


class Severity(StrEnum):
    """How much it matters, the gravest first."""

    ERROR = "error"  # leaks a secret, loses work, does not run, or says what is not true
    WARNING = "warning"  # a reviewer would take marks off for it
    NOTE = "note"  # worth a look


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A fact that does not hold.

    Attributes:
        check: The check's id, such as DOC102.
        title: The fact that the check states.
        severity: How much it matters.
        path: The file, relative to the repo.
        line: The line, from 1; None where it is about the whole file.
        message: What was found.
        why: Why it matters.
        mend: What to do about it.
        fixable: Whether `nexus check --fix` does it.
    """

    check: str
    title: str
    severity: Severity
    path: str
    line: int | None
    message: str
    why: str
    mend: str
    fixable: bool


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the checks say of a repo.

    Attributes:
        findings: What they find, in the order of the checks.
    """

    findings: tuple[Finding, ...]


class Check(ABC):
    """States one fact about a repo."""

    severity: ClassVar[Severity] = Severity.WARNING
    why: ClassVar[str] = ""
    mend: ClassVar[str]

    @abstractmethod
    def places(self, repo: Repo) -> Iterator[Place]:
        """Where the fact does not hold."""

    @final
    def run(self, repo: Repo) -> Iterator[Finding]:
        """The findings of this check."""
        title = (type(self).__doc__ or "").strip()
        for path, line, message in self.places(repo):
            yield Finding(
                check=type(self).__name__,
                title=title,
                severity=self.severity,
                path=path,
                line=line,
                message=message,
                why=self.why,
                mend=self.mend,
                fixable=isinstance(self, Fixable),
            )


class Fixable(Check):
    """A check whose fact can be made to hold without a loss, and without anybody's judgement."""

    @abstractmethod
    def fixed(self, repo: Repo, name: str) -> bytes:
        """The content of a file in which this check finds something, mended; nothing else in it is changed."""
