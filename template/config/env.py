"""The environment that the settings are read from."""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast

# allauth reads the key of its tokens with this module, which it does not import itself.
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(Env):
    """Reads variables, and tells at the end, in one message, all that are missing or wrong."""

    def __init__(self) -> None:
        super().__init__(eager=False)

    def names(self, name: str, **options: Any) -> list[str]:
        """Read a list, separated by commas, with or without spaces."""
        values: list[str] = self.list(name, **options) or []
        return [value.strip() for value in values]

    def seal(self) -> None:
        """End the reading; raise ``ImproperlyConfigured`` if a variable was missing or wrong."""
        try:
            super().seal()
        except EnvValidationError as error:
            by_name = {
                name: [without_value(name, message) for message in messages]
                for name, messages in cast(Mapping[str, list[str]], error.error_messages).items()
            }
            # Django may import the settings again, and is to hear the same.
            self._sealed, self._errors = False, by_name
            problems = "".join(
                f"\n- {name}: {' '.join(dict.fromkeys(messages))}"
                for name, messages in sorted(by_name.items())
            )
            raise ImproperlyConfigured(
                f"The environment is not complete (.env.example explains each name):{problems}"
            ) from None


def without_value(name: str, message: str) -> str:
    """Return a message that does not quote the value: it may be a secret in the wrong place."""
    value = os.environ.get(name, "")
    return "Not valid." if len(value) > 3 and value in message else message


def rsa_key(value: str) -> None:
    """Refuse what is neither empty nor a private RSA key."""
    if not value:
        return
    try:
        key = load_pem_private_key(value.replace("\\n", "\n").encode(), password=None)
    except (TypeError, ValueError):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise ValidationError(
            "Must be a private RSA key of 2048 bits or more in PEM, its line ends written as \\n."
        )


def web_addresses(values: list[str]) -> None:
    """Refuse what is no address of the web."""
    for value in values:
        if not value.strip().startswith(("http://", "https://")):
            raise ValidationError("Must be addresses such as https://partner.example.org/health.")


# As browsers write it in the header Origin: no path, no wildcard, no capital letters.
ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


def origins(values: list[str]) -> None:
    """Refuse what is no origin, and any origin: only front ends that are named may call the API."""
    for value in values:
        if not ORIGIN.fullmatch(value.strip()):
            raise ValidationError(
                "Must be origins such as https://app.example.com, each in small letters and without"
                " a path; `*` is none."
            )


def networks(values: list[str]) -> None:
    """Refuse what is neither an address nor a network."""
    for value in values:
        try:
            ip_network(value.strip())
        except ValueError:
            raise ValidationError("Must be addresses or networks, such as 10.0.0.0/8.") from None


env = Environment()
