"""Facts about a repo that a reviewer would look for, each with its mend. They run on any repo, generated or not."""

from __future__ import annotations

from pathlib import Path

from . import claims, containers, delivery, django, docs, settings, text
from .base import Check, Finding, Fixable, Report, Severity
from .repo import Repo

__all__ = ["CHECKS", "Check", "Finding", "Fixable", "Repo", "Report", "Severity", "check"]

CHECKS: tuple[type[Check], ...] = (
    *docs.CHECKS,
    *text.CHECKS,
    *claims.CHECKS,
    *settings.CHECKS,
    *django.CHECKS,
    *containers.CHECKS,
    *delivery.CHECKS,
)


def check(path: Path | str = ".") -> Report:
    """What the checks say of a repo.

    Args:
        path: The repo's folder. In a git repository the tracked files are read and the new ones that are not ignored.

    Raises:
        DestinationError: There is no such folder.
    """
    repo = Repo(Path(path))
    return Report(findings=tuple(found for kind in CHECKS for found in kind().run(repo)))
