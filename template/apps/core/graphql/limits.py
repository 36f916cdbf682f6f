"""What a document may cost, decided before it is executed and before a resolver asks the database.

A document is small, and what it asks for may be large: each list in a list multiplies. So each field
costs one, and what is in a page costs as many times as the page has rows. A fragment is measured
once, however often it is spread: the time that it takes grows with the length of the document alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from functools import cached_property, lru_cache
from math import ceil
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TokenKind,
    VariableNode,
    get_introspection_query,
    get_named_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_introspection_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    parse,
    validate,
)
from strawberry.extensions import SchemaExtension

from apps.core.graphql.connections import MAX_PAGE_SIZE, PAGE_SIZE, Connection
from apps.core.graphql.errors import LimitError, vocabulary

CEILING = 1_000_000_000  # what costs more is not counted to its end
LIST = 10  # rows that a list without pages is taken to have
MAX_ERRORS = 20
INTROSPECTION = ("__schema", "__type")
WORDS = {TokenKind.NAME, TokenKind.STRING, TokenKind.BLOCK_STRING, TokenKind.COMMENT}
WORDS |= {TokenKind.INT, TokenKind.FLOAT}


class Need(NamedTuple):
    """What a selection asks for."""

    depth: int = 0
    cost: int = 0
    rows: int = 0  # of the cost: what each row of the page costs that this is a selection of
    schema: int = 0  # the cost of introspection, which has a limit of its own


def total(needs: Iterator[Need]) -> Need:
    """Return what several selections ask for together."""
    depth = cost = rows = schema = 0
    for need in needs:
        depth = max(depth, need.depth)
        cost = min(CEILING, cost + need.cost)
        rows = min(CEILING, rows + need.rows)
        schema = min(CEILING, schema + need.schema)
    return Need(depth, cost, rows, schema)


class Meter:
    """Measures a document, which need not be valid: what is unknown costs one a field."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self.schema = schema
        self.variables = variables
        self.operations: list[OperationDefinitionNode] = []
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        self.measured: dict[str, Need] = {}
        self.defaults: dict[str, int] = {}
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                self.operations.append(node)
                for variable in node.variable_definitions or ():
                    size = number(variable.default_value)
                    name = variable.variable.name.value
                    self.defaults[name] = max(size, self.defaults.get(name, 0))
            elif isinstance(node, FragmentDefinitionNode):
                self.fragments[node.name.value] = node

    def operation(self, node: OperationDefinitionNode) -> Need:
        """Measure an operation."""
        return self.selections(node.selection_set, self.schema.get_root_type(node.operation))

    def selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None) -> Need:
        """Measure what is selected of a type."""
        return total(self.selection(selection, parent) for selection in node.selections)

    def selection(self, node: Node, parent: GraphQLNamedType | None) -> Need:
        """Measure a field or a fragment."""
        if isinstance(node, FieldNode):
            return self.field(node, parent)
        if isinstance(node, InlineFragmentNode):
            if node.type_condition:
                parent = self.schema.get_type(node.type_condition.name.value)
            return self.selections(node.selection_set, parent)
        if isinstance(node, FragmentSpreadNode):
            return self.fragment(node.name.value)
        return Need()

    def fragment(self, name: str) -> Need:
        """Measure a fragment, once; one that spreads itself is for the rules to refuse."""
        if name not in self.measured:
            self.measured[name] = Need()
            if node := self.fragments.get(name):
                type_ = self.schema.get_type(node.type_condition.name.value)
                self.measured[name] = self.selections(node.selection_set, type_)
        return self.measured[name]

    def field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Need:
        """Measure a field and what is selected of it."""
        name = node.name.value
        type_: Any = None
        if parent is not None and is_composite_type(parent):
            field = self.schema.get_field(parent, name)
            type_ = field.type if field else None
        inner = Need()
        named = get_named_type(type_) if type_ is not None else None
        if node.selection_set:
            inner = self.selections(node.selection_set, named)
        depth, cost = inner.depth + 1, inner.cost + inner.rows
        if name in INTROSPECTION:
            return Need(1, 1, 0, cost)
        if is_page(named):
            cost = inner.cost + self.size(node) * inner.rows
        elif is_page(parent) and name == "edges":
            return Need(depth, 0, min(CEILING, 1 + cost), inner.schema)
        elif is_list(type_):
            told = parent is not None and is_introspection_type(parent)
            cost *= lengths(self.schema).get(name, 1) if told else LIST
        return Need(depth, min(CEILING, 1 + cost), 0, inner.schema)

    def size(self, node: FieldNode) -> int:
        """Return how many rows a page has at most."""
        sizes = {}
        for argument in node.arguments or ():
            if argument.name.value in {"first", "last"}:
                sizes[argument.name.value] = self.value(argument.value)
        return max(sizes.values(), default=PAGE_SIZE)

    def value(self, node: Node) -> int:
        """Return the size that an argument says: the default if it says none."""
        if not isinstance(node, VariableNode):
            return number(node)
        name = node.name.value
        if name not in self.variables:
            return self.defaults.get(name, PAGE_SIZE)
        value = self.variables[name]
        if value is None:
            return PAGE_SIZE
        right = isinstance(value, int) and 0 <= value <= MAX_PAGE_SIZE
        return int(value) if right else MAX_PAGE_SIZE


