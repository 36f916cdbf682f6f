"""PostgreSQL, Redis and RabbitMQ servers of a test's own, on spare ports, from the installed programs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

# Debian keeps these off the PATH: PostgreSQL by version, RabbitMQ behind a wrapper that only root may run.
PROGRAMS = os.pathsep.join(
    [
        "/usr/lib/rabbitmq/bin",
        os.environ.get("PATH", os.defpath),
        *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)),
    ]
)


def program(name: str) -> str:
    """Where a program of a server is on this machine; its name where it is missing."""
    return shutil.which(name, path=PROGRAMS) or name


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(
    fact: Callable[[], object], what: str, seconds: float = 60, every: float = 0.05
) -> None:
    """Waits for a fact to be true, and fails when that takes too long."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(every)


class Process(ABC):
    """A process with a folder of its own, which stays the same while it stops and starts.

    It is there as long as the context lasts, and gone after it, with all that it has started.
    """

    user: ClassVar[str | None] = None
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self) -> None:
        self.name = type(self).__name__.lower()
        self.folder = Path(tempfile.mkdtemp(prefix=f"nexus-{self.name}-"))
        if self.user:
            shutil.chown(self.folder, self.user)
        self.cwd = self.folder
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What starts it in the foreground."""

    def variables(self) -> Mapping[str, str]:
        """Its environment."""
        return os.environ

    @abstractmethod
    def answers(self) -> bool:
        """Whether it is ready."""

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            process = self.process = subprocess.Popen(
                self.command(),
                cwd=self.cwd,
                env=self.variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.user,
                start_new_session=True,
            )
        wait_until(lambda: process.poll() is not None or self.answers(), f"{self.name} answers")
        if process.poll() is not None:
            raise RuntimeError(
                f"{self.name} ended with {process.returncode}:\n{self.log()[-3000:]}"
            )

    def stop(self) -> None:
        """Asks it to end, as an administrator would, and waits for that."""
        if self.process:
            self.process.send_signal(self.stop_signal)
            self.process.wait(timeout=60)

    def kill(self) -> None:
        """Ends it where it is, and the processes that it started."""
        self._signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def freeze(self) -> None:
        """Makes it silent: it still has its connections and takes new ones, and says nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on where it was."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


class Server(Process):
    """A server that listens on a port of its own."""

    greeting: ClassVar[tuple[bytes, bytes]]

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()

    def answers(self) -> bool:
        """Whether it replies to a greeting in its protocol."""
        hello, reply = self.greeting
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(hello)
                return connection.recv(len(reply)) == reply
        except OSError:
            return False


class PostgreSQL(Server):
    """A cluster with the superuser `postgres`, whom it trusts."""

    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    stop_signal = signal.SIGINT  # does not wait for its clients to leave

    def __init__(self) -> None:
        super().__init__()
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]
        subprocess.run(
            [program("initdb"), *options, "--pgdata=data"],
            cwd=self.folder,
            user=self.user,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    @property
    def url(self) -> str:
        """The address of its database `postgres`."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def command(self) -> Sequence[str]:
        """What starts it in the foreground."""
        folders = ["-D", "data", "-k", str(self.folder)]
        return [program("postgres"), *folders, "-p", str(self.port)]

    def answers(self) -> bool:
        """Whether it takes connections: it listens before it does."""
        ready = [program("pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={self.port}"]
        return subprocess.run(ready, check=False).returncode == 0

    def _signal(self, number: signal.Signals) -> None:
        """Signals its processes: each has a group of its own."""
        if self.process:
            pgrep = subprocess.run(
                ["pgrep", "--parent", str(self.process.pid)],
                capture_output=True,
                text=True,
                check=False,
            )
            for process_id in (self.process.pid, *map(int, pgrep.stdout.split())):
                with suppress(ProcessLookupError):
                    os.kill(process_id, number)

    def query(self, sql: str) -> str:
        """What a statement gives, a line a row."""
        psql = [program("psql"), self.url, "--no-psqlrc", "--tuples-only", "--no-align"]
        done = subprocess.run(
            [*psql, "--command", sql], capture_output=True, text=True, check=False
        )
        assert not done.returncode, done.stderr
        return done.stdout.strip()


class Redis(Server):
    """A cache that keeps nothing over a restart, as in the rendered compose.yaml."""

    greeting = (b"PING\r\n", b"+PONG")

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        """What starts it in the foreground."""
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        return [program("redis-server"), "--port", str(self.port), *options]


class RabbitMQ(Server):
    """A broker without plugins."""

    greeting = (b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00")  # it begins a conversation

    def __init__(self) -> None:
        super().__init__()
        self.distribution_port = free_port()
        (self.folder / "rabbitmq.conf").touch()
        (self.folder / "enabled_plugins").write_text("[].")

    @property
    def url(self) -> str:
        """The address of its first virtual host."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> Sequence[str]:
        """What starts it in the foreground."""
        return [program("rabbitmq-server")]

    def queues(self) -> Mapping[str, int]:
        """How many messages each queue has, those in the hands of a consumer too."""
        command = [program("rabbitmqctl"), "--quiet", "list_queues", "--no-table-headers"]
        done = subprocess.run(
            [*command, "name", "messages"],
            env=self.variables(),
            capture_output=True,
            text=True,
            check=True,
        )
        return {name: int(messages) for name, messages in map(str.split, done.stdout.splitlines())}

    def variables(self) -> Mapping[str, str]:
        """Nothing of the machine's own broker: no name, no port, no folder, no configuration."""
        return os.environ | {
            "HOME": str(self.folder),
            "NOTIFY_SOCKET": str(
                self.folder / "none"
            ),  # no shell around it that has to pass signals on
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_MNESIA_BASE": str(self.folder),
            "RABBITMQ_NODENAME": f"nexus-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
        }
