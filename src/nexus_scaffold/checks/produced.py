"""What documents say of the repo and its code could say itself: the tree of its files, and the diagram of its models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .repo import Repo

_ENTRY = re.compile(
    r"^(?P<bars>[│┃|\s]*)(?P<mark>[├└╰]─{1,3}|[|`+\\]-{2,3})[ \xa0]?(?P<label>(?P<name>\S+(?: \S+)*?)(?P<said>\s{2,}.*|\s+(?:#|←|<-|//|[\u2013\u2014(-])\s?.*)?)\s*$"
)
_UNKNOWN = re.compile(r"[*…<>{}\[\](),\s]|\.\.\.")
# What is there while one works, and is not in the repo.
_LOCAL = re.compile(
    r"(^|/)(\.env(\..+)?|\.?venv|env|node_modules|__pycache__|media|static(files)?|logs?|[\w.-]+\.sqlite3|\.git|htmlcov|dist|build|celerybeat-schedule)(/|$)"
)


@dataclass(frozen=True)
class Entry:
    """A line of a tree: its place among the lines, the column of its mark, its path if that is one, and its text."""

    index: int
    column: int
    path: str | None
    label: str


@dataclass(frozen=True)
class Tree:
    """The tree of files that a block of code shows, compared with the files that there are."""

    lines: tuple[str, ...]
    entries: tuple[Entry, ...]
    gone: tuple[str, ...]
    lacking: tuple[str, ...]

    def mended(self) -> list[str]:
        """The lines without what is gone, and with the folders that were lacking; what is said of the others stays."""
        gone = {entry.index for entry in self.entries if entry.path in self.gone}
        entries = {entry.index: entry for entry in self.entries}
        first = self.entries[0].column
        top = [entry for entry in self.entries if entry.column == first]
        folder = max((e.index for e in top if e.label.split()[0].endswith("/")), default=0)
        below = [e.index for e in top if e.index > folder]
        new_at = below[0] if below else self.entries[-1].index + 1
        new = [(first, f"{name}/", f"{' ' * first}├── {name}/") for name in self.lacking]
        kept: list[tuple[int | None, str, str]] = []
        for index, line in enumerate((*self.lines, "")):
            if index == new_at:
                kept += new
            if index in entries and index not in gone:
                kept.append((entries[index].column, entries[index].label, line))
            elif index not in gone and index < len(self.lines):
                kept.append((None, "", line))
        body = [(column, label) for column, label, _ in kept if column is not None]
        start = self.entries[0].index
        # Where the marks are drawn as anybody draws them, the last one of a folder is drawn anew.
        usual = _drawn([(e.column, e.label) for e in self.entries])
        if usual == [line.rstrip() for line in self.lines[start:]]:
            return [*self.lines[:start], *_drawn(body)]
        return [line for _, _, line in kept]


def tree(repo: Repo, lines: Sequence[str]) -> Tree | None:
    """The tree in a block of code; None where it is none, or one of something else than this repo."""
    found: list[Entry] = []
    parents: list[tuple[int, str | None]] = []
    base = ""
    for index, line in enumerate(lines):
        mark = _ENTRY.match(line)
        if mark is None:
            root = line.strip().strip("/").removeprefix("./")
            if not found and root in repo.folders:
                base = f"{root}/"
            continue
        column = mark.start("mark")
        while parents and parents[-1][0] >= column:
            parents.pop()
        above = parents[-1][1] if parents else base
        name = mark["name"].strip("`*").rstrip("/")
        path = None if above is None or _UNKNOWN.search(name) or not name else f"{above}{name}"
        parents.append((column, None if path is None else f"{path}/"))
        found.append(Entry(index, column, path, mark["label"]))
    there = frozenset(repo.files) | repo.folders
    top = {e.path for e in found if found and e.column == found[0].column}
    if not found or not top & there:
        return None
    gone = tuple(
        e.path for e in found if e.path and e.path not in there and not _LOCAL.search(e.path)
    )
    is_partial = base or any(re.search(r"\.\.\.|…", line) for line in lines)
    folders = sorted(name for name in repo.folders if "/" not in name and name[0] != ".")
    lacking = (
        () if is_partial else tuple(f for f in folders if f not in top and not _LOCAL.search(f))
    )
    return Tree(tuple(lines), tuple(found), gone, lacking)


def new_tree(repo: Repo) -> list[str]:
    """The tree of what is at the top of the repo: the folders, then the files."""
    folders = sorted({name.partition("/")[0] for name in repo.files if "/" in name})
    files = sorted(name for name in repo.files if "/" not in name)
    return _drawn([*((0, f"{name}/") for name in folders), *((0, name) for name in files)])


def _drawn(entries: Sequence[tuple[int, str]]) -> list[str]:
    """The lines of a tree, from the columns and texts of its entries."""
    drawn = []
    for number, (column, label) in enumerate(entries):
        rest = entries[number + 1 :]
        bars = ""
        for level in range(0, column, 4):
            bars += "│   " if _goes_on(rest, level) else "    "
        drawn.append(f"{bars}{'├' if _goes_on(rest, column) else '└'}── {label}".rstrip())
    return drawn


def _goes_on(rest: Sequence[tuple[int, str]], column: int) -> bool:
    """Whether a level has another entry below."""
    nearest = next((other for other, _ in rest if other <= column), None)
    return nearest == column


@dataclass(frozen=True)
class Column:
    """A column of a table: its type, and which keys it is, such as `FK, UK`."""

    type: str
    key: str = ""


@dataclass(frozen=True)
class Model:
    """A model with a table: its name, its columns by name, and the relations that start at it, as a diagram has them."""

    name: str
    columns: Mapping[str, Column]
    relations: tuple[str, ...]


_RELATION = re.compile(
    r"^\s*\"?([\w-]+)\"?\s+[|}o]{2}(?:--|\.\.)[|{o]{2}\s+\"?([\w-]+)\"?\s*(?::|$)"
)
_BLOCK = re.compile(r"^\s*\"?([\w-]+)\"?(?:\[[^\]]*\])?\s*\{\s*$")
_RELATIONS = {"ForeignKey": "o{", "OneToOneField": "o|"}
# Django's fields by what a database calls them; for the others the name says it.
_TYPES = {
    "Auto": "integer", "BigAuto": "bigint", "BigInteger": "bigint", "Char": "varchar", "Email": "varchar",
    "File": "varchar", "FilePath": "varchar", "GenericIPAddress": "inet", "Image": "varchar",
    "PositiveBigInteger": "bigint", "PositiveInteger": "integer", "PositiveSmallInteger": "smallint",
    "Slug": "varchar", "SmallAuto": "smallint", "SmallInteger": "smallint", "URL": "varchar",
}  # fmt: skip
_OWN_KEY = {"id": Column("bigint", "PK")}
_SIGNED_IN = {"password": Column("varchar"), "last_login": Column("datetime")}
_USER = {
    **dict.fromkeys(("is_superuser", "is_staff", "is_active"), Column("boolean")),
    **dict.fromkeys(("first_name", "last_name", "email"), Column("varchar")),
    "username": Column("varchar", "UK"),
    "date_joined": Column("datetime"),
}
# What the bases of Django's own bring.
_BRING: Mapping[str, Mapping[str, Column]] = {
    "AbstractUser": {**_SIGNED_IN, **_USER},
    "AbstractBaseUser": _SIGNED_IN,
    "PermissionsMixin": {"is_superuser": Column("boolean")},
}


def models(repo: Repo) -> Mapping[str, Model]:
    """The models of the repo's apps that have a table, by name, in the order of their files; read from the code."""
    classes: dict[str, ast.ClassDef] = {}
    for name in repo.matching("models.py", "models_*.py", "*_models.py", "*/models/*.py"):
        module = None if re.search(r"(^|/)(tests|migrations)/", name) else repo.module(name)
        for node in module.body if module else ():
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, node)
    # Names are looked up without their modules: two classes of one name can seem to inherit from each other.
    classes = {n: node for n, node in classes.items() if not _is_circular(n, classes)}
    return {
        name: Model(name, dict(_columns(node, classes)), tuple(_relations(node, classes, repo)))
        for name, node in classes.items()
        if _is_model(node, classes) and not _in_meta(node, "abstract", "proxy")
    }


