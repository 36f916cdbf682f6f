"""The documentation hub: is it there, whole and readable, and true of the repo?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from posixpath import normpath, relpath
from urllib.parse import quote, unquote

from .base import Check, Fixable, Place, Severity
from .markdown import Fence, Heading, Markdown, parse, slug
from .produced import Tree, diagram, entities, models, new_tree, tree
from .repo import Repo

# What the program asks of a README, in its order: a heading that holds one of the words of each.
SECTIONS = {
    "program overview": ("overview", "about", "introduction", "program", "summary", "welcome"),
    "project objective": ("objective", "goal", "purpose", "mission", "aim"),
    "major learnings": ("learn", "technolog", "concept", "tech stack", "skill"),
    "challenges and solutions": ("challenge", "problem", "solution"),
    "best practices and takeaways": ("practice", "takeaway", "lesson", "reflection"),
    "collaboration": ("collaborat", "communit", "contribut", "team"),
}

_PLACEHOLDERS = re.compile(
    r"\b(?:TODO|FIXME)\b(?!\W?(?i:apps?|lists?|items?|api|applications?|projects?|tasks?)\b)|\bTBD\b|\b[Ll]orem ipsum\b"
    r"|\(\s*[Cc]oming [Ss]oon\s*\)|\b[Cc]oming soon\W*$"
    r"|\bYour (?:Name|Full Name|Email|GitHub Username)\b|\byour[-_](?:name|user(?:name)?|e?mail|github|linkedin|handle|repo|project)\b"
    r"|[<\[{][Yy]our [^>\]}]*[>\]}](?![(\[])|[<\[](?:[Ii]nsert|[Ll]ink to|[Aa]dd your|[Nn]ame of) [^>\]]*[>\]](?![(\[])"
    r"|\b[Rr]eplace this (?:line|text|with)\b|\bInclude your \w+ here\b"
    r"|github\.com/(?:your[-_]?\w+|YOUR[-_]\w+|<your[^>]+>)|\bvia\.placeholder\.com|\byourdomain\.com",
    re.ASCII,
)
# Each of them holds one of these in lower case: looking for them first is several times as fast.
_HINTS = (
    "your",
    "todo",
    "fixme",
    "tbd",
    "lorem",
    "coming",
    "insert",
    "link to",
    "name of",
    "replace this",
    "replace with",
    "placeholder",
)
# In code an example is one; the address of this very repo is none.
_PLACEHOLDERS_IN_CODE = re.compile(
    r"git clone\s+(?:\S*github\.com[/:](?:your[-_]?\w+|YOUR[-_]\w+|<[^>]+>)/\S*|<(?:your|username|url|repo\w*[-_ ]?url)\b[^>]*>)"
)
_FORK = re.compile(r"\bfork", re.IGNORECASE)
# What is there to be filled in by others.
_FORM = re.compile(r"(^|/)\.github/|template", re.IGNORECASE)
_MERGE_MARK = re.compile(r"(<{7}|>{7}) \S|={7}$")
_OWNERS = re.compile(
    r"<!-- your words: (?P<id>\S+) — (?P<question>.*?) -->(?P<words>.*?)<!-- end of your words -->",
    re.DOTALL,
)
_STRUCTURE = re.compile(
    r"\b(?:repo\w*|project|folder|director\w+|file|code)\b.*\b(?:structure|layout|tree|organi[sz]ation)\b"
    r"|^\W*(?:structure|layout)\W*$",
    re.IGNORECASE,
)
_MARKDOWN = (".md", ".markdown")
_GENERIC = {"readme.md", "index.md", "__init__.py"}
_LICENCES = r"(?:MIT|Apache(?:[ -]2\.0)?|BSD(?:[ -][23][- ]clause)?|A?GPL\S*|MPL\S*|ISC|Unlicense)"
_LICENCE = re.compile(
    rf"\blicen[cs]ed under\b|\bavailable under the\b.*\blicen[cs]e\b|\b{_LICENCES}\s+licen[cs]e\b"
    rf"|\blicen[cs]e\W{{1,4}}{_LICENCES}\b|img\.shields\.io/badge/licen[cs]e-(?!none)",
    re.IGNORECASE,
)
_LICENCE_FILE = re.compile(r"(^|/)(un)?(licen[cs]e|copying)([.\-]\w+)*$", re.IGNORECASE)
_WORKFLOW = re.compile(
    r"github(?:\.com)?/(?:[\w.-]+/[\w.-]+/actions/workflows/|actions/workflow/status/[\w.-]+/[\w.-]+/)([\w.-]+\.ya?ml)"
)


class DOC101(Check):
    """The repo has a README."""

    severity = Severity.ERROR
    why = "It is the first page that anybody opens, and often the only one."
    mend = "Write a README.md at the root of the repo."

    def places(self, repo: Repo) -> Iterator[Place]:
        if repo.readme is None:
            yield "README.md", None, "There is no README."
        elif not repo.text(repo.readme).strip():
            yield repo.readme, None, "The README is empty."


class DOC102(Check):
    """The README has each section that the program asks for."""

    severity = Severity.WARNING
    why = "Reviewers look for each of them, and give no marks for what they can't find."
    mend = "Add a heading for it, with what your repo has to say about it."

    def places(self, repo: Repo) -> Iterator[Place]:
        if repo.readme is None or not repo.text(repo.readme).strip():
            return
        document = parse(repo.text(repo.readme))
        headings = [heading.text.lower() for heading in document.headings]
        # A line in bold is a heading to a reader.
        headings += [
            line.lower() for _, line in document.prose if re.match(r"\W*\*\*[^*]+\*\*:?\s*$", line)
        ]
        lacking = [
            section
            for section, words in SECTIONS.items()
            if not any(re.search(rf"\b{word}", heading) for heading in headings for word in words)
        ]
        if lacking:
            yield repo.readme, None, f"No heading speaks of: {', '.join(lacking)}."


class DOC103(Check):
    """The documents hold no placeholder text."""

    severity = Severity.WARNING
    why = "It says that nobody has read the page to its end, its author included."
    mend = "Write your own words there, or take the line out."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            if _FORM.search(name):
                continue
            document = parse(repo.text(name))
            for number, line in document.text:
                if _is_hinted(line) and (found := _PLACEHOLDERS.search(line)):
                    yield name, number, f"A placeholder: {found[0].strip()!r}."
            for fence in document.fences:
                for number, line in enumerate(fence.lines, start=fence.line + 1):
                    found = _PLACEHOLDERS_IN_CODE.search(line) if "clone" in line else None
                    if found and not _is_about_forks(document, fence):
                        yield name, number, f"A placeholder: {found[0].strip()!r}."


class DOC104(Fixable):
    """Each link within the repo leads to a file of it, and to a heading that is there."""

    severity = Severity.ERROR
    why = "A reader who follows it sees an error page, and takes the rest for as little kept."
    mend = "Correct the path, or take the link out; --fix does it where one file, or one heading, can be meant."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            for link in parse(repo.text(name)).links:
                if (says := _broken(repo, name, link.target)) is not None:
                    meant = _meant(repo, name, link.target)
                    more = f" {unquote(meant)!r} is meant." if meant else ""
                    yield name, link.line, f"The link {link.target!r} leads {says}.{more}"

    def fixed(self, repo: Repo, name: str) -> bytes:
        document = parse(repo.text(name))
        lines = repo.text(name).split("\n")
        for link in reversed(document.links):  # from the end, so that places in a line stay
            is_broken = _broken(repo, name, link.target) is not None
            if is_broken and (meant := _meant(repo, name, link.target)):
                line = lines[link.line - 1]
                lines[link.line - 1] = (
                    line[: link.start] + meant + line[link.start + len(link.target) :]
                )
        return "\n".join(lines).encode()


class DOC105(Check):
    """Each code fence is closed."""

    severity = Severity.ERROR
    why = "All that follows is shown as code: headings, links and images are gone."
    mend = "Close it with a line of the same marks that opened it."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            opened = parse(repo.text(name)).open_fence
            if opened is not None:
                yield name, opened, "The code fence that starts here is never closed."


class DOC106(Check):
    """No document holds the marks of an unfinished merge."""

    severity = Severity.ERROR
    why = "Two versions of the page stand there, one above the other."
    mend = "Keep one of the two sides and delete the marked lines."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            lines = list(repo.lines(name))
            if not any(line.startswith("<<<<<<< ") for _, line in lines):
                continue  # a row of equals signs alone underlines a heading
            for number, line in lines:
                if _MERGE_MARK.match(line):
                    yield name, number, "The mark of an unfinished merge."


class DOC107(Check):
    """The owner's places hold the owner's words."""

    severity = Severity.NOTE
    why = "What you took with you is what nobody else can write, and what the presentation is judged by."
    mend = "Answer the question in your own words, between the two marks; an update never touches them."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            text = repo.text(name)
            for place in _OWNERS.finditer(text) if "<!-- your words" in text else ():
                if not place["words"].strip():
                    question = place["question"].partition("?")[0]
                    line = text.count("\n", 0, place.start()) + 1
                    yield name, line, f"Not answered yet: {question}?"


class DOC108(Check):
    """Each heading has something under it."""

    severity = Severity.WARNING
    why = "A heading alone promises what is not there."
    mend = "Write what it promises, or take it out."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            if not _FORM.search(name):
                for heading in _empty(parse(repo.text(name))):
                    yield name, heading.line, f"There is nothing under {heading.text!r}."


class DOC109(Fixable):
    """The tree of the repo names what is there, each folder at its top, and nothing else."""

    severity = Severity.WARNING
    why = "A reader looks for a file where the tree says that it is."
    mend = "Run nexus check --fix: it takes out what is gone, adds the folders that are new, and keeps your comments."

    def places(self, repo: Repo) -> Iterator[Place]:
        if repo.readme is None:
            return
        document = parse(repo.text(repo.readme))
        for fence, found in _trees(repo, document):
            told = []
            if found.gone:
                told.append(f"names what is not there: {_some(found.gone)}")
            if found.lacking:
                told.append(f"lacks {_some(found.lacking)}")
            if told:
                yield repo.readme, fence.line, f"The tree {', and '.join(told)}."
        for heading in _empty(document):
            if _STRUCTURE.search(heading.text):
                yield repo.readme, heading.line, f"There is no tree under {heading.text!r}."

    def fixed(self, repo: Repo, name: str) -> bytes:
        lines = repo.text(name).split("\n")
        document = parse(repo.text(name))
        changes: list[tuple[int, int, list[str]]] = [
            (fence.line, len(fence.lines), found.mended())
            for fence, found in _trees(repo, document)
        ]
        changes += [
            (heading.line, 0, ["", "```text", *new_tree(repo), "```"])
            for heading in _empty(document)
            if _STRUCTURE.search(heading.text)
        ]
        for line, count, new in sorted(changes, reverse=True):  # from the end, so that numbers stay
            lines[line : line + count] = new
        return "\n".join(lines).encode()


class DOC110(Fixable):
    """The diagram of entities and relations shows the models that there are."""

    severity = Severity.WARNING
    why = "It is the first thing that a reviewer of the data model opens, and an old one misleads."
    mend = "Run nexus check --fix: it draws the diagram from the models."

    def places(self, repo: Repo) -> Iterator[Place]:
        diagrams = list(_diagrams(repo))
        known = models(repo) if diagrams else {}
        if not known:
            return
        shown = {_plain(entity) for _, fence in diagrams for entity in entities(fence.lines)}
        theirs = {_plain(relation.split()[0]) for m in known.values() for relation in m.relations}
        own = {_plain(name) for name in known}
        through = {
            _plain(relation.split()[0] + relation.split()[-1])
            for model in known.values()
            for relation in model.relations
            if "}o--o{" in relation
        }
        lacking = [name for name in known if _plain(name) not in shown]
        for number, (name, fence) in enumerate(diagrams):
            gone = [
                e
                for e in entities(fence.lines)
                if _plain(e) not in own | theirs | through | {"user"}
            ]
            told = []
            if gone:
                told.append(f"shows what is no model: {_some(gone)}")
            if lacking and not number:
                told.append(f"lacks {_some(lacking)}")
            if told:
                yield name, fence.line, f"The diagram {', and '.join(told)}."

    def fixed(self, repo: Repo, name: str) -> bytes:
        diagrams = list(_diagrams(repo))
        lines = repo.text(name).split("\n")
        if len(diagrams) == 1:  # of several, nobody can tell which shows what
            _, fence = diagrams[0]
            lines[fence.line : fence.line + len(fence.lines)] = diagram(models(repo))
        return "\n".join(lines).encode()


class DOC111(Check):
    """A licence that the README names is in the repo."""

    severity = Severity.WARNING
    why = "Without its text nothing is licensed: nobody may use the code, whatever the README says."
    mend = "Add the licence's text as LICENSE, or take the words out."

    def places(self, repo: Repo) -> Iterator[Place]:
        if repo.readme is None or any(map(_LICENCE_FILE.search, repo.files)):
            return
        for number, line in parse(repo.text(repo.readme)).prose:
            if found := _LICENCE.search(line):
                yield repo.readme, number, f"{found[0]!r}, and there is no file with a licence."
                return


class DOC112(Check):
    """No section stands in a document twice."""

    severity = Severity.NOTE
    why = "One of the two is older, and nobody can tell which."
    mend = "Make one of them, or give each a heading of its own."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            if re.search(r"change|history|log\b|release", name, re.IGNORECASE):
                continue
            above: list[Heading] = []
            seen: dict[tuple[str, ...], int] = {}
            for heading in parse(repo.text(name)).headings:
                above = [h for h in above if h.level < heading.level]
                path = (*(slug(h.text) for h in above), slug(heading.text))
                above.append(heading)
                if heading.level <= 2 and path in seen and path[-1]:
                    yield name, heading.line, f"{heading.text!r} stands in line {seen[path]}, too."
                seen.setdefault(path, heading.line)


class DOC113(Check):
    """Each badge of a workflow has its workflow."""

    severity = Severity.WARNING
    why = "GitHub shows an error in the place of the badge."
    mend = "Correct the name of the workflow's file, or take the badge out."

    def places(self, repo: Repo) -> Iterator[Place]:
        for name in _documents(repo):
            seen = set[str]()
            for link in parse(repo.text(name)).links:
                found = _WORKFLOW.search(link.target)
                if (
                    found
                    and f".github/workflows/{found[1]}" not in repo.files
                    and found[1] not in seen
                ):
                    seen.add(found[1])
                    yield name, link.line, f"There is no .github/workflows/{found[1]}."


CHECKS = (
    *(DOC101, DOC102, DOC103, DOC104, DOC105, DOC106, DOC107),
    *(DOC108, DOC109, DOC110, DOC111, DOC112, DOC113),
)


def _documents(repo: Repo) -> tuple[str, ...]:
    return repo.matching("*.md", "*.markdown")


def _is_hinted(line: str) -> bool:
    lower = line.lower()
    return any(hint in lower for hint in _HINTS)


def _is_about_forks(document: Markdown, fence: Fence) -> bool:
    """Whether a block stands where it is told how to work in a fork of one's own."""
    heading = document.heading_of(fence.line)
    near = (line for number, line in document.prose if 0 < fence.line - number < 4)
    return any(map(_FORK.search, near)) or bool(
        heading and re.search("contribut|fork", heading.text, re.IGNORECASE)
    )


