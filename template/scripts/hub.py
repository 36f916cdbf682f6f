"""Write what the documentation says of this repository's own files: `make hub`.

Between `<!-- hub: NAME -->` and `<!-- end of hub -->` stands what is made from files that are there
anyway: the tables of what was learnt from the head of each page of docs/learnings, the versions
from uv.lock, the endpoints from the API's description, the tree from git, the data model from the
models. So none of it can say anything else.

    uv run python scripts/hub.py            write it
    uv run python scripts/hub.py --check    change nothing; exit with 1 when something is out of date

Exits with 2 when a page can't be read, or names evidence that is not there.
"""

from __future__ import annotations

import argparse
import ast
import fnmatch
import os
import re
import subprocess  # nosec B404
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

# The folders of docs/learnings, and what the columns of their tables are called.
LEARNINGS = {
    "technologies": ("Technology", "In this repository", "Version", "Evidence"),
    "concepts": ("Concept", "In this repository", "Evidence"),
    "challenges": ("Challenge", "Solution", "Evidence"),
    "practices": ("Practice", "How this repository keeps it", "Evidence"),
}
# Folders whose own folders are in the tree, too.
OPEN_FOLDERS = ("apps", "docs")

BEGIN, END = re.compile(r"^<!-- hub: (.+) -->$"), "<!-- end of hub -->"
HEAD = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
TREE_LINE = re.compile(r"^((?:[│ ]   )*)[├└]── (\S+) *(.*)$", re.MULTILINE)
IMAGE = re.compile(r"^ *(?:image: |ARG \w*IMAGE=)([\w./-]+):([\w.-]+)$", re.MULTILINE)


class HubError(Exception):
    """A page that can't be read, or says what is not so: which, and what to do about it."""


@dataclass(frozen=True, kw_only=True)
class Learning:
    """What a page of docs/learnings is about.

    Attributes:
        page: The page.
        title: Its heading.
        says: One sentence: what is here, or how a challenge was solved.
        evidence: What proves it: files, folders, and commits by their hash or how their subject begins.
        versions: Names of packages in uv.lock, or `python`.
    """

    page: Path
    title: str
    says: str
    evidence: tuple[Path | str, ...]
    versions: tuple[str, ...]


def name(path: Path) -> str:
    """Return the path from the top of the repository, as people write it."""
    return path.relative_to(ROOT).as_posix()


def words(value: str) -> str:
    """Return the text on one line, fit for the cell of a table."""
    return " ".join(value.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(row)} |\n" for row in (head, *rows)]
    lines.insert(1, f"|{'---|' * len(head)}\n")
    return "".join(lines)


