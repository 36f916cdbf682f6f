"""What `--fix` does to a repo, for the tests of the checks that can be fixed."""

from __future__ import annotations

from pathlib import Path

from nexus_scaffold.checks import CHECKS, Finding, fixing


def fix(path: Path, family: str = "") -> None:
    """Mends what a family of checks finds in a repo; what is mended stays so."""
    kinds = [kind for kind in CHECKS if kind.__name__.startswith(family)]

    def mend() -> tuple[Finding, ...]:
        return fixing.fix(path, kinds, packages={}, exclude=(), spared=lambda finding: False)

    mend()
    assert mend() == ()