def entities(diagram: Iterable[str]) -> tuple[str, ...]:
    """The entities of a Mermaid diagram of entities and relations."""
    found: dict[str, None] = {}
    for line in diagram:
        if both := _RELATION.match(line):
            found |= {both[1]: None, both[2]: None}
        elif block := _BLOCK.match(line):
            found[block[1]] = None
    return tuple(found)


def diagram(found: Mapping[str, Model]) -> list[str]:
    """The models as the lines of a Mermaid diagram: the relations, then the tables."""
    lines = ["erDiagram", *(f"    {line}" for model in found.values() for line in model.relations)]
    for model in found.values():
        columns = (
            f"        {column.type} {name} {column.key}".rstrip()
            for name, column in model.columns.items()
        )
        lines += [f"    {model.name} {{", *columns, "    }"]
    return lines


def _is_circular(name: str, classes: Mapping[str, ast.ClassDef]) -> bool:
    """Whether a class inherits from itself by way of another one."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for base in map(_last, classes[waiting.pop()].bases):
            if base == name and seen:
                return True
            if base in classes and base not in seen | {name}:
                seen.add(base)
                waiting.append(base)
    return False


def _is_model(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> bool:
    """Whether a class is a model, by itself or by a base in the repo; a base from elsewhere tells by its name."""
    for base in map(_last, node.bases):
        if base in classes and base != node.name:
            if _is_model(classes[base], classes):
                return True
        elif base in _BRING or base.endswith("Model"):
            return True
    return False


def _lineage(
    node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]
) -> Iterator[ast.ClassDef | str]:
    """A model's abstract bases in the repo, and the names of those from elsewhere, the farthest first; then itself."""
    for base in map(_last, node.bases):
        if base not in classes or base == node.name:
            yield base
        elif _in_meta(classes[base], "abstract") or not _is_model(classes[base], classes):
            yield from _lineage(classes[base], classes)
    yield node


