"""What a user does with a repo, in terms of render and git."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from . import git, journal, merge
from .answers import ANSWERS_FILE, Answers, AnswersFile
from .errors import GitError, LogError, SourceError
from .files import replace_file
from .rendering import ask, personal_defaults, refuse_occupied, render, render_again
from .source import Source, Template, open_source, open_template

FIRST_COMMIT = "feat: set up Django project with PostgreSQL"


@dataclass(frozen=True, kw_only=True)
class NewRepo:
    """A repo that was just made.

    Attributes:
        path: Its folder.
        answers: What it was made from.
        committed: Whether it has its first commit.
        notes: What its owner should know.
    """

    path: Path
    answers: Answers
    committed: bool
    notes: tuple[str, ...]


def new(
    destination: Path,
    given: Mapping[str, object],
    *,
    template: str | None = None,
    version: str | None = None,
    interactive: bool = False,
) -> NewRepo:
    """Starts a repo: renders it and makes its first commit.

    Args:
        destination: A folder that does not exist, is empty, or holds only `.git`.
        given: Answers by name. The others are asked for, or take their defaults.
        template: A git URL or a folder; None is the template that this package belongs to.
        version: A tag, branch or commit of the template; None is its newest release, or HEAD.
        interactive: Ask on the terminal for the answers that are not given.

    Raises:
        AnswersError: An answer is wrong.
        DestinationError: The destination holds files already.
        RenderError: The template does not render.
        SourceError: There is no such template or version.
    """
    destination = Path(os.path.abspath(destination.expanduser()))
    refuse_occupied(destination)
    Answers.parse(given)  # before anything is fetched or asked
    with open_template(template, version) as opened:
        answers = (
            ask(opened, given) if interactive else Answers.parse(personal_defaults() | dict(given))
        )
        render(answers, opened, destination)
    committed, note = _first_commit(destination, answers)
    return NewRepo(
        path=destination,
        answers=answers,
        committed=committed,
        notes=tuple(filter(None, (*opened.notes, note))),
    )


def _first_commit(repo: Path, answers: Answers) -> tuple[bool, str]:
    """Whether the commit was made, and what to say about it."""
    around = git.top_level(repo)
    if around not in (None, repo.resolve()):
        return False, f"The repo is inside another one, {around}: commit it there."
    identity: list[str] = []
    note = ""
    try:
        if around is None:
            git.git("init", "--quiet", "--initial-branch=main", cwd=repo)
        if not git.succeeds("var", "GIT_AUTHOR_IDENT", cwd=repo):
            name, email = answers.user_name or "Owner", answers.user_email or "owner@localhost"
            identity = ["-c", f"user.name={name}", "-c", f"user.email={email}"]
            note = (
                f"git does not know you yet, so the first commit is by {name} <{email}>. Set user.name and "
                "user.email with git config, then: git commit --amend --no-edit --reset-author"
            )
        git.git("add", "--all", cwd=repo)
        git.git(*identity, "commit", "--quiet", "--message", FIRST_COMMIT, cwd=repo)
    except GitError as error:
        return (
            False,
            f"The first commit was not made: {error.message} The files are all there: commit them yourself.",
        )
    return True, note


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An update, or other answers, that nothing has been written of yet.

    Attributes:
        title: What it is, such as `update from v1.0.0 to v1.1.0`.
        plan: What happens to each file.
        changelog: What the template's CHANGELOG tells about the versions between.
        answers: The answers that differ: what they were, and what they are; None where there was or is no such answer.
        notes: What the owner should know.
    """

    title: str
    plan: merge.Plan
    changelog: str
    answers: Mapping[str, tuple[object, object]]
    notes: tuple[str, ...]
    _merge: merge.Merge
    _stash: bool

    def apply(self) -> None:
        """Writes the plan: all of it, or nothing.

        Raises:
            MergeError: The repo is no longer as it was, or can't be written.
        """
        repo = self._merge.repo
        before = _stashed(repo)
        try:
            kept = _stash(repo, self.title) if self._stash else None
            journal.apply(self._merge, self.plan, self.title, stash=kept)
        except BaseException:
            # Undo may have brought it back; and nothing can be put on what is half-written.
            if _stashed(repo) != before and not journal.interrupted(repo):
                git.git("stash", "pop", "--quiet", "--index", cwd=repo)
            raise

    def diff(self, path: str) -> str:
        """What changes in a file, as a unified diff."""
        write = self.plan.writes.get(path)
        return self._merge.diff(path, write.before, write.after) if write else ""


