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
from difflib import SequenceMatcher
from itertools import combinations, groupby, product
from pathlib import Path
from typing import Any

from copier import run_copy

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "template" / "uv.lock.jinja"

# The answers that change what a repo depends on, each with its values.
DIMENSIONS: Mapping[str, tuple[Any, ...]] = {
    "django_version": ("5.2", "6.1"),
    "tasks": (True, False),
    "cache": (True, False),
    "traffic": (True, False),
    "payments": (True, False),
    "github_actions": (True, False),
}
# Those whose packages depend on each other are locked in every combination; what the others bring
# stands by itself, so each of them is left out once, and all of them at once.
COMBINED = 3

# One value of each dimension, in their order.
Variant = tuple[Any, ...]


def variants() -> Iterator[Variant]:
    """Return the sets of answers to lock."""
    combinations = tuple(product(*tuple(DIMENSIONS.values())[:COMBINED]))
    others = len(DIMENSIONS) - COMBINED
    for combination in combinations:
        yield (*combination, *[True] * others)
        yield (*combination, *[False] * others)
    for off in range(others):
        for version in DIMENSIONS["django_version"]:
            yield (version, True, True, *(place != off for place in range(others)))


VARIANTS: tuple[Variant, ...] = tuple(variants())

# A slug that no package has: its lines are found in a lock, and stand for every slug.
SLUG = "the-slug-of-the-project"


class StaleLockError(Exception):
    """A lock that does not fit its answers."""


def render(variant: Variant, folder: Path) -> Path:
    """Render the working tree with the variant's answers, and give the repo."""
    source = folder / "source"
    if not source.exists():
        source.mkdir()
        shutil.copy(ROOT / "copier.yml", source)
        for part in ("questions", "macros", "template"):
            shutil.copytree(ROOT / part, source / part)
    repo = Path(tempfile.mkdtemp(dir=folder))
    answers = dict(zip(DIMENSIONS, variant, strict=True))
    run_copy(str(source), repo, {**answers, "project_slug": SLUG}, defaults=True, quiet=True)
    return repo


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


def merge(texts: Mapping[Variant, str]) -> Iterator[tuple[str, frozenset[Variant]]]:
    """Merge the locks, package by package; each line comes with the variants that have it."""
    cut = {variant: packages(text) for variant, text in texts.items()}
    for name in sorted({name for by_name in cut.values() for name in by_name}):
        yield from merge_lines(
            {variant: by_name[name] for variant, by_name in cut.items() if name in by_name}
        )


def merge_lines(texts: Mapping[Variant, str]) -> list[tuple[str, frozenset[Variant]]]:
    """Merge the texts line by line; each line comes with the variants that have it."""
    merged: list[tuple[str, frozenset[Variant]]] = []
    for variant, text in texts.items():
        lines = text.splitlines(keepends=True)
        matcher = SequenceMatcher(None, [line for line, _ in merged], lines, autojunk=False)
        result: list[tuple[str, frozenset[Variant]]] = []
        for tag, start, end, new_start, new_end in matcher.get_opcodes():
            common = {variant} if tag == "equal" else set()
            result += [(line, having | common) for line, having in merged[start:end]]
            if tag != "equal":
                result += [(line, frozenset({variant})) for line in lines[new_start:new_end]]
        merged = result
    return merged


def condition(having: frozenset[Variant]) -> str:
    """Say in Jinja, by as few answers as can tell, which variants are meant."""
    names = tuple(DIMENSIONS)
    for size in range(1, len(names) + 1):
        for places in combinations(range(len(names)), size):
            chosen = {tuple(variant[place] for place in places) for variant in having}
            meant = {v for v in VARIANTS if tuple(v[place] for place in places) in chosen}
            if meant == having:
                return " or ".join(
                    " and ".join(
                        holds(names[place], value)
                        for place, value in zip(places, values, strict=True)
                    )
                    for values in sorted(chosen, key=repr)
                )
    raise AssertionError("the full set of dimensions tells every variant")


def holds(name: str, value: object) -> str:
    """Say in Jinja that an answer has a value."""
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return f"{name} == {value!r}"


def template(texts: Mapping[Variant, str]) -> Iterator[str]:
    """Write the locks as one Jinja template."""
    for having, run in groupby(merge(texts), key=lambda item: item[1]):
        text = "".join(line for line, _ in run).replace(SLUG, "{{ project_slug }}")
        if len(having) == len(VARIANTS):
            yield text
        else:
            yield f"{{% if {condition(having)} %}}\n{text}{{% endif %}}\n"


def make(folder: Path, *, upgrade: bool) -> None:
    """Lock every variant, write the template, and see that it renders to what uv made."""
    texts: dict[Variant, str] = {}
    for variant in VARIANTS:
        repo = render(variant, folder)
        lock = repo / "uv.lock"
        if upgrade and texts:
            # What the first variant resolved to is what the others prefer, so that they agree.
            lock.write_text(texts[VARIANTS[0]], encoding="utf-8")
        uv_lock(repo, *(("--upgrade",) if upgrade and not texts else ()))
        texts[variant] = lock.read_text(encoding="utf-8")
    LOCK.write_text("".join(template(texts)), encoding="utf-8", newline="\n")
    shutil.copy(LOCK, folder / "source" / "template")
    for variant, text in texts.items():
        rendered = (render(variant, folder) / "uv.lock").read_text(encoding="utf-8")
        if tomllib.loads(rendered) != tomllib.loads(text):
            raise AssertionError(f"the template renders another lock for {variant}")


def check(folder: Path) -> None:
    """See that the lock of every variant fits."""
    for variant in VARIANTS:
        uv_lock(render(variant, folder), "--check")


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--upgrade", action="store_true", help="take the newest versions")
    group.add_argument("--check", action="store_true", help="change nothing, only look")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            if options.check:
                check(Path(folder))
            else:
                make(Path(folder), upgrade=options.upgrade)
        except StaleLockError as error:
            sys.stderr.write(f"{error}\nRun: uv run scripts/lock.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
