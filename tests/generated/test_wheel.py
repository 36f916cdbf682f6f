"""The wheel carries the template: an installed `nexus new` needs no checkout and no network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nexus_scaffold.testing import RenderRepo
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that the built wheel is installed in."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "env"], check=True)
    (wheel,) = folder.glob("*.whl")
    target = {**os.environ, "VIRTUAL_ENV": str(folder / "env")}
    subprocess.run([uv, "pip", "install", "--quiet", wheel], env=target, check=True)
    return folder / "env" / ("Scripts" if os.name == "nt" else "bin")


def test_an_installed_nexus_makes_the_same_repo_and_says_what_an_update_needs(
    installed: Path, render_repo: RenderRepo, tmp_path: Path
) -> None:
    repo = tmp_path / "repo"
    done = _nexus(installed, tmp_path, "new", str(repo), "--defaults")
    assert done.returncode == 0, done.stderr
    assert "no update can find" in done.stderr
    assert "_src_path" in done.stderr

    def tree(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(folder).parts
        }

    from_wheel, from_checkout = tree(repo), tree(render_repo())
    answers = from_wheel.pop(".copier-answers.yml").decode()
    from_checkout.pop(".copier-answers.yml")
    assert from_wheel == from_checkout
    assert "_src_path" not in answers
    assert "_commit: v" in answers


def test_an_installed_nexus_changes_the_answers_of_its_version(
    installed: Path, tmp_path: Path
) -> None:
    repo = tmp_path / "repo"
    assert _nexus(installed, tmp_path, "new", str(repo), "--defaults").returncode == 0
    here = ("--repo", str(repo), "--yes")
    done = _nexus(installed, tmp_path, "set", "payments=false", *here)
    assert done.returncode == 0, done.stderr
    assert not (repo / "apps" / "payments").exists()
    assert _nexus(installed, tmp_path, "undo", "--repo", str(repo)).returncode == 0
    assert (repo / "apps" / "payments" / "models.py").is_file()
    assert _nexus(installed, tmp_path, "update", *here).returncode == 3


def _nexus(installed: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the installed command without a network."""
    offline = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }
    return subprocess.run(
        [installed / "nexus", *arguments], env=offline, capture_output=True, text=True, check=False
    )


def test_the_package_is_typed(installed: Path) -> None:
    program = "import importlib.resources as r; print(r.files('nexus_scaffold').joinpath('py.typed').is_file())"
    done = subprocess.run(
        [installed / "python", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
