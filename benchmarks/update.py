"""What an update costs: `nexus update` and `copier update` on the same repo, in turns, as ratios."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from benchmarks import in_turns
from nexus_scaffold import git, new
from nexus_scaffold.testing import commit_all

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results" / "update.md"
ROUNDS = 7
COPIER = (sys.executable, "-m", "copier", "update", "--defaults", "--quiet")
NEXUS = (sys.executable, "-m", "nexus_scaffold", "update", "--yes")


def released(folder: Path) -> Path:
    """The template as it stands here, released, and once more with changes of several files."""
    git.git("clone", "--quiet", str(ROOT), str(folder), cwd=ROOT)
    git.git("tag", "v0.1.0", cwd=folder)
    for path in sorted((folder / "template" / "docs").rglob("*.md"))[:20]:
        path.write_text(path.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    commit_all(folder, "feat: more")
    git.git("tag", "v0.2.0", cwd=folder)
    return folder


def edited(folder: Path, template: Path, version: str) -> Path:
    """A full repo of that version, with edits."""
    repo = new(folder, {}, template=str(template), version=version).path
    for path in sorted((repo / "docs").rglob("*.md"))[10:30]:
        path.write_text("Mine.\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    commit_all(repo, "docs: edits")
    return repo


def seconds(command: Sequence[str], repo: Path, expected: int) -> float:
    """How long a command takes on a fresh copy of a repo."""
    with tempfile.TemporaryDirectory() as room:
        copy = Path(room) / "repo"
        shutil.copytree(repo, copy, symlinks=True)
        git.git("update-index", "--refresh", cwd=copy)
        begun = perf_counter()
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        took = perf_counter() - begun
    assert done.returncode == expected, done.stdout + done.stderr
    return took


def row(name: str, one: Callable[[], float], other: Callable[[], float]) -> str:
    """A line of the table: the median of each, and the median of the ratios of the turns."""
    ours, copiers, ratio = in_turns(one, other, ROUNDS)
    return f"| {name} | {ours:.2f} s | {copiers:.2f} s | {ratio:.2f} |"


def main() -> None:
    """Measures, and writes the table."""
    with tempfile.TemporaryDirectory() as room:
        template = released(Path(room) / "template")
        old = edited(Path(room) / "old", template, "v0.1.0")
        newest = edited(Path(room) / "newest", template, "v0.2.0")
        rows = [
            row(
                "an update of a full repo",
                lambda: seconds(NEXUS, old, 0),
                lambda: seconds(COPIER, old, 0),
            ),
            row(
                "nothing to do",
                lambda: seconds(NEXUS, newest, 3),
                lambda: seconds(COPIER, newest, 0),
            ),
        ]
    lines = [
        "# Updates",
        "",
        "`python -m benchmarks.update`: the same repo, in turns, each on a fresh copy; the median of "
        f"{ROUNDS} rounds.",
        "",
        "| | `nexus update` | `copier update` | ratio |",
        "|---|---|---|---|",
        *rows,
    ]
    RESULTS.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
