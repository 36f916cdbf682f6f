"""The probes of an orchestrator."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

PROBES = ["/health/live", "/health/ready"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PROBES)
def test_a_probe_is_answered_over_http_and_for_any_host(
    client: Client, settings: Settings, path: str
) -> None:
    """C16, T08: a probe comes over plain HTTP, with the pod's address for a host name."""
    settings.SECURE_SSL_REDIRECT = True

    response = client.get(path, headers={"Host": "10.1.2.3:8000"})

    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert "no-store" in response.headers["Cache-Control"]


def test_liveness_does_not_ask_the_database(client: Client) -> None:
    """C16: a database that is down is no reason to restart the process."""
    assert client.get("/health/live").status_code == 200


def test_readiness_fails_with_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """C16: no traffic until the database is back."""

    def refuse() -> None:
        raise OperationalError("connection refused by db.internal")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "The database does not answer."
    assert b"db.internal" not in response.content


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_only_reads(client: Client, path: str) -> None:
    response = client.post(path)

    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_probe_is_a_problem(client: Client) -> None:
    response = client.get("/health/nothing")

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
