"""The rubric as a scorecard: what a repo has to show, and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nexus_scaffold import check
from nexus_scaffold.checks.scorecard import Result
from nexus_scaffold.testing import RenderRepo

Build = Callable[[Mapping[str, str | bytes]], Path]


def _results(repo: Path) -> dict[str, Result]:
    return {
        each.title.split(":")[0]: each for area in check(repo).scorecard for each in area.results
    }


def test_the_rubric_is_the_program_s(tree: Build) -> None:
    assert {area.title: area.possible for area in check(tree({})).scorecard} == {
        "Functionality": 25,
        "Code quality": 20,
        "Design and API": 20,
        "Deployment": 10,
        "Best practices": 20,
        "Presentation": 30,
    }


def test_an_empty_folder_has_no_point_and_is_told_why(tree: Build) -> None:
    scorecard = check(tree({})).scorecard
    assert sum(area.points for area in scorecard) == 0
    assert all(result.missing for area in scorecard for result in area.results)


def test_a_criterion_is_met_by_a_file_that_shows_it(tree: Build) -> None:
    files = {
        "api/views.py": "@api_view\ndef jobs(request): ...\n",
        "api/urls.py": "",
        "manage.py": "",
    }
    core = _results(tree(files))["The core works"]
    assert (core.met, core.evidence, core.missing) == (True, ("api/views.py",), ())


def test_a_finding_speaks_against_it_and_is_named(tree: Build) -> None:
    model = "from django.db import models\nclass Job(models.Model): ...\n"
    files = {"jobs/models.py": model, "api/views.py": "@api_view\n", "manage.py": ""}
    core = _results(tree(files))["The core works"]
    assert not core.met
    assert core.evidence == ("api/views.py",)
    assert [text.split(":")[0] for text in core.missing] == ["DJG102 jobs/models.py"]


def test_each_check_is_named_before_one_is_named_twice_and_notes_do_not_count(tree: Build) -> None:
    """One of each check is named before the second of any, and a note of a family counts for nothing."""
    severities = "\n".join(
        f'{kind.__name__} = "note"'
        for kind in check(tree({})).checks
        if kind.__name__.startswith("CON") and kind.__name__ != "CON103"
    )
    files = {
        "Dockerfile": "FROM python\nFROM b\n",
        "api/Dockerfile": "FROM c\nFROM d\n",
        "pyproject.toml": f"[tool.nexus.check.severity]\n{severities}\n",
    }
    result = _results(tree(files))["It can be deployed"]
    assert [text.partition(" ")[0] for text in result.missing] == ["CON103"] * 3 + ["and"]
    (tree({}) / "pyproject.toml").unlink()
    result = _results(tree({}))["It can be deployed"]
    assert len({text.partition(" ")[0] for text in result.missing[:3]}) == 3


def test_what_is_ignored_for_a_reason_does_not_count_and_what_is_known_does(tree: Build) -> None:
    from nexus_scaffold.checks.baseline import write_baseline

    repo = tree({"README.md": "TODO"})
    title = "The documents are whole"
    assert not _results(repo)[title].met
    write_baseline(repo, check(repo).findings)
    assert not _results(repo)[title].met
    (repo / "pyproject.toml").write_text(
        '[tool.nexus.check.ignore]\nDOC103 = "a course on TODOs"\n'
    )
    assert _results(repo)[title].met


@pytest.mark.parametrize("starter", ["job_board", "blank"])
def test_a_rendered_repo_has_every_point_but_those_of_its_owner(
    render_repo: RenderRepo, starter: str
) -> None:
    """What a new repo lacks is what its owner alone can bring: a host, slides and a video, and own words."""
    results = _results(render_repo(starter=starter))
    unmet = {title for title, each in results.items() if not each.met}
    assert unmet <= {
        "It is running, and the README links it",
        "Slides and a video are linked",
        "The takeaways are the owner's own words",
    }


def test_a_rendered_repo_with_its_deliverables_has_them_all(render_repo: RenderRepo) -> None:
    urls = {
        "hosted_url": "https://jobs.example.org/",
        "slides_url": "https://slides.example.org/1",
        "video_url": "https://video.example.org/1",
    }
    results = _results(render_repo(**urls))
    assert results["It is running, and the README links it"].met
    assert results["Slides and a video are linked"].met
