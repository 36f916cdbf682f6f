"""The one module that starts git."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from .errors import GitError


def git(*arguments: str, cwd: Path) -> str:
    """The output of a git command, without the last line break.

    Raises:
        GitError: git is not installed, or the command failed; the message is git's own.
    """
    return _run(*arguments, cwd=cwd).decode(errors="surrogateescape").rstrip("\n")


def succeeds(*arguments: str, cwd: Path) -> bool:
    """Whether a git command exits with 0."""
    try:
        _run(*arguments, cwd=cwd)
    except GitError:
        return False
    return True


def top_level(folder: Path) -> Path | None:
    """The root of the work tree that holds the folder, None where there is none."""
    try:
        return Path(git("rev-parse", "--show-toplevel", cwd=folder)).resolve()
    except GitError:
        return None


def files(folder: Path) -> list[str]:
    """The tracked files of the folder and the new ones that are not ignored, relative to it."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=folder)
    return sorted({name for name in listed.split("\0") if name})


def export(repo: Path, commit: str, destination: Path) -> None:
    """Writes the files of a commit into the destination."""
    archive = _run("archive", "--format=tar", commit, cwd=repo)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        # git's own archive, as it is: Python 3.12 asks for a filter, which 3.11.3 does not know.
        tar.extraction_filter = lambda member, path: member
        tar.extractall(destination)  # noqa: S202


def _run(*arguments: str, cwd: Path) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, check=True)
    except FileNotFoundError as error:
        raise GitError("git is not installed.", hint="Install git 2.38 or newer.") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip() or f"it exited with {error.returncode}"
        raise GitError(f"git {arguments[0]} failed: {said}") from error
    return done.stdout
