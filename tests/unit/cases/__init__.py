"""What the checks find and what they leave alone, as data, a module a family."""

from __future__ import annotations

from collections.abc import Mapping

Tree = Mapping[str, str | bytes]
Found = tuple[str, Tree, str]
"""A check's id, the files, and the place of its first finding: `path`, or `path:line`."""
LeftAlone = tuple[str, Tree]
"""A check's id, and the files in which it finds nothing."""
