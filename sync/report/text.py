"""Foreign text made harmless: titles, names and sentences that somebody else wrote, for Markdown and for the log.

Whatever the text holds, it stays text: one line, of bounded length, that neither formats, links, mentions nor runs
anything, and that cannot reach beyond its own place.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

TITLE_LENGTH = 120
SENTENCE_LENGTH = 600

ZERO_WIDTH = "&#8203;"
"""Breaks what GitHub makes out of finished text (mentions, references, emoji), which escaping alone does not stop."""

KNOWN_HOSTS = ("github.com", "trakt.tv", "anilist.co", "themoviedb.org")
"""Sites that our own sentences point at; an address anywhere else stays plain text."""

_MARKUP = re.compile(
    r"(?P<broken>:(?=//)|(?i:www)(?=\.)|:(?=[a-z0-9_+-]+:)|(?i:gh)(?=-\d))"
    r"|(?P<reference>[@#](?=[\w-]))"
    r"|[\\`*_{}\[\]<>|~^$&@#]"
)
_BLOCK_START = re.compile(r"[-+=]|[0-9]{1,9}[.)]")
_ADDRESS = r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9/._~?=&%+#-]*[A-Za-z0-9/=_-])?"
_OUR_MARKUP = re.compile(rf"{_ADDRESS}|`[A-Za-z0-9_.=/-]{{1,60}}`")
_MARKS_IN_A_ROW = 4
_TAME = re.compile(r"[ -~·×–—‘’“”…→]*")
"""Text that needs no closer look: nearly all of it, and a page holds thousands of such pieces."""
_NOT_IN_FENCE = str.maketrans("`<>", "'‹›")
_NOT_IN_CODE = str.maketrans("`|\\<>", "'¦/‹›")


def plain(text: str, limit: int = TITLE_LENGTH) -> str:
    """``text`` on one line: no control, formatting or direction characters, single spaces, at most ``limit`` long.

    A text that is cut ends in ``…``. Stacked accents are thinned, so that they do not cover the lines around them.
    """
    if _TAME.fullmatch(text):
        return _cut(" ".join(text[: limit * 8].split()), limit)
    kept: list[str] = []
    marks = 0
    for char in text[: limit * 8]:
        category = unicodedata.category(char)
        if category in {"Cf", "Cs", "Co"}:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(" " if category[0] == "Z" or category == "Cc" else char)
    return _cut(" ".join("".join(kept).split()), limit)


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def escape(text: str, limit: int = TITLE_LENGTH) -> str:
    """``text`` as Markdown (and HTML) that shows exactly ``plain(text)``: in a sentence, a cell or a ``<summary>``.

    Entities are used rather than backslashes, because they mean the same inside HTML and never end a table cell
    (GitHub Flavored Markdown spec, 0.29, "Entity references cannot be used in place of symbols").
    """
    line = plain(text, limit)
    escaped = _MARKUP.sub(_escape_match, line)
    if start := _BLOCK_START.match(line):
        last = start.end() - 1
        escaped = line[:last] + _entity(line[last]) + escaped[last + 1 :]
    return _isolated(line, escaped)


def prose(text: str, limit: int = SENTENCE_LENGTH) -> str:
    """A sentence of our own (an error, a remedy, a warning) as Markdown; it may quote foreign text.

    Like ``escape``, but addresses on the sites we deal with become links and `` `words` `` stay code.
    """
    line = plain(text, limit)
    done: list[str] = []
    at = 0
    for found in _OUR_MARKUP.finditer(line):
        token = found.group()
        if token.startswith("`") or _is_known(token):
            done += [_escape_piece(line[at : found.start()]), token if token.startswith("`") else f"<{token}>"]
            at = found.end()
    return "".join(done) + _escape_piece(line[at:])


def code(text: str, limit: int = TITLE_LENGTH) -> str:
    """``text`` as an inline code span that nothing inside can end, in a sentence or a table cell."""
    line = plain(text, limit).translate(_NOT_IN_CODE)
    return f"`{line or '?'}`"


def link(label: str, address: str) -> str:
    """A Markdown link. ``label`` is Markdown already; an ``address`` that is not http(s) leaves the label alone."""
    if not address.startswith(("https://", "http://")):
        return label
    return f"[{label}]({quote(address, safe=':/?#@!$&*+,;=%~-._')})"


def comment(text: str, limit: int = TITLE_LENGTH) -> str:
    """``text`` for a YAML comment inside a fenced block: one line that cannot close the fence."""
    return plain(text, limit).translate(_NOT_IN_FENCE)


def log_line(text: str, limit: int = 2000) -> str:
    """``text`` as one line of a log that GitHub's runner cannot read as a command.

    The runner takes a line that starts with ``::`` and, anywhere in a line, ``##[`` (actions/runner,
    ``ActionCommand.cs``).
    """
    line = plain(text, limit).replace("##[", "# #[")
    return f": :{line[2:]}" if line.startswith("::") else line


def _escape_match(found: re.Match[str]) -> str:
    token = found.group()
    if found.lastgroup == "broken":
        return token + ZERO_WIDTH
    return _entity(token) + (ZERO_WIDTH if found.lastgroup == "reference" else "")


def _entity(char: str) -> str:
    return f"&#{ord(char)};"


def _isolated(line: str, escaped: str) -> str:
    """Text that runs from right to left is isolated, so that the words and numbers after it keep their order."""
    runs_left = not _TAME.fullmatch(line) and any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in line)
    return f"\u2068{escaped}\u2069" if runs_left else escaped


def _escape_piece(piece: str) -> str:
    """``escape`` for a piece of a sentence: the spaces at its ends are kept."""
    inner = piece.strip(" ")
    if not inner:
        return piece
    start = piece.index(inner)
    return piece[:start] + escape(inner, len(inner)) + piece[start + len(inner) :]


def _is_known(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return any(host == known or host.endswith("." + known) for known in KNOWN_HOSTS)
