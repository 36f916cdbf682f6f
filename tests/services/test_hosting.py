"""Each hosting target's own commands, run in the order of its platform, and checked from outside.

The platforms cannot be reached from here: their commands are read from the rendered files and run on this
machine, behind a proxy that ends HTTPS as theirs do. On the virtual machine, a small program stands in for
systemctl: it starts and stops what the units say.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from nexus_scaffold.testing import RenderedRepo, commit_all
from tests.hosting import TARGETS, example
from tests.services.production import SECRETS
from tests.services.servers import (
    PostgreSQL,
    Process,
    RabbitMQ,
    Redis,
    free_port,
    wait_until,
)

pytestmark = [
    pytest.mark.services("initdb", "redis-server", "rabbitmq-server"),
    pytest.mark.skipif(
        not shutil.which("openssl"), reason="needs openssl: apt-get install openssl"
    ),
]

Rendered = Callable[..., RenderedRepo]

# A host of this machine's own, so that its ports 80 and 443 are free; only root may have these.
HOST = "127.0.0.77" if os.name == "posix" and os.geteuid() == 0 else "127.0.0.1"

ANSWERS: Mapping[str, Mapping[str, object]] = {
    "render": {"hosting": "render"},
    "railway": {"hosting": "railway", "containers": False, "kubernetes": False},
    "fly": {"hosting": "fly"},
}

SYSTEMCTL = """
import json, os, re, shlex, signal, subprocess, sys, time
from pathlib import Path

units, state = Path(os.environ["UNITS"]), Path(os.environ["STATE"])
paths = json.loads(os.environ["PATHS"])

def alive(name):
    try:
        process = int((state / name).read_text())
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, ValueError):
        return False

def stop(name):
    if alive(name):
        process = int((state / name).read_text())
        os.kill(process, signal.SIGTERM)
        for _ in range(1000):
            if not alive(name):
                return
            time.sleep(0.05)
        os.killpg(process, signal.SIGKILL)

