"""Ten thousand events through the outbox, while its workers and its broker are killed.

    uv run python -m benchmarks.outbox

writes results/outbox.md. The test tests/services/test_outbox.py runs the same.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine, rendered
from nexus_scaffold.testing import RenderedRepo
from tests.services.production import Production, production
from tests.services.servers import wait_until

EVENTS = 10_000
KILLS = 10
PATIENCE = 120  # seconds for the next thousand, on a busy machine

# What is added to the repo: an app whose one effect shows when it happens twice, as its table does
# not mind. Each process notes what it does in a file, where a SIGKILL cannot undo it.
APP = {
    "apps/proof/__init__.py": "",
    "apps/proof/tasks.py": """
import os

from celery.signals import task_postrun, task_prerun
from django.db import connection, transaction

from apps.core.outbox.outbox import consumer

NOTES = os.open(os.environ["NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def note(what):
    os.write(NOTES, f"{os.getpid()} {what}\\n".encode())


@task_prerun.connect
def begins(sender, **kwargs):
    if sender.name == "apps.proof.tasks.count":
        note("begins")


@task_postrun.connect
def ends(sender, **kwargs):
    if sender.name == "apps.proof.tasks.count":
        note("ends")


@consumer("proof.counted")
def count(number):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effects (number) VALUES (%s)", [number])
    transaction.on_commit(lambda: note("commits"))
""",
    "config/settings/proof.py": """
from config.settings.production import *
from config.settings.production import INSTALLED_APPS

INSTALLED_APPS.append("apps.proof")
""",
    # Of each hundred events, half are written one by one, and half at once; the hundred-and-first
    # is rolled back.
    "emit.py": """
import sys

import django
from django.db import transaction

django.setup()

from apps.core.outbox.outbox import emit, emit_many

for first in range(0, int(sys.argv[1]), 100):
    for number in range(first, first + 50):
        with transaction.atomic():
            emit("proof.counted", number=number)
    with transaction.atomic():
        emit_many("proof.counted", [{"number": first + 50 + more} for more in range(50)])
    with transaction.atomic():
        emit("proof.counted", number=-1)
        transaction.set_rollback(True)
""",
}


@dataclass(frozen=True)
class Figures:
    """What happened, and what is left of it."""

    events: int
    kills: int
    restarts: int
    seconds: float
    effects: int  # rows of the table
    distinct: int  # different events among them
    waiting: int  # rows of the outbox
    failed: int  # rows of the failed tasks
    dead: int  # messages among the dead letters
    deliveries: int
    interrupted: int  # deliveries that a kill ended in the middle
    repeated: int  # deliveries of an event that had been handled already


def crash(repo: RenderedRepo, events: int = EVENTS, kills: int = KILLS) -> Figures:
    """Sends events through a copy of the repo; kills the worker again and again, and the broker twice."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = RenderedRepo(Path(scratch) / "repo", repo.answers, repo.environment)
        shutil.copytree(repo.path, copy.path, ignore=shutil.ignore_patterns(".git", ".venv"))
        for name, text in APP.items():
            (copy.path / name).parent.mkdir(exist_ok=True)
            (copy.path / name).write_text(text, encoding="utf-8")
        notes = Path(scratch) / "notes"
        with production(
            copy,
            DJANGO_SETTINGS_MODULE="config.settings.proof",
            LOG_LEVEL="WARNING",
            NOTES=str(notes),
        ) as made:
            made.postgresql.query("CREATE TABLE effects (number int NOT NULL)")
            return _crash(made, notes, events, kills)


def _crash(made: Production, notes: Path, events: int, kills: int) -> Figures:
    rabbitmq = made.rabbitmq
    celery = "celery", "--app", "config"
    beat = made.process(*celery, "beat", "--schedule", str(notes.with_name("beat")))
    worker = made.process(*celery, "worker", "--concurrency", "2")
    emitter = made.process("python", "emit.py", str(events))

    def count(what: str) -> int:
        return int(made.postgresql.query(f"SELECT count(*) FROM {what}"))  # noqa: S608

    def reach(turn: float) -> None:
        mark = int(events * turn / (kills + 1))
        wait_until(lambda: count("effects") >= mark, f"{mark} effects", PATIENCE, every=0.5)

    restarts = {kills // 3: rabbitmq.stop, 2 * kills // 3: rabbitmq.kill}
    begin = time.monotonic()
    with worker, beat, emitter:
        try:
            for turn in range(1, kills + 1):
                reach(turn)
                worker.kill()
                worker.start()
                if turn in restarts:
                    reach(turn + 0.5)
                    restarts[turn]()
                    rabbitmq.start()
            reach(kills + 1)
            seconds = time.monotonic() - begin
            # What comes a second time may still be on its way.
            wait_until(lambda: not count("outbox_outboxevent"), "the outbox is empty")
            wait_until(lambda: not rabbitmq.queues()["default"], "the queue is empty")
        except TimeoutError as error:
            for process in (beat, worker, emitter):
                error.add_note(f"{process.log()[-3000:]}")
            raise

    processes: defaultdict[str, str] = defaultdict(str)
    for line in notes.read_text().splitlines():
        process_id, what = line.split()
        processes[process_id] += what[0]
    happened = " ".join(processes.values())
    return Figures(
        events=events,
        kills=kills,
        restarts=len(restarts),
        seconds=seconds,
        effects=count("effects"),
        distinct=count("(SELECT DISTINCT number FROM effects WHERE number >= 0) AS numbers"),
        waiting=count("outbox_outboxevent"),
        failed=count("outbox_failedtask"),
        dead=rabbitmq.queues()["dead_letters"],
        deliveries=happened.count("b"),
        interrupted=happened.count("b") - happened.count("e"),
        repeated=happened.count("be"),
    )


def main() -> None:
    """Measures, and writes the result."""
    with tempfile.TemporaryDirectory() as scratch:
        figures = crash(rendered(Path(scratch)))
    (Path(__file__).with_name("results") / "outbox.md").write_text(report(figures), "utf-8")


def report(figures: Figures) -> str:
    """The figures, for people."""
    rate = figures.events / figures.seconds
    return f"""# Nothing is lost, and nothing is done twice

`uv run python -m benchmarks.outbox` on {machine()}.

{figures.events:,} events go through the outbox, RabbitMQ and a worker of two processes. Meanwhile these processes are killed
(`SIGKILL`) {figures.kills} times, and the broker goes away {figures.restarts} times: once stopped, once killed.

| What | How many |
|---|---:|
| events committed | {figures.events:,} |
| effects in the database | {figures.effects:,} |
| different events among them | {figures.distinct:,} |
| **lost** | **{figures.events - figures.distinct:,}** |
| **done twice** | **{figures.effects - figures.distinct:,}** |
| events that still wait in the outbox | {figures.waiting:,} |
| failed tasks | {figures.failed:,} |
| dead letters | {figures.dead:,} |
| deliveries | {figures.deliveries:,} |
| of these, ended by a kill in the middle | {figures.interrupted:,} |
| of these, of an event that had been handled: skipped | {figures.repeated:,} |
| seconds | {figures.seconds:.0f} |
| events a second, all interruptions included | {rate:.0f} |
"""


if __name__ == "__main__":
    main()
