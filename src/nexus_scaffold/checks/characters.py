"""Characters that were lost on their way: files that are not UTF-8, and UTF-8 that was read as something else.

UTF-8 that was read as another encoding and saved (`ðŸš€` for 🚀) is undone in two steps, line by line, until nothing
changes, so that what was read wrongly twice comes out, too:

1. What stands for a symbol (dashes, quotes, box drawings, emoji) is turned back by exact tables of bytes. The first two
   characters of such a sequence are next to impossible in any language, so this is sure without a look at the rest.
2. What is left, mostly letters with accents, is given to ftfy, which weighs how likely a text is.

The first step is our own because ftfy takes a lone MacRoman emoji for text, and because it knows nothing of lost bytes.
cp1252 has no character for the bytes 81, 8D, 8F, 90 and 9D, and cp1254 has none for 8E and 9E either: where a program dropped them,
an emoji lacks one or two of its bytes. What survives leaves a few candidates among the emoji that READMEs use, and the
words of the line choose: F0 9F 94 without its last byte is 🔐 beside "secure" and 🔍 beside "explored". Where no word speaks
for one of several, the remains at the start of a heading or an item are taken out, which is said: they are debris, and a
wrong emoji would be worse.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

# The emoji and signs of READMEs that can lack a byte, the more frequent first, and the starts of words that stand beside them.
_SIGNS = {
    "🎯": "goal objective target focus purpose aim mission",
    "🛠": "tool technolog stack tech develop set feature",
    "🤝": "collab contribut partner team together learner communit assist with acknowledg why",
    "🔐": "secur auth jwt permission log-in login password secret credential token role encrypt user",
    "🧠": "brain learn concept knowledge think idea program",
    "🏗": "architect structure build infrastructur construct system project",
    "📝": "note doc licen summary reference overview writ form log post blog changelog task review personal takeaway",
    "🌐": "web api network url host global deploy endpoint online browser http environment",
    "🔍": "search filter explor find concept review identif inspect detail query takeaway test",
    "🌟": "feature highlight star conclusion key",
    "📁": "folder structure project file director repositor",
    "📞": "contact support call phone connect",
    "🏆": "best achiev award win takeaway",
    "🎬": "movie film demo video cinema watch",
    "🐳": "docker container",
    "🎨": "frontend front-end design ui style theme art css",
    "🎓": "learn program alx graduat student education academ course",
    "🔁": "repeat retr loop cycle generat ci/cd pipeline workflow",
    "🐍": "python django",
    "🐛": "bug issue debug error troubleshoot",
    "📍": "where place locat platform channel address map",
    "🎉": "celebrat congrat release welcome done launch",
    "🏁": "finish conclusion final end start",
    "🌍": "world global integrat language",
    "🛍": "shop commerce store product cart",
    "🏥": "hospital health clinic",
    "🏃": "run start",
    "🏠": "home house propert listing",
    "🏢": "compan business employer office",
    "🏷": "tag label categor version price",
    "🐘": "postgre database",
    "🐰": "rabbit",
    "🐇": "rabbit",
    "🐞": "bug debug",
    "🙏": "thank acknowledg gratitude credit",
    "🐙": "git",
    "🌱": "seed grow",
    "🌳": "tree branch",
    "🎤": "speak talk present podcast",
    "🎥": "video record demo camera",
    "🎮": "game play",
    "🎵": "music song",
    "🎼": "music orchestr maestro conduct",
    "🎁": "bonus gift extra",
    "🎫": "ticket issue",
    "🎟": "ticket event booking",
    "💎": "quality value gem",
    "📐": "design schema model architect diagram",
    "📎": "attach link resource",
    "📏": "rule standard limit measure",
    "🔎": "search inspect",
    "🔝": "top back",
    "👍": "good thank like",
    "👏": "credit thank acknowledg",
    "🤍": "love heart",
    "🤞": "hope luck",
    "🪝": "hook webhook",
    "🗞": "news",
    "✍": "contribut writ author",
    "✏": "edit pencil",
    "❌": "",
    "❤": "",
    "❓": "",
    "❗": "",
    "⭐": "",
    "⏳": "",
    "⏰": "",
    "⏱": "",
    "⏩": "",
    "➡": "",
    "➕": "",
    "⚠": "",
    "☁": "",
    "←": "",
    "═": "",
}
_JOINER, _PICTURE, _LOST = "\u200d", "\ufe0f", "\ufffd"
_SYMBOLS = (
    (0xC0, 0xFF),
    *((0x2010, 0x203A), (0x200D, 0x200D), (0x20AC, 0x20AC), (0x20E3, 0x20E3), (0x2122, 0x2122)),
    *((0x2190, 0x23FF), (0x2500, 0x27BF), (0x2B00, 0x2BFF), (0xFE0F, 0xFE0F), (0x1F000, 0x1FBFF)),
)
# What people call an encoding, Python's codec, and the bytes that get lost: those without a character, and those whose
# character is a blank or can't be seen.
_SINGLE = b"\x81\x8d\x8f\x90\x9d"
_READ_AS = {
    "MacRoman": ("mac_roman", b""),
    "Windows-1252": ("cp1252", _SINGLE + b"\xa0\xad"),
    "Windows-1254": ("cp1254", _SINGLE + b"\x8e\x9e\xa0\xad"),
    "cp437": ("cp437", b""),
    "cp850": ("cp850", b""),
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    (b"\0#", "utf-16-be", "UTF-16"),  # no mark, but the # of a heading or a comment
    (b"#\0", "utf-16-le", "UTF-16"),
)
# The bytes of a half of a surrogate pair, as surrogateescape shows them.
_HALVES = re.compile("(?:\udced[\udca0-\udcbf][\udc80-\udcbf])+")
_ESCAPED = re.compile("[\udc80-\udcff]")
_CODE_SPAN = re.compile(r"(`[^`]+`|``.+?``)")
# A sign from beyond ASCII with another one behind it: few texts have that, and all that ftfy mends.
_SUSPECT = re.compile("[\u00a1-\u024f\u0370-\u04ff\u201a\u221a\uf8ff][^\x00-\x7f]")
_BEYOND_ASCII = re.compile(r"([^\x00-\x7f]+)")
_WORD = re.compile("[A-Za-z]+")
# An apostrophe that is lost, and what is lost where a heading or an item starts: no word, but an emoji.
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])\ufffd(?=(?:s|t|re|ve|ll|d|m)\b)")
_ITEM = re.compile(r"[ \t]*(?:#{1,6}|[-*+>]|\d+\.)?[ \t]*")
_DEBRIS = re.compile(rf"(^{_ITEM.pattern})[\ufffd\ufe0f]+[ \t]*(?=\S)")

Note = Callable[[str, str, str, bool], str]


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """The text of a file.

    Attributes:
        text: The text, its line endings as they are, without a byte order mark.
        encoding: What people call its encoding; UTF-8 and nothing else where it is as it should be.
    """

    text: str
    encoding: str


@dataclass(frozen=True, kw_only=True)
class Mended:
    """A sequence that stands for another character.

    Attributes:
        line: Its line, from 1.
        before: The sequence.
        after: What it stands for; empty where that can't be known and the remains are taken out.
        read_as: The encoding that it was read in; empty where only a mark is left of it.
        lost: Whether bytes are lost, so that the words beside it decided.
    """

    line: int
    before: str
    after: str
    read_as: str
    lost: bool


def decode(data: bytes) -> Decoded:
    """A file's text: by its byte order mark, as UTF-8, or as UTF-8 of which single bytes are Windows-1252."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            try:
                return Decoded(text=data.decode(codec), encoding=name)
            except UnicodeDecodeError:
                break
    try:
        return Decoded(text=data.decode(), encoding="UTF-8")
    except UnicodeDecodeError:
        pass
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    text = "\n".join(
        _HALVES.sub(lambda found: _whole(found[0], found.string), line) for line in lines
    )
    name = "Windows-1252" if re.sub(_ESCAPED, "", text).isascii() else "UTF-8 with wrong bytes"
    characters = _characters("Windows-1252")
    text = _ESCAPED.sub(lambda sign: characters[ord(sign[0]) - 0xDC80], text)
    return Decoded(text=text, encoding=name)


