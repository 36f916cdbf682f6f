"""What `--fix` does to a repo, for the tests of the checks that can be fixed."""

from __future__ import annotations

from pathlib import Path

from nexus_scaffold.checks import CHECKS, Fixable, Repo


def fix(path: Path, family: str = "") -> None:
    """Mends what a family of checks finds in a repo, until there is nothing left that can be mended."""
    kinds = [k for k in CHECKS if issubclass(k, Fixable) and k.__name__.startswith(family)]
    for _ in range(9):
        changed = False
        for kind in kinds:
            repo = Repo(path)
            for name in {place[0] for place in kind().places(repo)}:
                content = kind().fixed(repo, name)
                changed |= not (path / name).is_file() or content != repo.data(name)
                (path / name).write_bytes(content)
        if not changed:
            return
    raise AssertionError("what is fixed is never done")
