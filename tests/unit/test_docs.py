"""The scaffold's own documents are true: tables, links, examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from nexus_scaffold import Answers, check
from nexus_scaffold.checks import CHECKS
from tests.conftest import ROOT


def _rows(document: str) -> dict[str, str]:
    """The rows of a document's tables by what stands between back-ticks in their first cell."""
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    return {match[1]: line for line in lines if (match := re.match(r"\| `(\w+)`", line))}


def test_every_question_has_a_row_that_says_what_it_says() -> None:
    rows = _rows("docs/reference/answers.md")
    assert list(rows) == list(Answers.model_fields)
    for topic in ("identity", "project", "delivery"):
        questions = yaml.safe_load((ROOT / f"questions/{topic}.yml").read_text(encoding="utf-8"))
        for name, question in questions.items():
            assert question["help"] in rows[name]
            assert ("` * |" in rows[name]) is ("ask" in question), name
            choices = question.get("choices", [])
            for value in choices.values() if isinstance(choices, dict) else choices:
                assert f"`{value}`" in rows[name]


def test_every_check_has_a_row_with_its_title_and_mend() -> None:
    rows = _rows("docs/how-to/check.md")
    assert list(rows) == [kind.__name__ for kind in CHECKS]
    for kind in CHECKS:
        assert f"| {(kind.__doc__ or '').strip()} | {kind.mend} |" in rows[kind.__name__]


def test_links_lead_somewhere_and_nothing_is_left_to_write() -> None:
    """The rendered documents are checked where they are rendered."""
    findings = [f for f in check(ROOT) if f.check in {"DOC103", "DOC104", "DOC105", "DOC106"}]
    assert [f for f in findings if not f.path.startswith("template/")] == []


def test_the_targets_that_the_documents_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(
            r"`make (\w+)|^make (\w+)", document.read_text(encoding="utf-8"), re.MULTILINE
        ):
            name = "".join(target)
            rendered = {"run", "check", "hub"}  # of the repo that is generated
            assert name in rendered or re.search(
                rf"^{name}:", makefile, re.MULTILINE
            ), f"{document}: {name}"


@pytest.mark.parametrize("document", ["README.md", "docs/how-to/start.md"])
def test_the_python_examples_run(
    document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for example in re.findall(
        r"```python\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL
    ):
        exec(compile(example, document, "exec"), {})  # noqa: S102
    assert "Ajira" in (tmp_path / "my-nexus" / "README.md").read_text(encoding="utf-8")
