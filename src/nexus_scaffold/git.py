"""The one module that starts git."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Collection, Mapping
from pathlib import Path

from .errors import GitError

# What a hook or an alias of the user's own git has set is about another repository.
_OF_ANOTHER = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)


def git(
    *arguments: str,
    cwd: Path,
    stdin: bytes | None = None,
    variables: Mapping[str, str] | None = None,
) -> str:
    """The output of a git command, without the last line break.

    Args:
        arguments: The command and its arguments.
        cwd: The folder that it runs in.
        stdin: What it reads.
        variables: Environment variables on top.

    Raises:
        GitError: git is not installed, or the command failed; the message is git's own.
    """
    said = output(*arguments, cwd=cwd, stdin=stdin, variables=variables)
    return os.fsdecode(said).rstrip("\n")


def output(
    *arguments: str,
    cwd: Path,
    stdin: bytes | None = None,
    variables: Mapping[str, str] | None = None,
    expected: Collection[int] = (0,),
) -> bytes:
    """The output of a git command, byte for byte.

    Args:
        arguments: The command and its arguments.
        cwd: The folder that it runs in.
        stdin: What it reads.
        variables: Environment variables on top.
        expected: The exit codes that are no failure.

    Raises:
        GitError: git is not installed, or the command failed; the message is git's own.
    """
    environment = {name: text for name, text in os.environ.items() if name not in _OF_ANOTHER}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            input=b"" if stdin is None else stdin,
            env={**environment, **(variables or {})},
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed.", hint="Install git 2.38 or newer.") from error
    except OSError as error:
        raise GitError(f"git can't be started: {error}.") from error
    if done.returncode not in expected:
        said = done.stderr.decode(errors="replace").strip() or f"it exited with {done.returncode}"
        raise GitError(f"git {_command(arguments)} failed: {said}")
    return done.stdout


def succeeds(*arguments: str, cwd: Path, variables: Mapping[str, str] | None = None) -> bool:
    """Whether a git command exits with 0."""
    try:
        output(*arguments, cwd=cwd, variables=variables)
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
    archive = output("archive", "--format=tar", commit, cwd=repo)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        # git's own archive, as it is: Python 3.12 asks for a filter, which 3.11.3 does not know.
        tar.extraction_filter = lambda member, path: member
        tar.extractall(destination)  # noqa: S202


def _command(arguments: tuple[str, ...]) -> str:
    """The command's name: what comes before are options of git itself, with their values."""
    named = [word for word in arguments if not word.startswith("-") and "=" not in word]
    return named[0] if named else "command"
