"""What is measured: scripts that run the real thing and write their figures to `results/`."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from pathlib import Path
from statistics import median

from nexus_scaffold.answers import Answers
from nexus_scaffold.rendering import render
from nexus_scaffold.source import open_template
from nexus_scaffold.testing import RenderedRepo


def rendered(scratch: Path) -> RenderedRepo:
    """A repo with the default answers, and its environment, in an empty folder."""
    answers = Answers.parse({})
    with open_template() as template:
        render(answers, template, scratch / "repo")
    environment = os.environ | {"UV_PROJECT_ENVIRONMENT": f"{scratch}/environment"}
    repo = RenderedRepo(scratch / "repo", answers, environment)
    repo.run("uv", "sync", "--locked", "--quiet")
    return repo


def machine() -> str:
    """What the figures were measured on."""
    return f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()}"


def in_turns(
    one: Callable[[], float], other: Callable[[], float], rounds: int
) -> tuple[float, float, float]:
    """What two things take, measured in turns: the median of each, and that of the ratios."""
    pairs = [(one(), other()) for _ in range(rounds)]
    mine, theirs = (median(times) for times in zip(*pairs, strict=True))
    return mine, theirs, median(first / second for first, second in pairs)
