"""The Kubernetes manifests of a rendered repo, as kustomize builds them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]

COMPONENT = "app.kubernetes.io/component"


def kustomize(folder: Path) -> str:
    """What kustomize makes of a folder."""
    done = subprocess.run(
        ["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    assert not done.stderr, done.stderr  # a field that will go is a warning
    return done.stdout


def build(repo: Path, environment: str) -> Built:
    """An overlay of a repo."""
    return Built(repo, environment, kustomize(repo / "deploy/kubernetes/overlays" / environment))


@dataclass(frozen=True)
class Built:
    """An overlay as kustomize builds it, and the repo that it is from."""

    repo: Path
    environment: str
    text: str

    @cached_property
    def objects(self) -> list[Manifest]:
        """All objects."""
        return list(yaml.load_all(self.text, yaml.CSafeLoader))

    def all(self, *kinds: str) -> list[Manifest]:
        """The objects of some kinds, or all."""
        return [one for one in self.objects if not kinds or one["kind"] in kinds]

    @cached_property
    def answers(self) -> Manifest:
        """What the repo was rendered from."""
        return dict(yaml.safe_load((self.repo / ".copier-answers.yml").read_text()))

    @property
    def slug(self) -> str:
        """The project's short name."""
        return str(self.answers["project_slug"])

    def pods(self) -> dict[str, Manifest]:
        """The pod templates, by component."""
        return {
            one["metadata"]["labels"][COMPONENT]: one["spec"]["template"]
            for one in self.all("Deployment", "Job")
        }

    def containers(self) -> dict[str, Manifest]:
        """The one container of each pod, by component."""
        found = {}
        for component, pod in self.pods().items():
            (found[component],) = pod["spec"]["containers"]
            assert "initContainers" not in pod["spec"]
        return found

    def config(self) -> dict[str, str]:
        """What the ConfigMap holds."""
        (one,) = self.all("ConfigMap")
        return dict(one["data"])

    def secrets(self) -> set[str]:
        """What the Secret is to hold."""
        return env_names((self.repo / "deploy/kubernetes/secrets.env.example").read_text())

    def selected(self, labels: Mapping[str, str]) -> set[str]:
        """The components whose pods have these labels."""
        return {
            component
            for component, pod in self.pods().items()
            if labels.items() <= pod["metadata"]["labels"].items()
        }


def env_names(text: str) -> set[str]:
    """The variables that a file in the form of .env gives a value."""
    return set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))


def ports(container: Manifest) -> dict[str, int]:
    """The named ports of a container."""
    return {port["name"]: port["containerPort"] for port in container.get("ports", [])}
