"""Findings as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from .checks import Finding


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
    return json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False)


def _place(finding: Finding) -> str:
    return finding.path if finding.line is None else f"{finding.path}:{finding.line}"