def start(name):
    template, at, instance = name.partition("@")
    text = (units / f"{template}{at}.service").read_text().replace("%i", instance)
    for here, there in paths.items():
        text = text.replace(here, there)
    settings = re.findall(r"^(\\w+)=(.*)$", text, re.MULTILINE)
    one = dict(settings)
    environment = {"PATH": os.environ["PATH"]}
    for key, value in settings:
        if key == "Environment":
            environment |= dict(item.split("=", 1) for item in shlex.split(value))
    for line in Path(one["EnvironmentFile"]).read_text().splitlines():
        if line and line[0] != "#":
            key, _, value = line.partition("=")
            environment[key] = "".join(shlex.split(value))
    log = (state / f"{name}.log").open("ab")
    process = subprocess.Popen(shlex.split(one["ExecStart"]), cwd=one["WorkingDirectory"],
        env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    (state / name).write_text(str(process.pid))

command, *names = [word for word in sys.argv[1:] if not word.startswith("--")]
for name in names:
    if command == "restart":
        stop(name)
        start(name)
    elif command == "is-active" and not alive(name):
        sys.exit(3)
    elif command == "stop":
        stop(name)
"""


class Proxy:
    """Ends HTTPS in front of some ports of this machine, and redirects plain HTTP, as the platforms' proxies do."""

    def __init__(self, folder: Path, *ports: int) -> None:
        self.ports = ports
        self.failures: list[str] = []
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=IP:{HOST}"]
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
        subprocess.run(
            [*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
        )
        self.certificate = certificate
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy.answer(self)

            def log_message(self, *args: Any) -> None:
                """Says nothing."""

        class Redirect(Handler):
            def do_GET(self) -> None:
                self.send_response(308)
                self.send_header("Location", f"{proxy.url}{self.path}")
                self.end_headers()

        whole = HOST != "127.0.0.1"
        self.server = ThreadingHTTPServer((HOST, 443 if whole else 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.plain = ThreadingHTTPServer((HOST, 80 if whole else 0), Redirect)
        self.url = f"https://{HOST}" + ("" if whole else f":{self.server.server_port}")

    def answer(self, client: BaseHTTPRequestHandler) -> None:
        """Passes a request on to the first port that takes the connection."""
        headers = {name: value for name, value in client.headers.items() if name != "Connection"}
        headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7, 203.0.113.8"}
        for port in self.ports:
            connection = HTTPConnection("127.0.0.1", port, timeout=20)
            try:
                connection.request("GET", client.path, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, HTTPException) as error:
                self.failures.append(f"{port}: {error!r}")
                continue
            finally:
                connection.close()
            client.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in {"transfer-encoding", "connection", "server", "date"}:
                    client.send_header(name, value)
            client.end_headers()
            client.wfile.write(body)
            return
        client.send_error(502)

    def __enter__(self) -> Proxy:
        for server in (self.server, self.plain):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        for server in (self.server, self.plain):
            server.shutdown()
            server.server_close()


@dataclass(frozen=True)
class Machine:
    """The servers that a deployment needs, and the values that its owner fills in."""

    postgresql: PostgreSQL
    values: Mapping[str, str]
    folder: Path

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"d{time.monotonic_ns()}"
        self.postgresql.query(f"CREATE DATABASE {name}")
        return f"{self.postgresql.url.rpartition('/')[0]}/{name}"


@pytest.fixture(scope="module")
def machine(rendered: Rendered, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    secrets = rendered(**ANSWERS["fly"]).run("uv", "run", "--no-sync", "python", "-c", SECRETS)
    with PostgreSQL() as postgresql, Redis() as redis, RabbitMQ() as rabbitmq:
        values = {
            **json.loads(secrets.stdout),
            "ALLOWED_HOSTS": HOST,
            "BROKER_URL": rabbitmq.url,
            "CHAPA_SECRET_KEY": "CHASECK_TEST-none",
            "DEFAULT_FROM_EMAIL": "no-reply@example.org",
            "EMAIL_URL": "console:",
            "FRONTEND_URL": "https://example.org",
            "REDIS_URL": redis.url,
        }
        yield Machine(postgresql, values, tmp_path_factory.mktemp("machine"))


class Shell(Process):
    """A process that a platform starts with a line for the shell."""

    def __init__(self, line: str, folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__()
        self.cwd = folder
        self._line, self._environment = line, environment

    def command(self) -> Sequence[str]:
        """What starts it in the foreground."""
        return ["bash", "-c", f"exec {self._line}"]

    def variables(self) -> Mapping[str, str]:
        """Its environment."""
        return self._environment

    def answers(self) -> bool:
        """Whether it is ready: its user finds out."""
        return True


@dataclass
class VirtualMachine:
    """The folders of a virtual machine, in one of the test's."""

    folder: Path
    origin: Path
    proxy: Proxy
    environment: Mapping[str, str]

    def release(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the release script of the repo."""
        return subprocess.run(
            ["bash", str(self.folder / "home/repo/deploy/vm/release"), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def commit(self, name: str, old: str, new: str) -> None:
        """Changes a file of the project, and commits it."""
        path = self.origin / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        commit_all(self.origin, f"feat: {new}")

    def current(self) -> str:
        """The folder of the release that serves."""
        return (self.folder / "home/current").resolve().name

    def releases(self) -> list[str]:
        """The folders of the releases that are there."""
        return sorted(path.name for path in (self.folder / "home/releases").iterdir())

    def page(self) -> str:
        """The front page, as users get it."""
        context = ssl.create_default_context(cafile=str(self.proxy.certificate))
        with urlopen(f"{self.proxy.url}/", context=context, timeout=30) as answer:
            return str(answer.read().decode())


@pytest.fixture
def virtual_machine(rendered: Rendered, machine: Machine) -> Iterator[VirtualMachine]:
    repo = rendered(hosting="vm")
    slug = repo.answers.project_slug
    folder = machine.folder / "vm"
    for name in ("bin", "home/releases", "units", "state"):
        (folder / name).mkdir(parents=True)
    origin = folder / "origin"
    for source, target in ((repo.path, origin), (origin, folder / "home/repo")):
        subprocess.run(["git", "clone", "--quiet", str(source), str(target)], check=True)
    filled = {
        **machine.values,
        "DATABASE_URL": machine.database(),
        "MEDIA_ROOT": str(folder / "media"),
        "WEB_CONCURRENCY": "1",
    }
    lines = [f"{name}='{filled.get(name, value)}'\n" for name, value in example(repo.path).items()]
    (folder / "environment").write_text("".join(lines))
    stub = folder / "bin" / "systemctl"
    stub.write_text(f"#!{sys.executable}\n{SYSTEMCTL}")
    stub.chmod(0o755)
    # Four digits: the metrics are on the same port with a 1 before it.
    ports = [port for port in range(7101, 7999) if _free(port) and _free(10000 + port)][:2]
    with Proxy(folder, *ports) as proxy:
        yield VirtualMachine(
            folder,
            origin,
            proxy,
            {
                **repo.environment,
                "PATH": f"{folder / 'bin'}:{repo.environment['PATH']}",
                "HOME_FOLDER": str(folder / "home"),
                "ENVIRONMENT": str(folder / "environment"),
                "UNITS": str(folder / "units"),
                "STATE": str(folder / "state"),
                "PATHS": json.dumps(
                    {
                        f"/srv/{slug}": str(folder / "home"),
                        f"/etc/{slug}/environment": str(folder / "environment"),
                        "METRICS_PORT=9100": f"METRICS_PORT={free_port()}",
                    }
                ),
                "SERVICE_USER": subprocess.check_output(["id", "-un"], text=True).strip(),
                "WEB_PORTS": " ".join(map(str, ports)),
                "URL": proxy.url,
                "KEEP": "3",
                "SSL_CERT_FILE": str(proxy.certificate),
            },
        )
    for path in (folder / "state").iterdir():
        if path.suffix != ".log":
            with suppress(ProcessLookupError, ValueError):
                os.killpg(int(path.read_text()), signal.SIGKILL)


def _free(port: int) -> bool:
    with socket.socket() as listener:
        return listener.connect_ex(("127.0.0.1", port)) != 0


def test_the_release_script_releases_goes_back_and_stops_in_time(
    virtual_machine: VirtualMachine,
) -> None:
    """H04: on a virtual machine, from the first release to the way back, with the script's own commands."""
    vm = virtual_machine

    first = vm.release()
    assert first.returncode == 0, first.stdout
    assert "All is well." in first.stdout
    one = vm.current()

    # The second, while requests flow: none is left without an answer.
    vm.commit("apps/core/templates/core/home.html", "Try the API", "Try the second API")
    answers: list[str] = []
    failures: list[str] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                answers.append(vm.page())
            except OSError as error:
                failures.append(str(error))
            time.sleep(0.1)

    asking = threading.Thread(target=ask)
    asking.start()
    second = vm.release()
    stop.set()
    asking.join()
    assert second.returncode == 0, second.stdout
    two = vm.current()
    assert two > one
    assert failures == []
    assert "Try the API" in answers[0]
    assert "Try the second API" in vm.page()

    # A bad one: smoke finds it, and the former release is back by itself.
    vm.commit("config/urls.py", 'path("api/docs/",', 'path("api/other/",')
    third = vm.release()
    assert third.returncode == 1
    assert "FAIL    API docs" in third.stdout
    assert f"not well: back to {vm.folder / 'home/releases' / two}" in third.stdout
    assert vm.current() == two
    assert vm.releases() == [one, two]
    assert "Try the second API" in vm.page()
    vm.commit("config/urls.py", 'path("api/other/",', 'path("api/docs/",')

    # One that production refuses ends before anything that serves has changed.
    before = {path.name: path.read_text() for path in (vm.folder / "state").glob("*-web@*[0-9]")}
    vm.commit("config/settings/production.py", "env.seal()", 'env.str("NEW_ONE")\n\nenv.seal()')
    fourth = vm.release()
    assert fourth.returncode != 0
    assert "NEW_ONE" in fourth.stdout
    assert vm.current() == two
    assert vm.releases() == [one, two]
    assert before == {name: (vm.folder / "state" / name).read_text() for name in before}

    # By hand, to the one before.
    back = vm.release("--back")
    assert back.returncode == 0, back.stdout
    assert vm.current() == one
    assert "Try the API" in vm.page()
    none = vm.release("--back")
    assert none.returncode == 1
    assert "there is no release before this one" in none.stdout


@dataclass
class Deployment:
    """A deployment that runs, and its proxy."""

    folder: Path
    environment: dict[str, str]
    processes: dict[str, Shell]
    proxy: Proxy

    def smoke(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Checks it from outside, with the Python of this test: the script needs nothing else."""
        return subprocess.run(
            [sys.executable, "-I", "scripts/smoke.py", *options, self.proxy.url],
            cwd=self.folder,
            env={**os.environ, "SSL_CERT_FILE": str(self.proxy.certificate)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def restart(self, **variables: str) -> None:
        """Starts the web server with other variables."""
        web = self.processes["web"]
        web.stop()
        web._environment = {**self.environment, **variables}
        web.start()


@pytest.fixture(scope="module", params=ANSWERS)
def deployment(
    request: pytest.FixtureRequest, rendered: Rendered, machine: Machine
) -> Iterator[Deployment]:
    """A target's build, release and start commands, run in this order with its own variables."""
    repo = rendered(**ANSWERS[request.param])
    hosting = TARGETS[request.param](repo.path)
    folder = machine.folder / request.param
    subprocess.run(["git", "clone", "--quiet", str(repo.path), str(folder)], check=True)
    filled = {**machine.values, "DATABASE_URL": machine.database()}
    port = free_port()
    # What is the platform's own: where the libraries are, the port, the disk.
    platform = {
        **repo.environment,
        "UV_PROJECT_ENVIRONMENT": str(folder / ".venv"),
        "PATH": f"{folder / '.venv' / 'bin'}:{repo.environment['PATH']}",
        "PORT": str(port),
        "MEDIA_ROOT": str(folder / "media"),
        "METRICS_PORT": str(free_port()),
    }
    environments = {
        name: {
            **{key: filled[key] if value is None else value for key, value in given.items()},
            **platform,
        }
        for name, given in hosting.variables.items()
    }
    for lines, variables in (
        (hosting.build, platform),
        (hosting.release, environments["web"]),
    ):
        for line in lines:
            done = subprocess.run(
                ["bash", "-c", line],
                cwd=folder,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert not done.returncode, f"{line}\n{done.stdout}{done.stderr}"
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(
                # Each process has a machine of its own there, and a port for its metrics.
                Shell(
                    line.replace("METRICS_PORT=9100", f"METRICS_PORT={free_port()}"),
                    folder,
                    environments[name],
                )
            )
            for name, line in hosting.processes.items()
        }
        proxy = stack.enter_context(Proxy(folder, port))
        yield Deployment(folder, environments["web"], processes, proxy)


def test_the_commands_of_a_target_bring_it_up(deployment: Deployment) -> None:
    """H04, T07: build, release and start as the platform does, then `make smoke`: nothing is found."""
    done = deployment.smoke()
    assert done.returncode == 0, done.stdout + deployment.processes["web"].log()[-3000:]
    assert "FAIL" not in done.stdout
    assert "warn" not in done.stdout
    assert re.search(r"^ok +cookies: 1 cookies, by HTTPS alone$", done.stdout, re.MULTILINE)
    if HOST != "127.0.0.1":
        assert re.search(r"^ok +HTTPS: plain HTTP leads to https://", done.stdout, re.MULTILINE)
    worker = deployment.processes["worker"]
    wait_until(lambda: "relay" in worker.log(), "beat sends a task, the worker runs it")
    assert all(p.process and p.process.poll() is None for p in deployment.processes.values())


FAULTS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "debug": (
        {"DJANGO_SETTINGS_MODULE": "config.settings.development", "ALLOWED_HOSTS": HOST},
        "debug",
    ),
    "wrong host": ({"ALLOWED_HOSTS": "elsewhere.example.org"}, "front page"),
}


@pytest.mark.parametrize("deployment", ["render"], indirect=True)
@pytest.mark.parametrize(("variables", "named"), FAULTS.values(), ids=FAULTS)
def test_a_broken_deployment_is_found(
    deployment: Deployment, variables: Mapping[str, str], named: str
) -> None:
    """H04"""
    deployment.restart(**variables)
    done = deployment.smoke("--wait", "20")
    deployment.restart()
    assert done.returncode == 1, done.stdout
    assert named in done.stdout.splitlines()[-1]
    assert deployment.smoke().returncode == 0


@pytest.mark.parametrize("deployment", ["render"], indirect=True)
def test_a_deployment_without_its_database_is_found(
    deployment: Deployment, machine: Machine
) -> None:
    """H04"""
    machine.postgresql.stop()
    done = deployment.smoke("--wait", "10")
    machine.postgresql.start()
    assert done.returncode == 1
    assert "FAIL    ready: /health/ready answers 503, without database" in done.stdout
    assert deployment.smoke().returncode == 0
