"""The checks as a plugin of repo-review, beside those of its other plugins: a family each."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .checks import CHECKS, Check, Report
from .checks import check as run
from .checks.base import family

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from repo_review.families import Family


class Reviewed:
    """A check as repo-review knows one; what fails `nexus check` fails it.

    Args:
        kind: The check.
    """

    def __init__(self, kind: type[Check]) -> None:
        self.__doc__ = kind.title().replace("{", "{{").replace("}", "}}")
        self.family = _family(kind)
        self._kind = kind

    def check(self, nexus: Report | None) -> str | None:
        """Nothing, or the places and the mend as Markdown; None where the repo is not on this disk."""
        if nexus is None:
            return None
        found = [
            f"- {_escaped(finding.place)}: {_escaped(finding.message)}"
            for finding in nexus.findings
            if finding.check == self._kind.__name__ and nexus.counts(finding)
        ]
        return "\n".join([*found, "", _escaped(self._kind.mend)]) if found else ""


def nexus(root: Traversable) -> Report | None:
    """The fixture: what the checks say of the repo, None where it is not on this disk."""
    return run(root) if isinstance(root, Path) else None


def checks() -> dict[str, Reviewed]:
    """Each check by its id."""
    return {kind.__name__: Reviewed(kind) for kind in CHECKS}


def families() -> dict[str, Family]:
    """Each family, with what it is about."""
    named: dict[str, Family] = {}
    for kind in CHECKS:
        module = inspect.getmodule(kind)
        named[_family(kind)] = {
            "name": f"Nexus: {family(kind.__name__)}",
            "description": inspect.getdoc(module) or "",
        }
    return named


def _family(kind: type[Check]) -> str:
    return f"nexus-{family(kind.__name__)}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*<\[&])", r"\\\1", text)