@contextmanager
def plan_update(
    repo: Path, *, to: str | None = None, template: str | None = None, stash: bool = False
) -> Iterator[Prepared | None]:
    """Plans an update to a newer version of the template; None where there is nothing to do.

    Args:
        repo: The repo's folder.
        to: The version; None is the newest release, or HEAD.
        template: Where the template is, if not where the repo has recorded it: a git URL or a folder.
        stash: Put changes that are not committed into git's stash when the plan is applied.

    Raises:
        AnswersError: The repo's answers can't be read.
        MergeError: The repo can't be merged with, as it is.
        RenderError: One of the two versions does not render.
        SourceError: There is no such template or version.
    """
    recorded = AnswersFile.read(repo / ANSWERS_FILE)
    location = _location(repo, recorded, template)
    before = _version(recorded)
    with open_source(location) as source:
        if source.is_at(before, to) and location == recorded.src_path:
            yield None
            return
        _recover(repo, stash=stash)
        new = source.at(to)
        old = _old_version(source, recorded, before)
        title = f"update from {before} to {new.commit or 'the template as it is'}"
        with _prepared(repo, recorded, old, new, {}, title, stash=stash) as prepared:
            yield prepared if prepared.plan.changes else None


@contextmanager
def plan_answers(
    repo: Path,
    changes: Mapping[str, object],
    *,
    template: str | None = None,
    stash: bool = False,
) -> Iterator[Prepared | None]:
    """Plans other answers at the version that the repo has; None where they are what they were.

    Args:
        repo: The repo's folder.
        changes: Answers by name.
        template: Where the template is, if not where the repo has recorded it: a git URL or a folder.
        stash: Put changes that are not committed into git's stash when the plan is applied.

    Raises:
        AnswersError: An answer is wrong, or the repo's can't be read.
        MergeError: The repo can't be merged with, as it is.
        RenderError: The template does not render.
        SourceError: There is no such template or version.
    """
    recorded = AnswersFile.read(repo / ANSWERS_FILE)
    before = _version(recorded)
    with open_source(_location(repo, recorded, template)) as source:
        _recover(repo, stash=stash)
        old = _old_version(source, recorded, before)
        title = "set " + ", ".join(f"{name}={value}" for name, value in changes.items())
        with _prepared(repo, recorded, old, old, changes, title, stash=stash) as prepared:
            yield prepared if prepared.plan.changes else None


@dataclass(frozen=True, kw_only=True)
class Status:
    """Where a repo stands.

    Attributes:
        version: The version of the template that it has.
        template: Where that is.
        newer: The releases since, the newest first.
        answers: Its answers.
        files: The paths of each standing: `managed`, `edited`, `missing` and `own`.
    """

    EXPLAINED: ClassVar[Mapping[str, str]] = {
        "managed": "as the template renders them",
        "edited": "the template's, with your edits",
        "missing": "the template's, and you have deleted them",
        "own": "yours alone",
    }

    version: str
    template: str
    newer: tuple[str, ...]
    answers: Mapping[str, object]
    files: Mapping[str, tuple[str, ...]]


