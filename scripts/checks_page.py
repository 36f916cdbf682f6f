"""Writes docs/reference/checks.md from the checks themselves: uv run scripts/checks_page.py"""

from __future__ import annotations

import inspect
import re
from itertools import groupby
from pathlib import Path

from nexus_scaffold.checks import CHECKS, Check, Fixable
from nexus_scaffold.checks.base import family

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "checks.md"
HEAD = """# The checks

What [`nexus check`](../how-to/check.md) looks for. This page is written by `uv run scripts/checks_page.py`, from the code.

An **error** leaks a secret, loses work, does not run, or says what is not true. For a **warning** a reviewer takes marks off. A **note** is worth a look.
"""


def page() -> str:
    """The page: a part for each family, a section for each check."""
    parts = [HEAD]
    for name, kinds in groupby(CHECKS, lambda kind: family(kind.__name__)):
        checks = list(kinds)
        module = inspect.getmodule(checks[0])
        about = (module.__doc__ if module else None) or ""
        parts.append(f"## {name}\n\n{_first(about)}\n")
        parts += map(_section, checks)
    return "\n".join(parts)


def _section(kind: type[Check]) -> str:
    more = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[2]
    mended = " `nexus check --fix` mends it." if issubclass(kind, Fixable) else ""
    lines = [f"### {kind.__name__}", "", f"**{_text(kind.title())}** ({kind.severity})", ""]
    if more:
        lines += [more, ""]
    lines += [f"- Why: {_text(kind.why)}", f"- Mend: {_text(kind.mend)}{mended}", ""]
    return "\n".join(lines)


def _first(docstring: str) -> str:
    return docstring.strip().partition("\n\n")[0]


def _text(text: str) -> str:
    """A sentence as Markdown: what looks like HTML is shown as it is."""
    return re.sub("([<*]|_(?=_)|(?<=_)_)", r"\\\1", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
