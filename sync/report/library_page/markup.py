"""Foreign text made harmless for HTML: in text, in quoted attributes and in addresses."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote, urlsplit

from sync.model.trakt import TraktTitle
from sync.report.text import SENTENCE_LENGTH, TITLE_LENGTH, plain

COVER_HOST = "https://s4.anilist.co"
COVER_ROOT = f"{COVER_HOST}/file/anilistcdn/media/anime/cover/"
"""Where AniList keeps its covers; an address anywhere else is no cover. The page asks for the smallest size."""

_COVER = re.compile(re.escape(COVER_ROOT) + r"(?:small|medium|large)/([A-Za-z0-9._-]{1,80})")
_SLUG = re.compile(r"[a-z0-9-]{1,200}")
_TAME = re.compile(r"[A-Za-z0-9 .,:;!?()–—…·×/*+-]*")
"""Text in which HTML has nothing to escape: nearly all of it, and a page holds tens of thousands of such pieces."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def html_text(value: str, limit: int = TITLE_LENGTH) -> str:
    """``value`` on one line as HTML that shows exactly ``plain(value)``; fit for a quoted attribute as well."""
    line = plain(value, limit)
    return line if _TAME.fullmatch(line) else escape(line)


def html_sentence(value: str) -> str:
    """A longer ``html_text``."""
    return html_text(value, SENTENCE_LENGTH)


def href(address: str, **query: str) -> str:
    """A quoted ``href`` for an ``https:`` address (``http:`` on this machine), empty for any other.

    ``query`` is appended to the address's own; a value may hold any text.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return ""
    added = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
    join = ("&" if parts.query else "?") if added else ""
    return f'href="{escape(quote(address, safe=":/?#[]@!$&*+,;=%~-._") + join + added)}"'


def anilist_link(anilist_id: int, words: str = "AniList") -> str:
    """``words`` (HTML) linked to the entry's page on AniList."""
    return f"<a href=https://anilist.co/anime/{anilist_id}>{words}</a>"


def trakt_address(title: TraktTitle) -> str:
    """The page on trakt.tv, by id where the slug is none."""
    slug = title.ids.slug or ""
    return f"https://trakt.tv/{title.kind.value}s/{slug if _SLUG.fullmatch(slug) else title.ids.trakt}"


def trakt_link(title: TraktTitle, words: str) -> str:
    """``words`` (HTML) linked to the title's page on Trakt; by id, which is shorter than a slug and never changes."""
    return f"<a href=https://trakt.tv/{title.kind.value}s/{title.ids.trakt}>{words}</a>"


def cover_attribute(anilist_id: int, address: str | None) -> str:
    """`` data-c=…`` with the name of a cover's file, ``~`` standing for ``bx``, the id and ``-``; empty for anything
    that is no cover."""
    found = _COVER.fullmatch(address or "")
    if not found:
        return ""
    usual = f"bx{anilist_id}-"
    return f" data-c={'~' + found[1].removeprefix(usual) if found[1].startswith(usual) else found[1]}"
