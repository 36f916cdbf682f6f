"""The events of the board as a stream of server-sent events, which any server can serve.

An answer brings what has happened since the one before, and ends. EventSource, and whoever does as it
does, comes back by itself after `RETRY` and says what it has seen: between two answers no thread waits,
and no process remembers anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from apps.core.negotiation import WhateverIsAccepted
from apps.core.openapi import problem_answer
from apps.jobs import events
from apps.jobs.api.serializers import (
    APPLICATION,
    POSTING,
    ApplicationSerializer,
    JobPostingSerializer,
)
from apps.jobs.models import Application, ApplicationStatus, JobPosting

EVENT_STREAM = "text/event-stream"
LAST_EVENT_ID = "Last-Event-ID"
NUMBER = re.compile(r"[0-9]{1,18}")
RETRY = 3_000  # milliseconds


def shown(row: JobPosting | Application) -> tuple[str, BaseSerializer[Any]]:
    """Return what an event is called, and its data: the row, as its own endpoint shows it."""
    if isinstance(row, JobPosting):
        return "posting.published", JobPostingSerializer(row)
    return "application.decided", ApplicationSerializer(row)


def block(number: int, name: str = "", data: object = None) -> str:
    """Return an event as it is written; without a name, it only says where to go on."""
    if not name:
        return f"id: {number}\n\n"
    line = JSONRenderer().render(data).decode()  # it holds no line end: JSON escapes them
    return f"id: {number}\nevent: {name}\ndata: {line}\n\n"


def stream(found: Iterable[events.Event], last: int) -> str:
    """Return the body of an answer."""
    blocks = [f"retry: {RETRY}\n\n"]
    for event in found:
        name, serializer = shown(event.row)
        blocks.append(block(event.number, name, serializer.data))
    return "".join([*blocks, block(last)])


EXAMPLE = "".join(
    [
        f"retry: {RETRY}\n\n",
        block(1041, "posting.published", POSTING),
        block(
            1042,
            "application.decided",
            {**APPLICATION, "status": ApplicationStatus.ACCEPTED.value},
        ),
        block(1045),
    ]
)


class EventsView(APIView):
    """What has happened on the board: for everyone, and what is for the caller alone."""

    permission_classes = (AllowAny,)
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(
        operation_id="events_read",
        summary="Follow what happens",
        description=(
            "Server-sent events, oldest first: `posting.published` for each posting that the caller "
            "may see, and `application.decided` for each application of the caller that was "
            "accepted or rejected. `data` is the posting, or the application, as its own endpoint "
            "shows it. The answer ends at once, and the client asks again after `retry` "
            "milliseconds: EventSource does so by itself. `Last-Event-ID` is the last `id` that was "
            "received, with or without data. Without it nothing old is sent, only an `id` to go on "
            f"from. An answer brings {events.LIMIT} events at most, the next one the rest."
        ),
        parameters=[
            OpenApiParameter(
                LAST_EVENT_ID,
                {"type": "string", "pattern": f"^{NUMBER.pattern}$"},
                OpenApiParameter.HEADER,
                description="The last `id` that was received.",
                examples=[OpenApiExample("The last of an answer", "1040")],
            )
        ],
        responses={
            (200, EVENT_STREAM): OpenApiResponse(
                OpenApiTypes.STR,
                "The events since then.",
                [OpenApiExample("Two events", EXAMPLE, media_type=EVENT_STREAM)],
            ),
            **problem_answer(
                400,
                "This is no `id` of an event.",
                detail="Some values are not valid.",
                code="invalid",
                errors=[
                    {
                        "message": "This is no id that an event has had.",
                        "code": "invalid",
                        "param": LAST_EVENT_ID,
                    }
                ],
            ),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Answer with what has happened since."""
        last = events.last_number()
        after = request.headers.get(LAST_EVENT_ID, str(last))
        if not NUMBER.fullmatch(after) or int(after) > last:
            raise ValidationError({LAST_EVENT_ID: "This is no id that an event has had."})
        found, last = events.events(user=request.user, after=int(after), until=last)
        return HttpResponse(
            stream(found, last), EVENT_STREAM, headers={"Cache-Control": "no-store"}
        )
