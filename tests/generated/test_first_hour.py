"""The first hour of a newcomer: `make run`, then a job is posted, found and applied for over HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from nexus_scaffold.testing import RenderedRepo, RenderRepo, commit_all
from tests.site import Site, prepare, serve
from tests.variants import DEFAULTS


@pytest.fixture(scope="module")
def site(rendered: Callable[..., RenderedRepo], render_repo: RenderRepo) -> Iterator[Site]:
    repo = render_repo(**DEFAULTS)
    commit_all(repo)
    environment = rendered(**DEFAULTS).environment
    prepare(repo, environment)
    with serve(repo, environment) as served:
        yield served


def test_a_job_is_posted_found_and_applied_for(site: Site) -> None:
    """T03, T12, L09"""
    employer, candidate = site.log_in("employer@example.com"), site.log_in("candidate@example.com")
    _, me = site.ask("GET", "/api/v1/accounts/me/", token=employer)
    _, companies = site.ask("GET", f"/api/v1/companies/?owner={me['id']}")
    _, industries = site.ask("GET", "/api/v1/industries/")
    _, locations = site.ask("GET", "/api/v1/locations/")
    posting = {
        "company": companies["results"][0]["id"],
        "title": "Keeper of the xylophones",
        "description": "Tunes them, and keeps them dry.",
        "industry": industries["results"][0]["id"],
        "location": locations["results"][0]["id"],
        "employment_type": "full_time",
        "salary_min": 1000,
        "salary_max": 2000,
        "currency": "KES",
    }
    status, made = site.ask("POST", "/api/v1/postings/", posting, employer)
    assert status == 201, made
    assert site.ask("GET", "/api/v1/postings/?search=xylophones")[1]["count"] == 0
    status, published = site.ask("POST", f"/api/v1/postings/{made['id']}/publish/", {}, employer)
    assert status == 200, published
    found = site.ask("GET", "/api/v1/postings/?search=xylophones")[1]
    assert [row["id"] for row in found["results"]] == [made["id"]]
    apply, letter = f"/api/v1/postings/{made['id']}/apply/", {
        "cover_letter": "I have perfect pitch."
    }
    assert site.ask("POST", apply, letter)[0] == 401
    status, applied = site.ask("POST", apply, letter, candidate)
    assert status == 201, applied
    status, again = site.ask("POST", apply, letter, candidate)
    assert (status, again["code"]) == (409, "already_applied")
    assert again["request_id"]


def test_the_seeded_board_has_postings_to_find(site: Site) -> None:
    assert site.ask("GET", "/api/v1/postings/")[1]["count"] > 10


def test_what_is_made_here_stays_out_of_git(site: Site) -> None:
    """S05"""
    listed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=site.repo, capture_output=True, text=True, check=True
    ).stdout
    assert listed.split("\n") == ["?? server.log", ""]
