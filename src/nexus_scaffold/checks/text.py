"""The text files: can every program read them, and does each character arrive as it was meant?"""

from __future__ import annotations

import ast
import codecs
import re
from abc import abstractmethod
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import groupby
from pathlib import PurePosixPath

from .base import Fixable, Place, Severity
from .characters import Mended, decode, remains, repaired
from .repo import Repo

_PROSE = (".md", ".markdown", ".rst", ".txt", ".html")
_TEXT = (
    *_PROSE,
    *(".py", ".toml", ".yml", ".yaml", ".json", ".js", ".ts", ".css", ".sh", ".cfg", ".ini"),
)
_LARGEST = 1_000_000
# A program that reads a file in the encoding that the file itself names.
_NAMES_ENCODING = re.compile(rb"(?:coding[:=]|charset=)\s*[\"']?(?!utf-?8)[-\w.]+", re.IGNORECASE)
# Where blanks at the end of a line may be part of a value, or what is shown.
_VERBATIM = {
    ".toml": re.compile("\"\"\"|'''"),
    ".yml": re.compile(r"[|>][-+\d]*[ \t]*(#.*)?$", re.MULTILINE),
    ".yaml": re.compile(r"[|>][-+\d]*[ \t]*(#.*)?$", re.MULTILINE),
    ".js": re.compile("`"),
    ".ts": re.compile("`"),
    ".sh": re.compile("<<|'"),
    ".html": re.compile(r"<(pre|textarea|script)\b", re.IGNORECASE),
    ".rst": re.compile("::$", re.MULTILINE),
}
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(?P<rest>.*)$")


class _Characters(Fixable):
    """What is done to the text of a file, and written back in the same line endings."""

    def fixed(self, repo: Repo, name: str) -> bytes:
        decoded = decode(repo.data(name))
        mended = self.mended(repo, name, decoded.text)
        # Another fact's mend is what changes an encoding.
        return mended.encode() if decoded.encoding == "UTF-8" else repo.data(name)

    @abstractmethod
    def mended(self, repo: Repo, name: str, text: str) -> str:
        """The text of a file as it should be."""


class TXT101(_Characters):
    """Every character is the one that was meant."""

    severity = Severity.WARNING
    why = "UTF-8 that was read in another encoding shows `ðŸš€` or `√©` where an emoji or an accent was."
    mend = "Run nexus check --fix; save files as UTF-8, and check what it says about lost bytes."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _texts(repo, *_PROSE):
            decoded = decode(repo.data(name))
            text, found = repaired(decoded.text)
            sure = [mended for mended in found if not mended.lost]
            for read_as, group in groupby(sorted(sure, key=_read_as), key=_read_as):
                first, *others = group
                yield name, first.line, _misread(first, read_as, len(others))
            for mended in found:
                if mended.lost:
                    yield name, mended.line, _half(mended)
            for number in remains(text):
                yield name, number, "A character is lost, and nothing tells which: write it anew."

    def mended(self, repo: Repo, name: str, text: str) -> str:
        return repaired(text)[0].removeprefix(
            "\ufeff"
        )  # a byte order mark may have been read wrongly, too


class TXT102(Fixable):
    """Text is UTF-8."""

    severity = Severity.ERROR
    why = "pip, Docker and GitHub read UTF-8: a file in another encoding fails there, or shows other characters."
    mend = "Save it as UTF-8; in PowerShell, write with Set-Content -Encoding utf8."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _texts(repo, *_TEXT):
            data = repo.data(name)
            if (data.isascii() and b"\0" not in data) or data.startswith(codecs.BOM_UTF8):
                continue
            encoding = decode(data).encoding
            if encoding != "UTF-8" and not _NAMES_ENCODING.search(data[:1024]):
                yield name, None, f"The file is {encoding}."

    def fixed(self, repo: Repo, name: str) -> bytes:
        return decode(repo.data(name)).text.encode()


class TXT103(Fixable):
    """No file starts with a byte order mark."""

    severity = Severity.WARNING
    why = "UTF-8 needs none, and what reads the file byte by byte takes it for a part of the first word."
    mend = "Save it as UTF-8 without a byte order mark (BOM)."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _texts(repo, *_TEXT):
            if repo.data(name).startswith(codecs.BOM_UTF8):
                yield name, 1, "The file starts with a byte order mark."

    def fixed(self, repo: Repo, name: str) -> bytes:
        return repo.data(name).removeprefix(codecs.BOM_UTF8)


