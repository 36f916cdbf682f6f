"""The files of a repo as the checks read them: once each, in whatever encoding they have."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import translate
from functools import cached_property
from pathlib import Path

from .. import git
from ..errors import DestinationError
from .characters import decode

# What somebody else wrote, or a program made.
_VENDORED = {
    ".git",
    ".venv",
    "venv",
    "env",
    "node_modules",
    "bower_components",
    "vendor",
    "vendored",
    "third_party",
    "staticfiles",
    "__pycache__",
    "site-packages",
}
_WILD = re.compile(r"[*?\[]")
_MADE = re.compile(r"\.min\.(js|css)$|\.map$")


def glob(*patterns: str) -> Callable[[str], bool]:
    """Whether a path, or its last part, matches one of the patterns; `*` matches slashes as well."""
    # Nearly all of them are a name or an ending, which need no regular expression.
    literal, endings, others = set(), [], []
    for pattern in patterns:
        if not _WILD.search(pattern):
            literal.add(pattern)
        elif pattern.startswith("*") and not _WILD.search(pattern[1:]):
            endings.append(pattern[1:])
        else:
            others.append(translate(pattern))
    ends, whole = tuple(endings), re.compile("|".join(others) or "(?!)")

    def matches(path: str) -> bool:
        name = path[path.rfind("/") + 1 :]
        return bool(
            path.endswith(ends)
            or name in literal
            or path in literal
            or whole.match(path)
            or whole.match(name)
        )

    return matches


class Repo:
    """A folder of files.

    Args:
        root: The repo's folder.
        exclude: Patterns of files that the checks leave alone.
        changed: The content of files that is not yet on the disk, by path.

    Raises:
        DestinationError: There is no such folder.
    """

    def __init__(
        self,
        root: Path,
        *,
        exclude: tuple[str, ...] = (),
        changed: Mapping[str, bytes] | None = None,
    ) -> None:
        if not root.is_dir():
            raise DestinationError(f"There is no folder {root}.", hint="Give the folder of a repo.")
        self.root = root.resolve()
        self.exclude = exclude
        self.is_excluded = glob(*exclude)
        self._data = dict(changed or {})
        self._texts: dict[str, str] = {}
        self._modules: dict[str, ast.Module | None] = {}
        self._matching: dict[tuple[str, ...], tuple[str, ...]] = {}

    @cached_property
    def is_versioned(self) -> bool:
        """Whether the folder is in a git repository."""
        return git.top_level(self.root) is not None

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The paths of the files, relative to the root, with forward slashes, sorted."""
        if self.is_versioned:
            return tuple(
                name for name in git.files(self.root) if os.path.isfile(f"{self.root}/{name}")
            )
        return tuple(sorted(self._walk()))

    @cached_property
    def own(self) -> tuple[str, ...]:
        """The files that the checks read: not what is excluded, vendored or made by a program."""
        return tuple(
            name
            for name in self.files
            if not (
                _VENDORED.intersection(name.split("/")[:-1])
                or _MADE.search(name)
                or self.is_excluded(name)
            )
        )

    @cached_property
    def tracked(self) -> frozenset[str]:
        """The files that git tracks; all of them where there is no git."""
        if not self.is_versioned:
            return frozenset(self.files)
        return frozenset(git.git("ls-files", "-z", cwd=self.root).split("\0"))

    @cached_property
    def folders(self) -> frozenset[str]:
        """The paths of the folders that hold files."""
        folders: set[str] = set()
        for name in self.files:
            folder = name.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(folders)

    @cached_property
    def named(self) -> Mapping[str, Sequence[str]]:
        """The files by their name in lower case, without their folders."""
        found: dict[str, list[str]] = {}
        for name in self.files:
            found.setdefault(name.rpartition("/")[2].lower(), []).append(name)
        return found

    @cached_property
    def paths(self) -> frozenset[str]:
        """The paths of the files and of the folders that hold them."""
        return self.folders.union(self.files)

    @cached_property
    def readme(self) -> str | None:
        """The path of the README, None where there is none."""
        names = [
            name
            for name in self.files
            if re.fullmatch(r"readme(\.(md|markdown|rst|txt))?", name.lower())
        ]
        return (
            min(names, key=lambda name: (not name.lower().endswith(".md"), name)) if names else None
        )

    def matching(self, *patterns: str) -> tuple[str, ...]:
        """The repo's own files whose path, or whose name, matches one of the patterns."""
        if patterns not in self._matching:
            self._matching[patterns] = tuple(filter(glob(*patterns), self.own))
        return self._matching[patterns]

    def data(self, name: str) -> bytes:
        """The content of a file.

        Raises:
            DestinationError: It can't be read.
        """
        if name not in self._data:
            try:
                self._data[name] = (self.root / name).read_bytes()
            except OSError as error:
                raise DestinationError(
                    f"{name} can't be read: {error.strerror}.",
                    hint="Make it readable, or exclude it in pyproject.toml.",
                ) from error
        return self._data[name]

    def text(self, name: str) -> str:
        """The text of a file, in whatever encoding it has."""
        if name not in self._texts:
            text = decode(self.data(name)).text
            self._texts[name] = text.replace("\r\n", "\n").replace("\r", "\n")
        return self._texts[name]

    def lines(self, name: str) -> Iterator[tuple[int, str]]:
        """The lines of a file with their numbers, from 1."""
        return enumerate(self.text(name).split("\n"), start=1)

    def module(self, name: str) -> ast.Module | None:
        """A file as Python; None where it is not."""
        if name not in self._modules:
            try:
                with (
                    warnings.catch_warnings()
                ):  # an escape that Python knows not is no affair of ours
                    warnings.simplefilter("ignore", SyntaxWarning)
                    self._modules[name] = ast.parse(self.text(name))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._modules[name] = None
        return self._modules[name]

    def _walk(self) -> Iterator[str]:
        for folder, subfolders, names in os.walk(self.root):
            subfolders[:] = [name for name in subfolders if name not in _VENDORED]
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()
