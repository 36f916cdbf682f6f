"""The command line: parsing and printing only."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from .errors import NexusError

if TYPE_CHECKING:
    from .lifecycle import NewRepo

# Rich would triple the time that --help takes.
app = typer.Typer(
    name="nexus",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """How `nexus check` prints."""

    TEXT = "text"
    JSON = "json"


@app.callback(invoke_without_command=True)
def nexus(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Starts and checks Project Nexus repos: a documentation hub with a working Django backend.

    Examples:

      nexus new ../my-nexus

      nexus check ../my-nexus
    """
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"nexus {version_of('nexus-scaffold')}")
        raise typer.Exit


@app.command()
def new(
    destination: Annotated[
        Path,
        typer.Argument(
            metavar="DESTINATION", help="A folder that does not exist yet, or is empty."
        ),
    ],
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", metavar="KEY=VALUE", help="An answer; may be repeated."),
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Ask nothing: what is not given takes its default.")
    ] = False,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="LOCATION",
            help="A git URL or a folder.",
            show_default="the one that belongs to this command",
        ),
    ] = None,
    ref: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="A tag, branch or commit of the template.",
            show_default="the newest release",
        ),
    ] = None,
) -> None:
    """Starts a repo: asks the questions, renders it and makes its first commit.

    Examples:

      nexus new ../my-nexus

      nexus new ../my-nexus --defaults -d project_name="Ajira" -d starter=blank
    """
    from .lifecycle import new as start

    given = _pairs(data or [])
    interactive = not defaults and sys.stdin.isatty() and sys.stdout.isatty()
    if not defaults and not interactive:
        _note("There is no terminal to ask on: the defaults are taken.")
    try:
        repo = start(destination, given, template=template, version=ref, interactive=interactive)
    except KeyboardInterrupt:
        written = f"{destination} is rendered" if destination.exists() else "nothing was written"
        _note(f"Stopped: {written}.")
        raise typer.Exit(130) from None
    _print_new(repo)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="[PATH]", help="The repo's folder.")] = Path(),
    format: Annotated[Format, typer.Option(help="How to print the findings.")] = Format.TEXT,
) -> None:
    """Says what a reviewer would find wrong in a repo, and how to mend it. Exits with 1 when it finds something.

    Examples:

      nexus check

      nexus check ../my-nexus --format json
    """
    from .checks import check as run
    from .report import as_json, as_text

    findings = run(path)
    typer.echo(as_json(findings) if format is Format.JSON else as_text(findings))
    if findings:
        raise typer.Exit(1)


def main() -> NoReturn:
    """The `nexus` command: exits with 0 done, 1 findings, 2 an error that its message says how to mend, 130 stopped."""
    try:
        app()
    except NexusError as error:
        typer.secho("error: ", fg=typer.colors.RED, nl=False, err=True)
        typer.echo(error.message, err=True)
        if error.hint:
            typer.echo(f"hint: {error.hint}", err=True)
        sys.exit(2)
    sys.exit(0)


def _pairs(given: list[str]) -> dict[str, object]:
    pairs: dict[str, object] = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not equals:
            raise NexusError(f"--data {item}: there is no equals sign.", hint="Write -d KEY=VALUE.")
        pairs[key.strip()] = value
    return pairs


def _print_new(repo: NewRepo) -> None:
    for note in repo.notes:
        _note(note)
    commit = "" if repo.committed else "\n  git init && git add --all && git commit"
    typer.secho("done: ", fg=typer.colors.GREEN, nl=False)
    typer.echo(f"{repo.answers.project_name} is in {repo.path}")
    typer.echo(
        f"\nNext:\n  cd {repo.path}{commit}\n"
        "  make run      serves it at port 8000, with data\n"
        "  make check    runs its checks and tests"
    )


def _note(text: str) -> None:
    typer.secho("note: ", fg=typer.colors.YELLOW, nl=False, err=True)
    typer.echo(text, err=True)
