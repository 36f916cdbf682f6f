"""Claims: does the repo hold what its documents say that it uses?

A technology is claimed where the words say that *this* project has it: in a list of its stack or of its features, or in
a sentence about it ("This API uses Redis", "Built with Django and PostgreSQL"). No claim is

- what is learnt, planned, optional, denied or given as an example, and what stands in code or in an address;
- what a page tells of the program: a repo without code that documents learnings claims to have learnt, and no more.

In a repo with code the technologies, challenges and solutions that its README lists are what was done here: that is what a
reviewer holds against the code, so there each of them is a claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from .base import Check, Place, Severity
from .markdown import Heading, Markdown, parse
from .repo import Repo


@dataclass(frozen=True, kw_only=True)
class Technology:
    """Something that documents name and code shows.

    Attributes:
        name: What people call it.
        named: How documents name it, an expression.
        files: Patterns of the files that show it.
        code: What shows it in code, settings and lists of dependencies, an expression in lower case; none where files
            alone do.
    """

    name: str
    named: str
    files: tuple[str, ...] = ()
    code: str = ""


_WORKFLOWS = (".github/workflows/*.yml", ".github/workflows/*.yaml")
_PIPELINES = (
    *_WORKFLOWS,
    *("Jenkinsfile*", ".travis.yml", ".gitlab-ci.yml", ".circleci/*", "azure-pipelines.yml"),
    "bitbucket-pipelines.yml",
)
_COMPOSE = ("compose*.y*ml", "docker-compose*.y*ml")
_IMAGES = ("Dockerfile*", "dockerfile*", "*.Dockerfile", "Containerfile", *_COMPOSE)

TECHNOLOGIES = (
    Technology(name="Docker Compose", named="docker[- ]compose", files=_COMPOSE),
    Technology(name="Docker", named=r"docker(?:i[sz]ed)?(?![- ]compose)", files=_IMAGES),
    Technology(
        name="Kubernetes",
        named="kubernetes|k8s",
        files=("*k8s/*", "*kubernetes/*", "*helm/*", "Chart.yaml", "kustomization.y*ml"),
        code=r"^kind: *(?:deployment|statefulset|pod)\b",
    ),
    Technology(name="Jenkins", named="jenkins", files=("Jenkinsfile*",)),
    Technology(name="Travis CI", named="travis(?: ci)?", files=(".travis.yml",)),
    Technology(name="GitLab CI", named="gitlab ci", files=(".gitlab-ci.yml",)),
    Technology(name="CircleCI", named="circle ?ci", files=(".circleci/*",)),
    Technology(name="GitHub Actions", named="github actions", files=_WORKFLOWS),
    Technology(name="CI/CD", named=r"ci ?/ ?cd|continuous integration", files=_PIPELINES),
    Technology(name="Celery", named="celery", code="celery"),
    Technology(name="RabbitMQ", named="rabbit ?mq", code="rabbitmq|amqp"),
    Technology(name="Kafka", named="(?:apache )?kafka", code="kafka"),
    Technology(name="Redis", named="redis", code="redis"),
    Technology(name="Memcached", named="memcached", code="memcache"),
    Technology(name="PostgreSQL", named="postgres(?:ql)?", code="postgres|psycopg"),
    Technology(name="MySQL", named="mysql|mariadb", code="mysql|mariadb"),
    Technology(name="MongoDB", named="mongo ?db", code="mongo"),
    Technology(name="Elasticsearch", named="elastic ?search", code="elasticsearch|opensearch"),
    Technology(
        name="GraphQL", named="graphql|graphene", code="graphene|strawberry|ariadne|graphql"
    ),
    Technology(
        name="Django REST Framework",
        named="django[- ]rest[- ]framework|drf",
        code="rest_framework|djangorestframework",
    ),
    Technology(name="JWT", named=r"jwts?|json web tokens?", code=r"jwt|\bjose\b"),
    Technology(name="OAuth", named="oauth ?2?", code="oauth|allauth|social_(?:auth|django)"),
    Technology(
        name="OpenAPI",
        named=r"swagger(?: ui)?|openapi|redoc|drf[- ]yasg|drf[- ]spectacular",
        code="drf_yasg|drf-yasg|spectacular|swagger|openapi|redoc|ninja",
    ),
    Technology(
        name="asynchronous code",
        named="asynchronous (?:programming|views?|code)|async/await|async views?|asyncio",
        code=r"async def|asyncio|celery|shared_task|django_q|django_rq|dramatiq|huey",
    ),
    Technology(name="pytest", named="pytest", files=("pytest.ini",), code=r"pytest"),
    Technology(
        name="unit tests",
        named=r"(?:unit|integration|automated) tests?|unit (?:and|&|\+) integration tests?|test suite|test coverage",
        code=r"^\s*(?:async )?def test|testcase\b|\b(?:describe|it)\(",
    ),
    Technology(name="caching", named="caching|cached responses", code="cache|redis"),
    Technology(
        name="rate limiting",
        named=r"rate[- ]limit(?:s|ing|ed)?|throttling|throttled",
        code="throttl|rate_limit|rate-limit|ratelimit|limiter|limit_req|axes",
    ),
    Technology(name="WebSockets", named="web ?sockets?|django channels", code="channels|websocket"),
    Technology(name="nginx", named="nginx", files=("*nginx*",), code="nginx"),
    Technology(name="Gunicorn", named="gunicorn", code="gunicorn"),
    Technology(name="Prometheus", named="prometheus", code="prometheus"),
    Technology(name="Grafana", named="grafana", code="grafana"),
    Technology(name="Sentry", named="sentry", code="sentry"),
    Technology(name="OpenTelemetry", named="opentelemetry", code="opentelemetry|otel"),
    Technology(
        name="Amazon S3", named="(?:amazon|aws) s3|s3 bucket", code=r"boto3|storages|\bs3\b|minio"
    ),
    Technology(name="Cloudinary", named="cloudinary", code="cloudinary"),
    Technology(name="Terraform", named="terraform", files=("*.tf",)),
    Technology(
        name="Ansible", named="ansible", files=("ansible.cfg", "*playbook*.y*ml", "*ansible/*")
    ),
    Technology(name="Chapa", named="chapa", code="chapa"),
    Technology(name="Stripe", named="stripe", code="stripe"),
    Technology(name="PayPal", named="paypal", code="paypal"),
    Technology(name="TMDb", named="tmdb", code="tmdb|themoviedb"),
    Technology(
        name="pre-commit", named="pre-commit(?: hooks?)?", files=(".pre-commit-config.y*ml",)
    ),
)

_EVIDENCE = (
    "*.py", "*.y*ml", "*.toml", "*.cfg", "*.ini", "*.conf", "*.sh", "*.tf", "*.[jt]s", "*.[jt]sx", "*.graphql", "package.json",
    "requirements*.txt", "requirements*.in", "requirements/*.txt", "Pipfile", "Dockerfile*", "*.Dockerfile", "Procfile",
    "Jenkinsfile*", "Makefile", ".env*", "*.env", "runtime.txt", "app.json", "vercel.json", "railway.json",
)  # fmt: skip
_LARGEST = 500_000

_STACK = re.compile(
    r"\btech\w* stack|\bstack\b|technolog(?:y|ies) used|\btools? used|built with|tools? (?:and|&) technolog|^\W*technolog(?:y|ies)\W*$",
    re.IGNORECASE,
)
_FEATURES = re.compile(r"\bfeatures?\b|\bsecurity\b|functionalit|capabilit", re.IGNORECASE)
_DONE = re.compile(r"technolog|challenge|solution|accomplish", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"future|roadmap|next\b|plan|coming|soon\b|will\b|improve|enhance|to.?do\b|prerequisite|requirement|optional|evaluat|criteria|rubric|\btasks?\b"
    r"|proposal|propose|suggest|recommend|commit|example|resource|reference|collaborat|contribut|alternativ"
    r"|project ideas|past (?:work|projects)|previous|frontend|glossary|troubleshoot|question|faq",
    re.IGNORECASE,
)
# A list of them says what is wanted; a sentence there may well say what is.
_AIMS = re.compile(r"goal|objective|scope", re.IGNORECASE)
_OF_THE_PROGRAM = re.compile(
    r"learn|covered|explored|concept|program|curriculum|skill|takeaway|practice|challenge|expertise|mastered|case study",
    re.IGNORECASE,
)
_HUB = re.compile(
    r"documentation (?:hub|repo)|knowledge (?:hub|base|cent)|documents? (?:the |my |our |all )?(?:\w+ )?(?:learning|journey|key|concepts)"
    r"|learnings? (?:from|gained|journey)|key (?:learnings|takeaways)|consolidat|reference (?:guide|hub)|showcas\w+ (?:my|key|the) \w*\s?(?:learn|skill|know)"
    r"|prodev (?:back|front)[- ]?end",
    re.IGNORECASE,
)
# Words that make a sentence something else than a statement on what is there.
_NO_CLAIM = re.compile(
    r"\b(?:will|would|could|should|may|might|must|can be|to be|planned?|plans?|planning|upcoming|coming|soon|future|later|next|optional(?:ly)?|if|unless"
    r"|wish|want|consider(?:ed|ing)?|recommend(?:ed)?|learn(?:t|ed|ing|s)?|explor\w*|understand\w*|stud(?:y|ied)|familiar|introduc\w*|cover(?:s|ed|ing)?"
    r"|concepts?|fundamentals|basics|principles|curriculum|course|program|instead|unlike|rather|alternatives?|versus|vs|compared|for example|e\.?g|such as|like|etc|not?|nor|none|never"
    r"|without|neither|lacks?|cannot|replac(?:e|es|ed)|remov(?:e|es|ed)|you|your|todo|ready|compatible|proposed|expected|goal|aims?|intend(?:s|ed)?)\b|n['\u2019]t\b|\?$",
    re.IGNORECASE,
)
_PROJECT = (
    r"\b(?:this|the|our|my)\s+(?:[\w-]+\s+){0,3}?(?:project|app(?:lication)?|api|backend|system|platform|service|repo(?:sitory)?|server)\b"
    r"|^\W*(?:it|we)\b"
)
_HAS = (
    r"\b(?:uses?|using|built (?:with|on|using|in)|powered by|implements?|integrates?(?: with)?|leverages?|relies on|rely on|runs? (?:on|in)|deployed (?:with|on|in|using)"
    r"|containeri[sz]ed(?: with| using)?|secured (?:by|with)|backed by|supports?|includes?|provides?|utili[sz]es?|combines?|is documented|employs?)\b"
)
_SAYS = re.compile(rf"(?:{_PROJECT})[^.!?]*?{_HAS}", re.IGNORECASE)
_BEGINS = re.compile(
    r"^\W*(?:(?:is\s+)?(?:built|powered|developed|deployed|containeri[sz]ed|documented|secured|tested|implemented|backed)\s+(?:with|using|by|on|via|in))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?]+(?:[.!?](?=\S)[^.!?]*)*[.!?]?")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s|^\s*\|")
_OPEN_TASK = re.compile(r"^\s*[-*+]\s+\[ \]")
_ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+|<[^>]+>|[\w.-]+@[\w.-]+|\[[^\]]*\]:.*")
_LINKED = re.compile(r"\]\((?!https?:|#|mailto:)[^)]+\)|https?://github\.com/\S+/(?:blob|tree)/")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A place where a document says that the project uses a technology.

    Attributes:
        document: The document.
        line: The line, from 1.
        technology: What it names.
        words: How it names it.
        linked: Whether there is a link to a file of the repo beside it.
    """

    document: str
    line: int
    technology: Technology
    words: str
    linked: bool


