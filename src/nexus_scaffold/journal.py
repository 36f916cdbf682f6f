"""Writes a plan into a repo so that it can be undone, also when it was cut off at any point.

What is about to change is copied first, into a folder of git's own. From then on there is always a way back: each
file is replaced whole, the index last, and undo puts back what the copies say.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from . import git
from .errors import GitError, MergeError
from .merge import LINK, NOBODY, Merge, Plan, Write, index_line, is_file, is_folder

# In git's own folder: the way back; one that is being made; and the one before it, which goes.
_JOURNAL, _DRAFT, _OLD = "undo", "draft", "old"


@dataclass(kw_only=True)
class _State:
    """What undo has to know.

    Attributes:
        head: The commit that the repo was at.
        title: What is being done, such as `update to v1.2.0`.
        files: The files that change, and whether each was there.
        folders: The folders that are new, the deepest first.
        after: A hash of each file as it was written; None where it was deleted.
        stash: The commit that holds what was stashed before.
        done: Whether all was written.
    """

    head: str
    title: str
    files: dict[str, bool]
    folders: list[str]
    after: dict[str, str | None]
    stash: str | None = None
    done: bool = False

    @classmethod
    def read(cls, journal: Path) -> _State:
        return cls(**json.loads((journal / "state.json").read_text(encoding="utf-8")))

    def write(self, journal: Path) -> None:
        draft = journal / "state.json.new"
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        os.replace(draft, journal / "state.json")


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What undo did.

    Attributes:
        title: What was undone.
        files: How many files are as they were.
        finished: Whether it had been written to its end.
        stashed: Files that had been edited since: git's stash has those edits.
        reapplied: Whether what was stashed before is back; None where nothing was.
    """

    title: str
    files: int
    finished: bool
    stashed: tuple[str, ...]
    reapplied: bool | None


def refuse_changes(repo: Path) -> None:
    """Lets only a repo pass whose tracked files are as they were committed.

    Raises:
        MergeError: It names the files that are not.
    """
    said = git.git(
        "--no-optional-locks",
        "status",
        "--porcelain",
        "--untracked-files=no",
        "-z",
        "--no-renames",
        ".",
        cwd=repo,
    )
    changed = [line[3:] for line in said.split("\0") if line]
    if changed:
        listed = ", ".join(changed[:5]) + (", …" if len(changed) > 5 else "")
        raise MergeError(
            f"There are changes that are not committed: {listed}.",
            hint="Commit them, or add --stash. Nothing was changed.",
        )


def interrupted(repo: Path) -> bool:
    """Whether something was begun here and not ended."""
    journal = _folder(repo) / _JOURNAL
    return journal.is_dir() and not _State.read(journal).done


def apply(merge: Merge, plan: Plan, title: str, *, stash: str | None = None) -> None:
    """Writes a plan: the files, and an index with the three sides of each conflict. All of it, or nothing.

    Args:
        merge: The merge that made the plan.
        plan: What to write.
        title: What is being done, for undo to say.
        stash: The commit that holds what was stashed before, for undo to bring back.

    Raises:
        MergeError: The repo is no longer as it was planned for, or can't be written.
    """
    repo = merge.repo
    if git.git("rev-parse", "HEAD", cwd=repo) != plan.head:
        raise MergeError("The repo has a new commit since this was planned.", hint="Try again.")
    refuse_changes(repo)
    changed = [path for path in plan.writes if not _is_as_planned(merge, plan, path)]
    if changed:
        raise MergeError(
            f"{changed[0]} has changed since this was planned.",
            hint="Nothing was changed. Try again.",
        )
    folder = _folder(repo)
    try:
        _prepare(folder / _DRAFT, merge, plan, title, stash)
        _begin(folder)
    except (OSError, GitError) as error:
        shutil.rmtree(folder / _DRAFT, ignore_errors=True)
        raise MergeError(
            f"The way back can't be written, so nothing was changed: {error}.",
            hint="Make room, and try again.",
        ) from error
    journal = folder / _JOURNAL
    try:
        _write_files(repo, plan, journal / "new")
        _write_index(repo, journal / "new-index")
        state = _State.read(journal)
        state.done = True
        state.write(journal)
    except BaseException as error:
        try:
            undo(repo)
        except (MergeError, GitError) as another:
            raise MergeError(
                f"It can't be written: {error}; and it can't be undone now: {another}.",
                hint="Mend that, and then: nexus undo",
            ) from error
        if not isinstance(error, OSError | GitError):
            raise
        raise MergeError(
            f"It can't be written: {error}.", hint="All is as it was. Mend that, and try again."
        ) from error