def repaired(text: str) -> tuple[str, list[Mended]]:
    """The text with what was read in a wrong encoding put right, and what was done to it.

    Line endings and what stands between backticks stay: a text about encodings shows its examples there.
    """
    mended: list[Mended] = []
    if text.isascii() or not _hint().search(text):
        return text, mended
    # Only what holds whole sequences of an encoding holds incomplete ones: a lone â before a quote is a letter.
    certain = {name for name in _READ_AS if _patterns(name)[0].search(text)}
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if line.isascii() or not _hint().search(line):
            continue

        def note(before: str, after: str, name: str, lost: bool, number: int = number) -> str:
            mended.append(Mended(line=number, before=before, after=after, read_as=name, lost=lost))
            return after

        parts = _CODE_SPAN.split(line)
        parts[::2] = [_mended(part, certain, note) for part in parts[::2]]
        lines[number - 1] = "".join(parts)
    return "\n".join(lines), mended


def remains(text: str) -> list[int]:
    """The lines, from 1, of a repaired text in which a part of a character is left, and nothing tells of which."""
    starts = "|".join(sorted({_start(name) for name in ("Windows-1252", "Windows-1254")}))
    if _LOST not in text and not re.search(starts, text):
        return []
    return [
        number
        for number, line in enumerate(text.split("\n"), start=1)
        if re.search(f"{_LOST}|{starts}", "".join(_CODE_SPAN.split(line)[::2]))
    ]


