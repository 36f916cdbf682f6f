"""Look at this repository with `nexus check`, in the version of the template that it was made from.

.copier-answers.yml records where the template is (`_src_path`) and which version of it (`_commit`).
Where nobody else can find it, one line says so, and nothing is checked.

    uv run python scripts/nexus_check.py              check
    uv run python scripts/nexus_check.py --template   print the template's address, and check nothing

Exits as `nexus check` does: with 1 when it finds something; with 0 when there is nothing to run.
"""

from __future__ import annotations

import argparse
import re
import subprocess  # nosec B404
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}


class SkippedError(Exception):
    """Why there is nothing to run."""


def address(recorded: Mapping[str, object]) -> str:
    """Return the URL of the template, as pip and uv take it after `git+`.

    Raises:
        SkippedError: It is a folder of somebody's machine, or not recorded.
    """
    source = str(recorded.get("_src_path") or "").removeprefix("git+")
    for short, host in SHORT.items():
        if source.startswith(short):
            return host + source.removeprefix(short)
    if re.match(r"\w+://", source):
        return source
    if ssh := re.fullmatch(r"(\w+@[\w.-]+):(.+)", source):
        return f"ssh://{ssh[1]}/{ssh[2]}"
    raise SkippedError(
        f"the template is a folder on somebody's machine ({source})"
        if source
        else ".copier-answers.yml records no template (_src_path)"
    )


def version(recorded: Mapping[str, object]) -> str:
    """Return the tag or commit of the template's version.

    Raises:
        SkippedError: None is recorded.
    """
    commit = str(recorded.get("_commit") or "")
    if not commit:
        raise SkippedError(".copier-answers.yml records no version of the template (_commit)")
    # Between two tags git describes a commit as v1.2.0-3-gabc1234.
    described = re.fullmatch(r".+-\d+-g([0-9a-f]+)", commit)
    return described[1] if described else commit


def check(recorded: Mapping[str, object]) -> int:
    """Run the check, and return its exit code.

    Raises:
        SkippedError: There is no template that can be reached from here.
    """
    template = f"git+{address(recorded)}@{version(recorded)}"
    nexus = ["uvx", "--quiet", "--from", template, "nexus"]
    try:
        subprocess.run([*nexus, "--version"], cwd=ROOT, check=True)  # nosec B603
    except (OSError, subprocess.CalledProcessError) as error:
        raise SkippedError(f"{template} can't be run here") from error
    return subprocess.run([*nexus, "check", "."], cwd=ROOT, check=False).returncode  # nosec B603


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--template", action="store_true", help="print the template's address")
    options = parser.parse_args()
    try:
        recorded = yaml.safe_load((ROOT / ".copier-answers.yml").read_text(encoding="utf-8"))
        if options.template:
            print(address(recorded))
            return 0
        return check(recorded)
    except SkippedError as reason:
        print(f"nexus check is skipped: {reason}.", file=sys.stderr, flush=True)
        return 0


if __name__ == "__main__":
    sys.exit(main())
