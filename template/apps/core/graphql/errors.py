"""Errors of GraphQL: those of REST, in the places that GraphQL has for them.

What a mutation refuses is a Problem, one of the types of its result. What a query refuses is in
`errors`, with the same members in `extensions`. So is what is wrong with the document.

No message repeats what was sent, as in REST: of the names in a document it has only those that the
schema has, too. `path` has the aliases of the caller, as `data` has: they are the form of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

import strawberry
import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    specified_directives,
)
from graphql.execution import values
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from strawberry import Info
from strawberry.exceptions import StrawberryException

from apps.core.errors import database_is_away, exception_handler
from apps.core.errors import problem as rest_problem
from apps.core.incoming import brought
from apps.core.redaction import redact, without

REFUSALS = (APIException, Http404, PermissionDenied, ValidationError)
# The members of a problem that are in `extensions`.
MEMBERS = ("status", "code", "request_id", "errors")
LONGEST = 500

logger = structlog.get_logger(__name__)


class LimitError(GraphQLError):
    """A document that is not executed, in words that are ours."""

    def __init__(self, message: str, code: str, *nodes: Node) -> None:
        super().__init__(message, nodes=list(nodes) or None)
        self.code = code


@strawberry.type
class FieldError:
    """A value that was refused."""

    message: str
    code: str
    param: str | None = strawberry.field(default=None, description="The field; `a.0.b` if nested.")


@strawberry.type
class Problem:
    """A refusal: what a REST request would have been answered with."""

    # Not `status`: many a row has one, and a document asks the row and the problem at once.
    http_status: int = strawberry.field(description="What REST would have answered with.")
    code: str = strawberry.field(description="What went wrong, for programs.")
    detail: str = strawberry.field(description="What went wrong, for people.")
    request_id: str = strawberry.field(description="For reports, and in our logs.")
    errors: list[FieldError]


def members(error: Exception, request: Request) -> dict[str, Any]:
    """Return what REST would answer."""
    response = exception_handler(error, {"request": request})
    assert response is not None  # nosec B101
    return dict(response.data)


def problem(error: Exception, request: Request) -> Problem:
    """Return a refusal as a value."""
    found = members(error, request)
    return Problem(
        http_status=found["status"],
        **{name: found[name] for name in ("code", "detail", "request_id")},
        errors=[FieldError(**one) for one in found.get("errors", [])],
    )


def mutation(result: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a field of Mutation, of this type, of what writes a row.

    What it refuses is a Problem, which is one of the types of the result.
    """

    def decorate(resolver: Callable[..., Any]) -> Any:
        @wraps(resolver)
        def resolve(*args: Any, info: Info, **kwargs: Any) -> Any:
            try:
                return resolver(*args, info=info, **kwargs)
            except REFUSALS as error:
                return problem(error, info.context.request)

        return strawberry.mutation(resolve, graphql_type=result)

    return decorate


# What is in `errors`


def answer(errors: list[GraphQLError], request: Request, schema: GraphQLSchema) -> list[Any]:
    """Return the errors as they are answered; those that nobody expected are logged.

    Raises:
        OperationalError: The database is away: so is the whole answer.
    """
    logged: set[object] = set()
    found = []
    for error in errors:
        cause = origin(error)
        if cause is not None and database_is_away(cause):
            raise cause
        if isinstance(cause, REFUSALS):
            said = members(cause, request)
        elif (code := fault(error, cause)) is not None:
            message = error.message
            if not isinstance(error, LimitError):
                message = quiet(message, set(brought(request)), vocabulary(schema))
            said = rest_problem(request, 400, detail=message, code=code)
        else:
            log(error, cause, logged)
            said = rest_problem(request, 500)
        one: dict[str, Any] = {"message": said["detail"]}
        if error.locations:
            one["locations"] = [location.formatted for location in error.locations]
        if error.path is not None:
            one["path"] = error.path
        one["extensions"] = {name: said[name] for name in MEMBERS if name in said}
        found.append(one)
    return found


