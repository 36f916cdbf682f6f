"""The Kubernetes manifests, as kustomize builds them: what refers to something finds it, whatever is answered.

No cluster is needed: kubectl builds the overlays by itself. That the probes answer, and that a rollout drops no
request, tests/services/test_kubernetes.py shows with real processes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from nexus_scaffold.testing import RenderedRepo, RenderRepo
from tests.conftest import ROOT
from tests.kubernetes import COMPONENT, Built, Manifest, build, ports
from tests.variants import BLANK_WITH_EVERYTHING_OFF, DEFAULTS, JOB_BOARD_WITH_EVERYTHING_ON

pytestmark = pytest.mark.kubectl

SPREAD: Mapping[str, Mapping[str, object]] = {
    "defaults": DEFAULTS,
    "everything-on": JOB_BOARD_WITH_EVERYTHING_ON,
    "nothing-else": {**BLANK_WITH_EVERYTHING_OFF, "containers": True, "kubernetes": True},
    "no-tasks": {"tasks": False},
    "no-cache": {"cache": False, "payments": False},
    "no-observability": {"observability": False},
}
ENVIRONMENTS = ("staging", "production")
IMAGE = "images.invalid/team/project:1.4.0"


@pytest.fixture(scope="module", params=SPREAD.values(), ids=list(SPREAD))
def repo(request: pytest.FixtureRequest, render_repo: RenderRepo) -> Path:
    return render_repo(**request.param)


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def built(request: pytest.FixtureRequest, repo: Path) -> Built:
    return build(repo, request.param)


def validate(environment: RenderedRepo, *files: Path) -> subprocess.CompletedProcess[str]:
    """Looks at manifests by Kubernetes' own schemas, with the tool of the rendered repo."""
    command = ["uv", "run", "--no-sync", "kubernetes-validate", "--strict", *map(str, files)]
    return environment.run(*command, check=False)


def test_every_manifest_has_the_form_that_kubernetes_asks_for(
    built: Built, rendered: Callable[..., RenderedRepo], tmp_path: Path
) -> None:
    """T08: the files that are written, and what is made of them."""
    result = tmp_path / "built.yaml"
    result.write_text(built.text, encoding="utf-8")
    files = [
        path
        for path in (built.repo / "deploy/kubernetes").rglob("*.yaml")
        if path.name != "kustomization.yaml"
    ]
    done = validate(rendered(**DEFAULTS), result, *files)
    assert not done.returncode, done.stdout
    assert done.stdout.count(f"{result} passed") == len(built.all())
    assert all(f"{file} passed" in done.stdout for file in files)


def test_a_field_that_does_not_exist_is_found(
    rendered: Callable[..., RenderedRepo], tmp_path: Path
) -> None:
    """H05: the hook of the repo bites, on the files of deploy/kubernetes alone."""
    repo = rendered(**DEFAULTS)
    config = yaml.safe_load((repo.path / ".pre-commit-config.yaml").read_text())
    (hook,) = (hook for hook in config["repos"][0]["hooks"] if hook["id"] == "kubernetes")
    hooked = {
        name
        for path in repo.path.rglob("*")
        if path.is_file()
        and re.search(hook["files"], name := path.relative_to(repo.path).as_posix())
        and not re.search(hook["exclude"], name)
    }
    assert {"deploy/kubernetes/base/web.yaml", "deploy/kubernetes/namespaces.yaml"} < hooked
    assert {name.split("/")[0] for name in hooked} == {"deploy"}
    wrong = tmp_path / "web.yaml"
    text = (repo.path / "deploy/kubernetes/base/web.yaml").read_text()
    wrong.write_text(text.replace("readOnlyRootFilesystem", "readOnlyFileSystem"))
    assert repo.run(*hook["entry"].split(), str(wrong), check=False).returncode


