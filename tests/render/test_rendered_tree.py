"""What renders is whole and clean, with every pair of answers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest
import yaml

from nexus_scaffold import Answers, check, git
from nexus_scaffold.matrix import pairwise
from nexus_scaffold.testing import RenderRepo, commit_all
from tests.conftest import ROOT
from tests.variants import BLANK, BLANK_WITH_EVERYTHING_OFF, DEFAULTS, JOB_BOARD_WITH_EVERYTHING_ON

VARIANTS = [
    *(answers.model_dump() for answers in pairwise()),
    BLANK_WITH_EVERYTHING_OFF,
    JOB_BOARD_WITH_EVERYTHING_ON,
    DEFAULTS,
    BLANK,
]
IDS = [
    *(f"pair-{number}" for number in range(len(VARIANTS) - 4)),
    "everything-off",
    "everything-on",
    "job-board",
    "blank",
]
# What the program asks of a README, in its order.
README_ORDER = (
    "overview",
    "objective",
    "learnings",
    "challenges",
    "practices",
    "collaboration",
    "structure",
    "first week",
    "conclusion",
)
SEEN: set[tuple[str, str]] = set()
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10)),
}


@pytest.fixture(scope="module", params=VARIANTS, ids=IDS)
def repo(request: pytest.FixtureRequest, render_repo: RenderRepo) -> Path:
    return render_repo(**request.param)


def _texts(repo: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(repo.rglob("*")):
        if path.is_file() and path.suffix not in {".ico", ".png"}:
            yield path.relative_to(repo).as_posix(), path.read_bytes().decode("utf-8")


def test_no_trace_of_the_template_is_left(repo: Path) -> None:
    for name, text in _texts(repo):
        if name == ".copier-answers.yml" or "/templates/" in name:
            continue
        text = re.sub(r"\{\{ [xyz] \}\}", "", text)  # the answers of one variant hold such words
        # f-strings have {{, and so have Postman's variables.
        own = name.endswith((".py", "client/scripts/collection.mjs"))
        braces = r"\{%" if own else r"(?<!\$)\{\{|\{%|\{#[^}]*#\}"
        assert not re.search(rf"{braces}|\.jinja\b", text), name
        assert "nexus_scaffold" not in text, name


def test_texts_are_utf_8_with_lf_and_one_last_line_break(repo: Path) -> None:
    for name, text in _texts(repo):
        assert "\r" not in text, name
        assert not text.startswith("\ufeff"), name
        assert text == "" or (text.endswith("\n") and not text.endswith("\n\n")), name
        assert (
            not re.search(r"[ \t]+\n", text) or name.endswith((".md", ".txt")) or name == "LICENSE"
        ), name
        assert "\n\n\n\n" not in text or name == "LICENSE", name


def test_names_are_safe_on_every_system(repo: Path) -> None:
    names = [path.relative_to(repo).as_posix() for path in repo.rglob("*")]
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert len(name) < 150, name
        for part in PurePosixPath(name).parts:
            assert not re.search(r"""[<>:"'|?*\\\x00-\x1f]|[. ]$""", part), name
            assert part.split(".")[0].lower() not in RESERVED, name


def test_data_files_can_be_read(repo: Path) -> None:
    readers: dict[str, Callable[[str], object]] = {
        ".yml": lambda text: list(yaml.safe_load_all(text)),
        ".yaml": lambda text: list(yaml.safe_load_all(text)),
        ".toml": tomllib.loads,
        ".lock": tomllib.loads,
        ".json": json.loads,
    }
    for name, text in _texts(repo):
        reader = readers.get(PurePosixPath(name).suffix)
        if reader is not None:
            assert reader(text), name


def test_the_code_is_formatted(repo: Path) -> None:
    """B06, H05: the formatters would change nothing and the linter finds nothing."""
    code = {name: text for name, text in _texts(repo) if name.endswith(".py")}
    # Most files are the same with all answers: each is looked at once.
    new = sorted(name for name, text in code.items() if (name, text) not in SEEN)
    SEEN.update(code.items())
    for tool in ("ruff check --quiet --no-cache", "black --check --quiet", "isort --check --quiet"):
        command = [sys.executable, "-m", *tool.split(), "conftest.py", *new]
        done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{tool}: {done.stdout}{done.stderr}"


