"""Random histories of a repo: whatever its owner and its template do, nothing of the owner's is lost, and undo is exact."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nexus_scaffold import git, journal, merge
from nexus_scaffold.errors import MergeError
from nexus_scaffold.merge import Kind, Plan
from tests.update.histories import (
    File,
    Files,
    commit,
    conflicting,
    executable,
    link,
    make_repo,
    read,
    remove,
    snapshot,
    write,
)

# The same few each time, or as many others as are asked for: NEXUS_TEST_HISTORIES=1000 takes some minutes.
SAME = "NEXUS_TEST_HISTORIES" not in os.environ
HISTORIES = int(os.environ.get("NEXUS_TEST_HISTORIES", "160"))


def _text(about: str, lines: int, end: str = "\n") -> File:
    return File("".join(f"{about}, line {number}{end}" for number in range(lines)).encode())


BINARY = File(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
GROUPS: list[Files] = [
    {
        "apps/payments/models.py": _text("payments", 9),
        "apps/payments/views.py": _text("views of payments", 7),
        "docs/how to pay.md": _text("paying", 6),
    },
    {"apps/traffic/models.py": _text("traffic", 9), "static/flag.png": BINARY},
]
BASE: Files = {
    ".gitignore": File(b"*.tmp\n.env\n/local/\n"),
    ".env": _text("SECRET", 5),
    "README.md": _text("readme", 12),
    "apps/jobs/migrations/0001_initial.py": _text("migration", 5),
    "apps/jobs/models.py": File(
        b"class Job:\n" + b"    @property\n    def it():\n        pass\n\n" * 5
    ),
    "apps/jobs/views.py": _text("jobs", 20),
    "docs/erste Schritte.md": _text("Schritt", 8),
    "docs/Überblick.md": File(
        "Äpfel und Öl\n".encode("latin-1") * 4 + b"the end, without a line break"
    ),
    "latest": link("docs/Überblick.md"),
    "local/settings.py": _text("setting", 5),
    "run me.sh": executable(b"#!/bin/sh\necho 1\necho 2\necho 3\n"),
    "static/empty": File(b""),
    "static/logo.png": BINARY,
    "windows.bat": _text("rem", 8, "\r\n"),
    **GROUPS[0],
    **GROUPS[1],
}
# What is renamed and added: some names that the other side may take, too, folders where files are, and ignored ones.
NAMES = (
    "NEWS.md",
    "a name with blanks.txt",
    "apps",
    "apps/jobs/selectors.py",
    "docs/Ελληνικά.md",
    "docs/index.md",
    "docs/README.md/inside.md",
    "local/notes.txt",
    "notes.tmp",
    "static",
    "static/logo.png/inside.txt",
    "tools",
    "tools/check.sh",
    *BASE,
)
COMMON = (b"", b"        pass", b"import os", b"echo 2")
LINES = ("change", "insert", "append", "cut")
FILES = (
    "rename",
    "delete",
    "add",
    "binary",
    "executable",
    "private",
    "link",
    "line ends",
    "folder",
    "linked folder",
    "group",
)


@dataclass(frozen=True)
class Edit:
    """Something that is done to a file.

    Attributes:
        kind: What.
        file: Which file: its number among those that there are.
        place: Where in the file, or to which name.
        common: Whether the line, or the file, is one that another may write, too.
    """

    kind: str
    file: int
    place: int
    common: bool


@dataclass(frozen=True)
class Round:
    """What happens between two updates: the owner's edits, files that are never committed, and a new version."""

    owner: list[Edit]
    untracked: list[Edit]
    template: list[Edit]


@dataclass(frozen=True)
class Setting:
    """Where a repo is, and what git does with its line ends.

    Attributes:
        folder: The repo's folder in that of git.
        autocrlf: What the owner has told git.
        attributes: What the template's .gitattributes says.
        hashes: What git names objects by.
    """

    folder: str
    autocrlf: str
    attributes: bytes
    hashes: str


