"""Encodings: what was read wrongly comes out right, whatever it was read as, and nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nexus_scaffold import check
from nexus_scaffold.checks.characters import decode, repaired
from tests.unit.cases import Tree
from tests.unit.fixing import fix

Build = Callable[[Tree], Path]

MEANT = "## 🚀 Start – “it’s” naïve… 🛠️ ✅ 🧑\u200d💻 ⚔️ ├── └── → é\n"


def _misread(text: str, codec: str) -> str:
    """A text's UTF-8 as a program shows that takes it for another encoding."""
    signs = (bytes([byte]) for byte in text.encode())
    return "".join(sign.decode(codec, "ignore") or chr(sign[0]) for sign in signs)


def _dropped(text: str) -> str:
    """A text without the control characters that stand where an encoding has nothing."""
    return "".join(sign for sign in text if not "\x80" <= sign <= "\x9f")


@pytest.mark.parametrize("codec", ["mac_roman", "cp1252", "cp1254", "cp437", "cp850"])
def test_symbols_come_out_right_once_and_twice(codec: str) -> None:
    """L12: UTF-8 read as each of the encodings that real files were read in."""
    meant = MEANT.replace("é", "").replace("ï", "i")
    once = _misread(meant, codec)
    assert repaired(once)[0] == meant
    assert repaired(_misread(once, codec))[0] == meant


@pytest.mark.parametrize("codec", ["mac_roman", "cp1252", "cp1254", "latin-1", "cp437", "cp850"])
def test_letters_come_out_right(codec: str) -> None:
    meant = "Un café de Genève – déjà vu, señor Muñoz"
    assert repaired(_misread(meant, codec))[0] == meant


@pytest.mark.parametrize(
    ("line", "codec"),
    [
        ("## 🎯 Project Objectives – x", "cp1254"),
        ("## 🔍 Concepts Explored – x", "cp1254"),
        ("- 🔐 Secure by Design – x", "cp1252"),
        ("## 🤝 Collaboration – x", "cp1252"),
        ("## 🐍 Python – x", "cp1252"),
        ("### 🏗️ Architecture – x", "cp1254"),
        ("⚙️ ❤️ ❌ ⭐ ⏳ – 🧑\u200d💻 “x”", "cp1252"),
    ],
)
def test_the_words_beside_it_tell_which_emoji_lost_a_byte(line: str, codec: str) -> None:
    """L12: bytes that the encoding has no character for are gone, and what survives leaves a few candidates."""
    broken = _dropped(_misread(line, codec))
    assert broken != _misread(line, codec)
    assert repaired(broken)[0] == line


def test_what_no_word_speaks_for_is_taken_out_and_said(tree: Build) -> None:
    repo = tree({"README.md": _dropped(_misread("## 🔐 Zebra\n", "cp1252"))})
    (finding,) = (f for f in check(repo).findings if f.check == "TXT101")
    assert "can't be known; --fix takes it out" in finding.message
    fix(repo, "TXT")
    assert (repo / "README.md").read_text() == "## Zebra\n"


def test_a_mark_of_loss_goes_where_an_emoji_was_and_stays_where_a_word_may_have_been() -> None:
    assert repaired("### \ufffd Deploy\n- \ufffd🎯 Aim\nIt\ufffds a \ufffd b\n")[0] == (
        "### Deploy\n- 🎯 Aim\nIt’s a \ufffd b\n"
    )


def test_half_of_a_surrogate_pair_is_read_as_the_emoji_that_it_was() -> None:
    data = b"# Movies " + b"\xed\xbe\xac \xe2\x9c\x94\n"
    assert decode(data).text == "# Movies 🎬 ✔\n"
    assert decode("🚀".encode("utf-16", "surrogatepass")).text == "🚀"


def test_each_fix_changes_what_it_is_for_and_the_next_run_finds_nothing(tree: Build) -> None:
    files: Tree = {
        "README.md": "\ufeff# ðŸš€ A break:  \r\nand b \r\n",
        "requirements.txt": "Django\r\npytest \r\n".encode("utf-16"),
        "a.py": "\ufeffx = '''a \n'''  \n",
        "logo.png": b"\xff\xfe \r\n \n",
    }
    repo = tree(files)
    fix(repo, "TXT")
    assert {name: (repo / name).read_bytes() for name in files} == {
        "README.md": "# 🚀 A break:  \nand b\n".encode(),
        "requirements.txt": b"Django\npytest\n",
        "a.py": b"x = '''a \n'''\n",
        "logo.png": files["logo.png"],
    }
    assert [f for f in check(repo).findings if f.check.startswith("TXT")] == []


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="ðğŸâ€œ”š™üöÄô\uf8ff‚√©ÃÂï¸\x8f\xa0\ufffd\ufe0f–é🚀 #-aB\n", max_size=40))
def test_whatever_the_text_no_word_is_lost_and_once_is_enough(text: str) -> None:
    """Letters of the alphabet stay in their order, and what was mended is right."""
    once, _ = repaired(text)
    assert re.findall("[A-Za-z]+", once) == re.findall("[A-Za-z]+", text)
    assert repaired(once)[0] == once


@given(st.binary(max_size=80))
def test_whatever_the_bytes_they_are_read(data: bytes) -> None:
    assert decode(decode(data).text.encode()).text == decode(data).text.removeprefix("\ufeff")
