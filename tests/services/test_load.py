"""`make load` in both starters: it measures, writes the page, and leaves nothing behind."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nexus_scaffold.testing import RenderedRepo, RenderRepo
from tests.variants import BLANK_WITH_EVERYTHING_OFF, DEFAULTS

SMALL = ("USERS=200", "SECONDS=20", "CLIENTS=12")
STARTERS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "job_board": (DEFAULTS, "GET /api/v1/postings/"),
    "blank": (BLANK_WITH_EVERYTHING_OFF, "GET /api/v1/accounts/users/"),
}
ROW = re.compile(r"^\| `(\w+ \S+)` \| (\d+) \| (\d+) \| [\d.]+ \| \d+ ms", re.MULTILINE)
SCRATCH = """
import sys, psycopg
query = "SELECT count(*) FROM pg_database WHERE datname LIKE 'load_%'"
print(psycopg.connect(sys.argv[1]).execute(query).fetchone()[0])
"""


def load(repo: RenderedRepo, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Measures a little."""
    return repo.run("make", "load", *SMALL, check=False, variables=variables)


def copy(
    answers: Mapping[str, object], rendered: Callable[..., RenderedRepo], render_repo: RenderRepo
) -> RenderedRepo:
    """A repo of the test's own, with an environment that it shares."""
    shared = rendered(**answers)
    return RenderedRepo(render_repo(**answers), shared.answers, shared.environment)


def page(repo: RenderedRepo) -> str:
    """What is written down."""
    return (repo.path / "docs" / "operations" / "load.md").read_text(encoding="utf-8")


@pytest.mark.services("postgresql", "redis", "rabbitmq")
@pytest.mark.parametrize("starter", STARTERS)
def test_it_measures_writes_the_page_and_cleans_up(
    starter: str,
    rendered: Callable[..., RenderedRepo],
    render_repo: RenderRepo,
    real_servers: Mapping[str, str],
) -> None:
    """C15"""
    answers, some_list = STARTERS[starter]
    repo = copy(answers, rendered, render_repo)
    program = ("uv", "run", "--no-sync", "python", "-c", SCRATCH, real_servers["DATABASE_URL"])
    before = repo.run(*program).stdout

    done = load(repo, real_servers)

    assert done.returncode == 0, done.stdout
    rows = ROW.findall(page(repo))
    assert some_list in {name for name, _, _ in rows}
    assert {errors for _, _, errors in rows} == {"0"}
    assert "xychart-beta" in page(repo)
    assert repo.run(*program).stdout == before, "the scratch database is gone"
    assert "Written to docs/operations/load.md" in done.stdout


@pytest.mark.services("postgresql")
def test_it_fails_where_an_endpoint_does(
    rendered: Callable[..., RenderedRepo], render_repo: RenderRepo, real_servers: Mapping[str, str]
) -> None:
    """C15: the page says so, too."""
    repo = copy(BLANK_WITH_EVERYTHING_OFF, rendered, render_repo)
    selectors: Path = repo.path / "apps" / "accounts" / "selectors.py"
    text = selectors.read_text(encoding="utf-8")
    broken = text.replace("    user.profile = ", "    raise RuntimeError\n    user.profile = ")
    assert broken != text
    selectors.write_text(broken, encoding="utf-8")

    done = load(repo, real_servers)

    assert done.returncode == 2, done.stdout
    assert "Failed: GET /api/v1/accounts/me/" in done.stdout
    assert sum(int(errors) for _, _, errors in ROW.findall(page(repo))) > 0


def test_it_says_what_it_needs(rendered: Callable[..., RenderedRepo]) -> None:
    """C15: SQLite is no production."""
    done = rendered(**DEFAULTS).run("make", "load", check=False)

    assert done.returncode == 2
    assert "make servers" in done.stdout