def status(repo: Path, *, template: str | None = None) -> Status:
    """Compares a repo, as it is on the disk, with what its version renders from its answers.

    Args:
        repo: The repo's folder.
        template: Where the template is, if not where the repo has recorded it: a git URL or a folder.

    Raises:
        AnswersError: The repo's answers can't be read.
        MergeError: The repo is not in git, or has no commit.
        RenderError: The version does not render.
        SourceError: There is no such template or version.
    """
    with _against_the_template(repo, template) as (merging, base, recorded, source):
        now = merging.on_disk()
        version = _version(recorded)
        releases = source.releases()
        known = re.sub(r"-\d+-g[0-9a-f]+$", "", version)
        newer = releases[: releases.index(known)] if known in releases else releases
        return Status(
            version=version,
            template=str(source.location or "the installed package"),
            newer=tuple(newer),
            answers=recorded.answers,
            files={
                "managed": tuple(sorted(path for path in base if now.get(path) == base[path])),
                "edited": tuple(sorted(p for p in base if p in now and now[p] != base[p])),
                "missing": tuple(sorted(base.keys() - now.keys())),
                "own": tuple(sorted(now.keys() - base.keys())),
            },
        )


def diff(repo: Path, *, template: str | None = None) -> str:
    """The owner's edits of what the template has rendered, as a unified diff.

    Args:
        repo: The repo's folder.
        template: Where the template is, if not where the repo has recorded it: a git URL or a folder.

    Raises:
        AnswersError: The repo's answers can't be read.
        MergeError: The repo is not in git, or has no commit.
        RenderError: The version does not render.
        SourceError: There is no such template or version.
    """
    with _against_the_template(repo, template) as (merging, base, _, _):
        now = merging.on_disk()
        return "".join(
            merging.diff(path, entry, now.get(path))
            for path, entry in sorted(base.items())
            if now.get(path) != entry
        )


@contextmanager
def _against_the_template(
    repo: Path, template: str | None
) -> Iterator[tuple[merge.Merge, merge.Tree, AnswersFile, Source]]:
    """A repo, and what its version of the template renders from its answers."""
    recorded = AnswersFile.read(repo / ANSWERS_FILE)
    with (
        open_source(_location(repo, recorded, template)) as source,
        merge.opened(repo) as merging,
        tempfile.TemporaryDirectory(prefix="nexus-render-") as room,
    ):
        old = _old_version(source, recorded, _version(recorded))
        base = render_again(recorded.answers, old, Path(room) / "base")
        yield merging, merging.rendered(base.folder), recorded, source


def undo(repo: Path) -> journal.Undone:
    """Takes the last update back, or other answers: the repo is as it was before.

    Raises:
        MergeError: There is nothing to undo, or it has been committed.
    """
    merge.top_level(repo)
    return journal.undo(repo)


LEARNING_LOG = "docs/learning-log.md"
_OWN_WORDS = re.compile(
    rb"^<!-- your words: learning-log\b[^\n]*-->[^\n]*\n(?P<words>.*?)^<!-- end of your words -->",
    re.MULTILINE | re.DOTALL,
)


