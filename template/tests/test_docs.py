"""The documentation says what is true (L06, L07, L08, B02): links, paths, commands, data model."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import resolve

ROOT: Path = settings.BASE_DIR
README = ROOT / "README.md"
PAGES = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"(?<![\w/.])/(?:api|health|swagger|admin)/[\w/-]*")
PLACEHOLDER = re.compile(
    r"\b(TODO|FIXME|TBD|lorem ipsum|coming soon|your[ -]name[ -]here)\b|\[your ", re.IGNORECASE
)
MOJIBAKE = re.compile("\ufffd|â€|Ã[\u0080-\u00bf]|ðŸ")

# The beginnings of addresses, and the example of one that does not exist.
NOT_SERVED = {"/api", "/api/v1", "/api/v1/nothing-here", "/api/v2", "/health"}

SECTIONS = [
    "Program overview",
    "Project objective",
    "Major learnings",
    "Challenges faced and solutions implemented",
    "Best practices and personal takeaways",
    "Collaboration",
    "Repository structure",
    "First week",
    "Conclusion",
]


def name(page: Path) -> str:
    """Return the id of a test."""
    return page.relative_to(ROOT).as_posix()


def text(page: Path) -> str:
    """Return what a page says in words: no code blocks, no comments."""
    return COMMENT.sub("", FENCE.sub("", page.read_text("utf-8")))


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ +(.+?) *$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def tree() -> Iterator[str]:
    """Return the paths in the README's tree."""
    folders: list[str] = []
    for indent, entry in re.findall(
        r"^((?:[│ ]   )*)[├└]── (\S+)", README.read_text("utf-8"), re.MULTILINE
    ):
        depth = len(indent) // 4
        folders[depth:] = [entry]
        yield "".join(folders)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """L07, B02: each relative link names a file of this repository, and a heading in it."""
    for link in LINK.findall(INLINE_CODE.sub("", text(page))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_text_is_whole(page: Path) -> None:
    """L05: no code block is left open, no placeholder is left in, no letter is broken."""
    content = page.read_text("utf-8")
    assert len(re.findall(r"^ *```", content, re.MULTILINE)) % 2 == 0
    assert not PLACEHOLDER.search(content)
    assert not MOJIBAKE.search(content)
    assert len(re.findall(r"^# ", FENCE.sub("", content), re.MULTILINE)) == 1


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_addresses_exist(page: Path) -> None:
    """B02: each `make` target is in the Makefile, and each address of the API is served."""
    content = page.read_text("utf-8").replace("http://localhost:8000", "")
    content = re.sub(r"\{\w+\}|\$[A-Z]+", "1", content.replace("$API", "/api/v1"))
    code = "\n".join([*FENCE.findall(content), *INLINE_CODE.findall(FENCE.sub("", content))])
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"^(?:`|\$ )?make ([a-z]+)", code, re.MULTILINE)) <= targets
    for path in PATH.findall(code):
        if path.rstrip("/") not in NOT_SERVED:
            resolve(path)


def test_readme_has_its_sections_in_order() -> None:
    """L06, L07: the sections that a reviewer of Project Nexus looks for, in that order."""
    headings = re.findall(r"^## (.+)$", README.read_text("utf-8"), re.MULTILINE)
    assert [heading for heading in headings if heading in SECTIONS] == SECTIONS


def test_tree_of_the_readme_is_true() -> None:
    """L06: the README's tree names what is there, and every folder that Python code lives in."""
    named = list(tree())
    assert [path for path in named if not (ROOT / path).exists()] == []
    code = {f"{path.parent.name}/" for path in ROOT.glob("*/*.py") if path.parent.name[0] != "."}
    assert code <= set(named)


def test_places_for_the_owners_words_are_marked() -> None:
    """L08: each place for the owner's own words has a name of its own, a beginning and an end."""
    marks = re.findall(
        r"<!-- (?:your words: (\S+) — .+|end of your words) -->",
        "\n".join(page.read_text("utf-8") for page in PAGES),
    )
    keys = marks[::2]
    assert all(keys)
    assert not any(marks[1::2])
    assert len(keys) == len(set(keys)) == len(marks) / 2


def test_environment_page_lists_every_variable() -> None:
    """H09: the page on the environment and .env.example name the same variables."""
    example = (ROOT / ".env.example").read_text("utf-8")
    page = (ROOT / "docs" / "operations" / "environment.md").read_text("utf-8")
    variables = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)) == variables


def test_data_model_is_the_models() -> None:
    """C01: the diagram is the one that the models give."""
    drawn = StringIO()
    call_command("erd", stdout=drawn)
    page = (ROOT / "docs" / "architecture" / "erd.md").read_text("utf-8")
    assert f"```mermaid\n{drawn.getvalue()}```\n" in page, "run: make hub"
