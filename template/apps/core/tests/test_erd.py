"""The diagram of the data model says what the models say."""

from io import StringIO

from django.core.management import call_command


def drawn() -> list[str]:
    """Return the lines of the diagram."""
    out = StringIO()
    call_command("erd", stdout=out)
    return out.getvalue().splitlines()


def test_a_table_has_its_columns_types_and_keys() -> None:
    """C01: in their order, and without the dates that most tables have."""
    lines = drawn()
    start = lines.index("    Profile {")
    assert lines[start : lines.index("    }", start)] == [
        "    Profile {",
        "        bigint id PK",
        "        bigint user_id FK, UK",
        "        varchar headline",
        "        text about",
        "        varchar avatar",
    ]


def test_a_relation_is_drawn_once_with_what_it_allows() -> None:
    """C01: the 1-1 relation of a profile to its user, before the tables of its app."""
    lines = drawn()
    assert lines[0] == "erDiagram"
    assert lines.count("    User ||--o| Profile : user") == 1
    assert lines.index("    User ||--o| Profile : user") < lines.index("    User {")


def test_tables_of_libraries_are_left_out() -> None:
    """C01: the diagram is of this project's own apps."""
    assert not [line for line in drawn() if "ContentType" in line or "EmailAddress" in line]
