"""How a schema is put together: with the checks of documents, and the optimizer of queries."""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionContext
from strawberry_django.optimizer import DjangoOptimizerExtension

from apps.core.graphql.limits import Checks


class Schema(strawberry.Schema):
    """A schema whose errors the view answers and logs: apps/core/graphql/errors.py."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: the library would write down the documents of callers."""


def schema_of(query: type, mutation: type | None = None, **options: Any) -> Schema:
    """Return the schema of these root types."""
    return Schema(
        query,
        mutation,
        extensions=[
            Checks,
            lambda: DjangoOptimizerExtension(enable_only_optimization=False),
        ],
        **options,
    )
