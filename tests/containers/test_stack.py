"""`make up` on a machine without Python: the services, what passes through nginx, and what stops and starts."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

import pytest

from tests.containers.conftest import Project, docker
from tests.services import servers

pytestmark = pytest.mark.containers

WEBS = 3
# Requests at one time: more than the threads of one server, fewer than one address may sign up in a minute.
IN_FLIGHT = 12
# The services that run the image.
OURS = ("web", "worker", "beat")
HEX = re.compile(r"[0-9a-f]{32}")
# Tests ask more often than anybody may.
LIMITS = """services:
  web:
    environment:
      DATABASE_STATEMENT_TIMEOUT: 60
      RATE_LIMIT_ANONYMOUS: 100000/m
      RATE_LIMIT_USER: 100000/m
"""
numbers = count()
# A machine with other things to do needs minutes to start what an idle one starts in seconds.
wait_until = partial(servers.wait_until, seconds=300)


@dataclass(frozen=True)
class Stack(Project):
    """A project that is up."""

    said: str = ""


@pytest.fixture(scope="module")
def stack(project: Project) -> Iterator[Stack]:
    """What `make up` brings up, with three web servers."""
    limits = project.repo.parent / "limits.yaml"
    limits.write_text(LIMITS, encoding="utf-8")
    made = replace(
        project,
        environment={**project.environment, "COMPOSE_FILE": f"compose.yaml:{limits}"},
    )
    try:
        said = made.run("make", "up")
        scale(made, WEBS)
        yield Stack(made.repo, made.answers, made.environment, said)
    finally:
        if (project.repo / ".env").exists():
            made.compose("down", "--volumes", "--timeout", "5")


def scale(project: Project, number: int) -> None:
    """Has so many web servers, and waits until they are healthy."""
    options = ("--no-build", "--no-recreate", "--detach", "--wait")
    project.compose("up", *options, "--scale", f"web={number}")


def someone() -> str:
    """An address that nobody has signed up with."""
    return f"ada{next(numbers)}@example.org"


# Whoever writes to a table waits for a lock, longer than the project waits for those of its own.
HOLD = """
CREATE OR REPLACE FUNCTION held() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = '55s'
AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
CREATE TRIGGER held BEFORE INSERT ON {table} EXECUTE FUNCTION held();
SELECT pg_advisory_lock(1);
"""
LET_GO = "SELECT pg_advisory_unlock(1);\nDROP FUNCTION held CASCADE;\n"


@contextmanager
def held(stack: Stack, table: str) -> Iterator[Callable[[], None]]:
    """Has the database make whoever writes to a table wait, until the function is called."""
    command = stack.psql("")[:-2]
    command.insert(2, "--interactive")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        stdin = process.stdin
        assert stdin

        def let_go() -> None:
            if not stdin.closed:
                stdin.write(LET_GO)
                stdin.close()

        try:
            stdin.write(HOLD.format(table=table))
            stdin.flush()
            wait_until(lambda: locks(stack, "granted"), "the lock")
            yield let_go
        finally:
            let_go()


def locks(stack: Stack, which: str) -> int:
    """How many hold the lock (`granted`), or wait for it (`NOT granted`)."""
    sql = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {which}"  # noqa: S608
    return int(stack.query(sql))


def connections(stack: Stack) -> int:
    """How many connections nginx has to the web servers: one for each request, its own health check too."""
    ports = "awk '$4 == \"01\" && $2 ~ /:1F40$/ && $3 !~ /^0100007F/' /proc/net/tcp"
    return sum(
        len(docker("exec", web, "sh", "-c", ports).splitlines()) for web in stack.containers("web")
    )


def upstreams(stack: Stack, since: int) -> Counter[str]:
    """The web servers that have answered since so many lines of nginx's log."""
    lines = stack.logs("nginx")[since:]
    return Counter(str(line["upstream"]).split(", ")[-1].partition(":")[0] for line in lines)


def test_all_services_are_healthy(stack: Stack) -> None:
    """T09, T10, C16, H09: the web answers and reaches each of its servers."""
    assert stack.inspect(stack.container("migrate"), "{{.State.ExitCode}}") == "0"
    assert {name: stack.health(name) for name in stack.services} == dict.fromkeys(
        stack.services, "healthy"
    )
    answer = stack.request("/health/ready")
    checks = {"database": "ok"}
    checks |= {"cache": "ok"} if stack.has("cache") else {}
    checks |= {"broker": "ok"} if stack.has("tasks") else {}
    assert answer.json() == {"status": "ok", "checks": checks}