class CLM101(Check):
    """What the documents say that the project uses is there."""

    severity = Severity.ERROR
    why = (
        "A reviewer looks for it first of all, and after one claim without code believes no other."
    )
    mend = "Build it, or say what is true: that it was learnt, or that it is planned."

    def places(self, repo: Repo) -> Iterator[Place]:
        seen = set[tuple[str, str]]()
        for claim in claims(repo):
            place = (claim.document, claim.technology.name)
            if place in seen or any(evidence(repo, claim.technology)):
                continue
            seen.add(place)
            what = f"{claim.words!r} is named as used, and nothing shows it: no {_sought(claim.technology)}."
            yield claim.document, claim.line, what


class CLM102(Check):
    """What was learnt is linked to the code that proves it."""

    severity = Severity.NOTE
    why = "A reviewer follows a link; nobody searches a repo for what a list claims."
    mend = "Make the name, or a word behind it, a link to the file that the finding names."

    def places(self, repo: Repo) -> Iterator[Place]:
        unlinked: dict[str, dict[str, Claim]] = {}
        linked = set[tuple[str, str]]()
        for claim in claims(repo, learnings_only=True):
            if claim.linked:
                linked.add((claim.document, claim.technology.name))
            else:
                unlinked.setdefault(claim.document, {}).setdefault(claim.technology.name, claim)
        for document, by_name in unlinked.items():
            offers = [
                f"{name} ({found})"
                for name, claim in by_name.items()
                if (document, name) not in linked
                and (found := next(evidence(repo, claim.technology), ""))
            ]
            if offers:
                line = min(claim.line for claim in by_name.values())
                yield document, line, f"Without a link to its code: {', '.join(offers)}."


