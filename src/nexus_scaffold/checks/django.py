"""The Django project: does it have what every Django project needs?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from . import reading
from .base import Check, Place, Severity
from .repo import Repo

_METHODS = ("get", "post", "put", "patch", "delete")
_OPENAPI = re.compile(r"^\s*\{?\s*[\"']?(?:openapi|swagger)[\"']?\s*:", re.MULTILINE)
_CONFLICT = re.compile(r"^<{7} .*\n(?:.*\n)*?={7}\n(?:.*\n)*?>{7} ", re.MULTILINE)
_MODEL = re.compile(
    r"\b(?:models\.Model|AbstractUser|AbstractBaseUser|TimeStampedModel)\b|\(Model[,)]"
)
_RETRIES = ("autoretry_for", "max_retries", ".retry(", "stamina", "tenacity", "retry_backoff")
_WRITTEN_BY_PROGRAMS: Mapping[str, re.Pattern[str]] = {
    "a database": re.compile(r".*\.sqlite3?|(.*/)?(?!Thumbs)[^/]*\.db"),
    "a compiled file": re.compile(r".*\.py[co]"),
    "an installed package": re.compile(r"(.*/)?(site-packages|node_modules)/.*|(.*/)?pyvenv\.cfg"),
}


class DJG101(Check):
    """There is a Django project."""

    why = "The repo is judged on a backend that runs."
    mend = "Start one at the root of the repo, so that manage.py is found."

    def places(self, repo: Repo) -> Iterator[Place]:
        if not any(repo.matching("manage.py")):
            yield "manage.py", None, "There is no manage.py."


class DJG102(Check):
    """Each app with models has a migration."""

    severity = Severity.ERROR
    why = "The tables are made on no machine but the author's."
    mend = "Run manage.py makemigrations and commit what it writes."

    def places(self, repo: Repo) -> Iterator[Place]:
        if reading.mentions(repo, reading.settings(repo), "MIGRATION_MODULES"):
            return
        told: set[str] = set()
        for models, app in _models(repo):
            migrations = (name for name in repo.files if name.startswith(f"{app}migrations/"))
            if app not in told and not any(re.search(r"/\d{4}_\w+\.py$", n) for n in migrations):
                told.add(app)
                yield models, None, "The app has models and no migration."


class DJG103(Check):
    """The project has its own user model."""

    severity = Severity.NOTE
    why = "To add a field to users later means to rewrite the database by hand."
    mend = "Write one, set AUTH_USER_MODEL, and do it before the first migration: later it is hard."

    def places(self, repo: Repo) -> Iterator[Place]:
        names = list(reading.settings(repo))
        if reading.is_project(repo) and not reading.mentions(repo, names, "AUTH_USER_MODEL"):
            yield names[0], None, "AUTH_USER_MODEL is not set."


class DJG104(Check):
    """There are tests."""

    why = "Nobody can tell whether a change breaks what worked."
    mend = "Write one for what the project does first of all; manage.py startapp's empty tests.py is none."

    def places(self, repo: Repo) -> Iterator[Place]:
        if any(repo.matching("manage.py")) and not reading.tests(repo):
            yield "manage.py", None, "No file holds a test."


class DJG105(Check):
    """No database, compiled file or installed package is committed."""

    why = "It differs on each machine, makes each pull request unreadable, and a database holds people's data."
    mend = "git rm --cached it and add it to .gitignore."

    def places(self, repo: Repo) -> Iterator[Place]:
        for kind, pattern in _WRITTEN_BY_PROGRAMS.items():
            found = sorted(
                name
                for name in repo.tracked
                if pattern.fullmatch(name) and (repo.root / name).is_file()
            )
            if found:
                others = f", and {len(found) - 1} more of its kind" if found[1:] else ""
                yield found[0], None, f"Git tracks {kind}{others}."


class DJG106(Check):
    """No file holds the marks of an unfinished merge."""

    severity = Severity.ERROR
    why = "Neither Python nor anything else can read the file."
    mend = "Keep one of the two sides and delete the marked lines."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in repo.matching(
            "*.py", "*.y*ml", "*.toml", "*.json", "*.html", "*.css", "*.js", "*.ts", "*.txt", "*.sh", "*.cfg",
            "*.ini", "*.env*", ".gitignore", ".dockerignore", "Dockerfile*", "Makefile", "Jenkinsfile",
            "Procfile", "Pipfile",
        ):  # fmt: skip
            if name == reading.ANSWERS_FILE:
                continue  # ANS101 says so
            text = repo.text(name)
            found = _CONFLICT.search(text) if "<<<<<<< " in text else None
            # A file that Python reads has them in a text of its own.
            if found and not (name.endswith(".py") and repo.module(name)):
                yield name, reading.line_of(text, found.start()), "The mark of an unfinished merge."


class DJG107(Check):
    """The packages that the project needs are written down."""

    severity = Severity.ERROR
    why = "Nobody else can install the project."
    mend = "Name them in pyproject.toml or requirements.txt, with their versions."

    def places(self, repo: Repo) -> Iterator[Place]:
        known = [
            *reading.dependency_files(repo),
            *repo.matching("setup.py", "setup.cfg", "environment.y*ml"),
        ]
        if any(repo.matching("manage.py")) and not known:
            yield "requirements.txt", None, "No file names the packages."


class DJG108(Check):
    """Every install gives the same packages."""

    severity = Severity.NOTE
    why = "What works today fails on the machine that installs it next month."
    mend = "Commit a lock (uv lock, poetry lock), or write name==version on each line."

    def places(self, repo: Repo) -> Iterator[Place]:
        if repo.matching(
            "uv.lock",
            "poetry.lock",
            "pdm.lock",
            "Pipfile.lock",
            "requirements*.in",
            "conda-lock.yml",
            "constraints*.txt",
        ):
            return
        for name in repo.matching("requirements.txt"):
            loose = [
                line.split("#")[0].strip()
                for _, line in repo.lines(name)
                if re.match(r"[A-Za-z0-9][\w.\[\]-]*\s*([<>~!]=?.*)?(#.*)?$", line.strip())
            ]
            if loose:
                yield name, None, f"{len(loose)} without a fixed version, such as {loose[0]}."


class DJG109(Check):
    """Where Celery is installed, there is an app of it."""

    severity = Severity.ERROR
    why = "No worker can start, and no task runs."
    mend = "Write config/celery.py with app = Celery(…), config_from_object and autodiscover_tasks; or drop the dependency."

    def places(self, repo: Repo) -> Iterator[Place]:
        named = [n for n in reading.dependency_files(repo) if "celery" in repo.text(n).lower()]
        if (
            named
            and "celery" in reading.dependencies(repo)
            and any(repo.matching("manage.py"))
            and not reading.mentions(repo, reading.code(repo), "Celery(")
        ):
            yield named[0], None, "There is no Celery app."


class DJG110(Check):
    """Each endpoint is documented."""

    why = "Whoever builds the front end has to read the code, or to guess."
    mend = "Give each operation a docstring or @extend_schema(summary=…), and write the OpenAPI file anew."

    def places(self, repo: Repo) -> Iterator[Place]:
        described = False
        for name in repo.matching("*openapi*.*", "*schema*.*", "*swagger*.*"):
            if name.endswith((".yml", ".yaml", ".json")) and _OPENAPI.search(repo.text(name)):
                described = True
                yield from _undocumented(name, repo.text(name))
        tools = (
            "drf_spectacular",
            "drf_yasg",
            "coreapi",
            "rest_framework_swagger",
            "ninja",
            "swagger",
            "openapi",
        )
        code = reading.code(repo)
        if (
            not described
            and reading.mentions(repo, code, "rest_framework")
            and reading.mentions(repo, code, "APIView", "ViewSet", "@api_view", "generics.")
            and not reading.mentions(repo, code, *tools)
            and not repo.matching("*postman*.json", "*swagger*", "*openapi*")
        ):
            name = next(n for n in code if "rest_framework" in repo.text(n))
            yield name, None, "There is an API, and nothing that documents it."


class DJG111(Check):
    """Django loads the Celery app."""

    severity = Severity.ERROR
    why = "What the web server sends goes to the wrong broker, or fails."
    mend = 'Write in __init__.py beside it: from .celery import app as celery_app; __all__ = ("celery_app",)'

    def places(self, repo: Repo) -> Iterator[Place]:
        if not reading.mentions(repo, reading.code(repo), "shared_task"):
            return
        for name in repo.matching("celery.py", "celery_app.py"):
            package = f"{PurePosixPath(name).parent}/__init__.py".removeprefix("./")
            if (
                "Celery(" in repo.text(name)
                and package in repo.files
                and "celery" not in repo.text(package)
            ):
                yield package, None, f"{name} is imported nowhere."


class DJG112(Check):
    """Tasks try again."""

    severity = Severity.NOTE
    why = "One refused connection, and the mail or the report is never made."
    mend = (
        "Give each task that talks to something else autoretry_for, retry_backoff and max_retries."
    )

    def places(self, repo: Repo) -> Iterator[Place]:
        code = reading.code(repo)
        tasks = [
            n
            for n in code
            if reading.mentions(repo, [n], "@shared_task", "@app.task", "@celery_app.task")
        ]
        if tasks and not reading.mentions(repo, code, *_RETRIES):
            yield tasks[0], None, "No task is ever tried again."


class DJG113(Check):
    """Lists come in pages."""

    why = "A list of all rows gets slower with each row, until it takes the server down."
    mend = "Set DEFAULT_PAGINATION_CLASS and PAGE_SIZE in REST_FRAMEWORK, with a largest page."

    def places(self, repo: Repo) -> Iterator[Place]:
        code = reading.code(repo)
        lists = [
            n
            for n in code
            if reading.mentions(repo, [n], "ModelViewSet", "ListAPIView", "ListCreateAPIView")
        ]
        if lists and not reading.mentions(
            repo, code, "agination", "PAGINATION", "aginator", "paginate"
        ):
            yield lists[0], None, "Nothing divides lists into pages."


class DJG114(Check):
    """What a list shows of related rows comes in one query."""

    severity = Severity.NOTE
    why = "Each row of a list costs a query of its own: a page of 50 costs 51."
    mend = "Add select_related and prefetch_related to the querysets of lists, and count the queries in a test."

    def places(self, repo: Repo) -> Iterator[Place]:
        code = reading.code(repo)
        related = [
            n
            for n in code
            if reading.mentions(repo, [n], "models.ForeignKey(", "models.ManyToManyField(")
        ]
        shown = reading.mentions(repo, code, "ModelSerializer", "DjangoObjectType", "ListView")
        joined = ("select_related", "prefetch_related", "Prefetch(", "strawberry_django")
        if related and shown and not reading.mentions(repo, code, *joined):
            yield related[0], None, "No queryset joins what it needs."


class DJG115(Check):
    """A webhook of payments checks who sends it."""

    severity = Severity.ERROR
    why = "Whoever knows the address can say that a payment was made."
    mend = (
        "Compare the header x-chapa-signature with the HMAC-SHA256 of the raw body, by hmac.compare_digest, and ask "
        "the API whether the payment is real."
    )

    def places(self, repo: Repo) -> Iterator[Place]:
        code = [
            n for n in reading.code(repo) if reading.mentions(repo, [n], "chapa", "Chapa", "CHAPA")
        ]
        if not code or reading.mentions(
            repo, reading.code(repo), "hmac", "ignature", "IGNATURE", "construct_event"
        ):
            return
        for name in code:
            found = re.search(
                r"^\s*(?:async )?(?:def|class) \w*webhook\w*", repo.text(name), re.M | re.I
            )
            if found:
                line = reading.line_of(repo.text(name), found.end())
                yield name, line, "The webhook believes everybody."


CHECKS = (
    DJG101, DJG102, DJG103, DJG104, DJG105, DJG106, DJG107, DJG108, DJG109, DJG110, DJG111, DJG112, DJG113,
    DJG114, DJG115,
)  # fmt: skip


def _models(repo: Repo) -> Iterator[tuple[str, str]]:
    """The files with concrete models, and the folder of their app with a slash at its end."""
    for name in repo.matching("models.py", "*/models/*.py"):
        if (
            not reading.is_test(name)
            and _MODEL.search(repo.text(name))
            and _has_model(repo.module(name))
        ):
            folder = PurePosixPath(name).parent
            app = folder.parent if folder.name == "models" else folder
            yield name, "" if app == PurePosixPath() else f"{app}/"


def _has_model(module: ast.Module | None) -> bool:
    return any(
        isinstance(node, ast.ClassDef)
        and any(
            reading.last_name(base) in {"Model", "AbstractUser", "AbstractBaseUser"}
            for base in node.bases
        )
        and not _is_abstract(node)
        for node in (module.body if module else [])
    )


def _is_abstract(model: ast.ClassDef) -> bool:
    return any(
        isinstance(meta, ast.ClassDef)
        and meta.name == "Meta"
        and "abstract = True" in ast.unparse(meta)
        for meta in model.body
    )


def _undocumented(name: str, text: str) -> Iterator[Place]:
    """The operations of an OpenAPI file that say nothing about themselves."""
    paths = reading.yaml_nodes(reading.yaml_tree(text)).get("paths")
    for path, (_, operations) in reading.yaml_nodes(paths and paths[1]).items():
        for method, (line, operation) in reading.yaml_nodes(operations).items():
            if (
                method in _METHODS
                and not {"summary", "description"} & reading.yaml_nodes(operation).keys()
            ):
                yield name, line, f"{method.upper()} {path} says nothing of itself."