def test_it_is_seeded_and_its_secrets_are_its_own(stack: Stack) -> None:
    """H09: the accounts that are told can log in; the file of secrets is for nobody else."""
    assert stat.S_IMODE((stack.repo / ".env").stat().st_mode) == 0o600
    password = stack.setting("DEMO_PASSWORD")
    assert password in stack.said
    found = re.search(r"log in as (\S+?@example\.com)", stack.said)
    assert found
    token = log_in(stack, found[1], password)
    # Each of the web servers knows who it is: none keeps anything to itself.
    since = len(stack.logs("nginx"))
    me = "/api/v1/accounts/me/"
    answers = [
        stack.request(me, headers={"Authorization": f"Bearer {token}"}) for _ in range(8 * WEBS)
    ]
    assert {answer.status for answer in answers} == {200}
    assert len(upstreams(stack, since)) == WEBS


def log_in(stack: Stack, email: str, password: str) -> str:
    """The token of an account."""
    answer = stack.request("/api/v1/auth/login", {"email": email, "password": password})
    assert answer.status == 200, answer.body
    meta = answer.json()["meta"]
    assert isinstance(meta, dict)
    return str(meta["access_token"])


def test_only_nginx_can_be_reached_from_outside(stack: Stack) -> None:
    """H09: the servers have no port on the host, and nginx one on the loopback address."""
    for name in stack.services:
        for container in stack.containers(name):
            ports = docker("port", container)
            assert ports.startswith("8080/tcp -> 127.0.0.1:") if name == "nginx" else ports == ""


def test_what_is_ours_has_no_rights_and_writes_nothing(stack: Stack) -> None:
    """H06: no root, no capability, and a file system that is read-only."""
    for name in {*OURS, "nginx"} & {*stack.services}:
        container = stack.container(name)
        assert docker("exec", container, "id", "-u").strip() in {"10001", "101"}, name
        assert stack.inspect(container, "{{.HostConfig.ReadonlyRootfs}}") == "true", name
        assert stack.inspect(container, "{{.HostConfig.CapDrop}}") == "[ALL]", name
        with pytest.raises(AssertionError, match="Read-only"):
            docker("exec", container, "touch", "/etc/file")


def test_requests_reach_all_web_servers(stack: Stack) -> None:
    """T05, H09: nginx's log tells which one each request has reached."""
    since = len(stack.logs("nginx"))
    for _ in range(10 * WEBS):
        assert stack.request("/health/ready").status == 200
    webs = {stack.address(container) for container in stack.containers("web")}
    assert len(webs) == WEBS
    assert set(upstreams(stack, since)) == webs


def test_nginx_gives_each_request_its_id_and_logs_no_query(stack: Stack) -> None:
    """C14, C15: the id is nginx's own, in the answer, in its log and in that of the web server."""
    theirs = "1" * 32
    answer = stack.request("/api/v1/nothing/?token=a-secret", headers={"X-Request-ID": theirs})
    assert answer.status == 404
    (request_id,) = answer.headers.get_all("X-Request-ID", [])
    assert HEX.fullmatch(request_id)
    assert request_id != theirs
    assert answer.json()["request_id"] == request_id
    of_nginx = next(line for line in stack.logs("nginx") if line["request_id"] == request_id)
    assert (of_nginx["path"], of_nginx["status"]) == ("/api/v1/nothing/", 404)
    wait_until(
        lambda: [line for line in stack.logs("web") if line.get("request_id") == request_id],
        "the line of the web server",
    )
    assert "a-secret" not in json.dumps(stack.logs("nginx"))


def test_what_is_too_large_ends_at_nginx(stack: Stack) -> None:
    """S05: its own errors look like those of the API."""
    answer = stack.request("/api/v1/auth/login", {"email": "x" * 10_500_000})
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_static_files_are_served_by_the_project_itself(stack: Stack) -> None:
    """Swagger UI comes from the image, under a name that changes with its content."""
    page = stack.request("/api/docs/").body.decode()
    script = next(part for part in page.split('"') if "swagger-ui-bundle" in part)
    assert script.startswith("/static/")
    assert stack.request(script).status == 200


def test_the_cache_drops_what_was_used_longest_ago(stack: Stack) -> None:
    """C09, T09"""
    if not stack.has("cache"):
        pytest.skip("has no cache")
    redis = stack.container("redis")
    said = docker("exec", redis, "redis-cli", "CONFIG", "GET", "maxmemory*").split()
    policy = dict(zip(said[::2], said[1::2], strict=True))
    assert policy["maxmemory-policy"] == "allkeys-lru"
    assert int(policy["maxmemory"]) == 128 * 1024 * 1024
    saves = docker("exec", redis, "redis-cli", "CONFIG", "GET", "save").split()
    assert saves == ["save"], "it stores nothing"


