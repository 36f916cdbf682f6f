"""`--fix`: what can be mended without a loss and without anybody's judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ..files import replace_file
from .base import Check, Finding, Fixable
from .plugins import blamed
from .repo import Repo

_ROUNDS = 10  # one mend may make room for another; none should need more than two


def fix(
    root: Path,
    checks: Iterable[type[Check]],
    *,
    packages: Mapping[type[Check], str],
    exclude: tuple[str, ...],
    spared: Callable[[Finding], bool],
) -> tuple[Finding, ...]:
    """Mends what the fixable checks find, until they find nothing more that they can mend; says what that was.

    Each file is written once, at the end, whole or not at all. What would still hold a zero byte is binary, and left
    alone as symbolic links are.

    Args:
        root: The repo's folder.
        checks: The checks; those that can't be fixed are passed over.
        packages: The checks of other packages, each with its package.
        exclude: Patterns of files that are left alone.
        spared: Whether a finding stays as it is.

    Raises:
        CheckError: Another package's check fails.
        DestinationError: A file can't be read.
        FileError: A file can't be written.
    """
    kinds = [kind for kind in checks if issubclass(kind, Fixable)]
    changed: dict[str, bytes] = {}
    fixed: list[Finding] = []
    repo = Repo(root, exclude=exclude)
    for _ in range(_ROUNDS):
        before = dict(changed)
        for kind in kinds:
            with blamed(kind, packages):
                mended, done = _mended(kind(), repo, spared)
            if mended:
                changed |= mended
                fixed += done
                # A new one, as checks may keep what they have read.
                repo = Repo(root, exclude=exclude, changed=changed)
        if changed == before:
            break
    for name, content in changed.items():
        replace_file(repo.root / name, content)
    return tuple(dict.fromkeys(fixed))


def _mended(
    check: Fixable, repo: Repo, spared: Callable[[Finding], bool]
) -> tuple[dict[str, bytes], list[Finding]]:
    """The new content of the files that a check mends, and what it found there."""
    findings: dict[str, list[Finding]] = {}
    for name, finding in check.found(repo):
        findings.setdefault(name, []).append(finding)
    mended: dict[str, bytes] = {}
    for name, there in findings.items():
        path = repo.root / name
        if any(map(spared, there)) or path.is_symlink() or not path.is_file():
            continue
        before = repo.data(name)
        after = check.fixed(repo, name)
        if after != before and b"\0" not in after:
            mended[name] = after
    return mended, [finding for name in mended for finding in findings[name]]
