"""Renders answers at a version of the template into a folder. The only module that knows Copier."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .answers import ANSWERS_FILE, Answers, AnswersFile, unknown_question
from .errors import AnswersError, DestinationError, RenderError
from .source import Template


def render(answers: Answers, template: Template, destination: Path) -> None:
    """Renders a repo. It appears whole, or not at all.

    Args:
        answers: The answers; none is asked for.
        template: The version of the template.
        destination: A folder that does not exist, is empty, or holds only `.git`.

    Raises:
        DestinationError: The destination holds files already, or can't be written.
        RenderError: The template does not render.
    """
    destination = Path(os.path.abspath(destination.expanduser()))
    refuse_occupied(destination)
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        # Beside the destination, so that the last step is a rename within one file system.
        staging = Path(tempfile.mkdtemp(prefix=f".{destination.name}-", dir=destination.parent))
    except OSError as error:
        raise DestinationError(
            f"{destination} can't be written: {error.strerror}.", hint="Choose another folder."
        ) from error
    try:
        repo = staging / "repo"
        _copy(template.folder, repo, data=answers.model_dump(), defaults=True)
        _record_source(repo / ANSWERS_FILE, template)
        _move(repo, destination)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What a version of the template makes of recorded answers.

    Attributes:
        folder: The files.
        answers: The answers of this version: those that it does not know are gone, new ones have their defaults,
            and so have those that it no longer accepts.
        owned: The files that are the owner's alone once they are there (Copier's `_skip_if_exists`).
    """

    folder: Path
    answers: Mapping[str, object]
    owned: frozenset[str]


def render_again(
    recorded: Mapping[str, object],
    template: Template,
    folder: Path,
    changes: Mapping[str, object] | None = None,
) -> Rendered:
    """Renders what a repo recorded, at any version of the template, as an update does.

    Args:
        recorded: The answers that a repo has recorded, of whichever version.
        template: The version of the template.
        folder: A folder that does not exist.
        changes: Answers that are to be others.

    Raises:
        AnswersError: A change is no answer to a question of this version.
        RenderError: The template does not render.
    """
    folder.mkdir()
    file = folder / ANSWERS_FILE
    file.write_text(yaml.safe_dump({**recorded}, allow_unicode=True), encoding="utf-8")
    skipped = _copy(template.folder, folder, data=dict(changes or {}), defaults=True)
    answers = AnswersFile.read(file).answers
    unknown = sorted((changes or {}).keys() - answers.keys())
    if unknown:
        raise unknown_question(unknown[0], list(answers))
    _record_source(file, template)
    paths = (path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())
    owned = frozenset(path.as_posix() for path in paths if skipped(path))
    return Rendered(folder=folder, answers=answers, owned=owned)


def _record_source(file: Path, template: Template) -> None:
    """Records where the version can be found again, in place of the folder that it was rendered from."""
    source = {"_commit": template.commit, "_src_path": template.src_path}
    lines = (
        yaml.safe_dump({name: value for name, value in source.items() if value})
        if any(source.values())
        else ""
    )
    text = file.read_text(encoding="utf-8")
    recorded = re.compile(r"^_(?:commit|src_path):.*\n(?:[ ]+.*\n)*", re.MULTILINE)
    place = recorded.search(text)
    begin = place.start() if place else len(text)
    text = text[:begin] + lines + recorded.sub("", text[begin:])
    file.write_text(text, encoding="utf-8", newline="\n")


def ask(template: Template, given: Mapping[str, object]) -> Answers:
    """Asks the questions on the terminal, each again until its answer is right.

    Args:
        template: The version of the template.
        given: Answers that are not asked for.

    Raises:
        KeyboardInterrupt: The user gave up.
        RenderError: The template's questions can't be asked.
    """
    data: dict[str, Any] = dict(given)
    wrong: dict[str, Any] = {}
    while True:
        with tempfile.TemporaryDirectory(prefix="nexus-answers-") as folder:
            _copy(template.folder, Path(folder), data=data, user_defaults=wrong, ask=wrong)
            said = yaml.safe_load((Path(folder) / ANSWERS_FILE).read_text(encoding="utf-8"))
        answers = {name: value for name, value in said.items() if not name.startswith("_")}
        try:
            return Answers.parse(answers)
        except AnswersError as error:
            sys.stderr.write(f"{error.message}\n")
            wrong = {name: answers.pop(name) for name in error.fields}
            data = answers