def test_no_secret_is_rendered(repo: Path) -> None:
    """S05"""
    assert not (repo / ".env").exists()
    assert ".env" in (repo / ".gitignore").read_text().split()
    for name, text in _texts(repo):
        assert not re.search("-----BEGIN [A-Z ]*PRIVATE KEY-----", text), name
    example = (repo / ".env.example").read_text()
    given = re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE)
    assert {"SECRET_KEY", "JWT_PRIVATE_KEY", "DEMO_PASSWORD"} <= {name for name, _ in given}
    assert [value for _, value in given if value] == []


def test_the_checks_find_nothing_but_what_the_owner_has_not_written(
    repo: Path, tmp_path: Path
) -> None:
    """No false alarm on 30 variants: as they are rendered, and committed as `nexus new` does it."""
    committed = Path(shutil.copytree(repo, tmp_path / "repo"))
    commit_all(committed)
    for each in (repo, committed):
        assert [found for found in check(each).findings if found.check != "DOC107"] == []


def test_what_make_hub_writes_is_up_to_date(repo: Path) -> None:
    """L08, L10, B02: tables, versions, endpoints, tree; the data model is drawn where Django is."""
    command = [sys.executable, "scripts/hub.py", "--check"]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    page = (repo / "README.md").read_text(encoding="utf-8")
    made = re.findall(r"^<!-- hub: (\w+) -->$", page, re.MULTILINE)
    assert made == ["badges", "technologies", "concepts", "challenges", "practices", "tree"]


def test_the_readme_has_the_brief_s_sections_in_its_order(repo: Path) -> None:
    """L06, L07, L08"""
    headings = [
        line.lower()
        for line in (repo / "README.md").read_text().splitlines()
        if line.startswith("## ")
    ]
    places = []
    for word in README_ORDER:
        found = [place for place, heading in enumerate(headings) if word in heading]
        assert found, f"no section speaks of {word}"
        places.append(found[0])
    assert places == sorted(places)


