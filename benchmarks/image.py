"""The image beside that of cookiecutter-django, on the same base: its size, its start, a rebuild.

    uv run python -m benchmarks.image PEER RELEASE

writes results/image.md. PEER is what cookiecutter-django's RELEASE renders with `use_docker=y
use_celery=y rest_api=DRF use_sentry=y use_whitenoise=y cloud_provider=None mail_service="Other SMTP"
username_type=email`, with the Python of the base in `requires-python`. Docker builds and runs both, and
builds fetch packages; nothing of the peer is kept.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks import in_turns, machine, rendered
from tests.containers.conftest import PYTHON_DOCKERFILE, PYTHON_IMAGE, docker
from tests.services.production import Production, production
from tests.services.servers import free_port, wait_until

ROUNDS = 9

# Python's image with uv, as cookiecutter-django builds on one.
UV_IMAGE = "nexus-benchmark-uv"
UV_DOCKERFILE = f"FROM {PYTHON_IMAGE}\nRUN pip install --no-cache-dir uv\n"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A repo with a Dockerfile, and how its image is built and run."""

    repo: Path
    dockerfile: str
    module: Path  # of the repo: what a rebuild has a line more of
    variables: Mapping[str, str]
    command: Sequence[str]
    port: int

    @property
    def image(self) -> str:
        """The name of its image."""
        return f"nexus-benchmark-{self.repo.name}"

    def build(self) -> float:
        """Builds the image, with what is in the cache, and gives the seconds that took."""
        base = ["--network", "host", "--build-arg", f"PYTHON_IMAGE={PYTHON_IMAGE}"]
        begun = time.perf_counter()
        docker(
            *("build", "--quiet", *base, "--tag", self.image, "--file", "-", str(self.repo)),
            stdin=self.dockerfile,
        )
        return time.perf_counter() - begun

    def rebuild(self) -> float:
        """Builds it with a line more of code; gives the seconds."""
        with self.module.open("a", encoding="utf-8") as file:
            file.write(f"# {uuid4()}\n")
        return self.build()

    def start(self) -> float:
        """The seconds from the start of a container to its first page."""
        variables = [f"--env={name}={value}" for name, value in self.variables.items()]
        container = docker(
            "create", "--network", "host", *variables, self.image, *self.command
        ).strip()
        try:
            begun = time.perf_counter()
            docker("start", container)
            wait_until(self.answers, f"{self.image} answers", every=0.01)
            return time.perf_counter() - begun
        finally:
            docker("rm", "--force", container)

    def answers(self) -> bool:
        """Whether it gives its front page."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def layers(self) -> Mapping[tuple[str, str], int]:
        """The bytes of each step of its image, by when and how it was made."""
        said = docker(
            *("history", "--no-trunc", "--human=false"),
            *("--format", "{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}", self.image),
        )
        steps = (line.split("\t") for line in said.splitlines())
        return {(at, by): int(size) for at, by, size in steps}


def ours(made: Production) -> Project:
    """The rendered repo."""
    port = free_port()
    settings = {
        name: value for name, value in made.environment.items() if os.environ.get(name) != value
    }
    return Project(
        repo=made.repo,
        dockerfile=(made.repo / "Dockerfile").read_text(encoding="utf-8"),
        module=made.repo / "apps/core/views.py",
        variables={**settings, "HOST": "127.0.0.1", "PORT": str(port)},
        command=(),
        port=port,
    )


def peer(folder: Path, made: Production) -> Project:
    """What cookiecutter-django has rendered, on the same base and the same servers.

    Its stages keep their commands, on other images: the one that installs on Python's with uv, the one
    that runs on Python's alone.
    """
    dockerfile = (folder / "compose/production/django/Dockerfile").read_text(encoding="utf-8")
    for pattern, image in ((r"\S*/uv:\S+", UV_IMAGE), (r"python:\S+", PYTHON_IMAGE)):
        dockerfile, stages = re.subn(rf"^FROM {pattern}", f"FROM {image}", dockerfile, flags=re.M)
        assert stages == 1, f"{folder}: no stage on {pattern}"
    (module,) = folder.glob("*/users/views.py")
    servers = {name: made.environment[name] for name in ("DATABASE_URL", "REDIS_URL")}
    database = urlsplit(servers["DATABASE_URL"])
    settings = (folder / ".envs/.production/.django").read_text(encoding="utf-8").splitlines()
    return Project(
        repo=folder,
        dockerfile=dockerfile,
        module=module,
        variables={
            **dict(line.split("=", 1) for line in settings if line and line[0] != "#"),
            **servers,
            "POSTGRES_HOST": str(database.hostname),
            "POSTGRES_PORT": str(database.port),
            "POSTGRES_USER": str(database.username),
            "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
            "WEB_CONCURRENCY": made.environment["WEB_CONCURRENCY"],
        },
        command=("/start",),
        port=5000,
    )


def size(image: str) -> int:
    """The bytes of an image."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", image))


