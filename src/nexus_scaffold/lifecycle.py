"""What a user does with a repo, in terms of render and git."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import git
from .answers import Answers
from .errors import GitError
from .rendering import ask, personal_defaults, refuse_occupied, render
from .source import open_template

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