def undo(repo: Path) -> Undone:
    """Makes the repo what it was before the last update, ignored and untracked files included.

    It can be cut off, and be called again. Edits that were made since go to git's stash.

    Raises:
        MergeError: There is nothing to undo, or it has been committed.
    """
    try:
        return _undo(repo.resolve())
    except OSError as error:
        raise MergeError(
            f"It can't be undone now: {error}.", hint="Mend that, and again: nexus undo"
        ) from error


def _undo(repo: Path) -> Undone:
    folder = _folder(repo)
    journal = folder / _JOURNAL
    if not journal.is_dir():
        raise MergeError(
            "There is nothing to undo.", hint="What has been committed is undone by: git revert"
        )
    state = _State.read(journal)
    if git.git("rev-parse", "HEAD", cwd=repo) != state.head:
        raise MergeError(
            f"There are commits since: {state.title}.", hint="Undo the commit instead: git revert"
        )
    finished = state.done
    stashed = _stash_edits(repo, state) if finished else ()
    if finished:  # From here on it is half-written, and what differs is nobody's edit.
        state.done = False
        state.write(journal)
    _unlock(repo, journal / "new-index")
    for path, there in state.files.items():
        if not there and is_file(repo, path):
            (repo / path).unlink()
    for path in state.folders:
        if is_folder(repo, path) and not any((repo / path).iterdir()):
            (repo / path).rmdir()
    for number, path in enumerate(state.files):
        copy = journal / "files" / str(number)
        if os.path.lexists(copy):  # else it is back already, or was not there
            (repo / path).parent.mkdir(parents=True, exist_ok=True)
            _put(copy, repo / path)
    if (journal / "index").exists():
        _refresh(repo, journal / "index")
        _put(journal / "index", _git_path(repo, "index"))
    files = len(state.files)
    reapplied = None
    if state.stash:
        # All is back: what comes out of the stash now is not to be taken for what was written.
        state.files, state.folders = {}, []
        state.write(journal)
        reapplied = _reapply(repo, state.stash)
    shutil.rmtree(folder / _OLD, ignore_errors=True)
    os.replace(journal, folder / _OLD)
    shutil.rmtree(folder / _OLD, ignore_errors=True)
    return Undone(
        title=state.title,
        files=files,
        finished=finished,
        stashed=stashed,
        reapplied=reapplied,
    )


def _folder(repo: Path) -> Path:
    """Where the journals of a repo are: one repository of git may hold several."""
    prefix = git.git("rev-parse", "--show-prefix", cwd=repo)
    return _git_path(repo, "nexus") / quote(prefix.rstrip("/") or "root", safe="")


def _git_path(repo: Path, name: str) -> Path:
    return Path(git.git("rev-parse", "--absolute-git-dir", cwd=repo)) / name


def _is_as_planned(merge: Merge, plan: Plan, path: str) -> bool:
    """Whether a file that git does not track, or that was not there, is as it was."""
    file, write = merge.repo / path, plan.writes[path]
    if write.before is None:
        return not is_file(merge.repo, path)
    if write.tracked:
        return True
    if file.is_symlink():
        return os.fsencode(os.readlink(file)) == merge.content(write.before)
    return file.is_file() and file.read_bytes() == merge.content(write.before)


