"""A Chapa for development and tests: its API, its page for payers, its webhooks.

It is mounted, and can be imported, only where the settings say CHAPA_FAKE: never in production.
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if not settings.CHAPA_FAKE:
    raise ImproperlyConfigured("The fake Chapa is for development and tests.")
