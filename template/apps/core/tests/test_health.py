"""The probes of an orchestrator."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from apps.core import health
from apps.core.tests.stubs import stub

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
    assert response.json()["detail"] == "The database does not answer: try again in a moment."
    assert response.json()["code"] == "database_unavailable"
    assert response.json()["checks"]["database"] == "unavailable"
    assert int(response.headers["Retry-After"]) > 0
    assert b"db.internal" not in response.content


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [b"", b"later"])
def test_without_another_server_the_service_is_degraded_and_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    """C16: one that hangs up or takes too long; only the database takes us out of service."""
    monkeypatch.setattr(health, "LIMIT", 0.3)
    with stub(answer, delay=1 if answer else 0) as server:

        async def ask() -> str:
            return str(await health.greeting("127.0.0.1", server.port, secure=False))

        monkeypatch.setitem(health.SERVERS, "other", ask)
        response = client.get("/health/ready")

    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"]["database"] == "ok"
    assert response.json()["checks"]["other"] == "unavailable"


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_only_reads(client: Client, path: str) -> None:
    response = client.post(path)

    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_probe_is_a_problem(client: Client) -> None:
    response = client.get("/health/nothing")

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
