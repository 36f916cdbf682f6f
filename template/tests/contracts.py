"""What is committed in docs/api, compared with what the code says."""

from difflib import unified_diff

from config.env import BASE_DIR


def stale(name: str, said: str) -> str:
    """Return where the committed file differs from what the code says, and what to do about it."""
    path = BASE_DIR / "docs" / "api" / name
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = unified_diff(committed.splitlines(), said.splitlines(), f"docs/api/{name}", "the code")
    differences = "\n".join(line.rstrip("\n") for _, line in zip(range(40), lines, strict=False))
    if committed == said:
        return ""
    return f"docs/api/{name} is not what the code says: run `make schema`.\n{differences}"
