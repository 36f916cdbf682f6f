"""Plans, states and answers as text for people, and as JSON or SARIF for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from .formats import dump, result, rule, sarif

if TYPE_CHECKING:
    from ..lifecycle import Prepared, Status
    from ..merge import Change


def plan_as_text(prepared: Prepared, *, diff: bool = False) -> str:
    """What would happen: what the versions between tell, the answers that differ, and each file by its kind."""
    from ..merge import EXPLAINED

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
    return dump(
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
    return dump(asdict(status))


def status_as_sarif(status: Status) -> str:
    """What is not as it was rendered, as SARIF 2.1.0: notes for what was edited or is missing."""
    standings = {name: status.EXPLAINED[name] for name in ("edited", "missing")}
    return sarif(
        [rule(f"drift/{name}", text, level="note") for name, text in standings.items()],
        [
            result(f"drift/{name}", text, path, level="note")
            for name, text in standings.items()
            for path in status.files[name]
        ],
    )


def answers_as_text(answers: Mapping[str, object]) -> str:
    """A line for each answer."""
    width = max(map(len, answers), default=0)
    return "\n".join(f"{name:{width}}  {_value(value)}" for name, value in answers.items())


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
