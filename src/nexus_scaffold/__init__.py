"""Nexus Scaffold: generates, checks and keeps Project Nexus repos.

The names below are the public API; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answers import Answers, AnswersFile
    from .checks import Finding, check
    from .errors import (
        AnswersError,
        DestinationError,
        GitError,
        NexusError,
        RenderError,
        SourceError,
    )
    from .lifecycle import NewRepo, new
    from .rendering import render
    from .source import Template, open_template

__all__ = [
    "Answers",
    "AnswersError",
    "AnswersFile",
    "DestinationError",
    "Finding",
    "GitError",
    "NewRepo",
    "NexusError",
    "RenderError",
    "SourceError",
    "Template",
    "check",
    "new",
    "open_template",
    "render",
]

_MODULES = {
    "answers": ("Answers", "AnswersFile"),
    "checks": ("Finding", "check"),
    "errors": (
        "AnswersError",
        "DestinationError",
        "GitError",
        "NexusError",
        "RenderError",
        "SourceError",
    ),
    "lifecycle": ("NewRepo", "new"),
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
