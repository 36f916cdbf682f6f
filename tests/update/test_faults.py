"""Whatever fails while an update is written or undone, and at whichever step: there is a way back, and nothing is lost.

Each step is a change of a file by Python, or a start of git. An audit hook, in a child process, lets the fault happen there.
"""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nexus_scaffold import NexusError, git, journal, lifecycle, merge, new
from nexus_scaffold.errors import MergeError
from nexus_scaffold.merge import Kind
from tests.small_template import change_template, make_template
from tests.update.histories import (
    File,
    Files,
    Snapshot,
    executable,
    link,
    make_repo,
    snapshot,
    write,
)

Fault = Callable[[str, tuple[Any, ...]], None]
CHANGES = {
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
    "os.utime",
    "subprocess.Popen",
}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
DONE, REFUSED, INTERRUPTED, BROKEN, KILLED = 0, 1, 2, 3, -signal.SIGKILL


def _text(about: str, first: str = "first", last: str = "last", end: str = "\n") -> File:
    lines = [first, *(f"{about} {number}" for number in range(8)), last]
    return File("".join(line + end for line in lines).encode())


# Every kind of change, in new folders and in ones that go, files that git tracks and files that it does not.
BASE: Files = {
    ".env": _text("variable"),
    ".gitignore": File(b".env\n*.tmp\n"),
    "README.md": _text("readme"),
    "a file": _text("a file that becomes a folder"),
    "a folder/inside.txt": _text("a folder that becomes a file"),
    "dropped/deep/one.txt": _text("one"),
    "dropped/two.txt": _text("two"),
    "kept.txt": _text("kept"),
    "left out.txt": _text("left out"),
    "logo.png": File(b"\0logo"),
    "old name.txt": _text("renamed"),
    "run.sh": _text("run"),
    "same.txt": _text("same"),
    "settings.py": _text("setting"),
    "windows.bat": _text("rem", end="\r\n"),
    "Überblick.md": _text("Überblick"),
}
OURS: Files = {
    **BASE,
    ".env": _text("variable", last="SECRET=mine"),
    "README.md": _text("readme", last="mine"),
    "beside.txt": File(b"the owner's own\n"),
    "elsewhere/inside.txt": File(b"mine\n"),
    "kept.txt": _text("kept", last="mine"),
    "linked": link("elsewhere"),
    "logo.png": File(b"\0logo, mine"),
    "notes.tmp": _text("the owner's notes"),
    "old name.txt": _text("renamed", last="mine"),
    "settings.py": _text("setting", first="mine"),
    "windows.bat": _text("rem", last="mine", end="\r\n"),
}
del OURS["left out.txt"]
THEIRS: Files = {
    ".env": _text("variable", first="NEW=theirs"),
    ".gitignore": BASE[".gitignore"],
    "README.md": _text("readme", first="theirs"),
    "a file/inside.txt": _text("inside a file"),
    "a folder": _text("a folder that is a file"),
    "left out.txt": _text("left out", first="theirs"),
    "linked/inside.txt": _text("inside a folder"),
    "logo.png": File(b"\0logo, theirs"),
    "new/deep/three.txt": _text("three"),
    "new/four.txt": _text("four"),
    "new/latest": link("four.txt"),
    "new/name.txt": _text("renamed"),
    "notes.tmp": _text("the template's notes"),
    "run.sh": executable(BASE["run.sh"].content),
    "same.txt": BASE["same.txt"],
    "settings.py": _text("setting", first="theirs"),
    "windows.bat": _text("rem", first="theirs", end="\r\n"),
    "Überblick.md": _text("Überblick", first="theirs"),
}


# What the owner has not committed, in files that the update changes, brings, and leaves alone; and what the owner does
# after it: a conflict resolved, edits of what it brought and of what it took away, a file in a folder that it made.
UNCOMMITTED: Files = {
    "README.md": _text("readme", last="not committed"),
    "new/four.txt": File(b"not committed\n"),
    "same.txt": _text("same", last="not committed"),
}
EDITS: Files = {
    "dropped/two.txt": File(b"after all\n"),
    "new/four.txt": File(b"edited\n"),
    "settings.py": File(b"resolved\n"),
}
LATER: Files = {"new/mine.txt": File(b"untracked, too\n")}


