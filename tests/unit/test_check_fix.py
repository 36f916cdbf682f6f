"""`--fix`: what is mended, and that nothing else is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from nexus_scaffold import FileError, Finding, Fixable, git
from nexus_scaffold.checks import Repo
from nexus_scaffold.checks.fixing import fix
from nexus_scaffold.testing import commit_all

Build = Callable[[Mapping[str, str | bytes]], Path]


class SHY101(Fixable):
    """Nobody shouts."""

    why = "It is loud."
    mend = "Say it calmly."

    def places(self, repo: Repo) -> Iterator[tuple[str, int | None, str]]:
        for name in repo.matching("*.md", "*.png"):
            for number, line in repo.lines(name):
                if "HA" in line:
                    yield name, number, "A shout."

    def fixed(self, repo: Repo, name: str) -> bytes:
        # One at a time, so that it takes several rounds.
        return repo.data(name).replace(b"HA", b"ha", 1)


class SHY102(Fixable):
    """Whoever laughs has a reason."""

    why = "It is loud."
    mend = "Say why."

    def places(self, repo: Repo) -> Iterator[tuple[str, int | None, str]]:
        for name in repo.matching("*.md"):
            if "ha" in repo.text(name) and "because" not in repo.text(name):
                yield name, None, "No reason."

    def fixed(self, repo: Repo, name: str) -> bytes:
        return repo.data(name) + b"because\r\n"


class SHY103(Fixable):
    """There is no end to it."""

    why = "It is loud."
    mend = "Stop."

    def places(self, repo: Repo) -> Iterator[tuple[str, int | None, str]]:
        yield "a.md", None, "More."

    def fixed(self, repo: Repo, name: str) -> bytes:
        return repo.data(name) + b"."


def _fix(
    repo: Path, *kinds: type[Fixable], spared: Callable[[Finding], bool] = lambda finding: False
) -> list[str]:
    done = fix(repo, kinds, packages={}, exclude=("legacy/*",), spared=spared)
    return [f"{finding.check} {finding.place}" for finding in done]


def _bytes(repo: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(repo)): path.read_bytes()
        for path in sorted(repo.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


def test_a_file_is_mended_until_nothing_is_left_and_no_other_is_touched(tree: Build) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "HA HA\r\nfa\u00e7ade\n",
        "b.md": "calm\r\n",
        "c.txt": "HA",
        "legacy/d.md": "HA",
        "picture.png": b"\x89PNG\0HA",
    }
    repo = tree(files)
    times = {name: (repo / name).stat().st_mtime_ns for name in files}
    assert _fix(repo, SHY101, SHY102) == ["SHY101 a.md:1", "SHY102 a.md"]
    expected = "ha ha\r\nfa\u00e7ade\nbecause\r\n".encode()
    assert _bytes(repo) == _bytes_of(files) | {"a.md": expected}
    untouched = {name for name in files if (repo / name).stat().st_mtime_ns == times[name]}
    assert untouched == files.keys() - {"a.md"}
    assert _fix(repo, SHY101, SHY102) == []


def _bytes_of(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    return {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}


def test_the_mode_of_a_file_stays(tree: Build) -> None:
    repo = tree({"a.md": "HA"})
    (repo / "a.md").chmod(0o750)
    _fix(repo, SHY101)
    assert (repo / "a.md").stat().st_mode & 0o777 == 0o750


def test_a_link_is_not_replaced_and_what_it_leads_to_is_not_written(
    tree: Build, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "a.md"
    outside.write_text("HA")
    repo = tree({"b.md": "x"})
    (repo / "a.md").symlink_to(outside)
    assert _fix(repo, SHY101) == []
    assert (repo / "a.md").is_symlink()
    assert outside.read_text() == "HA"


def test_what_is_ignored_for_a_reason_stays(tree: Build) -> None:
    repo = tree({"a.md": "HA", "b.md": "HA"})
    assert _fix(repo, SHY101, spared=lambda finding: finding.path == "b.md") == ["SHY101 a.md:1"]
    assert (repo / "b.md").read_text() == "HA"


def test_edits_that_are_not_committed_are_kept(tree: Build) -> None:
    repo = tree({"a.md": "HA\n"})
    commit_all(repo)
    (repo / "a.md").write_text("HA\nmy own line\n")
    assert _fix(repo, SHY101)
    assert (repo / "a.md").read_text() == "ha\nmy own line\n"
    assert git.git("status", "--porcelain", cwd=repo) == " M a.md"


def test_a_check_that_never_ends_is_stopped(tree: Build) -> None:
    repo = tree({"a.md": "x"})
    assert _fix(repo, SHY103) == ["SHY103 a.md"]
    assert (repo / "a.md").read_text() == "x" + "." * 10


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_not_be_written_is_an_error_and_the_file_stays(tree: Build) -> None:
    repo = tree({"docs/a.md": "HA"})
    (repo / "docs").chmod(0o500)
    try:
        with pytest.raises(FileError, match="can't be written"):
            _fix(repo, SHY101)
    finally:
        (repo / "docs").chmod(0o700)
    assert _bytes(repo) == {"docs/a.md": b"HA"}


def test_a_full_disk_leaves_the_file_as_it_was_and_no_draft(
    tree: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = tree({"a.md": "HA"})

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nexus_scaffold.files.os.replace", full)
    with pytest.raises(FileError, match="No space left on device"):
        _fix(repo, SHY101)
    assert _bytes(repo) == {"a.md": b"HA"}