def test_each_pod_belongs_to_one_owner(built: Built) -> None:
    """T08: selectors match the labels of their own pods, and of no others."""
    tasks = built.answers["tasks"]
    serving = {"web", "worker", "beat"} if tasks else {"web"}
    assert set(built.pods()) == serving | {"migrate"}
    for deployment in built.all("Deployment"):
        component = deployment["metadata"]["labels"][COMPONENT]
        assert built.selected(deployment["spec"]["selector"]["matchLabels"]) == {component}
        assert deployment["metadata"]["name"] == f"{built.slug}-{component}"
        for spread in deployment["spec"]["template"]["spec"].get("topologySpreadConstraints", []):
            assert built.selected(spread["labelSelector"]["matchLabels"]) == {component}
    (service,) = built.all("Service")
    assert built.selected(service["spec"]["selector"]) == {"web"}
    budgets = [
        built.selected(budget["spec"]["selector"]["matchLabels"])
        for budget in built.all("PodDisruptionBudget")
    ]
    assert budgets == ([{"web"}, {"worker"}] if tasks else [{"web"}])
    namespaces = {one["metadata"]["namespace"] for one in built.all()}
    assert namespaces == {f"{built.slug}-{built.environment}"}
    made = (built.repo / "deploy/kubernetes/namespaces.yaml").read_text()
    assert namespaces < {one["metadata"]["name"] for one in yaml.safe_load_all(made)}


def test_a_request_finds_its_way_to_the_web_server(built: Built) -> None:
    """T08, C14: host, Ingress, Service and container name the same port, and the address that is allowed."""
    (ingress,), (service,) = built.all("Ingress"), built.all("Service")
    (rule,), (tls,) = ingress["spec"]["rules"], ingress["spec"]["tls"]
    assert rule["host"] == built.config()["ALLOWED_HOSTS"].split(",")[0]
    assert tls["hosts"] == [rule["host"]]
    (path,) = rule["http"]["paths"]
    backend = path["backend"]["service"]
    assert backend["name"] == service["metadata"]["name"]
    (port,) = service["spec"]["ports"]
    assert backend["port"] == {"name": port["name"]}
    web = built.containers()["web"]
    given = {variable["name"]: variable["value"] for variable in web["env"]}
    assert ports(web)[port["targetPort"]] == int(given["PORT"])
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert set(web[probe]["httpGet"]) == {"path", "port"}, "no header that helps it along"
        assert web[probe]["httpGet"]["port"] in ports(web)


def test_there_are_always_two_or_more(built: Built) -> None:
    """C15, C16: replicas, a budget that leaves one, several machines, and more when there is much to do."""
    deployments = {one["metadata"]["name"]: one for one in built.all("Deployment")}
    (scaler,) = built.all("HorizontalPodAutoscaler")
    target = scaler["spec"]["scaleTargetRef"]
    scaled = deployments[target["name"]]
    assert target == {
        "apiVersion": scaled["apiVersion"],
        "kind": scaled["kind"],
        "name": f"{built.slug}-web",
    }
    assert "replicas" not in scaled["spec"], "each release would undo the autoscaler's work"
    assert 2 <= scaler["spec"]["minReplicas"] < scaler["spec"]["maxReplicas"]
    (metric,) = scaler["spec"]["metrics"]
    assert metric["resource"]["name"] in built.containers()["web"]["resources"]["requests"]
    for name, deployment in deployments.items():
        component = name.removeprefix(f"{built.slug}-")
        replicas = deployment["spec"].get("replicas")
        pod = deployment["spec"]["template"]["spec"]
        if component == "beat":
            assert replicas == 1
            assert deployment["spec"]["strategy"] == {"type": "Recreate"}
            continue
        assert component == "web" or replicas >= 2
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        keys = {spread["topologyKey"] for spread in pod["topologySpreadConstraints"]}
        assert keys == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    for budget in built.all("PodDisruptionBudget"):
        assert budget["spec"]["maxUnavailable"] == 1
    for container in built.containers().values():
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}