@dataclass
class Update:
    """An update that can be tried again and again."""

    room: Path
    merging: merge.Merge
    plan: merge.Plan
    before: Snapshot
    after: Snapshot = field(init=False)
    edited: Snapshot = field(init=False)

    @property
    def repo(self) -> Path:
        return self.merging.repo

    def apply(self) -> None:
        journal.apply(self.merging, self.plan, "test")

    def keep(self, name: str) -> None:
        """Copies the repo as it is now."""
        shutil.rmtree(self.room / name, ignore_errors=True)
        shutil.copytree(self.repo, self.room / name, symlinks=True)

    def reset(self, name: str) -> None:
        """Makes the repo what the copy is."""
        shutil.rmtree(self.repo)
        shutil.copytree(self.room / name, self.repo, symlinks=True)


@pytest.fixture(scope="module")
def update(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Update]:
    room = tmp_path_factory.mktemp("faults")
    repo = make_repo(room / "repo", OURS)
    write(repo, {"untracked.txt": File(b"not added\n")})
    git.output("repack", "-adq", cwd=repo)  # it is copied many times
    with merge.opened(repo) as merging:
        trees = [
            merging.rendered(write(room / name, files))
            for name, files in (("base", BASE), ("theirs", THEIRS))
        ]
        update = Update(room, merging, merging.plan(*trees), snapshot(repo))
        update.keep("before")
        update.apply()
        update.after = snapshot(repo)
        update.keep("after")
        write(repo, EDITS | LATER)
        update.keep("edited")
        update.reset("before")
        half = 3 * len(_in_a_child(update.apply).steps) // 4
        update.reset("before")
        write(repo, LATER)
        update.edited = snapshot(repo)
        update.reset("before")
        assert _in_a_child(update.apply, killed, half).code == KILLED
        assert snapshot(repo) != update.before
        update.keep("cut off")
        yield update


@dataclass(frozen=True)
class Outcome:
    """How a child ended, and the steps that it came to."""

    code: int
    steps: list[str]


def _in_a_child(work: Callable[[], object], fault: Fault | None = None, at: int = 0) -> Outcome:
    """Does some work in a process group of its own, where a fault happens at one step."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # xdist has a thread, which is not needed
        child = os.fork()
    if child:
        os.close(writer)
        with os.fdopen(reader) as lines:
            steps = lines.read().splitlines()
        return Outcome(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), steps)
    code = BROKEN
    try:
        os.setpgid(0, 0)
        # A shell lets what it starts in the background ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.addaudithook(_hook(writer, fault, at))
        work()
        code = DONE
    except NexusError:
        code = REFUSED
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _hook(writer: int, fault: Fault | None, at: int) -> Callable[[str, tuple[Any, ...]], None]:
    steps = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, int) or not flags & WRITES:
                return
        elif event not in CHANGES:
            return
        steps += 1
        about = arguments[1] if event == "subprocess.Popen" else arguments[0]
        os.write(writer, f"{event} {about}\n".encode())
        if fault and steps == at:
            fault(event, arguments)

    return hook


def killed(event: str, arguments: tuple[Any, ...]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupted(event: str, arguments: tuple[Any, ...]) -> None:
    raise KeyboardInterrupt


def no_space(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        raise OSError(errno.EAGAIN, "no more processes")
    raise OSError(errno.ENOSPC, "no space left on the device")


# What stands in for git at one step: one that fails, one whose group is killed or interrupted while it holds the lock
# that git would hold then, and one that lives on where a program would die of a full disk.
PROGRAMS = {
    "failing": "echo 'fatal: broken' >&2; exit 128",
    "killed": """
        case " $* " in
            *" --no-optional-locks "*) ;;
            *" status "* | *" update-index "* | *" read-tree "*)
                index=${GIT_INDEX_FILE:-.git/index}
                cp "$index" "$index.lock" || : >"$index.lock" ;;
        esac
        kill -9 0""",
    "interrupted": "kill -INT 0",
    "full": f"trap '' XFSZ; exec {shutil.which('git')} \"$@\"",
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of folders, each with another git; one has none."""
    room = tmp_path_factory.mktemp("programs")
    for name, script in PROGRAMS.items():
        write(room / name, {"git": executable(f"#!/bin/sh\n{script}\n".encode())})
    (room / "missing").mkdir()
    return room


