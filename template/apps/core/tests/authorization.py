"""Who may do what, as tables.

Each app's `tests/test_permissions.py` has a table by the name of MATRIX. Its first line names the
users; each other line is a request, with the status that each of them is answered with. A path is
below /api/v1/ unless it begins with a slash, and `{posting}` in it stands for the id of a row that
the test makes. `tests/test_authorization.py` sees to it that no endpoint is forgotten.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.headless import app_settings as allauth
from django.apps import apps
from django.core.cache import cache
from django.core.files.base import File
from django.db import transaction
from django.http import HttpRequest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver
from django.utils.module_loading import module_has_submodule
from rest_framework.test import APIClient

Table = dict[str, dict[str, int]]
People = Mapping[str, Any]  # users, of whom this app knows nothing

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PARAMETER = re.compile(r"\(\?P<\w+>[^()]*\)|<[^<>]*>|{[^{}]*}")
METHOD_NOT_ALLOWED = 405
REFUSED = {401, 403, 302, METHOD_NOT_ALLOWED}  # 302 leads to the log-in

# Tables


def table(matrix: str) -> Table:
    """Return a table: for each request, who is answered with which status."""
    head, *lines = (line.split() for line in matrix.splitlines() if line.strip())
    return {
        f"{method} {path}": dict(zip(head, map(int, statuses), strict=True))
        for method, path, *statuses in lines
    }


def tables() -> Table:
    """Return the tables of all apps, as one."""
    found: Table = {}
    for app in apps.get_app_configs():
        if app.name.startswith("apps.") and module_has_submodule(app.module, "tests"):
            tests = import_module(f"{app.name}.tests")
            if module_has_submodule(tests, "test_permissions"):
                found |= table(import_module(f"{tests.__name__}.test_permissions").MATRIX)
    return found


# Requests


def log_in(user: Any) -> APIClient:
    """Return a client with a session, for the pages, and with its token, for the API."""
    client = APIClient()
    client.force_login(user)
    request = HttpRequest()
    request.user, request.session = user, client.session
    record_authentication(request, user, "password", reauthenticated=True)  # just a moment ago
    request.session.save()
    token = allauth.TOKEN_STRATEGY.create_access_token(request)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def statuses(
    request: str,
    *,
    people: People,
    rows: Mapping[str, object] | None = None,
    body: Mapping[str, Any] | None = None,
) -> dict[str, int]:
    """Send a request as nobody and as each of the people; return what each is answered.

    Everyone meets the same rows: what a request changed is rolled back. A body with a file is sent
    as a form, any other as JSON.
    """
    method, path = request.split()
    address = address_of(path).format(**(rows or {}))
    clients = {"nobody": APIClient(), **{who: log_in(user) for who, user in people.items()}}
    answered = {}
    for who, client in clients.items():
        cache.clear()  # nobody uses up the rate limit of another
        with transaction.atomic():
            answer = client.generic(method, address, *encoded(body or {}))
            transaction.set_rollback(True)
        answered[who] = answer.status_code
        if answer.status_code >= 400 and address.startswith(("/api/", "/health/")):
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["request_id"] == answer["X-Request-ID"]
    return answered


def encoded(body: Mapping[str, Any]) -> tuple[Any, str]:
    """Return a body and its media type."""
    files = [value for value in body.values() if isinstance(value, File)]
    if not files:
        return json.dumps(body).encode(), "application/json"
    for file in files:
        file.seek(0)
    return encode_multipart(BOUNDARY, dict(body)), MULTIPART_CONTENT


# Endpoints


def routes(
    patterns: Sequence[URLPattern | URLResolver], prefix: str = "/"
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the addresses of all views, with the views, but for Django's admin: it has one rule."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield normal(address), pattern.callback
        elif pattern.app_name != "admin":
            yield from routes(pattern.url_patterns, address)


def endpoints(patterns: Sequence[URLPattern | URLResolver]) -> set[str]:
    """Return all requests that are served, such as ``GET /api/v1/users/{}/``."""
    return {f"{method} {address}" for address, view in routes(patterns) for method in methods(view)}


def methods(view: Callable[..., Any]) -> set[str]:
    """Return the methods that a view serves; one that does not restrict them serves all."""
    view_class: Any = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if view_class:
        # A viewset's methods are actions, which the router chose.
        served = getattr(view, "actions", None) or {
            name for name in view_class.http_method_names if hasattr(view_class, name)
        }
        served = {name.upper() for name in served if name in view_class.http_method_names}
    else:
        served = restriction(view)
    return served & set(METHODS)


def restriction(view: Any) -> set[str]:
    """Return the methods of a function: what Django's `require_http_methods` was given."""
    while view:
        allowed = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if allowed:
            return set(allowed)
        view = getattr(view, "__wrapped__", None)
    return set(METHODS)


def address_of(path: str) -> str:
    """Return the whole path of a request."""
    return path if path.startswith("/") else f"/api/v1/{path}"


def normal(address: str) -> str:
    """Return an address without the names and the grammar of its parameters."""
    return PARAMETER.sub("{}", address)


# What is wrong


def gaps(served: set[str], known: Table, public: set[str]) -> list[str]:
    """Say which endpoints have no line, which lines have no endpoint, and what is open by mistake.

    Only the requests that are `public` answer who is not logged in; all others refuse.
    """
    paths = {request.split()[1] for request in served}
    listed, wrong = set(), []
    for line, expected in known.items():
        method, path = line.split()
        request = f"{method} {normal(address_of(path))}"
        listed.add(request)
        if request.split()[1] not in paths:
            wrong.append(f"{line}: there is no such address")
        elif request not in served and METHOD_NOT_ALLOWED not in expected.values():
            wrong.append(f"{line}: nobody serves this, so that somebody must be answered 405")
        elif request not in public and expected["nobody"] not in REFUSED:
            wrong.append(f"{line}: open to whoever is not logged in")
    wrong += [f"{request}: in no table" for request in served - listed]
    wrong += [f"{request}: public, but there is no such endpoint" for request in public - served]
    return sorted(wrong)
