"""What the checks find, for people and for the programs that people show it in."""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import groupby

from ..checks import CHECKS, Check, Finding, Fixable, Report, Severity
from ..checks.base import family
from ..checks.baseline import Entry
from .formats import dump, result, rule, sarif, version

_NOTES = 10  # places of a check that only takes note, so that they hide nothing graver
_COLOURS = {Severity.ERROR: 31, Severity.WARNING: 33, Severity.NOTE: 36}
# What would move the cursor, or turn the text around, on whoever's terminal it is.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_text(report: Report, *, colours: bool = False) -> str:
    """A paragraph for each check that found something: the fact, the places, the mend; then the scorecard and the counts.

    Args:
        report: What the checks say.
        colours: Use those of a terminal.
    """

    def paint(text: str, code: int) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colours else text

    parts = []
    for findings in by_check(report.findings):
        first = findings[0]
        head = paint(f"{first.severity} {first.check}", _COLOURS[first.severity])
        lines = [f"{head}  {first.title}"]
        shown = findings[:_NOTES] if first.severity is Severity.NOTE else findings
        lines += [f"  {_shown(f.place)}: {_shown(f.message)}" for f in shown]
        if len(shown) < len(findings):
            lines.append(f"  and {len(findings) - len(shown)} more; --format html shows each")
        parts.append("\n".join([*lines, f"  → {first.mend}"]))
    if report.fixed:
        lines = [f"  {_shown(f.place)}: {f.check} {_shown(f.message)}" for f in report.fixed]
        parts.append("\n".join([paint("fixed", 32), *lines]))
    if report.gone:
        lines = [f"  {entry.check} {_shown(entry.path)}" for entry in report.gone]
        parts.append(
            "\n".join(["known, and gone: nexus check --write-baseline forgets them", *lines])
        )
    if report.unused:
        lines = [f"  {ignore.selector}: {ignore.reason}" for ignore in report.unused]
        parts.append("\n".join(["ignored, and not found: take it out of pyproject.toml", *lines]))
    parts += [_scorecard(report, paint), _counts(report)]
    return "\n\n".join(parts)


