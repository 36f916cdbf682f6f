"""What `manage.py check --deploy` says of the payments."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def live_key(**kwargs: Any) -> list[CheckMessage]:
    """Warn of a test key: right for a demo, and a shop that gives everything away."""
    if not re.match(r"CHA\w+_TEST[-_]", settings.CHAPA_SECRET_KEY):
        return []
    return [
        Warning(
            "CHAPA_SECRET_KEY is a test key: nobody pays with real money.",
            hint="Right for a demo. docs/operations/payments.md says how to go live.",
            id="payments.W001",
        )
    ]
