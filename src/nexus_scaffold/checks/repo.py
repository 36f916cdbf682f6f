"""The files of a repo as the checks read them: once each, in whatever encoding they have."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterator
from fnmatch import translate
from functools import cached_property
from pathlib import Path

from .. import git
from ..errors import DestinationError
from .characters import decode

_UNREAD = {".git", ".venv", "venv", "env", "node_modules", "__pycache__", "site-packages"}


class Repo:
    """A folder of files.

    Args:
        root: The repo's folder.

    Raises:
        DestinationError: There is no such folder.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise DestinationError(f"There is no folder {root}.", hint="Give the folder of a repo.")
        self.root = root.resolve()
        self._data: dict[str, bytes] = {}
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
            return tuple(name for name in git.files(self.root) if (self.root / name).is_file())
        return tuple(sorted(self._walk()))

    @cached_property
    def tracked(self) -> frozenset[str]:
        """The files that git tracks; all of them where there is no git."""
        if not self.is_versioned:
            return frozenset(self.files)
        return frozenset(git.git("ls-files", "-z", cwd=self.root).split("\0"))

    @cached_property
    def folders(self) -> frozenset[str]:
        """The paths of the folders that hold files."""
        return frozenset(
            parent.as_posix() for name in self.files for parent in Path(name).parents if parent.name
        )

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
        """The files whose path, or whose name, matches one of the patterns."""
        if patterns not in self._matching:
            whole = re.compile("|".join(map(translate, patterns)))
            self._matching[patterns] = tuple(
                name
                for name in self.files
                if whole.match(name) or whole.match(name.rpartition("/")[2])
            )
        return self._matching[patterns]

    def data(self, name: str) -> bytes:
        """The content of a file."""
        if name not in self._data:
            self._data[name] = (self.root / name).read_bytes()
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
            except (SyntaxError, ValueError, RecursionError):
                self._modules[name] = None
        return self._modules[name]

    def _walk(self) -> Iterator[str]:
        for folder, subfolders, names in os.walk(self.root):
            subfolders[:] = [name for name in subfolders if name not in _UNREAD]
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()
