"""Where the template comes from: a version of it as a folder, and how a later update finds it again."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

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
    location = location or _own_checkout()
    with tempfile.TemporaryDirectory(prefix="nexus-template-") as scratch:
        if location is None:
            template = _installed(version)
        elif _is_url(location):
            template = _from_url(location, version, Path(scratch))
        else:
            template = _from_folder(Path(location), version, Path(scratch))
        if not (template.folder / "copier.yml").is_file():
            raise SourceError(
                f"{location} holds no copier.yml, so it is not a template.",
                hint="Give the root of the template: a folder or a git URL.",
            )
        yield template


def _own_checkout() -> str | None:
    """The checkout that this code runs from, or was installed from as a folder."""
    roots = [Path(__file__).resolve().parents[2]]
    origin = _origin()
    if "dir_info" in origin:
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
    folder = Path(str(resources.files("nexus_scaffold"))) / "_template"
    origin = _origin()
    if "vcs_info" in origin:
        commit = origin["vcs_info"]["commit_id"]
        return Template(folder=folder, src_path=origin["url"], commit=commit)
    note = f"The template came from an installed package, which no update can find. {_MEND}"
    return Template(folder=folder, src_path=None, commit=f"v{package.version}", notes=(note,))


def _from_url(url: str, version: str | None, scratch: Path) -> Template:
    prefix = url[:3].lower()
    clone_url = _SHORTCUTS[prefix] + url[3:] if prefix in _SHORTCUTS else url
    clone = scratch / "clone"
    try:
        git("clone", "--quiet", "--no-checkout", "--", clone_url, str(clone), cwd=scratch)
    except GitError as error:
        raise SourceError(
            f"The template {url} can't be fetched: {error.message}",
            hint="Check the address, the network and your right to read it.",
        ) from error
    commit = _resolve(clone, version)
    return _exported(clone, commit, scratch, src_path=_without_credentials(url))


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
    changed = git("status", "--porcelain", cwd=folder)
    if not changed or commit != git("rev-parse", "HEAD", cwd=folder):
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
    name = version or _newest_release(repo) or "HEAD"
    for candidate in (name, f"origin/{name}"):
        try:
            return git("rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}", cwd=repo)
        except GitError:
            continue
    tags = ", ".join(git("tag", "--sort=-version:refname", cwd=repo).split()[:5])
    raise SourceError(
        f"The template has no version {name}.",
        hint=f"The newest are: {tags}." if tags else "It has no tags yet: leave the version out.",
    )


def _newest_release(repo: Path) -> str | None:
    from packaging.version import InvalidVersion, Version

    releases: dict[Version, str] = {}
    for tag in git("tag", cwd=repo).split():
        try:
            release = Version(tag)
        except InvalidVersion:
            continue
        if not release.is_prerelease:
            releases[release] = tag
    return releases[max(releases)] if releases else None


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
