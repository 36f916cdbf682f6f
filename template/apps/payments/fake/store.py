"""What the fake Chapa knows: a file for each transaction, which outlives a restart."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

PROJECT = hashlib.sha256(str(settings.BASE_DIR).encode()).hexdigest()[:12]
FOLDER = Path(tempfile.gettempdir(), f"fake-chapa-{PROJECT}")


def add(transaction: dict[str, Any]) -> bool:
    """Keep a new transaction; return whether its reference is new, too."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with path(identifier(transaction["tx_ref"])).open("x", encoding="utf-8") as file:
            json.dump(transaction, file)
    except FileExistsError:
        return False
    return True


def find(checkout: str) -> dict[str, Any] | None:
    """Return the transaction that a page is for."""
    try:
        found: dict[str, Any] = json.loads(path(checkout).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found


def update(transaction: dict[str, Any]) -> None:
    """Keep a transaction as it is now."""
    file = path(identifier(transaction["tx_ref"]))
    new = file.with_suffix(".new")
    new.write_text(json.dumps(transaction), "utf-8")
    new.replace(file)  # whoever reads meanwhile reads the old one, whole


def identifier(tx_ref: str) -> str:
    """Return the name of the page for a transaction."""
    return hashlib.sha256(tx_ref.encode()).hexdigest()[:32]


def path(checkout: str) -> Path:
    """Return the file of a transaction."""
    return FOLDER / f"{checkout}.json"
