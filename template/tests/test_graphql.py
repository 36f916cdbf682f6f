"""The GraphQL schema, written out."""

import re
from io import StringIO

from django.core.management import call_command

from tests.contracts import stale


def test_the_committed_one_is_what_the_code_says() -> None:
    """B11, T04"""
    out = StringIO()
    call_command("export_schema", "config.graphql:schema", stdout=out)
    said = re.sub(" +\n", "\n", out.getvalue())  # an empty line of a description is indented

    assert not (why := stale("schema.graphql", said)), why