def _mended(line: str, certain: set[str], note: Note) -> str:
    """A line, or what of it stands outside of code, put right."""
    before = ""
    while line != before:  # what was read wrongly more than once; each step makes the line shorter
        before = line
        for name in _READ_AS:
            line = "".join(_once(part, name) for part in _BEYOND_ASCII.split(line))
        for name in _READ_AS:
            line = _undone(line, name, name in certain, note)
        if _SUSPECT.search(line):
            line = _by_ftfy(line, note)
        line = _APOSTROPHE.sub(lambda found: note(found[0], "\u2019", "", True), line)
        line = _DEBRIS.sub(lambda found: found[1] + note(_LOST, "", "", True), line)
    return line


def _once(run: str, name: str) -> str:
    """Signs beyond ASCII that were read wrongly twice, as after the first time; others as they are."""
    if run.isascii() or not set(run) <= set(_characters(name)):
        return run
    try:
        once = _bytes(run, name).decode()
    except UnicodeDecodeError:
        return run
    return once if _patterns(name)[0].search(once) else run


def _undone(line: str, name: str, certain: bool, note: Note) -> str:
    """A line with the symbols whose bytes were read in one encoding."""
    whole, partial = _patterns(name)

    def symbol(found: re.Match[str]) -> str:
        data = _bytes(found[0], name)
        # A MacRoman F0 is Apple's logo, which many programs drop.
        sign = (b"\xf0" + data if data[:1] == b"\x9f" else data).decode()
        return note(found[0], sign, name, False) if _is_symbol(sign) else found[0]

    def incomplete(found: re.Match[str]) -> str:
        rest, blank = found.groups()
        data, ahead, behind = _bytes(rest, name), line[: found.start()], line[found.end(1) :]
        if data == b"\xef\xb8":
            return note(rest, _PICTURE, name, False) + blank
        if data == b"\xe2\x80":
            joins = behind.startswith(tuple(map(_start, _READ_AS))) or _is_picture(behind[:1])
            if joins and _is_picture(ahead[-1:]):
                return note(rest, _JOINER, name, False)
            is_quote = ahead.count("\u201c") > ahead.count("\u201d")
            return note(rest, "\u201d", name, False) + blank if is_quote else found[0]
        if data == b"\xe2\x94":  # the corner of a box that is drawn
            return note(rest, "\u2510", name, False) + blank if ahead[-1:] == "\u2500" else found[0]
        candidates = [sign for sign in _SIGNS if _fits(sign.encode(), data, _READ_AS[name][1])]
        if chosen := _chosen(candidates, line):
            return note(rest, chosen, name, True) + blank
        is_emoji = data[0] == 0xF0 and _ITEM.fullmatch(ahead)
        return note(rest, "", name, True) if is_emoji else found[0]

    line = whole.sub(symbol, line)
    # The start of an emoji is a word in no language.
    return partial.sub(incomplete, line) if partial and (certain or _start(name) in line) else line


