"""A Markdown document as the checks read it: its text, headings, links and blocks of code, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

_FENCE = re.compile(r"^ {0,3}(?:[-*+]|\d+[.)])? {0,5}(`{3,}|~{3,})(.*)$")
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A---\n.*?^---$", re.DOTALL | re.MULTILINE)
_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_PARAGRAPH = re.compile(r"^ {0,3}(?![#>|\-*+=<]|\d+[.)] )\S")
_HTML_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.IGNORECASE)
_INLINE = re.compile(
    r"(?<!\\)!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*(?:<([^>]+)>|([^)\s>]+))(?:\s+[\"'(][^)]*)?\s*\)"
)
_IMAGE = re.compile(r"!\[[^\[\]]*\]\(\s*<?([^)\s>]+)")  # the one that a link shows, too
_DEFINED = re.compile(r"^ {0,3}\[[^\]^][^\]]*\]:\s*<?([^\s>]+)")
_HTML_LINK = re.compile(
    r"<(?:a|img|source|video)\b[^>]*?\s(?:href|src)\s*=\s*[\"']([^\"']+)", re.IGNORECASE
)
_HTML_ID = re.compile(r"<\w+\b[^>]*?\s(?:id|name)\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
_ATTRIBUTE_ID = re.compile(r"\{[^}]*#([\w-]+)[^}]*\}\s*$")


@dataclass(frozen=True)
class Heading:
    """A heading: its line, its level from 1, its text, and whether a line below makes it one."""

    line: int
    level: int
    text: str
    is_underlined: bool = False


@dataclass(frozen=True)
class Fence:
    """A block of code: the line of the mark that opens it, what stands behind that mark, and its lines."""

    line: int
    info: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A link or an image: its line, where in it the target starts, and that target as it is written."""

    line: int
    start: int
    target: str


@dataclass(frozen=True)
class Markdown:
    """A document: the lines outside of code and comments, its blocks of code, and the one that is never closed."""

    prose: tuple[tuple[int, str], ...]
    fences: tuple[Fence, ...]
    open_fence: int | None

    @cached_property
    def text(self) -> tuple[tuple[int, str], ...]:
        """The lines of prose, with blanks where they hold code."""
        return tuple((number, _CODE_SPAN.sub(_blank, line)) for number, line in self.prose)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The headings, in the three ways to write one."""
        found = []
        before = ""
        for number, line in self.prose:
            if mark := _ATX.match(line):
                found.append(Heading(number, len(mark[1]), mark[2] or ""))
            elif (mark := _UNDERLINE.match(line)) and _PARAGRAPH.match(before):
                found.append(
                    Heading(number - 1, 1 if mark[1][0] == "=" else 2, before.strip(), True)
                )
            else:
                marks = _HTML_HEADING.finditer(line)
                found += [Heading(number, int(mark[1]), mark[2]) for mark in marks]
            before = line
        return tuple(found)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Where inline links and images, definitions of references, and HTML lead to."""
        found = {
            Link(number, mark.start(group), mark[group])
            for number, line in self.text
            for kind in (_INLINE, _IMAGE, _DEFINED, _HTML_LINK)
            for mark in kind.finditer(line)
            if (group := mark.lastindex)
        }
        return tuple(sorted(found, key=lambda link: (link.line, link.start)))

    @cached_property
    def slugs(self) -> tuple[str, ...]:
        """The anchor of each heading, as GitHub makes it; what occurs again gets a number."""
        seen: dict[str, int] = {}
        found = []
        for heading in self.headings:
            name = slug(heading.text)
            count = seen[name] = seen.get(name, -1) + 1
            found.append(f"{name}-{count}" if count else name)
        return tuple(found)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """What a link to a place in this document can name: headings, and ids in HTML."""
        ids = {found[1].lower() for _, line in self.text for found in _HTML_ID.finditer(line)}
        given = {found[1] for h in self.headings if (found := _ATTRIBUTE_ID.search(h.text))}
        return frozenset(self.slugs) | ids | given

    def section(self, heading: Heading) -> Iterator[str]:
        """The lines between a heading and the next one, those of code among them.

        A line with a rule right below it is a heading to GitHub, and text to whoever wrote it: here it is text.
        """
        below = (h for h in self.headings if h.line > heading.line and not h.is_underlined)
        last = next((h.line for h in below), None)
        for number, line in self.prose:
            if number > heading.line and (last is None or number < last):
                yield line
        for fence in self.fences:
            if fence.line > heading.line and (last is None or fence.line < last):
                yield from ("```", *fence.lines)

    def heading_of(self, line: int) -> Heading | None:
        """The heading that a line stands under; None above the first."""
        return next((h for h in reversed(self.headings) if h.line < line), None)


@lru_cache(maxsize=4096)
def parse(text: str) -> Markdown:
    """A document, from its text with line feeds."""
    prose: list[tuple[int, str]] = []
    fences: list[Fence] = []
    fence, info, opened, block = "", "", 0, list[str]()
    for kind in (_FRONT_MATTER, _COMMENT):
        text = kind.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for number, line in enumerate(text.split("\n"), start=1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fences.append(Fence(opened, info, tuple(block)))
                fence = ""
            else:
                block.append(line)
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence, info, opened, block = mark[1], mark[2].strip(), number, []
        else:
            prose.append((number, line))
    return Markdown(tuple(prose), tuple(fences), opened if fence else None)


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading; without the invisible selectors of emoji, which links leave out."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]+>|\{[^}]*\}\s*$", "", heading)
    text = re.sub(r"\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"(?<!\w)[_*]{1,3}(?=\S)|(?<=\S)[_*]{1,3}(?!\w)", "", text)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