def test_a_pod_that_ends_has_the_time_to_end_its_work(built: Built) -> None:
    """C16: for a request the pause of the proxies and what the server waits; for a task its limit."""
    pods, containers = built.pods(), built.containers()
    (waits,) = re.findall(
        r"workers_kill_timeout=(\d+)", (built.repo / "config/server.py").read_text()
    )
    command, pause = containers["web"]["lifecycle"]["preStop"]["exec"]["command"]
    assert command == "sleep"
    assert pods["web"]["spec"]["terminationGracePeriodSeconds"] > int(pause) + int(waits)
    if "worker" in pods:
        settings = (built.repo / "config/celeryconfig.py").read_text()
        (limit,) = re.findall(r"^task_time_limit = (\d+)", settings, re.MULTILINE)
        assert pods["worker"]["spec"]["terminationGracePeriodSeconds"] > int(limit)


def test_no_pod_has_more_rights_than_it_needs(built: Built) -> None:
    """S05, T08: no root, nothing to write but /tmp and /media, no token, and the namespace enforces it."""
    dockerfile = (built.repo / "Dockerfile").read_text()
    (user,) = set(re.findall(r"^USER (\d+)$", dockerfile, re.MULTILINE))
    accounts = {one["metadata"]["name"]: one for one in built.all("ServiceAccount")}
    for component, pod in built.pods().items():
        spec, container = pod["spec"], built.containers()[component]
        context = spec["securityContext"]
        assert (context["runAsNonRoot"], context["runAsUser"]) == (True, int(user))
        assert context["runAsGroup"] == int(user)
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert spec["automountServiceAccountToken"] is False
        assert accounts[spec["serviceAccountName"]]["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert {next(iter(set(volume) - {"name"})) for volume in spec["volumes"]} <= {
            "emptyDir",
            "persistentVolumeClaim",
        }
    namespaces = yaml.safe_load_all((built.repo / "deploy/kubernetes/namespaces.yaml").read_text())
    for namespace in namespaces:
        labels = namespace["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_what_users_upload_is_shared_and_kept(built: Built) -> None:
    """S05: where the image keeps it, in a volume that several machines may write."""
    (claim,) = built.all("PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    (media,) = re.findall(r"MEDIA_ROOT=(\S+)", (built.repo / "Dockerfile").read_text())
    for component, pod in built.pods().items():
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        mounts = {
            mount["mountPath"]: volumes.pop(mount["name"])
            for mount in built.containers()[component]["volumeMounts"]
        }
        assert volumes == {}, "each volume is mounted"
        assert "emptyDir" in mounts.pop("/tmp")  # noqa: S108
        if component in {"web", "worker"}:
            claimed = mounts.pop(media)["persistentVolumeClaim"]["claimName"]
            assert claimed == claim["metadata"]["name"]
            assert pod["spec"]["securityContext"]["fsGroup"] == 10001
        assert mounts == {}


def test_every_variable_is_known_and_none_is_missing(built: Built) -> None:
    """H09, T08: what production requires is in the ConfigMap or the Secret, and nothing that no setting reads."""
    example = (built.repo / ".env.example").read_text()
    known = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    page = (built.repo / "docs/operations/environment.md").read_text()
    required = set(re.findall(r"^\| `([A-Z_]+)` \|.*\| required", page, re.MULTILINE))
    config, secrets = set(built.config()), built.secrets()
    assert not config & secrets
    assert {"SECRET_KEY", "JWT_PRIVATE_KEY", "DATABASE_URL"} <= required <= config | secrets
    assert all(built.config().values()), "a ConfigMap that says nothing says nothing"
    (config_map,) = built.all("ConfigMap")
    for component, container in built.containers().items():
        given = {variable["name"]: variable["value"] for variable in container.get("env", [])}
        assert {*given, *config, *secrets} <= known, component
        references = container["envFrom"]
        assert references == [
            {"configMapRef": {"name": config_map["metadata"]["name"]}},
            {"secretRef": {"name": built.slug}},
        ]


def test_a_changed_setting_makes_new_pods(built: Built) -> None:
    """The name of the ConfigMap follows its content, and so do the pods."""
    config = built.repo / "deploy/kubernetes/overlays" / built.environment / "config.env"
    before = config.read_text()
    try:
        config.write_text(before.replace("LOG_LEVEL=INFO", "LOG_LEVEL=DEBUG"))
        changed = build(built.repo, built.environment)
    finally:
        config.write_text(before)
    assert changed.config()["LOG_LEVEL"] == "DEBUG"
    for component, container in changed.containers().items():
        assert container["envFrom"] != built.containers()[component]["envFrom"]


def test_no_secret_is_applied_or_committed(built: Built, tmp_path: Path) -> None:
    """S05: the example is empty, no overlay reads it, and Git ignores what is made of it."""
    assert built.all("Secret") == []
    example = (built.repo / "deploy/kubernetes/secrets.env.example").read_text()
    assert not re.findall(r"^[A-Z_]+=.", example, re.MULTILINE)
    ignored = tmp_path / "repo"
    subprocess.run(["git", "init", "--quiet", str(ignored)], check=True)
    shutil.copy(built.repo / ".gitignore", ignored)
    for name, code in (
        (f"deploy/kubernetes/overlays/{built.environment}/secrets.env", 0),
        (f"deploy/kubernetes/overlays/{built.environment}/config.env", 1),
        ("deploy/kubernetes/secrets.env.example", 1),
    ):
        command = ["git", "check-ignore", "--quiet", name]
        assert subprocess.run(command, cwd=ignored, check=False).returncode == code, name


def test_the_secret_is_made_from_a_file_as_the_runbook_says(built: Built, tmp_path: Path) -> None:
    """H09: kubectl takes each name, and a value with blanks, signs and \\n as it is."""
    value = "a b=c#d \\n \"e\" 'f' $g"
    file = tmp_path / "secrets.env"
    example = (built.repo / "deploy/kubernetes/secrets.env.example").read_text()
    file.write_text(re.sub(r"(?m)^([A-Z_]+)=$", lambda line: f"{line[1]}={value}", example))
    command = ["kubectl", "create", "secret", "generic", "x", f"--from-env-file={file}"]
    done = subprocess.run(
        [*command, "--dry-run=client", "--output=go-template={{range $k, $v := .data}}"
         "{{$k}}={{$v | base64decode}}\n{{end}}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "KUBECONFIG": os.devnull},
    )  # fmt: skip
    assert done.stdout == "".join(f"{name}={value}\n" for name in sorted(built.secrets()))


def test_the_network_lets_through_what_is_needed_and_nothing_else(built: Built) -> None:
    """S05, T08: closed for all pods, and open by the ports that containers and servers have."""
    policies = {
        one["metadata"]["name"].removeprefix(f"{built.slug}-"): one["spec"]
        for one in built.all("NetworkPolicy")
    }
    observability = built.answers["observability"]
    assert set(policies) == {"nothing", "web", "servers", *(["metrics"] if observability else [])}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}

    def opened(policy: Manifest) -> tuple[set[str], str, set[int]]:
        (rule,), (source,) = policy["ingress"], policy["ingress"][0]["from"]
        selector = policy["podSelector"]
        pods = built.selected(selector.get("matchLabels", {}))
        for expression in selector.get("matchExpressions", []):
            assert (expression["key"], expression["operator"]) == (COMPONENT, "In")
            pods &= set(expression["values"])
        (namespace,) = source["namespaceSelector"]["matchLabels"].values()
        assert policy["policyTypes"] == ["Ingress"]
        return pods, namespace, {port["port"] for port in rule["ports"]}

    containers = built.containers()
    assert opened(policies["web"]) == ({"web"}, "ingress", {ports(containers["web"])["http"]})
    measured = {name for name, container in containers.items() if "metrics" in ports(container)}
    if observability:
        assert measured == {"web", "worker"} & set(containers)
        assert opened(policies["metrics"]) == (measured, "monitoring", {9100})
    for component, pod in built.pods().items():
        given = {
            variable["name"]: variable["value"] for variable in containers[component].get("env", [])
        }
        scraped = pod["metadata"].get("annotations", {}).get("prometheus.io/port")
        port = ports(containers[component]).get("metrics")
        assert given.get("METRICS_PORT") == scraped == (str(port) if port else None), component

    servers = policies["servers"]
    assert (servers["podSelector"], servers["policyTypes"]) == ({}, ["Egress"])
    names, others = servers["egress"]
    assert [port["port"] for port in names["ports"]] == [53, 53]
    expected = {443, 465, 587, 5432}
    expected |= {6379} if built.answers["cache"] else set()
    expected |= {5671, 5672} if built.answers["tasks"] else set()
    expected |= {4318} if observability else set()
    assert {port["port"] for port in others["ports"]} == expected


def test_every_pod_runs_the_image_that_make_image_builds(built: Built) -> None:
    """T08: and each its own program in it; the web that of the image."""
    makefile = (built.repo / "Makefile").read_text()
    (image,) = re.findall(r"^IMAGE \?= (\S+)$", makefile, re.MULTILINE)
    assert {container["image"] for container in built.containers().values()} == {image}
    for component, container in built.containers().items():
        command = container.get("command", [])
        assert {"web": [], "migrate": ["python", "manage.py", "migrate"]}.get(
            component, ["celery", "--app", "config", component]
        ) == command[: 4 if component in {"worker", "beat"} else 3], component


# The release

# Builds manifests as the real one does; of all else it writes down what it was asked, as a cluster would.
KUBECTL = """#!{python}
import json, os, shutil, sys
from pathlib import Path

arguments = sys.argv[1:]
if arguments[0] == "kustomize":
    os.execv({kubectl!r}, ["kubectl", *arguments])
said = " ".join(arguments)
with open({log!r}, "a") as log:
    log.write(said + "\\n")
if arguments[0] == "apply":
    shutil.copy(arguments[arguments.index("--filename") + 1], {applied!r})
if " get secret " in said and not os.environ.get("SECRET"):
    sys.exit("Error from server (NotFound)")
if " get job/" in said:
    states = Path({states!r}).read_text().split("\\n", 1)
    Path({states!r}).write_text(states[-1])
    print(states[0])
"""


@dataclass(frozen=True)
class Release:
    """What release.sh did with a cluster."""

    code: int
    output: str
    asked: list[str]
    objects: list[Manifest]

    def applied(self) -> Iterator[tuple[int, set[str]]]:
        """When it applied something, and what: kinds with their components."""
        for place, line in enumerate(self.asked):
            if line.startswith("apply "):
                match = re.search(rf"--selector {COMPONENT} (in|notin) \(([a-z, ]+)\)$", line)
                assert match, line
                named = set(match[2].split(", "))
                yield (
                    place,
                    {
                        f"{one['kind']} {component}".strip()
                        for one in self.objects
                        if ((component := one["metadata"]["labels"].get(COMPONENT, "")) in named)
                        == (match[1] == "in")
                    },
                )


def release(
    repo: Path, folder: Path, *arguments: str, states: str = "Complete", ready: bool = True
) -> Release:
    """Runs release.sh against a cluster that says these things of the Job."""
    folder.mkdir()
    files = {name: str(folder / name) for name in ("log", "applied", "states")}
    (folder / "states").write_text(states)
    (folder / "log").touch()
    program = folder / "kubectl"
    kubectl = shutil.which("kubectl")
    program.write_text(KUBECTL.format(python=shutil.which("python3"), kubectl=kubectl, **files))
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "deploy/kubernetes/release.sh", *arguments],
        cwd=repo,
        env={
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "POLL": "0",
            "SECRET": "yes" if ready else "",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    applied = folder / "applied"
    objects = list(yaml.safe_load_all(applied.read_text())) if applied.exists() else []
    assert list((repo / "deploy/kubernetes").glob("release.*")) == [
        repo / "deploy/kubernetes/release.sh"
    ], "it leaves nothing behind"
    return Release(done.returncode, done.stdout, (folder / "log").read_text().splitlines(), objects)


@pytest.fixture(scope="module", params=[DEFAULTS, SPREAD["nothing-else"]], ids=["all", "bare"])
def named(request: pytest.FixtureRequest, render_repo: RenderRepo) -> Path:
    """A repo whose owner has put in the names of its own."""
    repo = render_repo(**request.param)
    for config in (repo / "deploy/kubernetes").rglob("config.env"):
        config.write_text(config.read_text().replace("example.org", "nexus.test"))
    return repo


def test_a_release_migrates_before_it_serves(named: Path, tmp_path: Path) -> None:
    """T08, C16: the Job of the new image is waited for; then come the Deployments, and are waited for."""
    done = release(named, tmp_path / "x", "production", IMAGE, states="\n\nComplete")
    assert done.code == 0, done.output
    (first, before), (second, after) = done.applied()
    polls = [place for place, line in enumerate(done.asked) if " get job/" in line]
    deleted = [place for place, line in enumerate(done.asked) if " delete " in line]
    assert len(polls) == 3
    assert len(deleted) == 1
    assert deleted[0] < first < polls[0] < polls[-1] < second
    assert "Job migrate" in before
    assert {"ConfigMap", "PersistentVolumeClaim", "ServiceAccount", "NetworkPolicy"} < before
    assert {"Deployment web", "Service web", "Ingress web"} < after
    assert not any(kind.startswith("Deployment") for kind in before)
    everything = {
        f"{one['kind']} {one['metadata']['labels'].get(COMPONENT, '')}".strip()
        for one in done.objects
    }
    assert before | after == everything
    assert "rollout status" in done.asked[-1]
    images = {
        container["image"]
        for one in done.objects
        if one["kind"] in {"Deployment", "Job"}
        for container in one["spec"]["template"]["spec"]["containers"]
    }
    assert images == {IMAGE}


def test_a_failed_migration_ends_the_release(named: Path, tmp_path: Path) -> None:
    """C16: what serves is not touched."""
    done = release(named, tmp_path / "x", "staging", IMAGE, states="\nFailureTarget Failed")
    assert done.code == 1
    ((_, applied),) = done.applied()
    assert "Deployment web" not in applied
    assert "logs" in done.asked[-1]


@pytest.mark.parametrize(
    ("arguments", "ready", "code"),
    [
        (("production",), True, 1),
        (("production", "images.invalid:5000/project"), True, 2),
        (("production", "project"), True, 2),
        (("development", IMAGE), True, 1),
        (("production", IMAGE), False, 1),
    ],
    ids=["no image", "a port", "no tag", "no overlay", "no Secret"],
)
def test_a_release_that_cannot_succeed_changes_nothing(
    named: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, *, ready: bool
) -> None:
    done = release(named, tmp_path / "x", *arguments, ready=ready)
    assert done.code == code, done.output
    assert list(done.applied()) == []


def test_a_release_wants_the_owner_s_names(render_repo: RenderRepo, tmp_path: Path) -> None:
    """B02: nobody serves example.org."""
    done = release(render_repo(), tmp_path / "x", "production", IMAGE)
    assert done.code == 2
    assert "ALLOWED_HOSTS: api.example.org" in done.output
    assert done.asked == []


def test_a_digest_names_an_image_too(named: Path, tmp_path: Path) -> None:
    image = f"images.invalid/project@sha256:{'a' * 64}"
    done = release(named, tmp_path / "x", "staging", image)
    assert done.code == 0, done.output
    (job,) = (one for one in done.objects if one["kind"] == "Job")
    assert job["spec"]["template"]["spec"]["containers"][0]["image"] == image


def test_nothing_is_there_without_the_answer(render_repo: RenderRepo) -> None:
    assert not (render_repo(kubernetes=False) / "deploy/kubernetes").exists()
    assert (ROOT / "template/deploy/kubernetes").exists()
