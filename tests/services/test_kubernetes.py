"""The pods of the Kubernetes manifests, as processes on this machine: what they are given, asked and told.

Each gets the variables that its container gets, from the ConfigMap and the Secret, and not one more; the probes are
asked as the kubelet asks them; the end comes as the kubelet brings it about.
"""

from __future__ import annotations

import http.client
import json
import math
import os
import random
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nexus_scaffold.testing import RenderedRepo
from tests.kubernetes import Built, Manifest, build, ports
from tests.services.production import Production, RepoProcess, production
from tests.services.servers import free_port, wait_until
from tests.variants import DEFAULTS

pytestmark = [
    pytest.mark.kubectl,
    pytest.mark.services("initdb", "redis-server", "rabbitmq-server"),
]

# Only who listens on all addresses, as a pod has to, answers here.
POD = "127.0.0.2"
LAG = 4.0  # seconds until each proxy has heard that a pod is going
SLOW = 3  # seconds that a request waits which the end finds at work
# What a test needs that the cluster has not: more requests than one address may send.
UNLIMITED = {"RATE_LIMIT_ANONYMOUS": "1000000/m"}


class Pod(RepoProcess):
    """The one container of a pod."""

    def __init__(self, made: Production, built: Built, component: str, **variables: str) -> None:
        self.container: Manifest = built.containers()[component]
        self.grace = float(built.pods()[component]["spec"].get("terminationGracePeriodSeconds", 30))
        dockerfile = (built.repo / "Dockerfile").read_text()
        (image_command,) = re.findall(r"^CMD (\[.+\])$", dockerfile, re.MULTILINE)
        command = self.container.get("command") or json.loads(image_command)
        super().__init__(made, command)
        self._command = tuple(map(self._inside, self._command))
        self.ports = {number: free_port() for number in ports(self.container).values()}
        secret = {name: made.environment.get(name, "") for name in built.secrets()}
        given = {one["name"]: one["value"] for one in self.container.get("env", [])}
        for name in {"PORT", "METRICS_PORT"} & set(given):
            given[name] = str(self.ports[int(given[name])])
        cpus = math.ceil(float(self.container["resources"]["limits"]["cpu"].replace("500m", ".5")))
        environment = dict(
            re.findall(
                r"(\w+)=(\S+)", " ".join(re.findall(r"^ENV (.+)$", dockerfile, re.MULTILINE))
            )
        )
        # Of this machine: its programs, a pod's own /tmp and /media, and the limit of its processor.
        self._variables = {
            **{
                name: made.environment[name]
                for name in ("HOME", "PATH", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON_DOWNLOADS")
                if name in made.environment
            },
            "DJANGO_SETTINGS_MODULE": environment["DJANGO_SETTINGS_MODULE"],
            "MEDIA_ROOT": str(self.folder),
            "TMPDIR": str(self.folder),
            "WEB_CONCURRENCY": str(cpus),
            **built.config(),
            **secret,
            **given,
            **variables,
        }

    def _inside(self, text: str) -> str:
        """A text of the manifest, whose /tmp is the pod's."""
        return text.replace("/tmp/", f"{self.folder}/")  # noqa: S108

    def variables(self) -> Mapping[str, str]:
        """What the container gets."""
        return self._variables

    def probe(self, name: str) -> bool:
        """What a probe of the manifest says, as the kubelet asks."""
        probe = self.container[name]
        if "exec" in probe:
            command = list(map(self._inside, probe["exec"]["command"]))
            done = subprocess.run(
                command, capture_output=True, check=False, timeout=probe["timeoutSeconds"]
            )
            return done.returncode == 0
        return self.get(probe) == 200

    def get(self, probe: Manifest) -> int:
        """The status of the answer to a probe by HTTP: from outside, by its address, in the clear."""
        port = ports(self.container)[probe["httpGet"]["port"]]
        connection = http.client.HTTPConnection(
            POD, self.ports[port], timeout=probe["timeoutSeconds"]
        )
        try:
            path = probe["httpGet"]["path"]
            connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", f"10.42.0.7:{port}")
            connection.putheader("User-Agent", "kube-probe/1.34")
            connection.putheader("Accept", "*/*")
            connection.putheader("Connection", "close")
            connection.endheaders()
            return connection.getresponse().status
        finally:
            connection.close()

    def answers(self) -> bool:
        """Whether it has started."""
        if "startupProbe" not in self.container:
            return True
        try:
            return self.probe("startupProbe")
        except OSError:
            return False

    def end(self, *, pause: bool = True) -> int:
        """Ends it as the kubelet does: preStop, then SIGTERM; what takes longer than its grace is killed."""
        assert self.process
        begin = time.monotonic()
        hook = self.container.get("lifecycle", {}).get("preStop")
        if hook and pause:
            subprocess.run(hook["exec"]["command"], check=True)
        self.process.terminate()
        return self.process.wait(timeout=self.grace - (time.monotonic() - begin))


@pytest.fixture(scope="module")
def made(rendered: Callable[..., RenderedRepo]) -> Iterator[Production]:
    """A repo with its servers."""
    with production(rendered(**DEFAULTS)) as running:
        yield running


@pytest.fixture(scope="module")
def built(made: Production) -> Built:
    """Its manifests of production."""
    return build(made.repo, "production")


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_the_kubelet_s_probes_are_answered(made: Production, built: Built, interface: str) -> None:
    """T08, C16: by a pod's address over plain HTTP, where everything else is refused or sent to HTTPS."""
    with Pod(made, built, "web", SERVER_INTERFACE=interface) as web:
        for name in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert web.get(web.container[name]) == 200, name
        page = {"httpGet": {"path": "/api/v1/", "port": "http"}, "timeoutSeconds": 10}
        assert (
            web.get(page) == 400
        ), "these are production's settings: no host but those that are named"
        port = web.ports[8000]
        host = {"Host": built.config()["ALLOWED_HOSTS"].split(",")[0]}
        assert ask(port, "/api/v1/postings/", host) == 301
        assert ask(port, "/api/v1/postings/", {**host, "X-Forwarded-Proto": "https"}) == 200


def test_a_web_pod_without_its_database_is_alive_and_not_ready(
    made: Production, built: Built
) -> None:
    """C16: it gets no requests, and is not restarted in vain."""
    nowhere = f"postgres://postgres@127.0.0.1:{free_port()}/postgres"
    with Pod(made, built, "web", DATABASE_URL=nowhere) as web:
        assert web.get(web.container["readinessProbe"]) == 503
        assert web.get(web.container["livenessProbe"]) == 200


@pytest.mark.parametrize("component", ["web", "worker"])
def test_prometheus_finds_the_metrics(made: Production, built: Built, component: str) -> None:
    """C13: at the port and the path of the annotations, and not where users come."""
    annotations = built.pods()[component]["metadata"]["annotations"]
    path, port = (annotations[f"prometheus.io/{name}"] for name in ("path", "port"))
    with Pod(made, built, component) as pod:
        wait_until(lambda: answered(pod.ports[int(port)], path) == 200, "the metrics")
        if component == "web":
            secure = {"Host": built.config()["ALLOWED_HOSTS"], "X-Forwarded-Proto": "https"}
            assert ask(pod.ports[8000], path, secure) == 404


@pytest.mark.parametrize("component", ["worker", "beat"])
def test_the_probes_of_what_has_no_port_are_true(
    made: Production, built: Built, component: str
) -> None:
    """T08, C16: they fail before it has started, hold while it works, and fail when it hangs."""
    pod = Pod(made, built, component)
    assert not pod.probe("startupProbe")
    assert not pod.probe("livenessProbe")
    with pod:
        assert pod.probe("startupProbe")
        assert pod.probe("livenessProbe")
        files = [path for path in pod.folder.glob(f"{component}*") if path.is_file()]
        assert files
        make_old(files)
        wait_until(lambda: pod.probe("livenessProbe"), "it has beaten again", seconds=30)
        pod.freeze()
        make_old(files)
        assert not pod.probe("livenessProbe")
        pod.thaw()
        wait_until(lambda: pod.probe("livenessProbe"), "it goes on", seconds=30)
        assert pod.end() == 0


def test_the_job_migrates_an_empty_database(made: Production, built: Built) -> None:
    """T08: the very command, with the very variables."""
    made.postgresql.query("CREATE DATABASE fresh")
    url = made.postgresql.url.removesuffix("postgres") + "fresh"
    with Pod(made, built, "migrate", DATABASE_URL=url) as job:
        assert job.process
        assert job.process.wait(timeout=120) == 0, job.log()
        psql = ["psql", url, "--tuples-only", "--command", "SELECT count(*) FROM accounts_user"]
        assert (
            subprocess.run(psql, capture_output=True, text=True, check=True).stdout.strip() == "0"
        )


# The rollout


@dataclass
class Proxy:
    """What stands before the pods: it sends each request to one of those that it believes to be ready."""

    host: str
    pods: list[Pod] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    served: Counter[int] = field(default_factory=Counter)
    spans: list[tuple[int, float, float]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def client(self, number: int) -> None:
        """One client without a pause; each second one by connections that stay open, as proxies keep them."""
        kept: dict[int, http.client.HTTPConnection] = {}
        turn = 0
        while not self.stopped.is_set():
            pod = random.choice(self.pods)  # noqa: S311
            port = pod.ports[8000]
            connection = kept.pop(port, None) or http.client.HTTPConnection(POD, port, timeout=30)
            turn += 1
            begin = time.monotonic()
            try:
                # A search of its own, which no cache has.
                connection.request(
                    "GET",
                    f"/api/v1/postings/?search=c{number}x{turn}",
                    headers={"Host": self.host, "X-Forwarded-Proto": "https"},
                )
                answer = connection.getresponse()
                answer.read()
                status = str(answer.status)
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
            self.statuses[status] += 1
            self.served[port] += 1
            self.spans.append((port, begin, time.monotonic()))
            if number % 2 and status == "200":
                kept[port] = connection
            else:
                connection.close()
        for connection in kept.values():
            connection.close()

    def run(self, rollout: Callable[[], None], clients: int = 6) -> None:
        """Clients come from before a rollout until after it."""
        threads = [threading.Thread(target=self.client, args=(one,)) for one in range(clients)]
        for thread in threads:
            thread.start()
        try:
            time.sleep(1)
            rollout()
            time.sleep(1)
        finally:
            self.stopped.set()
            for thread in threads:
                thread.join()


def test_a_rollout_drops_no_request(made: Production, built: Built) -> None:
    """T08, C16: a new pod is ready before the old one goes, which ends when nobody asks it and all are answered."""
    with (
        Pod(made, built, "web", **UNLIMITED) as old,
        Pod(made, built, "web", **UNLIMITED) as new,
    ):
        proxy = Proxy(built.config()["ALLOWED_HOSTS"].split(",")[0], [old])
        codes: list[int] = []

        def rollout() -> None:
            wait_until(lambda: new.probe("readinessProbe"), "the new pod is ready")
            proxy.pods.append(new)
            ending = threading.Thread(target=lambda: codes.append(old.end()))
            ending.start()
            time.sleep(LAG)
            assert ending.is_alive(), "it serves until the proxies have heard"
            proxy.pods.remove(old)
            ending.join()

        proxy.run(rollout)
    assert proxy.statuses == {"200": proxy.statuses["200"]}
    assert min(proxy.served[old.ports[8000]], proxy.served[new.ports[8000]]) > 20
    assert codes == [0]


def test_a_request_that_has_begun_is_answered(made: Production, built: Built) -> None:
    """C16: the signal comes in the midst of requests, which wait for the database for three seconds."""
    with Pod(made, built, "web", **UNLIMITED) as old:
        lock = f"BEGIN; LOCK jobs_jobposting; SELECT pg_sleep({SLOW}); COMMIT"
        locking = threading.Thread(target=made.postgresql.query, args=(lock,))
        locking.start()
        held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted"
        wait_until(lambda: made.postgresql.query(held) != "0", "the table is locked")
        headers = {
            "Host": built.config()["ALLOWED_HOSTS"].split(",")[0],
            "X-Forwarded-Proto": "https",
        }
        answers: list[int] = []

        def client(number: int) -> None:
            answers.append(ask(old.ports[8000], f"/api/v1/postings/?search=slow{number}", headers))

        clients = [threading.Thread(target=client, args=(number,)) for number in range(3)]
        for thread in clients:
            thread.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        wait_until(lambda: int(made.postgresql.query(waiting)) >= 3, "all are at work")
        assert old.process
        old.process.terminate()
        assert answers == []
        for thread in (*clients, locking):
            thread.join()
        assert answers == [200] * 3
        assert old.process.wait(timeout=30) == 0


def test_without_the_pause_requests_are_lost(made: Production, built: Built) -> None:
    """C16: what preStop is for; and this way of looking sees a request that is lost."""
    with Pod(made, built, "web", **UNLIMITED) as old, Pod(made, built, "web", **UNLIMITED) as new:
        proxy = Proxy(built.config()["ALLOWED_HOSTS"].split(",")[0], [old, new])

        def rollout() -> None:
            old.end(pause=False)
            time.sleep(1)
            proxy.pods.remove(old)

        proxy.run(rollout)
    assert set(proxy.statuses) > {"200"}


def ask(port: int, path: str, headers: Mapping[str, str]) -> int:
    """The status of an answer, without following where it leads."""
    connection = http.client.HTTPConnection(POD, port, timeout=30)
    try:
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


def answered(port: int, path: str) -> int:
    """The status of an answer; 0 while nobody answers."""
    try:
        return ask(port, path, {})
    except OSError:
        return 0


def make_old(files: Sequence[Path]) -> None:
    """Makes files look as if nobody had touched them for two minutes."""
    for file in files:
        os.utime(file, (time.time() - 120,) * 2)
