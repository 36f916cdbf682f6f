"""The one endpoint: `POST /graphql/`, and GraphiQL at the same address where it is on.

It is a view of DRF, so that a document is authenticated, counted and, if it is none, refused as any
other request is. It knows no cookie, and reads JSON alone: no page elsewhere can send it anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from graphql import GraphQLError
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from strawberry.django.context import StrawberryDjangoContext
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from apps.core.graphql.errors import LimitError, answer
from apps.core.graphql.schema import Schema
from apps.core.incoming import remember
from apps.core.negotiation import WhateverIsAccepted

OPERATIONS = (OperationType.QUERY, OperationType.MUTATION)


class Text(serializers.CharField):
    """Text, and not a number that could be made one."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class DocumentSerializer(serializers.Serializer[Any]):
    """What is posted: a document, and what it needs."""

    default_error_messages = {"invalid": "Send one document, as an object with a `query`."}

    query = Text(trim_whitespace=False)
    variables = serializers.DictField(required=False, allow_null=True)
    operationName = Text(required=False, allow_null=True, allow_blank=True)  # noqa: N815

    def validate_variables(self, variables: dict[str, Any] | None) -> dict[str, Any]:
        """Refuse characters that no text has: the database would not take them."""
        waiting: list[Any] = [variables]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                waiting += value
                waiting += value.values()
            elif isinstance(value, list):
                waiting += value
            elif isinstance(value, str):
                check_characters(value)
        return variables or {}

    def validate_query(self, query: str) -> str:
        """Refuse a document that has such characters."""
        check_characters(query)
        return query


def check_characters(text: str) -> None:
    """Refuse what is no character."""
    if "\0" in text:
        raise serializers.ValidationError("Null characters are not allowed.")
    try:
        text.encode()
    except UnicodeEncodeError:
        message = "Surrogate characters are not allowed."
        raise serializers.ValidationError(message) from None


class GraphQLView(APIView):
    """Executes documents. Who may see what is each field's to say."""

    permission_classes = (AllowAny,)
    content_negotiation_class = WhateverIsAccepted
    # Of strawberry. A view that has no schema of DRF is not in the OpenAPI document.
    schema: Schema = None  # type: ignore[assignment]
    page: Callable[[HttpRequest], HttpResponseBase] = None  # type: ignore[assignment]

    @property
    def allowed_methods(self) -> list[str]:
        """Return the methods that are answered here, as this is set up."""
        return ["GET", "HEAD", "OPTIONS", "POST"] if settings.GRAPHIQL else ["OPTIONS", "POST"]

    def get(self, request: Request) -> HttpResponseBase:
        """Show GraphiQL to browsers, where it is on; a document is never executed by GET."""
        if not settings.GRAPHIQL or "text/html" not in request.headers.get("Accept", ""):
            raise MethodNotAllowed(str(request.method))
        return self.page(request._request)

    def post(self, request: Request) -> Response:
        """Execute a document."""
        given = DocumentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        remember(request)
        document = given.validated_data
        errors: list[GraphQLError] | None
        try:
            result = self.schema.execute_sync(
                document["query"],
                variable_values=document.get("variables"),
                operation_name=document.get("operationName") or None,
                context_value=StrawberryDjangoContext(request=request, response=Response()),
                allowed_operation_types=OPERATIONS,
            )
        except (CannotGetOperationTypeError, InvalidOperationTypeError):
            data, errors = None, [unknown_operation()]
        else:
            data, errors = result.data, result.errors
        said: dict[str, Any] = {"data": data}
        if errors:
            said["errors"] = answer(errors, request, self.schema._schema)
        return Response(said)


def unknown_operation() -> LimitError:
    """Return the refusal of a document without the operation that was asked for."""
    return LimitError(
        "The document has no such query or mutation: see `operationName`.", "unknown_operation"
    )