def _broken(repo: Repo, document: str, link: str) -> str | None:
    """Where a link leads that leads to no file or heading of the repo: in words; None for every other link."""
    if re.match(r"[a-z][a-z0-9+.-]*:|//|[{<$]", link, re.IGNORECASE):
        return None
    path, _, place = link.partition("#")
    target = _target(document, path) if path else document
    if target is None:
        return None
    if target not in repo.paths:
        return "nowhere"
    place = _plain_anchor(place)
    if place in {"", "top"} or not target.lower().endswith(_MARKDOWN):
        return None
    found = parse(repo.text(target))
    if (
        found.open_fence is not None
        or place in found.anchors
        or place.removeprefix("user-content-") in found.anchors
    ):
        return None
    # A site's generator knows no double hyphen.
    is_site = not PurePosixPath(target).name.lower().startswith("readme")
    if is_site and place in {re.sub("-+", "-", anchor).strip("-") for anchor in found.anchors}:
        return None
    return "to no heading"


def _meant(repo: Repo, document: str, link: str) -> str:
    """What a broken link must mean: the one file of that name, or the one heading with these words; else nothing."""
    path, mark, place = link.partition("#")
    target = _target(document, path.partition("?")[0]) if path else document
    if target in repo.paths:
        anchors = parse(repo.text(target)).slugs if target.lower().endswith(_MARKDOWN) else ()
        wanted = _letters(_plain_anchor(place))
        same = [anchor for anchor in anchors if wanted and _letters(anchor) == wanted]
        return f"{path}#{same[0]}" if len(same) == 1 else ""
    name = PurePosixPath(target or "").name.lower()
    found = [other for other in repo.named.get(name, ()) if other != document]
    if len(found) != 1 or (name in _GENERIC and found[0].lower() != (target or "").lower()):
        return ""
    if path.startswith("/"):
        return f"/{quote(found[0])}{mark}{place}"
    return f"{quote(relpath(found[0], PurePosixPath(document).parent.as_posix()))}{mark}{place}"