def git(*arguments: str) -> str | None:
    """Return what git says; None where this is no git repository, or git has no answer."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(  # nosec B603
            command, cwd=ROOT, capture_output=True, check=False, encoding="utf-8"
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 and (ROOT / ".git").exists() else None


# What was learnt


def read_learning(page: Path) -> Learning:
    """Read the head of a page.

    Raises:
        HubError: A field is missing or wrong, or what it names is not there.
    """
    text = page.read_text(encoding="utf-8")
    head = HEAD.match(text)
    says = "solution" if page.parent.name == "challenges" else "summary"
    try:
        fields = yaml.safe_load(head[1]) if head else None
    except yaml.YAMLError as error:
        raise HubError(f"{name(page)}: its head is not YAML: {error}") from error
    if not isinstance(fields, dict):
        raise HubError(
            f"{name(page)} has no head: begin it with title, {says} and evidence, "
            "between two lines of ---."
        )
    known = ["title", says, "evidence"]
    if page.parent.name == "technologies":
        known.append("versions")
    for field in fields:
        if field not in known:
            raise HubError(f"{name(page)}: {field}: nothing reads it; write {', '.join(known)}.")
    for field in ("title", says):
        if not isinstance(fields.get(field), str) or not fields[field].strip():
            raise HubError(f"{name(page)}: {field}: write a line of text.")
    if f"\n# {fields['title']}\n" not in text:
        raise HubError(f"{name(page)}: title: write the page's heading, or change the heading.")
    evidence = fields.get("evidence")
    if not isinstance(evidence, list) or not evidence:
        raise HubError(f"{name(page)}: evidence: list a file, a folder or a commit that proves it.")
    versions = fields.get("versions", [])
    if not isinstance(versions, list) or not all(isinstance(one, str) for one in versions):
        raise HubError(f"{name(page)}: versions: list names of packages in uv.lock.")
    for package in versions:
        if package not in locked():
            raise HubError(f"{name(page)}: versions: uv.lock has no package {package}.")
    return Learning(
        page=page,
        title=words(fields["title"]),
        says=words(fields[says]),
        evidence=tuple(proof(page, one) for one in evidence),
        versions=tuple(versions),
    )


def proof(page: Path, evidence: object) -> Path | str:
    """Return the file or folder, or how the commit is named.

    Raises:
        HubError: It is neither, or it is not there.
    """
    match evidence:
        case str():
            path = (ROOT / evidence).resolve()
            if path.exists() and path.is_relative_to(ROOT):
                return path
            raise HubError(
                f"{name(page)}: evidence: there is no {evidence}: write its path from the top of "
                "the repository, or take it out."
            )
        case {"commit": str(commit), **others} if not others:
            log = commits()
            if log and not any(line.startswith(commit) for lines in log for line in lines):
                raise HubError(
                    f"{name(page)}: evidence: git log has no commit {commit!r}: correct it, or take "
                    "it out. (A shallow clone has not all of them: git fetch --unshallow.)"
                )
            return commit
        case _:
            raise HubError(
                f"{name(page)}: evidence: {evidence!r}: write a path, or `commit: ` and in quotes its "
                "hash or how its subject begins."
            )


@cache
def commits() -> Sequence[tuple[str, str]]:
    """Return hash and subject of each commit up to this one; none where there is no git."""
    log = (git("log", "--format=%H %s") or "").splitlines()
    return [(line[:40], line[41:]) for line in log]


@cache
def locked() -> Mapping[str, str]:
    """Return the versions of uv.lock, and of Python, by the packages' names."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    python = lock["requires-python"].removeprefix(">=")
    return {
        "python": f"{python} or newer",
        **{package["name"]: package.get("version", "") for package in lock["package"]},
    }


@cache
def order() -> Mapping[str, int]:
    """Return the places of the pages that docs/.nav.yml names."""
    nav = (DOCS / ".nav.yml").read_text(encoding="utf-8")
    return {page: place for place, page in enumerate(re.findall(r"- (\S+\.md)$", nav, re.M))}


def learnings(kind: str, page: Path, old: str) -> str:
    """Return the table of one folder of docs/learnings, in the order of the site."""
    pages = [path for path in (DOCS / "learnings" / kind).glob("*.md") if path.stem != "index"]
    places = order()

    def place(path: Path) -> tuple[int, str]:
        return places.get(path.relative_to(DOCS).as_posix(), len(places)), path.stem

    rows = []
    for learning in map(read_learning, sorted(pages, key=place)):
        evidence = ", ".join(
            f"[{name(one)}]({link(page, one)})" if isinstance(one, Path) else f"`{one}`"
            for one in learning.evidence
        )
        versions = ", ".join(f"{package} {locked()[package]}" for package in learning.versions)
        row = [f"[{learning.title}]({link(page, learning.page)})", learning.says, evidence]
        if "Version" in LEARNINGS[kind]:
            row.insert(2, versions)
        rows.append(row)
    return table(LEARNINGS[kind], rows)


def link(page: Path, target: Path) -> str:
    """Return the address of a file, from a page."""
    return quote(Path(os.path.relpath(target, page.parent)).as_posix())


# What is there


