"""Facts about a repo that a reviewer would look for, each with its mend. They run on any repo, generated or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from . import (
    answers_file,
    ci,
    claims,
    commits,
    containers,
    delivery,
    django,
    docs,
    drift,
    plugins,
    settings,
    tests,
    text,
)
from .base import Check, FailOn, Finding, Fixable, Ignored, Report, Severity
from .baseline import BASELINE, Baseline, Entry
from .config import Config, choice, unknown
from .repo import Repo, glob

__all__ = [
    "CHECKS",
    "Check",
    "FailOn",
    "Finding",
    "Fixable",
    "Ignored",
    "Repo",
    "Report",
    "Severity",
    "check",
    "explain",
]

CHECKS: tuple[type[Check], ...] = (
    *docs.CHECKS,
    *text.CHECKS,
    *claims.CHECKS,
    *settings.CHECKS,
    *django.CHECKS,
    *tests.CHECKS,
    *ci.CHECKS,
    *containers.CHECKS,
    *delivery.CHECKS,
    *drift.CHECKS,
    *answers_file.CHECKS,
    *commits.CHECKS,
)


def check(
    path: Path | str = ".", *, fix: bool = False, fail_on: FailOn | str | None = None
) -> Report:
    """What the checks say of a repo, as its pyproject.toml and its baseline want it.

    Args:
        path: The repo's folder. In a git repository the tracked files are read and the new ones that are not ignored.
        fix: Mend first what can be mended without a loss.
        fail_on: From which severity on a finding fails the check; None is what the repo says, or `warning`.

    Raises:
        CheckError: The configuration, the baseline or an installed package's check is wrong.
        DestinationError: There is no such folder, or a file can't be read.
        FileError: A file can't be written.
    """
    root = Path(path)
    Repo(root)  # refuses what is no folder, before anything else can go wrong
    others = plugins.load(CHECKS)
    kinds = (*CHECKS, *others)
    config = Config.read(root, [kind.__name__ for kind in kinds])
    limit = config.fail_on if fail_on is None else choice(FailOn, fail_on, "fail_on")
    exclude = (*config.exclude, BASELINE)
    is_excluded = glob(*exclude)
    known = Baseline.read(root)

    def reason(finding: Finding) -> str | None:
        covering = (ignore.reason for ignore in config.ignores if ignore.covers(finding))
        return next(covering, None)

    mended: tuple[Finding, ...] = ()
    if fix:
        from .fixing import fix as mend

        mended = mend(
            root,
            kinds,
            packages=others,
            exclude=exclude,
            spared=lambda finding: is_excluded(finding.path) or reason(finding) is not None,
        )
    repo = Repo(root, exclude=exclude)
    found = [
        replace(finding, severity=config.severities.get(finding.check, finding.severity))
        for finding in _findings(repo, kinds, others)
        if not is_excluded(finding.path)
    ]
    reasons = [(finding, reason(finding)) for finding in found]
    reported = [finding for finding, why in reasons if why is None]
    new, old, _ = known.split(reported)

    from .scorecard import score

    return Report(
        path=str(path),
        checks=kinds,
        findings=new,
        ignored=tuple(
            Ignored(finding=finding, reason=why) for finding, why in reasons if why is not None
        ),
        known=old,
        gone=known.split(found)[2],
        fixed=Baseline(Counter(map(Entry.of, found))).split(mended)[0],
        unused=tuple(ignore for ignore in config.ignores if not any(map(ignore.covers, found))),
        scorecard=score(repo, reported),
        fail_on=limit,
    )


def explain(rule: str) -> type[Check]:
    """The check of an id.

    Raises:
        CheckError: There is none.
    """
    kinds = {kind.__name__: kind for kind in (*CHECKS, *plugins.load(CHECKS))}
    if rule.upper() not in kinds:
        raise unknown(rule, kinds, "nexus explain", "check")
    return kinds[rule.upper()]


def _findings(
    repo: Repo, kinds: Iterable[type[Check]], others: Mapping[type[Check], str]
) -> Iterator[Finding]:
    for kind in kinds:
        with plugins.blamed(kind, others):
            yield from kind().run(repo)
