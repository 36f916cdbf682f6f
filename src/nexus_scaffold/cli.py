"""The command line: parsing and printing only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from .errors import NexusError

if TYPE_CHECKING:
    from .checks import Report
    from .lifecycle import NewRepo, Prepared

# Rich would triple the time that --help takes.
app = typer.Typer(
    name="nexus",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """For people, or for programs."""

    TEXT = "text"
    JSON = "json"


class CheckFormat(StrEnum):
    """For people, for programs, for code scanning, for CI servers, for GitHub's pages, or as a page."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    HTML = "html"


class StatusFormat(StrEnum):
    """For people, for programs, or for code scanning."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


Repo = Annotated[
    Path, typer.Option("--repo", metavar="PATH", help="The repo's folder.", show_default="this one")
]
Location = Annotated[
    str | None,
    typer.Option(
        "--template",
        metavar="LOCATION",
        help="A git URL or a folder.",
        show_default="the one that the repo has recorded",
    ),
]
PlanOnly = Annotated[bool, typer.Option("--plan", help="Show what would happen, and stop.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show the text of each change, too.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
Stash = Annotated[
    bool, typer.Option("--stash", help="Put what is not committed into git's stash first.")
]
PlanFormat = Annotated[Format, typer.Option("--format", help="How to print the plan.")]


@app.callback(invoke_without_command=True)
def nexus(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Starts, updates and checks Project Nexus repos: a documentation hub with a working Django backend.

    Examples:

      nexus new ../my-nexus

      nexus update

      nexus set payments=false

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
def update(
    to: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="A tag, branch or commit of the template.",
            show_default="the newest release",
        ),
    ] = None,
    plan: PlanOnly = False,
    diff: Diff = False,
    yes: Yes = False,
    stash: Stash = False,
    format: PlanFormat = Format.TEXT,
    template: Location = None,
    repo: Repo = Path(),
) -> None:
    """Brings a newer version of the template into a repo: shows the plan, asks, and merges it with your edits.

    Exits with 0 done, 1 done with conflicts that wait for you, 3 nothing to do.

    Examples:

      nexus update

      nexus update --plan --diff

      nexus update --to v1.2.0 --yes
    """
    from .lifecycle import plan_update

    with plan_update(repo, to=to, template=template, stash=stash) as prepared:
        _carry_out(prepared, plan=plan, diff=diff, yes=yes, format=format)


@app.command(name="set")
def set_answers(
    answers: Annotated[
        list[str],
        typer.Argument(metavar="KEY=VALUE...", help="Answers, as `nexus answers` shows them."),
    ],
    plan: PlanOnly = False,
    diff: Diff = False,
    yes: Yes = False,
    stash: Stash = False,
    format: PlanFormat = Format.TEXT,
    template: Location = None,
    repo: Repo = Path(),
) -> None:
    """Answers questions anew: brings a capability into a repo, or takes it away, and keeps your edits.

    Exits with 0 done, 1 done with conflicts that wait for you, 3 nothing to do.

    Examples:

      nexus set payments=false

      nexus set tasks=true cache=true --plan
    """
    from .lifecycle import plan_answers

    given = _pairs(answers, "")
    with plan_answers(repo, given, template=template, stash=stash) as prepared:
        _carry_out(prepared, plan=plan, diff=diff, yes=yes, format=format)


@app.command()
def undo(repo: Repo = Path()) -> None:
    """Takes back the last update or set that is not committed: every file is as it was before.

    Also where it was cut off. What you have edited since is in git's stash afterwards.

    Examples:

      nexus undo
    """
    from .lifecycle import undo as take_back

    undone = take_back(repo)
    if undone.stashed:
        _note(
            f"Your edits since are in git's stash: {', '.join(undone.stashed)}. See: git stash show -p"
        )
    if undone.reapplied is False:
        _note("What was stashed before is still in git's stash: git stash pop")
    _done(
        f"undone: {undone.title}; {_count(undone.files, 'file is as it was', 'files are as they were')}"
    )


@app.command()
def status(
    format: Annotated[StatusFormat, typer.Option(help="How to print it.")] = StatusFormat.TEXT,
    template: Location = None,
    repo: Repo = Path(),
) -> None:
    """Says which version a repo has, which are newer, and which files are the template's, edited, missing or yours.

    Examples:

      nexus status

      nexus status --format sarif > drift.sarif
    """
    from .lifecycle import status as look
    from .report import plans

    printers = {
        StatusFormat.TEXT: plans.status_as_text,
        StatusFormat.JSON: plans.status_as_json,
        StatusFormat.SARIF: plans.status_as_sarif,
    }
    typer.echo(printers[format](look(repo, template=template)))


@app.command()
def diff(template: Location = None, repo: Repo = Path()) -> None:
    """Shows your edits of what the template has rendered.

    Examples:

      nexus diff | less
    """
    from .lifecycle import diff as compare

    typer.echo(compare(repo, template=template), nl=False)


@app.command()
def answers(
    format: Annotated[Format, typer.Option(help="How to print them.")] = Format.TEXT,
    repo: Repo = Path(),
) -> None:
    """Shows what a repo has answered.

    Examples:

      nexus answers
    """
    import json

    from .answers import ANSWERS_FILE, AnswersFile
    from .report.plans import answers_as_text

    recorded = AnswersFile.read(repo / ANSWERS_FILE).answers
    as_json = format is Format.JSON
    typer.echo(
        json.dumps(recorded, indent=2, ensure_ascii=False) if as_json else answers_as_text(recorded)
    )


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="[PATH]", help="The repo's folder.")] = Path(),
    format: Annotated[CheckFormat, typer.Option(help="How to print it.")] = CheckFormat.TEXT,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it there.", show_default="the terminal"),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend first what can be mended without a loss.")
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="SEVERITY",
            help="The least severity that fails: error, warning, note, or never.",
            show_default="what pyproject.toml says, or warning",
        ),
    ] = None,
    baseline: Annotated[
        bool,
        typer.Option(
            "--write-baseline", help="Make what is found the known findings, and report new ones."
        ),
    ] = False,
) -> None:
    """Says what a reviewer would find wrong in a repo, and how to mend it. Exits with 1 when a finding is that grave.

    Examples:

      nexus check

      nexus check --fix

      nexus check ../my-nexus --format html --output report.html
    """
    import gc

    from .checks import check as run

    gc.disable()  # what the checks read is kept to the end: looking for garbage takes a tenth of the time
    try:
        report = run(path, fix=fix, fail_on=fail_on)
    finally:
        gc.enable()
    if baseline:
        from .checks.baseline import BASELINE, write_baseline

        findings = (*report.known, *report.findings)
        write_baseline(path, findings)
        _done(f"{_count(len(findings), 'finding is', 'findings are')} known now: commit {BASELINE}")
        return
    text = _printer(format, colours=output is None)(report)
    if output is None:
        typer.echo(text)
    else:
        _write(output, text)
    if report.fails:
        raise typer.Exit(1)


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The id of a check.")],
) -> None:
    """Says what a check looks for, why, and what to do.

    Examples:

      nexus explain DOC103
    """
    from .checks import explain as find
    from .report.findings import check_as_text

    typer.echo(check_as_text(find(rule)))


@app.command()
def log(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you have learned.")],
    repo: Repo = Path(),
) -> None:
    """Writes a line with today's date into the repo's learning log.

    Examples:

      nexus log "select_related joins, prefetch_related asks twice"
    """
    from .lifecycle import log as write

    _done(f"{write(repo, text)}: written")


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


def _carry_out(
    prepared: Prepared | None, *, plan: bool, diff: bool, yes: bool, format: Format
) -> None:
    """Shows a plan, asks, and applies it."""
    from .report.plans import plan_as_json, plan_as_text

    if prepared is None:
        _note("Nothing to do: the repo has it already.")
        raise typer.Exit(3)
    for note in prepared.notes:
        _note(note)
    printer = plan_as_json if format is Format.JSON else plan_as_text
    typer.echo(printer(prepared, diff=diff))
    if plan:
        return
    if not yes:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise NexusError(
                "There is no terminal to ask on, so nothing was changed.",
                hint="Add --yes to apply the plan, or --plan to see it alone.",
            )
        if not typer.confirm("\nApply it?"):
            raise typer.Exit(0)
    prepared.apply()
    conflicts = prepared.plan.conflicts
    if format is Format.TEXT:
        if conflicts:
            _note(
                f"{_count(len(conflicts), 'conflict waits', 'conflicts wait')} for you: edit the files between <<<<<<< and >>>>>>>, then git add them. "
                "git status lists them."
            )
        _done(
            f"{prepared.title}. Nothing is committed: look at git diff --cached, run make check, commit."
        )
        typer.echo("nexus undo takes it back.")
    if conflicts:
        raise typer.Exit(1)


def _printer(format: CheckFormat, *, colours: bool) -> Callable[[Report], str]:
    if format is CheckFormat.HTML:
        from .report.html import as_html

        return as_html
    from .report import findings

    if format is CheckFormat.TEXT:
        on = colours and sys.stdout.isatty() and "NO_COLOR" not in os.environ
        return partial(findings.as_text, colours=on)
    return {
        CheckFormat.JSON: findings.as_json,
        CheckFormat.SARIF: findings.as_sarif,
        CheckFormat.JUNIT: findings.as_junit,
        CheckFormat.GITHUB: findings.as_github,
    }[format]


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise NexusError(
            f"--output {file}: it can't be written: {error.strerror}.",
            hint="Name a file in a folder that exists.",
        ) from error


def _pairs(given: list[str], option: str = "--data ") -> dict[str, object]:
    pairs: dict[str, object] = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not equals:
            raise NexusError(
                f"{option}{item}: there is no equals sign.", hint=f"Write {option}KEY=VALUE."
            )
        pairs[key.strip()] = value
    return pairs


def _print_new(repo: NewRepo) -> None:
    for note in repo.notes:
        _note(note)
    commit = "" if repo.committed else "\n  git init && git add --all && git commit"
    _done(f"{repo.answers.project_name} is in {repo.path}")
    typer.echo(
        f"\nNext:\n  cd {repo.path}{commit}\n"
        "  make run      serves it at port 8000, with data\n"
        "  make check    runs its checks and tests"
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _done(text: str) -> None:
    typer.secho("done: ", fg=typer.colors.GREEN, nl=False)
    typer.echo(text)


def _note(text: str) -> None:
    typer.secho("note: ", fg=typer.colors.YELLOW, nl=False, err=True)
    typer.echo(text, err=True)
