"""Each check: what it finds in a small tree, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nexus_scaffold import DestinationError, check, git
from nexus_scaffold.checks import CHECKS
from nexus_scaffold.testing import commit_all
from tests.conftest import ROOT

Build = Callable[[Mapping[str, str | bytes]], Path]
SHARED = ROOT.parent / "shared"

MODEL = "from django.db import models\nclass Job(models.Model):\n    title = models.CharField(max_length=9)\n"
ABSTRACT = MODEL + "    class Meta:\n        abstract = True\n"
IMAGE = "FROM python:3.13-slim\nUSER 1000\nHEALTHCHECK CMD true\nCMD gunicorn\n"
NEEDS = {
    "manage.py": "",
    "config/settings/base.py": "NAME = env.str('NAME', default='')\n",
    "config/settings/production.py": "env.str('SECRET_KEY')\nKEY = os.environ['API_KEY']\n",
}
PRODUCTION = "DJANGO_SETTINGS_MODULE: config.settings.production"
README = """# Jobs
## Program overview
## Project objective
## Major learnings
## Challenges faced
## Best practices
## Collaboration
"""

FOUND: list[tuple[str, Mapping[str, str | bytes], str]] = [
    ("DOC101", {"notes.txt": ""}, "README.md"),
    ("DOC101", {"README.md": " \n"}, "README.md"),
    ("DOC102", {"README.md": README.replace("## Collaboration\n", "Collaboration\n")}, "README.md"),
    (
        "DOC102",
        {"README.md": README.replace("## Collaboration\n", "```\n## Collaboration\n```\n")},
        "README.md",
    ),
    ("DOC103", {"README.md": "By Your Name"}, "README.md:1"),
    ("DOC103", {"docs/a.md": "\nTODO: write\n"}, "docs/a.md:2"),
    ("DOC103", {"README.md": "github.com/your-username/jobs"}, "README.md:1"),
    ("DOC103", {"README.md": "By <your name here>"}, "README.md:1"),
    ("DOC104", {"README.md": "[the ERD](docs/erd.png)"}, "README.md:1"),
    ("DOC104", {"docs/a.md": "![](../img/b%20c.png)", "img/b.png": ""}, "docs/a.md:1"),
    ("DOC104", {"README.md": "[![build](badge.svg)](no/where)"}, "README.md:1"),
    ("DOC105", {"README.md": "x\n```python\nprint()\n"}, "README.md:2"),
    ("DOC105", {"README.md": "````\n```\n"}, "README.md:1"),
    ("DOC106", {"README.md": "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n"}, "README.md:1"),
    ("SET101", {".env": "SECRET_KEY=x"}, ".env"),
    ("SET101", {"backend/.env.production": "A=1"}, "backend/.env.production"),
    (
        "SET102",
        {"config/settings.py": "import os\nKEY = os.environ['KEY']\n"},
        "config/settings.py",
    ),
    (
        "SET103",
        {"config/settings.py": "SECRET_KEY = 'django-insecure-1'\n"},
        "config/settings.py:1",
    ),
    ("SET104", {"config/settings/base.py": "DEBUG = True\n"}, "config/settings/base.py:1"),
    (
        "SET104",
        {"x/settings.py": "\nDEBUG = config('DEBUG', default=True, cast=bool)\n"},
        "x/settings.py:2",
    ),
    (
        "SET104",
        {"x/settings.py": "DEBUG = os.getenv('DEBUG', 'True') == 'True'\n"},
        "x/settings.py:1",
    ),
    ("SET105", {"config/settings.py": "ALLOWED_HOSTS = ['*']\n"}, "config/settings.py:1"),
    (
        "SET105",
        {"x/settings.py": "ALLOWED_HOSTS = env.list('H', default=['*'])\n"},
        "x/settings.py:1",
    ),
    ("SET106", {"key.pem": "-----BEGIN RSA PRIVATE " + "KEY-----\n" + "A" * 64}, "key.pem:1"),
    (
        "SET107",
        {"config/settings.py": "DATABASES = {'default': {'PASSWORD': 'postgres'}}\n"},
        "config/settings.py:1",
    ),
    ("DJG101", {"README.md": "x"}, "manage.py"),
    ("DJG102", {"jobs/models.py": MODEL, "jobs/migrations/__init__.py": ""}, "jobs/models.py"),
    ("DJG102", {"jobs/models/job.py": MODEL}, "jobs/models/job.py"),
    ("DJG103", {"config/settings.py": "DEBUG = False\n"}, "config/settings.py"),
    ("DJG104", {"manage.py": "", "jobs/tests.py": "# Create your tests here.\n"}, "manage.py"),
    ("DJG105", {"db.sqlite3": b"\0"}, "db.sqlite3"),
    ("CON101", {"Dockerfile": "FROM python:3.13\n"}, "Dockerfile"),
    ("CON101", {"Dockerfile": "FROM a:1\nUSER app\nFROM b:1\nUSER root\n"}, "Dockerfile"),
    ("CON102", {"Dockerfile": "FROM a:1\nCMD python \\\n  manage.py runserver\n"}, "Dockerfile:2"),
    ("CON103", {"Dockerfile": "FROM --platform=linux/amd64 python AS build\n"}, "Dockerfile:1"),
    ("CON103", {"Dockerfile": "FROM registry.example.org:5000/python:latest\n"}, "Dockerfile:1"),
    ("CON104", {"Dockerfile": "FROM python:3.13\n"}, "Dockerfile"),
    ("CON105", {"api/Dockerfile": IMAGE}, "api/Dockerfile"),
    (
        "DPL101",
        {
            **NEEDS,
            "compose.yaml": "services:\n  web:\n    build: .\n    environment:\n"
            f"      {PRODUCTION}\n      SECRET_KEY: x\n",
        },
        "compose.yaml",
    ),
    (
        "DPL101",
        {
            **NEEDS,
            "deploy/kubernetes/base/web.yaml": "kind: Deployment\n",
            "deploy/kubernetes/secrets.env.example": "SECRET_KEY=\n",
            "deploy/kubernetes/overlays/production/config.env": "API_KEY=\n",
            "deploy/kubernetes/overlays/staging/config.env": "OTHER=\n",
        },
        "deploy/kubernetes/overlays/staging/config.env",
    ),
    (
        "DPL101",
        {**NEEDS, "k8s/web.yaml": "kind: Deployment\n---\nkind: Secret\ndata:\n  API_KEY: eA==\n"},
        "k8s/web.yaml",
    ),
    (
        "DPL101",
        {**NEEDS, "render.yaml": "services:\n  - {type: web, name: api, runtime: python}\n"},
        "render.yaml",
    ),
    ("DPL101", {**NEEDS, "railway.json": "{}", ".env.example": "API_KEY=\n"}, ".env.example"),
    ("DPL101", {**NEEDS, "fly.toml": "# Secrets: API_KEY\n[env]\nPORT = '8000'\n"}, "fly.toml"),
    (
        "DPL101",
        {
            **NEEDS,
            "deploy/web.service": "[Service]\nEnvironment=API_KEY=x\nExecStart=/x/python -m x\n",
        },
        "deploy/web.service",
    ),
]
LEFT_ALONE: list[tuple[str, Mapping[str, str | bytes]]] = [
    ("DOC101", {"readme.rst": "Jobs"}),
    ("DOC102", {"README.md": README}),
    (
        "DOC103",
        {"README.md": "Run `TODO` <!-- TODO: your words --> for your project, with your name."},
    ),
    ("DOC103", {"README.md": "```\nyour-name\n```\n[your first week](week.md)"}),
    (
        "DOC104",
        {
            "README.md": "[a](#b) [c](https://x.y/z) [d](mailto:a@b.c) [e](docs/) [f](docs/x.md#y)",
            "docs/x.md": "",
        },
    ),
    (
        "DOC104",
        {"docs/x.md": "[up](../README.md) [rooted](/README.md) `[no](link)`", "README.md": ""},
    ),
    ("DOC105", {"README.md": "```a\n```\n~~~\n```\n~~~\n```inline```\n"}),
    ("DOC106", {"README.md": "Title\n=======\n"}),
    ("SET101", {".env.example": "SECRET_KEY="}),
    ("SET102", {"config/settings.py": "import os\nos.environ\n", ".env.example": ""}),
    ("SET103", {"config/settings/base.py": "SECRET_KEY = env('SECRET_KEY')\n"}),
    ("SET103", {"config/settings/development.py": "SECRET_KEY = 'for development'\n"}),
    ("SET104", {"config/settings/base.py": "DEBUG = env.bool('DEBUG', default=False)\n"}),
    ("SET104", {"config/settings/local.py": "DEBUG = True\n"}),
    ("SET105", {"config/settings.py": "ALLOWED_HOSTS = env.list('ALLOWED_HOSTS')\n"}),
    ("SET106", {"cert.pem": "-----BEGIN CERTIFICATE-----\n" + "A" * 64}),
    (
        "SET107",
        {"config/settings.py": "DB = {'PASSWORD': env('DB_PASSWORD')}\nPASSWORD_HASHERS = ['x']\n"},
    ),
    ("DJG102", {"jobs/models.py": MODEL, "jobs/migrations/0001_initial.py": ""}),
    ("DJG102", {"core/models.py": ABSTRACT}),
    ("DJG103", {"config/settings.py": "AUTH_USER_MODEL = 'accounts.User'\n"}),
    ("DJG104", {"manage.py": "", "jobs/tests/test_api.py": "def test_x(): ...\n"}),
    ("CON101", {"Dockerfile": IMAGE}),
    ("CON102", {"Dockerfile": IMAGE}),
    ("CON103", {"Dockerfile": "FROM python@sha256:abc AS a\nFROM a\nFROM ${BASE}\nFROM scratch\n"}),
    ("CON104", {"Dockerfile": IMAGE}),
    ("CON105", {"api/Dockerfile": IMAGE, "api/.dockerignore": ".env"}),
    (
        "SET101",
        {"x/kustomization.yaml": "configMapGenerator:\n- envs: [a.env]\n", "x/a.env": "A=1"},
    ),
    (
        "DPL101",  # all of them, each in the way of its target
        {
            **NEEDS,
            "compose.yaml": "services:\n  db: {image: 'postgres:17'}\n  web:\n    build: .\n"
            "    environment: [DJANGO_SETTINGS_MODULE=production, SECRET_KEY=x, API_KEY=y]\n",
            "k8s/web.yaml": "kind: Deployment\nenv: [{name: API_KEY, value: x}]\n"
            "---\nkind: ExternalSecret\nspec: {data: [{secretKey: SECRET_KEY}]}\n",
            "render.yaml": "envVarGroups: [{name: all, envVars: [{key: API_KEY}]}]\nservices:\n"
            "  - {runtime: docker, envVars: [{key: SECRET_KEY, sync: false}, {fromGroup: all}]}\n"
            "  - {runtime: python, envVars: [{fromGroup: made-in-the-dashboard}]}\n"
            "  - {type: keyvalue, name: cache}\n",
            "railway.json": "{}",
            ".env.example": "SECRET_KEY=\nAPI_KEY=\n",
            "fly.toml": "# Secrets (fly secrets set):\n#   API_KEY\n[env]\nSECRET_KEY = 'x'\n",
            "deploy/web.service": "[Service]\nEnvironmentFile=/etc/x\nExecStart=/x/gunicorn\n",
            "deploy/environment.example": "SECRET_KEY=''\nAPI_KEY=''\n",
            "deploy/backup.service": "[Service]\nExecStart=/usr/bin/pg_dump\n",
        },
    ),
    (
        "DPL101",  # what development starts, and what starts something else
        {
            **NEEDS,
            "Dockerfile": f"FROM a:1\nENV PORT=8000 \\\n    {PRODUCTION.replace(': ', '=')}\n",
            "compose.dev.yaml": "services:\n  web:\n    build: .\n    environment:\n"
            "      DJANGO_SETTINGS_MODULE: config.settings.development\n",
            "docker-compose.yml": "services:\n  front:\n    build: ./front\n",
        },
    ),
    (
        "DPL101",  # what has a default, somewhere, or is read only now and then
        {
            "x/settings.py": "env = environ.Env(DEBUG=(bool, False))\nDEBUG = env('DEBUG')\n"
            "A = config('A', default=1)\nB = env('B', 2)\nC = os.getenv('C')\n"
            "D = A or os.environ['D']\nif A:\n    E = env('E')\nenv.read_env('FILE')\n"
            "try:\n    F = os.environ['F']\nexcept KeyError:\n    pass\nos.environ['G'] = 'x'\n",
            "fly.toml": "[env]\n",
        },
    ),
    ("DPL101", {"config/settings/base.py": "env('SECRET_KEY')\n", "fly.toml": "[env]\n"}),
]


@pytest.mark.parametrize(("rule", "files", "place"), FOUND)
def test_it_finds(tree: Build, rule: str, files: Mapping[str, str | bytes], place: str) -> None:
    found = [f for f in check(tree(files)).findings if f.check == rule]
    assert found
    assert place == (found[0].path if found[0].line is None else f"{found[0].path}:{found[0].line}")
    assert found[0].mend


@pytest.mark.parametrize(("rule", "files"), LEFT_ALONE)
def test_it_leaves_alone(tree: Build, rule: str, files: Mapping[str, str | bytes]) -> None:
    assert [f for f in check(tree(files)).findings if f.check == rule] == []


def test_every_check_is_tested_both_ways_and_says_what_it_is() -> None:
    ids = {kind.__name__ for kind in CHECKS}
    assert {rule for rule, _, _ in FOUND} == ids
    assert ids - {rule for rule, _ in LEFT_ALONE} == {"DJG101", "DJG105"}  # shown by the next test
    assert all(kind.__doc__ and kind.mend for kind in CHECKS)


def test_what_git_ignores_is_not_read(tree: Build) -> None:
    repo = tree(
        {
            ".gitignore": ".env\n*.sqlite3\n",
            ".env": "SECRET_KEY=x",
            "db.sqlite3": b"\0",
            "manage.py": "",
        }
    )
    commit_all(repo)
    assert {f.check for f in check(repo).findings} & {"SET101", "DJG101", "DJG105"} == set()


def test_an_environment_file_that_is_not_yet_tracked_is_no_finding(tree: Build) -> None:
    repo = tree({"README.md": "x"})
    git.git("init", "--quiet", cwd=repo)
    (repo / ".env").write_text("A=1")
    assert "SET101" not in {f.check for f in check(repo).findings}


def test_what_a_target_lacks_is_named_with_who_lacks_it(tree: Build) -> None:
    """H04: a variable that production reads without a default, and that a target does not have."""
    service = "  - {type: web, name: %s, runtime: python, envVars: [{key: API_KEY}]}\n"
    services = "services:\n" + service % "api" + service % "worker"
    found = [
        f for f in check(tree({**NEEDS, "render.yaml": services})).findings if f.check == "DPL101"
    ]
    assert [f.message for f in found] == ["No SECRET_KEY for api, worker."]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DestinationError):
        check(tmp_path / "none")


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="needs the folder of real READMEs beside the checkout: ../shared"
)
def test_real_readmes_in_any_encoding_are_read(tree: Build, tmp_path: Path) -> None:
    """L12: the five seeds and the whole corpus, each as the README of an otherwise empty repo."""
    readmes = sorted([*SHARED.glob("seeds/*.txt"), *SHARED.glob("corpus/*.md")])
    assert readmes
    for readme in readmes:
        (tmp_path / "README.md").write_bytes(readme.read_bytes())
        assert "DJG101" in {f.check for f in check(tmp_path).findings}, readme.name
