"""What the answers on people, addresses and the start say in the pages, and what goes when they are empty."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from nexus_scaffold.testing import RenderRepo
from tests.variants import BLANK_WITH_EVERYTHING_OFF, JOB_BOARD_WITH_EVERYTHING_ON


@pytest.fixture(scope="module")
def full(render_repo: RenderRepo) -> Path:
    return render_repo(**JOB_BOARD_WITH_EVERYTHING_ON)


@pytest.fixture(scope="module")
def empty(render_repo: RenderRepo) -> Path:
    return render_repo(**BLANK_WITH_EVERYTHING_OFF)


def _read(repo: Path, name: str) -> str:
    return (repo / name).read_text(encoding="utf-8")


def _days(repo: Path) -> list[tuple[str, str]]:
    page = _read(repo, "docs/first-week.md")
    return re.findall(r"^## Day (\d)(.*)$", page, re.MULTILINE)


def test_the_first_week_has_the_dates_of_the_calendar(full: Path) -> None:
    """L04: over the end of a February with 29 days."""
    start = date.fromisoformat(str(JOB_BOARD_WITH_EVERYTHING_ON["start_date"]))
    days = _days(full)
    assert len(days) >= 5
    for number, written in days:
        day = start + timedelta(days=int(number) - 1)
        assert written == f": {day:%A, %Y-%m-%d}"
    assert any("2028-02-29" in written for _, written in days)


def test_without_a_start_the_days_are_counted(empty: Path) -> None:
    """L04"""
    assert {written for _, written in _days(empty)} == {""}
    assert "The days are counted" in _read(empty, "docs/first-week.md")


def test_the_plan_is_there_as_issues_too(full: Path) -> None:
    """L04: with titles as commits have them."""
    titles = re.findall(
        r'^gh issue create --title "(.+?)" --body', _read(full, "docs/first-week.md"), re.MULTILINE
    )
    assert len(titles) >= 5
    assert all(re.match(r"(docs|feat): \S", title) for title in titles)


def test_people_are_named_where_they_are_looked_for(full: Path) -> None:
    """L01, L02: on the front page, and with what they do."""
    readme, page = _read(full, "README.md"), _read(full, "docs/collaboration.md")
    for user in ("grace-hopper", "alan-turing"):
        assert f"[{user}](https://github.com/{user})" in readme
        assert f"| [{user}](https://github.com/{user}) | backend |" in page
    partner = r"Kathérine \`K\` \<Johnson\> \[x\] {{ x }}"
    repo = JOB_BOARD_WITH_EVERYTHING_ON["frontend_repo"]
    assert f"- **Front end**: {partner}, <{repo}>\n" in readme
    assert f"| {partner} | front end: <{repo}> |\n" in page
    assert f"front end is at <{repo}>" in _read(full, "docs/api/frontend-guide.md")


def test_who_is_not_there_is_not_named(empty: Path) -> None:
    """L01, L05"""
    readme = _read(empty, "README.md")
    assert "**With**" not in readme
    assert "**Front end**" not in readme
    assert "## Who" not in _read(empty, "docs/collaboration.md")
    assert "front end is at" not in _read(empty, "docs/api/frontend-guide.md")


def _announcement(repo: Path) -> str:
    block = re.search(r"^```text\n(.*?)^```$", _read(repo, "docs/announcement.md"), re.M | re.S)
    assert block
    return block[1]


def test_the_announcement_can_be_posted_as_it_is(full: Path, empty: Path) -> None:
    """L03: the answers' own words, no mark of Markdown, and no line without an answer."""
    text, given = _announcement(full), JOB_BOARD_WITH_EVERYTHING_ON
    for name in ("project_name", "description", "hosted_url", "slides_url", "frontend_partner"):
        assert str(given[name]) in text, name
    assert f"{given['user_name']}, ProDev Backend, {given['cohort']}\n" in text
    assert "https://github.com/ngugi/alx-project-nexus\n" in text
    bare = _announcement(empty)
    assert "https://" not in bare
    assert "Front end:" not in bare
    assert "\n\n\n" not in bare


def test_each_deliverable_has_a_state(full: Path, empty: Path) -> None:
    """H04: there with its address, or not yet with the way to it."""
    there, missing = _read(full, "docs/deliverables.md"), _read(empty, "docs/deliverables.md")
    for name in ("hosted_url", "slides_url", "video_url"):
        assert f"| <{JOB_BOARD_WITH_EVERYTHING_ON[name]}> |" in there
    assert "not made yet" not in there
    assert "nexus set" not in there
    assert missing.count("not made yet") == 2
    assert "`nexus set hosted_url=https://…`" in missing
    rows = re.findall(r"^\| .+ \| (.+?) \| .+ \|$", missing, re.MULTILINE)
    assert len(rows) >= 7
