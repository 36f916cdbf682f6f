"""`manage.py create_env`: the first `.env`."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management.base import BaseCommand


def rsa_private_key() -> str:
    """Return a new private key in PEM, on one line."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode().strip().replace("\n", "\\n")


SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "JWT_PRIVATE_KEY": rsa_private_key,
    "DEMO_PASSWORD": lambda: secrets.token_urlsafe(12),
    "POSTGRES_PASSWORD": lambda: secrets.token_urlsafe(24),
}


class Command(BaseCommand):
    """Write `.env` from `.env.example`, with fresh secrets; never over one that is there."""

    help = __doc__ or ""
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, if there is none."""
        target = Path(settings.BASE_DIR) / ".env"
        if target.exists():
            self.stdout.write(".env is there already: it stays as it is.")
            return
        lines = (Path(settings.BASE_DIR) / ".env.example").read_text(encoding="utf-8").splitlines()
        target.touch(mode=0o600)
        target.write_text("".join(f"{fill(line)}\n" for line in lines), "utf-8", newline="\n")
        self.stdout.write(self.style.SUCCESS("Wrote .env with fresh secrets: never commit it."))


def fill(line: str) -> str:
    """Return a line of the example, with a fresh secret if it names one."""
    name = line.removesuffix("=")
    return f"{line}{SECRETS[name]()}" if name in SECRETS else line
