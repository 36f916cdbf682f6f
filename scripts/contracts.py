"""Make the descriptions of the API that the template ships, so that they fit whatever is answered.

A repo is rendered for each set of answers that may change its API, and asked by the commands of its
own `make schema` what docs/api/openapi.yaml and docs/api/schema.graphql are; docs/api/endpoints.md
lists the operations of the first, as `make hub` does. The texts are then written as one template
for each file, in which a line that only some of them have stands under a condition.

    uv run scripts/contracts.py              write the templates anew, after a change of the API
    uv run scripts/contracts.py --check      change nothing; exit with 1 when a template is stale
"""

import argparse
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import weave
import yaml
from weave import Variant

# The answers that may change what the API is, each with its values.
DIMENSIONS: Mapping[str, tuple[Any, ...]] = {
    "starter": ("job_board", "blank"),
    "tasks": (True, False),
    "traffic": (True, False),
    "payments": (True, False),
    "cache": (True, False),
    "graphql": (True, False),
}
# Those that bring endpoints or fields are rendered in every combination: what needs two of them is
# where both are. What the others change, if anything, stands by itself: they are left out with
# everything else there, and with nothing else. Any further answer changes nothing, Django's version
# included; tests/generated/test_contracts.py sees to that, with every pair of all answers.
COMBINED = 4


def variants() -> Iterator[Variant]:
    """Return the sets of answers to render."""
    combinations = tuple(product(*tuple(DIMENSIONS.values())[:COMBINED]))
    everything, *less = product(*tuple(DIMENSIONS.values())[COMBINED:])
    for combination in combinations:
        yield (*combination, *everything)
    for others in less:
        yield (*combinations[0], *others)
        yield (*combinations[-1], *others)


VARIANTS: tuple[Variant, ...] = tuple(variants())

# What is written as it was answered: words that the code has nowhere, and YAML writes without quotes.
ANSWERS = {"project_name": "the-name-of-the-project", "description": "the-project-in-a-sentence"}
PLACEHOLDERS = {
    f"  title: {ANSWERS['project_name']}\n": '  {{ yaml("title", project_name) }}\n',
    f"  description: {ANSWERS['description']}\n": '  {{ yaml("description", description) }}\n',
}
HEAD = '{% from "macros/text.jinja" import yaml %}\n'

# The files, and what a line begins with that begins a part of one.
PARTS = {
    "openapi.yaml": re.compile(r" {0,4}\S"),
    "schema.graphql": re.compile(r"(?:directive|enum|input|interface|scalar|type|union) \S"),
    "endpoints.md": re.compile(r"## \S"),
}
FOLDER = "docs/api"
BLOCK = re.compile(r"(<!-- hub: endpoints -->\n).*(<!-- end of hub -->)", re.DOTALL)

# What describes itself, and what its environment is made from.
CODE = ("apps", "config", "pyproject.toml.jinja", "uv.lock.jinja")
NO_PART = ("migrations", "static", "templates", "tests")
# `make schema`, in one process and without the validation, which `make check` does.
DESCRIBE = r"""
import re
import sys
from io import StringIO

import django
from django.core.management import call_command

django.setup()
call_command("spectacular", fail_on_warn=True, file="openapi.yaml")
if "graphql" in sys.argv:
    out = StringIO()
    call_command("export_schema", "config.graphql:schema", stdout=out)
    with open("schema.graphql", "w", encoding="utf-8", newline="\n") as file:
        file.write(re.sub(" +\n", "\n", out.getvalue()))
"""


class ContractError(Exception):
    """A description that a repo can't give, or that is not the one of the template."""


def answers(variant: Variant) -> dict[str, object]:
    """Return what a variant is rendered from."""
    return {**ANSWERS, **dict(zip(DIMENSIONS, variant, strict=True))}


def run(folder: Path, *command: str, **variables: str) -> None:
    """Run a command, with the variables, and none of this machine's that a repo would read."""
    own = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTHONPATH", "VIRTUAL_ENV")
    inherited = {name: value for name, value in os.environ.items() if name not in own}
    done = subprocess.run(
        command, cwd=folder, env={**inherited, **variables}, capture_output=True, text=True
    )
    if done.returncode:
        raise ContractError(done.stderr.strip())