def _prepare(draft: Path, merge: Merge, plan: Plan, title: str, stash: str | None) -> None:
    """Writes all that is needed to go forward and back, where nobody looks."""
    repo = merge.repo
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "files").mkdir(parents=True)
    (draft / "new").mkdir()
    index = _git_path(repo, "index")
    if index.exists():
        shutil.copy2(index, draft / "index")
        shutil.copy2(index, draft / "new-index")
    for number, (path, write) in enumerate(plan.writes.items()):
        if write.before:
            shutil.copy2(repo / path, draft / "files" / str(number), follow_symlinks=False)
    _bring(merge, plan)
    coming = {path: write.after for path, write in plan.writes.items() if write.after}
    _check_out(repo, merge.prefix, coming.items(), draft)
    lines = [
        line
        for path, write in plan.writes.items()
        if write.tracked
        for line in _index_lines(merge.prefix + path, write, nothing="0" * len(plan.head))
    ]
    _update_index(repo, draft / "new-index", lines)
    state = _State(
        head=plan.head,
        title=title,
        files={path: write.before is not None for path, write in plan.writes.items()},
        folders=_new_folders(repo, coming),
        after={path: _digest(draft / "new" / path) for path in plan.writes},
        stash=stash,
    )
    state.write(draft)


def _begin(folder: Path) -> None:
    """Makes the draft the way back, in place of the one before."""
    shutil.rmtree(folder / _OLD, ignore_errors=True)
    if (folder / _JOURNAL).exists():
        os.replace(folder / _JOURNAL, folder / _OLD)
    os.replace(folder / _DRAFT, folder / _JOURNAL)
    shutil.rmtree(folder / _OLD, ignore_errors=True)


def _bring(merge: Merge, plan: Plan) -> None:
    """Brings what is needed from the scratch repository to the owner's."""
    entries = {
        entry
        for write in plan.writes.values()
        for entry in (write.after, *write.stages.values())
        if entry
    }
    names = "".join(f"{name}\n" for _, name in sorted(entries)).encode()
    pack = git.output("pack-objects", "-q", "--stdout", cwd=merge.scratch, stdin=names)
    git.output("unpack-objects", "-q", cwd=merge.repo, stdin=pack)


def _check_out(
    repo: Path, prefix: str, entries: Iterable[tuple[str, tuple[str, str]]], draft: Path
) -> None:
    """Writes files as git would into the repo, with its line ends and filters, but beside it."""
    index = draft / "coming-index"
    lines = [index_line(prefix + path, entry) for path, entry in entries]
    _update_index(repo, index, lines)
    variables = {"GIT_INDEX_FILE": str(index)}
    top = git.git("rev-parse", "--show-toplevel", cwd=repo)
    target = f"--prefix={draft}/checkout/"
    git.output("checkout-index", "--all", "--force", target, cwd=Path(top), variables=variables)
    if lines:
        (draft / "new").rmdir()
        os.replace(draft / "checkout" / prefix, draft / "new")
    index.unlink(missing_ok=True)


def _update_index(repo: Path, index: Path, lines: Iterable[bytes]) -> None:
    command = ("update-index", "-z", "--index-info")
    variables = {"GIT_INDEX_FILE": str(index)}
    git.output(*command, cwd=repo, stdin=b"".join(lines), variables=variables)


def _index_lines(path: str, write: Write, *, nothing: str) -> list[bytes]:
    gone = index_line(path, ("0", nothing))
    if write.stages:
        stages = sorted(write.stages.items())
        return [gone, *(index_line(path, entry, stage) for stage, entry in stages)]
    return [index_line(path, write.after) if write.after else gone]


def _new_folders(repo: Path, paths: Iterable[str]) -> list[str]:
    """The folders that are not there, the deepest first."""
    parents = {parent for path in paths for parent in Path(path).parents}
    missing = [parent for parent in parents if not is_folder(repo, parent.as_posix())]
    return [folder.as_posix() for folder in sorted(missing, key=lambda one: -len(one.parts))]