def other_git(folder: Path) -> Fault:
    """For one start of git, another program."""

    def fault(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            *_, environment = arguments
            environment["PATH"] = str(folder)

    return fault


def full_disk(programs: Path) -> Fault:
    """From here on no file can be written, by whomever, until the child is gone."""

    def fault(event: str, arguments: tuple[Any, ...]) -> None:
        os.environ["PATH"] = str(programs / "full")
        other_git(programs / "full")(event, arguments)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    return fault


def _make(name: str, programs: Path) -> Fault:
    faults = {"killed": killed, "interrupted": interrupted, "no space": no_space}
    if name.startswith("git "):
        return other_git(programs / name.removeprefix("git "))
    return full_disk(programs) if name == "full disk" else faults[name]


def _steps(work: Callable[[], object], fault: str, least: int) -> Iterator[int]:
    """The numbers of the steps of some work that a fault can happen at."""
    outcome = _in_a_child(work)
    assert outcome.code == DONE
    assert len(outcome.steps) >= least
    for number, step in enumerate(outcome.steps, start=1):
        if not fault.startswith("git ") or step.startswith("subprocess.Popen"):
            yield number


def _is(repo: Path, expected: Snapshot) -> bool:
    """Whether all is as it was, and git finds nothing wrong with it."""
    git.output("fsck", "--strict", cwd=repo)
    return not (repo / ".git" / "index.lock").exists() and snapshot(repo) == expected


def _undo_if_begun(repo: Path) -> None:
    try:
        journal.undo(repo)
    except MergeError as error:
        if "nothing to undo" not in error.message:
            raise


def test_the_update_is_of_every_kind(update: Update) -> None:
    assert {change.kind for change in update.plan.changes} == set(Kind)
    assert {(change.binary, change.ignored) for change in update.plan.changes} == {
        (False, False),
        (False, True),
        (True, False),
    }


@pytest.mark.parametrize("fault", ["killed", "git killed"])
def test_what_was_cut_off_is_undone_and_can_be_done_again(
    update: Update, programs: Path, fault: str
) -> None:
    update.reset("before")
    for number in _steps(update.apply, fault, 100):
        update.reset("before")
        outcome = _in_a_child(update.apply, _make(fault, programs), number)
        assert outcome.code == KILLED
        _undo_if_begun(update.repo)
        assert _is(update.repo, update.before), outcome.steps[-1]
        update.apply()
        assert _is(update.repo, update.after), outcome.steps[-1]


@pytest.mark.parametrize(
    "fault",
    ["interrupted", "no space", "full disk", "git failing", "git missing", "git interrupted"],
)
def test_what_fails_leaves_all_as_it_was(update: Update, programs: Path, fault: str) -> None:
    expected = INTERRUPTED if fault.endswith("interrupted") else REFUSED
    update.reset("before")
    for number in _steps(update.apply, fault, 100):
        update.reset("before")
        outcome = _in_a_child(update.apply, _make(fault, programs), number)
        if outcome.code == DONE:  # it was no step that matters
            assert _is(update.repo, update.after), outcome.steps[number - 1]
            journal.undo(update.repo)
        else:
            assert outcome.code == expected, outcome.steps[number - 1]
        assert _is(update.repo, update.before), outcome.steps[number - 1]
        with pytest.raises(MergeError, match="nothing to undo"):
            journal.undo(update.repo)


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("after", "killed"),
        ("cut off", "killed"),
        ("cut off", "git killed"),
        ("edited", "killed"),
        ("edited", "git killed"),
        ("edited", "git interrupted"),
        ("edited", "interrupted"),
        ("edited", "no space"),
        ("edited", "full disk"),
        ("edited", "git failing"),
        ("edited", "git missing"),
    ],
)
def test_an_undo_that_fails_can_be_called_again(
    update: Update, programs: Path, state: str, fault: str
) -> None:
    def undo() -> None:
        journal.undo(update.repo)

    expected = update.edited if state == "edited" else update.before
    update.reset(state)
    for number in _steps(undo, fault, 50):
        update.reset(state)
        outcome = _in_a_child(undo, _make(fault, programs), number)
        assert outcome.code != BROKEN, outcome.steps[number - 1]
        _undo_if_begun(update.repo)
        assert _is(update.repo, expected), outcome.steps[number - 1]
        if state == "edited":
            for path, file in EDITS.items():
                stashed = git.output("show", f"stash@{{0}}:{path}", cwd=update.repo)
                assert stashed == file.content, outcome.steps[number - 1]


