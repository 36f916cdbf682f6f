"""Nexus Scaffold: generates, checks and keeps Project Nexus repos.

The names below are the public API; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answers import Answers, AnswersFile
    from .checks import Finding, Report, Severity, check
    from .errors import (
        AnswersError,
        DestinationError,
        GitError,
        MergeError,
        NexusError,
        RenderError,
        SourceError,
    )
    from .lifecycle import (
        NewRepo,
        Prepared,
        Status,
        new,
        prepare_answers,
        prepare_update,
        status,
        undo,
    )
    from .rendering import render
    from .source import Template, open_template

__all__ = [
    "Answers",
    "AnswersError",
    "AnswersFile",
    "DestinationError",
    "Finding",
    "GitError",
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
    "new",
    "open_template",
    "prepare_answers",
    "prepare_update",
    "render",
    "status",
    "undo",
]

_MODULES = {
    "answers": ("Answers", "AnswersFile"),
    "checks": ("Finding", "Report", "Severity", "check"),
    "errors": (
        "AnswersError",
        "DestinationError",
        "GitError",
        "MergeError",
        "NexusError",
        "RenderError",
        "SourceError",
    ),
    "lifecycle": (
        "NewRepo",
        "Prepared",
        "Status",
        "new",
        "prepare_answers",
        "prepare_update",
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
