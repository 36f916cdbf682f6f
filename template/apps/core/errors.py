"""Errors as problem details (RFC 9457): one form for DRF's, Django's and those of allauth.

A view or a service raises; DRF's exceptions pass through `exception_handler`, and what anything else
answers with passes through `as_problem` (ProblemDetailsMiddleware). The members are those of the
RFC, plus `code` (for programs), `request_id` (for reports) and, where values were refused, `errors`:
a list of `message`, `code` and the `param` that was wrong.

No member repeats what was sent: answers are kept in many places, and it may have been a secret.
"""

import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler as drf_exception_handler

from apps.core.incoming import brought, remember
from apps.core.redaction import redact, redact_path, without

CONTENT_TYPE = "application/problem+json"

DETAILS = {
    400: "The request could not be understood.",
    401: "You are not logged in.",
    403: "You may not do this.",
    404: "There is nothing here.",
    405: "This method is not allowed here.",
    409: "This does not fit the present state.",
    410: "The session has ended: log in again.",
    429: "Too many requests: try again later.",
    500: "Something went wrong on our side. Quote the request id when you report it.",
    502: "A service that we work with refused.",
    503: "The database does not answer: try again in a moment.",
}
RETRY_AFTER = 5  # seconds
GENERAL = (NON_FIELD_ERRORS, "non_field_errors")  # what Django and DRF call "no field"
INVALID = {"detail": "Some values are not valid.", "code": "invalid"}
# The value that a message begins with: "x" is not a valid choice.
OPENING = re.compile(r"(^|[.!?] )[\"'\u201c\u2018]?…[\"'\u201d\u2019]?(?= )")


class ApplicationError(exceptions.APIException):
    """A rule of the domain refuses: raised by services, answered as problem details."""

    def __init__(self, detail: str, *, code: str, status: int = HTTPStatus.CONFLICT) -> None:
        super().__init__(detail, code)
        self.status_code = status


def problem(request: HttpRequest | Request, status: int, /, **members: Any) -> dict[str, Any]:
    """Return the members of a problem: the usual ones for the status, and those given."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": DETAILS.get(status, HTTPStatus(status).description),
        "instance": redact_path(request.path),
        "code": HTTPStatus(status).name.lower(),
        "request_id": request.META.get("HTTP_X_REQUEST_ID", ""),
        **members,
    }


def problem_response(request: HttpRequest, status: int, /, **members: Any) -> JsonResponse:
    """Answer with a problem."""
    return JsonResponse(
        problem(request, status, **members), status=status, content_type=CONTENT_TYPE
    )


def flatten(detail: Any, param: str = "") -> list[dict[str, str]]:
    """Return the messages of a validation error, however nested, as a flat list."""
    if isinstance(detail, dict):
        errors = []
        for name, value in detail.items():
            path = [part for part in (param, str(name)) if part and part not in GENERAL]
            errors += flatten(value, ".".join(path))
        return errors
    if isinstance(detail, list):
        return [
            error
            for index, value in enumerate(detail)
            for error in flatten(value, f"{param}.{index}" if isinstance(value, dict) else param)
        ]
    error = {"message": str(detail), "code": str(getattr(detail, "code", "invalid"))}
    return [{**error, "param": param}] if param else [error]


def quieten(members: Any, values: Iterable[str]) -> Any:
    """Return the members of a problem, whose messages repeat none of the values that were sent."""
    if isinstance(members, list):
        return [quieten(value, values) for value in members]
    if isinstance(members, str):
        message = without(members, values, mask="…")
        return redact(OPENING.sub(r"\1This value", message))
    if not isinstance(members, dict):
        return members
    quiet = {name: quieten(value, values) for name, value in members.items()}
    if "code" in members:
        quiet["code"] = members["code"]
    if "param" in members:  # it may be a name that was sent
        quiet["param"] = redact_path(members["param"])
    return quiet


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a DRF view; what nobody expected is left to Django, as a 500."""
    remember(context["request"])
    if isinstance(exc, Http404):
        exc = exceptions.NotFound(DETAILS[404])
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, ValidationError):
        exc = exceptions.ValidationError(as_serializer_error(exc))
    response = drf_exception_handler(exc, context)
    if response is None or not isinstance(exc, exceptions.APIException):
        return None
    if isinstance(exc, exceptions.ValidationError):
        members: dict[str, Any] = {**INVALID, "errors": flatten(exc.detail)}
    else:
        members = {
            "detail": str(exc.detail),
            "code": getattr(exc.detail, "code", exc.default_code),
        }
    if not isinstance(exc, ApplicationError):  # those say what their authors want to be said
        members = quieten(members, set(brought(context["request"])))
    response.data = problem(context["request"], response.status_code, **members)
    response.content_type = CONTENT_TYPE
    return response


def database_is_away(error: BaseException | None) -> bool:
    """Return whether an error means that the database cannot serve now, and later may."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    # SQLite's name for an error in the statement itself, such as a table that is not there.
    return getattr(error.__cause__, "sqlite_errorname", "") != "SQLITE_ERROR"


def database_away(request: HttpRequest, **members: Any) -> JsonResponse:
    """Answer that the database is away, and when to ask again."""
    response = problem_response(request, 503, code="database_unavailable", **members)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Make an error answer a problem; its headers stay, and so do the members of its JSON."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers.setdefault("WWW-Authenticate", "Bearer")
    content_type = response.headers.get("Content-Type", "")
    if not isinstance(response, HttpResponse) or content_type.startswith(CONTENT_TYPE):
        return response
    members = json.loads(response.content) if content_type == "application/json" else {}
    if "flows" not in members.get("data", {}):  # those are no error: a step is pending
        members = quieten(members, set(brought(request)))
    if "errors" in members:
        members = {**INVALID, **members}
    response.content = json.dumps(problem(request, response.status_code, **members)).encode()
    response.headers["Content-Type"] = CONTENT_TYPE
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))
    return response