def environment(source: Path) -> Path:
    """Make the environment of a repo that has everything, and give its Python."""
    path = source.with_name("environment")
    repo = weave.render(source, answers(VARIANTS[0]), exclude=NO_PART)
    uv = (sys.executable, "-m", "uv")
    run(repo, *uv, "sync", "--locked", "--quiet", UV_PROJECT_ENVIRONMENT=str(path))
    return path / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def describe(repo: Path, python: Path) -> dict[str, str]:
    """Return what the repo's commands write, by the files' names."""
    graphql = ["graphql"] if (repo / "config" / "graphql.py").exists() else []
    run(repo, str(python), "-c", DESCRIBE, *graphql, DJANGO_SETTINGS_MODULE="config.settings.test")
    texts = {
        name: (repo / name).read_text(encoding="utf-8") for name in PARTS if (repo / name).exists()
    }
    return {**texts, "endpoints.md": endpoints(texts["openapi.yaml"])}


def endpoints(description: str) -> str:
    """Return the page of the endpoints: what stands around its block in the template stays."""
    page = (weave.ROOT / "template" / FOLDER / "endpoints.md.jinja").read_text(encoding="utf-8")
    hub = runpy.run_path(str(weave.ROOT / "template" / "scripts" / "hub.py"))
    block = hub["operations_by_tag"](yaml.safe_load(description)["paths"])
    return BLOCK.sub(lambda marks: f"{marks[1]}\n{block}\n{marks[2]}", page)


def descriptions(folder: Path) -> dict[str, dict[Variant, str]]:
    """Return what the repos of all variants say, by the files' names."""
    source = weave.source(folder, *CODE)
    python = environment(source)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        said: dict[Variant, Future[dict[str, str]]] = {}
        for variant in VARIANTS:
            repo = weave.render(source, answers(variant), exclude=NO_PART)
            said[variant] = pool.submit(describe, repo, python)
            for future in said.values():
                if future.done():
                    future.result()  # raises, at once, what went wrong
    texts: dict[str, dict[Variant, str]] = {name: {} for name in PARTS}
    for variant, future in said.items():
        for name, text in future.result().items():
            texts[name][variant] = text
    return texts


def parts(text: str, begins: re.Pattern[str]) -> dict[str, list[str]]:
    """Cut a text into its parts, by their first lines, below those of the parts that they are in."""
    found: dict[str, list[str]] = {}
    path: tuple[str, ...] = ()
    for line in text.splitlines(keepends=True):
        if begins.match(line):
            depth = (len(line) - len(line.lstrip())) // 2
            path = (*path[:depth], line)
        found.setdefault("".join(path), []).append(line)
    return found


def merge(name: str, texts: Mapping[Variant, str]) -> Iterator[weave.Line]:
    """Merge the texts of a file, part by part; each line comes with the variants that have it."""
    cut = {variant: parts(text, PARTS[name]) for variant, text in texts.items()}
    for path, having in weave.merge_lines({v: list(of) for v, of in cut.items()}):
        yield from weave.merge_lines({v: cut[v][path] for v in cut if v in having})


def template(name: str, texts: Mapping[Variant, str]) -> str:
    """Write the texts of a file as one Jinja template."""
    woven = "".join(weave.template(merge(name, texts), DIMENSIONS, tuple(texts), PLACEHOLDERS))
    for answer in ANSWERS.values():
        if answer in woven:
            raise ContractError(f"{name} says what was answered where no expression stands for it.")
    asks = any(expression in woven for expression in PLACEHOLDERS.values())
    return (HEAD if asks else "") + woven


def prove(folder: Path, templates: Mapping[str, str], texts: Mapping[str, Any]) -> None:
    """See that the templates render to what each variant's repo says."""
    source = weave.source(folder)
    (source / "template" / FOLDER).mkdir(parents=True)
    for name, text in templates.items():
        path = source / "template" / FOLDER / f"{name}.jinja"
        path.write_text(text, encoding="utf-8", newline="\n")
    for variant in VARIANTS:
        repo = weave.render(source, answers(variant))
        for name in PARTS:
            path = repo / FOLDER / name
            rendered = path.read_text(encoding="utf-8") if path.exists() else None
            if rendered != texts[name].get(variant):
                raise AssertionError(f"{name} is rendered otherwise for {variant}")
        shutil.rmtree(repo)


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, only look")
    options = parser.parse_args()
    paths = {name: weave.ROOT / "template" / FOLDER / f"{name}.jinja" for name in PARTS}
    with tempfile.TemporaryDirectory() as folder:
        try:
            texts = descriptions(Path(folder, "code"))
            templates = {name: template(name, of) for name, of in texts.items()}
            prove(Path(folder, "files"), templates, texts)
            for name, text in templates.items():
                if not options.check:
                    paths[name].write_text(text, encoding="utf-8", newline="\n")
                elif not paths[name].exists() or paths[name].read_text(encoding="utf-8") != text:
                    raise ContractError(
                        f"{paths[name]} is stale.\nRun: uv run scripts/contracts.py"
                    )
        except ContractError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
