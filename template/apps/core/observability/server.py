"""The metrics of all processes, served by their parent on a port of its own."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from socket import socket

import structlog

logger = structlog.get_logger(__name__)


def serve_metrics(address: str, port: int) -> None:
    """Serve them from a thread; called before this process makes others, which write into files."""
    if "prometheus_client" in sys.modules:  # it looks for its folder but once
        logger.error("metrics_not_served", port=port, error="prometheus_client came too early")
        return
    folder = tempfile.mkdtemp(prefix="metrics-")  # not that of another start: counts begin anew
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    atexit.register(_in_this_process(lambda: shutil.rmtree(folder, ignore_errors=True)))

    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    try:
        server, _ = start_http_server(port, address, registry)
    except OSError as error:  # the service is worth more than its metrics
        logger.error("metrics_not_served", port=port, error=str(error))
        return
    listener: socket = server.socket
    if hasattr(os, "register_at_fork"):  # not on Windows
        os.register_at_fork(after_in_child=listener.close)


def _in_this_process(function: Callable[[], None]) -> Callable[[], None]:
    """Return a function that does nothing in a process that was forked off."""
    process = os.getpid()
    return lambda: function() if os.getpid() == process else None
