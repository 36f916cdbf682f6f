"""Set the project up: uv, the environment, the settings in .env and the git hooks.

Needs nothing but Python. What is there already stays as it is, so it can be run at any time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess  # nosec B404
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv")
COMMANDS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
HOOKS = ("pre-commit", "commit-msg")

# git starts a hook with the PATH of whatever made the commit, an editor say; uv is in here.
HOOK_PATH = 'PATH="$PWD/.venv/bin:$PWD/.venv/Scripts:$PATH"\n'


def required(pattern: str) -> tuple[int, ...]:
    """Read a version from pyproject.toml; by a pattern, as an old Python has no TOML."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    match = re.search(pattern + r"(\d+(?:\.\d+)+)", text)
    if match is None:
        sys.exit(f"pyproject.toml has nothing like {pattern}")
    return tuple(map(int, match[1].split(".")))


def dotted(version: tuple[int, ...]) -> str:
    """Write a version as people do."""
    return ".".join(map(str, version))


def run(command: list[str | Path], hint: str) -> None:
    """Run a command in the project; when it fails, stop and say what helps."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode:  # nosec B603
        sys.exit(f"\nSet-up stopped at: {' '.join(map(str, command))}\n{hint}")


def check_python() -> None:
    """Stop where Python is too old for the project."""
    minimum = required('requires-python = ">=')
    if sys.version_info[:2] < minimum:
        version = dotted(minimum)
        sys.exit(
            f"This project needs Python {version} or newer; {sys.executable} is "
            f"{dotted(sys.version_info[:3])}.\n"
            f"Install Python {version} or newer, and name it: make setup PYTHON=python{version} "
            f"(without make: python{version} scripts/setup.py)."
        )


def uv_fits(uv: str | Path, minimum: tuple[int, ...]) -> bool:
    """Tell whether this uv runs, and is not older than the pinned one."""
    try:
        command = [uv, "--version"]
        output = subprocess.run(command, capture_output=True, text=True, check=True)  # nosec B603
    except (OSError, subprocess.CalledProcessError):
        return False
    match = re.match(r"uv (\d+(?:\.\d+)+)", output.stdout)
    return match is not None and tuple(map(int, match[1].split("."))) >= minimum


def find_or_install_uv() -> str | Path:
    """Find uv in the environment or on the PATH, or install it in the environment."""
    pinned = required('"uv==')
    own = COMMANDS / ("uv.exe" if os.name == "nt" else "uv")
    for uv in (own, shutil.which("uv")):
        if uv and uv_fits(uv, pinned):
            return uv
    print(f"Installing uv {dotted(pinned)} in {ENVIRONMENT.name}", flush=True)
    run(
        [sys.executable, "-m", "venv", ENVIRONMENT],
        "Python's venv module is missing: on Debian and Ubuntu, `apt install python3-venv`.",
    )
    run(
        [COMMANDS / "python", "-m", "pip", "install", "--quiet", f"uv=={dotted(pinned)}"],
        "uv could not be downloaded: is this machine online? Behind a proxy, set HTTPS_PROXY.",
    )
    return own


def install_environment() -> None:
    """Install what uv.lock lists."""
    uv = find_or_install_uv()
    python = [] if ENVIRONMENT.exists() else ["--python", sys.executable]
    print("Installing the packages of uv.lock", flush=True)
    run(
        [uv, "sync", "--locked", "--quiet", *python],
        "If uv.lock does not fit pyproject.toml, run `uv lock`. If a download failed, see that "
        "this machine is online (behind a proxy, set HTTPS_PROXY), and run this again.",
    )


def create_env() -> None:
    """Make .env, with fresh secrets, where there is none."""
    if not (ROOT / ".env").exists():
        run([COMMANDS / "python", "manage.py", "create_env"], "The settings were not written.")


def install_hooks() -> None:
    """Install the git hooks, where the project is a git repo."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        print("This is no git repo yet: after `git init`, run this again for the git hooks.")
        return
    command = ["git", "rev-parse", "--git-path", "hooks"]
    output = subprocess.run(  # nosec B603
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    hooks = [ROOT / output.stdout.strip() / name for name in HOOKS]
    if all(hook.exists() and HOOK_PATH in hook.read_text(encoding="utf-8") for hook in hooks):
        return
    run(
        [COMMANDS / "pre-commit", "install"],
        "The git hooks were not installed; everything else is ready.",
    )
    for hook in hooks:
        shebang, rest = hook.read_text(encoding="utf-8").split("\n", 1)
        hook.write_text(f"{shebang}\n{HOOK_PATH}{rest}", encoding="utf-8", newline="\n")


def main() -> None:
    """Do each step that is left to do."""
    check_python()
    install_environment()
    create_env()
    install_hooks()
    print("The project is set up.")


if __name__ == "__main__":
    main()
