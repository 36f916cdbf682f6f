"""Findings, plans and states as text for people and as JSON or SARIF for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checks import Finding
    from .lifecycle import Prepared, Status
    from .merge import Change

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_text(findings: Sequence[Finding]) -> str:
    """A paragraph for each check that found something: the fact, the places, the mend; then the count."""
    paragraphs = []
    for (check, title, mend), group in groupby(findings, lambda f: (f.check, f.title, f.mend)):
        lines = [f"{check}  {title}"]
        lines += [f"  {_place(finding)}: {finding.message}" for finding in group]
        paragraphs.append("\n".join([*lines, f"  → {mend}"]))
    noun = "finding" if len(findings) == 1 else "findings"
    return "\n\n".join([*paragraphs, f"{len(findings)} {noun}." if findings else "Nothing found."])


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects with the fields of `Finding`."""
    return _json([asdict(finding) for finding in findings])


def _place(finding: Finding) -> str:
    return finding.path if finding.line is None else f"{finding.path}:{finding.line}"


def plan_as_text(prepared: Prepared, *, diff: bool = False) -> str:
    """What would happen: what the versions between tell, the answers that differ, and each file by its kind."""
    from .merge import EXPLAINED

    parts = [prepared.title]
    if prepared.changelog:
        parts.append(prepared.changelog)
    if prepared.answers:
        lines = [f"  {name}: {_answer(*both)}" for name, both in prepared.answers.items()]
        parts.append("\n".join(["answers", *lines]))
    plan = prepared.plan
    for kind, explained in EXPLAINED.items():
        changes = plan.of(kind)
        if changes:
            lines = [f"  {_change(change)}" for change in changes]
            parts.append("\n".join([f"{kind} ({len(changes)}): {explained}", *lines]))
    if diff:
        parts += filter(None, (prepared.diff(path).rstrip() for path in sorted(plan.writes)))
    parts.append(_count(len(plan.unchanged), "file stays as it is", "files stay as they are"))
    return "\n\n".join(parts)


def plan_as_json(prepared: Prepared, *, diff: bool = False) -> str:
    """The same as an object; with `diff` also the text of each change."""
    changes = [
        {**asdict(change), **({"diff": prepared.diff(change.path)} if diff else {})}
        for change in prepared.plan.changes
    ]
    return _json(
        {
            "title": prepared.title,
            "changelog": prepared.changelog,
            "answers": {
                name: {"before": before, "after": after}
                for name, (before, after) in prepared.answers.items()
            },
            "changes": changes,
            "conflicts": [change.path for change in prepared.plan.conflicts],
            "unchanged": list(prepared.plan.unchanged),
            "notes": list(prepared.notes),
        }
    )


def status_as_text(status: Status) -> str:
    """The version, what is newer, and the files that are not as they were rendered."""
    newer = f"; newer: {', '.join(status.newer)}" if status.newer else ", the newest"
    parts = [f"version {status.version}{newer}\ntemplate {status.template}"]
    for standing, paths in status.files.items():
        lines = [] if standing in ("managed", "own") else [f"  {path}" for path in paths]
        parts.append(
            "\n".join([f"{standing} ({len(paths)}): {status.EXPLAINED[standing]}", *lines])
        )
    return "\n\n".join(parts)


def status_as_json(status: Status) -> str:
    """The same as an object, with all paths and the answers."""
    return _json(asdict(status))


def status_as_sarif(status: Status) -> str:
    """What is not as it was rendered, as SARIF 2.1.0: notes for what was edited or is missing."""
    results = [
        {
            "ruleId": f"drift/{standing}",
            "level": "note",
            "message": {"text": status.EXPLAINED[standing]},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}}}],
        }
        for standing in ("edited", "missing")
        for path in status.files[standing]
    ]
    rules = [
        {"id": f"drift/{standing}", "shortDescription": {"text": status.EXPLAINED[standing]}}
        for standing in ("edited", "missing")
    ]
    driver = {"name": "nexus", "rules": rules}
    return _json(
        {
            "$schema": _SARIF,
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "results": results}],
        }
    )


def answers_as_text(answers: Mapping[str, object]) -> str:
    """A line for each answer."""
    width = max(map(len, answers), default=0)
    return "\n".join(f"{name:{width}}  {_value(value)}" for name, value in answers.items())


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


def _answer(before: object, after: object) -> str:
    if before is None:
        return f"{_value(after)} (new)"
    return f"{_value(before)} (is gone)" if after is None else f"{_value(before)} → {_value(after)}"


def _value(value: object) -> str:
    return (
        {True: "yes", False: "no", "": "(empty)"}.get(value, str(value))
        if isinstance(value, bool | str)
        else str(value)
    )


def _change(change: Change) -> str:
    name = f"{change.source} → {change.path}" if change.source else change.path
    marks = [mark for mark in ("binary", "ignored") if getattr(change, mark)]
    return f"{name} ({', '.join(marks)})" if marks else name


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}."