def _target(document: str, path: str) -> str | None:
    """The path in the repo that a link's path leads to; None for the root, and for what is outside of it."""
    path = unquote(path.partition("?")[0])
    folder = "" if path.startswith("/") else PurePosixPath(document).parent.as_posix()
    resolved = normpath(f"./{folder}/{path}".replace("//", "/"))
    # What leaves the repo are GitHub's own pages, which are linked that way.
    return None if resolved == "." or resolved.startswith("..") else resolved


def _plain_anchor(place: str) -> str:
    return re.sub("[\ufe0e\ufe0f]", "", unquote(place)).lower()


def _letters(anchor: str) -> str:
    return re.sub(r"[\W_]", "", anchor)


def _empty(document: Markdown) -> Iterator[Heading]:
    """The headings with nothing under them, neither text nor a heading of a lower level."""
    headings = (
        () if document.open_fence else document.headings
    )  # behind it, nothing is what it seems
    empty = [
        not any(re.search(r"\w|!\[", line) for line in document.section(heading))
        for heading in headings
    ]
    for number, heading in enumerate(headings):
        below = headings[number + 1] if number + 1 < len(headings) else None
        # A heading in bold or in brackets is the second line of the one above it.
        is_part = below is not None and (
            below.level > heading.level or re.fullmatch(r"\W*(\*\*.+\*\*|\[.+\])\W*", below.text)
        )
        # A title and its second line, a line of text with a rule below it, one that is a link, and an outline.
        is_title = number == 0 or (number == 1 and empty[0] and below is not None)
        is_text = heading.is_underlined or re.search(r"://|\]\(|<", heading.text)
        around = empty[max(0, number - 2) : number + 3]
        is_outline = any(all(around[n : n + 3]) for n in range(len(around) - 2))
        if empty[number] and not (is_title or is_part or is_text or is_outline):
            yield heading


def _trees(repo: Repo, document: Markdown) -> Iterator[tuple[Fence, Tree]]:
    """The trees of the repo that the README shows."""
    for fence in document.fences:
        found = tree(repo, fence.lines)
        if found:
            yield fence, found


def _diagrams(repo: Repo) -> Iterator[tuple[str, Fence]]:
    """The diagrams of entities and relations, and the documents that they are in."""
    for name in _documents(repo):
        if "erDiagram" in repo.text(name):
            for fence in parse(repo.text(name)).fences:
                if fence.info.startswith("mermaid") and any(
                    "erDiagram" in line for line in fence.lines
                ):
                    yield name, fence


def _plain(entity: str) -> str:
    """An entity's name, whichever way it is written: JOB_POSTING, JobPosting and job_postings are one."""
    name = re.sub(r"[\W_]", "", entity).lower()
    return re.sub("ies$", "y", name).rstrip("s")


def _some(names: Iterable[str]) -> str:
    """Up to five names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - 5} more" if len(every) > 5 else ""
    return f"{', '.join(every[:5])}{more}"
