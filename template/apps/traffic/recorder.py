"""The log of requests, written off their path: a request leaves a note, a thread writes the notes.

The notes are in the memory of the process, and no more than so many: while the database is away
they wait, and when there is no room for more, the newest are dropped and counted.
"""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

import structlog
from django.db import connection

from apps.core.errors import database_is_away
from apps.core.redaction import redact_path
from apps.traffic.geolocation import Place, locate
from apps.traffic.models import RequestLog

logger = structlog.get_logger(__name__)

BATCH = 500  # rows
ROOM = 20_000  # notes
PAUSE = 1.0  # seconds

NOWHERE = Place()


class Note(NamedTuple):
    """What is known of a request when it has been answered."""

    at: float
    address: str
    method: str
    path: str
    status: int
    seconds: float
    user: int | None
    request_id: str


class Recorder:
    """Keeps the notes of a process, and writes them."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self.dropped = 0
        self._notes: deque[Note] = deque()
        self._wake = Event()
        self._starting, self._writing = Lock(), Lock()
        self._thread: Thread | None = None
        self._away = False

    def __len__(self) -> int:
        """Return how many notes wait."""
        return len(self._notes)

    def add(self, note: Note) -> None:
        """Take a note, and see to it that somebody writes it."""
        waiting = len(self._notes)
        if waiting >= self.room:
            self.dropped += 1
            return
        self._notes.append(note)
        if self._thread is None:
            self.start()
        elif waiting >= BATCH and not self._away:
            self._wake.set()

    def start(self) -> None:
        """Start the thread, which writes until the process ends, and once more then."""
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="request-log", daemon=True)
                self._thread.start()
                # The end of a process of multiprocessing, such as a worker of the server, too.
                Finalize(None, self.flush, exitpriority=10)

    def flush(self) -> None:
        """Write the notes that there are; those that cannot be written now, later."""
        with self._writing:
            try:
                while self._notes and self._write_batch():
                    pass
                if self.dropped and not self._away:
                    logger.warning("requests_not_logged", count=self.dropped)
                    self.dropped = 0
            except Exception:
                # Nobody else hears of it, and the next ones are to be written.
                logger.exception("request_log_failed")

    def _run(self) -> None:
        """Write, now and then."""
        while True:
            self._wake.wait(PAUSE)
            self._wake.clear()
            if self._notes:
                self.flush()
                connection.close()

    def _write_batch(self) -> bool:
        """Write some notes; return whether the database could."""
        batch = [self._notes.popleft() for _ in range(min(BATCH, len(self._notes)))]
        try:
            write(batch)
        except Exception as error:
            if not database_is_away(error):
                self.dropped += len(batch)
                raise
            self._notes.extendleft(reversed(batch))
            if not self._away:
                logger.warning("request_log_waits", error=str(error))
            self._away = True
            return False
        self._away = False
        return True


def write(notes: Sequence[Note]) -> None:
    """Write notes as rows."""
    places = locate({note.address for note in notes if note.address})
    rows = [as_row(note, places.get(note.address, NOWHERE)) for note in notes]
    if connection.vendor == "postgresql":
        copy(rows)
    else:
        RequestLog.objects.bulk_create(RequestLog(**row) for row in rows)


def as_row(note: Note, place: Place) -> dict[str, Any]:
    """Return what a note is in the table."""
    return {
        "at": datetime.fromtimestamp(note.at, UTC),
        "address": note.address or None,
        "method": note.method[:10],
        "path": redact_path(note.path[:1000]).replace("\0", "")[:200],
        "status": note.status,
        "duration": round(note.seconds * 1000),
        "user_id": note.user,
        "country": place.country,
        "city": place.city,
        "request_id": note.request_id,
        "anonymised": False,
    }


def copy(rows: Sequence[dict[str, Any]]) -> None:
    """Write rows by PostgreSQL's COPY: the processor works a fifth as long as for `bulk_create`."""
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, rows[0]))
    statement = f"COPY {quote(RequestLog._meta.db_table)} ({columns}) FROM STDIN"
    # Django turns the errors of its own methods alone into its own errors.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copying,
    ):
        for row in rows:
            copying.write_row(tuple(row.values()))


recorder = Recorder()
