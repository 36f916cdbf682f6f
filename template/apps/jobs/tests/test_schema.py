"""What the OpenAPI document says of the job board."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from apps.jobs.api.urls import router

PREFIXES = tuple(f"/api/v1/{prefix}/" for prefix, _, _ in router.registry)


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    """Return the operations of the job board by their ids."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    return {
        operation["operationId"]: operation
        for path, methods in document["paths"].items()
        if path.startswith(PREFIXES)
        for operation in methods.values()
    }


def test_each_operation_is_explained(operations: dict[str, dict[str, Any]]) -> None:
    """B02, T13: a readable id, a summary, a description, and an example of what goes in and out."""
    assert len(operations) == 34
    for name, operation in operations.items():
        resource, verb = name.split("_")
        assert operation["tags"] == [resource]
        assert operation["summary"]
        assert len(operation["description"]) > 10
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        contents = [content for body in bodies for content in body.get("content", {}).values()]
        assert all("examples" in content or "example" in content for content in contents), name
        assert contents or verb == "delete"


def test_public_and_private_operations_are_told_apart(
    operations: dict[str, dict[str, Any]],
) -> None:
    """S04: a frontend developer reads where a token is needed."""
    public = {name for name, operation in operations.items() if {} in operation["security"]}
    resources = {prefix for prefix, _, _ in router.registry} - {"applications"}
    assert public == {f"{name}_{verb}" for name in resources for verb in ("list", "read")}


def test_orderings_are_listed(operations: dict[str, dict[str, Any]]) -> None:
    """H10: the allow-list is part of the document."""
    parameters = {one["name"]: one for one in operations["companies_list"]["parameters"]}
    assert parameters["ordering"]["schema"]["items"]["enum"] == [
        "name",
        "-name",
        "created_at",
        "-created_at",
    ]
