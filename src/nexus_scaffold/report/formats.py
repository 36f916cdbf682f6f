"""JSON and SARIF 2.1.0: the parts that all reports share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def dump(data: Any) -> str:
    """Data as JSON for people and programs."""
    return json.dumps(data, indent=2, ensure_ascii=False)


def version() -> str:
    """The version of this package."""
    from importlib.metadata import version as version_of

    return version_of("nexus-scaffold")


def rule(
    name: str, title: str, *, level: str, why: str = "", mend: str = "", family: str = ""
) -> dict[str, Any]:
    """A rule of a SARIF report.

    Args:
        name: Its id.
        title: The fact that it states.
        level: `error`, `warning` or `note`.
        why: Why it matters.
        mend: What to do where it does not hold.
        family: What kind of rule it is.
    """
    described: dict[str, Any] = {
        "id": name,
        "shortDescription": {"text": title},
        "defaultConfiguration": {"level": level},
    }
    if why:
        described["fullDescription"] = {"text": why}
    if mend:
        parts = [f"**{title}**", why, f"**What to do:** {mend}"]
        described["help"] = {"text": mend, "markdown": "\n\n".join(filter(None, parts))}
    if family:
        described["properties"] = {"tags": [family]}
    return described


def result(
    name: str,
    message: str,
    path: str,
    *,
    level: str,
    line: int | None = None,
    fingerprint: str = "",
    suppressed: str = "",
) -> dict[str, Any]:
    """A result of a SARIF report.

    Args:
        name: The rule's id.
        message: What was found.
        path: The file, relative to the repo.
        level: `error`, `warning` or `note`.
        line: The line, from 1.
        fingerprint: What stays the same when the file's lines move.
        suppressed: Why it stays, where that was decided.
    """
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(path), "uriBaseId": "%SRCROOT%"}}
    if line is not None:
        location["region"] = {"startLine": line}
    found: dict[str, Any] = {
        "ruleId": name,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": location}],
    }
    if fingerprint:
        found["partialFingerprints"] = {"nexus/v1": fingerprint}
    if suppressed:
        found["suppressions"] = [{"kind": "external", "justification": suppressed}]
    return found


def sarif(rules: Iterable[dict[str, Any]], results: Iterable[dict[str, Any]]) -> str:
    """A SARIF log with one run."""
    run = {
        "tool": {"driver": {"name": "nexus", "version": version(), "rules": list(rules)}},
        "columnKind": "unicodeCodePoints",
        "results": list(results),
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})
