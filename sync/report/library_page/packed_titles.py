"""Titles of episodes that the page has no room for as text: deflated into one block that its script unfolds."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterable

from sync.model.library import LibraryEntry
from sync.report.text import plain


def pack_titles(entries: Iterable[LibraryEntry]) -> str:
    """One line an entry, its id and then the title of each of its episodes between tabs; deflated, in base64."""
    lines = "\n".join("\t".join((str(entry.anilist_id), *_titles(entry))) for entry in entries)
    return b64encode(zlib.compress(lines.encode(), 9)).decode()


def title_bytes(entry: LibraryEntry) -> int:
    """What the titles of the entry's episodes take as they stand, with a tab before each."""
    return sum(len(title.encode()) + 1 for title in _titles(entry) if title)


def _titles(entry: LibraryEntry) -> Iterable[str]:
    return (plain(episode.title) if episode.title else "" for episode in entry.episodes)
