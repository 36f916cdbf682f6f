"""Checks that an installed package adds."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nexus_scaffold import CheckError, check
from nexus_scaffold.checks import explain
from nexus_scaffold.report.findings import as_text

GOOD = '''
from collections.abc import Iterator

from nexus_scaffold.checks import Check, Repo


class ABC101(Check):
    """The repo has a file for Abebe."""

    why = "Abebe asks for it."
    mend = "Write abebe.txt."

    def places(self, repo: Repo) -> Iterator[tuple[str, int | None, str]]:
        if "abebe.txt" not in repo.files:
            yield "abebe.txt", None, "There is none."


CHECKS = [ABC101]
'''

FIXABLE = '''
from collections.abc import Iterator

from nexus_scaffold.checks import Fixable, Repo


class ABC102(Fixable):
    """Abebe's name is right."""

    why = "Abebe cares."
    mend = "Write Abebe."

    def places(self, repo: Repo) -> Iterator[tuple[str, int | None, str]]:
        for name in repo.matching("*.txt"):
            if "Abeba" in repo.text(name):
                yield name, None, "It says Abeba."

    def fixed(self, repo: Repo, name: str) -> bytes:
        data = repo.data(name)
        return data if name == "c.txt" else data.replace(b"Abeba", b"Abebe")


CHECKS = [ABC102]
'''

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A function that installs a package with a module, whose CHECKS it names, where Python finds it."""
    site = tmp_path / "site"
    place = ("--python", sys.executable, "--target", site)

    def installed(module: str) -> None:
        wheel = tmp_path / "abebe_checks-1.0-py3-none-any.whl"
        about = "abebe_checks-1.0.dist-info"
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr("abebe_checks.py", module)
            file.writestr(
                f"{about}/METADATA", "Metadata-Version: 2.1\nName: abebe-checks\nVersion: 1.0\n"
            )
            file.writestr(
                f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            file.writestr(
                f"{about}/entry_points.txt",
                "[nexus_scaffold.checks]\nabebe = abebe_checks:CHECKS\n",
            )
            names = [*file.namelist(), f"{about}/RECORD"]
            file.writestr(f"{about}/RECORD", "".join(f"{name},,\n" for name in names))
        subprocess.run(
            [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", *place, wheel],
            check=True,
        )
        monkeypatch.syspath_prepend(site)
        monkeypatch.delitem(sys.modules, "abebe_checks", raising=False)

    return installed


def _found(repo: Path) -> list[str]:
    return [finding.path for finding in check(repo).findings if finding.check == "ABC101"]


def test_an_installed_package_s_checks_run_and_are_configured_like_the_others(
    install: Install, tmp_path: Path
) -> None:
    install(GOOD)
    repo = tmp_path / "repo"
    repo.mkdir()
    assert _found(repo) == ["abebe.txt"]
    assert explain("ABC101").title() == "The repo has a file for Abebe."
    (repo / "pyproject.toml").write_text('[tool.nexus.check.ignore]\nABC = "no Abebe here"\n')
    assert _found(repo) == []


def test_a_package_s_check_can_be_fixed(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(FIXABLE)
    repo = tmp_path / "repo"
    repo.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (repo / name).write_text("Abeba\n")
    (repo / "pyproject.toml").write_text('[tool.nexus.check.ignore]\n"ABC:b.txt" = "her name"\n')
    report = check(repo, fix=True)
    assert [finding.path for finding in report.fixed] == ["a.txt"]
    assert [finding.path for finding in report.findings if finding.check == "ABC102"] == ["c.txt"]
    assert [(repo / f"{name}.txt").read_text() for name in "abc"] == [
        "Abebe\n",
        "Abeba\n",
        "Abeba\n",
    ]
    text = as_text(report)
    assert "fixed\n  a.txt: ABC102 It says Abeba.\n" in text
    assert "1 fixed" in text.splitlines()[-1]


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("CHECKS = 3", "can't be loaded"),
        ("CHECKS = [str]", "that is no check"),
        (GOOD.replace("def places", "def place"), "that is no check"),
        (GOOD.replace("ABC101", "DOC101"), "DOC101 is the id of a check of nexus-scaffold already"),
        (GOOD.replace("[ABC101]", "[ABC101, ABC101]"), "ABC101 is the id of a check of abebe-"),
        (GOOD.replace("ABC101", "Abebe"), "its name is no id"),
        (GOOD.replace("    mend =", "    mond ="), "it has no mend"),
        (GOOD.replace("    why =", "    reason ="), "it has no why"),
        (GOOD.replace("repo.files", "repo.folder"), "ABC101 fails: AttributeError"),
    ],
)
def test_a_broken_package_is_named(
    install: Install, tmp_path: Path, module: str, said: str
) -> None:
    install(module)
    with pytest.raises(CheckError) as raised:
        check(tmp_path)
    assert said in raised.value.message
    assert "abebe-checks" in raised.value.message
    assert "pip uninstall abebe-checks" in raised.value.hint


def test_a_package_whose_mend_fails_is_named_and_nothing_is_written(
    install: Install, tmp_path: Path
) -> None:
    install(FIXABLE.replace("repo.data(name)", "repo.date(name)"))
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "a.txt").write_text("Abeba \n")
    with pytest.raises(CheckError, match="abebe-checks: ABC102 fails: AttributeError"):
        check(repo, fix=True)
    assert (repo / "a.txt").read_text() == "Abeba \n"
