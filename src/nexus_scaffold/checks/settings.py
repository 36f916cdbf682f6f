"""Settings and secrets: nothing secret in the repo, nothing unsafe outside development."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from . import reading
from .base import Check, Place, Severity
from .repo import Repo

# Named like an environment file: one to be copied, the one of the tests, the types of one.
_NO_ENVIRONMENT = re.compile(r"example|sample|template|dist|[._](test|testing|ci)(\.|$)|\.ts$")
_ASSIGNED = re.compile(r"^(?:export[ \t]+)?([A-Za-z]\w*)[ \t]*=[ \t]*(.*)", re.MULTILINE)
# What a front end's build puts into the page: everybody reads it there.
_PUBLIC = re.compile(r"VITE_|NEXT_PUBLIC_|REACT_APP_|EXPO_PUBLIC_|NUXT_PUBLIC_|PUBLIC_")
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+\S{20}")
_SECRET_NAME = re.compile(r"(?:^|_)(?:password|passwd|secret|token|api_?key)$", re.IGNORECASE)
# What stands where a secret could, and is none: a rate, a dotted path, the name of a field.
_NO_SECRET = re.compile(
    r"\d+/\w+|\w+(\.\w+)+|[a-z]+_(token|password|secret|key)|.*your[-_ ].*|.{0,3}|.*[{<$%].*"
)
# The tokens of services, which nothing else looks like.
_TOKEN = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,}|glpat-[\w-]{20}|xox[abprs]-[\w-]{20,}"
    r"|[sr]k_live_[0-9A-Za-z]{24,}|SG\.[\w-]{22}\.[\w-]{43}|dckr_pat_[\w-]{27}|npm_[A-Za-z0-9]{36}"
    r"|CHASECK(?:_TEST)?-[A-Za-z0-9]{32})\b"
)
# How they begin: most files hold none of these, and finding that out is quick.
_TOKEN_STARTS = (
    "AKIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "k_live_", "SG.",
    "dckr_pat_", "npm_", "CHASECK",
)  # fmt: skip
_LIMITS = (
    "throttl", "Throttl", "THROTTL", "ratelimit", "rate_limit", "RateLimit", "RATE_LIMIT", "axes", "defender",
)  # fmt: skip
_PERMISSIONS = (
    "permission_classes", "PERMISSION_CLASSES", "get_permissions", "IsAuthenticated", "login_required",
    "PermissionRequired",
)  # fmt: skip
_PASSWORD_IN_URL = re.compile(r"://[^\s:/@${]+:([^\s:/@${][^\s/@]*)@")


class SET101(Check):
    """No environment file with values is committed."""

    severity = Severity.ERROR
    why = "Whoever can read the repo has its secrets, and git keeps them."
    mend = "git rm --cached it, add it to .gitignore, and change every secret that it held: git keeps what was committed."

    def places(self, repo: Repo) -> Iterator[Place]:
        configuration = _configuration(repo)
        for name in repo.matching(".env", ".env.*", "*.env"):
            if name in configuration or _NO_ENVIRONMENT.search(name):
                continue
            if name in repo.tracked and _holds_secrets(repo, name):
                yield name, None, "An environment file is tracked by git."


class SET102(Check):
    """An example lists the environment variables that the settings read."""

    why = "Whoever clones the repo has to guess what it needs to start."
    mend = "Write .env.example with the name of each variable, a word on it, and no secret."

    def places(self, repo: Repo) -> Iterator[Place]:
        reads = [n for n in reading.settings(repo) if reading.reads_environment(repo, n)]
        files = repo.matching("*env*")
        if reads and not any(reading.EXAMPLE.search(PurePosixPath(name).name) for name in files):
            message = "The settings read the environment, and no .env.example says what."
            yield reads[0], None, message


class SET103(Check):
    """The secret key comes from the environment."""

    severity = Severity.ERROR
    why = "Who knows the key can forge sessions, password resets and signed data."
    mend = (
        "Read it from the environment, without a default outside development, and make a new one."
    )

    def places(self, repo: Repo) -> Iterator[Place]:
        for name, number, value in _deployed(repo, "SECRET_KEY"):
            if _text(value):
                yield name, number, "SECRET_KEY is written in the code."
            elif any(map(_text, _defaults(value))) and not _refuses(
                repo.module(name), "SECRET_KEY"
            ):
                yield name, number, "SECRET_KEY has a default in the code."


class SET104(Check):
    """Debug mode is off unless it is asked for."""

    severity = Severity.ERROR
    why = "An error page of debug mode shows code, settings and data to whoever asks."
    mend = "Set DEBUG = False in the shared settings and True in the development settings alone."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name, number, value in _deployed(repo, "DEBUG"):
            if _is_true_by_default(value):
                yield name, number, "DEBUG is on, or on by default."


class SET105(Check):
    """The hosts that the project answers to are named."""

    why = "With any host let in, a forged Host header gets into links, mails and caches."
    mend = "Read ALLOWED_HOSTS from the environment, without '*'."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name, number, value in _deployed(repo, "ALLOWED_HOSTS"):
            if any(_text(item) == "*" for item in ast.walk(value)):
                yield name, number, "ALLOWED_HOSTS lets every host in."


class SET106(Check):
    """No private key is committed."""

    severity = Severity.ERROR
    why = "Whoever can read the repo can sign and decrypt as its owner."
    mend = "Take it out, read it from the environment, and make a new one: git keeps what was committed."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in repo.matching(
            "*.pem", "*.key", "*.py", "*.env*", "*.y*ml", "*.json", "*.toml", "id_rsa"
        ):
            text = repo.text(name)
            if "PRIVATE KEY-----" in text and (found := _PRIVATE_KEY.search(text)):
                yield name, reading.line_of(text, found.start()), "A private key."


class SET107(Check):
    """No setting has a password for its default."""

    severity = Severity.ERROR
    why = (
        "Where the variable is forgotten, the project runs with a password that everybody can read."
    )
    mend = "Take the default out: what is secret has none outside development."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in reading.deployed_settings(repo):
            for number, setting, value in _secrets(repo.module(name)):
                if not _NO_SECRET.fullmatch(value):
                    yield name, number, f"{setting} is written in the settings."


class SET108(Check):
    """Production speaks HTTPS alone."""

    why = "Passwords, tokens and cookies go over the network in clear."
    mend = "Set SECURE_SSL_REDIRECT, SECURE_HSTS_SECONDS, SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE in production's settings."

    def places(self, repo: Repo) -> Iterator[Place]:
        names = list(reading.deployed_settings(repo))
        secure = ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE")
        if reading.is_project(repo) and not reading.mentions(repo, names, *secure):
            yield _deployed_last(repo, names), None, "No setting asks for HTTPS."


class SET109(Check):
    """The front ends that browsers let in are named."""

    why = "Any site that a user visits can read what the API answers them."
    mend = "Name them in CORS_ALLOWED_ORIGINS, from the environment."

    def places(self, repo: Repo) -> Iterator[Place]:
        for setting in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"):
            for name, number, value in _deployed(repo, setting):
                if _is_true_by_default(value):
                    yield name, number, f"{setting} is on, or on by default."


class SET110(Check):
    """Production's database is a server."""

    why = "A file of SQLite is lost with the container or machine that holds it, and takes one writer at a time."
    mend = "Read DATABASE_URL in production's settings, without a default, and let PostgreSQL be the only choice."

    def places(self, repo: Repo) -> Iterator[Place]:
        production = reading.production_settings(repo)
        if reading.mentions(repo, production, "DATABASE_URL", "POSTGRES", "DB_NAME", "DB_HOST"):
            return
        for name, number, value in _deployed(repo, "DATABASES"):
            if "sqlite" in ast.unparse(value):
                yield name, number, "The database is a file of SQLite, or falls back to one."


