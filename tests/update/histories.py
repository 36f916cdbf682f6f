"""Repos and their histories: folders of files, what owners and templates do to them, and what of it git knows."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nexus_scaffold import git


@dataclass(frozen=True)
class File:
    """A file as it is on the disk; the content of a link is where it points."""

    content: bytes
    mode: int = stat.S_IFREG | 0o644

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)

    @property
    def is_executable(self) -> bool:
        return not self.is_link and bool(self.mode & stat.S_IXUSR)

    @property
    def is_text(self) -> bool:
        return not self.is_link and b"\0" not in self.content


Files = dict[str, File]


@dataclass(frozen=True)
class Snapshot:
    """All that undo has to bring back."""

    files: Files
    folders: frozenset[str]
    index: str
    status: str


def link(target: str) -> File:
    return File(os.fsencode(target), stat.S_IFLNK | 0o777)


def executable(content: bytes) -> File:
    return File(content, stat.S_IFREG | 0o755)


def write(folder: Path, files: Mapping[str, File]) -> Path:
    """Makes the folder hold these files, as far as it does not yet."""
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.is_link:
            target.symlink_to(os.fsdecode(file.content))
        else:
            target.write_bytes(file.content)
            if file.mode != File.mode:
                target.chmod(stat.S_IMODE(file.mode))
    return folder


def remove(folder: Path, paths: Iterable[str]) -> None:
    """Removes files, and the folders that are empty then."""
    for path in paths:
        (folder / path).unlink()
        for parent in PurePosixPath(path).parents[:-1]:
            if any((folder / parent).iterdir()):
                break
            (folder / parent).rmdir()


def read(folder: Path) -> Files:
    """All files of a folder, those of git left out."""
    return _walk(folder)[0]


def _walk(folder: Path, below: str = "") -> tuple[Files, set[str]]:
    files: Files = {}
    folders: set[str] = set()
    for entry in os.scandir(folder):
        path = below + entry.name
        if entry.is_dir(follow_symlinks=False):
            if path != ".git":
                more_files, more_folders = _walk(Path(entry.path), f"{path}/")
                files |= more_files
                folders |= {path, *more_folders}
        elif entry.is_symlink():
            files[path] = link(os.readlink(entry.path))
        else:
            content = Path(entry.path).read_bytes()
            files[path] = File(content, entry.stat(follow_symlinks=False).st_mode)
    return files, folders


def snapshot(repo: Path) -> Snapshot:
    files, folders = _walk(repo)
    return Snapshot(
        files=files,
        folders=frozenset(folders),
        index=git.git("ls-files", "-s", "-z", cwd=repo),
        status=git.git("status", "--porcelain", "-z", cwd=repo),
    )


def make_repo(
    folder: Path, files: Mapping[str, File], autocrlf: str = "false", hashes: str = "sha1"
) -> Path:
    """A repo with these files: committed, but for those that its own .gitignore names."""
    for name in ("objects", "refs"):
        (folder / ".git" / name).mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    version = f"1\n[extensions]\nobjectFormat = {hashes}" if hashes != "sha1" else "0"
    (folder / ".git" / "config").write_text(
        f"[core]\nautocrlf = {autocrlf}\nrepositoryFormatVersion = {version}\n"
        "[user]\nname = Ada\nemail = ada@example.org\n[gc]\nauto = 0\n[maintenance]\nauto = false\n"
    )
    write(folder, files)
    commit(folder)
    return folder


def commit(repo: Path) -> None:
    """Commits all files, conflicts as they stand included."""
    for path in read(repo):
        os.utime(repo / path, follow_symlinks=False)  # git looks again: .gitattributes may differ
    git.output("add", "--all", cwd=repo)
    git.output("commit", "--quiet", "--allow-empty", "--message", "feat: edits", cwd=repo)


def conflicting(repo: Path) -> dict[str, dict[int, str]]:
    """The sides of each conflict in git's index: their blobs, by stage."""
    stages: dict[str, dict[int, str]] = {}
    for line in filter(None, git.git("ls-files", "-u", "-z", cwd=repo).split("\0")):
        about, _, path = line.partition("\t")
        _, blob, stage = about.split()
        stages.setdefault(path, {})[int(stage)] = blob
    return stages
