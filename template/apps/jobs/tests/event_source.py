"""A client of server-sent events that does what EventSource does in a browser (WHATWG HTML, 9.2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Message(NamedTuple):
    """What a listener is told."""

    id: str
    event: str
    data: Any


@dataclass
class EventSource:
    """Asks, remembers the last id, and asks again with it."""

    ask: Callable[[dict[str, str]], str]
    last_event_id: str = ""
    retry: int = 0
    messages: list[Message] = field(default_factory=list)

    def connect(self) -> list[Message]:
        """Ask once; return what came."""
        headers = {"Last-Event-ID": self.last_event_id} if self.last_event_id else {}
        came = list(self.read(self.ask(headers)))
        self.messages += came
        return came

    def read(self, body: str) -> Iterator[Message]:
        """Yield the messages of an answer; a block that is not ended is none."""
        event_id, event, data = self.last_event_id, "", ""
        for line in body.splitlines():
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                self.last_event_id = event_id
                if data:
                    yield Message(event_id, event or "message", json.loads(data.removesuffix("\n")))
                event, data = "", ""
            elif name == "event":
                event = value
            elif name == "data":
                data += f"{value}\n"
            elif name == "id":
                event_id = value
            elif name == "retry" and value.isdecimal():
                self.retry = int(value)