def _write_files(repo: Path, plan: Plan, new: Path) -> None:
    for path, write in plan.writes.items():
        if write.before and not write.after:
            _remove(repo / path)
            for parent in Path(path).parents[:-1]:
                if any((repo / parent).iterdir()):
                    break
                (repo / parent).rmdir()
    for path, write in plan.writes.items():
        if write.after and write.before != write.after:
            (repo / path).parent.mkdir(parents=True, exist_ok=True)
            if write.before and write.before[0] == write.after[0] != LINK:
                shutil.copymode(repo / path, new / path)  # it may be private
            _put(new / path, repo / path)


def _write_index(repo: Path, new: Path) -> None:
    """Replaces the index as git does: whole, and behind its lock."""
    _refresh(repo, new)
    lock = _git_path(repo, "index.lock")
    with lock.open("xb") as file:
        file.write(new.read_bytes())
    os.replace(lock, lock.with_suffix(""))


def _refresh(repo: Path, index: Path) -> None:
    """Lets an index that is not git's yet know the files as they are now."""
    index.with_name(f"{index.name}.lock").unlink(missing_ok=True)  # of a git that was killed
    variables = {"GIT_INDEX_FILE": str(index)}
    git.succeeds("update-index", "-q", "--refresh", cwd=repo, variables=variables)


def _unlock(repo: Path, new: Path) -> None:
    """Removes the lock that a write which was cut off has left; another git's stays."""
    lock = _git_path(repo, "index.lock")
    if lock.exists() and new.exists() and new.read_bytes().startswith(lock.read_bytes()):
        lock.unlink()


def _put(source: Path, target: Path) -> None:
    """Moves a file to where another may be, which is replaced whole."""
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        near = target.with_name(f".{target.name}.nexus")
        shutil.copy2(source, near, follow_symlinks=False)
        os.replace(near, target)
        source.unlink()


def _remove(file: Path) -> None:
    if file.is_symlink() or not file.is_dir():
        with suppress(FileNotFoundError, NotADirectoryError):  # a file may be where its folder was
            file.unlink()


def _digest(file: Path) -> str | None:
    if file.is_symlink():
        return sha256(os.fsencode(os.readlink(file))).hexdigest()
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def _stash_edits(repo: Path, state: _State) -> tuple[str, ...]:
    """Keeps what was edited since in git's stash."""
    edited = tuple(
        path
        for path, digest in state.after.items()
        if is_file(repo, path) and _digest(repo / path) != digest
    )
    if not edited:
        return ()
    index = _folder(repo) / "stash-index"
    index.with_name(f"{index.name}.lock").unlink(missing_ok=True)  # of a git that was killed
    variables = {**NOBODY, "GIT_INDEX_FILE": str(index)}
    git.output("read-tree", "HEAD", cwd=repo, variables=variables)
    paths = b"".join(os.fsencode(path) + b"\0" for path in edited)
    add = ("update-index", "--add", "-z", "--stdin")
    git.output(*add, cwd=repo, stdin=paths, variables=variables)
    tree = git.git("write-tree", cwd=repo, variables=variables)
    message = f"edits before: nexus undo of {state.title}"
    commit = ("commit-tree", "-p", "HEAD", "-m", message)
    before = git.git(*commit, "HEAD^{tree}", cwd=repo, variables=variables)
    stash = git.git(*commit, "-p", before, tree, cwd=repo, variables=variables)
    git.output("stash", "store", "--message", message, stash, cwd=repo)
    index.unlink()
    return edited


def _reapply(repo: Path, stash: str) -> bool:
    """Brings back what was stashed before; where that fails, git's stash still has it."""
    if not git.succeeds("stash", "apply", "--quiet", "--index", stash, cwd=repo):
        return False
    listed = git.git("stash", "list", "--format=%H", cwd=repo).split()
    if stash in listed:
        git.output("stash", "drop", "--quiet", f"stash@{{{listed.index(stash)}}}", cwd=repo)
    return True
