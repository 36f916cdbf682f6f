"""The documentation hub: is it there, whole and readable?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote

from .base import Check, Place
from .repo import Repo

# What the program asks of a README, in its order: a heading that holds one of the words of each.
SECTIONS = {
    "program overview": ("overview", "about the program"),
    "project objective": ("objective", "goal", "purpose"),
    "major learnings": ("learning", "technolog", "key concepts"),
    "challenges and solutions": ("challenge",),
    "best practices and takeaways": ("practice", "takeaway"),
    "collaboration": ("collaborat",),
}

_PLACEHOLDERS = re.compile(
    r"\b(?:TODO|FIXME|TBD)\b|\b[Ll]orem ipsum|\b[Cc]oming soon\b|\bYour (?:Name|Full Name|Email|GitHub Username)\b"
    r"|\byour[-_](?:name|user(?:name)?|e?mail|github|linkedin|handle|repo|project)\b|[<\[]your [^>\]]*[>\]](?!\()",
    re.ASCII,
)
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'(][^)]*)?\s*\)")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_MERGE_MARK = re.compile(r"(<{7}|>{7}) \S|={7}$")


class DOC101(Check):
    """The repo has a README."""

    mend = "Write a README.md at the root of the repo."

    def places(self, repo: Repo) -> Iterator[Place]:
        if repo.readme is None:
            yield "README.md", None, "There is no README."
        elif not repo.text(repo.readme).strip():
            yield repo.readme, None, "The README is empty."


class DOC102(Check):
    """The README has each section that the program asks for."""

    mend = "Add a heading for it, with what your repo has to say about it."

    def places(self, repo: Repo) -> Iterator[Place]:
        if repo.readme is None:
            return
        headings = [
            line.lower()
            for _, line in _prose(repo, repo.readme)
            if re.match(r"#{1,6} |<h[1-6]", line)
        ]
        for section, words in SECTIONS.items():
            if not any(word in heading for heading in headings for word in words):
                yield repo.readme, None, f"No heading speaks of: {section}."


class DOC103(Check):
    """The documents hold no placeholder text."""

    mend = "Write your own words there, or take the line out."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            for number, line in _prose(repo, name):
                found = _PLACEHOLDERS.search(_CODE_SPAN.sub("", line))
                if found:
                    yield name, number, f"A placeholder: {found.group().strip()!r}."


class DOC104(Check):
    """Each relative link leads to a file of the repo."""

    mend = "Correct the path, or take the link out."

    def places(self, repo: Repo) -> Iterator[Place]:
        files = frozenset(repo.files) | repo.folders
        for name in _documents(repo):
            for number, line in _prose(repo, name):
                for link in _LINK.findall(_CODE_SPAN.sub("", line)):
                    target = _target(name, link)
                    if target is not None and target not in files:
                        yield name, number, f"The link {link!r} leads nowhere."


class DOC105(Check):
    """Each code fence is closed."""

    mend = "Close it with a line of the same marks that opened it."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            opened = _parse(repo.text(name)).open_fence
            if opened is not None:
                yield name, opened, "The code fence that starts here is never closed."


class DOC106(Check):
    """No document holds the marks of an unfinished merge."""

    mend = "Keep one of the two sides and delete the marked lines."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            lines = list(repo.lines(name))
            if not any(line.startswith("<<<<<<< ") for _, line in lines):
                continue  # a row of equals signs alone underlines a heading
            for number, line in lines:
                if _MERGE_MARK.match(line):
                    yield name, number, "The mark of an unfinished merge."


CHECKS = (DOC101, DOC102, DOC103, DOC104, DOC105, DOC106)


def _documents(repo: Repo) -> tuple[str, ...]:
    return repo.matching("*.md", "*.markdown")


@dataclass(frozen=True)
class _Markdown:
    """A document: its lines outside of code fences and comments, and the fence that is never closed."""

    prose: tuple[tuple[int, str], ...]
    open_fence: int | None


@lru_cache(maxsize=2048)
def _parse(text: str) -> _Markdown:
    prose: list[tuple[int, str]] = []
    fence, opened = "", None
    without_comments = re.sub(
        r"<!--.*?-->", lambda comment: "\n" * comment.group().count("\n"), text, flags=re.DOTALL
    )
    for number, line in enumerate(without_comments.split("\n"), start=1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence, opened = "", None
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence, opened = mark[1], number
        else:
            prose.append((number, line))
    return _Markdown(tuple(prose), opened)


def _prose(repo: Repo, name: str) -> tuple[tuple[int, str], ...]:
    return _parse(repo.text(name)).prose


def _target(document: str, link: str) -> str | None:
    """The path in the repo that a link leads to; None for what is not a relative link to a file."""
    path = unquote(link.split("#")[0].split("?")[0])
    if not path or re.match(r"[a-z][a-z0-9+.-]*:|//|[{<$]", link, re.IGNORECASE):
        return None
    if path.startswith("/"):
        parts: tuple[str, ...] = PurePosixPath(path.lstrip("/")).parts
    else:
        parts = (PurePosixPath(document).parent / path).parts
    resolved: list[str] = []
    for part in parts:
        if part == "..":
            if not resolved:
                return None  # leaves the repo: GitHub's own pages are linked that way
            resolved.pop()
        elif part != ".":
            resolved.append(part)
    return "/".join(resolved) or None
