"""What the checks find, in each of the forms that it is printed in."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from junitparser import Failure, JUnitXml, Skipped
from sarif_pydantic import Sarif

from nexus_scaffold import Report, check
from nexus_scaffold.checks.baseline import write_baseline
from nexus_scaffold.report.findings import as_github, as_json, as_junit, as_sarif, as_text
from nexus_scaffold.report.html import as_html
from nexus_scaffold.testing import commit_all

Build = Callable[[Mapping[str, str | bytes]], Path]

HOSTILE = "docs/<img src=x onerror=alert(1)>&\"',:%.md"
CONFIG = """[tool.nexus.check.ignore]
DOC102 = "another <b>course</b>"
"DOC103:notes.md" = "notes"
DOC106 = "never found"
[tool.nexus.check.severity]
DOC103 = "error"
DOC104 = "warning"
DOC105 = "note"
"""


@pytest.fixture
def repo(tree: Build) -> Path:
    """A repo with findings of each severity, some ignored, known or gone, and a file with a hostile name."""
    repo = tree({"README.md": "[old](old.md)\n", "db.sqlite3": b"\0", "manage.py": ""})
    write_baseline(repo, check(repo).findings)
    (repo / "README.md").write_text("TODO\n\nTBD\n[gone](gone.md)\n```\n")
    (repo / "notes.md").write_text("TODO\n")
    (repo / "pyproject.toml").write_text(CONFIG)
    (repo / "docs").mkdir()
    (repo / HOSTILE).write_text("</script><script>alert(1)</script> [x](<no where\x1b[31m>) TODO\n")
    return repo


@pytest.fixture
def report(repo: Path) -> Report:
    return check(repo)


def test_text_groups_places_under_their_fact_gravest_first_with_the_mend(report: Report) -> None:
    text = as_text(report)
    assert text.startswith(
        "error DOC103  The documents hold no placeholder text.\n"
        "  README.md:1: A placeholder: 'TODO'.\n"
        "  README.md:3: A placeholder: 'TBD'.\n"
    )
    order = [text.index(f"\n{severity} ") for severity in ("warning", "note")]
    assert order == sorted(order)
    assert "\n  → Write your own words there, or take the line out.\n" in text
    assert "known, and gone: nexus check --write-baseline forgets them\n  DOC104 README.md" in text
    assert "ignored, and not found: take it out of pyproject.toml\n  DOC106: never found" in text
    assert re.search(r"^scorecard: \d+ of 125 by the program's rubric$", text, re.MULTILINE)
    number = Counter(str(finding.severity) for finding in report.findings)
    assert text.splitlines()[-1].startswith(
        f"{number['error']} errors, {number['warning']} warning"
    )


def test_many_notes_hide_nothing_graver(tree: Build) -> None:
    place = "<!-- your words: a — why? -->\n\n<!-- end of your words -->\n\n"
    text = as_text(check(tree({"README.md": place * 13 + "TODO\n" * 13})))
    assert "\n  and 3 more; --format html shows each\n" in text
    assert text.partition("\nscorecard:")[0].count("A placeholder: 'TODO'.") == 13


def test_text_has_colours_only_when_asked_and_never_those_of_a_file(
    tree: Build, report: Report
) -> None:
    assert "\x1b" not in as_text(report)
    assert "\x1b[31merror DOC103\x1b[0m" in as_text(report, colours=True)
    link = check(tree({"README.md": "[x](a\x1b[2Jb)\n\u202e[y](\u202egone)"}))
    assert "\\x1b[2J" in as_text(link)
    assert "\u202e" not in as_text(link)


def test_a_repo_without_findings_says_so(tree: Build) -> None:
    empty = tree({"README.md": "x"})
    write_baseline(empty, check(empty).findings)
    assert as_text(check(empty)).splitlines()[-1].startswith("Nothing found; ")
    assert as_github(check(empty)) == ""


def test_json_has_all_of_it(report: Report) -> None:
    document = json.loads(as_json(report))
    assert set(document) == {
        *("version", "path", "fails", "findings", "ignored", "known", "gone", "fixed", "unused"),
        "scorecard",
    }
    first = document["findings"][0]
    assert (first["check"], first["path"], first["line"]) == ("DOC103", "README.md", 1)
    assert document["ignored"][0]["reason"] == "another <b>course</b>"
    assert sum(area["possible"] for area in document["scorecard"]) == 125


def test_sarif_is_sarif(report: Report) -> None:
    """The models refuse what the standard's schema does."""
    document = as_sarif(report)
    run = Sarif.model_validate_json(document).runs[0]
    rules = {rule.id for rule in run.tool.driver.rules or []}
    assert rules == {kind.__name__ for kind in report.checks}
    results = json.loads(document)["runs"][0]["results"]
    assert {result["ruleId"] for result in results} <= rules
    assert {result["level"] for result in results} == {"error", "warning", "note"}
    hostile = [r for r in results if "onerror" in str(r)]
    for result in hostile:
        place = result["locations"][0]["physicalLocation"]
        assert not re.search(r"[<>\"& ]", place["artifactLocation"]["uri"])
        assert unquote(place["artifactLocation"]["uri"]) == HOSTILE
    assert hostile


