"""The second factor."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def cipher() -> MultiFernet:
    """Return what encrypts with SECRET_KEY, and decrypts with SECRET_KEY_FALLBACKS too."""
    keys = [
        salted_hmac("apps.accounts.mfa", "", secret=secret, algorithm="sha256").digest()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


class MFAAdapter(DefaultMFAAdapter):
    """Encrypts the secrets of second factors: who reads the database cannot make codes."""

    def encrypt(self, text: str) -> str:
        """Return what is stored of a secret."""
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret."""
        return cipher().decrypt(encrypted_text.encode()).decode()