@lru_cache
def lengths(schema: GraphQLSchema) -> dict[str, int]:
    """Return how long the lists are, on average, that tell the schema."""
    types = schema.type_map.values()
    fields = [type_.fields for type_ in types if is_object_type(type_) or is_interface_type(type_)]
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "fields": average(fields),
        "args": average([field.args for named in fields for field in named.values()]),
        "inputFields": average([type_.fields for type_ in types if is_input_object_type(type_)]),
        "enumValues": average([type_.values for type_ in types if is_enum_type(type_)]),
    }


def average(lists: Sequence[Sized]) -> int:
    """Return how long lists are on average, and one at least."""
    return ceil(sum(map(len, lists)) / len(lists)) if lists else 1


def number(node: Node | None) -> int:
    """Return the size of a page that a literal says; what is no size is refused later."""
    if not isinstance(node, IntValueNode):
        return PAGE_SIZE
    text = node.value
    return min(int(text), MAX_PAGE_SIZE) if text.isdecimal() and len(text) < 10 else MAX_PAGE_SIZE


def is_page(type_: GraphQLNamedType | None) -> bool:
    """Return whether a type is a page of a list, by whatever name."""
    if type_ is None or not is_object_type(type_):
        return False
    definition = type_.extensions.get("strawberry-definition")
    origin = getattr(definition, "origin", None)
    return isinstance(origin, type) and issubclass(origin, Connection)


def is_list(type_: Any) -> bool:
    """Return whether a field returns a list."""
    while type_ is not None and is_non_null_type(type_):
        type_ = type_.of_type
    return type_ is not None and is_list_type(type_)


