"""How the form of an answer is chosen."""

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class WhateverIsAccepted(DefaultContentNegotiation):
    """Answers with a file to whoever accepts a file, and with JSON problems to all."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return JSON, whatever the header Accept says."""
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)