def test_the_worker_sends_the_mail_of_a_sign_up(stack: Stack) -> None:
    """T05, T10, C04, C11: the web writes an event, RabbitMQ carries it, and the worker's process mails.

    The id that nginx gave the request is in its own log, and in those of the web and the worker.
    """
    if not stack.has("tasks"):
        pytest.skip("has no tasks")
    who = someone()
    answer = stack.sign_up(who)
    assert answer.status == 401, answer.body
    # The back end `console:` writes mails where the logs are.
    worker = stack.container("worker")
    wait_until(lambda: f"To: {who}" in docker("logs", worker), "the mail")
    request_id = answer.headers["X-Request-ID"]
    for name in ("nginx", "web", "worker"):
        wait_until(
            lambda name=name: [  # type: ignore[misc]
                line for line in stack.logs(name) if line.get("request_id") == request_id
            ],
            f"the id in the log of {name}",
        )


def test_what_users_upload_is_kept_outside_of_the_containers(stack: Stack) -> None:
    """S05: all processes share the volume."""
    save = (
        "from django.core.files.base import ContentFile; "
        "from django.core.files.storage import default_storage as s; "
        "print(s.path(s.save('cv.pdf', ContentFile(b'a CV'))))"
    )
    shell = ["python", "manage.py", "shell", "--no-imports", "--command", save]
    first, *_, last = stack.containers("web")
    kept = docker("exec", first, *shell).split()[-1]
    assert kept.startswith("/media/")
    assert docker("exec", last, "cat", kept) == "a CV"


def test_metrics_are_not_for_everybody(stack: Stack) -> None:
    """C15: each container has its own port for them, and nginx does not lead there."""
    if not stack.has("observability"):
        pytest.skip("has no metrics")
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9100/metrics').read().decode())"
    for name in ("web", "worker"):
        container = stack.container(name)
        # A worker has something to tell when it has done something.
        wait_until(
            lambda container=container: "# TYPE" in docker("exec", container, "python", "-c", ask),  # type: ignore[misc]
            f"the metrics of {name}",
        )
    assert stack.request("/metrics").status == 404


def test_a_web_server_that_stops_and_comes_back_costs_no_request(stack: Stack) -> None:
    """H06, H09: of all requests that are sent meanwhile, reads and writes, none fails.

    Each is counted: one fails if it gets no answer, or one of 500 and more. What is written can be
    found afterwards.
    """
    ended = threading.Event()
    answers: list[int] = []

    def send(path: str, body: object = None) -> None:
        while not ended.is_set():
            answers.append(stack.request(path, body).status)

    def more() -> None:
        """Waits until a hundred more have been answered."""
        enough = len(answers) + 100
        wait_until(lambda: len(answers) >= enough, "there is load")

    read = ("/health/ready",)
    # A refresh that is not valid: not repeated by nginx, unlike a read.
    write = ("/api/v1/tokens/refresh", {"refresh_token": "x"})
    stopped = stack.containers("web")[1]
    with ThreadPoolExecutor(5) as threads:
        senders = [threads.submit(send, *one) for one in (read, read, read, write, write)]
        try:
            more()
            docker("stop", stopped)
            code = stack.inspect(stopped, "{{.State.ExitCode}}")
            more()
            since = len(stack.logs("nginx"))
            docker("start", stopped)
            wait_until(
                lambda: stack.address(stopped) in upstreams(stack, since), "it gets requests again"
            )
        finally:
            ended.set()
        for sender in senders:
            sender.result()
    assert code == "0"
    assert {status for status in answers if status >= 500} == set(), Counter(answers)
    wait_until(
        lambda: stack.inspect(stopped, "{{.State.Health.Status}}") == "healthy", "it is healthy"
    )


def test_what_the_web_has_begun_it_ends(stack: Stack) -> None:
    """H06, H09: `docker compose stop web` while requests are in flight: none of them is dropped.

    They are writes, which nginx sends to one server alone. Each has its connection to that server: as
    many as a server has threads wait in the database, and the others for a thread.
    """
    since = len(stack.logs("nginx"))
    with ThreadPoolExecutor(IN_FLIGHT + 1) as threads, held(stack, "accounts_user") as let_go:
        answers = [threads.submit(stack.sign_up, someone()) for _ in range(IN_FLIGHT)]
        wait_until(lambda: connections(stack) >= IN_FLIGHT, "the web servers have them")
        wait_until(lambda: locks(stack, "NOT granted") >= 4, "they wait in the database")
        stop = threads.submit(stack.compose, "stop", "web")
        wait_until(lambda: said(stack, "web", "Shutting down") == WEBS, "all have been told")
        assert connections(stack) >= IN_FLIGHT
        assert not any(answer.done() for answer in answers)
        let_go()
        stop.result()
        # 401: whoever it is may go on with the code of the mail.
        statuses = [answer.result().status for answer in answers]
    codes = [stack.inspect(web, "{{.State.ExitCode}}") for web in stack.containers("web")]
    asked = [str(line["upstream"]) for line in stack.logs("nginx")[since:]]
    without = stack.request("/").status
    docker("start", *stack.containers("web"))
    wait_until(lambda: stack.request("/health/live").status == 200, "the web is back")
    assert statuses == [401] * IN_FLIGHT
    assert [upstream for upstream in asked if "," in upstream] == []
    assert codes == ["0"] * WEBS
    assert without == 503, "nginx says so itself"


