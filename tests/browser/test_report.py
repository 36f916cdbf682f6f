"""The page of `nexus check`, as a phone and a desk show it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from nexus_scaffold import check
from nexus_scaffold.report.html import as_html

pytestmark = pytest.mark.browser

LONG = "a-name-that-never-ends-" * 8
CONFIG = '[tool.nexus.check.severity]\nDOC103 = "error"\nDOC104 = "warning"\nDOC105 = "note"\n'


@pytest.fixture
def report(tmp_path: Path) -> str:
    """The address of the report on a repo with findings of each severity, one of them hostile."""
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "pyproject.toml").write_text(CONFIG)
    (repo / "README.md").write_text("TODO\n[gone](gone.md)\n```\n")
    (repo / f"{LONG}<img src=x onerror=tell(1)>.md").write_text(f"[x]({LONG}<b>.md)")
    (tmp_path / "report.html").write_text(as_html(check(repo)), encoding="utf-8")
    return (tmp_path / "report.html").as_uri()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_fits_the_screen_and_asks_for_nothing(
    watched: Callable[..., Page], report: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = watched(report)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(report)
    assert page.locator("h1").inner_text() == "nexus check"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") is (scheme == "light")
    for chart in page.locator("svg").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["x"] + box["width"] <= width


def test_the_report_shows_one_severity_alone(watched: Callable[..., Page], report: str) -> None:
    page = watched(report)
    page.goto(report)
    findings = page.locator("article:visible")
    all_of_them = findings.count()
    page.get_by_label("errors").check()
    assert {each.split()[0] for each in findings.all_inner_texts()} == {"error"}
    page.get_by_label("all").check()
    assert findings.count() == all_of_them > 2
