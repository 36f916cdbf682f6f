"""Nexus Scaffold: generates, checks and keeps Project Nexus repos.

The names below are the public API; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answers import Answers, AnswersFile, load_answers
    from .checks import Check, FailOn, Finding, Fixable, Ignored, Report, Severity, check
    from .errors import (
        AnswersError,
        CheckError,
        DestinationError,
        FileError,
        GitError,
        LogError,
        MergeError,
        NexusError,
        RenderError,
        SourceError,
    )
    from .lifecycle import (
        NewRepo,
        Prepared,
        Status,
        log,
        new,
        plan_answers,
        plan_update,
        status,
        undo,
    )
    from .rendering import render
    from .source import Template, open_template

__all__ = [
    "Answers",
    "AnswersError",
    "AnswersFile",
    "Check",
    "CheckError",
    "DestinationError",
    "FailOn",
    "FileError",
    "Finding",
    "Fixable",
    "GitError",
    "Ignored",
    "LogError",
    "MergeError",
    "NewRepo",
    "NexusError",
    "Prepared",
    "RenderError",
    "Report",
    "Severity",
    "SourceError",
    "Status",
    "Template",
    "check",
    "load_answers",
    "log",
    "new",
    "open_template",
    "plan_answers",
    "plan_update",
    "render",
    "status",
    "undo",
]

_MODULES = {
    "answers": ("Answers", "AnswersFile", "load_answers"),
    "checks": (
        "Check",
        "FailOn",
        "Finding",
        "Fixable",
        "Ignored",
        "Report",
        "Severity",
        "check",
    ),
    "errors": (
        "AnswersError",
        "CheckError",
        "DestinationError",
        "FileError",
        "GitError",
        "LogError",
        "MergeError",
        "NexusError",
        "RenderError",
        "SourceError",
    ),
    "lifecycle": (
        "NewRepo",
        "Prepared",
        "Status",
        "log",
        "new",
        "plan_answers",
        "plan_update",
        "status",
        "undo",
    ),
    "rendering": ("render",),
    "source": ("Template", "open_template"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