def origin(error: GraphQLError) -> Exception | None:
    """Return what was raised first."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def fault(error: GraphQLError, cause: Exception | None) -> str | None:
    """Return the code of what is wrong with the document, or nothing if it is our code."""
    if isinstance(error, LimitError):
        return error.code
    if isinstance(error, GraphQLSyntaxError):
        return "syntax_error"
    if error.path is None:
        # The rules name the place; what else fails, such as an extension, has none.
        ours = cause is not None and not error.nodes and not isinstance(cause, StrawberryException)
        return None if ours else "invalid_document"
    return "invalid_document" if cause is None and by_arguments(error) else None


def by_arguments(error: GraphQLError) -> bool:
    """Return whether the values of a field's arguments are what was wrong, and not its result."""
    first: Any = error
    while isinstance(first.original_error, GraphQLError):
        first = first.original_error
    trace = first.__traceback__
    while trace:
        if trace.tb_frame.f_globals.get("__name__") == values.__name__:
            return True
        trace = trace.tb_next
    return False


def log(error: GraphQLError, cause: Exception | None, logged: set[object]) -> None:
    """Log what nobody expected: once, if it is the same in each row of a list."""
    field = getattr(getattr(error.nodes[0], "name", None), "value", "") if error.nodes else ""
    if (key := (field, type(cause or error))) in logged:
        return
    logged.add(key)
    # The name that the schema has: a path has those that the caller wrote.
    logger.error("graphql_failed", field=field, exc_info=cause or error)


# What messages may say

# Each of graphql-core's messages that has a value in it has the value after one of these.
VALUE = re.compile(
    r"(?<= cannot represent )([^:]*): .*|\.? Found: .*|, found:? .*|, but encountered error .*",
    re.DOTALL,
)
NOT_IN_ENUM = re.compile(r"Value .* does not exist in ", re.DOTALL)
QUOTED = re.compile(r"'([^']*)'")
NAME = re.compile(r"[_A-Za-z]\w*")
SUGGESTION = re.compile(r" Did you mean .*", re.DOTALL)
OF_SYNTAX = re.compile(r",? found .*|:? *['\"].*", re.DOTALL)


def quiet(message: str, sent: set[str], known: frozenset[str]) -> str:
    """Return a message of graphql-core without what was sent."""

    def name(match: re.Match[str]) -> str:
        return match[0] if known.issuperset(NAME.findall(match[1])) else "'…'"

    if message.startswith("Syntax Error"):
        expected, found, _ = message.partition(", found ")
        message = f"{expected}." if found else OF_SYNTAX.sub(".", message)
    else:
        suggestion = SUGGESTION.search(VALUE.sub(r"\1", message))
        message = NOT_IN_ENUM.sub("This value does not exist in ", message)
        message = VALUE.sub(r"\1", SUGGESTION.sub("", message)).removesuffix(".") + "."
        if suggestion and settings.GRAPHQL_INTROSPECTION:
            message += suggestion[0]
    message = QUOTED.sub(name, message)
    return redact(without(message, sent - known, mask="…"))[:LONGEST]


@lru_cache
def vocabulary(schema: GraphQLSchema) -> frozenset[str]:
    """Return the names that the schema has: to say one of them tells nothing of the caller."""
    found = {"query", "mutation", "subscription", "fragment", "on", "true", "false", "null"}
    found |= {"__schema", "__type", "__typename"}
    for directive in (*specified_directives, *schema.directives):
        found |= {directive.name, *directive.args}
    for name, type_ in schema.type_map.items():
        found.add(name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in type_.fields.items():
                found |= {field_name, *field.args}
        elif isinstance(type_, GraphQLInputObjectType):
            found |= set(type_.fields)
        elif isinstance(type_, GraphQLEnumType):
            found |= set(type_.values)
    return frozenset(found)