class Checks(SchemaExtension):
    """Refuses what is too much, and then what is not valid."""

    def on_operation(self) -> Iterator[None]:
        """Refuse what is too long to be read, and let the parser stop at too many words."""
        context = self.execution_context
        length = len(context.query or "")
        if length > settings.GRAPHQL_MAX_LENGTH:
            raise LimitError(
                f"The document is {length} characters long, and {settings.GRAPHQL_MAX_LENGTH} are"
                " allowed: send values as variables, or several documents.",
                "too_long",
            )
        options: Any = {
            "max_lexical_tokens": settings.GRAPHQL_MAX_TOKENS,
            "max_comments": settings.GRAPHQL_MAX_TOKENS,
        }
        context.parse_options = options
        yield

    def on_validate(self) -> Iterator[None]:
        """Refuse what asks for too much, before anything that takes longer is done with it."""
        context = self.execution_context
        document = context.graphql_document
        schema = context.schema._schema
        assert document is not None  # nosec B101
        # So that no message and no log repeats a word of the document.
        context.context.request.data["words"] = list(words(document) - vocabulary(schema))
        try:
            errors = list(self.excess(schema, document))
        except RecursionError:
            errors = [too_deep("hundreds of")]
        context.pre_execution_errors = errors or validate(
            schema,
            document,
            max_errors=MAX_ERRORS,
            hide_suggestions=not settings.GRAPHQL_INTROSPECTION,
        )
        if not context.pre_execution_errors:
            self.tell_the_log(document)
        yield

    def excess(self, schema: GraphQLSchema, document: DocumentNode) -> Iterator[GraphQLError]:
        """Yield what the document has too much of."""
        counts = {"aliases": 0, "directives": 0}
        for node in nodes(document):
            counts["aliases"] += bool(getattr(node, "alias", None))
            counts["directives"] += len(getattr(node, "directives", None) or ())
            if isinstance(node, StringValueNode) and "\0" in node.value:
                yield LimitError("Null characters are not allowed.", "invalid_document", node)
        for name, count in counts.items():
            limit = getattr(settings, f"GRAPHQL_MAX_{name.upper()}")
            if count > limit:
                yield LimitError(
                    f"The document has {count} {name}, and {limit} are allowed: ask in several"
                    " documents.",
                    f"too_many_{name}",
                )
        meter = Meter(schema, document, self.execution_context.variables or {})
        if len(meter.operations) > 1 and self.execution_context._provided_operation_name is None:
            yield LimitError(
                "The document has several operations: say which in `operationName`.",
                "unknown_operation",
            )
        for operation in meter.operations:
            need = meter.operation(operation)
            if need.depth > settings.GRAPHQL_MAX_DEPTH:
                yield too_deep(str(need.depth), operation)
            if need.cost > settings.GRAPHQL_MAX_COST:
                cost = f"{CEILING} or more" if need.cost == CEILING else need.cost
                yield LimitError(
                    f"The document costs {cost}, and {settings.GRAPHQL_MAX_COST} is allowed: ask"
                    " for shorter pages (`first`), or for fewer lists in lists.",
                    "too_costly",
                    operation,
                )
            if need.schema and not settings.GRAPHQL_INTROSPECTION:
                yield LimitError(
                    "Introspection is off here: docs/api/schema.graphql has the schema.",
                    "introspection_off",
                    operation,
                )
            elif need.schema > self.whole_schema:
                yield LimitError(
                    "The document asks for more of the schema than there is in it: ask for each"
                    " part once.",
                    "too_costly",
                    operation,
                )

    @cached_property
    def whole_schema(self) -> int:
        """Return what a tool may ask of the schema: twice what the usual query asks."""
        schema = self.execution_context.schema._schema
        usual = parse(get_introspection_query(input_value_deprecation=True, type_depth=9))
        meter = Meter(schema, usual, {})
        return 2 * meter.operation(meter.operations[0]).schema

    def tell_the_log(self, document: DocumentNode) -> None:
        """Add to the request's line what was asked: names of the schema, no name of the caller's."""
        context = self.execution_context
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode) and context.operation_name in {
                None,
                node.name and node.name.value,
            }:
                fields = sorted(
                    {
                        selection.name.value
                        for selection in node.selection_set.selections
                        if isinstance(selection, FieldNode)
                    }
                )
                structlog.contextvars.bind_contextvars(
                    graphql=" ".join([node.operation.value, *fields])
                )


def too_deep(depth: str, *nodes: Node) -> LimitError:
    """Return the refusal of a document that is too deep."""
    return LimitError(
        f"The document is {depth} levels deep, and {settings.GRAPHQL_MAX_DEPTH} are allowed: ask for"
        " the rest by the ids that it answers.",
        "too_deep",
        *nodes,
    )


def nodes(document: DocumentNode) -> Iterator[Node]:
    """Yield each node of a document, however deep."""
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Node):
            yield node
            waiting += (getattr(node, key, None) for key in node.keys if key != "loc")
        elif isinstance(node, list | tuple):
            waiting += node


def words(document: DocumentNode) -> set[str]:
    """Return the names and the values that a document is made of."""
    found = set()
    token = document.loc.start_token if document.loc else None
    while token:
        if token.kind in WORDS and token.value:
            found.add(token.value)
        token = token.next
    return found