def personal_defaults() -> dict[str, object]:
    """The defaults of the user's own Copier settings, for the questions that there are."""
    from copier import load_settings

    return {k: v for k, v in load_settings().defaults.items() if k in Answers.model_fields}


def refuse_occupied(destination: Path) -> None:
    """Lets only a folder pass that a repo can be rendered into.

    Raises:
        DestinationError: It names what is in the way.
    """
    if destination.is_dir():
        present = sorted(entry.name for entry in destination.iterdir() if entry.name != ".git")
        if present:
            listed = ", ".join(present[:5]) + (", …" if len(present) > 5 else "")
            raise DestinationError(
                f"{destination} is not empty: it holds {listed}.",
                hint="Nothing was written. Give a folder that does not exist yet.",
            )
    elif destination.exists() or destination.is_symlink():
        raise DestinationError(
            f"{destination} is a file.",
            hint="Nothing was written. Give a folder that does not exist yet.",
        )


def _copy(
    source: Path,
    destination: Path,
    *,
    data: dict[str, Any],
    defaults: bool = False,
    user_defaults: dict[str, Any] | None = None,
    ask: Iterable[str] = (),
) -> Callable[[Path], bool]:
    """Has Copier render; which files it would not write over."""
    from copier import Settings, load_settings, run_copy

    settings = Settings() if defaults else load_settings()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about git and versions, which source.py has settled
        try:
            worker = run_copy(
                str(source),
                destination,
                data=data,
                defaults=defaults,
                user_defaults=user_defaults,
                ask=tuple(ask),
                settings=settings,
                overwrite=True,
                quiet=True,
            )
        except KeyboardInterrupt as stopped:  # Copier's own kind is an Exception, too
            raise KeyboardInterrupt from stopped
        except Exception as error:
            raise _explained(error, source) from error
    return worker.match_skip


def _explained(error: Exception, source: Path) -> RenderError:
    from copier.errors import InteractiveSessionError
    from jinja2 import TemplateError, TemplateSyntaxError

    if isinstance(error, InteractiveSessionError):
        return RenderError(
            "There is no terminal to ask the questions on.",
            hint="Add --defaults, and -d KEY=VALUE for what you want otherwise.",
        )
    text = str(error) or type(error).__name__
    if isinstance(error, TemplateSyntaxError):
        text = (
            f"{error.filename or error.name or 'a question'}, line {error.lineno}: {error.message}"
        )
    elif isinstance(error, TemplateError):
        text = f"{_template_place(error)}{error.message or text}"
    return RenderError(
        f"The template does not render: {text}".replace(f"{source}/", ""),
        hint="Nothing was written. The fault is in the template, not in your answers: tell its maintainers.",
    )


def _template_place(error: Exception) -> str:
    """The template's file and line, as Jinja leaves them in the traceback."""
    place, traceback = "", error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename.endswith(".jinja"):
            place = f"{code.co_filename}, line {traceback.tb_lineno}: "
        traceback = traceback.tb_next
    return place


def _move(repo: Path, destination: Path) -> None:
    if not destination.exists():
        repo.rename(destination)
        return
    entries = sorted(repo.iterdir())
    try:
        for entry in entries:
            entry.rename(destination / entry.name)
    except OSError as error:
        for entry in entries:
            moved = destination / entry.name
            (
                shutil.rmtree(moved, ignore_errors=True)
                if moved.is_dir()
                else moved.unlink(missing_ok=True)
            )
        raise DestinationError(
            f"{destination} can't be written: {error.strerror}.", hint="Nothing was written."
        ) from error
