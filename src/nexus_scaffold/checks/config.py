"""What a repo's pyproject.toml says of the checks: what is ignored and why, what fails, what is not read."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, TypeVar

from ..errors import CheckError
from .base import FailOn, Finding, Severity, family
from .characters import decode
from .repo import glob

_TABLE = "tool.nexus.check"
_WHERE = f"pyproject.toml, [{_TABLE}]"
_IGNORE = f"pyproject.toml, [{_TABLE}.ignore]"
_SEVERITY = f"pyproject.toml, [{_TABLE}.severity]"
_KEYS = ("fail-on", "exclude", "ignore", "severity")

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Ignore:
    """What the owner has decided to live with.

    Attributes:
        selector: A check's id or a family; after a colon, a pattern of paths.
        reason: Why.
    """

    selector: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is one of these."""
        check, _, pattern = self.selector.partition(":")
        return check in (finding.check, finding.family) and (
            not pattern or glob(pattern)(finding.path)
        )


@dataclass(frozen=True, kw_only=True)
class Config:
    """The table `[tool.nexus.check]`.

    Attributes:
        fail_on: From which severity on a finding fails the check.
        exclude: Patterns of files that the checks leave alone.
        ignores: What is not reported, with its reasons.
        severities: The severity of a check, where it is not its own.
    """

    fail_on: FailOn = FailOn.WARNING
    exclude: tuple[str, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path, checks: Collection[str]) -> Self:
        """The configuration of the repo in a folder; what is not given takes its default.

        Args:
            root: The repo's folder.
            checks: The ids of the checks that there are.

        Raises:
            CheckError: The file is not TOML, or the table breaks a rule; the message names the key.
        """
        try:
            text = decode((root / "pyproject.toml").read_bytes()).text
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise CheckError(
                f"pyproject.toml can't be read: {error.strerror}.", hint="Make it readable."
            ) from error
        try:
            document = tomllib.loads(text.removeprefix("\ufeff"))
        except tomllib.TOMLDecodeError as error:
            if "nexus" not in text:
                return (
                    cls()
                )  # nothing of ours is in it: that it is broken is no reason to find nothing
            raise CheckError(
                f"pyproject.toml is not TOML: {error}.",
                hint="The checks are configured there: mend that line.",
            ) from error
        table = _table(_table(_table(document, "tool"), "nexus", "tool."), "check", "tool.nexus.")
        for key in table:
            _known(key, _KEYS, _WHERE, "key")
        ignores = _table(table, "ignore", f"{_TABLE}.")
        for selector, reason in ignores.items():
            known = {*checks, *map(family, checks)}
            _known(selector.partition(":")[0], known, _IGNORE, "check or family")
            if not isinstance(reason, str) or not reason.strip():
                raise CheckError(
                    f"{_IGNORE}: {selector} gives no reason.",
                    hint=f'Write {selector} = "why it stays".',
                )
        severities = _table(table, "severity", f"{_TABLE}.")
        for check in severities:
            _known(check, checks, _SEVERITY, "check")
        exclude = table.get("exclude", [])
        if not isinstance(exclude, list) or not all(isinstance(each, str) for each in exclude):
            raise CheckError(
                f"{_WHERE}: exclude is not a list of patterns.",
                hint='Write exclude = ["legacy/*"].',
            )
        return cls(
            fail_on=choice(FailOn, table.get("fail-on", FailOn.WARNING), f"{_WHERE}: fail-on"),
            exclude=tuple(exclude),
            ignores=tuple(
                Ignore(selector=selector, reason=reason) for selector, reason in ignores.items()
            ),
            severities={
                check: choice(Severity, severity, f"{_SEVERITY}: {check}")
                for check, severity in severities.items()
            },
        )


def choice(kind: type[_Choice], value: object, name: str) -> _Choice:
    """A value as one of the choices.

    Raises:
        CheckError: It is none.
    """
    if not isinstance(value, str) or value not in list(kind):
        raise CheckError(f"{name} is {value!r}.", hint=f"Write one of: {', '.join(kind)}.")
    return kind(value)


def unknown(name: str, known: Collection[str], where: str, what: str) -> CheckError:
    """The error that there is nothing of that name, with the nearest."""
    near = difflib.get_close_matches(name, known, n=1)
    return CheckError(
        f"{where}: there is no {what} {name!r}." + (f" Did you mean {near[0]}?" if near else ""),
        hint=f"There are: {', '.join(sorted(known))}.",
    )


def _known(name: str, known: Collection[str], where: str, what: str) -> None:
    if name not in known:
        raise unknown(name, known, where, what)


def _table(outer: Mapping[str, Any], key: str, prefix: str = "") -> dict[str, Any]:
    table = outer.get(key, {})
    if not isinstance(table, dict):
        mend = f"Write it as a table: [{prefix}{key}]."
        raise CheckError(f"pyproject.toml: {prefix}{key} is no table.", hint=mend)
    return table
