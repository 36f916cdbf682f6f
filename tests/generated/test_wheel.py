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
    offline = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [installed / "nexus", "new", repo, "--defaults"],
        env=offline,
        capture_output=True,
        text=True,
        check=False,
    )
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


def test_the_package_is_typed(installed: Path) -> None:
    program = "import importlib.resources as r; print(r.files('nexus_scaffold').joinpath('py.typed').is_file())"
    done = subprocess.run(
        [installed / "python", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