def test_what_an_answer_leaves_out_is_nowhere_named(repo: Path) -> None:
    answers = Answers.parse(
        {
            k: v
            for k, v in yaml.safe_load((repo / ".copier-answers.yml").read_text()).items()
            if k[0] != "_"
        }
    )
    absent: list[tuple[bool, tuple[str, ...], str]] = [
        (
            answers.tasks,
            (
                "config/celery.py",
                "config/celeryconfig.py",
                "apps/core/outbox",
                "apps/notifications",
            ),
            r"(?i)celery|rabbitmq|\bbroker|(?<!mail\.)outbox|\bnotifications",
        ),
        (answers.cache, ("apps/core/caching",), r"(?i)\bredis\b|caching|CACHE_TTL"),
        (
            answers.traffic,
            ("apps/traffic", "docs/operations/traffic.md"),
            r"(?i)apps[./]traffic|RequestLog|BlockedIP|block list|rate[- _]limiting|REQUEST_LOG",
        ),
        (
            answers.payments,
            ("apps/payments", "docs/operations/payments.md"),
            r"(?i)\bchapa\b|apps[./]payments|stamina",
        ),
        (
            answers.graphql,
            (
                "config/graphql.py",
                "apps/core/graphql",
                "apps/accounts/graphql",
                "apps/core/static/graphiql",
                "docs/api/graphql.md",
                "docs/api/schema.graphql",
            ),
            r"(?i)graphql|graphiql|strawberry",
        ),
        (
            answers.containers,
            ("Dockerfile", "compose.yaml", ".dockerignore"),
            r"(?i)docker(?!\.io)|compose\.yaml",
        ),
        (
            answers.kubernetes,
            ("deploy/kubernetes", "docs/operations/kubernetes.md"),
            r"(?i)kubernetes|kubectl|kustomize",
        ),
        (answers.github_actions, (".github/workflows",), r"GitHub Actions|\.github/workflows"),
        (
            answers.template_updates,
            (".github/workflows/template-update.yml",),
            r"template-update|TEMPLATE_UPDATE",
        ),
        (answers.jenkins, ("Jenkinsfile",), r"(?i)jenkins"),
        (answers.travis, (".travis.yml",), r"(?i)travis"),
        (
            answers.github_actions or answers.jenkins or answers.travis,
            ("docs/operations/ci.md", "docs/learnings/technologies/ci-cd.md"),
            r"operations/ci\.md|technologies/ci-cd|CI/CD",
        ),
        (
            answers.dependency_updates == "dependabot",
            (".github/dependabot.yml",),
            r"(?i)dependabot",
        ),
        (
            answers.hosting == "render",
            ("render.yaml", "docs/operations/render.md"),
            r"render\.yaml|onrender\.com|operations/render|On Render",
        ),
        (
            answers.hosting == "railway",
            ("deploy/railway", "docs/operations/railway.md"),
            r"(?i)railway",
        ),
        (answers.hosting == "fly", ("fly.toml", "docs/operations/fly.md"), r"(?i)fly\.(toml|io)"),
        (
            answers.hosting == "vm",
            ("deploy/vm", "docs/operations/vm.md"),
            r"deploy/vm|\bsystemd\b|systemctl|operations/vm",
        ),
        (answers.dependency_updates == "renovate", ("renovate.json",), r"(?i)renovate"),
        (answers.license != "none", ("LICENSE",), r"\[[^]]*\]\(LICENSE\)"),
        (answers.starter == "job_board", ("apps/jobs",), r"apps/jobs|apps\.jobs"),
        (answers.linkedin_user != "", (), r"linkedin\.com"),
        (answers.video_url != "", (), r"video\.example\.org"),
    ]
    for chosen, files, trace in absent:
        for name in files:
            assert (repo / name).exists() is chosen, name
        if not chosen:
            for name, text in _texts(repo):
                # Docker is a skill, too, and make hub reads whatever may be there.
                own = (".copier-answers.yml", "uv.lock", "seed.py", "scripts/hub.py")
                if not name.endswith(own):
                    assert not re.search(trace, text), f"{name} speaks of {trace}"


def test_two_renders_are_the_same_to_the_byte(render_repo: RenderRepo) -> None:
    one, other = render_repo(**DEFAULTS), render_repo(**DEFAULTS)
    assert list(_texts(one)) == list(_texts(other))


def test_plain_copier_copy_gives_the_same_tree(render_repo: RenderRepo, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    command = [
        sys.executable,
        "-m",
        "copier",
        "copy",
        "--quiet",
        "--defaults",
        "--vcs-ref=HEAD",
        str(ROOT),
        str(plain),
    ]
    subprocess.run(command, check=True, capture_output=True)

    def tree(repo: Path) -> list[tuple[str, str]]:
        return [
            (name, re.sub(r"(?m)^_(commit|src_path): .*\n", "", text))
            for name, text in _texts(repo)
        ]

    assert tree(plain) == tree(render_repo(**DEFAULTS))


def test_every_file_of_the_template_renders_with_some_answers(render_repo: RenderRepo) -> None:
    """A file that no answers render would be dead."""
    rendered = {
        path.relative_to(repo).as_posix()
        for repo in (
            render_repo(**JOB_BOARD_WITH_EVERYTHING_ON),
            render_repo(github_user="ada"),
            *(render_repo(hosting=platform) for platform in ("render", "railway", "fly")),
        )
        for path in repo.rglob("*")
        if path.is_file()
    }
    template = {
        name.removeprefix("template/")
        .removesuffix(".jinja")
        .replace("{{ _copier_conf.answers_file }}", ".copier-answers.yml")
        for name in git.files(ROOT)
        if name.startswith("template/")
    }
    assert template - rendered == set()
