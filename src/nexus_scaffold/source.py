"""Where the template comes from: a version of it as a folder, and how a later update finds it again."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata, resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import GitError, SourceError
from .git import export, files, git, succeeds, top_level

_SHORTCUTS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_MEND = "To be able to update, set _src_path to the template's git URL and _commit to its version in .copier-answers.yml."


@dataclass(frozen=True, kw_only=True)
class Template:
    """One version of the template, ready to render.

    Attributes:
        folder: The template's files; they are gone when the source is closed.
        src_path: What a repo records to find the template again; None where no later update could.
        commit: The version, as `git describe` names it; None where there is none to come back to.
        notes: What a user should know about the two.
    """

    folder: Path
    src_path: str | None
    commit: str | None
    notes: tuple[str, ...] = ()


@contextmanager
def open_template(location: str | None = None, version: str | None = None) -> Iterator[Template]:
    """Brings a version of the template into a folder for as long as the context lasts.

    Args:
        location: A git URL, or a folder. None is the checkout that runs this code, else the installed package.
        version: A tag, branch or commit. None is the newest release tag, or HEAD (with changes that are not
            committed, in a folder) while there is none.

    Raises:
        SourceError: There is no such template, or no such version of it.
    """
    with open_source(location) as source:
        yield source.at(version)


@contextmanager
def open_source(location: str | None = None) -> Iterator[Source]:
    """The versions of a template, for as long as the context lasts; it is fetched once, when it is needed.

    Args:
        location: A git URL, or a folder. None is the checkout that runs this code, else the installed package.
    """
    with tempfile.TemporaryDirectory(prefix="nexus-template-") as scratch:
        yield Source(location or _own_checkout(), Path(scratch))


class Source:
    """A template, wherever it is, with its versions."""

    def __init__(self, location: str | None, scratch: Path) -> None:
        self.location = location
        self._scratch = scratch

    def at(self, version: str | None = None) -> Template:
        """One version of it; `open_template` says which.

        Raises:
            SourceError: There is no such template, or no such version of it.
        """
        folder = Path(tempfile.mkdtemp(prefix="version-", dir=self._scratch))
        if self.location is None:
            template = _installed(version)
        elif _is_url(self.location):
            repo = self._clone
            commit = _resolve(repo, version)
            template = _exported(repo, commit, folder, src_path=_without_credentials(self.location))
        else:
            template = _from_folder(Path(self.location), version, folder)
        if not (template.folder / "copier.yml").is_file():
            raise SourceError(
                f"{self.location} holds no copier.yml, so it is not a template.",
                hint="Give the root of the template: a folder or a git URL.",
            )
        return template

    def is_at(self, recorded: str, version: str | None = None) -> bool:
        """Whether a recorded version is the one that would be taken; a look at its names, and nothing else.

        Raises:
            SourceError: There is no such template, or no such version of it.
        """
        if self.location is None:
            return recorded == f"v{metadata.version('nexus-scaffold')}"
        if _is_url(self.location):
            return self._remote_is_at(recorded, version)
        folder = Path(self.location)
        if top_level(folder) != folder.resolve() or not succeeds("rev-parse", "HEAD", cwd=folder):
            return False
        if version is None and git("status", "--porcelain", cwd=folder):
            return False
        return _resolves(folder, recorded) == _resolve(folder, version)

    def releases(self) -> list[str]:
        """Its release tags, the newest first.

        Raises:
            SourceError: It can't be reached.
        """
        if self.location is None:
            return [f"v{metadata.version('nexus-scaffold')}"]
        if _is_url(self.location):
            names = [name.removeprefix("refs/tags/") for name in self._remote() if "/tags/" in name]
        else:
            names = git("tag", cwd=Path(self.location)).split()
        return _releases(names)

    @cached_property
    def _clone(self) -> Path:
        clone = self._scratch / "clone"
        url = _address(str(self.location))
        try:
            git("clone", "--quiet", "--no-checkout", "--", url, str(clone), cwd=self._scratch)
        except GitError as error:
            raise self._unreachable(error) from error
        return clone

    def _remote(self) -> dict[str, str]:
        """The commits of its branches and tags."""
        try:
            listed = git("ls-remote", "--", _address(str(self.location)), cwd=self._scratch)
        except GitError as error:
            raise self._unreachable(error) from error
        pairs = (line.split("\t") for line in listed.splitlines())
        # A tag with a message has a line of its own for the commit, after that of the tag.
        return {name.removesuffix("^{}"): commit for commit, name in pairs}

    def _remote_is_at(self, recorded: str, version: str | None) -> bool:
        remote = self._remote()
        tags = {name.removeprefix("refs/tags/") for name in remote if "/tags/" in name}
        name = version or next(iter(_releases(tags)), "HEAD")
        wanted = next(
            (
                remote[full]
                for full in (f"refs/tags/{name}", f"refs/heads/{name}", name)
                if full in remote
            ),
            name,
        )
        known = remote.get(f"refs/tags/{recorded}")
        described = re.search(r"(?:-g|^)([0-9a-f]{7,64})$", recorded)
        return wanted == known or (described is not None and wanted.startswith(described[1]))

    def _unreachable(self, error: GitError) -> SourceError:
        return SourceError(
            f"The template {self.location} can't be fetched: {error.message}",
            hint="Check the address, the network and your right to read it.",
        )


def own_template() -> Path:
    """The folder of the template that this package belongs to, as it stands: a checkout, or what the wheel carries."""
    return Path(_own_checkout() or str(resources.files("nexus_scaffold") / "_template"))


def _own_checkout() -> str | None:
    """The checkout that this code runs from, or was installed from as a folder."""
    roots = [Path(__file__).resolve().parents[2]]
    origin = _origin()
    if "dir_info" in origin:
        from urllib.request import url2pathname  # brings all of HTTP with it

        roots.append(Path(url2pathname(urlsplit(origin["url"]).path)))
    return next((str(root) for root in roots if (root / "copier.yml").is_file()), None)


def _origin() -> dict[str, Any]:
    """Where the package was installed from, as PEP 610 records it; empty for a package index."""
    try:
        text = metadata.distribution("nexus-scaffold").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return {}
    return dict(json.loads(text or "{}"))


def _is_url(location: str) -> bool:
    remote = re.match(r"[a-z][a-z0-9+.-]*://|(gh|gl):|[\w.-]+@[\w.-]+:", location, re.IGNORECASE)
    return remote is not None


def _installed(version: str | None) -> Template:
    package = metadata.distribution("nexus-scaffold")
    if version not in (None, package.version, f"v{package.version}"):
        raise SourceError(
            f"The installed package holds version {package.version} of the template, not {version}.",
            hint=f"Install nexus-scaffold=={version}, or give --template with a git URL.",
        )
    folder = own_template()
    origin = _origin()
    if "vcs_info" in origin:
        commit = origin["vcs_info"]["commit_id"]
        return Template(folder=folder, src_path=origin["url"], commit=commit)
    note = f"The template came from an installed package, which no update can find. {_MEND}"
    return Template(folder=folder, src_path=None, commit=f"v{package.version}", notes=(note,))


def _address(url: str) -> str:
    url = url.removeprefix("git+")
    prefix = url[:3].lower()
    return _SHORTCUTS[prefix] + url[3:] if prefix in _SHORTCUTS else url


def _from_folder(folder: Path, version: str | None, scratch: Path) -> Template:
    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        raise SourceError(
            f"There is no template at {folder}.", hint="Give a folder that exists, or a git URL."
        )
    if top_level(folder) != folder or not succeeds("rev-parse", "HEAD", cwd=folder):
        if version is not None:
            raise SourceError(
                f"{folder} is not the root of a git repository, so it has no version {version}.",
                hint="Give the root of the template's repository, or leave the version out.",
            )
        note = f"The template's folder is not the root of a git repository, so no update can find its versions. {_MEND}"
        return Template(folder=folder, src_path=None, commit=None, notes=(note,))
    commit = _resolve(folder, version)
    at_head = version is None and commit == git("rev-parse", "HEAD", cwd=folder)
    if not (at_head and git("status", "--porcelain", cwd=folder)):
        return _exported(folder, commit, scratch, src_path=_findable(folder, commit))
    copy = scratch / "working-tree"
    for name in files(folder):
        if (folder / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, copy / name)
    return Template(
        folder=copy,
        src_path=_findable(folder, commit),
        commit=_describe(folder, commit),
        notes=(
            "The template has changes that are not committed. They are rendered, but the repo records the last "
            "commit: an update will see them as your own edits.",
        ),
    )


def _exported(repo: Path, commit: str, scratch: Path, *, src_path: str) -> Template:
    folder = scratch / "version"
    export(repo, commit, folder)
    return Template(folder=folder, src_path=src_path, commit=_describe(repo, commit))


def _resolve(repo: Path, version: str | None) -> str:
    name = version or next(iter(_releases(git("tag", cwd=repo).split())), "HEAD")
    commit = _resolves(repo, name) or _resolves(repo, f"origin/{name}")
    if commit is None:
        tags = ", ".join(_releases(git("tag", cwd=repo).split())[:5])
        raise SourceError(
            f"The template has no version {name}.",
            hint=(
                f"The newest are: {tags}." if tags else "It has no tags yet: leave the version out."
            ),
        )
    return commit


def _resolves(repo: Path, name: str) -> str | None:
    try:
        return git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", cwd=repo)
    except GitError:
        return None


def _releases(tags: Iterable[str]) -> list[str]:
    """The tags that are releases, the newest first."""
    from packaging.version import InvalidVersion, Version

    releases: dict[Version, str] = {}
    for tag in tags:
        try:
            release = Version(tag)
        except InvalidVersion:
            continue
        if not release.is_prerelease:
            releases[release] = tag
    return [releases[release] for release in sorted(releases, reverse=True)]


def _describe(repo: Path, commit: str) -> str:
    return git("describe", "--tags", "--always", commit, cwd=repo)


def _findable(checkout: Path, commit: str) -> str:
    """The checkout's remote where that has the commit, so that an update works on any machine; else its path."""
    if succeeds("remote", "get-url", "origin", cwd=checkout):
        remote = git("remote", "get-url", "origin", cwd=checkout)
        if _is_url(remote) and git("branch", "--remotes", "--contains", commit, cwd=checkout):
            return _without_credentials(remote)
    return str(checkout)


def _without_credentials(url: str) -> str:
    return re.sub(r"^(https?://)[^/@]*@", r"\1", url)
