"""Plans a three-way merge of a repo with two renders of the template, without touching the repo.

base is what the repo was rendered from, theirs what it is to follow, ours what its owner made of it. Git merges them,
in a repository of its own that sees the owner's objects: nothing is written where the owner's are.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

from . import git
from .errors import GitError, MergeError

Entry = tuple[str, str]  # a file's mode and its content's object id, as git names them
Tree = dict[str, Entry]  # by path, relative to the repo's folder

LINK, EXECUTABLE, FILE = "120000", "100755", "100644"
# Whose names these commits bear is of no interest: nobody ever sees them.
NOBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in {
        "NAME": "nexus",
        "EMAIL": "nexus@localhost",
        "DATE": "2000-01-01T00:00:00Z",
    }.items()
}
# An owner's file stays in the owner's folder; a rename is found however many files there are.
_OPTIONS = (
    *("-c", "merge.renames=true"),
    *("-c", "merge.directoryRenames=false"),
    *("-c", "merge.renameLimit=10000"),
)
YOURS, TEMPLATE = "yours", "template"


class Kind(StrEnum):
    """What a merge makes of a file."""

    NEW = "new"
    UPDATED = "updated"
    MERGED = "merged"
    CONFLICT = "conflict"
    RENAMED = "renamed"
    DELETED = "deleted"
    KEPT = "kept"
    LEFT_OUT = "left out"


EXPLAINED: Mapping[Kind, str] = {
    Kind.NEW: "the template brings it",
    Kind.UPDATED: "you have not edited it: it becomes the new version's",
    Kind.MERGED: "your edits and the template's, both",
    Kind.CONFLICT: "you and the template have changed the same lines: you decide",
    Kind.RENAMED: "the template gave it another name; your edits go along",
    Kind.DELETED: "the template dropped it, and you have not edited it",
    Kind.KEPT: "yours stays as it is: the template dropped it, or brings one much like it",
    Kind.LEFT_OUT: "you deleted it, and it stays away",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to a file.

    Attributes:
        path: Where it is afterwards, relative to the repo's folder.
        kind: What happens.
        source: Where it was, if it was renamed.
        binary: Whether it is no text.
        ignored: Whether git does not track it.
    """

    path: str
    kind: Kind
    source: str | None = None
    binary: bool = False
    ignored: bool = False


@dataclass(frozen=True, kw_only=True)
class Write:
    """What is on the disk before and after, and in git's index if it is a conflict.

    Attributes:
        before: What is there; None for nothing.
        after: What is to be there.
        stages: What base (1), ours (2) and theirs (3) have, in a conflict.
        tracked: Whether git's index has it, or is to have it.
    """

    before: Entry | None
    after: Entry | None
    stages: Mapping[int, Entry]
    tracked: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a merge does, file by file.

    Attributes:
        changes: The files that change, or whose change was left out, by path.
        unchanged: The paths of all other files that the template renders.
        writes: What is to be written, by path.
        head: The commit that it was planned for.
    """

    changes: tuple[Change, ...]
    unchanged: tuple[str, ...]
    writes: Mapping[str, Write] = field(repr=False)
    head: str

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The files that the owner has to decide on."""
        return self.of(Kind.CONFLICT)

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        """The changes of some kinds."""
        return tuple(change for change in self.changes if change.kind in kinds)


def top_level(repo: Path) -> Path:
    """The root of the work tree that holds a repo with a commit.

    Raises:
        MergeError: There is none.
    """
    top = git.top_level(repo)
    if top is None:
        raise MergeError(
            f"{repo.resolve()} is not in a git repository, so nothing could be merged.",
            hint="In its folder: git init && git add --all && git commit",
        )
    if not git.succeeds("rev-parse", "--verify", "--quiet", "HEAD", cwd=repo):
        raise MergeError(f"{top} has no commit yet.", hint="git add --all && git commit")
    return top


@contextmanager
def opened(repo: Path) -> Iterator[Merge]:
    """A merge with a repo, for as long as the context lasts.

    Raises:
        MergeError: The repo is not in git, or has no commit.
    """
    with tempfile.TemporaryDirectory(prefix="nexus-merge-") as scratch:
        yield Merge(repo, Path(scratch))


