"""The `nexus` command: what it prints, and what it exits with."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from nexus_scaffold import cli
from tests.small_template import change_template, make_template


def _nexus(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["nexus", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    code = stopped.value.code
    return code if isinstance(code, int) else 0


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return make_template(tmp_path / "template")


def test_new_says_where_the_repo_is_and_what_is_next(
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    repo = tmp_path / "repo"
    arguments = ("new", str(repo), "--template", str(template), "-d", "project_name=Ajira = yako")
    assert _nexus(monkeypatch, *arguments) == 0
    printed = capsys.readouterr()
    assert f"done: Ajira = yako is in {repo}" in printed.out
    assert "make run" in printed.out
    assert "There is no terminal to ask on" in printed.err
    assert "\x1b" not in printed.out + printed.err
    assert (repo / "name.txt").read_text() == "Ajira = yako\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-d", "starter"), "there is no equals sign"),
        (("-d", "starter=shop"), "starter: 'shop' is not one of the choices"),
        (("-d", "stater=blank"), "Did you mean starter?"),
        (("-d", "containers=banana"), "containers: 'banana' is neither yes nor no"),
        (("--template", "no/such"), "There is no template"),
        (("--ref", "v9"), "no version v9"),
    ],
)
def test_bad_input_exits_with_2_names_the_field_and_writes_nothing(
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    before = sorted(tmp_path.iterdir())
    source = ("--template", str(template)) if "--template" not in arguments else ()
    assert (
        _nexus(monkeypatch, "new", str(tmp_path / "repo"), "--defaults", *source, *arguments) == 2
    )
    printed = capsys.readouterr()
    assert "error: " in printed.err
    assert said in printed.err
    assert sorted(tmp_path.iterdir()) == before


def test_check_exits_with_1_when_a_finding_is_as_grave_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _nexus(monkeypatch, "check", str(tmp_path)) == 1
    assert "DOC101  The repo has a README." in capsys.readouterr().out
    assert _nexus(monkeypatch, "check", str(tmp_path), "--fail-on", "never") == 0
    assert _nexus(monkeypatch, "check", str(tmp_path), "--fail-on", "sometimes") == 2
    assert "fail_on is 'sometimes'" in capsys.readouterr().err


def test_check_writes_its_report_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    arguments = ("check", str(tmp_path), "--format", "json", "--output")
    assert _nexus(monkeypatch, *arguments, str(file)) == 1
    assert capsys.readouterr().out == ""
    assert json.loads(file.read_text(encoding="utf-8"))["findings"][0]["check"] == "DOC101"
    assert _nexus(monkeypatch, *arguments, str(tmp_path / "no" / "report.json")) == 2
    assert "--output" in capsys.readouterr().err


def test_log_says_where_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "docs" / "learning-log.md"
    file.parent.mkdir()
    file.write_text("<!-- your words: learning-log -->\n<!-- end of your words -->\n")
    assert _nexus(monkeypatch, "log", "Joins.", "--repo", str(tmp_path)) == 0
    assert capsys.readouterr().out == f"done: {file}: written\n"
    assert ": Joins.\n" in file.read_text()
    assert _nexus(monkeypatch, "log", " ", "--repo", str(tmp_path)) == 2
    assert "There is nothing to write down." in capsys.readouterr().err


def test_write_baseline_makes_what_is_found_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _nexus(monkeypatch, "check", str(tmp_path), "--write-baseline") == 0
    assert "known now: commit .nexus-baseline.json" in capsys.readouterr().out
    assert _nexus(monkeypatch, "check", str(tmp_path), "--fail-on", "note") == 0
    assert "Nothing found; " in capsys.readouterr().out


def test_fix_says_what_it_mended_and_what_remains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_bytes(b"# Jobs\r\nTODO\r\n")
    assert _nexus(monkeypatch, "check", str(tmp_path), "--fix") == 1
    printed = capsys.readouterr().out
    assert "\nfixed\n  README.md: TXT104 " in printed
    assert "README.md:2: A placeholder" in printed
    assert (tmp_path / "README.md").read_bytes() == b"# Jobs\nTODO\n"


def test_explain_says_what_why_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _nexus(monkeypatch, "explain", "doc103") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("DOC103 (")
    assert "docs/reference/checks.md#doc103" in printed
    assert _nexus(monkeypatch, "explain", "DOC130") == 2
    assert "Did you mean DOC" in capsys.readouterr().err


def test_check_of_a_missing_folder_exits_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _nexus(monkeypatch, "check", str(tmp_path / "none")) == 2
    assert "There is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", [(), ("new",), ("check",)])
def test_help_has_examples(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _nexus(monkeypatch, *command, "--help") == 0
    assert "Examples:" in capsys.readouterr().out


def test_the_version_is_the_package_s(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _nexus(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.startswith("nexus 0.")


def test_help_imports_neither_copier_nor_pydantic() -> None:
    program = (
        "import sys; from nexus_scaffold import cli; sys.argv = ['nexus', '--help']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print([name for name in ('copier', 'pydantic', 'yaml', 'rich', 'pytest') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


class Terminal:
    """A pseudo-terminal with a command in it."""

    def __init__(self, *command: str | Path) -> None:
        import pty

        self.controller, terminal = pty.openpty()
        # A session of its own, so that Ctrl-C is a signal to the command alone.
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-m", "nexus_scaffold", *command],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=os.environ | {"PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(terminal)
        self.screen = ""

    def until(self, text: str) -> None:
        """Waits for what the command shows."""
        while text not in self.screen:
            shown = select.select([self.controller], [], [], 20)[0]
            assert shown, f"{text!r} was never shown:\n{self.screen}"
            self.screen += os.read(self.controller, 4096).decode(errors="replace")

    def type(self, keys: str) -> None:
        """Types what a person would."""
        self.screen = ""
        os.write(self.controller, keys.encode())

    def exit_code(self) -> int:
        """Waits for the command's end."""
        code = self.process.wait(timeout=30)
        os.close(self.controller)
        return code