class SET111(Check):
    """No password is written in a Compose file or a manifest."""

    why = "Everybody can read it, and whoever starts the servers keeps it."
    mend = "Write ${NAME:?} in its place, and give the value in .env, which git ignores."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in reading.compose_files(repo):
            for number, line in repo.lines(name):
                if setting := _written_password(line):
                    yield name, number, f"{setting} is written in the file."
        for name in repo.matching("*.yaml", "*.yml"):
            text = repo.text(name)
            if not re.search(r"^kind: *Secret$", text, re.MULTILINE) or reading.EXAMPLE.search(
                name
            ):
                continue
            for document in map(reading.mapping, reading.yaml_documents(text)):
                given = {
                    **reading.mapping(document.get("data")),
                    **reading.mapping(document.get("stringData")),
                }
                if document.get("kind") == "Secret" and any(map(_is_filled_in, given.values())):
                    yield name, None, "A Secret with its values is in the repo."


class SET112(Check):
    """The project says what it logs."""

    severity = Severity.NOTE
    why = (
        "Without LOGGING, Django says little in production, and nothing tells which request failed."
    )
    mend = "Set LOGGING: to the console, with a level from the environment."

    def places(self, repo: Repo) -> Iterator[Place]:
        names = list(reading.settings(repo))
        if reading.is_project(repo) and not reading.mentions(
            repo, names, "LOGGING", "logging", "structlog", "loguru"
        ):
            yield _deployed_last(repo, names), None, "LOGGING is not set."