@pytest.mark.parametrize("fault", ["killed", "git interrupted", "git failing"])
def test_what_was_stashed_before_is_never_lost(update: Update, programs: Path, fault: str) -> None:
    """An update with --stash, and its undo."""
    prepared = lifecycle.Prepared(
        title="test",
        plan=update.plan,
        changelog="",
        answers={},
        notes=(),
        _merge=update.merging,
        _stash=True,
    )

    def there_and_back() -> None:
        prepared.apply()
        journal.undo(update.repo)

    update.reset("before")
    (update.repo / "README.md").write_bytes(b"an older edit")
    git.output("stash", "push", "--quiet", cwd=update.repo)
    write(update.repo, UNCOMMITTED)
    git.output("add", "--intent-to-add", "new/four.txt", cwd=update.repo)
    git.output("add", "new/four.txt", cwd=update.repo)
    update.keep("uncommitted")
    expected = snapshot(update.repo)
    for number in _steps(there_and_back, fault, 150):
        update.reset("uncommitted")
        outcome = _in_a_child(there_and_back, _make(fault, programs), number)
        step = outcome.steps[number - 1]
        assert outcome.code != BROKEN, step
        _undo_if_begun(update.repo)
        if snapshot(update.repo) == expected:
            continue
        assert outcome.code in (DONE, KILLED), step  # then it is in git's stash
        git.output("checkout", "--quiet", "--force", "HEAD", cwd=update.repo)
        for path, file in UNCOMMITTED.items():
            stashed = git.output("show", f"stash@{{0}}:{path}", cwd=update.repo)
            assert stashed == file.content, step


@pytest.mark.parametrize(
    "meanwhile",
    [
        {".env": File(b"SECRET=another\n")},
        {"new/four.txt": File(b"mine\n")},
        {"same.txt": File(b"mine\n"), "README.md": File(b"mine\n")},
    ],
    ids=["ignored", "not there", "tracked"],
)
def test_what_is_edited_after_it_was_planned_stays(update: Update, meanwhile: Files) -> None:
    update.reset("before")
    write(update.repo, meanwhile)
    expected = snapshot(update.repo)
    with pytest.raises(MergeError, match=re.escape(next(iter(meanwhile)))):
        update.apply()
    assert _is(update.repo, expected)
    with pytest.raises(MergeError, match="nothing to undo"):
        journal.undo(update.repo)


@pytest.mark.parametrize("broken", ["does not render", "lacks an object", "is gone"])
def test_a_template_that_cannot_be_read_changes_nothing(tmp_path: Path, broken: str) -> None:
    template = make_template(tmp_path / "template")
    repo = new(tmp_path / "repo", {"user_name": "Ada"}, template=str(template)).path
    change_template(template, "{% if %}" if broken == "does not render" else "newer\n")
    if broken == "lacks an object":
        blob = git.git("rev-parse", "HEAD:template/name.txt.jinja", cwd=template)
        (template / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    elif broken == "is gone":
        template.rename(tmp_path / "elsewhere")
    before = snapshot(repo)
    with pytest.raises(NexusError), lifecycle.plan_update(repo):
        pass
    assert _is(repo, before)
    with pytest.raises(MergeError, match="nothing to undo"):
        lifecycle.undo(repo)
