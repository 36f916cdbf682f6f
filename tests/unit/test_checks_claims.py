"""Claims: what a finding tells, and the code that a claim can be linked to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nexus_scaffold import check
from nexus_scaffold.checks import Repo
from nexus_scaffold.checks.claims import TECHNOLOGIES, claims, evidence
from tests.unit.cases import Tree

Build = Callable[[Tree], Path]


def _messages(repo: Path, rule: str) -> list[str]:
    return [f.message for f in check(repo).findings if f.check == rule]


def test_a_claim_without_code_is_found_once_a_document_with_what_was_looked_for(
    tree: Build,
) -> None:
    """L07: nexus check fails on a claim with no evidence."""
    repo = tree(
        {
            "README.md": "# A\n## Tech Stack\n- RabbitMQ\n## Features\n- RabbitMQ queues\n",
            "docs/a.md": "# B\nThe system runs on RabbitMQ.\n",
            "docs/code.txt": "rabbitmq",
        }
    )
    message = "'RabbitMQ' is named as used, and nothing shows it: no rabbitmq, amqp."
    assert _messages(repo, "CLM101") == [message, message]


def test_following_the_mend_clears_it(tree: Build) -> None:
    repo = tree({"README.md": "# A\nThis API uses Redis.\n"})
    assert _messages(repo, "CLM101")
    (repo / "settings.py").write_text("CACHES = {'default': {'LOCATION': 'redis://cache'}}\n")
    assert not _messages(repo, "CLM101")
    (repo / "settings.py").unlink()
    (repo / "README.md").write_text("# A\nI learned how an API uses Redis; it is planned here.\n")
    assert not _messages(repo, "CLM101")


def test_a_claim_that_has_code_is_offered_a_link_to_it(tree: Build) -> None:
    """L07: every claim line carries a link to the code that proves it."""
    repo = tree(
        {
            "README.md": "# A\n## Key technologies\n- Docker\n- [Redis](settings.py)\n- Celery\n",
            "Dockerfile": "FROM a:1\n",
            "settings.py": "redis\n",
            "tasks.py": "from celery import shared_task\n",
            "node_modules/celery.js": "celery",
        }
    )
    assert _messages(repo, "CLM102") == [
        "Without a link to its code: Docker (Dockerfile), Celery (tasks.py)."
    ]


@pytest.mark.parametrize("technology", TECHNOLOGIES, ids=[t.name for t in TECHNOLOGIES])
def test_each_technology_is_known_by_its_name_and_never_shown_by_a_document(
    tree: Build, technology: object
) -> None:
    (known,) = (t for t in TECHNOLOGIES if t == technology)
    repo = tree({"README.md": f"# A\nThis project uses {known.name}.\n"})
    assert [claim.technology for claim in claims(Repo(repo)) if claim.technology == known] == [
        known
    ]
    assert not any(evidence(Repo(repo), known))
