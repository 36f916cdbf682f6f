"""What a check is: a class whose name is its id, whose docstring is its title, and which says how to mend."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from .repo import Repo

Place = tuple[str, int | None, str]
"""Where a fact fails to hold: the file relative to the repo, its line from 1 (None: all of it), and what is there."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A fact that does not hold.

    Attributes:
        check: The check's id, such as DOC102.
        title: The fact that the check states.
        path: The file, relative to the repo.
        line: The line, from 1; None where it is about the whole file.
        message: What was found.
        mend: What to do about it.
    """

    check: str
    title: str
    path: str
    line: int | None
    message: str
    mend: str


class Check(ABC):
    """States one fact about a repo."""

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
                path=path,
                line=line,
                message=message,
                mend=self.mend,
            )
