"""Git: does the history tell what was done, and is nothing in it that should not be?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .. import git
from ..errors import GitError
from . import reading
from .base import Check, Place, Severity
from .repo import Repo

_HISTORY = "."  # the place of what is about the repo as a whole
_READ = 1000  # commits
_LOOKED_AT = 50
_CONVENTIONAL = re.compile(
    r"(?:build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(?:\([^)]+\))?!?: \S"
)
# Written by git or by GitHub.
_BY_PROGRAMS = re.compile(r"Merge |Revert \"|Initial commit$|fixup! |squash! |Bump ")
_LARGE = 5 * 1024 * 1024  # bytes
_OWN_WORK = 5  # commits after the first one: fewer, and the plan has hardly begun

Planned = tuple[str, str]
"""A commit of the plan, and a pattern that its subject has, or one that says the same."""

_DOCUMENTED: Planned = (
    "feat: integrate Swagger for API documentation",
    r"feat.*(swagger|openapi|redoc|api doc)",
)
_README: Planned = ("docs: update README with API usage", r"docs\b")
PLANS: Mapping[str, tuple[Planned, ...]] = {
    "job board": (
        ("feat: implement job posting and filtering APIs", r"feat.*(job|posting|filter)"),
        ("feat: add role-based authentication for admins and users", r"feat.*(role|auth|jwt)"),
        ("perf: optimize job search queries with indexing", r"perf\b"),
        _DOCUMENTED,
        _README,
    ),
    "e-commerce": (
        ("feat: implement user authentication with JWT", r"feat.*(auth|jwt)"),
        (
            "feat: add product APIs with filtering and pagination",
            r"feat.*(product|categor|filter|pagination)",
        ),
        _DOCUMENTED,
        ("perf: optimize database queries with indexing", r"perf\b"),
        _README,
    ),
    "poll": (
        ("feat: implement poll creation and voting APIs", r"feat.*(poll|vot)"),
        ("feat: add results computation API", r"feat.*(result|count)"),
        ("perf: optimize vote counting queries", r"perf\b"),
        _DOCUMENTED,
        _README,
    ),
    "movie": (
        ("feat: integrate TMDb API for movie data", r"feat.*(tmdb|movie data)"),
        ("feat: implement movie recommendation API", r"feat.*recommend"),
        ("feat: add user authentication and favorite movie storage", r"feat.*(auth|favou?rite)"),
        ("perf: add Redis caching for movie data", r"perf\b"),
        _DOCUMENTED,
        _README,
    ),
    "social": (
        (
            "feat: create models for posts, comments, and interactions",
            r"feat.*(model|post|comment)",
        ),
        ("feat: implement GraphQL API for querying posts and interactions", r"feat.*graphql"),
        ("feat: integrate and publish GraphQL Playground", r"feat.*(playground|graphiql)"),
        ("perf: optimize database queries for interactions", r"perf\b"),
        _README,
    ),
}
_PROJECTS: Mapping[str, str] = {
    "job board": r"job[ -]?(board|portal|platform)",
    "e-commerce": r"e-?commerce",
    "poll": r"\b(online )?(poll|voting) (system|app|platform|api|backend)",
    "movie": r"movie recommendation",
    "social": r"social media (feed|backend|platform|app)",
}


class GIT101(Check):
    """Commit messages say what kind of change they are."""

    why = "Reviewers read the history, and find neither the features nor the fixes in it."
    mend = "Begin each message with feat:, fix:, docs:, test:, perf:, refactor: or chore:, and say what it changes."

    def places(self, repo: Repo) -> Iterator[Place]:
        subjects = [s for s in _subjects(repo)[:_LOOKED_AT] if not _BY_PROGRAMS.match(s)]
        other = [subject for subject in subjects if not _CONVENTIONAL.match(subject)]
        if len(other) * 2 > len(subjects):
            yield _HISTORY, None, f"{len(other)} of {len(subjects)} do not, such as {other[0]!r}."


class GIT102(Check):
    """The history has the commits that the project's plan names."""

    severity = Severity.NOTE
    why = "The program hands out a plan of commits with each project, and reviewers look for them."
    mend = "Commit each step by itself, under the message that the plan has for it."

    def places(self, repo: Repo) -> Iterator[Place]:
        subjects = _subjects(repo)
        project = _project(repo)
        if project is None or len(subjects) <= _OWN_WORK:
            return
        missing = [
            message
            for message, pattern in PLANS[project]
            if not any(re.match(pattern, subject, re.IGNORECASE) for subject in subjects)
        ]
        if missing:
            yield _HISTORY, None, f"The plan of the {project} project has these too: {'; '.join(missing)}."