def changed(project: Project) -> int:
    """The bytes of the layers that a line more of code makes anew: what a release sends and fetches."""
    before = project.layers()
    project.rebuild()
    return sum(many for step, many in project.layers().items() if step not in before)


def megabytes(name: str, one: int, other: int) -> str:
    """A line of the table, of sizes."""
    return f"| {name} | {one / 1e6:.1f} MB | {other / 1e6:.1f} MB | {one / other:.2f} |"


def seconds(name: str, one: float, other: float, ratio: float) -> str:
    """A line of the table, of times."""
    return f"| {name} | {one:.2f} s | {other:.2f} s | {ratio:.2f} |"


def main() -> None:
    """Measures, and writes the result."""
    if len(sys.argv) != 3:
        sys.exit("usage: python -m benchmarks.image PEER RELEASE")
    with tempfile.TemporaryDirectory() as scratch, production(rendered(Path(scratch))) as made:
        docker("build", "--quiet", "--tag", PYTHON_IMAGE, "-", stdin=PYTHON_DOCKERFILE)
        docker("build", "--quiet", "--network", "host", "--tag", UV_IMAGE, "-", stdin=UV_DOCKERFILE)
        copy = shutil.copytree(sys.argv[1], Path(scratch) / "peer", symlinks=True)
        pair = (ours(made), peer(copy, made))
        one, other = pair
        for project in pair:
            project.build()
        base = size(PYTHON_IMAGE)
        own = [size(project.image) - base for project in pair]
        rows = [
            megabytes("layers over the base", *own),
            megabytes("of these, new after a change of one line", *map(changed, pair)),
            seconds(
                "from the start of a container to its first page",
                *in_turns(one.start, other.start, ROUNDS),
            ),
            seconds(
                "a build after a change of one line",
                *in_turns(one.rebuild, other.rebuild, ROUNDS),
            ),
        ]
        for project in pair:
            docker("image", "rm", "--force", project.image)
    (Path(__file__).with_name("results") / "image.md").write_text(
        report(rows, base, sys.argv[2]), "utf-8"
    )


def report(rows: Sequence[str], base: int, release: str) -> str:
    """The figures, for people."""
    table = "\n".join(rows)
    return f"""# The image

`uv run python -m benchmarks.image` on {machine()}: the image of the job board with
every default, and that of cookiecutter-django {release} (Celery, DRF, Sentry, WhiteNoise, no cloud
provider), both on the same image of Python 3.13, which has {base / 1e6:.0f} MB. The peer's own Dockerfile builds
its image, and compiles psycopg; what differs is the base of its two stages, and the Python that its
`requires-python` asks for, which was 3.14. The two hold different projects: here there are GraphQL,
payments, traces and metrics, too.

Times and their ratios are medians of {ROUNDS} turns; a machine that is busy with other things makes both times
longer. Both are run by Docker with one process, on the same PostgreSQL and Redis; the page is the front
page. The peer collects its static files when a container starts; here they are in the image, compressed,
which is most of a build after a change of the code, and most of what is new then. A build finds the rest
in its cache.

| | here | cookiecutter-django | ratio |
|---|---:|---:|---:|
{table}
"""


if __name__ == "__main__":
    main()