def said(stack: Stack, service: str, words: str) -> int:
    """How many containers of a service have said something since they were started last."""
    return sum(
        words
        in docker(
            "logs",
            "--since",
            stack.inspect(container, "{{.State.StartedAt}}"),
            container,
            both=True,
        )
        for container in stack.containers(service)
    )


def test_the_worker_ends_its_task(stack: Stack) -> None:
    """H06: `docker compose stop worker` while a task runs: it is done, once, before the worker ends."""
    if not stack.has("tasks"):
        pytest.skip("has no tasks")
    done = "SELECT count(*) FROM outbox_handledevent"
    before = int(stack.query(done))
    with ThreadPoolExecutor(1) as threads, held(stack, "outbox_handledevent") as let_go:
        assert stack.sign_up(someone()).status == 401
        wait_until(lambda: locks(stack, "NOT granted"), "a task runs")
        stop = threads.submit(stack.compose, "stop", "worker")
        wait_until(lambda: said(stack, "worker", "Warm shutdown"), "it has been told")
        let_go()
        stop.result()
        code = stack.inspect(stack.container("worker"), "{{.State.ExitCode}}")
        after = int(stack.query(done))
    docker("start", stack.container("worker"))
    wait_until(lambda: stack.health("worker") == "healthy", "the worker is back")
    assert code == "0"
    assert after > before


def test_a_worker_without_a_broker_is_healthy_and_goes_on_with_its_queues(stack: Stack) -> None:
    """C05: it looks for the broker, whose queues are in its volume, and no restart would help."""
    if not stack.has("tasks"):
        pytest.skip("has no tasks")

    def queues() -> set[str]:
        command = ["rabbitmqctl", "--quiet", "list_queues", "--no-table-headers", "type", "name"]
        listed = docker("exec", stack.container("rabbitmq"), *command).splitlines()
        return {line for line in listed if line.startswith("quorum")}

    def beats() -> float:
        worker = stack.container("worker")
        return float(docker("exec", worker, "stat", "--format", "%Y", "/tmp/worker"))  # noqa: S108

    before = queues()
    assert "quorum\tdead_letters" in before
    stack.compose("stop", "--timeout", "1", "rabbitmq")
    gone = beats()
    # More than one turn of its loop, which has ended: now it is the search that beats.
    wait_until(lambda: beats() > gone + 10, "the worker beats")
    stack.compose("start", "rabbitmq")
    wait_until(lambda: stack.health("rabbitmq") == "healthy", "the broker is back")
    assert queues() >= before


def test_data_survives(stack: Stack) -> None:
    """H09: `make down`, and up again: the accounts and the files are there."""
    accounts = stack.query("SELECT count(*) FROM accounts_user")
    docker("exec", stack.container("web"), "touch", "/media/kept")
    kept = docker("exec", stack.container("web"), "ls", "/media")
    stack.run("make", "down")
    assert stack.containers("web") == []
    stack.compose("up", "--no-build", "--wait")
    assert stack.query("SELECT count(*) FROM accounts_user") == accounts
    assert docker("exec", stack.container("web"), "ls", "/media") == kept


def test_development_runs_the_code_on_disk(stack: Stack) -> None:
    """H09: `make dev` shows a change at once, with the settings of development."""
    server = stack.repo / "apps/core/views.py"
    code = server.read_text(encoding="utf-8")
    # Into a file: nobody reads a pipe meanwhile, and a full one would stop it.
    log = stack.repo.parent / "dev.log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            ["make", "dev"],
            cwd=stack.repo,
            env=stack.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            wait_until(
                lambda: "runserver" in docker("ps", "--no-trunc") and up(stack),
                "development is up",
            )
            server.write_text(f'{code}\n\nprint("read again")\n', encoding="utf-8")
            wait_until(
                lambda: said(stack, "web", "read again") and up(stack), "it reads the code again"
            )
        finally:
            server.write_text(code, encoding="utf-8")
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=120)


def up(stack: Stack) -> bool:
    """Whether it answers: a container that is replaced does not."""
    try:
        return stack.request("/").status == 200
    except OSError:
        return False