class GIT103(Check):
    """No large file is committed."""

    why = "Everybody who clones the repo downloads it, now and after it is deleted."
    mend = "Take it out and link to where it is; for a video or slides, an address is enough."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in repo.own if _is_root(repo) else ():
            size = (repo.root / name).stat().st_size
            if size > _LARGE and name in repo.tracked:
                yield name, None, f"It has {size / 1024 / 1024:.0f} MB."


class GIT104(Check):
    """The repo has the name that the program asks for."""

    severity = Severity.NOTE
    why = "The automatic check looks for alx-project-nexus and nothing else."
    mend = "Rename it at GitHub, under Settings: the old address goes on leading there."

    def places(self, repo: Repo) -> Iterator[Place]:
        if not _is_root(repo) or not git.succeeds(
            "config", "--get", "remote.origin.url", cwd=repo.root
        ):
            return
        url = git.git("config", "--get", "remote.origin.url", cwd=repo.root)
        name = re.sub(r"(\.git)?/?$", "", url).rpartition("/")[2]
        if re.match(r"\w+://|[\w.-]+@[\w.-]+:", url) and name != "alx-project-nexus":
            yield _HISTORY, None, f"It is named {name}."


class GIT105(Check):
    """The repo has a licence."""

    why = "Without one, nobody may use or copy any of it."
    mend = "Add a LICENSE file; the MIT licence is the usual one."

    def places(self, repo: Repo) -> Iterator[Place]:
        found = any(
            re.match(r"(un)?licen[cs]e|copying", name, re.IGNORECASE) for name in repo.files
        )
        if not found and not reading.is_declined(repo, "license"):
            yield "LICENSE", None, "There is no licence file."


class GIT106(Check):
    """Git is told what to leave out."""

    why = "Secrets, databases and caches are one `git add .` away from the history."
    mend = "Write a .gitignore: .env, .venv/, __pycache__/, *.sqlite3 and what the tools make."

    def places(self, repo: Repo) -> Iterator[Place]:
        if any(repo.matching("manage.py")) and not repo.matching(".gitignore"):
            yield ".gitignore", None, "There is no .gitignore."


CHECKS = (GIT101, GIT102, GIT103, GIT104, GIT105, GIT106)


def _is_root(repo: Repo) -> bool:
    """Whether the folder is a repository itself, and not a part of another one."""
    return (repo.root / ".git").exists()


def _subjects(repo: Repo) -> list[str]:
    """The first lines of the messages of the last commits that are no merges, the newest first."""
    if not _is_root(repo):
        return []
    try:
        return git.git(
            "log", "--no-merges", f"--max-count={_READ}", "--format=%s", cwd=repo.root
        ).splitlines()
    except GitError:
        return []  # there is no commit yet


def _project(repo: Repo) -> str | None:
    """Which of the program's projects it is; None where neither the answers nor the README tell."""
    if reading.answers(repo).get("starter") == "job_board":
        return "job board"
    readme = repo.text(repo.readme) if repo.readme else ""
    named = [
        project for project, words in _PROJECTS.items() if re.search(words, readme, re.IGNORECASE)
    ]
    return named[0] if len(named) == 1 else None