def test_sarif_s_fingerprints_stay_when_lines_move(repo: Path) -> None:
    def fingerprints() -> list[str]:
        results = json.loads(as_sarif(check(repo)))["runs"][0]["results"]
        return [result["partialFingerprints"]["nexus/v1"] for result in results]

    before = fingerprints()
    assert len(set(before)) > 3
    (repo / "README.md").write_text("\n\n" + (repo / "README.md").read_text())
    assert fingerprints() == before


def test_sarif_says_what_is_suppressed_and_why(report: Report) -> None:
    results = json.loads(as_sarif(report))["runs"][0]["results"]
    reasons = [r["suppressions"][0]["justification"] for r in results if "suppressions" in r]
    assert len(reasons) == len(report.ignored) + len(report.known)
    assert set(reasons) == {"another <b>course</b>", "notes", "It is in the baseline."}


def test_junit_fails_with_what_fails_the_check(report: Report) -> None:
    cases = {
        case.name.split()[0]: case.result
        for suite in JUnitXml.fromstring(as_junit(report).encode())
        for case in suite
    }
    assert set(cases) == {kind.__name__ for kind in report.checks}
    failing = {
        name for name, result in cases.items() if any(isinstance(r, Failure) for r in result)
    }
    assert failing == {f.check for f in report.findings if report.counts(f)}
    assert "README.md:1: A placeholder" in cases["DOC103"][0].text
    assert [type(result) for result in cases["DOC102"]] == [Skipped]
    assert cases["DOC105"] == []  # a note


def test_junit_is_xml_whatever_a_file_holds(tree: Build) -> None:
    repo = tree({"README.md": "[x](a\x00\x1b\ufffe&]]>b)", "a\x01<.md": "TODO"})
    assert JUnitXml.fromstring(as_junit(check(repo)).encode())


def test_github_s_commands_are_one_line_each_whatever_a_file_is_called(report: Report) -> None:
    lines = as_github(report).splitlines()
    assert len(lines) == len(report.findings)
    command = re.compile(r"::(error|warning|notice) file=[^,:]+(,line=\d+)?,title=[^,:]+::.+")
    assert [line for line in lines if not command.fullmatch(line)] == []
    assert any("%2C%3A%25.md" in line for line in lines)


class Page(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_the_page_runs_no_script_and_asks_for_nothing(report: Report) -> None:
    text = as_html(report)
    elements = Page(text).elements
    assert {"script", "img", "iframe", "b"} & {tag for tag, _ in elements} == set()
    addresses = [a[key] for _, a in elements for key in ("src", "href") if key in a]
    assert addresses == ["data:,"]
    assert [key for _, a in elements for key in a if key.startswith("on") or key == "style"] == []
    assert "@import" not in text
    assert "url(" not in text
    policy = next(a["content"] for _, a in elements if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_the_page_shows_each_finding_with_its_place(report: Report) -> None:
    text = as_html(report)
    assert text.count("<li><code>README.md:1</code>") == 1
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "another &lt;b&gt;course&lt;/b&gt;" in text
    assert "of 125 points" in text


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes any bytes")
def test_a_file_name_that_is_not_utf_8_is_printed(repo: Path) -> None:
    (repo / "caf\udce9.md").write_text("TODO")
    commit_all(repo)
    found = check(repo)
    for printed in (as_text, as_json, as_sarif, as_junit, as_github, as_html):
        text = printed(found).encode().decode()
        assert "caf\\xe9.md" in text.replace("\\\\", "\\").replace("%5C", "\\")
