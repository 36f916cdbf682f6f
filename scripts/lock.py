"""Make the lock file that the template ships, so that it fits whatever is answered.

Each set of answers that changes what a repo depends on is rendered and locked by uv; the locks
are then written as one file, in which a line that only some of them have stands under a condition.

    uv run scripts/lock.py              lock what pyproject.toml.jinja asks for now
    uv run scripts/lock.py --upgrade    the same, with the newest versions that it allows
    uv run scripts/lock.py --check      change nothing; exit with 1 when the lock does not fit

uv needs a Python that is new enough for every set: where the first on the PATH is older, UV_PYTHON
names one.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import weave
from weave import Variant

LOCK = weave.ROOT / "template" / "uv.lock.jinja"

# The answers that change what a repo depends on, each with its values.
DIMENSIONS: Mapping[str, tuple[Any, ...]] = {
    "django_version": ("5.2", "6.1"),
    "tasks": (True, False),
    "cache": (True, False),
    "graphql": (True, False),
    "traffic": (True, False),
    "payments": (True, False),
    "observability": (True, False),
    "containers": (True, False),
    "kubernetes": (True, False),
    "github_actions": (True, False),
}
# Those whose packages depend on each other are locked in every combination; what the others bring
# stands by itself, so each of them is left out once, and all of them at once.
COMBINED = 4


def variants() -> Iterator[Variant]:
    """Return the sets of answers to lock."""
    combinations = tuple(product(*tuple(DIMENSIONS.values())[:COMBINED]))
    others = len(DIMENSIONS) - COMBINED
    for combination in combinations:
        yield (*combination, *[True] * others)
        yield (*combination, *[False] * others)
    names = tuple(DIMENSIONS)
    for off in names[COMBINED:]:
        without = {off, "kubernetes"} if off == "containers" else {off}  # it runs the image
        for version in DIMENSIONS["django_version"]:
            yield (version, *(name not in without for name in names[1:]))


VARIANTS: tuple[Variant, ...] = tuple(variants())

# A slug that no package has: its lines are found in a lock, and stand for every slug.
SLUG = "the-slug-of-the-project"


class StaleLockError(Exception):
    """A lock that does not fit its answers."""


def render(variant: Variant, source: Path) -> Path:
    """Render the variant, and give the repo."""
    answers = dict(zip(DIMENSIONS, variant, strict=True))
    return weave.render(source, {**answers, "project_slug": SLUG})


def uv_lock(repo: Path, *options: str) -> None:
    """Run `uv lock` in a repo."""
    run = subprocess.run(
        [sys.executable, "-m", "uv", "lock", "--quiet", *options],
        cwd=repo,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise StaleLockError(run.stderr.strip())


def packages(lock: str) -> dict[tuple[str, str], str]:
    """Cut a lock into its head and its packages, by their names and versions."""
    head, *found = re.split(r"(?m)^(?=\[\[package\]\]$)", lock)
    by_name = {("", ""): head}
    for package in found:
        name, version = re.findall(r'(?m)^(?:name|version) = "(.*)"$', package)[:2]
        by_name[name, version] = package
    return by_name


def merge(texts: Mapping[Variant, str]) -> Iterator[weave.Line]:
    """Merge the locks, package by package; each line comes with the variants that have it."""
    cut = {variant: packages(text) for variant, text in texts.items()}
    for name in sorted({name for by_name in cut.values() for name in by_name}):
        yield from weave.merge_lines(
            {
                variant: by_name[name].splitlines(keepends=True)
                for variant, by_name in cut.items()
                if name in by_name
            }
        )


def template(texts: Mapping[Variant, str]) -> str:
    """Write the locks as one Jinja template."""
    answers = {SLUG: "{{ project_slug }}"}
    return "".join(weave.template(merge(texts), DIMENSIONS, VARIANTS, answers))


def make(source: Path, *, upgrade: bool) -> None:
    """Lock every variant, write the template, and see that it renders to what uv made."""
    texts: dict[Variant, str] = {}
    fullest: dict[str, str] = {}
    for variant in VARIANTS:
        repo = render(variant, source)
        lock, version = repo / "uv.lock", variant[0]
        if upgrade and texts:
            lock.write_text(texts[VARIANTS[0]], encoding="utf-8")
        if version in fullest:
            # The first of each version of Django has every package: what another one needs has the
            # same version there, and what it does not need goes.
            lock.write_text(fullest[version], encoding="utf-8")
        uv_lock(repo, *(("--upgrade",) if upgrade and not texts else ()))
        texts[variant] = lock.read_text(encoding="utf-8")
        fullest.setdefault(version, texts[variant])
    LOCK.write_text(template(texts), encoding="utf-8", newline="\n")
    shutil.copy(LOCK, source / "template")
    for variant, text in texts.items():
        rendered = (render(variant, source) / "uv.lock").read_text(encoding="utf-8")
        if tomllib.loads(rendered) != tomllib.loads(text):
            raise AssertionError(f"the template renders another lock for {variant}")


def check(source: Path) -> None:
    """See that the lock of every variant fits."""
    for variant in VARIANTS:
        uv_lock(render(variant, source), "--check")


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--upgrade", action="store_true", help="take the newest versions")
    group.add_argument("--check", action="store_true", help="change nothing, only look")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            source = weave.source(Path(folder), ".")
            if options.check:
                check(source)
            else:
                make(source, upgrade=options.upgrade)
        except StaleLockError as error:
            sys.stderr.write(f"{error}\nRun: uv run scripts/lock.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
