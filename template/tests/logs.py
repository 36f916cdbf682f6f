"""The logs, as the settings have them written."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Literal

from config.logging import logging_config


@contextmanager
def captured(renderer: Literal["json", "console"] = "json") -> Iterator[StringIO]:
    """Collect what is logged meanwhile, as it is written in production or in development."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    formatter = {**logging_config(logging.INFO, renderer)["formatters"]["structlog"]}
    handler.setFormatter(formatter.pop("()")(**formatter))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