@dataclass
class Author:
    """Edits files, and remembers where they come from."""

    name: str
    files: Files
    origins: dict[str, str] = field(default_factory=dict)
    lines: int = 0

    def __post_init__(self) -> None:
        self.origins = self.origins or {path: path for path in self.files}

    def work(self, edits: list[Edit]) -> Author:
        for edit in edits:
            paths = sorted(self.files)
            if edit.kind == "add":
                self._add(NAMES[edit.place % len(NAMES)], edit)
            elif edit.kind == "group":
                self._toggle(GROUPS[edit.place % len(GROUPS)])
            elif paths:
                self._edit(paths[edit.file % len(paths)], edit)
        return self

    def _add(self, path: str, edit: Edit) -> None:
        if self._is_free(path):
            body = BASE.get(path, _text(path, 6)) if edit.common else File(b"")
            binary = body.is_link or not (body.is_text or edit.common)
            self.files[path] = (
                body if binary else File(body.content + self._line(edit) + b"\n", body.mode)
            )

    def _toggle(self, group: Files) -> None:
        there = group.keys() & self.files.keys()
        for path in there:
            self._delete(path)
        for path in () if there else group:
            if self._is_free(path):
                self.files[path] = group[path]

    def _edit(self, path: str, edit: Edit) -> None:
        file = self.files[path]
        if edit.kind == "rename":
            target = NAMES[edit.place % len(NAMES)]
            if self._is_free(target):
                self._move(path, target)
        elif edit.kind == "folder":
            self._move(path, f"{path}/moved.txt")
        elif edit.kind == "linked folder":
            self._link_folder(PurePosixPath(path).parent)
        elif edit.kind == "delete":
            self._delete(path)
        elif edit.kind == "link":
            self.files[path] = link(f"a target of {self.name}")
        elif file.is_link:
            pass
        elif edit.kind == "executable":
            self.files[path] = File(file.content, file.mode ^ 0o111)
        elif edit.kind == "private":
            self.files[path] = File(file.content, file.mode & ~0o077)
        elif edit.kind == "binary":
            self.files[path] = File(b"\0" + self._line(edit), file.mode)
        elif file.is_text:
            self.files[path] = File(self._rewritten(file.content, edit), file.mode)

    def _link_folder(self, folder: PurePosixPath) -> None:
        """Moves a folder to the top, and leaves a link in its place."""
        elsewhere = f"{folder.name} of {self.name}"
        if folder.name and self._is_free(elsewhere):
            for path in [path for path in self.files if path.startswith(f"{folder}/")]:
                self._move(path, f"{elsewhere}{path.removeprefix(str(folder))}")
            self.files[str(folder)] = link(f"{'../' * len(folder.parts[1:])}{elsewhere}")

    def _rewritten(self, content: bytes, edit: Edit) -> bytes:
        end = b"\r\n" if b"\r\n" in content else b"\n"
        if edit.kind == "line ends":
            unix = content.replace(b"\r\n", b"\n")
            return unix if end == b"\r\n" else unix.replace(b"\n", b"\r\n")
        lines = content.splitlines(keepends=True)
        place = len(lines) if edit.kind == "append" else edit.place % (len(lines) + 1)
        gone = {"change": 1, "cut": 3}.get(edit.kind, 0)
        lines[place : place + gone] = [] if edit.kind == "cut" else [self._line(edit) + end]
        return b"".join(lines)

    def _line(self, edit: Edit) -> bytes:
        self.lines += 1
        return (
            COMMON[edit.place % len(COMMON)]
            if edit.common
            else f"{self.name} {self.lines}".encode()
        )

    def _is_free(self, path: str) -> bool:
        above = {parent.as_posix() for parent in PurePosixPath(path).parents}
        return (
            not above & self.files.keys()
            and path not in self.files
            and not any(other.startswith(f"{path}/") for other in self.files)
        )

    def _move(self, path: str, target: str) -> None:
        self.files[target] = self.files[path]
        origin = self.origins.get(path)
        self._delete(path)
        if origin:
            self.origins[target] = origin

    def _delete(self, path: str) -> None:
        del self.files[path]
        self.origins.pop(path, None)


def _edits(*kinds: str, least: int, most: int) -> st.SearchStrategy[list[Edit]]:
    numbers = st.integers(0, 40)
    edit = st.builds(Edit, st.sampled_from(kinds), numbers, numbers, st.booleans())
    return st.lists(edit, min_size=least, max_size=most)


