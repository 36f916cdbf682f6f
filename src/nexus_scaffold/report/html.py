"""What the checks find as one page: it asks for nothing from anywhere, and runs no script."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from ..checks import Report, Severity
from ..checks.base import family
from .findings import by_check, counts
from .formats import version


def as_html(report: Report) -> str:
    """A page with the counts, the scorecard and each finding; whatever comes from the repo is escaped.

    Its content security policy allows its own style sheet and nothing else.
    """
    folder = files(__package__)
    style = (folder / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string((folder / "page.html.jinja").read_text(encoding="utf-8"))
    families = Counter((finding.family, finding.severity) for finding in report.findings)
    names = dict.fromkeys(family(kind.__name__) for kind in report.checks)
    return page.render(
        report=report,
        name=Path(report.path).resolve().name,
        style=style,
        digest=digest,
        version=version(),
        counts=counts(report.findings) or "nothing found",
        severities=list(Severity),
        by_severity=Counter(finding.severity for finding in report.findings),
        families=[name for name in names if any(families[name, s] for s in Severity)],
        by_family=families,
        most=max((sum(families[name, s] for s in Severity) for name in names), default=0),
        points=sum(area.points for area in report.scorecard),
        possible=sum(area.possible for area in report.scorecard),
        groups=by_check(report.findings),
    )
