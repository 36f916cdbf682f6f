"""What every operation of the OpenAPI document has in common: its errors."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.settings import api_settings

from apps.core.errors import CONTENT_TYPE, DETAILS, INVALID

# A path, its regular expression, a method and the view.
Endpoint = tuple[str, str, str, Any]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "properties": {
        "type": {"type": "string", "description": "The kind of problem, as an address."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong, for people."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "code": {"type": "string", "description": "What went wrong, for programs."},
        "request_id": {"type": "string", "description": "For reports, and in our logs."},
        "errors": {
            "type": "array",
            "description": "The values that were refused.",
            "items": {
                "type": "object",
                "properties": {
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                    "param": {"type": "string", "description": "The field; `a.0.b` if nested."},
                },
                "required": ["message", "code"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
}

RETRY_AFTER = {
    "description": "The seconds after which to try again, where a rate limit knows them.",
    "schema": {"type": "integer"},
    "example": 42,
}


def problem_response(status: HTTPStatus) -> dict[str, Any]:
    """Return the description of an error answer, with an example."""
    example: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": DETAILS[status],
        "instance": "/api/v1/accounts/users/",
        "code": status.name.lower(),
        "request_id": "0b6f8a52-6d5e-4f0e-9a43-3f6f2f6f8f10",
    }
    if status == HTTPStatus.BAD_REQUEST:
        error = {"message": "Enter a valid value.", "code": "invalid", "param": "page_size"}
        example |= {**INVALID, "errors": [error]}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        example["code"] = "database_unavailable"
    limited = status == HTTPStatus.TOO_MANY_REQUESTS and api_settings.DEFAULT_THROTTLE_CLASSES
    if limited:
        example["code"] = "throttled"
    return {
        "description": f"{status.phrase}: a problem (RFC 9457).",
        "content": {
            CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
        **({"headers": {"Retry-After": RETRY_AFTER}} if limited else {}),
    }


def problem_answer(
    status: int, description: str, **members: Any
) -> dict[tuple[int, str], OpenApiResponse]:
    """Return the description of an error of one operation, for `responses` of `extend_schema`."""
    media_type = problem_response(HTTPStatus(status))["content"][CONTENT_TYPE]
    example = OpenApiExample(
        description,
        {**media_type["example"], **members},
        media_type=CONTENT_TYPE,
        status_codes=[str(status)],
    )
    response = OpenApiResponse(media_type["schema"], description, [example])
    return {(status, CONTENT_TYPE): response}


def statuses(path: str, method: str, operation: dict[str, Any]) -> set[HTTPStatus]:
    """Return the errors that an operation may answer with."""
    security = operation.get("security", [{}])
    parameters = operation.get("parameters", [])
    queries = {each["name"] for each in parameters if each["in"] == "query"}
    found = {HTTPStatus.SERVICE_UNAVAILABLE}
    if "requestBody" in operation or queries:
        found.add(HTTPStatus.BAD_REQUEST)
    if {} not in security:
        found |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if "{" in path or "page" in queries:  # of a list: there is no such page
        found.add(HTTPStatus.NOT_FOUND)
    if any(each["name"] == "X-Session-Token" for each in parameters):  # it is worth nothing
        found.add(HTTPStatus.GONE)
    if method != "get":
        found |= {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}
    if api_settings.DEFAULT_THROTTLE_CLASSES:
        found.add(HTTPStatus.TOO_MANY_REQUESTS)
    return found


def order_methods(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Give the methods of each path an order: they come as a set (a hook of drf-spectacular)."""
    paths = list(dict.fromkeys(path for path, *_ in endpoints))
    return sorted(endpoints, key=lambda each: (paths.index(each[0]), METHODS.index(each[2])))


def describe_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add to each operation the errors that it may answer with (a hook of drf-spectacular)."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    used: set[HTTPStatus] = set()
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            for status in statuses(path, method, operation):
                if str(status.value) not in responses:
                    responses[str(status.value)] = {"$ref": f"#/components/responses/{status.name}"}
                    used.add(status)
            operation["responses"] = dict(sorted(responses.items()))
    components["responses"] = {status.name: problem_response(status) for status in sorted(used)}
    return result
