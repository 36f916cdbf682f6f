"""Every error of the API is a problem (RFC 9457) with the request's id."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    SuspiciousOperation,
    ValidationError,
)
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from apps.core.errors import ApplicationError
from config.urls import handler500 as handler500
from config.urls import urlpatterns as project_urls

ERRORS: dict[str, Exception] = {
    "application": ApplicationError("It is closed.", code="closed"),
    "validation": ValidationError({"title": ["Too short."], NON_FIELD_ERRORS: ["Not both."]}),
    "not-found": Http404("a detail of the code"),
    "denied": PermissionDenied("a detail of the code"),
    "suspicious": SuspiciousOperation("a detail of the code"),
    "bug": RuntimeError("a secret"),
    "database": OperationalError("a secret of db.internal"),
    "connection": InterfaceError("a secret of db.internal"),
    "duplicate": IntegrityError("a secret of db.internal"),
    "nested": exceptions.ValidationError(
        {"items": [{}, {"price": ["Too low."]}], "non_field_errors": ["Not both."]}
    ),
}


class RaisingView(APIView):
    """Raises the error of its path."""

    permission_classes = (AllowAny,)

    def get(self, request: Request, error: str) -> Response:
        """Raise."""
        raise ERRORS[error]


class EchoSerializer(serializers.Serializer[Any]):
    """A number."""

    number = serializers.IntegerField()
    colour = serializers.ChoiceField(["red", "green"], required=False)
    owner = serializers.PrimaryKeyRelatedField[User](queryset=User.objects, required=False)


class OncePerDay(AnonRateThrottle):
    """Once a day."""

    rate = "1/day"


class EchoView(APIView):
    """Takes a number, once a day."""

    permission_classes = (AllowAny,)
    throttle_classes = (OncePerDay,)

    def post(self, request: Request) -> Response:
        """Echo."""
        serializer = EchoSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.validated_data)


def raising(request: HttpRequest, error: str) -> HttpResponse:
    """Raise in a view of Django."""
    raise ERRORS[error]


def visit(request: HttpRequest) -> HttpResponse:
    """Remember a visit."""
    request.session["visited"] = True
    return HttpResponse()


def conflict(request: HttpRequest) -> HttpResponse:
    """Answer as another library might."""
    return JsonResponse({"status": 409, "hint": "Retry."}, status=409)


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse as another library might: with what was sent."""
    sent = json.loads(request.body)["colour"]
    error = {"message": f"No {sent} here. '{sent}' is gone.", "code": "gone", "param": sent}
    return JsonResponse({"status": 400, "errors": [error]}, status=400)


