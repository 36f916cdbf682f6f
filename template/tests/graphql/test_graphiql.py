"""GraphiQL: where it is on, from this server's files alone."""

import pytest
from django.conf import settings as project
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from tests.graphql.documents import URL
from tests.test_headers import policy
from tests.test_pages import Page

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_it_is_off_unless_it_is_switched_on(client: Client) -> None:
    """T13, S04: as in production."""
    response = client.get(URL, headers=BROWSER)

    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Allow"] == "OPTIONS, POST"


def test_it_is_a_page_without_anything_inline(client: Client, settings: Settings) -> None:
    """T13, S05: no CDN, and no script that is not a file from here."""
    settings.GRAPHIQL = True

    response = client.get(URL, headers=BROWSER)

    found = Page(response.content.decode())
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"<title>GraphiQL · {escape(project.PROJECT_NAME)}</title>" in response.content.decode()
    assert found.inline == []
    assert len(found.loads) == 7
    for address in found.loads:
        assert finders.find(address.removeprefix("/static/")), address
    assert policy(response)["default-src"] == "'self'"
    assert "script-src" not in policy(response)


def test_its_policy_is_its_pages_alone(client: Client, settings: Settings) -> None:
    """S05: the answers to documents have that of everything else."""
    settings.GRAPHIQL = True

    response = client.post(URL, {"query": "{ __typename }"}, "application/json")

    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_it_asks_nothing_of_the_database(client: Client, settings: Settings, method: str) -> None:
    """T13: a page is a page."""
    settings.GRAPHIQL = True

    assert client.generic(method, URL, headers=BROWSER).status_code == 200


def test_its_files_can_be_collected(settings: Settings, tmp_path: object) -> None:
    """T13: under names that change with their content, as production serves them."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

    others = ["admin", "drf_spectacular_sidecar", "rest_framework"]
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=others)

    assert staticfiles_storage.url("graphiql/graphiql.min.js") != "graphiql/graphiql.min.js"


def test_its_licences_are_beside_it() -> None:
    """D05: those who wrote the files that are not ours are named."""
    with open(str(finders.find("graphiql/LICENSE")), encoding="utf-8") as file:
        text = file.read()

    assert "GraphQL Contributors" in text
    assert "Facebook, Inc. and its affiliates" in text
