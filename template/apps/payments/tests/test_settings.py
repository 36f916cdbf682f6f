"""The keys of Chapa, as a process that starts reads them."""

import re

import pytest

from tests.test_settings import PRODUCTION, python

DEVELOPMENT = """
from environs import Env; Env.read_env = lambda *args, **kwargs: None
from config.settings import development as settings
print(settings.CHAPA_FAKE, settings.CHAPA_URL)
"""


def wrong(**changes: str) -> list[str]:
    """Return the variables that production refuses."""
    result = python("import config.settings.production", {**PRODUCTION, **changes})
    return re.findall(r"^- (\w+):", result.stderr, re.MULTILINE)


@pytest.mark.parametrize(
    "key",
    ["CHASECK_TEST-a1b2", "CHASECK-a1b2", "CHAPA_TEST_PRIV_a1b2", "CHAPA_PRIV_a1b2"],
)
def test_both_forms_of_keys_are_taken(key: str) -> None:
    """P02: the old dashboard's and the new one's, for tests and live."""
    assert wrong(CHAPA_SECRET_KEY=key) == []


@pytest.mark.parametrize("key", ["CHAPUBK_TEST-a1b2", "CHASECK-", "a1b2", "CHASECK-a1 b2"])
def test_what_is_no_secret_key_is_refused(key: str) -> None:
    """P02, S05: the public key is a common mistake; and the message does not repeat the value."""
    assert wrong(CHAPA_SECRET_KEY=key) == ["CHAPA_SECRET_KEY"]


def test_the_key_travels_encrypted() -> None:
    """S05: to Chapa only over HTTPS, but on one's own machine."""
    assert wrong(CHAPA_URL="http://api.chapa.co") == ["CHAPA_URL"]
    assert wrong(CHAPA_URL="https://api.chapa.co/") == []


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "True http://localhost:8000/fake-chapa"),
        (
            {"CHAPA_URL": "http://localhost:8001/fake-chapa"},
            "True http://localhost:8001/fake-chapa",
        ),
        ({"CHAPA_SECRET_KEY": "CHASECK_TEST-abcd"}, "False https://api.chapa.co"),
    ],
)
def test_development_without_a_key_has_a_fake_chapa(environment: dict[str, str], said: str) -> None:
    """H09, P01: and with one the real one."""
    assert python(DEVELOPMENT, environment).stdout.strip() == said