urlpatterns = [
    *project_urls,
    path("api/drf/<error>", RaisingView.as_view()),
    path("api/echo", EchoView.as_view()),
    path("api/django/<error>", raising),
    path("api/form", csrf_protect(conflict)),
    path("api/conflict", conflict),
    path("api/refuse", refuse),
    path("page/<error>", raising),
    path("visit", visit),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def visitor() -> APIClient:
    """Return a client that gets the answer even where a view fails."""
    return APIClient(raise_request_exception=False)


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Assert that an answer is a whole problem; return its members."""
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert body["status"] == status
    assert body["code"] == code
    assert body["title"]
    assert body["detail"]
    assert body["type"] == "about:blank"
    assert body["instance"] == response.wsgi_request.path
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


@pytest.mark.parametrize("kind", ["drf", "django"])
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ("not-found", 404, "not_found"),
        ("bug", 500, "internal_server_error"),
        ("duplicate", 500, "internal_server_error"),
        ("database", 503, "database_unavailable"),
        ("connection", 503, "database_unavailable"),
        ("suspicious", 400, "bad_request"),
    ],
)
def test_what_any_view_raises_is_a_problem(
    visitor: APIClient, kind: str, error: str, status: int, code: str
) -> None:
    """H07: DRF's views and Django's answer alike, and no error tells of the code."""
    response = visitor.get(f"/api/{kind}/{error}")

    assert_problem(response, status, code)
    assert b"secret" not in response.content
    assert b"detail of the code" not in response.content


@pytest.mark.parametrize(("kind", "code"), [("drf", "permission_denied"), ("django", "forbidden")])
def test_what_is_forbidden_is_a_problem(visitor: APIClient, kind: str, code: str) -> None:
    """H07: 403."""
    assert_problem(visitor.get(f"/api/{kind}/denied"), 403, code)


def test_a_rule_of_the_domain_refuses_with_a_code(visitor: APIClient) -> None:
    """H07: an ApplicationError of a service."""
    body = assert_problem(visitor.get("/api/drf/application"), 409, "closed")

    assert body["detail"] == "It is closed."


def test_a_validation_error_of_django_names_the_field(visitor: APIClient) -> None:
    """H07: a model's own validation is a 400, not a 500."""
    body = assert_problem(visitor.get("/api/drf/validation"), 400, "invalid")

    assert body["errors"] == [
        {"message": "Too short.", "code": "invalid", "param": "title"},
        {"message": "Not both.", "code": "invalid"},
    ]


def test_a_nested_validation_error_names_the_path(visitor: APIClient) -> None:
    body = assert_problem(visitor.get("/api/drf/nested"), 400, "invalid")

    assert body["errors"] == [
        {"message": "Too low.", "code": "invalid", "param": "items.1.price"},
        {"message": "Not both.", "code": "invalid"},
    ]


def test_a_wrong_value_is_a_problem_that_names_the_field(visitor: APIClient) -> None:
    """H07: 400 by a serializer."""
    body = assert_problem(visitor.post("/api/echo", {"number": "one"}), 400, "invalid")

    assert [error["param"] for error in body["errors"]] == ["number"]


def test_no_message_repeats_what_was_sent(visitor: APIClient) -> None:
    """P03, H07: a choice, a key, a type; the messages can be read all the same."""
    sent = {"number": 1, "colour": "sesame street", "owner": 987654}
    body = assert_problem(visitor.post("/api/echo", sent), 400, "invalid")

    assert {error["param"]: error["message"] for error in body["errors"]} == {
        "colour": "This value is not a valid choice.",
        "owner": 'Invalid pk "…" - object does not exist.',
    }


def test_no_message_repeats_a_media_type(visitor: APIClient) -> None:
    """P03, H07: 415."""
    response = visitor.post("/api/echo", "number=1", content_type="text/sesame")

    body = assert_problem(response, 415, "unsupported_media_type")
    assert body["detail"] == 'Unsupported media type "…" in request.'


def test_another_librarys_messages_repeat_nothing_either(visitor: APIClient) -> None:
    """P03, H07: nor does the name of a parameter, if it is none."""
    body = assert_problem(visitor.post("/api/refuse", {"colour": "Tr0ub4dor&3"}), 400, "invalid")

    (error,) = body["errors"]
    assert error == {"message": "No … here. This value is gone.", "code": "gone", "param": "***"}


def test_the_instance_is_no_secret(visitor: APIClient) -> None:
    """P03: a path is repeated, without what may be a secret in it."""
    body = visitor.get("/api/v1/nowhere/Tr0ub4dor&3/").json()

    assert body["instance"] == "/api/v1/nowhere/***/"


def test_malformed_json_is_a_problem(visitor: APIClient) -> None:
    """H07: 400 by a parser."""
    response = visitor.post("/api/echo", "{", content_type="application/json")

    assert_problem(response, 400, "parse_error")


def test_an_unknown_media_type_is_a_problem(visitor: APIClient) -> None:
    """H07: 415."""
    response = visitor.post("/api/echo", "number=1", content_type="text/plain")

    assert_problem(response, 415, "unsupported_media_type")


def test_an_answer_that_nobody_can_give_is_a_problem(visitor: APIClient) -> None:
    """H07: 406."""
    response = visitor.post("/api/echo", {"number": 1}, headers={"Accept": "text/csv"})

    assert_problem(response, 406, "not_acceptable")


def test_too_many_requests_are_a_problem_that_says_when_to_return(visitor: APIClient) -> None:
    """H07: 429."""
    assert visitor.post("/api/echo", {"number": 1}).status_code == 200

    response = visitor.post("/api/echo", {"number": 1})

    assert_problem(response, 429, "throttled")
    assert int(response.headers["Retry-After"]) > 0


def test_a_visitor_is_asked_to_log_in(visitor: APIClient) -> None:
    """H07, S04: 401 names the scheme."""
    response = visitor.get("/api/v1/accounts/me/")

    assert_problem(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_the_wrong_role_is_refused(login: Callable[[User], APIClient]) -> None:
    """H07, S04: 403 by a permission."""
    response = login(UserFactory.create()).get("/api/v1/accounts/users/")

    assert_problem(response, 403, "permission_denied")


def test_a_wrong_method_is_a_problem(login: Callable[[User], APIClient]) -> None:
    """H07: 405 says what is allowed."""
    response = login(UserFactory.create()).delete("/api/v1/accounts/me/")

    assert_problem(response, 405, "method_not_allowed")
    assert "PATCH" in response.headers["Allow"]


def test_an_unknown_address_is_a_problem(visitor: APIClient) -> None:
    """H07: 404 where no view is."""
    assert_problem(visitor.get("/api/v1/nowhere"), 404, "not_found")


def test_a_forged_form_is_a_problem() -> None:
    """H07, S05: 403 by the CSRF protection."""
    response = Client(enforce_csrf_checks=True).post("/api/form")

    assert_problem(response, 403, "forbidden")


def test_an_unknown_host_is_a_problem(visitor: APIClient) -> None:
    """H07, S05: 400 by Django itself."""
    response = visitor.get("/api/v1/accounts/me/", headers={"Host": "evil.example"})

    assert_problem(response, 400, "bad_request")


def test_another_librarys_error_keeps_its_members(visitor: APIClient) -> None:
    """H07: an error that somebody else formed."""
    body = assert_problem(visitor.get("/api/conflict"), 409, "conflict")

    assert body["hint"] == "Retry."


def test_any_address_says_when_to_return_to_a_database_that_is_away(visitor: APIClient) -> None:
    """C16, H07: 503, for pages too."""
    response = visitor.get("/page/database")

    assert_problem(response, 503, "database_unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_middleware_may_miss_the_database_too(
    visitor: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16: after the view, where a session is written."""

    def refuse(session: SessionBase) -> None:
        raise ERRORS["database"]

    monkeypatch.setattr(f"{settings.SESSION_ENGINE}.SessionStore.save", refuse)

    response = visitor.get("/visit")

    assert_problem(response, 503, "database_unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_a_mistake_in_sql_is_our_own(visitor: APIClient) -> None:
    """H07: SQLite calls a table that is not there by the same name as a database that is away."""
    error = OperationalError("no such table")
    error.__cause__ = sqlite3.OperationalError("no such table")
    error.__cause__.sqlite_errorname = "SQLITE_ERROR"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ERRORS, "table", error)
        response = visitor.get("/api/drf/table")

    assert_problem(response, 500, "internal_server_error")


def test_a_page_for_people_fails_as_a_page(visitor: APIClient) -> None:
    response = visitor.get("/page/not-found", headers={"Accept": "text/html"})

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