def _by_ftfy(line: str, note: Note) -> str:
    """A line with the letters that ftfy finds; as it is where that would cost a word."""
    from ftfy import TextFixerConfig, fix_encoding

    # A blank stays a blank, and no byte is guessed: that is done before, by the words of the line.
    config = TextFixerConfig(
        restore_byte_a0=False, replace_lossy_sequences=False, fix_c1_controls=False
    )
    fixed = fix_encoding(line, config)
    if len(fixed) >= len(line) or _WORD.findall(fixed) != _WORD.findall(line):
        return line
    words = zip(line.split(" "), fixed.split(" "), strict=False)
    before, after = next(both for both in words if both[0] != both[1])
    note(before, after, "", False)
    return fixed


def _whole(halves: str, line: str) -> str:
    """What surrogates in UTF-8 stand for; a second half alone is the emoji that the words of the line speak for."""
    data = halves.encode("utf-8", "surrogateescape").decode("utf-8", "surrogatepass")
    text = data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if text != _LOST:
        return text
    half = data.encode("utf-16-le", "surrogatepass")
    return _chosen([sign for sign in _SIGNS if sign.encode("utf-16-le")[2:] == half], line) or _LOST


def _chosen(candidates: list[str], line: str) -> str:
    """The one of several signs that the words of a line speak for; nothing where none do."""
    if len(candidates) == 1:
        return candidates[0]
    words = line.lower()
    told = [
        sum(
            re.search(rf"\b{re.escape(start)}", words) is not None for start in _SIGNS[sign].split()
        )
        for sign in candidates
    ]
    return candidates[told.index(max(told))] if any(told) else ""


def _fits(sign: bytes, survived: bytes, lost: bytes) -> bool:
    """Whether bytes are those of a sign, without some that get lost."""
    left = list(survived)
    for byte in sign:
        if left and left[0] == byte:
            del left[0]
        elif byte not in lost:
            return False
    return not left


def _is_symbol(sign: str) -> bool:
    return unicodedata.category(sign) != "Cn" and any(
        first <= ord(sign) <= last for first, last in _SYMBOLS
    )


def _is_picture(sign: str) -> bool:
    return sign == _PICTURE or sign >= "\U0001f000"


@cache
def _characters(name: str) -> tuple[str, ...]:
    """The characters of the bytes 80 to FF; a control character where the encoding has none."""
    codec = _READ_AS[name][0]
    return tuple(
        found if (found := bytes([byte]).decode(codec, "replace")) != _LOST else chr(byte)
        for byte in range(0x80, 0x100)
    )


def _bytes(text: str, name: str) -> bytes:
    """The bytes that were read as a text, without those that got lost."""
    characters = _characters(name)
    return bytes(0x80 + characters.index(sign) for sign in text if sign in characters)


def _start(name: str) -> str:
    """The characters of F0 and 9F, with which the UTF-8 of nearly every emoji starts."""
    characters = _characters(name)
    return characters[0x70] + characters[0x1F]


@cache
def _hint() -> re.Pattern[str]:
    """What every line has that is not as it should be, and few others: it costs less than looking for all there is."""
    starts = {
        _characters(name)[byte - 0x80] for name in _READ_AS for byte in (0xC3, 0xE2, 0xEF, 0xF0)
    }
    starts.add(_characters("MacRoman")[0x1F])
    behind = "[^\x00-\x7f\u2500-\u257f]"  # trees are drawn with what cp437 has for a start
    return re.compile(rf"[{''.join(starts)}]{behind}|{_SUSPECT.pattern}|{_LOST}")


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """What whole sequences of symbols look like in an encoding, and what is left of incomplete ones."""
    characters = _characters(name)
    rest = f"[{re.escape(''.join(characters[:0x40]))}]"
    start, symbol = _start(name), characters[0x62]
    picture = characters[0x6F] + characters[0x38]
    whole = rf"{start}{rest}{{2}}|{symbol}{rest}{{2}}|{picture}{characters[0x0F]}"
    if name not in {"Windows-1252", "Windows-1254"}:  # where ftfy takes a lone letter for a sign
        whole += rf"|(?<=[A-Za-z]){characters[0x43]}{rest}"
    if name == "MacRoman":
        whole += rf"|\ufffd?(?<!\w){characters[0x1F]}{rest}{{2}}(?!\w)"
    if not _READ_AS[name][1]:
        return re.compile(whole), None
    partial = rf"({start}\ufffd?{rest}?\ufffd?|{symbol}\ufffd?{rest}\ufffd?|{picture}\ufffd?)( ?)"
    return re.compile(whole), re.compile(partial)