def versions(page: Path, old: str) -> str:
    """Return the table of the libraries that this project names, as locked, and of the images."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[\[<>=!~; ]", one)[0] for one in project["dependencies"]]
    rows = [[package, locked()[package]] for package in ["python", *sorted(names)]]
    for file in ("Dockerfile", "compose.yaml"):
        if (ROOT / file).exists():
            images = IMAGE.findall((ROOT / file).read_text(encoding="utf-8"))
            rows += [[f"image {image}", tag] for image, tag in images]
    return table(("Name", "Version"), rows)


def endpoints(page: Path, old: str) -> str:
    """Return a table of the operations for each tag of the API's description."""
    text = (DOCS / "api" / "openapi.yaml").read_text(encoding="utf-8")
    # PyYAML's loader in C, where there is one, takes a tenth of the time.
    described = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # nosec B506
    return operations_by_tag(described["paths"])


def operations_by_tag(paths: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a heading and a table of operations for each tag."""
    by_tag: dict[str, list[list[str]]] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "responses" in operation:
                row = [f"`{method.upper()}`", f"`{path}`", words(operation.get("summary", ""))]
                by_tag.setdefault(operation.get("tags", ["other"])[0], []).append(row)
    return "\n".join(
        f"## {tag}\n\n{table(('Method', 'Path', 'What it does'), rows)}"
        for tag, rows in sorted(by_tag.items())
    )


def tree(page: Path, old: str) -> str:
    """Return the tree of the repository. What was said of a file or folder is kept.

    A line of the tree as it is stays while its file or folder is there. New are what is at the
    top and does not begin with a dot, and the folders in `OPEN_FOLDERS`.
    """
    paths = known_paths()
    said: dict[str, str] = {}
    parents: list[str] = []
    for indent, entry, comment in TREE_LINE.findall(old):
        parents[len(indent) // 4 :] = [entry]
        if "".join(parents) in paths:
            said["".join(parents)] = comment
    for path in paths:
        parts = path.rstrip("/").split("/")
        at_top = len(parts) == 1 and parts[0][0] != "."
        if at_top or (len(parts) == 2 and parts[0] in OPEN_FOLDERS and path.endswith("/")):
            said.setdefault(path, about(ROOT / path))
    return f"```text\n{''.join(tree_lines(said))}```\n"


def tree_lines(said: Mapping[str, str], parent: str = "", bars: str = "") -> Iterator[str]:
    """Return the lines of what is in a folder: folders first."""
    inside = re.compile(re.escape(parent) + "[^/]+/?")
    here = [path for path in said if inside.fullmatch(path)]
    here.sort(key=lambda path: (path[-1] != "/", path))
    for path in here:
        corner, bar = ("└── ", "    ") if path == here[-1] else ("├── ", "│   ")
        yield f"{bars + corner + path.removeprefix(parent):<24} {said[path]}".rstrip() + "\n"
        yield from tree_lines(said, path, bars + bar)


def known_paths() -> set[str]:
    """Return the files that git knows, and all their folders, which end in a slash.

    What is not added yet may be nobody's: it fails no commit. Where git knows nothing, all is there.
    """
    listed = git("ls-files", "-z")
    if listed:
        files = {path for path in listed.split("\0") if path and (ROOT / path).exists()}
    else:
        files = {name(Path(folder, file)) for folder, file in walk()}
    folders = {f"{parent.as_posix()}/" for path in files for parent in Path(path).parents}
    return files | folders - {"./"}


def walk() -> Iterator[tuple[str, str]]:
    """Return the files, where there is no git: each with its folder, and none that it would ignore."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split("\n")
    patterns = [line.strip("/") for line in ignored if line and line[0] != "#"]

    def kept(folder: str, entry: str) -> bool:
        path = name(Path(folder, entry))
        return not any(
            fnmatch.fnmatch(one, pattern) for pattern in patterns for one in (entry, path)
        )

    for folder, folders, files in os.walk(ROOT):
        folders[:] = [entry for entry in folders if kept(folder, entry)]
        yield from ((folder, file) for file in files if kept(folder, file))


def about(path: Path) -> str:
    """Return the first line of what a package says of itself."""
    package = path / "__init__.py"
    if not package.exists():
        return ""
    said = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0].rstrip(".")


