"""The scaffold's own documents are true: tables, links, examples."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import checks_page
import pytest
import yaml

import nexus_scaffold
from nexus_scaffold import Answers, check, git, new
from nexus_scaffold.checks import CHECKS, Repo
from nexus_scaffold.testing import commit_all
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


def test_the_page_of_the_checks_is_what_they_say() -> None:
    """uv run scripts/checks_page.py writes it anew."""
    assert checks_page.PAGE.read_text(encoding="utf-8") == checks_page.page()
    assert all(f"### {kind.__name__}\n" in checks_page.page() for kind in CHECKS)


def test_links_lead_somewhere_and_nothing_is_left_to_write() -> None:
    """The rendered documents are checked where they are rendered."""
    findings = [
        f for f in check(ROOT).findings if f.check in {"DOC103", "DOC104", "DOC105", "DOC106"}
    ]
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


def _examples(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_examples_of_the_python_api_run_one_after_the_other(
    this_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a repo that a newer version of its template waits for."""
    git.git("tag", "v9.0.0", cwd=this_template)
    new(tmp_path / "my-nexus", {"project_name": "Ajira"}, template=str(this_template))
    (this_template / "template" / "NEWS.md").write_text("# News\n")
    commit_all(this_template, "feat: news")
    git.git("tag", "v9.1.0", cwd=this_template)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    names: dict[str, object] = {}
    for example in _examples("docs/reference/python.md", "python"):
        exec(compile(example, "docs/reference/python.md", "exec"), names)  # noqa: S102
    printed = capsys.readouterr().out
    for said in (
        "# Ajira",
        "Ajira job_board True",
        "Presentation 2",
        "update from v9.0.0 to v9.1.0\nupdated .copier-answers.yml\nnew NEWS.md\n",
        "learning-log.md",
    ):
        assert said in printed


def test_the_python_api_s_page_names_what_is_public() -> None:
    page = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    for name in ("render", "check", "plan_update", "load_answers", "log"):
        assert f"\n## {name}\n\n`{name}(" in page
        assert name in nexus_scaffold.__all__


def test_the_examples_of_how_to_check_are_right(tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    (example,) = _examples("docs/how-to/check.md", "python")
    exec(compile(example, "docs/how-to/check.md", "exec"), names)  # noqa: S102
    (kind,) = names["CHECKS"]
    assert [finding.path for finding in kind().run(Repo(tmp_path))] == ["school.txt"]
    config = next(t for t in _examples("docs/how-to/check.md", "toml") if "fail-on" in t)
    (tmp_path / "pyproject.toml").write_text(config)
    assert check(tmp_path).fail_on == "error"
