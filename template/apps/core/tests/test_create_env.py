"""`manage.py create_env`."""

import stat
import sys
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.management import call_command
from pytest_django import Settings

EXAMPLE = """# Secrets
SECRET_KEY=
JWT_PRIVATE_KEY=
# LOG_LEVEL=INFO
OTHER=
"""


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """Return a repo's root that has an example and no .env."""
    (tmp_path / ".env.example").write_text(EXAMPLE)
    settings.BASE_DIR = tmp_path
    return tmp_path


def values(path: Path) -> dict[str, str]:
    """Return the names and values of a .env."""
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")


def test_each_secret_is_fresh_and_the_rest_stays(folder: Path) -> None:
    """S05, H09: no two repos share a secret."""
    call_command("create_env")
    first = values(folder / ".env")
    (folder / ".env").unlink()
    call_command("create_env")
    second = values(folder / ".env")

    assert len(first["SECRET_KEY"]) >= 50
    assert load_pem_private_key(first["JWT_PRIVATE_KEY"].replace("\\n", "\n").encode(), None)
    assert first["OTHER"] == ""
    assert "# LOG_LEVEL=INFO" in (folder / ".env").read_text()
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert first["JWT_PRIVATE_KEY"] != second["JWT_PRIVATE_KEY"]


def test_it_fills_in_what_it_is_given(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """H09: where there is no example, and no place to write to."""
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(sys, "stdin", StringIO(EXAMPLE))

    call_command("create_env", pipe=True)

    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == len(EXAMPLE.splitlines())
    assert "SECRET_KEY=\n" not in printed
    assert "OTHER=\n" in printed
    assert not list(tmp_path.iterdir())


def test_only_the_owner_may_read_it(folder: Path) -> None:
    call_command("create_env")

    assert stat.S_IMODE((folder / ".env").stat().st_mode) & 0o077 == 0


def test_a_file_that_is_there_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").write_text("SECRET_KEY=mine\n")

    call_command("create_env")

    assert (folder / ".env").read_text() == "SECRET_KEY=mine\n"
    assert "stays as it is" in capsys.readouterr().out