def badges(page: Path, old: str) -> str:
    """Return one line of facts, each with a link to where it is stated."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    site = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    workflow = Path(".github/workflows/ci.yml")
    facts = []
    if "repo_url" in site and (ROOT / workflow).exists():
        address = f"{site['repo_url']}/actions/workflows/{workflow.name}"
        facts.append(f"[![CI]({address}/badge.svg)]({address})")
    declared = link(page, ROOT / "pyproject.toml")
    facts.append(f"[`Python {locked()['python']}`]({declared})")
    facts.append(f"[`Django {locked()['django']}`]({link(page, ROOT / 'uv.lock')})")
    minimum = pyproject["tool"].get("coverage", {}).get("report", {}).get("fail_under")
    if minimum:
        facts.append(f"[`coverage at least {minimum} %`]({declared})")
    if "license" in pyproject["project"] and (ROOT / "LICENSE").exists():
        facts.append(
            f"[`licence {pyproject['project']['license']}`]({link(page, ROOT / 'LICENSE')})"
        )
    return " · ".join(facts) + "\n"


def erd(page: Path, old: str) -> str:
    """Return the data model, as `manage.py erd` draws it; what there is, where Django is not."""
    if find_spec("django") is None:
        return old
    command = [sys.executable, "manage.py", "erd", "--settings", "config.settings.test"]
    done = subprocess.run(  # nosec B603
        command, cwd=ROOT, capture_output=True, check=False, encoding="utf-8"
    )
    if done.returncode:
        raise HubError(f"The data model can't be drawn:\n{done.stderr.strip()}")
    return f"```mermaid\n{done.stdout}```\n"


def of(kind: str) -> Callable[[Path, str], str]:
    """Return what writes the table of one folder of docs/learnings."""
    return lambda page, old: learnings(kind, page, old)


# What writes each block: it is given the page, and what is in the block now.
BLOCKS: Mapping[str, Callable[[Path, str], str]] = {
    **{kind: of(kind) for kind in LEARNINGS},
    "versions": versions,
    "endpoints": endpoints,
    "tree": tree,
    "badges": badges,
    "erd": erd,
}


def renewed(page: Path) -> tuple[str, list[str]]:
    """Return the text of a page as it should be, and the names of the blocks that differ.

    Raises:
        HubError: A block has no end or a name that nothing writes, or what it is made from is wrong.
    """
    written: list[str] = []
    stale: list[str] = []
    lines = iter(page.read_text(encoding="utf-8").splitlines(keepends=True))
    for line in lines:
        written.append(line)
        begin = BEGIN.match(line.rstrip("\n"))
        if begin is None:
            continue
        if begin[1] not in BLOCKS:
            raise HubError(
                f"{name(page)}: nothing writes a block {begin[1]}; there are {', '.join(BLOCKS)}."
            )
        block: list[str] = []
        for inner in lines:
            if inner.rstrip("\n") == END:
                break
            block.append(inner)
        else:
            raise HubError(f"{name(page)}: the block {begin[1]} has no end: write {END} below it.")
        old = "".join(block)
        made = BLOCKS[begin[1]](page, old.strip("\n") + "\n")
        new = f"\n{made}\n"
        if new != old:
            stale.append(begin[1])
        written += [new, f"{END}\n"]
    return "".join(written), stale


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, only look")
    options = parser.parse_args()
    pages: dict[Path, tuple[str, list[str]]] = {}
    for page in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]:
        try:
            pages[page] = renewed(page)
        except HubError as error:
            print(error, file=sys.stderr)
            return 2
        except (OSError, ValueError, yaml.YAMLError) as error:
            print(f"{name(page)} can't be read or made: {error}", file=sys.stderr)
            return 2
    for page, (text, stale) in pages.items():
        for block in stale:
            print(f"{name(page)}: {block} {'is out of date' if options.check else 'is written'}")
        if stale and not options.check:
            page.write_text(text, encoding="utf-8", newline="\n")
    if options.check and any(stale for _, stale in pages.values()):
        print("Run: make hub", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