ROUNDS = st.builds(
    Round,
    owner=_edits(*LINES, *LINES, *FILES, least=1, most=8),
    untracked=_edits("add", least=0, most=3),
    template=_edits(*LINES, *LINES, *FILES, least=1, most=8),
)
SETTINGS = st.builds(
    Setting,
    folder=st.sampled_from(["", "", "a shop"]),
    autocrlf=st.sampled_from(["false", "false", "input", "true"]),
    attributes=st.sampled_from([b"", b"", b"* text=auto\n", b"*.py text eol=crlf\n"]),
    hashes=st.sampled_from(["sha1", "sha1", "sha256"]),
)


def is_owned(path: str) -> bool:
    """As Copier's _skip_if_exists says."""
    return "/migrations/" in path


class History:
    """A repo and its template, from one update to the next."""

    def __init__(self, room: Path, setting: Setting) -> None:
        self.room = room
        self.setting = setting
        self.top = room / "repo"
        self.repo = self.top / setting.folder
        self.base = {**BASE, ".gitattributes": File(setting.attributes)}
        self.origins = {path: path for path in self.base}
        self.renders = 0

    def live(self, round_: Round) -> tuple[Author, Author]:
        """What the owner and the template make of their files until the next update."""
        there = read(self.repo) if self.repo.is_dir() else self.base
        owner = Author("mine", dict(there), dict(self.origins)).work(round_.owner)
        if self.repo.is_dir():
            self._hand_in(owner.files)
            commit(self.top)
        else:
            folder = self.setting.folder
            files = {str(PurePosixPath(folder, path)): file for path, file in owner.files.items()}
            beside = {"beside.txt": File(b"beside\n")} if folder else {}
            make_repo(self.top, files | beside, self.setting.autocrlf, self.setting.hashes)
        owner.work(round_.untracked)
        self._hand_in(owner.files)
        return owner, Author("theirs", dict(self.base)).work(round_.template)

    @contextmanager
    def planned(self, theirs: Files) -> Iterator[tuple[merge.Merge, Plan]]:
        """A plan that takes the repo to what the template has become."""
        with merge.opened(self.repo) as merging:
            trees = [merging.rendered(self._render(files)) for files in (self.base, theirs)]
            yield merging, merging.plan(*trees, owned=is_owned)

    def follow(self, owner: Author, template: Author) -> None:
        """Commits the update; its version is what the next one is compared with."""
        commit(self.top)
        went = {before: after for after, before in template.origins.items()}
        came = {path: went.get(origin) for path, origin in owner.origins.items()}
        there = read(self.repo)
        self.base = template.files
        self.origins = {path: path for path in template.files if path in there} | {
            path: origin for path, origin in came.items() if origin and path in there
        }

    def _render(self, files: Files) -> Path:
        self.renders += 1
        return write(self.room / f"render-{self.renders}", files)

    def _hand_in(self, files: Files) -> None:
        """Makes the repo's files these."""
        there = read(self.repo)
        changed = {path: file for path, file in files.items() if there.get(path) != file}
        remove(self.repo, (path for path in there if path not in files or path in changed))
        write(self.repo, changed)


def _nothing_is_lost(
    repo: Path, plan: Plan, base: Files, owner: Author, template: Author, after: Files
) -> None:
    """What the owner has added to a file is all in one place: where it was, where it was moved to, or in git's index."""
    went = {before: path for path, before in template.origins.items()}
    reported = [change.path for change in plan.of(Kind.CONFLICT, Kind.KEPT)]
    for path, file in owner.files.items():
        origin = owner.origins.get(path, path)
        known = [base[name] for name in {origin, path} if name in base]
        if any(_unix(file) == _unix(one) and file.is_link == one.is_link for one in known):
            continue
        names = [
            path,
            *reported,
            *(change.path for change in plan.changes if change.source == path),
        ]
        if origin in went:
            names.append(went[origin])
        places = [after[name] for name in names if name in after]
        there = any(_holds(place, file, known) for place in chain(places, _in_the_index(repo)))
        assert there, (path, file, plan.changes)


def _in_the_index(repo: Path) -> Iterator[File]:
    """Both sides of the conflicts: where the template renamed a file, its side has the owner's edits."""
    for stages in conflicting(repo).values():
        for side in stages.keys() & {2, 3}:
            yield File(git.output("cat-file", "blob", stages[side], cwd=repo))


