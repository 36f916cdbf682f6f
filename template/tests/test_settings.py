"""The settings of each environment, as a process of its own reads them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jwt
from django.conf import settings

from apps.core.management.commands.create_env import SECRETS, rsa_private_key

ROOT = Path(settings.BASE_DIR)
SYSTEM = ("PATH", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")
PRODUCTION = {
    "ALLOWED_HOSTS": "api.example.org",
    "DATABASE_URL": "postgres://user:password@localhost:5432/name",
    "DEFAULT_FROM_EMAIL": "hello@example.org",
    "EMAIL_URL": "submission://user:password@mail.example.org:587",
    "FRONTEND_URL": "https://example.org",
    "JWT_PRIVATE_KEY": rsa_private_key(),
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}


def python(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run code with nothing in the environment but what is given."""
    system = {name: os.environ[name] for name in SYSTEM if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={**system, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def production(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Read the production settings, with changes to the environment: None removes a name."""
    environment = {**PRODUCTION, **changes}
    return python(
        "import config.settings.production",
        {name: value for name, value in environment.items() if value is not None},
    )


def test_production_starts_when_all_is_there() -> None:
    assert production(DEBUG="false").stderr == ""


def test_production_refuses_to_start_without_its_values() -> None:
    """S05, T11: nothing that production needs has a default."""
    result = production(**dict.fromkeys(PRODUCTION))

    assert result.returncode == 1
    assert "ImproperlyConfigured" in result.stderr
    missing = re.findall(r"^- (\w+): Environment variable not set.$", result.stderr, re.MULTILINE)
    assert missing == sorted(PRODUCTION)


def test_production_names_all_that_is_wrong_at_once() -> None:
    """S05: SQLite, DEBUG, weak and malformed secrets are refused, in one message."""
    wrong = {
        "DATABASE_URL": "sqlite:///db.sqlite3",
        "DEBUG": "true",
        "JWT_PRIVATE_KEY": "-----BEGIN NOTHING-----",
        "SECRET_KEY": "secret",
        "ALLOWED_HOSTS": "*",
        "FRONTEND_URL": "",
        "LOG_LEVEL": "LOUD",
    }

    result = production(**wrong)

    assert result.returncode == 1
    assert re.findall(r"^- (\w+):", result.stderr, re.MULTILINE) == sorted(wrong)
    assert "BEGIN NOTHING" not in result.stderr


def test_production_passes_djangos_deployment_check() -> None:
    """T02, S05: HTTPS, HSTS, secure cookies and headers."""
    environment = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    code = (
        "from django.core.management import execute_from_command_line as run;"
        "run(['manage.py', 'check', '--deploy', '--fail-level', 'WARNING'])"
    )

    result = python(code, environment)

    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_production_pools_its_connections_and_trusts_one_proxy() -> None:
    """C15: as many connections as threads."""
    code = (
        "import json; from config.settings import production as settings;"
        "print(json.dumps([settings.DATABASES['default']['OPTIONS']['pool']['max_size'],"
        "settings.SECURE_PROXY_SSL_HEADER, settings.HEADLESS_JWT_ALGORITHM]))"
    )

    result = python(code, {**PRODUCTION, "DATABASE_POOL_MAX_SIZE": "7"})

    assert json.loads(result.stdout) == [7, ["HTTP_X_FORWARDED_PROTO", "https"], "RS256"]


def test_a_list_may_have_spaces() -> None:
    """S05: `a, b` is two hosts, not one and a typing error."""
    code = "from config.settings import production as settings; print(settings.ALLOWED_HOSTS)"

    result = python(code, {**PRODUCTION, "ALLOWED_HOSTS": "a.example.org, b.example.org"})

    assert result.stdout.strip() == "['a.example.org', 'b.example.org']"


def test_mail_is_sent_as_its_address_says() -> None:
    code = (
        "import json, django; from django.conf import settings; django.setup();"
        "from django.core import mail; mailers = getattr(mail, 'mailers', None);"
        "connection = mailers['default'] if mailers else mail.get_connection();"
        "print(json.dumps([connection.host, connection.port, connection.username,"
        "connection.use_tls, connection.timeout]))"
    )

    result = python(code, {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "config.settings.production"})

    assert json.loads(result.stdout) == ["mail.example.org", 587, "user", True, 10], result.stderr


def test_development_starts_with_nothing() -> None:
    """H09: a default for each value, and no secret that everybody knows."""
    code = (
        "from environs import Env; Env.read_env = lambda *args, **kwargs: None;"
        "from config.settings import development as settings; print(settings.SECRET_KEY)"
    )

    first, second = (python(code, {}) for _ in range(2))

    assert first.returncode == 0, first.stderr
    assert first.stdout != second.stdout


def test_development_signs_its_tokens_with_the_key_that_it_is_given() -> None:
    """T12: nothing else has imported what reads the key, as in a server that has just started."""
    code = (
        "import django; django.setup();"
        "from allauth.headless.tokens.strategies.jwt import internal;"
        "print(internal.create_token('access', sub='1', sid='1', expires_in=60)[0])"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "JWT_PRIVATE_KEY": PRODUCTION["JWT_PRIVATE_KEY"],
    }

    result = python(code, environment)

    assert result.returncode == 0, result.stderr
    assert jwt.get_unverified_header(result.stdout.strip())["alg"] == "RS256"


def test_the_example_names_all_that_is_read_and_nothing_else() -> None:
    """S05, H09: `.env.example` is complete, by what the settings and the server really read."""
    code = """
import importlib, json, sys
from environs import Env

names, get = set(), Env._get_value
Env._get_value = lambda self, name, default: (names.add(name), get(self, name, default))[1]
Env.read_env = lambda *args, **kwargs: None
Env.seal = lambda self: None
import granian
granian.Granian = lambda *args, **kwargs: type("Server", (), {"serve": lambda self: None})()
for name in ("settings.development", "settings.test", "settings.production"):
    importlib.import_module(f"config.{name}")
from config import server
server.main()
print(json.dumps(sorted(names)))
"""
    read = python(code, PRODUCTION)
    assert read.returncode == 0, read.stderr
    read_elsewhere = {"DJANGO_SETTINGS_MODULE", *SECRETS}

    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE)

    assert sorted(named) == sorted({*json.loads(read.stdout.splitlines()[-1]), *read_elsewhere})


def test_the_example_holds_no_secret() -> None:
    """S05: secrets are made by `manage.py create_env`."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    active = [line for line in example.splitlines() if line and not line.startswith("#")]

    assert active == [f"{name}=" for name in SECRETS]