needs_terminal = pytest.mark.skipif(
    os.name != "posix", reason="needs a pseudo-terminal: a POSIX system"
)


@needs_terminal
def test_on_a_terminal_the_questions_are_asked_and_a_wrong_answer_again(
    template: Path, tmp_path: Path
) -> None:
    change_template(template, "{{ project_name }} by {{ user_name }}\n")
    repo = tmp_path / "repo"
    given = ("-d", "setup=quick", "-d", "starter=blank", "-d", "github_user=")
    terminal = Terminal("new", repo, "--template", template, *given)
    terminal.until("The project's name")
    terminal.type("\x7f" * len("Project Nexus") + "Django\r")
    terminal.until("Your name")
    terminal.type("Ada\r")
    terminal.until("Your e-mail address")
    terminal.type("ada\r")
    terminal.until("Validation error for question 'user_email'")
    terminal.type("@example.org\r")
    terminal.until("add a word, such as django-api")
    terminal.until("The short name")
    terminal.type("-api\r")
    terminal.until("runs its checks and tests")
    assert terminal.exit_code() == 0
    assert (repo / "name.txt").read_text() == "Django by Ada\n"
    assert "project_slug: django-api\n" in (repo / ".copier-answers.yml").read_text()


@needs_terminal
def test_ctrl_c_stops_and_leaves_nothing(template: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    terminal = Terminal("new", tmp_path / "repo", "--template", template)
    terminal.until("The project's name")
    terminal.type("\x03")
    terminal.until("Stopped: nothing was written.")
    assert terminal.exit_code() == 130
    assert sorted(tmp_path.iterdir()) == before


@needs_terminal
def test_a_terminal_has_colours_and_a_wish_for_none_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal("check", tmp_path)
    terminal.until("\x1b[31merror DOC101\x1b[0m")
    terminal.until("1 error, ")
    terminal.exit_code()
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal("check", tmp_path)
    terminal.until("error DOC101  ")
    assert "\x1b" not in terminal.screen
    terminal.exit_code()
