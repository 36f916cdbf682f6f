"""The rendered repo's image, built by `make image`: what is in it, and what a change of the code costs."""

from __future__ import annotations

import json
import subprocess

import pytest

from nexus_scaffold.testing import commit_all
from tests.containers.conftest import Project, docker

pytestmark = pytest.mark.containers


def layers(image: str) -> list[str]:
    """The layers of an image, the lowest first."""
    named: list[str] = json.loads(docker("image", "inspect", image))[0]["RootFS"]["Layers"]
    return named


def test_the_server_has_no_rights(project: Project) -> None:
    """H06: it is no root, and its code is not its own to change."""
    assert docker("run", "--rm", project.image, "id", "-u").strip() == "10001"
    code = ["find", "/app", "/venv", "-name", "*.py*", "-writable"]
    assert docker("run", "--rm", project.image, *code) == ""


def test_the_image_holds_nothing_but_the_running_project(project: Project) -> None:
    """H06: no build tools, no tests, no development packages, no secrets."""
    tools = "command -v uv gcc cc make git || true"
    assert docker("run", "--rm", project.image, "sh", "-c", tools) == ""
    unwanted = ["find", "/app", "-name", "tests", "-o", "-name", ".*"]
    assert docker("run", "--rm", project.image, *unwanted) == ""
    imports = (
        "import importlib.util as u; print([n for n in ('pytest', 'mypy', 'uv') if u.find_spec(n)])"
    )
    assert docker("run", "--rm", project.image, "python", "-c", imports).strip() == "[]"


def test_the_image_says_what_it_is(project: Project) -> None:
    """H06: OCI labels, of this very commit, and a health check."""
    config = json.loads(docker("image", "inspect", project.image))[0]["Config"]
    labels = {
        name.removeprefix("org.opencontainers.image."): value
        for name, value in config["Labels"].items()
    }
    assert labels["title"]
    assert labels["revision"] == project.run("git", "rev-parse", "HEAD").strip()
    assert labels["version"] == project.run("git", "describe", "--tags", "--always").strip()
    assert labels.get("licenses", "none") == project.answers["license"]
    assert "/health/live" in " ".join(config["Healthcheck"]["Test"])


def test_the_server_refuses_to_start_without_its_settings(project: Project) -> None:
    """S05: it names what is missing, instead of making something up."""
    done = subprocess.run(
        ["docker", "run", "--rm", project.image, "python", "manage.py", "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    names = ["SECRET_KEY", "JWT_PRIVATE_KEY", "ALLOWED_HOSTS", "DATABASE_URL"]
    names += ["REDIS_URL"] if project.has("cache") else []
    names += ["BROKER_URL"] if project.has("tasks") else []
    assert [name for name in names if name not in done.stderr] == []


def test_a_change_of_the_code_makes_the_last_layer_anew(project: Project) -> None:
    """B08: the libraries, which are most of the image, are neither installed nor copied again."""
    before = layers(project.image)
    with (project.repo / "apps/core/views.py").open("a", encoding="utf-8") as file:
        file.write("\n# A change.\n")
    commit_all(project.repo, "docs: add a comment")
    changed = f"{project.image}-changed"
    try:
        project.run("make", "image", f"IMAGE={changed}")
        after = layers(changed)
    finally:
        project.run("git", "reset", "--quiet", "--hard", "HEAD~1")
        docker("image", "rm", "--force", changed)
    assert after[:-1] == before[:-1]
    assert after[-1] != before[-1]