class Merge:
    """A repo, and a scratch repository beside it in which its merge is planned."""

    def __init__(self, repo: Path, scratch: Path) -> None:
        top = top_level(repo)
        self.repo = repo.resolve()
        self.prefix = "" if top == self.repo else f"{self.repo.relative_to(top).as_posix()}/"
        self.head = git.git("rev-parse", "HEAD", cwd=repo)
        self.scratch = scratch
        self._blobs: dict[str, bytes] = {}
        kind = git.git("rev-parse", "--show-object-format", cwd=repo)
        init = ("init", "--quiet", "--bare", "--template=", f"--object-format={kind}")
        git.output(*init, str(scratch), cwd=self.repo)
        objects = git.git("rev-parse", "--git-path", "objects", cwd=repo)
        alternates = scratch / "objects" / "info" / "alternates"
        alternates.write_bytes(os.fsencode((self.repo / objects).resolve()) + b"\n")

    def rendered(self, folder: Path) -> Tree:
        """A folder's files, all of them, as git would store them."""
        variables = {"GIT_INDEX_FILE": str(self.scratch / f"index-{folder.name}")}
        where = (f"--git-dir={self.scratch}", f"--work-tree={folder}")
        as_it_is = ("-c", "core.autocrlf=false", "-c", "core.safecrlf=false")
        add = ("add", "--all", "--force", ".")
        git.output(*where, *as_it_is, *add, cwd=folder, variables=variables)
        return self._listed(git.git(*where, "write-tree", cwd=folder, variables=variables))

    def plan(
        self, base: Tree, theirs: Tree, *, owned: Callable[[str], bool] = lambda path: False
    ) -> Plan:
        """What becomes of each file. Nothing is written into the repo.

        Args:
            base: What the repo was rendered from.
            theirs: What it is to follow.
            owned: Whether a file, once it is there, is the owner's alone.

        Raises:
            MergeError: git can't merge them.
        """
        tracked = self._listed(f"{self.head}:{self.prefix.rstrip('/')}")
        loose = self._loose(tracked, base, theirs)
        ours = {**tracked, **loose}
        self._load(_differing(base, ours, theirs))
        old, new = dict(base), dict(theirs)
        alike = {
            path
            for path in theirs.keys() & ours.keys() - base.keys()
            if ours[path] != theirs[path] and self._alike(ours[path], theirs[path])
        }
        for path in alike | set(filter(owned, theirs.keys() & ours.keys())):
            old[path] = new[path] = ours[path]
        self._adapt_line_ends(old, ours, new)
        merged, stages = self._merged(old, ours, new)
        self._load(entry for path, entry in merged.items() if ours.get(path) != entry)
        kept, left_out = _settled(merged, stages, ours, new)
        kept |= alike
        renames = self._renames(TEMPLATE)
        self._keep_what_is_lost(merged, stages, old, ours, new, renames)
        sources = {
            target: source
            for source, target in renames.items()
            if source in ours
            and source not in merged
            and (target in stages or merged.get(target) != ours.get(target))
        }
        # git puts a file aside where a folder takes its place
        sources |= {f"{path}~{YOURS}": path for path in ours if f"{path}~{YOURS}" in stages}
        sources |= {
            f"{target}~{TEMPLATE}": source
            for source, target in renames.items()
            if source in ours and source not in merged and f"{target}~{TEMPLATE}" in stages
        }
        changes: list[Change] = []
        writes: dict[str, Write] = {}
        for path in sorted({*old, *new, *ours, *merged, *stages}):
            before, after, conflict = ours.get(path), merged.get(path), stages.get(path, {})
            # What a tracked file is renamed to is git's to show, also where an untracked one was.
            untracked = path in loose and sources.get(path, path) in loose
            if before != after or conflict:
                writes[path] = Write(
                    before=before, after=after, stages=conflict, tracked=not untracked
                )
            if conflict:
                kind = Kind.CONFLICT
            elif path in kept:
                kind = Kind.KEPT
            elif path in left_out:
                kind = Kind.LEFT_OUT
            elif before == after or path in sources.values():
                continue
            elif path in sources:
                kind = Kind.RENAMED
            elif before is None:
                kind = Kind.NEW
            elif after is None:
                kind = Kind.DELETED
            else:
                kind = Kind.UPDATED if before == old.get(path) else Kind.MERGED
            shown = after or before or new.get(path) or old[path]
            changes.append(
                Change(
                    path=path,
                    kind=kind,
                    source=sources.get(path) if kind in (Kind.RENAMED, Kind.CONFLICT) else None,
                    binary=is_binary(self.content(shown)),
                    ignored=untracked,
                )
            )
        changed = {change.path for change in changes}
        return Plan(
            changes=tuple(changes),
            unchanged=tuple(sorted(theirs.keys() - changed)),
            writes=writes,
            head=self.head,
        )

    def on_disk(self) -> Tree:
        """The files of the repo's folder as they are, committed or not, but for those that git ignores."""
        index = self.scratch / "index-disk"
        shutil.copy2(git.git("rev-parse", "--absolute-git-dir", cwd=self.repo) + "/index", index)
        variables = {
            "GIT_INDEX_FILE": str(index),
            "GIT_OBJECT_DIRECTORY": str(self.scratch / "objects"),
        }
        git.output("add", "--all", ".", cwd=self.repo, variables=variables)
        tree = git.git("write-tree", cwd=self.repo, variables=variables)
        return self._listed(f"{tree}:{self.prefix.rstrip('/')}")

    def diff(self, path: str, before: Entry | None, after: Entry | None) -> str:
        """What is different in a file, as git shows it."""
        empty = self._store(b"")
        one, other = ((entry or (FILE, empty))[1] for entry in (before, after))
        said = git.output("diff", "--no-ext-diff", one, other, cwd=self.scratch)
        _, _, hunks = said.decode(errors="replace").partition("+++ ")
        names = ((f"a/{path}", before), (f"b/{path}", after))
        old, new = (name if entry else "/dev/null" for name, entry in names)
        return f"--- {old}\n+++ {new}\n{hunks.partition(chr(10))[2]}" if hunks else ""

    def content(self, entry: Entry) -> bytes:
        """What a file holds, as git stores it."""
        self._load({entry})
        return self._blobs[entry[1]]

    def _load(self, entries: Iterable[Entry]) -> None:
        """Reads many contents with one git."""
        missing = sorted({entry[1] for entry in entries} - self._blobs.keys())
        if not missing:
            return
        answer = git.output(
            "cat-file", "--batch", cwd=self.scratch, stdin="\n".join(missing).encode() + b"\n"
        )
        place = 0
        for name in missing:
            end = answer.index(b"\n", place)
            size = int(answer[place:end].split()[2])
            self._blobs[name] = answer[end + 1 : end + 1 + size]
            place = end + 1 + size + 1

    def _store(self, content: bytes) -> str:
        """Writes a content into the scratch repository; its object id."""
        name = git.git("hash-object", "-w", "--stdin", cwd=self.scratch, stdin=content)
        self._blobs[name] = content
        return name

    def _loose(self, tracked: Tree, base: Tree, theirs: Tree) -> Tree:
        """The files on the disk that git does not track, where the template has files, too."""
        found = {path for path in {*base, *theirs} if is_file(self.repo, path)}
        for path in theirs.keys() - base.keys():
            if is_folder(self.repo, path):
                found |= {
                    (Path(folder) / name).relative_to(self.repo).as_posix()
                    for folder, _, names in os.walk(self.repo / path)
                    for name in names
                }
            parents = (parent.as_posix() for parent in PurePosixPath(path).parents)
            found |= {parent for parent in parents if is_file(self.repo, parent)}
        entries = {}
        for path in sorted(found - tracked.keys()):
            file = self.repo / path
            if file.is_symlink():
                entries[path] = LINK, self._store(os.fsencode(os.readlink(file)))
            else:
                executable = file.stat().st_mode & stat.S_IXUSR
                entries[path] = EXECUTABLE if executable else FILE, self._store(file.read_bytes())
        return entries

    def _alike(self, one: Entry, other: Entry) -> bool:
        """Whether two texts have half of their lines in common: one is made from the other."""
        first, second = self.content(one), self.content(other)
        if is_binary(first) or is_binary(second):
            return False
        lines, others = Counter(_lines(first)), Counter(_lines(second))
        return 2 * (lines & others).total() >= max(lines.total(), others.total())

    def _adapt_line_ends(self, old: Tree, ours: Tree, new: Tree) -> None:
        """Gives the template's files the line ends of the owner's, where those are all of one kind."""
        for path, entry in ours.items():
            if path not in old or entry == old[path]:
                continue
            content = self.content(entry)
            windows = b"\r\n" in content
            if is_binary(content) or (windows and re.search(rb"(?<!\r)\n", content)):
                continue
            for tree in (old, new):
                mode, name = tree.get(path, entry)
                theirs = self.content((mode, name))
                if not is_binary(theirs) and windows != (b"\r\n" in theirs):
                    ends = (b"\n", b"\r\n") if windows else (b"\r\n", b"\n")
                    tree[path] = mode, self._store(theirs.replace(*ends))

    def _listed(self, tree: str) -> Tree:
        answer = git.output("ls-tree", "-r", "-z", "--full-tree", tree, cwd=self.scratch)
        entries: Tree = {}
        for line in filter(None, answer.split(b"\0")):
            about, _, path = line.partition(b"\t")
            mode, _, name = about.decode().split()
            entries[os.fsdecode(path)] = mode, name
        return entries

    def _commit(self, tree: Tree, *parents: str) -> str:
        index = {"GIT_INDEX_FILE": str(self.scratch / f"index-{len(parents)}")}
        lines = b"".join(index_line(path, entry) for path, entry in tree.items())
        git.output("read-tree", "--empty", cwd=self.scratch, variables=index)
        git.output(
            "update-index", "-z", "--index-info", cwd=self.scratch, stdin=lines, variables=index
        )
        name = git.git("write-tree", cwd=self.scratch, variables=index)
        of = [word for parent in parents for word in ("-p", parent)]
        return git.git("commit-tree", *of, "-m", "tree", name, cwd=self.scratch, variables=NOBODY)

    def _merged(self, old: Tree, ours: Tree, new: Tree) -> tuple[Tree, dict[str, dict[int, Entry]]]:
        """The merged tree and, of each conflict, what the three have."""
        attributes = ours.get(".gitattributes")
        if attributes:
            (self.scratch / "info").mkdir(exist_ok=True)
            (self.scratch / "info" / "attributes").write_bytes(self.content(attributes))
        base = self._commit(old)
        for label, tree in ((YOURS, ours), (TEMPLATE, new)):
            git.output(
                "update-ref", f"refs/heads/{label}", self._commit(tree, base), cwd=self.scratch
            )
        command = ("merge-tree", "--write-tree", "-z", "--no-messages", YOURS, TEMPLATE)
        try:
            answer = git.output(*_OPTIONS, *command, cwd=self.scratch, expected=(0, 1))
        except GitError as error:
            raise MergeError(error.message, hint="Install git 2.38 or newer.") from error
        name, *conflicts = answer.split(b"\0")
        stages: dict[str, dict[int, Entry]] = {}
        for line in filter(None, conflicts):
            about, _, path = line.partition(b"\t")
            mode, blob, stage = about.decode().split()
            stages.setdefault(os.fsdecode(path), {})[int(stage)] = mode, blob
        return self._listed(name.decode()), stages

    def _renames(self, side: str) -> dict[str, str]:
        """Where the files of the base went, on one of the two sides."""
        options = ("-r", "-z", "-M", "--diff-filter=R", "--name-status", "-l10000")
        answer = git.output("diff-tree", *options, f"{side}^", side, cwd=self.scratch)
        words = [os.fsdecode(word) for word in answer.split(b"\0")]
        return dict(zip(words[1::3], words[2::3], strict=False))

    def _keep_what_is_lost(
        self,
        merged: Tree,
        stages: dict[str, dict[int, Entry]],
        old: Tree,
        ours: Tree,
        new: Tree,
        renames: Mapping[str, str],
    ) -> None:
        """Proves that all that the owner has written is in the merged tree; what is not becomes a conflict."""
        came_from = {target: source for source, target in self._renames(YOURS).items()}
        for path, entry in ours.items():
            source = came_from.get(path, path)  # the name that the template knows it by
            before = old.get(source)
            went = renames.get(source, path)
            # git puts the template's file aside where the owner has a folder of its name
            places = (path, went, f"{went}~{TEMPLATE}")
            target = next((place for place in places if place in merged), went)
            theirs = new.get(target) or new.get(source)
            aside = f"{path}~{YOURS}"  # where git puts a file that a folder takes the place of
            if {path, target, aside} & stages.keys() or entry == merged.get(target):
                continue
            if entry == before and (source == path or target in merged):
                continue
            if target in merged and self._holds(merged[target], before, entry, theirs):
                continue
            having = {1: before, 2: entry, 3: theirs}
            target = _free(merged, target)
            stages[target] = {stage: there for stage, there in having.items() if there}
            merged[target] = entry

    def _holds(self, merged: Entry, old: Entry | None, ours: Entry, new: Entry | None) -> bool:
        """Whether a merged text has every line of the owner's; whole files are compared where they are no text."""
        contents = [self.content(entry) if entry else b"" for entry in (merged, old, ours, new)]
        if any(map(is_binary, contents)):
            return merged == ours
        has, had, wanted, theirs = (Counter(_lines(content)) for content in contents)
        dropped = had - theirs
        return all(
            has[line] >= number - dropped[line]
            for line, number in wanted.items()
            if number > had[line]
        )


