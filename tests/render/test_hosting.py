"""The files of each hosting target: they can be read, and all that they name exists."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from nexus_scaffold.testing import RenderRepo
from tests.hosting import TARGETS, Hosting, example, units
from tests.variants import BLANK_WITH_EVERYTHING_OFF

# With everything, and with as little as there can be.
FULL: Mapping[str, object] = {}
BARE: Mapping[str, object] = {
    **BLANK_WITH_EVERYTHING_OFF,
    "containers": True,
    "hosted_url": "https://api.example.org/",
}
NO_IMAGE: Mapping[str, object] = {"containers": False, "kubernetes": False}

# What runs, and the variables of the machine that no settings read.
PROGRAMS = {"python", "uv", "celery", "env", "granian"}
OF_THE_PLATFORM = {"PYTHON_VERSION", "RAILWAY_RUN_UID"}


@pytest.fixture(params=[FULL, BARE, {**BARE, **NO_IMAGE}], ids=["full", "bare", "no-image"])
def answers(request: pytest.FixtureRequest) -> Mapping[str, object]:
    given: Mapping[str, object] = request.param
    return given


@pytest.fixture(params=TARGETS)
def target(
    request: pytest.FixtureRequest, render_repo: RenderRepo, answers: Mapping[str, object]
) -> tuple[Path, Hosting]:
    name: str = request.param
    if name == "fly" and answers.get("containers") is False:
        pytest.skip("Fly runs the image")
    repo = render_repo(**answers, hosting=name)
    return repo, TARGETS[name](repo)


@pytest.fixture
def machine(render_repo: RenderRepo, answers: Mapping[str, object]) -> Path:
    return render_repo(**answers, hosting="vm")


def _known(repo: Path) -> set[str]:
    """The variables that .env.example explains."""
    text = (repo / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", text, re.MULTILINE))


def _needed(repo: Path) -> set[str]:
    """What production reads without a default."""
    text = (repo / "config" / "settings" / "production.py").read_text(encoding="utf-8")
    calls = re.findall(r'env\.\w+\("([A-Z_]+)"((?:[^()]|\([^()]*\))*)\)', text)
    return {name for name, rest in calls if "default=" not in rest}


def _commands(lines: Iterator[str] | list[str]) -> Iterator[list[str]]:
    """The commands of some lines, without the variables that stand before them."""
    for line in lines:
        for command in line.split("&&"):
            words = command.removeprefix("exec ").split()
            while words[0] == "env" or "=" in words[0]:
                words = words[1:]
            yield words


def _exists(repo: Path, words: list[str]) -> bool:
    """Whether a program, and the module, script or command of Django that it runs, is there."""
    program = words[0].rpartition("/")[2]
    assert program in PROGRAMS, words
    if program == "uv":
        if words[1] == "sync":
            return (repo / "uv.lock").is_file() and "--locked" in words
        return _exists(repo, [word for word in words[2:] if word != "--no-sync"])
    if program == "celery":
        return words[1:3] == ["--app", "config"] and (repo / "config" / "celery.py").is_file()
    if words[1] == "-m":
        return (repo / f"{words[2].replace('.', '/')}.py").is_file()
    assert words[1:2] == ["manage.py"], words
    return words[2] in {"migrate", "collectstatic", "check"} and (repo / "manage.py").is_file()


def test_each_command_runs_what_is_there(
    target: tuple[Path, Hosting], answers: Mapping[str, object]
) -> None:
    """H04"""
    repo, hosting = target
    lines = [*hosting.build, *hosting.release, *hosting.processes.values()]
    assert all(_exists(repo, words) for words in _commands(lines))
    assert any("collectstatic" in line for line in hosting.build)
    assert any("migrate" in line for line in hosting.release)
    with_tasks = {"web", "worker", "beat"} if answers.get("tasks", True) else {"web"}
    assert set(hosting.processes) == with_tasks


def test_each_process_has_what_production_needs_and_nothing_unknown(
    target: tuple[Path, Hosting],
) -> None:
    """H04, H09"""
    repo, hosting = target
    needed = _needed(repo)
    assert {"SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"} <= needed
    for process in hosting.processes:
        given = set(hosting.variables[process])
        assert needed - given == set(), process
        assert given - _known(repo) - OF_THE_PLATFORM == set(), process


def test_the_health_check_and_the_drain_are_those_of_the_project(render_repo: RenderRepo) -> None:
    """H04: an address that exists, and time for a task of 90 seconds."""
    blueprint = yaml.safe_load((render_repo(hosting="render") / "render.yaml").read_text())
    web, worker = blueprint["services"][:2]
    assert web["healthCheckPath"] == "/health/ready"
    assert "maxShutdownDelaySeconds" not in web, "Render refuses it where there is a disk"
    assert worker["maxShutdownDelaySeconds"] > 90
    assert web["disk"]["mountPath"] in {v.get("value") for v in web["envVars"]}
    # What Render generates has 44 characters; production wants 50.
    assert {"key": "SECRET_KEY", "sync": False} in web["envVars"]


def test_the_variables_of_the_virtual_machine_are_whole(machine: Path) -> None:
    """H04, H09"""
    given = example(machine)
    assert _needed(machine) - set(given) == set()
    assert set(given) - _known(machine) == set()


def test_each_unit_runs_what_is_there_with_few_rights(
    machine: Path, answers: Mapping[str, object]
) -> None:
    """H04"""
    found = units(machine)
    expected = {"web@.service", "backup.service"}
    if answers.get("tasks", True):
        expected |= {"worker.service", "beat.service"}
    assert set(found) == expected
    for name, unit in found.items():
        assert unit["NoNewPrivileges"] == ["yes"], name
        assert unit["ProtectSystem"] == ["strict"], name
        assert unit["User"] != ["root"], name
        if name != "backup.service":
            assert _exists(machine, unit["ExecStart"][0].split()), name
            assert unit["SystemCallFilter"] == ["@system-service"], name
    if "worker.service" in found:
        assert int(found["worker.service"]["TimeoutStopSec"][0]) > 90


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="needs systemd-analyze: apt-get install systemd"
)
def test_systemd_can_read_the_units(machine: Path, tmp_path: Path) -> None:
    """H04: under the names that the release gives them; the programs are not there yet."""
    slug = re.findall(r"^SLUG=(.+)$", (machine / "deploy/vm/release").read_text(), re.MULTILINE)[0]
    program = f"/srv/{slug}/current/.venv/bin/"
    for path in [*machine.glob("deploy/vm/*.service"), *machine.glob("deploy/vm/*.timer")]:
        text = re.sub(rf"{re.escape(program)}\w+", "/bin/true", path.read_text(encoding="utf-8"))
        (tmp_path / f"{slug}-{path.name}").write_text(text)
    names = [p.name.replace("web@.", "web@8001.") for p in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(f"./{name}" for name in names)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if slug in line]
    assert done.returncode == 0, done.stderr
    assert ours == []


def test_the_release_is_a_script_that_bash_can_read(machine: Path) -> None:
    """H04"""
    script = machine / "deploy" / "vm" / "release"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


@pytest.mark.containers
def test_nginx_can_read_the_site(machine: Path, tmp_path: Path) -> None:
    """H04: by nginx itself, with a certificate where certbot would put it."""
    site = machine / "deploy" / "vm" / "nginx.conf"
    host = re.findall(r"server_name (\S+);", site.read_text(encoding="utf-8"))[0]
    folder = tmp_path / "live" / host
    folder.mkdir(parents=True)
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", *files]
    subprocess.run(made, check=True, capture_output=True)
    mounts = [
        *("--volume", f"{site}:/etc/nginx/conf.d/site.conf:ro"),
        *("--volume", f"{tmp_path}:/etc/letsencrypt:ro"),
    ]
    done = subprocess.run(
        ["docker", "run", "--rm", *mounts, "nginx:stable", "nginx", "-t"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr
