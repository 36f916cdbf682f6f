"""`nexus update` loses and misplaces nothing of an owner's, and undo takes it back to the byte.

Plain `copier update` runs beside it on the same repo: the documents say what it makes of that, too.
"""

from __future__ import annotations

import os
import shutil
import stat
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from copier import Settings, run_copy, run_update
from copier.errors import UserMessageError

from nexus_scaffold import git
from nexus_scaffold.lifecycle import Prepared, plan_answers, plan_update, undo
from nexus_scaffold.testing import commit_all
from tests.update.situations import (
    FAILED,
    KEPT,
    LOST,
    MISPLACED,
    PAGE,
    REFUSED,
    REPORTED,
    SITUATIONS,
    UNMERGED,
    File,
    Files,
    Outcome,
    Situation,
    table,
)

ANSWERS = "template/{{ _copier_conf.answers_file }}.jinja"
SETTINGS = """\
_subdirectory: template
_preserve_symlinks: true
_skip_if_exists: [once.cfg]
_exclude:
  - "{% if not extras %}/extras{% endif %}"
  - "EXCLUDED"
extras:
  type: bool
  default: true
"""
Tree = Mapping[str, File]


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What becomes of line ends and names is a matter of the repo alone."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.id)
def test_what_is_the_owner_s_is_kept_or_reported(situation: Situation, tmp_path: Path) -> None:
    template = _template(situation, tmp_path / "template")
    ours = _repo(situation, template, tmp_path / "nexus")
    other = tmp_path / "copier"
    shutil.copytree(ours, other, symlinks=True)

    assert _by_nexus(situation, ours) is situation.nexus
    assert _by_copier(situation, other) is situation.copier


def _template(situation: Situation, folder: Path) -> Path:
    """A template with its versions."""
    _write(folder, {"copier.yml": SETTINGS, ANSWERS: "{{ _copier_answers|to_nice_yaml }}\n"})
    _write(folder / "template", situation.old)
    _release(folder, "v1.0.0")
    if situation.new is not None:
        # An update that has nothing else to bring brings its version.
        _write(folder, {"copier.yml": SETTINGS.replace("EXCLUDED", situation.excludes)})
        _write(folder / "template", {"version.txt": "2.0.0\n", **situation.new})
        _release(folder, "v2.0.0")
    return folder


def _release(template: Path, tag: str) -> None:
    if not (template / ".git").exists():
        git.git("init", "--quiet", "--initial-branch=main", cwd=template)
    git.git("add", "--all", "--force", cwd=template)
    commit_all(template, f"feat: {tag}")
    git.git("tag", tag, cwd=template)


def _repo(situation: Situation, template: Path, repo: Path) -> Path:
    """A repo of the old version, with what its owner did."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_copy(
            str(template), repo, vcs_ref="v1.0.0", defaults=True, quiet=True, settings=Settings()
        )
    commit_all(repo)
    _write(repo, situation.owner)
    if situation.owner:
        commit_all(repo, "feat: my own")
    _write(repo, situation.loose)
    return repo


def _by_nexus(situation: Situation, repo: Path) -> Outcome:
    """What the update makes of it. It leaves what the table says, and can be undone."""
    for extras in situation.answers[:-1]:
        _apply(plan_answers(repo, {"extras": extras}))
        commit_all(repo, f"chore: extras={extras}")
    before, status = _everything(repo), _status(repo)
    if situation.answers:
        prepared = _apply(plan_answers(repo, {"extras": situation.answers[-1]}))
    else:
        prepared = _apply(plan_update(repo))
    tree, conflicts = _tree(repo), _conflicts(repo, prepared)
    assert {path: tree.get(path) for path in situation.after} == _after(situation)
    outcome = _judged(situation, tree, conflicts)

    undo(repo)

    assert _everything(repo) == before
    assert _status(repo) == status
    return outcome


def _apply(preparing: AbstractContextManager[Prepared | None]) -> Prepared:
    with preparing as prepared:
        assert prepared is not None
        prepared.apply()
    return prepared


def _conflicts(repo: Path, prepared: Prepared) -> dict[str, bytes]:
    """What the reported conflicts have of the owner's: in git's index where git tracks the file."""
    unmerged: dict[str, bytes] = {}
    for line in filter(None, git.git("ls-files", "--unmerged", "-z", cwd=repo).split("\0")):
        about, _, path = line.partition("\t")
        _, name, stage = about.split()
        unmerged.setdefault(path, b"")
        if stage == "2":
            unmerged[path] = git.output("cat-file", "blob", name, cwd=repo)
    reported = {change.path: change for change in prepared.plan.conflicts}
    assert unmerged.keys() == {path for path, change in reported.items() if not change.ignored}
    loose = reported.keys() - unmerged.keys()
    return unmerged | {path: (repo / path).read_bytes() for path in loose}


def _by_copier(situation: Situation, repo: Path) -> Outcome:
    """What plain Copier makes of it, where conflicts are marks in a file or rejected patches."""
    try:
        for extras in situation.answers[:-1]:
            _copier_update(repo, {"extras": extras})
            commit_all(repo, f"chore: extras={extras}")
        _copier_update(repo, {"extras": situation.answers[-1]} if situation.answers else {})
    except UserMessageError:
        return REFUSED
    except (AssertionError, OSError):
        return FAILED
    tree = _tree(repo)
    conflicts = {
        path: file.content
        for path, file in tree.items()
        if path.endswith(".rej") or b"<<<<<<< before updating\n" in file.content
    }
    outcome = _judged(situation, tree, conflicts)
    merged = {path: tree.get(path) for path in situation.after} == _after(situation)
    return UNMERGED if outcome is KEPT and not merged else outcome


def _copier_update(repo: Path, data: dict[str, bool]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about versions
        run_update(repo, data=data, defaults=True, overwrite=True, quiet=True, settings=Settings())


def _after(situation: Situation) -> dict[str, File | None]:
    return {path: _file(content) for path, content in situation.after.items()}


def _judged(situation: Situation, tree: Tree, conflicts: Mapping[str, bytes]) -> Outcome:
    """What became of what is the owner's: the worst that happened to a part of it."""
    worst = KEPT
    for path, content in situation.mine.items():
        outcome = _outcome(path, _file(content), situation, tree, conflicts)
        worst = max(worst, outcome, key=list(Outcome).index)
    return worst