class SET113(Check):
    """An API limits how often it is asked."""

    why = "Nothing slows down who tries one password after another, or takes all of the server."
    mend = "Set DEFAULT_THROTTLE_CLASSES and DEFAULT_THROTTLE_RATES in REST_FRAMEWORK, and a low rate for logging in."

    def places(self, repo: Repo) -> Iterator[Place]:
        framework = _rest_framework(repo)
        if framework and not reading.mentions(repo, reading.code(repo), *_LIMITS):
            yield framework, None, "Nothing limits the rate of requests."


class SET114(Check):
    """Git ignores the environment file."""

    severity = Severity.ERROR
    why = "The next `git add .` commits every secret in it."
    mend = "Add a line .env to .gitignore."

    def places(self, repo: Repo) -> Iterator[Place]:
        names = [*reading.settings(repo), *repo.matching("*env*.py")]
        if not reading.is_project(repo) or not reading.mentions(
            repo, names, "load_dotenv", "read_env", "decouple", "environ.Env", "'.env'", '".env"'
        ):
            return
        ignored = {
            line.strip().lstrip("/").removeprefix("**/")
            for name in repo.matching(".gitignore")
            for _, line in repo.lines(name)
        }
        if not ignored & {".env", "*.env", ".env*", ".env.*", ".env/", "**.env", "*env"}:
            yield ".gitignore", None, "The settings read .env, and .gitignore does not name it."


class SET115(Check):
    """Development and production have settings of their own."""

    severity = Severity.NOTE
    why = "What is safe on one's own machine is a switch away from production."
    mend = "Make a package of settings: base, development, test and production."

    def places(self, repo: Repo) -> Iterator[Place]:
        names = list(reading.settings(repo))
        if len(names) == 1 and reading.is_project(repo):
            yield names[0], None, "One module of settings serves every environment."


class SET116(Check):
    """An API asks who is there."""

    severity = Severity.ERROR
    why = "Where nothing is said, Django REST framework lets everybody read and write everything."
    mend = "Set DEFAULT_PERMISSION_CLASSES to IsAuthenticated in REST_FRAMEWORK, and open single views by name."

    def places(self, repo: Repo) -> Iterator[Place]:
        framework = _rest_framework(repo)
        code = reading.code(repo)
        views = reading.mentions(repo, code, "APIView", "ViewSet", "@api_view", "generics.")
        if framework and views and not reading.mentions(repo, code, *_PERMISSIONS):
            yield framework, None, "No view and no setting asks for a permission."