def log(repo: Path, text: str) -> Path:
    """Adds an entry with today's date to the owner's place in the learning log, as its last one.

    Every other byte of the file stays as it is.

    Args:
        repo: The repo's folder.
        text: What was learned; its lines after the first are indented.

    Returns:
        The file.

    Raises:
        LogError: There is no text, or there is no place for it.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    if not any(lines):
        raise LogError("There is nothing to write down.", hint='Write nexus log "what was new".')
    if any(re.match(r"(<{7}|>{7})( |$)|={7}$", line) for line in lines):
        raise LogError(
            "The text holds the marks of an unfinished merge.",
            hint="Take the marked lines out, and try again.",
        )
    if "<!--" in text or "-->" in text:
        raise LogError(
            "The text holds the sign of a comment, <!-- or -->, which could end your place in the file.",
            hint="Write it without.",
        )
    file = repo / LEARNING_LOG
    try:
        content = file.read_bytes()
    except OSError as error:
        raise LogError(
            f"{file} can't be read: {error.strerror}.",
            hint="Restore it from git, or run the command at the root of a repo that was made from the template.",
        ) from error
    place = _OWN_WORDS.search(content)
    if place is None:
        raise LogError(
            f"{file} has no place for your words.",
            hint="It is between <!-- your words: learning-log … --> and <!-- end of your words -->: restore both lines from git.",
        )
    ending = "\r\n" if b"\r\n" in place.group() else "\n"
    today = datetime.now().astimezone().date()
    entry = f"- {today}: " + f"{ending}  ".join(filter(None, lines)) + ending
    end = place.end("words")
    replace_file(file, content[:end] + entry.encode() + content[end:])
    return file


def _location(repo: Path, recorded: AnswersFile, template: str | None) -> str | None:
    """Where the template is: as given, as recorded, or with this package, if the repo was made from that."""
    location = template or recorded.src_path
    if location and not template and (repo / location).is_dir():
        return str((repo / location).resolve())  # relative to the repo, as Copier was started in it
    return location


def _version(recorded: AnswersFile) -> str:
    if recorded.commit is None:
        raise SourceError(
            f"{ANSWERS_FILE} does not say which version of the template this repo is.",
            hint="Add a line _commit: with the tag or the commit that it was made from.",
        )
    return recorded.commit


def _old_version(source: Source, recorded: AnswersFile, version: str) -> Template:
    """The version that the repo was made from, exactly as it was recorded."""
    try:
        old = source.at(version)
    except SourceError as error:
        raise SourceError(
            f"The version that this repo was made from is not there: {error.message}",
            hint="Give its template: --template with a git URL or a folder that has that version.",
        ) from error
    return Template(folder=old.folder, src_path=recorded.src_path, commit=recorded.commit)


def _recover(repo: Path, *, stash: bool) -> None:
    """Brings the repo to a state that can be merged with."""
    merge.top_level(repo)
    if journal.interrupted(repo):
        journal.undo(repo)
    if not stash:
        journal.refuse_changes(repo)


@contextmanager
def _prepared(
    repo: Path,
    recorded: AnswersFile,
    old: Template,
    new: Template,
    changes: Mapping[str, object],
    title: str,
    *,
    stash: bool,
) -> Iterator[Prepared]:
    with merge.opened(repo) as merging, tempfile.TemporaryDirectory(prefix="nexus-render-") as room:
        base = render_again(recorded.answers, old, Path(room) / "base")
        theirs = render_again(recorded.answers, new, Path(room) / "theirs", changes)
        plan = merging.plan(
            merging.rendered(base.folder),
            merging.rendered(theirs.folder),
            owned=theirs.owned.__contains__,
        )
        names = sorted({*recorded.answers, *theirs.answers})
        yield Prepared(
            title=title,
            plan=plan,
            changelog="" if old is new else _changelog(new, str(recorded.commit)),
            answers={
                name: (recorded.answers.get(name), theirs.answers.get(name))
                for name in names
                if recorded.answers.get(name) != theirs.answers.get(name)
            },
            notes=new.notes,
            _merge=merging,
            _stash=stash,
        )


def _changelog(template: Template, since: str) -> str:
    """The sections of the template's CHANGELOG down to that of a version."""
    file = template.folder / "CHANGELOG.md"
    if not file.is_file():
        return ""
    text = file.read_text(encoding="utf-8")
    known = re.escape(re.sub(r"(-\d+-g[0-9a-f]+)?$", "", since).removeprefix("v"))
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    newer = []
    for section in sections:
        if re.match(rf"## \[?v?{known}\b", section):
            break
        newer.append(section)
    return "".join(newer).strip() if len(newer) < len(sections) else ""


def _stash(repo: Path, title: str) -> str | None:
    """Puts changes that are not committed into git's stash; the commit that holds them."""
    before = _stashed(repo)
    git.git("stash", "push", "--quiet", "--message", f"before nexus: {title}", "--", ".", cwd=repo)
    after = _stashed(repo)
    return after if after != before else None


def _stashed(repo: Path) -> str | None:
    return git.git("for-each-ref", "--format=%(objectname)", "refs/stash", cwd=repo) or None
