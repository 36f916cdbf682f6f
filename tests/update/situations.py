"""What an update can meet: what the owner did, what the template does, what must come of it.

python -m tests.update.situations    writes the table of docs/reference/updates.md anew
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "reference" / "updates.md"


class Outcome(StrEnum):
    """What a tool makes of what the owner did, in the words of the page; the worst comes last."""

    KEPT = "kept"
    UNMERGED = "kept, not merged"
    REPORTED = "a conflict, reported"
    REFUSED = "refuses to start"
    FAILED = "**stops with an error**"
    MISPLACED = "**in the wrong place**"
    LOST = "**lost**"


KEPT, UNMERGED, REPORTED, REFUSED, FAILED, MISPLACED, LOST = Outcome


class File(NamedTuple):
    """A file that is more than its content: git's mode says what."""

    mode: str
    content: bytes


# A file's content by its path; None where there is no such file.
Files = Mapping[str, str | bytes | File | None]


def script(text: str) -> File:
    """A file that can be executed."""
    return File("100755", text.encode())


def link(target: str) -> File:
    """A symbolic link."""
    return File("120000", target.encode())


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One row.

    Attributes:
        id: Its name, for pytest.
        title: What happens, in words.
        old: What the template has at 1.0.0.
        owner: What the owner changes, and commits.
        loose: What the owner changes that git does not track.
        new: What 2.0.0 of the template changes; None where there is no such version.
        excludes: What 2.0.0 does not render any more, in the words of `_exclude`.
        answers: Instead of an update: the values that the answer `extras` takes in turn.
        mine: What is the owner's, and where it must be: lines that stand together, a whole link
            or script, or no file.
        after: What `nexus update` makes of these files, to the byte.
        copier: What plain `copier update` makes of it.
        nexus: What `nexus update` makes of it.
        note: What an owner may want to know about that.
    """

    id: str
    title: str
    old: Files
    owner: Files = field(default_factory=dict)
    loose: Files = field(default_factory=dict)
    new: Files | None = None
    excludes: str = ""
    answers: tuple[bool, ...] = ()
    mine: Files
    after: Files
    copier: Outcome
    nexus: Outcome
    note: str = ""


TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"
MINE = TEXT.replace("two", "two, mine")
NEWER = TEXT.replace("nine", "nine, newer")
BOTH = MINE.replace("nine", "nine, newer")
OTHER = "alpha\nbeta\ngamma\ndelta\n"
MY_LINE = "two, mine\n"


def conflict(mine: str, newer: str) -> str:
    """Lines as git leaves them for the owner to decide."""
    return f"<<<<<<< yours\n{mine}=======\n{newer}>>>>>>> template\n"


def service(name: str, retries: int = 3) -> str:
    """A block that is the same for each name, around the line that an owner edits."""
    return (
        f"[{name}]\nimage = app\nuser = app\nmemory = 512\nreplicas = 2\nretries = {retries}\n"
        "timeout = 30\nlogs = json\nrestart = always\nport = 8000\n\n"
    )


SITUATIONS = (
    Situation(
        id="same-line",
        title="You and the template change the same line",
        old={"notes.txt": TEXT},
        owner={"notes.txt": MINE},
        new={"notes.txt": TEXT.replace("two", "two, newer")},
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": TEXT.replace("two\n", conflict("two, mine\n", "two, newer\n"))},
        copier=REPORTED,
        nexus=REPORTED,
    ),
    Situation(
        id="different-lines",
        title="You and the template change different lines of a file",
        old={"notes.txt": TEXT},
        owner={"notes.txt": MINE},
        new={"notes.txt": NEWER},
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": BOTH},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="lines-deleted",
        title="You delete lines; the template changes others",
        old={"notes.txt": TEXT},
        owner={"notes.txt": TEXT.replace("two\nthree\n", "")},
        new={"notes.txt": NEWER},
        mine={"notes.txt": "one\nfour\n"},
        after={"notes.txt": NEWER.replace("two\nthree\n", "")},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="both-append",
        title="You and the template add lines at the end of a file",
        old={"notes.txt": TEXT},
        owner={"notes.txt": TEXT + "eleven, mine\n"},
        new={"notes.txt": TEXT + "eleven, newer\n"},
        mine={"notes.txt": "eleven, mine\n"},
        after={"notes.txt": TEXT + conflict("eleven, mine\n", "eleven, newer\n")},
        copier=REPORTED,
        nexus=REPORTED,
    ),
    Situation(
        id="rewritten",
        title="You edit a file; the template writes it anew",
        old={"notes.txt": TEXT},
        owner={"notes.txt": MINE},
        new={"notes.txt": OTHER},
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": conflict(MINE, OTHER)},
        copier=REPORTED,
        nexus=REPORTED,
    ),
    Situation(
        id="repetitive",
        title="You edit one of many equal blocks; the template adds a block before it",
        old={"services.ini": "".join(map(service, "abcdef"))},
        owner={
            "services.ini": "".join(map(service, "abc"))
            + service("d", 9)
            + service("e")
            + service("f")
        },
        new={"services.ini": "".join(map(service, "aNbcdef"))},
        mine={"services.ini": service("d", 9)},
        after={
            "services.ini": "".join(map(service, "aNbc"))
            + service("d", 9)
            + service("e")
            + service("f")
        },
        copier=MISPLACED,
        nexus=KEPT,
    ),
    Situation(
        id="both-add",
        title="You and the template add a file of the same name",
        old={},
        owner={"notes.txt": MINE},
        new={"notes.txt": OTHER},
        mine={"notes.txt": MINE},
        after={"notes.txt": conflict(MINE, OTHER)},
        copier=REPORTED,
        nexus=REPORTED,
    ),
    Situation(
        id="both-add-alike",
        title="You and the template add a file of the same name, with nearly the same text",
        old={},
        owner={"notes.txt": MINE},
        new={"notes.txt": TEXT},
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": MINE},
        copier=REPORTED,
        nexus=KEPT,
        note="yours stays as it is",
    ),
    Situation(
        id="untracked",
        title="You have an untracked file where the template adds one",
        old={},
        loose={"notes.txt": MINE},
        new={"notes.txt": OTHER},
        mine={"notes.txt": MINE},
        after={"notes.txt": conflict(MINE, OTHER)},
        copier=REFUSED,
        nexus=REPORTED,
    ),
    Situation(
        id="untracked-ignored",
        title="You have a git-ignored file where the template adds one",
        old={".gitignore": "*.env\n"},
        loose={"local.env": MINE},
        new={"local.env": OTHER},
        mine={"local.env": MINE},
        after={"local.env": conflict(MINE, OTHER)},
        copier=LOST,
        nexus=REPORTED,
    ),
    Situation(
        id="owner-deletes-changed",
        title="You delete a file; the template changes it",
        old={"notes.txt": TEXT},
        owner={"notes.txt": None},
        new={"notes.txt": NEWER},
        mine={"notes.txt": None},
        after={"notes.txt": None},
        copier=KEPT,
        nexus=KEPT,
        note="it stays away",
    ),
    Situation(
        id="owner-deletes-unchanged",
        title="You delete a file; the template leaves it as it is",
        old={"notes.txt": TEXT, "other.txt": OTHER},
        owner={"notes.txt": None},
        new={"other.txt": OTHER + "epsilon\n"},
        mine={"notes.txt": None},
        after={"notes.txt": None, "other.txt": OTHER + "epsilon\n"},
        copier=KEPT,
        nexus=KEPT,
        note="it stays away",
    ),
    Situation(
        id="owner-renames",
        title="You rename a file; the template changes it",
        old={"notes.txt": TEXT},
        owner={"notes.txt": None, "diary.txt": TEXT},
        new={"notes.txt": NEWER},
        mine={"notes.txt": None, "diary.txt": "one\ntwo\n"},
        after={"notes.txt": None, "diary.txt": NEWER},
        copier=UNMERGED,
        nexus=KEPT,
        note="the template's change goes along",
    ),
    Situation(
        id="owner-renames-and-edits",
        title="You rename a file and edit it; the template changes it",
        old={"notes.txt": TEXT},
        owner={"notes.txt": None, "diary.txt": MINE},
        new={"notes.txt": NEWER},
        mine={"notes.txt": None, "diary.txt": MY_LINE},
        after={"notes.txt": None, "diary.txt": BOTH},
        copier=UNMERGED,
        nexus=KEPT,
        note="the template's change goes along",
    ),
    Situation(
        id="both-rename",
        title="You rename a file and edit it; the template gives it another name",
        old={"notes.txt": TEXT},
        owner={"notes.txt": None, "diary.txt": MINE},
        new={"notes.txt": None, "journal.txt": TEXT},
        mine={"diary.txt": MY_LINE},
        after={"notes.txt": None, "diary.txt": MINE, "journal.txt": MINE},
        copier=UNMERGED,
        nexus=REPORTED,
        note="under both names, until you decide",
    ),
    Situation(
        id="template-renames",
        title="You edit a file; the template renames it",
        old={"notes.txt": TEXT},
        owner={"notes.txt": MINE},
        new={"notes.txt": None, "journal.txt": NEWER},
        mine={"journal.txt": MY_LINE},
        after={"notes.txt": None, "journal.txt": BOTH},
        copier=LOST,
        nexus=KEPT,
        note="under the new name",
    ),
    Situation(
        id="template-renames-folder",
        title="You edit a file and add one of your own; the template renames their folder",
        old={"notes/a.txt": TEXT, "notes/b.txt": OTHER},
        owner={"notes/a.txt": MINE, "notes/mine.txt": "my own\n"},
        new={
            "notes/a.txt": None,
            "notes/b.txt": None,
            "journal/a.txt": TEXT,
            "journal/b.txt": OTHER,
        },
        mine={"journal/a.txt": MY_LINE, "notes/mine.txt": "my own\n"},
        after={
            "journal/a.txt": MINE,
            "journal/b.txt": OTHER,
            "notes/a.txt": None,
            "notes/b.txt": None,
            "notes/mine.txt": "my own\n",
        },
        copier=LOST,
        nexus=KEPT,
        note="your edit in the new folder, your file where you put it",
    ),
    Situation(
        id="template-moves-lines",
        title="You edit a line; the template moves it into another file",
        old={"notes.txt": TEXT + OTHER},
        owner={"notes.txt": MINE + OTHER},
        new={"notes.txt": OTHER, "numbers.txt": TEXT},
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": conflict(MINE, "") + OTHER, "numbers.txt": TEXT},
        copier=REPORTED,
        nexus=REPORTED,
    ),
    Situation(
        id="template-deletes-edited",
        title="You edit a file; the template deletes it",
        old={"notes.txt": TEXT},
        owner={"notes.txt": MINE},
        new={"notes.txt": None},
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": MINE},
        copier=LOST,
        nexus=KEPT,
        note="the file is yours now",
    ),
    Situation(
        id="template-deletes-unedited",
        title="The template deletes a folder that you have not edited, but for a file of your own",
        old={"notes/a.txt": TEXT, "notes/b.txt": OTHER},
        owner={"notes/mine.txt": "my own\n"},
        new={"notes/a.txt": None, "notes/b.txt": None},
        mine={"notes/mine.txt": "my own\n"},
        after={"notes/a.txt": None, "notes/b.txt": None, "notes/mine.txt": "my own\n"},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="template-condition",
        title="You edit a file; the template stops rendering it (a condition in its name)",
        old={"notes.txt": TEXT},
        owner={"notes.txt": MINE},
        new={"notes.txt": None, "{% if not extras %}notes.txt{% endif %}": TEXT},
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": MINE},
        copier=LOST,
        nexus=KEPT,
        note="the file is yours now",
    ),
    Situation(
        id="template-excludes",
        title="You edit a file; the template stops rendering it (`_exclude`)",
        old={"notes.txt": TEXT},
        owner={"notes.txt": MINE},
        new={},
        excludes="/notes.txt",
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": MINE},
        copier=KEPT,
        nexus=KEPT,
        note="the file is yours now",
    ),
    Situation(
        id="answer-off",
        title="You edit a file of a capability, and set that off",
        old={"extras/notes.txt": TEXT, "extras/other.txt": OTHER},
        owner={"extras/notes.txt": MINE},
        answers=(False,),
        mine={"extras/notes.txt": MY_LINE},
        after={"extras/notes.txt": MINE, "extras/other.txt": None},
        copier=LOST,
        nexus=KEPT,
        note="what you have edited stays",
    ),
    Situation(
        id="answer-off-and-on",
        title="You edit a file of a capability, set that off, and on again",
        old={"extras/notes.txt": TEXT, "extras/other.txt": OTHER},
        owner={"extras/notes.txt": MINE},
        answers=(False, True),
        mine={"extras/notes.txt": MY_LINE},
        after={"extras/notes.txt": MINE, "extras/other.txt": OTHER},
        copier=LOST,
        nexus=KEPT,
    ),
    Situation(
        id="binary-both",
        title="You and the template change a binary file",
        old={"logo.png": b"\x89PNG\0 old"},
        owner={"logo.png": b"\x89PNG\0 mine"},
        new={"logo.png": b"\x89PNG\0 newer"},
        mine={"logo.png": b"\x89PNG\0 mine"},
        after={"logo.png": b"\x89PNG\0 mine"},
        copier=LOST,
        nexus=REPORTED,
        note="yours stays until you decide",
    ),
    Situation(
        id="binary-owner",
        title="You change a binary file; the template leaves it as it is",
        old={"logo.png": b"\x89PNG\0 old", "notes.txt": TEXT},
        owner={"logo.png": b"\x89PNG\0 mine"},
        new={"notes.txt": NEWER},
        mine={"logo.png": b"\x89PNG\0 mine"},
        after={"logo.png": b"\x89PNG\0 mine", "notes.txt": NEWER},
        copier=LOST,
        nexus=KEPT,
    ),
    Situation(
        id="ignored-changed",
        title="You edit a git-ignored file that the template renders; it changes other lines",
        old={".gitignore": "*.env\n", "local.env": TEXT},
        loose={"local.env": MINE},
        new={"local.env": NEWER},
        mine={"local.env": MY_LINE},
        after={"local.env": BOTH},
        copier=LOST,
        nexus=KEPT,
    ),
    Situation(
        id="ignored-same-line",
        title="You edit a git-ignored file that the template renders; it changes the same line",
        old={".gitignore": "*.env\n", "local.env": TEXT},
        loose={"local.env": MINE},
        new={"local.env": TEXT.replace("two", "two, newer")},
        mine={"local.env": MY_LINE},
        after={"local.env": TEXT.replace("two\n", conflict("two, mine\n", "two, newer\n"))},
        copier=LOST,
        nexus=REPORTED,
    ),
    Situation(
        id="ignored-deleted",
        title="You edit a git-ignored file that the template renders; it deletes the file",
        old={".gitignore": "*.env\n", "local.env": TEXT},
        loose={"local.env": MINE},
        new={"local.env": None},
        mine={"local.env": MY_LINE},
        after={"local.env": MINE},
        copier=LOST,
        nexus=KEPT,
        note="the file is yours now",
    ),
    Situation(
        id="skip-if-exists",
        title="You edit a file that is written once (`_skip_if_exists`); the template changes it",
        old={"once.cfg": TEXT},
        owner={"once.cfg": MINE},
        new={"once.cfg": TEXT.replace("two", "two, newer")},
        mine={"once.cfg": MY_LINE},
        after={"once.cfg": MINE},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="folder-becomes-file",
        title="You edit a file of a folder; the template puts a file in the folder's place",
        old={"notes/a.txt": TEXT, "notes/b.txt": OTHER},
        owner={"notes/a.txt": MINE},
        new={"notes/a.txt": None, "notes/b.txt": None, "notes": "all notes\n"},
        mine={"notes/a.txt": MY_LINE},
        after={"notes/a.txt": MINE, "notes/b.txt": None, "notes~template": "all notes\n"},
        copier=FAILED,
        nexus=KEPT,
        note="the template's file waits beside the folder, as a reported conflict",
    ),
    Situation(
        id="file-becomes-folder",
        title="You edit a file; the template puts a folder in its place",
        old={"notes": TEXT},
        owner={"notes": MINE},
        new={"notes": None, "notes/a.txt": OTHER},
        mine={"notes": MY_LINE},
        after={"notes/a.txt": OTHER, "notes~yours": MINE},
        copier=FAILED,
        nexus=REPORTED,
        note="your file waits beside the folder",
    ),
    Situation(
        id="folder-becomes-file-unedited",
        title="The template puts a file in the place of a folder that you have not edited",
        old={"notes/a.txt": TEXT, "notes/b.txt": OTHER},
        owner={"mine.txt": "my own\n"},
        new={"notes/a.txt": None, "notes/b.txt": None, "notes": "all notes\n"},
        mine={"mine.txt": "my own\n"},
        after={"notes": "all notes\n", "notes/a.txt": None, "notes/b.txt": None},
        copier=FAILED,
        nexus=KEPT,
    ),
    Situation(
        id="file-becomes-folder-unedited",
        title="The template puts a folder in the place of a file that you have not edited",
        old={"notes": TEXT},
        owner={"mine.txt": "my own\n"},
        new={"notes": None, "notes/a.txt": OTHER},
        mine={"mine.txt": "my own\n"},
        after={"notes": None, "notes/a.txt": OTHER},
        copier=FAILED,
        nexus=KEPT,
    ),
    Situation(
        id="crlf",
        title="You edit a file and give it Windows line ends; the template changes other lines",
        old={"notes.txt": TEXT},
        owner={"notes.txt": MINE.replace("\n", "\r\n")},
        new={"notes.txt": NEWER},
        mine={"notes.txt": "two, mine\r\n"},
        after={"notes.txt": BOTH.replace("\n", "\r\n")},
        copier=REPORTED,
        nexus=KEPT,
        note="and the line ends are",
    ),
    Situation(
        id="crlf-template",
        title="You edit a file that has Windows line ends; the template changes other lines",
        old={"notes.txt": TEXT.replace("\n", "\r\n")},
        owner={"notes.txt": MINE.replace("\n", "\r\n")},
        new={"notes.txt": NEWER.replace("\n", "\r\n")},
        mine={"notes.txt": "two, mine\r\n"},
        after={"notes.txt": BOTH.replace("\n", "\r\n")},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="crlf-attributes",
        title="You edit a file with Windows line ends by `.gitattributes`; the template does, too",
        old={".gitattributes": "*.txt text eol=crlf\n", "notes.txt": TEXT},
        owner={"notes.txt": MINE.replace("\n", "\r\n")},
        new={"notes.txt": NEWER},
        mine={"notes.txt": "two, mine\r\n"},
        after={"notes.txt": BOTH.replace("\n", "\r\n")},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="latin-1",
        title="You edit a file that is written in Latin-1; the template changes other lines",
        old={"notes.txt": TEXT.replace("one", "één").encode("latin-1")},
        owner={"notes.txt": MINE.replace("one", "één").replace("mine", "à moi").encode("latin-1")},
        new={"notes.txt": NEWER.replace("one", "één").encode("latin-1")},
        mine={"notes.txt": "two, à moi\n".encode("latin-1")},
        after={"notes.txt": BOTH.replace("one", "één").replace("mine", "à moi").encode("latin-1")},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="names",
        title="You edit a file whose name has blanks and letters such as ũ; the template does, too",
        old={"my notes/Ngũgĩ wa Thiong'o.txt": TEXT},
        owner={"my notes/Ngũgĩ wa Thiong'o.txt": MINE},
        new={"my notes/Ngũgĩ wa Thiong'o.txt": NEWER},
        mine={"my notes/Ngũgĩ wa Thiong'o.txt": MY_LINE},
        after={"my notes/Ngũgĩ wa Thiong'o.txt": BOTH},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="executable",
        title="You make a file executable; the template changes it",
        old={"run.sh": TEXT},
        owner={"run.sh": script(TEXT)},
        new={"run.sh": NEWER},
        mine={"run.sh": script(NEWER)},
        after={"run.sh": script(NEWER)},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="executable-template",
        title="You edit a file; the template makes it executable",
        old={"run.sh": TEXT},
        owner={"run.sh": MINE},
        new={"run.sh": script(TEXT)},
        mine={"run.sh": script(MINE)},
        after={"run.sh": script(MINE)},
        copier=KEPT,
        nexus=KEPT,
    ),
    Situation(
        id="link-in-place-of-file",
        title="You move a file and leave a symbolic link in its place; the template changes it",
        old={"notes.txt": TEXT},
        owner={"notes.txt": link("docs/mine.txt"), "docs/mine.txt": MINE},
        new={"notes.txt": NEWER},
        mine={"notes.txt": link("docs/mine.txt"), "docs/mine.txt": MY_LINE},
        after={
            "notes.txt": link("docs/mine.txt"),
            "docs/mine.txt": MINE,
            "notes.txt~template": NEWER,
        },
        copier=UNMERGED,
        nexus=REPORTED,
        note="the template's file waits beside your link",
    ),
    Situation(
        id="link-both",
        title="You and the template make a symbolic link lead elsewhere",
        old={"current": link("a.txt"), "a.txt": TEXT},
        owner={"current": link("mine.txt"), "mine.txt": MINE},
        new={"current": link("b.txt"), "b.txt": OTHER},
        mine={"current": link("mine.txt"), "mine.txt": MINE},
        after={"current": link("mine.txt"), "mine.txt": MINE},
        copier=REPORTED,
        nexus=REPORTED,
    ),
    Situation(
        id="empty-file",
        title="You write into a file that was empty; so does the template",
        old={"notes.txt": ""},
        owner={"notes.txt": MINE},
        new={"notes.txt": OTHER},
        mine={"notes.txt": MINE},
        after={"notes.txt": conflict(MINE, OTHER)},
        copier=REPORTED,
        nexus=REPORTED,
    ),
    Situation(
        id="no-last-line-break",
        title="You edit a file that ends without a line break; the template adds lines at its end",
        old={"notes.txt": TEXT.rstrip()},
        owner={"notes.txt": MINE.rstrip()},
        new={"notes.txt": TEXT + "eleven"},
        mine={"notes.txt": MY_LINE},
        after={"notes.txt": MINE + "eleven"},
        copier=KEPT,
        nexus=KEPT,
    ),
)


def table() -> str:
    """The table as the page has it."""
    lines = ["| situation | `copier update` | `nexus update` |", "|---|---|---|"]
    for row in SITUATIONS:
        nexus = f"{row.nexus}: {row.note}" if row.note else row.nexus
        lines.append(f"| {row.title} | {row.copier} | {nexus} |")
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    written = re.sub(r"(^\|.*\n)+", lambda found: table(), page, count=1, flags=re.MULTILINE)
    PAGE.write_text(written, encoding="utf-8", newline="\n")
