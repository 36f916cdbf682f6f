"""What a check is: a class whose name is its id, whose docstring is its title, and which says why and how to mend."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, final

from .repo import Repo

if TYPE_CHECKING:
    from .baseline import Entry
    from .config import Ignore
    from .scorecard import Area

Place = tuple[str, int | None, str]
"""Where a fact fails to hold: the file relative to the repo, its line from 1 (None: all of it), and what is there."""


class Severity(StrEnum):
    """How much it matters, the gravest first."""

    ERROR = "error"  # leaks a secret, loses work, does not run, or says what is not true
    WARNING = "warning"  # a reviewer would take marks off for it
    NOTE = "note"  # worth a look


class FailOn(StrEnum):
    """From which severity on a finding fails the command."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


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

    @property
    def family(self) -> str:
        """The family of the check, such as DOC."""
        return family(self.check)

    @property
    def place(self) -> str:
        """The file and the line, as compilers write them."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """A finding that the repo's owner has decided to live with.

    Attributes:
        finding: What was found.
        reason: Why it stays, in the owner's words.
    """

    finding: Finding
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the checks say of a repo.

    Attributes:
        path: The repo's folder, as it was given.
        checks: The checks that ran.
        findings: What they find, in the order of the checks.
        ignored: What the configuration ignores, with its reasons.
        known: What the baseline knows.
        gone: What the baseline knows and the repo no longer has.
        fixed: What was found, and is mended now.
        unused: What the configuration ignores and no check finds.
        scorecard: The rubric of the program, with what the repo has to show for it.
        fail_on: From which severity on a finding fails the check.
    """

    path: str
    checks: tuple[type[Check], ...]
    findings: tuple[Finding, ...]
    ignored: tuple[Ignored, ...]
    known: tuple[Finding, ...]
    gone: tuple[Entry, ...]
    fixed: tuple[Finding, ...]
    unused: tuple[Ignore, ...]
    scorecard: tuple[Area, ...]
    fail_on: FailOn

    @property
    def fails(self) -> bool:
        """Whether a finding fails the check."""
        return any(map(self.counts, self.findings))

    def counts(self, finding: Finding) -> bool:
        """Whether a finding is as grave as `fail_on`, or graver."""
        if self.fail_on is FailOn.NEVER:
            return False
        order = list(Severity)
        return order.index(finding.severity) <= order.index(Severity(self.fail_on))


def family(check: str) -> str:
    """The family of a check's id: its letters."""
    return check.rstrip("0123456789")


def printable(text: str) -> str:
    """The text with the bytes of a file's name that are not UTF-8 written out."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class Check(ABC):
    """States one fact about a repo."""

    severity: ClassVar[Severity] = Severity.WARNING
    why: ClassVar[str]
    mend: ClassVar[str]

    @abstractmethod
    def places(self, repo: Repo) -> Iterator[Place]:
        """Where the fact does not hold."""

    @final
    @classmethod
    def title(cls) -> str:
        """The fact that the check states: the first paragraph of its docstring, as one line."""
        return " ".join((cls.__doc__ or "").strip().partition("\n\n")[0].split())

    @final
    def run(self, repo: Repo) -> Iterator[Finding]:
        """The findings of this check."""
        for _, finding in self.found(repo):
            yield finding

    @final
    def found(self, repo: Repo) -> Iterator[tuple[str, Finding]]:
        """The findings of this check, each with the file as the disk names it."""
        for path, line, message in self.places(repo):
            yield path, Finding(
                check=type(self).__name__,
                title=self.title(),
                severity=self.severity,
                path=printable(path),
                line=line,
                message=printable(message),
                why=self.why,
                mend=self.mend,
                fixable=isinstance(self, Fixable),
            )


class Fixable(Check):
    """A check whose fact can be made to hold without a loss, and without anybody's judgement."""

    @abstractmethod
    def fixed(self, repo: Repo, name: str) -> bytes:
        """The content of a file in which this check finds something, mended; nothing else in it is changed."""
