"""Who may ask for what, as tables: the grammar is that of apps/core/tests/authorization.py.

Each app's `graphql/tests/test_permissions.py` has a table by the name of MATRIX. Each line of it is a
field of Query or Mutation: 200 stands for data, anything else is the status of the refusal. What is
in brackets, such as `{posting}`, is the row whose id the field is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.urls import resolve, reverse
from django.utils.module_loading import import_string, module_has_submodule
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from rest_framework.test import APIClient
from strawberry import Schema

from apps.core.tests.authorization import People, Table, log_in, table

REFUSED = {401, 403}
ID = "ID!"


def served() -> GraphQLSchema:
    """Return the schema that the project serves."""
    view: Any = resolve(reverse("graphql")).func
    return next(one._schema for one in view.view_initkwargs.values() if isinstance(one, Schema))


def fields(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    """Return what can be asked for, such as `query me`."""
    roots = {"query": schema.query_type, "mutation": schema.mutation_type}
    return {
        f"{kind} {name}": field
        for kind, root in roots.items()
        if root
        for name, field in root.fields.items()
    }


def tables() -> Table:
    """Return the tables of all apps, as one."""
    found: Table = {}
    for app in apps.get_app_configs():
        if app.name.startswith("apps.") and module_has_submodule(app.module, "graphql"):
            tests = import_module(f"{app.name}.graphql.tests")
            if module_has_submodule(tests, "test_permissions"):
                found |= table(import_string(f"{tests.__name__}.test_permissions.MATRIX"))
    return found


def gaps(known: Table, public: set[str], schema: GraphQLSchema) -> list[str]:
    """Say which fields have no line, which lines have no field, and what is open by mistake."""
    names = fields(schema).keys()
    wrong, listed = [], set()
    for line, expected in known.items():
        name = line.partition("(")[0]
        listed.add(name)
        if name not in names:
            wrong.append(f"{line}: there is no such field")
        elif name not in public and expected["nobody"] not in REFUSED:
            wrong.append(f"{line}: open to whoever is not logged in")
    wrong += [f"{name}: in no table" for name in names - listed]
    wrong += [f"{name}: public, but there is no such field" for name in public - names]
    return sorted(wrong)


# Documents


def document(name: str, selection: str = "", *, schema: GraphQLSchema | None = None) -> str:
    """Return a document that asks for one field, with a variable for each argument."""
    kind, _, field_name = name.partition(" ")
    field = fields(schema or served())[name]
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in field.args.items())
    passed = ", ".join(f"{key}: ${key}" for key in field.args)
    head = f"{kind}({declared}) {{ {field_name}({passed})" if passed else f"{kind} {{ {field_name}"
    return f"{head} {{ {selected(field, selection)} }} }}"


def selected(field: GraphQLField, selection: str) -> str:
    """Return what is asked of a field: of its rows the selection, of a refusal all there is."""
    shown = get_named_type(field.type)
    inner = f"__typename {selection}"
    if isinstance(shown, GraphQLUnionType):
        row = next(one.name for one in shown.types if one.name != "Problem")
        # By another name: rows have a status of their own.
        refusal = "... on Problem { httpStatus code errors { param code } }"
        return f"__typename ... on {row} {{ {inner} }} {refusal}"
    if isinstance(shown, GraphQLObjectType) and "edges" in shown.fields:
        return f"totalCount edges {{ node {{ {inner} }} }}"
    return inner


def ask(client: APIClient, name: str, selection: str = "", **variables: Any) -> tuple[int, Any]:
    """Ask for a field; return the status that REST would have, and the data or the problem."""
    body = {"query": document(name, selection), "variables": variables}
    response = client.post(reverse("graphql"), body, format="json")
    if response.status_code != 200:
        return response.status_code, response.json()
    answer = response.json()
    if "errors" in answer:
        problem = answer["errors"][0]["extensions"]
        return int(problem["status"]), problem
    found = answer["data"][name.split()[1]]
    if found.get("__typename") == "Problem":
        return int(found["httpStatus"]), found
    return 200, found


def statuses(
    line: str,
    *,
    people: People,
    rows: Mapping[str, object] | None = None,
    given: Mapping[str, Any] | None = None,
) -> dict[str, int]:
    """Ask for a field as nobody and as each of the people; return how each is answered.

    Everyone meets the same rows: what a mutation changed is rolled back.
    """
    name, _, row = line.partition("(")
    variables = dict(given or {})
    for key, argument in fields(served())[name].args.items():
        if row and str(argument.type) == ID:
            variables[key] = row.removesuffix(")").format(**(rows or {}))
    clients = {"nobody": APIClient(), **{who: log_in(user) for who, user in people.items()}}
    answered = {}
    for who, client in clients.items():
        cache.clear()  # nobody uses up the rate limit of another
        with transaction.atomic():
            answered[who], _ = ask(client, name, **variables)
            transaction.set_rollback(True)
    return answered


# REST's words in GraphQL's, and the other way round


def as_input(values: Mapping[str, Any], kind: GraphQLInputObjectType) -> dict[str, Any]:
    """Return the body of a REST request as the input type takes it."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        key = camel(name)
        is_enum = isinstance(get_named_type(kind.fields[key].type), GraphQLEnumType)
        if is_enum and isinstance(value, list):
            found[key] = [one.upper() for one in value]
        else:
            found[key] = (value.upper() or None) if is_enum else value
    return found


def as_rest(data: Any, name: str = "") -> Any:
    """Return an answer of GraphQL in the form that REST gives it."""
    if isinstance(data, dict):
        return {snake(key): as_rest(value, key) for key, value in data.items() if key[0] != "_"}
    if isinstance(data, list):
        return [as_rest(one, name) for one in data]
    if name in ("id", "owner"):
        return int(data)
    if name in ("status", "role", "employmentType"):
        return data.lower()
    if name == "currency":
        return data or ""
    if name.endswith("At") and data:
        return data.replace("+00:00", "Z")
    return data


def selection_of(serializer: Any) -> str:
    """Return a selection of all that a serializer shows."""
    parts = []
    for name, field in serializer.fields.items():
        nested = getattr(field, "child", field)
        inner = f" {{ {selection_of(nested)} }}" if hasattr(nested, "fields") else ""
        parts.append(camel(name) + inner)
    return " ".join(parts)


def camel(name: str) -> str:
    """Return salaryMin for salary_min."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def snake(name: str) -> str:
    """Return salary_min for salaryMin."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
