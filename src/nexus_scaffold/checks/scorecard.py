"""The rubric that the program judges a repo by, with what the repo has to show for each point."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from .base import Finding, Severity, printable
from .repo import Repo

_SHOWN = 3  # files that prove a criterion, and findings that speak against it


@dataclass(frozen=True, kw_only=True)
class Result:
    """A criterion, and how a repo does by it.

    Attributes:
        title: What a reviewer looks for.
        points: What it is worth.
        met: Whether the repo has it.
        evidence: Files that show it, relative to the repo: the first few.
        missing: What is not there, and the findings that speak against it.
    """

    title: str
    points: int
    met: bool
    evidence: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Area:
    """A heading of the rubric.

    Attributes:
        title: The heading.
        results: Its criteria.
    """

    title: str
    results: tuple[Result, ...]

    @property
    def points(self) -> int:
        """The points of the criteria that are met."""
        return sum(result.points for result in self.results if result.met)

    @property
    def possible(self) -> int:
        """The points that there are."""
        return sum(result.points for result in self.results)


@dataclass(frozen=True, kw_only=True)
class _Criterion:
    """What a reviewer looks for: a file that shows it, and no finding against it.

    Attributes:
        points: What it is worth.
        title: What is looked for.
        files: Patterns of the files that can show it.
        text: What one of them holds; "" where it is enough that it is there.
        wanted: What to say where none does.
        against: The checks whose findings speak against it; the families whose warnings and errors do.
    """

    points: int
    title: str
    files: tuple[str, ...]
    text: str = ""
    wanted: str
    against: tuple[str, ...] = ()

    def judge(self, repo: Repo, findings: Iterable[Finding]) -> Result:
        evidence = self._evidence(repo)
        missing = [] if evidence else [self.wanted]
        speaking = [finding for finding in findings if self._is_against(finding)]
        nth: Counter[str] = Counter()

        def turn(finding: Finding) -> int:
            nth[finding.check] += 1
            return nth[finding.check]

        speaking.sort(key=turn)  # one of each check before the second of any
        missing += [f"{f.check} {f.place}: {f.message}" for f in speaking[:_SHOWN]]
        if len(speaking) > _SHOWN:
            more = len(speaking) - _SHOWN
            missing.append(f"and {more} more {'finding' if more == 1 else 'findings'}")
        return Result(
            title=self.title,
            points=self.points,
            met=not missing,
            evidence=tuple(evidence),
            missing=tuple(missing),
        )

    def _is_against(self, finding: Finding) -> bool:
        is_grave = finding.severity is not Severity.NOTE
        return finding.check in self.against or (finding.family in self.against and is_grave)

    def _evidence(self, repo: Repo) -> list[str]:
        pattern = re.compile(self.text)
        shows = (
            name
            for name in repo.matching(*self.files)
            if not self.text or pattern.search(repo.text(name))
        )
        return [printable(name) for name in islice(shows, _SHOWN)]


_CODE = ("*.py",)
_TESTS = ("test_*.py", "*_test.py", "tests.py")
_README = ("README*", "readme*", "Readme*")

_RUBRIC: dict[str, Sequence[_Criterion]] = {
    "Functionality": (
        _Criterion(
            points=10,
            title="The core works: models with migrations, and endpoints over them",
            files=_CODE,
            text=r"APIView|ViewSet|@api_view|generics\.\w+View|@strawberry|graphene\.|JsonResponse",
            wanted="No module has an endpoint.",
            against=("DJG101", "DJG102"),
        ),
        _Criterion(
            points=5,
            title="What it does is proved by tests",
            files=_TESTS,
            text=r"\bdef test_",
            wanted="No file has a test.",
            against=("DJG104",),
        ),
        _Criterion(
            points=5,
            title="Users sign in, and have roles and permissions",
            files=_CODE,
            text=r"permission_classes|IsAuthenticated|simplejwt|allauth|authtoken|login_required",
            wanted="No module asks who the user is.",
            against=("DJG103",),
        ),
        _Criterion(
            points=5,
            title="Errors are handled, in one format",
            files=_CODE,
            text=r"(?i:exception_handler)|handler(404|500)\b|raise \w*\.?ValidationError",
            wanted="No module handles an error of its API.",
        ),
    ),
    "Code quality": (
        _Criterion(
            points=6,
            title="Readable: formatters and linters are set up",
            files=(
                "pyproject.toml",
                "setup.cfg",
                "tox.ini",
                "ruff.toml",
                ".flake8",
                ".pre-commit*.yaml",
            ),
            text=r"\b(ruff|black|flake8|isort|pylint)\b|^\[flake8\]",
            wanted="No file sets up a formatter or a linter, such as Ruff.",
        ),
        _Criterion(
            points=5,
            title="Documented: the code says what it does",
            files=_CODE,
            text=r'(?m)^[ \t]*(class|def|async def) .*:\n\s+r?"""',
            wanted="No class and no function has a docstring.",
        ),
        _Criterion(
            points=5,
            title="Tested: the tests check something, and run by themselves",
            files=_TESTS,
            text=r"\bassert",
            wanted="No test asserts anything.",
            against=("DJG104", "TST"),
        ),
        _Criterion(
            points=4,
            title="Clean files: UTF-8, nothing left of a merge, nothing that a program makes",
            files=("*",),
            wanted="There is no file.",
            against=("TXT", "DJG105", "DOC106"),
        ),
    ),
    "Design and API": (
        _Criterion(
            points=7,
            title="The data model has relations and constraints",
            files=_CODE,
            text=r"ForeignKey\(|ManyToManyField\(|OneToOneField\(|UniqueConstraint\(",
            wanted="No model is related to another.",
            against=("DJG102",),
        ),
        _Criterion(
            points=7,
            title="Each endpoint is documented",
            files=_CODE,
            text=r"drf_spectacular|drf_yasg|@strawberry|graphene",
            wanted="No module describes the API, as drf-spectacular does.",
            against=("DJG110",),
        ),
        _Criterion(
            points=6,
            title="Queries are written with care: joins, prefetches, indexes",
            files=_CODE,
            text=r"select_related|prefetch_related|Index\(|db_index=",
            wanted="No module joins, prefetches or has an index.",
        ),
    ),
    "Deployment": (
        _Criterion(
            points=4,
            title="It can be deployed: an image, or the file of a host",
            files=(
                "Dockerfile",
                "compose*.y*ml",
                "docker-compose*.y*ml",
                "Procfile",
                "render.yaml",
                "fly.toml",
                "railway.json",
            ),
            wanted="There is no Dockerfile and no file of a host.",
            against=("CON", "DPL"),
        ),
        _Criterion(
            points=3,
            title="It is running, and the README links it",
            files=_README,
            text=r"(?i)\b(hosted|live|deployed|deployment|production)\b.*https?://(?!localhost|127\.)",
            wanted="The README links no hosted project.",
        ),
        _Criterion(
            points=3,
            title="It can be set up: an example names the variables",
            files=(".env.example", ".env.sample", ".env.template", "env.example"),
            wanted="There is no .env.example.",
            against=("SET102",),
        ),
    ),
    "Best practices": (
        _Criterion(
            points=5,
            title="Every push is checked",
            files=(".github/workflows/*.y*ml", "Jenkinsfile", ".travis.yml", ".gitlab-ci.yml"),
            wanted="There is no workflow and no pipeline.",
            against=("CIW",),
        ),
        _Criterion(
            points=3,
            title="The commits tell what was done, in the brief's words",
            files=("*",),
            wanted="There is no file.",
            against=("GIT101", "GIT102"),
        ),
        _Criterion(
            points=7,
            title="Security is built in",
            files=("*settings*.py", "*/settings/*.py"),
            text=r"SECURE_|_COOKIE_SECURE",
            wanted="No settings ask for HTTPS.",
            against=("SET",),
        ),
        _Criterion(
            points=5,
            title="Decisions are written down",
            files=("*decisions/*.md", "*adr/*.md", "*adrs/*.md"),
            wanted="There is no record of a decision, such as docs/decisions/0001-title.md.",
        ),
    ),
    "Presentation": (
        _Criterion(
            points=8,
            title="The README has each section that the program asks for",
            files=_README,
            text=r"\S",
            wanted="There is no README with text.",
            against=("DOC101", "DOC102"),
        ),
        _Criterion(
            points=7,
            title="Each claim has code that proves it",
            files=_README,
            text=r"\S",
            wanted="There is no README with text.",
            against=("CLM101",),
        ),
        _Criterion(
            points=5,
            title="The documents are whole: no placeholder, no dead link, no broken text",
            files=("*.md", "*.rst"),
            wanted="There is no document.",
            against=("DOC103", "DOC104", "DOC105", "DOC106", "TXT101"),
        ),
        _Criterion(
            points=4,
            title="The takeaways are the owner's own words",
            files=_README,
            text=r"\S",
            wanted="There is no README with text.",
            against=("DOC102", "DOC107"),
        ),
        _Criterion(
            points=3,
            title="A diagram shows the data model",
            files=("*.md",),
            text=r"(?i)erDiagram|!\[[^]]*\b(erd|entity)\b|\(\S*\berd\b\S*\.(png|svg|jpe?g|pdf)\b",
            wanted="There is no ERD.",
        ),
        _Criterion(
            points=3,
            title="Slides and a video are linked",
            files=("*.md",),
            text=r"\b([Ss]lides?|[Dd]eck|[Pp]resentation|[Vv]ideo|[Dd]emo)\b[^\n]*https?://",
            wanted="No document links the slides or the video.",
        ),
    ),
}


def score(repo: Repo, findings: Sequence[Finding]) -> tuple[Area, ...]:
    """How a repo does by the rubric.

    Args:
        repo: The repo.
        findings: What the checks find; what is ignored for a reason does not count.
    """
    return tuple(
        Area(title=title, results=tuple(each.judge(repo, findings) for each in criteria))
        for title, criteria in _RUBRIC.items()
    )
