"""The errors that a user can mend: each says what is wrong and what to do next."""

from __future__ import annotations


class NexusError(Exception):
    """What is wrong, with a hint on how to mend it. The command line prints both and exits with 2."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class AnswersError(NexusError):
    """Answers that break a rule, name no question, or stand in a file that can't be read.

    Attributes:
        fields: The answers that are wrong, where the error is about some.
    """

    def __init__(self, message: str, *, hint: str = "", fields: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.fields = fields


class SourceError(NexusError):
    """A template, or a version of it, that can't be found."""


class RenderError(NexusError):
    """A template that does not render."""


class DestinationError(NexusError):
    """A folder that can't take a new repo."""


class GitError(NexusError):
    """A git command that failed."""


class MergeError(NexusError):
    """A repo that can't be merged with, as it is."""


class CheckError(NexusError):
    """Checks that can't run as they are set up: the configuration, the baseline, or a package that adds some."""


class LogError(NexusError):
    """An entry that the learning log can't take."""


class FileError(NexusError):
    """A file that can't be written."""
