"""Servers that are not what they seem."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

HTTP_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HTTP_FAILED = HTTP_OK.replace(b"200 OK", b"500 Internal Server Error")


class Stub(socketserver.ThreadingTCPServer):
    """Says one thing to everybody, after a while, and counts who waits at once.

    With nothing to say, it hangs up.
    """

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, answer: bytes, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.answer, self.delay = answer, delay
        self.port: int = self.socket.getsockname()[1]
        self.lock = threading.Lock()
        self.waiting = self.most = 0


class Talk(socketserver.BaseRequestHandler):
    """Talks to one client until it goes."""

    server: Stub

    def handle(self) -> None:
        """Answer late, then listen."""
        with self.server.lock:
            self.server.waiting += 1
            self.server.most = max(self.server.most, self.server.waiting)
        time.sleep(self.server.delay)
        with self.server.lock:
            self.server.waiting -= 1
        try:
            self.request.sendall(self.server.answer)
            while self.server.answer and self.request.recv(4096):
                pass
        except OSError:
            pass  # the client is gone


@contextmanager
def stub(answer: bytes, delay: float = 0) -> Iterator[Stub]:
    """Serve."""
    with Stub(answer, delay) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