def as_json(report: Report) -> str:
    """An object with what `Report` has."""
    return dump(
        {
            "version": version(),
            "path": report.path,
            "fails": report.fails,
            **{
                name: [asdict(each) for each in getattr(report, name)]
                for name in ("findings", "ignored", "known", "gone", "fixed", "unused")
            },
            "scorecard": [
                {**asdict(area), "points": area.points, "possible": area.possible}
                for area in report.scorecard
            ],
        }
    )


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0, for code scanning: what is ignored or known is there as suppressed."""

    results = [(finding, "") for finding in report.findings]
    results += [(each.finding, each.reason) for each in report.ignored]
    results += [(finding, "It is in the baseline.") for finding in report.known]
    return sarif(
        [
            rule(
                kind.__name__,
                kind.title(),
                level=kind.severity,
                why=kind.why,
                mend=kind.mend,
                family=family(kind.__name__),
            )
            for kind in report.checks
        ],
        [
            result(
                finding.check,
                f"{finding.message} {finding.mend}",
                finding.path,
                level=finding.severity,
                line=finding.line,
                fingerprint=_fingerprint(finding),
                suppressed=suppressed,
            )
            for finding, suppressed in results
        ],
    )


def as_junit(report: Report) -> str:
    """JUnit's XML: a suite for each family, a test for each check, which fails with what fails `nexus check`."""
    root = ET.Element("testsuites", name="nexus check")
    for name, kinds in groupby(report.checks, lambda kind: family(kind.__name__)):
        suite = ET.SubElement(root, "testsuite", name=name)
        for kind in kinds:
            case = ET.SubElement(
                suite, "testcase", classname=f"nexus.{name}", name=f"{kind.__name__} {kind.title()}"
            )
            _outcome(case, kind.__name__, kind.mend, report)
        for outcome in ("failure", "skipped"):
            plural = {"failure": "failures"}.get(outcome, outcome)
            suite.set(plural, str(len(suite.findall(f"testcase/{outcome}"))))
        suite.set("tests", str(len(suite)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def as_github(report: Report) -> str:
    """Commands for GitHub Actions: an annotation at each place."""
    return "\n".join(
        f"::{'notice' if f.severity is Severity.NOTE else f.severity} file={_property(f.path)}"
        + (f",line={f.line}" if f.line is not None else "")
        + f",title={_property(f'{f.check} {f.title}')}::{_data(f'{f.message} {f.mend}')}"
        for f in report.findings
    )


def check_as_text(kind: type[Check]) -> str:
    """What a check looks for, why, what to do, and where that is written."""
    lines = {"why": kind.why, "mend": kind.mend}
    if issubclass(kind, Fixable):
        lines["fix"] = "nexus check --fix does it"
    if kind in CHECKS:
        lines["page"] = f"docs/reference/checks.md#{kind.__name__.lower()}"
    head = f"{kind.__name__} ({kind.severity}): {kind.title()}"
    return "\n".join([head, "", *(f"{name:4}  {text}" for name, text in lines.items())])


def by_check(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings of each check, the gravest first."""
    gravest_first = sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
    groups = groupby(gravest_first, lambda finding: (finding.severity, finding.check))
    return [list(group) for _, group in groups]


def counts(findings: Sequence[Finding]) -> str:
    """How many there are of each severity, the gravest first: `1 error, 2 warnings`."""
    number = Counter(finding.severity for finding in findings)
    return ", ".join(
        f"{number[severity]} {severity}{'' if number[severity] == 1 else 's'}"
        for severity in Severity
        if number[severity]
    )


def _scorecard(report: Report, paint: Callable[[str, int], str]) -> str:
    lines = []
    for area in report.scorecard:
        lines.append(f"  {area.points:>3} of {area.possible:<2}  {area.title}")
        for each in area.results:
            if not each.met:
                lines.append(f"             {paint('✗', 33)} {each.title} ({each.points})")
                lines += [f"               {_shown(text)}" for text in each.missing]
    points = sum(area.points for area in report.scorecard)
    possible = sum(area.possible for area in report.scorecard)
    return "\n".join([f"scorecard: {points} of {possible} by the program's rubric", *lines])


def _counts(report: Report) -> str:
    parts = [counts(report.findings) or "nothing found"]
    if report.ignored:
        parts.append(f"{len(report.ignored)} ignored")
    if report.known:
        parts.append(f"{len(report.known)} known")
    if report.fixed:
        parts.append(f"{len(report.fixed)} fixed")
    text = "; ".join(parts)
    hint = ""
    if any(finding.fixable for finding in report.findings) and not report.fixed:
        hint = " nexus check --fix mends what it can."
    return f"{text[0].upper()}{text[1:]}.{hint}"


def _outcome(case: ET.Element, check: str, mend: str, report: Report) -> None:
    findings = [finding for finding in report.findings if finding.check == check]
    failing = [finding for finding in findings if report.counts(finding)]
    ignored = [each for each in report.ignored if each.finding.check == check]
    if failing:
        failure = ET.SubElement(
            case, "failure", message=f"{counts(failing)}. {mend}", type=failing[0].severity
        )
        failure.text = _lines(failing)
    elif ignored and not findings:
        ET.SubElement(case, "skipped", message=_NOT_XML.sub("�", ignored[0].reason))
    if others := [finding for finding in findings if finding not in failing]:
        ET.SubElement(case, "system-out").text = _lines(others)


def _lines(findings: Iterable[Finding]) -> str:
    return _NOT_XML.sub("�", "\n".join(f"{f.place}: {f.message}" for f in findings))


def _fingerprint(finding: Finding) -> str:
    entry = Entry.of(finding)
    parts = (entry.check, entry.path, entry.message)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _shown(text: str) -> str:
    return _CONTROL.sub(lambda found: repr(found.group())[1:-1], text)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
