"""The profile in version 1 and in version 2 of the API."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from apps.accounts import services
from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from apps.core.tests.files import picture
from apps.core.uploads import Upload

Login = Callable[[User], APIClient]
V1, V2 = (f"/api/v{number}/accounts/me/" for number in (1, 2))

pytestmark = pytest.mark.django_db


def both(client: APIClient) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the profile of the user in both versions."""
    return client.get(V1).json(), client.get(V2).json()


def test_the_same_user_in_both_versions(login: Login, media: Path) -> None:
    """T03, B11: version 2 says where the picture is, and all else is the same."""
    user = UserFactory.create()
    client = login(user)

    old, new = both(client)
    assert (old.pop("has_avatar"), new.pop("avatar")) == (False, None)
    assert old == new

    services.set_avatar(user, file=Upload(picture("WEBP"), "avatar.webp"))
    old, new = both(client)
    address = new.pop("avatar")
    assert old.pop("has_avatar") is True
    assert old == new
    shown = login(UserFactory.create()).get(address, headers={"Accept": "image/*"})
    assert shown.headers["Content-Type"] == "image/webp"


def test_what_is_changed_in_one_is_changed_in_the_other(login: Login) -> None:
    """B11: one user, one service; what cannot be written stays in both."""
    client = login(UserFactory.create())
    sent = {"full_name": "Ada King", "headline": "Engineer", "avatar": "x", "has_avatar": True}

    changed = client.patch(V2, sent).json()
    assert (changed["full_name"], changed["headline"], changed["avatar"]) == (
        "Ada King",
        "Engineer",
        None,
    )
    assert client.get(V1).json()["headline"] == "Engineer"

    changed = client.patch(V1, {"about": "Ten years of payments."}).json()
    assert changed["has_avatar"] is False
    assert client.get(V2).json()["about"] == "Ten years of payments."


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "HEAD", "OPTIONS"])
def test_version_1_says_when_it_ends_and_what_replaces_it(login: Login, method: str) -> None:
    """B11: RFC 9745, RFC 8594, RFC 5829; to who is logged in and to who is not."""
    for client in (login(UserFactory.create()), APIClient()):
        headers = client.generic(method, V1).headers

        assert re.fullmatch(r"@\d{10}", headers["Deprecation"])
        since = datetime.fromtimestamp(int(headers["Deprecation"][1:]), UTC)
        assert since < parsedate_to_datetime(headers["Sunset"])
        assert headers["Link"] == f'<{V2}>; rel="successor-version"'
        assert not {"Deprecation", "Sunset", "Link"} & client.generic(method, V2).headers.keys()


def test_the_document_has_both(client: Client) -> None:
    """T13, B11: one document; version 1's operations are marked, and their headers described."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    for method, verb in (("get", "read"), ("patch", "update")):
        old, new = paths[V1][method], paths[V2][method]
        assert old["operationId"] == f"profile_{verb}"
        assert new["operationId"] == f"profile_v2_{verb}"
        assert old["tags"] == new["tags"] == ["accounts"]
        assert old["deprecated"] is True
        assert "deprecated" not in new
        assert set(old["responses"]["200"]["headers"]) == {"Deprecation", "Sunset", "Link"}
        assert "headers" not in new["responses"]["200"]
    marked = {
        path
        for path, methods in paths.items()
        for operation in methods.values()
        if operation.get("deprecated")
    }
    assert marked == {V1}


@pytest.mark.parametrize("version", ["v0", "v3", "v10", "v2.0", "V1", "latest"])
@pytest.mark.parametrize("path", ["", "accounts/me/", "auth/session"])
def test_an_unknown_version_is_not_found(login: Login, version: str, path: str) -> None:
    """B11, H07: a problem, for everybody."""
    for client in (login(UserFactory.create()), APIClient()):
        response = client.get(f"/api/{version}/{path}")

        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "not_found"


def test_version_2_has_only_what_differs(login: Login) -> None:
    """B11: all else stays where it is."""
    assert login(UserFactory.create()).get("/api/v2/auth/session").status_code == 404