class SET117(Check):
    """No token of a service is committed."""

    severity = Severity.ERROR
    why = "Robots find such tokens within minutes, and use them."
    mend = "Revoke it at the service, take it out, and read a new one from the environment: git keeps what was committed."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in repo.matching(
            "*.py", "*.y*ml", "*.json", "*.toml", "*.js", "*.ts", "*.html", "*.md", "*.txt", "*.sh", "*env*",
            "*.ini", "*.cfg", "Dockerfile*", "Jenkinsfile", "*.http",
        ):  # fmt: skip
            if not reading.mentions(repo, [name], *_TOKEN_STARTS):
                continue
            for found in _TOKEN.finditer(repo.text(name)):
                # xxxx…, 0000… and their like stand for a token.
                if len(set(found[0][-12:])) > 6 and not re.search(r"(?i)example|x{4}", found[0]):
                    number = reading.line_of(repo.text(name), found.start())
                    yield name, number, f"A token that begins with {found[0][:6]}."


CHECKS = (
    SET101, SET102, SET103, SET104, SET105, SET106, SET107, SET108, SET109, SET110, SET111, SET112, SET113,
    SET114, SET115, SET116, SET117,
)  # fmt: skip


def _configuration(repo: Repo) -> set[str]:
    """The files that Kustomize makes ConfigMaps of: nothing in them is secret."""
    found = set()
    for name in repo.matching("kustomization.y*ml"):
        generators = reading.yaml_mapping(repo.text(name)).get("configMapGenerator")
        for generator in map(reading.mapping, reading.sequence(generators)):
            for file in reading.sequence(generator.get("envs")):
                found.add((PurePosixPath(name).parent / str(file)).as_posix())
    return found


def _deployed_last(repo: Repo, names: list[str]) -> str:
    """The module that decides in production."""
    return next(iter(reading.production_settings(repo)), names[0])


def _rest_framework(repo: Repo) -> str:
    """The settings module that installs Django REST framework; empty where none does."""
    names = reading.settings(repo)
    return next((n for n in names if re.search(r"[\"']rest_framework[\"']", repo.text(n))), "")


def _deployed(repo: Repo, setting: str) -> Iterator[tuple[str, int, ast.expr]]:
    """Where a setting gets the value that a deployment has: module, line and value.

    What a condition on development decides is left out, and so is what production's settings set anew.
    """
    production = {
        PurePosixPath(name).parent
        for name in reading.production_settings(repo)
        if any(target == setting for target, _, _ in _assignments(repo.module(name)))
    }
    for name in reading.deployed_settings(repo):
        path = PurePosixPath(name)
        if path.parent in production and not reading.PRODUCTION.search(path.stem):
            continue
        values = [
            (n, value) for target, n, value in _assignments(repo.module(name)) if target == setting
        ]
        if values:
            number, value = values[-1]  # the last one holds
            yield name, number, _in_production(value)


def _assignments(module: ast.Module | None) -> Iterator[tuple[str, int, ast.expr]]:
    """The names that a module of settings sets for production: name, line, value."""
    for node in _statements(module.body if module else []):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.lineno, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.lineno, node.value


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run in production, as far as their conditions tell."""
    for node in body:
        if isinstance(node, ast.If):
            if (branch := _branch(node.test)) is not None:
                yield from _statements(node.body if branch else node.orelse)
        elif isinstance(node, ast.Try):
            yield from _statements([*node.body, *node.orelse, *node.finalbody])
        elif isinstance(node, ast.With):
            yield from _statements(node.body)
        else:
            yield node


def _branch(test: ast.expr) -> bool | None:
    """Whether a condition holds in production; None where it does not tell."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _branch(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return None
    words = ast.unparse(test)
    unlike = False
    if isinstance(test, ast.Compare):
        is_false = isinstance(test.comparators[0], ast.Constant) and not test.comparators[0].value
        unlike = isinstance(test.ops[0], ast.NotEq | ast.IsNot | ast.NotIn) != is_false
    if reading.PRODUCTION.search(words):
        return not unlike
    return unlike if reading.DEVELOPMENT.search(words) else None


