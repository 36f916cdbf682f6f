"""What must not be read in logs, errors and the admin: secrets and personal data.

Three things make a text a secret: it is one of our own (`own_secrets`), it has the form of one
(`_by_form`), or it came with the request or the task that is being served (`hide`). Because of the
last, it does not matter what the password of a user looks like.
"""

import datetime
import decimal
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

MASK = "***"
SHORTEST = 4  # of what came in: a shorter text tells nothing, and is part of every other
SHORTEST_OF_OURS = 8
DEEPEST = 20

PLAIN = (
    *(bool, int, float, type(None), uuid.UUID, decimal.Decimal),
    *(datetime.date, datetime.time, datetime.timedelta),
)

_NAMES = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|token|credential|signature|authorization|cookie"
    r"|api[_-]?key|private[_-]?key|access[_-]?key|session[_-]?(?:id|key)|csrf|recovery|jwt"
)
# The name of a key in data whose value is a secret.
_KEY = re.compile(
    rf"{_NAMES}|(?:^|[_-])(?:auth|card|code|cvc|cvv|iban|key|otp|pan|pin|seed|sig|totp)s?$"
    r"|card[_-]?number",
    re.IGNORECASE,
)
# The name of a setting that is one. Django's own pattern would take any with API or AUTH in it.
_SETTING = re.compile(r"(?:KEY|SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIALS|FALLBACKS)$", re.IGNORECASE)


def _mail(match: re.Match[str]) -> str:
    """Leave the first letter and the domain."""
    return f"{match[1]}{MASK}@{match[2]}"


def _card(match: re.Match[str]) -> str:
    """Mask what has the check digit of a card number (Luhn)."""
    digits = [int(digit) for digit in match[0] if digit.isdigit()]
    doubled = sum(sum(divmod(digit * 2, 10)) for digit in digits[-2::-2])
    return match[0] if (doubled + sum(digits[::-2])) % 10 else MASK


def _random(match: re.Match[str]) -> str:
    """Mask a long word that nobody has thought of: it changes its kind of letter all the time."""
    word = _UUID.sub("", match[0])
    changes = len(_CASES.findall(word)) + 2 * len(_DIGITS.findall(word))
    return MASK if len(word) >= 16 and changes >= 0.4 * len(word) else match[0]


def _password(match: re.Match[str]) -> str:
    """Mask a word of all kinds of letters, as rules for passwords ask for."""
    word = match[0]
    kinds = (str.isupper, str.islower, str.isdigit)
    plain = MASK in word or "://" in word or not _SYMBOL.search(word)
    return word if plain or not all(any(map(kind, word)) for kind in kinds) else MASK


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CASES = re.compile(r"[a-z](?=[A-Z])|[A-Z](?=[a-z])")
_DIGITS = re.compile(r"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])")
_SYMBOL = re.compile(r"[!#$%&?^*~+|\\]")