CHECKS = (CLM101, CLM102)


def evidence(repo: Repo, technology: Technology) -> Iterator[str]:
    """The files that show that the project uses a technology: the code that a claim can be linked to, the best first."""
    if technology.files:
        yield from repo.matching(*technology.files)
    if technology.code:
        shows = re.compile(technology.code, re.MULTILINE)
        for name in _code(repo):
            if shows.search(repo.text(name).lower()):
                yield name


def _sought(technology: Technology) -> str:
    """What would show a technology, for people."""
    words = technology.code.split("|") if re.fullmatch(r"[\w|.-]+", technology.code) else []
    sought = [*technology.files[:3], *words]
    if technology.code and not words:
        sought.append("code that does it")
    return ", ".join(sought)


def claims(repo: Repo, *, learnings_only: bool = False) -> Iterator[Claim]:
    """What the README and the documents claim, in their order.

    Args:
        repo: The repo.
        learnings_only: Whether the lists of what was learnt are meant, in a repo with code, and nothing else.
    """
    has_code = bool(repo.matching("*.py"))
    readme = (
        repo.readme if repo.readme and repo.readme.lower().endswith((".md", ".markdown")) else None
    )
    pages = [n for n in repo.matching("docs/*.md") if n != readme]
    if readme:
        for kind, claim in _claims_of(readme, repo.text(readme), has_code, True):
            if kind == "done" or not learnings_only:
                yield claim
    for name in () if learnings_only else pages:
        for _, claim in _claims_of(name, repo.text(name), has_code, False):
            yield claim