class TXT104(_Characters):
    """Lines end as Git keeps them: with a line feed."""

    severity = Severity.NOTE
    why = "A script whose lines end with CRLF does not start in a container, and every diff shows the whole file."
    mend = "Run nexus check --fix, and write `* text=auto eol=lf` into .gitattributes."

    def places(self, repo: Repo) -> Iterator[Place]:
        told = _told_to_git(repo)
        for name in _texts(repo, *_TEXT):
            data = repo.data(name)
            if b"\r" not in data or b"\0" in data:
                continue
            if any(
                fnmatch(name, pattern) or fnmatch(name.rpartition("/")[2], pattern)
                for pattern in told
            ):
                continue
            crlf, all_lines = data.count(b"\r\n"), data.count(b"\n")
            if crlf:
                how = "with CRLF" if crlf == all_lines else "in two ways, LF and CRLF"
                yield name, None, f"The lines end {how}."

    def mended(self, repo: Repo, name: str, text: str) -> str:
        return text.replace("\r\n", "\n")


class TXT105(_Characters):
    """No line ends with blanks that do nothing."""

    severity = Severity.NOTE
    why = "Nobody sees them, and each editor that strips them makes a change that nobody meant."
    mend = "Run nexus check --fix, and let your editor strip them when it saves."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _texts(repo, *_TEXT):
            data = repo.data(name)
            # Looking for both is a fraction of what a regular expression or decoding costs.
            if (
                b" \n" in data
                or b"\t\n" in data
                or b" \r" in data
                or b"\t\r" in data
                or data[-1:] in b" \t"
            ):
                before = decode(data).text.split("\n")
                after = self.mended(repo, name, "\n".join(before)).split("\n")
                lines = [
                    n
                    for n, both in enumerate(zip(before, after, strict=True), 1)
                    if both[0] != both[1]
                ]
                if lines:
                    more = f", and {len(lines) - 1} lines more" if len(lines) > 1 else ""
                    yield name, lines[0], f"The line ends with blanks{more}."

    def mended(self, repo: Repo, name: str, text: str) -> str:
        kept = _kept(repo, name, text)
        if kept is None:
            return text
        lines = text.split("\n")
        for number, line in enumerate(lines, start=1):
            if number not in kept:
                end = "\r" if line.endswith("\r") else ""
                lines[number - 1] = line.rstrip("\r \t") + end
        return "\n".join(lines)


CHECKS = (TXT101, TXT102, TXT103, TXT104, TXT105)


def _texts(repo: Repo, *suffixes: str) -> Iterator[str]:
    """The text files that somebody of this repo wrote."""
    for name in repo.own:
        if name.endswith(suffixes) and len(repo.data(name)) <= _LARGEST:
            yield name


def _read_as(mended: Mended) -> str:
    return mended.read_as


def _misread(first: Mended, read_as: str, others: int) -> str:
    more = f", and {others} more" if others else ""
    how = f" (UTF-8 read as {read_as})" if read_as else ""
    return f"{first.before!r} stands for {first.after!r}{how}{more}."


def _half(mended: Mended) -> str:
    if mended.after:
        return f"{mended.before!r} lost a part; by its line it was {mended.after!r}."
    return f"{mended.before!r} is the rest of a character that can't be known; --fix takes it out."


def _told_to_git(repo: Repo) -> list[str]:
    """The patterns of files of which .gitattributes says how their lines end."""
    patterns = []
    for name in repo.matching(".gitattributes"):
        for _, line in repo.lines(name):
            pattern, *attributes = line.split() or [""]
            if any(re.match(r"-?text\b|eol=|binary\b", told) for told in attributes):
                patterns.append(pattern)
    return patterns


def _kept(repo: Repo, name: str, text: str) -> frozenset[int] | None:
    """The lines whose blanks at the end mean something; None where that can't be told."""
    suffix = PurePosixPath(name).suffix
    if suffix in {".md", ".markdown"}:
        return frozenset(_kept_in_markdown(text))
    if suffix == ".py":
        module = repo.module(name)
        if module is None:
            return None
        return frozenset(
            line
            for node in ast.walk(module)
            if isinstance(node, ast.Constant | ast.JoinedStr)
            for line in range(node.lineno, node.end_lineno or 0)
        )
    verbatim = _VERBATIM.get(suffix)
    return None if verbatim and verbatim.search(text) else frozenset()


def _kept_in_markdown(text: str) -> Iterator[int]:
    """The lines of code, and those that end with the two blanks of a line break."""
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.removesuffix("\r")
        mark = _FENCE.match(content)
        if (
            fence
            or mark
            or content.startswith(("    ", "\t"))
            or (content.strip() and content.endswith("  "))
        ):
            yield number
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not mark["rest"].strip():
            fence = ""