def _parents(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    """The models with a table of their own that a model inherits from."""
    for base in map(_last, node.bases):
        is_known = base in classes and base != node.name
        if (
            is_known
            and _is_model(classes[base], classes)
            and not _in_meta(classes[base], "abstract")
        ):
            yield base


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str, ast.Call]]:
    """The fields that a class defines: name, kind, and the call that makes it."""
    for line in node.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            name = line.targets[0].id
        elif isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            name = line.target.id
        else:
            continue
        kind = _last(line.value.func) if isinstance(line.value, ast.Call) else ""
        if isinstance(line.value, ast.Call) and (kind.endswith("Field") or kind == "ForeignKey"):
            yield name, kind, line.value


def _columns(
    node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]
) -> Iterator[tuple[str, Column]]:
    """The columns of a model's table, the key first."""
    columns: dict[str, Column] = {}
    for part in _lineage(node, classes):
        if isinstance(part, str):
            columns |= _BRING.get(part, {})
            continue
        for line in part.body:  # `username = None` takes a field of a base out
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                columns.pop(_last(line.targets[0]), None)
        for name, kind, call in _fields(part):
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            is_one = kind == "OneToOneField"
            keys = [
                key
                for key, holds in (
                    ("PK", _is_true(given.get("primary_key"))),
                    ("FK", kind in _RELATIONS),
                    ("UK", is_one or _is_true(given.get("unique"))),
                )
                if holds
            ]
            if "PK" in keys and "UK" in keys:
                keys.remove("UK")
            if kind in _RELATIONS:
                columns[f"{name}_id"] = Column(_key_type(call, node, classes), ", ".join(keys))
            elif kind != "ManyToManyField":
                columns[name] = Column(_type(kind), ", ".join(keys))
    for base in _parents(node, classes):
        columns = {f"{base.lower()}_ptr_id": Column("bigint", "PK, FK"), **columns}
    own = {name: column for name, column in columns.items() if "PK" in column.key} or _OWN_KEY
    yield from own.items()
    yield from ((name, column) for name, column in columns.items() if name not in own)


def _relations(
    node: ast.ClassDef, classes: Mapping[str, ast.ClassDef], repo: Repo
) -> Iterator[str]:
    """The relations that start at a model, as lines of a diagram."""
    for base in _parents(node, classes):
        yield f"{base} ||--o| {node.name} : {base.lower()}_ptr"
    for part in _lineage(node, classes):
        for name, kind, call in () if isinstance(part, str) else _fields(part):
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            target = call.args[0] if call.args else given.get("to")
            if target is None or kind not in {*_RELATIONS, "ManyToManyField"}:
                continue
            there = _model_named(target, node, repo)
            one = "|o" if _is_true(given.get("null")) else "||"
            if kind == "ManyToManyField":
                yield f"{node.name} }}o--o{{ {there} : {name}"
            else:
                yield f"{there} {one}--{_RELATIONS[kind]} {node.name} : {name}"


def _model_named(target: ast.expr, node: ast.ClassDef, repo: Repo) -> str:
    """The model that a relation leads to: named by a class, a text, or as the user model."""
    if isinstance(target, ast.Constant) and isinstance(target.value, str):
        return node.name if target.value == "self" else target.value.rpartition(".")[2]
    name = _last(target.func if isinstance(target, ast.Call) else target)
    if name not in {"AUTH_USER_MODEL", "get_user_model"}:
        return name
    for settings in repo.matching("settings.py", "*/settings/*.py"):
        if found := re.search(r"AUTH_USER_MODEL\s*=\s*[\"']\w+\.(\w+)", repo.text(settings)):
            return found[1]
    return "User"


def _key_type(call: ast.Call, node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> str:
    """The type of the key that a relation holds: bigint, unless its model defines another one."""
    target = (
        call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "to"), None)
    )
    name = _last(target) if target is not None else ""
    if isinstance(target, ast.Constant):
        name = str(target.value).rpartition(".")[2]
    for part in _lineage(classes[name], classes) if name in classes and name != node.name else ():
        for _, kind, other in () if isinstance(part, str) else _fields(part):
            if any(k.arg == "primary_key" and _is_true(k.value) for k in other.keywords):
                return _type(kind)
    return "bigint"


def _type(kind: str) -> str:
    name = kind.removesuffix("Field")
    return _TYPES.get(name, name.lower())


def _in_meta(node: ast.ClassDef, *names: str) -> bool:
    """Whether a model's Meta sets one of the names to True."""
    return any(
        isinstance(line, ast.Assign) and _last(line.targets[0]) in names and _is_true(line.value)
        for meta in node.body
        if isinstance(meta, ast.ClassDef) and meta.name == "Meta"
        for line in meta.body
    )


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _last(node: ast.expr) -> str:
    """`Model` of `Model` and `models.Model`, and of `Base[Model]` the base."""
    if isinstance(node, ast.Subscript):
        node = node.value
    return getattr(node, "attr", "") or getattr(node, "id", "")