@lru_cache(maxsize=2048)
def _claims_of(
    name: str, text: str, has_code: bool, is_readme: bool
) -> tuple[tuple[str, Claim], ...]:
    """The claims of a document, each with the kind of text that it stands in."""
    document = parse(text)
    is_hub = not has_code and _is_hub(document)
    found = []
    for block in _blocks(document):
        is_item = _ITEM.match(block.text) is not None
        kind = _kind(
            block.headings, is_item=is_item, has_code=has_code and is_readme, is_hub=is_hub
        )
        # A page may well say what something ought to do.
        if kind and (is_readme or kind != "features"):
            found += [(kind, claim) for claim in _claims_in(name, block, kind)]
    return tuple(found)


@dataclass(frozen=True)
class _Block:
    """Lines that belong together: a paragraph, an item of a list or a row of a table, under its headings."""

    line: int
    text: str
    raw: str
    headings: tuple[str, ...]


@lru_cache(maxsize=512)
def _kind(headings: tuple[str, ...], *, is_item: bool, has_code: bool, is_hub: bool) -> str:
    """What stands under some headings: a list of the `stack` or of `features`, what was `done` here, `text`.

    Nothing where nothing can be claimed.
    """
    below = headings[1:]
    if any(map(_ELSEWHERE.search, below or headings)):
        return ""
    if is_item and any(map(_AIMS.search, below)):
        return ""
    if has_code and is_item and any(map(_DONE.search, below)):
        return "done"
    if is_hub or any(map(_OF_THE_PROGRAM.search, below)):
        return ""
    if is_item and any(map(_STACK.search, below)):
        return "stack"
    return "features" if is_item and any(map(_FEATURES.search, below)) else "text"


def _claims_in(name: str, block: _Block, kind: str) -> Iterator[Claim]:
    """The claims of a block."""
    for sentence in _SENTENCE.finditer(block.text):
        words = sentence[0]
        starts = 0
        if kind == "text":
            says = _SAYS.search(words) or _BEGINS.search(words)
            if says is None:
                continue
            starts = says.end()
        if _NO_CLAIM.search(words) or _OPEN_TASK.search(words):
            continue
        for technology in TECHNOLOGIES:
            found = _named(technology).search(words, starts)
            if found:
                position = sentence.start() + found.start()
                yield Claim(
                    document=name,
                    line=block.line + block.text.count("\n", 0, position),
                    technology=technology,
                    words=found[0],
                    linked=_LINKED.search(block.raw) is not None,
                )


def _blocks(document: Markdown) -> Iterator[_Block]:
    """A document's paragraphs, items and rows, with neither code nor addresses."""
    raw = dict(document.prose)
    headings = {heading.line: heading for heading in document.headings}
    above: list[Heading] = []
    start, lines = 0, list[str]()

    def block() -> _Block:
        whole = "\n".join(raw[number] for number in range(start, start + len(lines)))
        return _Block(start, "\n".join(lines), whole, tuple(h.text for h in above))

    last = 0
    for number, line in document.text:
        ends = not line.strip() or number in headings or _ITEM.match(line) or number != last + 1
        if ends and lines:
            yield block()
            lines = []
        if number in headings:
            above = [h for h in above if h.level < headings[number].level] + [headings[number]]
        elif line.strip():
            start = start if lines else number
            lines.append(_ADDRESS.sub(lambda found: " " * len(found[0]), line))
        last = number
    if lines:
        yield block()


def _is_hub(document: Markdown) -> bool:
    """Whether a README documents learnings: its title or what stands first says so."""
    first = [line for _, line in document.text if line.strip()][:12]
    return any(map(_HUB.search, first))


def _code(repo: Repo) -> Iterator[str]:
    """The files that can show what a project uses, those first to which one would link."""
    for name in sorted(
        repo.matching(*_EVIDENCE), key=lambda name: (name[0] == ".", "test" in name)
    ):
        if name != "pnpm-lock.yaml" and len(repo.data(name)) <= _LARGEST:
            yield name


@cache
def _named(technology: Technology) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/.-])(?:{technology.named})(?![\w/]|-\w)", re.IGNORECASE)


_NAMED = re.compile("|".join(technology.named for technology in TECHNOLOGIES), re.IGNORECASE)
