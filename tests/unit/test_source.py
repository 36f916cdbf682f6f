"""The template's source: which version is used, and whether a later update can find it."""

from __future__ import annotations

import json
import os
from importlib import metadata, resources
from pathlib import Path

import pytest

from nexus_scaffold import SourceError, git, open_template
from nexus_scaffold import source as source_module
from tests.conftest import ROOT
from tests.small_template import change_template, make_template


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return make_template(tmp_path / "template")


def _text(folder: Path) -> str:
    return (folder / "template" / "name.txt.jinja").read_text()


def test_without_a_release_head_is_used(template: Path) -> None:
    commit = change_template(template, "second\n")
    with open_template(str(template)) as opened:
        assert _text(opened.folder) == "second\n"
        assert opened.src_path == str(template)
        assert opened.commit is not None
        assert commit.startswith(opened.commit)
        assert opened.notes == ()


def test_the_newest_release_is_used_and_not_a_later_commit_or_a_candidate(template: Path) -> None:
    change_template(template, "two\n", tag="v0.2.0")
    change_template(template, "ten\n", tag="v0.10.0")
    change_template(template, "candidate\n", tag="v1.0.0rc1")
    change_template(template, "later\n")
    with open_template(str(template)) as opened:
        assert (opened.commit, _text(opened.folder)) == ("v0.10.0", "ten\n")


@pytest.mark.parametrize("version", ["v0.2.0", "main", "HEAD"])
def test_a_version_can_be_named(template: Path, version: str) -> None:
    change_template(template, "two\n", tag="v0.2.0")
    with open_template(str(template), version) as opened:
        assert _text(opened.folder) == "two\n"


def test_an_unknown_version_is_refused_with_those_that_there_are(template: Path) -> None:
    change_template(template, "two\n", tag="v0.2.0")
    with (
        pytest.raises(SourceError, match=r"no version v9") as raised,
        open_template(str(template), "v9"),
    ):
        pass
    assert "v0.2.0" in raised.value.hint


def test_changes_that_are_not_committed_render_and_the_last_commit_is_recorded(
    template: Path,
) -> None:
    head = git.git("rev-parse", "HEAD", cwd=template)
    (template / "template" / "name.txt.jinja").write_text("dirty\n")
    (template / "template" / "new.txt").write_text("new\n")
    with open_template(str(template)) as opened:
        assert _text(opened.folder) == "dirty\n"
        assert (opened.folder / "template" / "new.txt").is_file()
        assert opened.commit is not None
        assert head.startswith(opened.commit)
        assert "not committed" in opened.notes[0]
    git.git("cat-file", "-e", f"{opened.commit}^{{commit}}", cwd=template)


def test_a_relative_folder_is_recorded_as_an_absolute_one(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(template.parent)
    with open_template("template") as opened:
        assert opened.src_path == str(template)


def test_a_url_is_cloned_and_recorded_without_its_credentials(template: Path) -> None:
    change_template(template, "two\n", tag="v0.2.0")
    with open_template(f"file://{template}") as opened:
        assert (opened.src_path, opened.commit) == (f"file://{template}", "v0.2.0")
    assert (
        source_module._without_credentials("https://ada:token@git.example.org/x")
        == "https://git.example.org/x"
    )


def test_a_checkout_records_its_remote_where_that_has_the_commit(
    template: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git.git("clone", "--quiet", f"file://{template}", str(clone), cwd=tmp_path)
    with open_template(str(clone)) as opened:
        assert opened.src_path == f"file://{template}"
    change_template(clone, "not pushed\n")
    with open_template(str(clone)) as opened:
        assert opened.src_path == str(clone)


def test_a_plain_folder_renders_and_says_that_no_update_can_find_it(
    template: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    with open_template(str(template)) as opened:
        opened.folder.rename(plain)
    with open_template(str(plain)) as opened:
        assert (opened.src_path, opened.commit) == (None, None)
        assert "_src_path" in opened.notes[0]
    with pytest.raises(SourceError, match="no version v1"), open_template(str(plain), "v1"):
        pass


def test_a_template_in_a_subfolder_of_a_repository_has_no_version(
    template: Path, tmp_path: Path
) -> None:
    outer = tmp_path / "outer"
    with open_template(str(template)) as opened:
        outer.mkdir()
        opened.folder.rename(outer / "inner")
    git.git("init", "--quiet", cwd=outer)
    with open_template(str(outer / "inner")) as opened:
        assert (opened.src_path, opened.commit) == (None, None)


@pytest.mark.parametrize("location", ["no/such/folder", "file:///no/such/repository", os.devnull])
def test_a_missing_template_is_named(location: str) -> None:
    with pytest.raises(SourceError, match=Path(location).name), open_template(location):
        pass


def test_a_folder_without_copier_yml_is_no_template(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no copier\.yml"), open_template(str(tmp_path)):
        pass


def test_by_default_the_checkout_is_the_template() -> None:
    with open_template() as opened:
        assert (opened.folder / "copier.yml").read_bytes() == (ROOT / "copier.yml").read_bytes()


class _Installed:
    """The installed package, with what PEP 610 says of where it came from."""

    version = "1.2.3"

    def __init__(self, origin: object) -> None:
        self.origin = origin

    def read_text(self, name: str) -> str | None:
        return json.dumps(self.origin) if self.origin and name == "direct_url.json" else None


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, template: Path) -> pytest.MonkeyPatch:
    package = template.parent / "package"
    package.mkdir()
    (package / "_template").symlink_to(template)
    monkeypatch.setattr(source_module, "_own_checkout", lambda: None)
    monkeypatch.setattr(resources, "files", lambda _: package)
    monkeypatch.setattr(metadata, "distribution", lambda _: _Installed(None))
    return monkeypatch


def test_an_installed_package_says_that_no_update_can_find_it(
    installed: pytest.MonkeyPatch,
) -> None:
    with open_template() as opened:
        assert (opened.src_path, opened.commit) == (None, "v1.2.3")
        assert "git URL" in opened.notes[0]


def test_a_package_installed_from_git_records_where_from(installed: pytest.MonkeyPatch) -> None:
    origin = {
        "url": "https://git.example.org/nexus.git",
        "vcs_info": {"vcs": "git", "commit_id": "a" * 40},
    }
    installed.setattr(metadata, "distribution", lambda _: _Installed(origin))
    with open_template() as opened:
        assert (opened.src_path, opened.commit, opened.notes) == (origin["url"], "a" * 40, ())


def test_a_package_installed_from_a_folder_has_that_folder_for_its_source(
    monkeypatch: pytest.MonkeyPatch, template: Path
) -> None:
    """As `uvx --from . nexus new` does."""
    origin = {"url": template.as_uri(), "dir_info": {}}
    monkeypatch.setattr(source_module, "__file__", str(template.parent / "a" / "b" / "source.py"))
    monkeypatch.setattr(metadata, "distribution", lambda _: _Installed(origin))
    with open_template() as opened:
        assert opened.src_path == str(template)


def test_an_installed_package_has_one_version(installed: pytest.MonkeyPatch) -> None:
    with open_template(None, "v1.2.3"):
        pass
    with pytest.raises(SourceError, match=r"holds version 1\.2\.3"), open_template(None, "v1.0.0"):
        pass
