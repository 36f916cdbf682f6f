"""The Django project: does it have what every Django project needs?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from .base import Check, Place
from .repo import Repo


class DJG101(Check):
    """There is a Django project."""

    mend = "Start one at the root of the repo, so that manage.py is found."

    def places(self, repo: Repo) -> Iterator[Place]:
        if not any(repo.matching("manage.py")):
            yield "manage.py", None, "There is no manage.py."


class DJG102(Check):
    """Each app with models has a migration."""

    mend = "Run manage.py makemigrations and commit what it writes."

    def places(self, repo: Repo) -> Iterator[Place]:
        for models, app in _models(repo):
            migrations = (name for name in repo.files if name.startswith(f"{app}migrations/"))
            if not any(re.search(r"/\d{4}_\w+\.py$", name) for name in migrations):
                yield models, None, "The app has models and no migration."


class DJG103(Check):
    """The project has its own user model."""

    mend = "Write one, set AUTH_USER_MODEL, and do it before the first migration: later it is hard."

    def places(self, repo: Repo) -> Iterator[Place]:
        settings = list(repo.matching("*settings*.py", "*/settings/*.py"))
        if settings and not any("AUTH_USER_MODEL" in repo.text(name) for name in settings):
            yield settings[0], None, "AUTH_USER_MODEL is not set."


class DJG104(Check):
    """There are tests."""

    mend = "Write one for what the project does first of all; manage.py startapp's empty tests.py is none."

    def places(self, repo: Repo) -> Iterator[Place]:
        if not any(repo.matching("manage.py")):
            return
        tests = repo.matching("test_*.py", "*_test.py", "tests.py", "tests/*.py", "*/tests/*.py")
        if not any(
            re.search(r"^\s*(async )?def test", repo.text(name), re.MULTILINE) for name in tests
        ):
            yield "manage.py", None, "No file holds a test."


class DJG105(Check):
    """No database and no compiled file is committed."""

    mend = "git rm --cached it and add it to .gitignore."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in repo.matching("*.sqlite3", "*.pyc", "*.pyo"):
            if name in repo.tracked:
                yield name, None, "A file that the project makes itself is tracked by git."


CHECKS = (DJG101, DJG102, DJG103, DJG104, DJG105)


def _models(repo: Repo) -> Iterator[tuple[str, str]]:
    """The files with concrete models, and the folder of their app with a slash at its end."""
    for name in repo.matching("models.py", "*/models/*.py"):
        if _has_model(repo.text(name)):
            folder = PurePosixPath(name).parent
            app = folder.parent if folder.name == "models" else folder
            yield name, "" if app == PurePosixPath() else f"{app}/"


def _has_model(text: str) -> bool:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return any(
        any(
            re.search(r"\b(models\.Model|AbstractUser|AbstractBaseUser)$", ast.unparse(base))
            for base in node.bases
        )
        and not _is_abstract(node)
        for node in classes
    )


def _is_abstract(model: ast.ClassDef) -> bool:
    return any(
        isinstance(meta, ast.ClassDef)
        and meta.name == "Meta"
        and "abstract = True" in ast.unparse(meta)
        for meta in model.body
    )