# The forms: what a text holds if a search is worth it, what is searched for, and what takes its
# place. Repetitions have a limit: no text, however long, makes a search slow.
_FORMS: list[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    ("-----BEGIN", re.compile(r"-----BEGIN .*?(?:-----END [A-Z ]{1,40}-----|\Z)", re.DOTALL), MASK),
    # scheme://user:password@host, but not host:port/@name
    (
        "://",
        re.compile(r"://[^\s/:@\"'<>]{0,128}:(?!\d{1,5}(?:[/?#]|$))[^\s\"'<>]{0,256}@"),
        f"://{MASK}@",
    ),
    # What follows "Basic" is a credential if it has a digit, a capital or a sign.
    (
        " ",
        re.compile(
            r"\b((?i:bearer|basic|digest|token|apikey)) +(?=[\w.~+/-]{0,64}[0-9A-Z=])[\w.~+/=-]{6,}"
        ),
        rf"\1 {MASK}",
    ),
    (
        "=",
        re.compile(
            rf"((?<![\w-])[\w-]{{0,30}}(?:{_NAMES})[\w-]{{0,20}}=[\"']?)[^\s&\"',;)]+",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    (
        "=",
        re.compile(r"([?&;](?:auth|code|key|otp|pin|sig|sid|state)=)[^\s&\"';]+", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    # "password": "…"
    (
        ":",
        re.compile(
            rf"([\"'](?:[\w-]{{0,30}}(?:{_NAMES})[\w-]{{0,20}}|code|cvc|cvv|key|otp|pin)[\"'] ?: ?)"
            r"(?:\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|\d+)",
            re.IGNORECASE,
        ),
        rf'\1"{MASK}"',
    ),
    # The keys of providers say what they are, and a JWT begins with {" in base64.
    (
        "",
        re.compile(
            r"\b(?:CHA(?:SECK|PUBK)(?:_TEST)?-[\w-]{4,}|CHAPA_\w{0,30}(?:PRIV|SECRET)_[\w-]{4,}"
            r"|[prs]k_(?:live|test)_\w{4,}|sk-[\w-]{16,}|whsec_[\w+/=]{8,}|gh[oprsu]_\w{16,}"
            r"|github_pat_\w{16,}|glpat-[\w-]{16,}|A[KS]IA[A-Z0-9]{12,}|xox[a-z]-[\w-]{8,}"
            r"|AIza[\w-]{20,}|SG\.[\w-]{16,}(?:\.[\w-]+)?|(?:npm|hf)_\w{16,}|pypi-[\w-]{16,}"
            r"|eyJ[\w-]{6,}(?:\.[\w-]*){0,4})"
        ),
        MASK,
    ),
    # base64, where slashes make it look like a path
    (
        "",
        re.compile(
            r"(?<![\w+/.-])(?=[^\sa-z]{0,99}[a-z])(?=[^\sA-Z]{0,99}[A-Z])(?=[^\s0-9]{0,99}[0-9])"
            r"[A-Za-z0-9+][A-Za-z0-9+/]{38,}={0,2}(?![\w.-])"
        ),
        MASK,
    ),
    ("", re.compile(r"(?<![A-Za-z0-9])(?:[0-9a-f]{32,}|[0-9A-F]{32,})(?![A-Za-z0-9])"), MASK),
    ("", re.compile(r"[A-Za-z0-9_-]{20,}"), _random),
    ("", re.compile(r"(?<![\w.+-])[0-9](?:[ -]?[0-9]){12,18}(?![\w-])"), _card),
    ("+", re.compile(r"(?<![\w+])\+[1-9][0-9]{0,2}(?:[ -]?[0-9]){7,11}(?!\w)"), MASK),
    (
        "@",
        re.compile(r"(?<![\w.%+-])([\w%+-])[\w.%+-]{0,63}@((?:[\w-]{1,63}\.){1,8}\w{2,24})"),
        _mail,
    ),
    ("", re.compile(r"[^\s\"'<>(){}\[\],;]{8,128}"), _password),
]
# A text without any of these has none of the forms.
_SUSPECT = re.compile(
    r"[A-Z0-9@=:]|-----|bearer|basic|digest|token|apikey|k_live|k_test|gh[oprsu]_|xox|glpat|whsec"
)

# Most segments of paths are a word or a number, or else made of letters, digits and a few signs.
_WORD = re.compile(rf"[a-z_.-]*|v?[0-9]{{1,9}}|{_UUID.pattern}")
_SEGMENT = re.compile(r"[\w.~-]*")
_FILE = re.compile(
    r"[\w .()~-]+\.(?:css|csv|docx?|gif|html?|ico|jpe?g|js|json|map|md|odt|pdf|php|png|svg|txt"
    r"|webmanifest|webp|woff2?|xlsx?|xml|ya?ml|zip)"
)

_hidden: ContextVar[Callable[[], Iterable[str]] | None] = ContextVar("hidden", default=None)


def redact(text: str) -> str:
    """Return a text without the secrets and the personal data that can be told by their form."""
    for secret in own_secrets():
        if secret in text:
            text = text.replace(secret, MASK)
    if hidden := _hidden.get():
        text = without(text, hidden())
    return _by_form(text)


def redact_path(path: str) -> str:
    """Return the path of a URL without what may be a secret.

    Slugs, ids, words and the names of files stay. A segment with other signs in it, or with upper
    case, lower case and digits together, is none of these.
    """
    return "/".join(map(_segment, path.split("/")))


def redact_value(value: Any) -> Any:
    """Return a value, however nested, without secrets: by the names of keys, and by form."""
    return _redact_value(value, 0)


def _redact_value(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, PLAIN):
        number = isinstance(value, int) and abs(value) >= 10**12
        return MASK if number and redact(str(value)) == MASK else value
    if depth == DEEPEST:
        return MASK
    if isinstance(value, dict):
        return {
            redact(str(key)): (
                MASK if _is_secret(str(key), inner) else _redact_value(inner, depth + 1)
            )
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact_value(inner, depth + 1) for inner in value]
    if isinstance(value, HttpRequest):
        return f"{value.method} {redact_path(value.path)}"
    return redact(str(value) if isinstance(value, Exception) else repr(value))


def _is_secret(key: str, value: Any) -> bool:
    """Return whether the name of a key says so; a status code or a count is none."""
    if value is None or isinstance(value, bool | float):
        return False
    return not (isinstance(value, int) and abs(value) < 1000) and _names_secret(key)


@lru_cache(maxsize=1024)
def _names_secret(key: str) -> bool:
    return bool(_KEY.search(key))


def _segment(segment: str) -> str:
    if _WORD.fullmatch(segment):
        return segment
    text = unquote(segment)
    if not _FILE.fullmatch(text):
        kinds = (str.isupper, str.islower, str.isdigit)
        if not _SEGMENT.fullmatch(text) or all(any(map(kind, text)) for kind in kinds):
            return MASK if text else segment
    redacted = _by_form(text)
    return segment if redacted == text else redacted


def _by_form(text: str) -> str:
    if not _SUSPECT.search(text):
        return text
    for sign, pattern, replacement in _FORMS:
        if sign in text:
            text = pattern.sub(replacement, text)
    return text


# Our own secrets


def own_secrets() -> tuple[str, ...]:
    """Return the secrets in the settings; read once, and none before there are settings."""
    return _own_secrets() if settings.configured else ()


@cache
def _own_secrets() -> tuple[str, ...]:
    own: Any = settings  # the types know nothing of is_overridden
    found = {
        secret
        for name in dir(settings)
        if name.isupper() and own.is_overridden(name)
        for secret in _secrets_in(name, getattr(settings, name))
        if len(secret) >= SHORTEST_OF_OURS
    }
    return tuple(sorted(found, key=len, reverse=True))


@receiver(setting_changed)
def _read_again(**kwargs: Any) -> None:
    _own_secrets.cache_clear()


def _secrets_in(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _secrets_in(str(key), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _secrets_in(name, inner)
    elif isinstance(value, str) and "://" in value:
        password = urlsplit(value).password or ""
        yield from {password, unquote(password)}
    elif isinstance(value, str) and _SETTING.search(name):
        yield value


# What came in


def hide(values: Callable[[], Iterable[str]] | None) -> None:
    """Let `redact` mask these values, too, for as long as the request or the task is served."""
    _hidden.set(values)


@contextmanager
def hiding(*values: Any) -> Iterator[None]:
    """Let `redact` mask the texts and numbers in these values, too."""
    token = _hidden.set(lambda: leaves(values))
    try:
        yield
    finally:
        _hidden.reset(token)


def leaves(value: Any) -> Iterator[str]:
    """Yield the texts and numbers in a value, and those names of keys that no programmer chose."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
            waiting += (key for key in map(str, value) if not key.isidentifier())
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, str):
            yield value
        elif isinstance(value, int | float | uuid.UUID) and not isinstance(value, bool):
            yield str(value)


def _quoted(value: str) -> set[str]:
    try:
        return {quote(value, safe=""), escape_uri_path(value)}
    except UnicodeEncodeError:  # half a character, which JSON may have and no URL has
        return set()


def without(text: str, values: Iterable[str], mask: str = MASK) -> str:
    """Return a text without these values, as they are or as Python, JSON and URLs spell them."""
    for value in sorted({value for value in values if len(value) >= SHORTEST}, key=len)[::-1]:
        for spelling in {value, repr(value)[1:-1], json.dumps(value)[1:-1], *_quoted(value)}:
            if spelling not in text:
                continue
            if len(spelling) >= SHORTEST_OF_OURS:
                text = text.replace(spelling, mask)
            else:  # a short one may be part of a word
                text = re.sub(rf"(?<!\w){re.escape(spelling)}(?!\w)", lambda _: mask, text)
    return text