def _outcome(
    path: str, wanted: File | None, situation: Situation, tree: Tree, conflicts: Mapping[str, bytes]
) -> Outcome:
    if path not in conflicts and _is_there(wanted, tree.get(path)):
        return KEPT
    own = _lines(wanted) - _lines(_file(situation.old.get(path)))
    if not own:  # a deletion, or a mode
        return REPORTED if path in conflicts else LOST
    if any(own <= _lines(_file(content)) for content in conflicts.values()):
        return REPORTED
    return MISPLACED if any(own <= _lines(file) for file in tree.values()) else LOST


def _is_there(wanted: File | None, there: File | None) -> bool:
    """Whether a file has these lines together; a link or a script is the same all through."""
    if wanted is None or there is None or wanted.mode != "100644":
        return wanted == there
    lines = wanted.content.removesuffix(b"\n")
    return b"\n" + lines + b"\n" in b"\n" + there.content + b"\n"


def _lines(file: File | None) -> set[bytes]:
    return set(file.content.split(b"\n")) if file else set()


def _file(content: str | bytes | File | None) -> File | None:
    if content is None or isinstance(content, File):
        return content
    return File("100644", content.encode() if isinstance(content, str) else content)


def _write(folder: Path, files: Files) -> None:
    for path, content in files.items():
        if content is None:
            (folder / path).unlink()
            for parent in Path(path).parents[:-1]:
                if not any((folder / parent).iterdir()):
                    (folder / parent).rmdir()
    for path, content in files.items():
        file = _file(content)
        if file is None:
            continue
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if file.mode == "120000":
            (folder / path).unlink(missing_ok=True)
            (folder / path).symlink_to(file.content.decode())
        else:
            (folder / path).write_bytes(file.content)
            if file.mode == "100755":
                (folder / path).chmod(0o755)


def _everything(repo: Path) -> dict[str, tuple[int, bytes]]:
    """All files and folders outside .git, with their modes."""
    found = {}
    for path in sorted(repo.rglob("*")):
        name = path.relative_to(repo)
        if name.parts[0] != ".git":
            content = os.fsencode(path.readlink()) if path.is_symlink() else b""
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
            found[name.as_posix()] = path.lstat().st_mode, content
    return found


def _tree(repo: Path) -> dict[str, File]:
    """The files, with their modes as git knows them."""
    modes = {stat.S_IFLNK: "120000", stat.S_IFREG: "100644"}
    files = {}
    for path, (mode, content) in _everything(repo).items():
        if not stat.S_ISDIR(mode):
            executable = stat.S_ISREG(mode) and mode & stat.S_IXUSR
            files[path] = File("100755" if executable else modes[stat.S_IFMT(mode)], content)
    return files


def _status(repo: Path) -> str:
    return git.git("status", "--porcelain", "--ignored", cwd=repo)


def test_there_are_at_least_29_and_none_is_lost() -> None:
    assert len({situation.id for situation in SITUATIONS}) == len(SITUATIONS) >= 29
    assert all(situation.mine and situation.after for situation in SITUATIONS)
    assert {situation.nexus for situation in SITUATIONS} == {KEPT, REPORTED}


def test_the_page_has_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert table() in page, "write it anew: python -m tests.update.situations"
