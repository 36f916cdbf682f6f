"""A client that logs in over HTTP as a front end does, with real tokens and real mails."""

import re
from functools import cache
from typing import Any

import jsonschema
from django.core import mail
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from apps.accounts.tests.factories import PASSWORD

EMAIL = "ada@example.com"


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference points to."""
    while "$ref" in node:
        target: Any = document()
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def last_code() -> str:
    """Return the code of the last mail."""
    match = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert match, mail.outbox[-1].body
    return match[1]


class AuthClient:
    """Keeps the tokens, and holds every answer against the OpenAPI document."""

    def __init__(self) -> None:
        self.client = APIClient()
        self.access_token = self.refresh_token = self.session_token = ""

    def request(self, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
        """Send a request with the tokens; keep those of the answer."""
        headers = {}
        if self.access_token:
            headers["Authorization"] = f"Bearer {self.access_token}"
        elif self.session_token:
            headers["X-Session-Token"] = self.session_token
        response = getattr(self.client, method)(f"/api/v1/{path}", data, headers=headers)
        body = response.json()
        operation = document()["paths"][f"/api/v1/{path}"][method]
        described = resolve(operation["responses"][str(response.status_code)])
        content = described["content"][response.headers["Content-Type"].partition(";")[0]]
        jsonschema.validate(body, {**content["schema"], "components": document()["components"]})
        for holder in (body.get("meta", {}), body.get("data", {})):
            for name in ("access_token", "refresh_token", "session_token"):
                setattr(self, name, holder.get(name, getattr(self, name)))
        return response

    def post(self, path: str, **data: Any) -> Any:
        """Post."""
        return self.request("post", path, data)

    def sign_up(self, **data: Any) -> Any:
        """Sign up as Ada."""
        who = {"email": EMAIL, "password": PASSWORD, "full_name": "Ada Lovelace"}
        return self.post("auth/signup", **{**who, **data})

    def log_in(self, email: str = EMAIL, password: str = PASSWORD) -> Any:
        """Log in."""
        return self.post("auth/login", email=email, password=password)

    def refresh(self) -> Any:
        """Trade the refresh token."""
        return self.post("tokens/refresh", refresh_token=self.refresh_token)

    def profile(self) -> Any:
        """Read one's own profile."""
        return self.request("get", "accounts/me/")
