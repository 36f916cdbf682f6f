"""The checks on real READMEs, each as the README of an otherwise empty repo, in whatever encoding it has."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from nexus_scaffold import check
from nexus_scaffold.checks.characters import decode
from tests.conftest import ROOT
from tests.unit.fixing import fix

SHARED = ROOT.parent / "shared"
READMES = sorted([*SHARED.glob("seeds/*.txt"), *SHARED.glob("corpus/*.md")])
NEEDS_READMES = pytest.mark.skipif(
    not READMES, reason="needs the folder of real READMEs beside the checkout: ../shared"
)
# Each emoji of the seeds that were read wrongly, in its order.
EMOJI = {
    "002": "🚀🛠🧠⚡🏆📫",
    "003": "🧠🚀🛠\ufe0f📚⚔\ufe0f✅📌",
    "004": "🧠🎯✅✅✅✅💻🔍⚙\ufe0f📌🧱🔐📦🧪📚🤝🧑\u200d💻🎨📍🪄",
}


@NEEDS_READMES
def test_real_readmes_in_any_encoding_are_read(tmp_path: Path) -> None:
    """L12: none makes a check fail."""
    for readme in READMES:
        (tmp_path / "README.md").write_bytes(readme.read_bytes())
        assert "DJG101" in {f.check for f in check(tmp_path).findings}, readme.name


@NEEDS_READMES
def test_the_encodings_are_fixed_and_no_word_is_lost(tmp_path: Path) -> None:
    """L12: what is right stays as it is, byte for byte; the rest has the same words, and is right at once."""
    path = tmp_path / "README.md"
    for readme in READMES:
        path.write_bytes(readme.read_bytes())
        is_right = not _of_text(tmp_path)
        fix(tmp_path, "TXT")
        assert _words(path.read_bytes()) == _words(readme.read_bytes()), readme.name
        assert not _of_text(tmp_path), readme.name
        assert not is_right or path.read_bytes() == readme.read_bytes(), readme.name


@NEEDS_READMES
@pytest.mark.parametrize("seed", EMOJI)
def test_every_emoji_and_dash_of_a_seed_comes_out_right(tmp_path: Path, seed: str) -> None:
    """L12: UTF-8 read as MacRoman (2 and 3) and as Windows-1254, with bytes lost (4)."""
    (readme,) = SHARED.glob(f"seeds/{seed}_*.txt")
    (tmp_path / "README.md").write_bytes(readme.read_bytes())
    fix(tmp_path, "TXT")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "".join(re.findall("[^\x00-\x7f–—’]", text)) == EMOJI[seed]


def _of_text(repo: Path) -> list[str]:
    return [f.message for f in check(repo).findings if f.check.startswith("TXT")]


def _words(data: bytes) -> Counter[str]:
    return Counter(re.findall("[A-Za-z0-9]+", decode(data).text))
