"""Checks that other packages add, by the entry point group `nexus_scaffold.checks`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points

from ..errors import CheckError, NexusError
from .base import Check

GROUP = "nexus_scaffold.checks"


def load(own: Iterable[type[Check]]) -> Mapping[type[Check], str]:
    """The checks of the installed packages, each with the package that it is from.

    Args:
        own: The checks that are there already.

    Raises:
        CheckError: A package's checks can't be loaded, or one has an id that is taken; the message names the package.
    """
    taken = {kind.__name__: "nexus-scaffold" for kind in own}
    found: dict[type[Check], str] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (_package(entry), entry.name)):
        package = _package(entry)
        try:
            kinds = tuple(entry.load())
        except Exception as error:
            raise _broken(
                package, f"{entry.value} can't be loaded: {type(error).__name__}: {error}"
            ) from error
        for kind in kinds:
            if problem := _problem(kind):
                raise _broken(package, f"{entry.value} names {kind!r}: {problem}")
            if kind.__name__ in taken:
                raise _broken(
                    package,
                    f"{kind.__name__} is the id of a check of {taken[kind.__name__]} already",
                )
            taken[kind.__name__] = package
            found[kind] = package
    return found


@contextmanager
def blamed(kind: type[Check], packages: Mapping[type[Check], str]) -> Iterator[None]:
    """Names the package whose check fails where it should find, or mend.

    Args:
        kind: The check that is at work.
        packages: The checks of other packages, each with its package.

    Raises:
        CheckError: It was one of those.
    """
    try:
        yield
    except NexusError:
        raise
    except Exception as error:
        if kind not in packages:
            raise
        problem = f"{kind.__name__} fails: {type(error).__name__}: {error}"
        raise _broken(packages[kind], problem) from error


def _problem(kind: object) -> str:
    if not (isinstance(kind, type) and issubclass(kind, Check)) or inspect.isabstract(kind):
        return "that is no check: a class that follows nexus_scaffold.checks.Check"
    if not re.fullmatch("[A-Z]{2,}[0-9]+", kind.__name__):
        return "its name is no id, such as ABC101"
    said = {"docstring": kind.title()}
    said |= {name: getattr(kind, name, "") for name in ("why", "mend")}
    missing = [name for name, text in said.items() if not text]
    return f"it has no {' and no '.join(missing)}" if missing else ""


def _broken(package: str, problem: str) -> CheckError:
    return CheckError(
        f"The checks of {package}: {problem}.",
        hint=f"Update {package}, or take it out: pip uninstall {package}.",
    )


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "an unknown package"
