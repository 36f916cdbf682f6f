"""What a check costs: `nexus check` as a whole process, on a full repo, on 5,000 files, and beside repo-review."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import machine
from nexus_scaffold import git, new
from nexus_scaffold.testing import commit_all

RESULTS = Path(__file__).parent / "results" / "check.md"
ROUNDS = 7
FILES = 5000
LARGEST = 100_000
PEER = ("repo-review[cli]==1.3.0", "sp-repo-review==2026.8.14")
NEXUS = (sys.executable, "-m", "nexus_scaffold", "check", "--format", "json")


def many(folder: Path, repo: Path) -> Path:
    """A repo of that many files: a full one, and copies of it without the libraries of its pages."""
    shutil.copytree(repo, folder, symlinks=True)
    copied = [name for name in git.files(repo) if (repo / name).stat().st_size < LARGEST]
    number = len(git.files(repo))
    for copy in range(FILES // len(copied) + 1):
        for name in copied[: max(0, FILES - number)]:
            (folder / f"copy{copy}" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(repo / name, folder / f"copy{copy}" / name)
            number += 1
    commit_all(folder, "feat: more")
    return folder


def peer(folder: Path) -> tuple[str, ...]:
    """The command of repo-review with the checks of its own authors, in an environment without ours."""
    subprocess.run(["uv", "venv", "--quiet", folder], check=True)
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", folder, *PEER], check=True)
    return (str(folder / "bin" / "repo-review"), "--format", "json", ".")


def seconds(command: Sequence[str], repo: Path) -> float:
    """How long a command takes."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begun = perf_counter()
    done = subprocess.run(command, cwd=repo, env=environment, capture_output=True, check=False)
    took = perf_counter() - begun
    assert done.stdout.startswith(b"{"), done.stderr
    return took


def main() -> None:
    """Measures, and writes the table."""
    with tempfile.TemporaryDirectory() as room:
        full = new(Path(room) / "full", {}).path
        large = many(Path(room) / "large", full)
        other = peer(Path(room) / "peer")
        repos = {"a full repo": full, "a large one": large}
        for command in (NEXUS, other):
            seconds(command, full)  # so that each has compiled its modules
        rows = []
        for name, repo in repos.items():
            pairs = [(seconds(NEXUS, repo), seconds(other, repo)) for _ in range(ROUNDS)]
            ratio = median(ours / theirs for ours, theirs in pairs)
            ours, theirs = (median(times) for times in zip(*pairs, strict=True))
            count = len(git.files(repo))
            rows.append(
                f"| {name}, {count:,} files | {ours:.2f} s | {theirs:.2f} s | {ratio:.1f} |"
            )
    lines = [
        "# Checks",
        "",
        f"`python -m benchmarks.check`: whole processes, in turns; the median of {ROUNDS} rounds. {machine()}.",
        "",
        "repo-review, with the checks of sp-repo-review, reads a repo's configuration: a handful of files. `nexus check` reads all of them.",
        "",
        "| | `nexus check` | `repo-review` | ratio |",
        "|---|---|---|---|",
        *rows,
    ]
    RESULTS.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
