"""The action and the hook that other repos use, by the commands that they run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, copy_template


class Action:
    """action.yml, run as GitHub does: each command in bash, with the step's variables."""

    def __init__(self, room: Path) -> None:
        self.folder = copy_template(room / "action")
        self.room = room
        self.action = yaml.safe_load((self.folder / "action.yml").read_text(encoding="utf-8"))

    def run(self, number: int, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Runs one of the commands; fails for an expression that stands anywhere but in a variable."""
        step = [step for step in self.action["runs"]["steps"] if "run" in step][number]
        assert set(step) == {"shell", "env", "run"}
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        values = {f"inputs.{name}": each["default"] for name, each in self.action["inputs"].items()}
        values |= {f"inputs.{name}": text for name, text in given.items()}
        values["github.action_path"] = str(self.folder)
        values["steps.python.outputs.python-path"] = sys.executable
        env = {name: values[text[3:-2].strip()] for name, text in step["env"].items()}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**os.environ, "RUNNER_TEMP": str(self.room), **env},
            cwd=self.room,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Action:
    action = Action(tmp_path_factory.mktemp("runner"))
    installed = action.run(0, {})
    assert installed.returncode == 0, installed.stderr
    return action


def test_the_action_annotates_and_fails(action: Action, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("TODO\n")
    done = action.run(1, {"path": str(tmp_path)})
    assert done.returncode == 1, done.stderr
    assert "::warning file=README.md,line=1,title=DOC103 " in done.stdout


def test_the_action_passes_on_what_it_is_given(action: Action, tmp_path: Path) -> None:
    given = {"path": str(tmp_path), "format": "text", "fail-on": "never"}
    done = action.run(1, given)
    assert done.returncode == 0, done.stderr
    assert "DOC101  The repo has a README." in done.stdout


def test_what_an_input_holds_is_no_command(action: Action, tmp_path: Path) -> None:
    done = action.run(1, {"path": str(tmp_path), "fail-on": "never; touch taken $(touch taken)"})
    assert done.returncode == 2
    assert not (action.room / "taken").exists()


def test_the_action_leaves_its_own_folder_as_it_was(action: Action) -> None:
    said = ["git", "status", "--porcelain", "--ignored"]
    changed = subprocess.run(said, cwd=action.folder, capture_output=True, text=True, check=True)
    assert [line for line in changed.stdout.splitlines() if "__pycache__" not in line] == []


def test_the_hook_runs_on_the_repo_as_a_whole(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["pass_filenames"], hook["always_run"]) == (False, True)
    command = str(hook["entry"]).split()
    assert shutil.which(command[0])
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "DOC101" in done.stdout