def _refuses(module: ast.Module | None, setting: str) -> bool:
    """Whether a module ends the start for some value of a setting: for its default, surely."""
    return any(
        isinstance(node, ast.If)
        and setting in ast.unparse(node.test)
        and any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        for node in (ast.walk(module) if module else ())
    )


def _in_production(value: ast.expr) -> ast.expr:
    """What `a if DEBUG else b` is in production."""
    if isinstance(value, ast.IfExp) and (branch := _branch(value.test)) is not None:
        return value.body if branch else value.orelse
    return value


def _text(node: ast.AST) -> str:
    """The text of a constant; empty for what is none."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _defaults(value: ast.expr) -> list[ast.expr]:
    """What `env("X", "y")`, `config("X", default="y")` and `os.environ.get("X") or "y"` fall back to."""
    if isinstance(value, ast.BoolOp):
        return [value.values[-1], *(d for item in value.values for d in _defaults(item))]
    if isinstance(value, ast.Call):
        return [*value.args[1:], *(k.value for k in value.keywords if k.arg == "default")]
    return []


def _secrets(module: ast.Module | None) -> Iterator[tuple[int, str, str]]:
    """The passwords and tokens that settings hold: their line, name and text."""
    for statement in _statements(module.body if module else []):
        if (
            isinstance(statement, ast.Assign)
            and reading.last_name(statement.targets[0]) == "SECRET_KEY"
        ):
            continue  # SET103 says so
        for node in ast.walk(statement):
            pairs: list[tuple[str, ast.expr]] = []
            if isinstance(node, ast.Dict):
                pairs = [(_text(k), v) for k, v in zip(node.keys, node.values, strict=True) if k]
            elif isinstance(node, ast.Assign):
                pairs = [(reading.last_name(target), node.value) for target in node.targets]
            elif isinstance(node, ast.Call) and node.args:
                pairs = [(_text(node.args[0]), default) for default in _defaults(node)]
            for name, value in pairs:
                if _SECRET_NAME.search(name) and (text := _text(value)):
                    yield value.lineno, name, text


def _is_true_by_default(value: ast.expr) -> bool:
    """`True`, or a call such as `env.bool("DEBUG", True)` or `config("DEBUG", default=True)`."""
    if isinstance(value, ast.Constant):
        return value.value is True
    if isinstance(value, ast.Call):
        if isinstance(value.func, ast.Attribute) and value.func.attr in {"lower", "strip"}:
            return _is_true_by_default(value.func.value)
        return any(
            isinstance(item, ast.Constant) and str(item.value).lower() in {"true", "1", "yes", "on"}
            for item in _defaults(value)
        )
    if isinstance(value, ast.Compare):
        return isinstance(value.ops[0], ast.Eq | ast.In) and _is_true_by_default(value.left)
    return False


def _written_password(line: str) -> str:
    """The name of the password that a line of a Compose file holds; empty for none, and for `${NAME}`."""
    found = re.match(r"\s*(?:-\s*)?[\"']?([A-Z][A-Z0-9_]*)[\"']?\s*[:=]\s*[\"']?([^\s\"'#]+)", line)
    if not found or found[2].startswith("$"):
        return ""
    name, value = found[1], found[2]
    secret = re.search(r"(PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|SECRET_KEY|_PASS)$", name)
    return name if secret or _PASSWORD_IN_URL.search(value) else ""


def _holds_secrets(repo: Repo, name: str) -> bool:
    """Whether an environment file has more than public values; in .env itself, places for them are enough."""
    values = [v for n, v in _ASSIGNED.findall(repo.text(name)) if not _PUBLIC.match(n)]
    return any(map(_is_filled_in, values)) or (bool(values) and PurePosixPath(name).name == ".env")


def _is_filled_in(value: object) -> bool:
    """Whether a value is more than a place for one."""
    return bool(value) and not re.search(r"(?i)change|replace|your|example|[<${]|^x+$", str(value))