def _holds(place: File, file: File, known: list[File]) -> bool:
    if not file.is_text:
        return place.content == file.content
    added = _lines(file)
    for one in known:
        added -= _lines(one) if one.is_text else Counter()
    return not added or (place.is_text and added <= _lines(place))


def _lines(file: File) -> Counter[bytes]:
    return Counter(line.rstrip(b"\r") for line in file.content.split(b"\n"))


def _the_template_arrives(
    plan: Plan, base: Files, ours: Files, theirs: Files, after: Files
) -> None:
    """Where the owner has not been, the repo is as the template has it."""
    kinds = {change.path: change.kind for change in plan.changes}
    for path in base.keys() | theirs.keys():
        if _as_git(ours.get(path)) != _as_git(base.get(path)):
            continue
        if is_owned(path) and path in ours:
            continue
        kind = kinds.get(path)
        renamed = kind in (Kind.RENAMED, Kind.LEFT_OUT) and path not in base
        aside = kinds.get(f"{path}~template") is Kind.CONFLICT  # the owner has a folder of its name
        if kind is Kind.CONFLICT or renamed or aside:
            continue
        assert _as_git(after.get(path)) == _as_git(theirs.get(path)), (path, kind, plan.changes)


def _as_git(file: File | None) -> tuple[bytes, bool, bool] | None:
    """What git knows of a file, whatever line ends it gives it."""
    return (_unix(file), file.is_link, file.is_executable) if file else None


def _unix(file: File) -> bytes:
    return file.content.replace(b"\r\n", b"\n") if file.is_text else file.content


def _only_the_plan_is_done(repo: Path, plan: Plan, before: Files, after: Files) -> None:
    """What changes is what was shown, and what was shown as a conflict is one."""
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    listed = {name for change in plan.changes for name in (change.path, change.source)}
    assert changed <= listed, (changed - listed, plan.changes)
    for path in before.keys() & after.keys():
        one, other = before[path], after[path]
        if (one.is_link, one.is_executable) == (other.is_link, other.is_executable):
            assert one.mode == other.mode, (path, one, other)
    shown = {change.path for change in plan.conflicts if not change.ignored}
    assert conflicting(repo).keys() == shown


def _updates_lose_nothing(setting: Setting, *rounds: Round) -> None:
    with tempfile.TemporaryDirectory() as room:
        history = History(Path(room), setting)
        for number, round_ in enumerate(rounds, start=1):
            owner, template = history.live(round_)
            before = snapshot(history.top)
            with history.planned(template.files) as (merging, plan):
                assert read(history.top) == before.files
                journal.apply(merging, plan, "test")
                after = read(history.repo)
                _nothing_is_lost(history.repo, plan, history.base, owner, template, after)
                _the_template_arrives(plan, history.base, owner.files, template.files, after)
                _only_the_plan_is_done(history.repo, plan, owner.files, after)
            if number < len(rounds):
                history.follow(owner, template)
        journal.undo(history.repo)
        assert snapshot(history.top) == before


@settings(max_examples=HISTORIES, derandomize=SAME, deadline=None)
@given(SETTINGS, ROUNDS)
def test_an_update_loses_nothing_and_undo_is_exact(setting: Setting, round_: Round) -> None:
    _updates_lose_nothing(setting, round_)


@settings(max_examples=HISTORIES // 4, derandomize=SAME, deadline=None)
@given(SETTINGS, ROUNDS, ROUNDS)
def test_nor_does_the_next_one(setting: Setting, first: Round, second: Round) -> None:
    _updates_lose_nothing(setting, first, second)


@settings(max_examples=HISTORIES // 8, derandomize=SAME, deadline=None)
@given(SETTINGS, ROUNDS)
def test_what_was_applied_once_is_not_applied_again(setting: Setting, round_: Round) -> None:
    with tempfile.TemporaryDirectory() as room:
        history = History(Path(room), setting)
        owner, template = history.live(round_)
        with history.planned(template.files) as (merging, plan):
            journal.apply(merging, plan, "test")
            after = snapshot(history.top)
            journal.undo(history.repo)
            journal.apply(merging, plan, "test")
            assert snapshot(history.top) == after
            history.follow(owner, template)
            with pytest.raises(MergeError, match="new commit"):
                journal.apply(merging, plan, "test")
        with history.planned(template.files) as (_, plan):
            assert plan.changes == ()
            assert plan.writes == {}
