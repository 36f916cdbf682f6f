"""Weave the texts that different answers give into one Jinja template.

A line that only some of the texts have stands under a condition that says which answers those are.
"""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import combinations, groupby
from pathlib import Path
from typing import Any

from copier import run_copy

ROOT = Path(__file__).resolve().parent.parent

# One value of each dimension, in their order.
Variant = tuple[Any, ...]
# A line, and the variants that have it.
Line = tuple[str, frozenset[Variant]]

# The answers that change a text, each with its values.
Dimensions = Mapping[str, tuple[Any, ...]]


def source(folder: Path, *names: str) -> Path:
    """Copy these files and folders of the working tree's template to where Copier may render them."""
    copy = folder / "source"
    for name in ("copier.yml", "questions", "macros", *(f"template/{name}" for name in names)):
        path = ROOT / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, copy / name)
        else:
            shutil.copy(path, copy / name)
    return copy


def render(source: Path, answers: Mapping[str, object], exclude: Sequence[str] = ()) -> Path:
    """Render the copy with these answers, and give the repo, which stands beside it."""
    repo = Path(tempfile.mkdtemp(dir=source.parent))
    run_copy(str(source), repo, dict(answers), defaults=True, quiet=True, exclude=exclude)
    return repo


def merge_lines(texts: Mapping[Variant, Sequence[str]]) -> list[Line]:
    """Merge the texts line by line; each line comes with the variants that have it."""
    merged: list[Line] = []
    for variants, lines in distinct(texts):
        matcher = SequenceMatcher(None, [line for line, _ in merged], lines, autojunk=False)
        result: list[Line] = []
        for tag, start, end, new_start, new_end in matcher.get_opcodes():
            common = variants if tag == "equal" else frozenset()
            result += [(line, having | common) for line, having in merged[start:end]]
            if tag != "equal":
                result += [(line, variants) for line in lines[new_start:new_end]]
        merged = result
    return merged


def distinct(
    texts: Mapping[Variant, Sequence[str]],
) -> Iterator[tuple[frozenset[Variant], Sequence[str]]]:
    """Return each text once, with all variants that have it."""
    by_lines: dict[tuple[str, ...], set[Variant]] = {}
    for variant, lines in texts.items():
        by_lines.setdefault(tuple(lines), set()).add(variant)
    for lines, variants in by_lines.items():
        yield frozenset(variants), lines


def condition(
    having: frozenset[Variant], dimensions: Dimensions, variants: Sequence[Variant]
) -> str:
    """Say in Jinja, by as few answers as can tell, which of the variants are meant."""
    names = tuple(dimensions)
    for size in range(1, len(names) + 1):
        for places in combinations(range(len(names)), size):
            chosen = {tuple(variant[place] for place in places) for variant in having}
            meant = {v for v in variants if tuple(v[place] for place in places) in chosen}
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


def template(
    lines: Iterable[Line],
    dimensions: Dimensions,
    variants: Sequence[Variant],
    answers: Mapping[str, str],
) -> Iterator[str]:
    """Write the lines as one Jinja template, with an expression for each placeholder of an answer."""
    for having, run in groupby(lines, key=lambda line: line[1]):
        text = literal("".join(line for line, _ in run))
        for placeholder, expression in answers.items():
            text = text.replace(placeholder, expression)
        if len(having) == len(variants):
            yield text
        else:
            yield f"{{% if {condition(having, dimensions, variants)} %}}\n{text}{{% endif %}}\n"


def literal(text: str) -> str:
    """Keep Jinja from reading the text as its own."""
    return re.sub(r"\{[{%#]", r'{{ "\g<0>" }}', text)
