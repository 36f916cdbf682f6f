"""No file of a repo ends the checks, whatever is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nexus_scaffold import check

# What the checks look for in files of data: each of them may hold anything.
KEYS = (
    "services", "image", "build", "context", "environment", "env_file", "ports", "healthcheck", "env", "envVars",
    "envVarGroups", "fromGroup", "key", "name", "runtime", "on", "jobs", "steps", "run", "uses", "with", "defaults",
    "working-directory", "paths", "/a", "get", "openapi", "kind", "data", "stringData", "configMapGenerator", "envs",
    "literals", "starter", "project_slug", "repo_name", "license", "_src_path", "_commit", "project", "dependencies",
    "optional-dependencies", "dependency-groups", "tool", "poetry", "group",
)  # fmt: skip
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates().map(str),
    st.sampled_from((*KEYS, "Secret", "Deployment", "python", "actions/checkout@v5", "pip install -r a.txt", "$X")),
    st.text(max_size=20),
)  # fmt: skip
DATA = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
FILES = (
    "compose.yaml", "render.yaml", "fly.toml", "railway.json", "k8s/web.yaml", "kustomization.yaml", "openapi.yaml",
    ".github/workflows/ci.yml", "a/.github/workflows/ci.yml", ".copier-answers.yml", "Pipfile",
)  # fmt: skip
CODE = (
    "manage.py", "config/settings/base.py", "config/settings/production.py", "jobs/models.py", "jobs/views.py",
    "jobs/tests.py", "Dockerfile", "Procfile", ".dockerignore", ".gitignore", "requirements.txt", ".env.example",
)  # fmt: skip


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(FILES), data=DATA)
def test_data_of_any_shape(tmp_path: Path, name: str, data: Any) -> None:
    for file in FILES:
        (tmp_path / file).unlink(missing_ok=True)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(json.dumps(data))  # which is YAML as well
    check(tmp_path)


@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from((*FILES, *CODE)), content=st.binary(max_size=200))
def test_bytes_of_any_kind(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    check(tmp_path)


@pytest.mark.parametrize("name", [*FILES, *CODE])
def test_files_that_are_empty_or_nest_deeply(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    for text in (
        "",
        "\n",
        "[" * 5000,
        "(" * 5000,
        "a:\n" * 500,
        "- " * 3000,
        "x = " + "-" * 20000 + "1",
    ):
        (tmp_path / name).write_text(text)
        check(tmp_path)
