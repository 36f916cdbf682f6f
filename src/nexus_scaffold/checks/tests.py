"""Tests: can they fail, do they reach each app, and does anybody see what they leave out?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from . import reading
from .base import Check, Place, Severity
from .repo import Repo

# A test whose first statement does nothing: most files hold none, and are not parsed.
_IDLE = re.compile(
    r"\bdef test\w*\([^)]*\)[^:\n]*:\s*(?:\"\"\"[^\"]*\"\"\"\s*|'''[^']*'''\s*|#.*\s*)*"
    r"(?:pass\b|\.\.\.|assert (?:True|[\d\"'])|self\.assert\w+\((?:True|[\d\"'])|$)"
)
_DEFINES = re.compile(r"^(?:class|def|async def) ", re.MULTILINE)


class TST101(Check):
    """Each test can fail."""

    why = "It is green whatever the code does, and hides that nothing is tested."
    mend = "Call what the test is named after and assert what comes of it, or delete the test."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in reading.tests(repo):
            module = repo.module(name) if _IDLE.search(repo.text(name)) else None
            for node in ast.walk(module) if module else ():
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_empty_test(
                    node
                ):
                    yield name, node.lineno, f"{node.name} can't fail."


class TST102(Check):
    """What the tests reach is measured."""

    severity = Severity.NOTE
    why = "Nobody sees which code no test has ever run."
    mend = "Install pytest-cov or coverage, and add --cov to what runs the tests."

    def places(self, repo: Repo) -> Iterator[Place]:
        found = reading.tests(repo)
        if not found or {"coverage", "pytest-cov"} & reading.dependencies(repo):
            return
        files = repo.matching(
            ".coveragerc", "*.toml", "*.cfg", "*.ini", "Makefile", "*.y*ml", "*.sh", "Jenkinsfile"
        )
        if ".coveragerc" not in repo.files and not reading.mentions(
            repo, files, "coverage", "--cov"
        ):
            yield found[0], None, "There are tests, and nothing measures what they reach."


class TST103(Check):
    """Each app is tested."""

    severity = Severity.NOTE
    why = "The app without a test is the one that breaks unseen."
    mend = "Write a test of the first thing that the app does for a user."

    def places(self, repo: Repo) -> Iterator[Place]:
        tests = reading.tests(repo)
        if not tests:
            return  # DJG104 says so
        for name in repo.matching("views.py"):
            app = PurePosixPath(name).parent
            is_project = {f"{app}/settings.py", f"{app}/wsgi.py"} & repo.paths
            if is_project or app.name in {"", "api"} or not _DEFINES.search(repo.text(name)):
                continue
            inside = any(test.startswith(f"{app}/") for test in tests)
            # `job` of jobs: a test from outside may know the URL alone, or the model.
            if not inside and not reading.mentions(repo, tests, app.name.rstrip("s")):
                yield name, None, f"No test is in the app {app.name} or names it."


CHECKS = (TST101, TST102, TST103)


def _is_empty_test(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a test does nothing, or asserts constants alone."""
    if not function.name.startswith("test") or function.decorator_list:
        return False  # a decorator may skip it, or give it its work
    return all(
        isinstance(statement, ast.Pass)
        or (
            isinstance(statement, ast.Expr)
            and (_is_constant(statement.value) or _asserts_constants(statement.value))
        )
        or (isinstance(statement, ast.Assert) and _is_constant(statement.test))
        for statement in function.body
    )


def _asserts_constants(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and reading.last_name(node.func).startswith("assert")
        and bool(node.args)
        and all(map(_is_constant, node.args))
    )


def _is_constant(node: ast.expr) -> bool:
    """`True`, `"text"`, `1 + 1 == 2`."""
    return all(
        isinstance(part, ast.Constant | ast.Compare | ast.BinOp | ast.cmpop | ast.operator)
        for part in ast.walk(node)
    )