def _settled(
    merged: Tree, stages: dict[str, dict[int, Entry]], ours: Tree, new: Tree
) -> tuple[set[str], set[str]]:
    """Decides what needs no owner to decide; the files that were kept, and those that stay away."""
    kept, left_out = set(), set()
    for path, having in list(stages.items()):
        if having.keys() == {1, 2} and path in ours:
            kept.add(path)
            merged[path] = having[2]
        elif having.keys() == {1, 3} and path in new:
            left_out.add(path)
            merged.pop(path, None)
        else:
            continue
        del stages[path]
    return kept, left_out


def _free(merged: Tree, path: str) -> str:
    """The path, or one beside it where a folder has its name, or a file that of its folder."""
    place = PurePosixPath(path)
    for parent in list(place.parents)[-2::-1]:
        if parent.as_posix() in merged:
            return f"{parent}~{YOURS}/{place.relative_to(parent)}"
    return f"{path}~{YOURS}" if any(name.startswith(f"{path}/") for name in merged) else path


def index_line(path: str, entry: Entry, stage: int = 0) -> bytes:
    """An entry of the index, as `git update-index -z --index-info` reads it."""
    mode, name = entry
    return f"{mode} {name} {stage}\t".encode() + os.fsencode(path) + b"\0"


def is_binary(content: bytes) -> bool:
    """Whether git takes it for no text."""
    return b"\0" in content[:8000]


def _lines(content: bytes) -> list[bytes]:
    return [line.rstrip(b"\r") for line in content.split(b"\n")]


def is_file(repo: Path, path: str) -> bool:
    """Whether it is a file of the repo's, or a link: not what is behind a link to a folder."""
    file = repo / path
    return not _is_behind_link(repo, path) and (file.is_symlink() or file.is_file())


def is_folder(repo: Path, path: str) -> bool:
    """Whether it is a folder of the repo's, and not what a link leads to."""
    folder = repo / path
    return not _is_behind_link(repo, path) and folder.is_dir() and not folder.is_symlink()


def _is_behind_link(repo: Path, path: str) -> bool:
    return any((repo / parent).is_symlink() for parent in PurePosixPath(path).parents)


def _differing(*trees: Tree) -> set[Entry]:
    """What the template's files hold, where it is not the same in all trees."""
    base, _, theirs = trees
    paths = (path for path in {*base, *theirs} if len({tree.get(path) for tree in trees}) > 1)
    return {tree[path] for path in paths for tree in trees if path in tree}
