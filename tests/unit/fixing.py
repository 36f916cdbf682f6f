"""What `--fix` does to a repo, for the tests of the checks that can be fixed."""

from __future__ import annotations

from pathlib import Path

from nexus_scaffold.checks import CHECKS, fixing


def fix(path: Path, family: str) -> None:
    """Mends what a family of checks, or a single one, finds in a repo."""
    kinds = [kind for kind in CHECKS if kind.__name__.startswith(family)]
    fixing.fix(path, kinds, packages={}, exclude=(), spared=lambda _: False)
