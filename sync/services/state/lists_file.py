"""``shelves.json``: what the job put on the user's ratings, watchlist and dropped shows, each item one line.

A line is ``"season:20003": "s9:104578,112641"``: how it stands there (``Standing``), its value, and the AniList entries
that asked. The seasons of a show are ``"1=20003:1+25"``: number, Trakt id, first episode and how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from sync.model.lists import ItemKind, ListItem, ListMemory, Noted, Notes, Standing, TraktList
from sync.model.trakt import TraktSeason
from sync.services.state.document import (
    Damage,
    Fields,
    JsonObject,
    damaged,
    parse_document,
    parse_id,
    parse_moment,
    render_document,
    render_entries,
    render_moment,
    render_value,
)

SHELVES_FILE = "shelves.json"

_ITEM = re.compile(r"(show|season|movie):([0-9]{1,18})")
_NOTE = re.compile(r"([a-z])([0-9]{1,2}):((?:[0-9]{1,18}(?:,[0-9]{1,18})*)?)")
_SEASON = re.compile(r"([0-9]{1,9})=([0-9]{1,18}):([0-9]{1,9})\+([0-9]{1,9})")
_STANDINGS = {standing.value: standing for standing in Standing}
_RANK = {
    Standing.PENDING: 0,
    Standing.FOUND: 1,
    Standing.SET: 2,
    Standing.THEIRS: 3,
    Standing.UNDONE: 4,
}


def render_item(item: ListItem) -> str:
    """``season:20003``."""
    return f"{item.kind.value}:{item.trakt_id}"


def parse_item(text: str) -> ListItem:
    """The inverse of ``render_item``. Raises ``Damage``."""
    match = _ITEM.fullmatch(text)
    if match is None:
        raise Damage(f"{text[:40]!r} is no show, season or film")
    return ListItem(ItemKind(match[1]), int(match[2]))


def render_ids(anilist_ids: Iterable[int]) -> str:
    """``104578,112641``."""
    return ",".join(map(str, anilist_ids))


def parse_ids(text: str) -> tuple[int, ...]:
    """The inverse of ``render_ids``. Raises ``Damage``."""
    return tuple(parse_id(part) for part in text.split(",") if part)


def parse_lists(content: bytes, name: str) -> ListMemory:
    """What a file's ``content`` holds. Raises ``StateError``."""
    fields = Fields(parse_document(content, name), "it")
    try:
        seasons = fields.mapping("seasons")
        return ListMemory(
            notes={which: _parse_notes(fields.mapping(which.value)) for which in TraktList},
            seasons={parse_id(key): _parse_seasons(text) for key, text in seasons.items()},
            full_at=dict(_parse_full(key, at) for key, at in fields.mapping("full").items()),
        )
    except Damage as damage:
        raise damaged(name, damage) from damage


def render_lists(lists: ListMemory) -> bytes:
    """The whole file."""
    full = {which.value: render_moment(at) for which, at in sorted(lists.full_at.items())}
    rendered = [(which.value, render_entries(_note_lines(lists.of(which)))) for which in sorted(TraktList)]
    seasons = (f'"{key}": {render_value(_render_seasons(lists.seasons[key]))}' for key in sorted(lists.seasons))
    return render_document([*rendered, ("full", render_value(full)), ("seasons", render_entries(seasons))])


def merge_lists(ours: ListMemory, theirs: ListMemory) -> ListMemory:
    """Each item as the side knows it that knows more: pending < found < set < the user's < undone.

    An item that one side has forgotten comes back, and the next run, which reads Trakt, forgets it again.
    """
    seasons = dict(theirs.seasons)
    for show_id, known in ours.seasons.items():
        seasons[show_id] = max(known, seasons.get(show_id, ()), key=lambda each: (sum(s.episodes for s in each), each))
    full_at = dict(theirs.full_at)
    for which, at in ours.full_at.items():
        full_at[which] = max(at, full_at.get(which, at))
    return ListMemory(
        {which: _merge_notes(ours.of(which), theirs.of(which)) for which in TraktList},
        seasons,
        full_at,
    )


def _merge_notes(ours: Notes, theirs: Notes) -> Notes:
    merged = dict(theirs)
    for item, note in ours.items():
        merged[item] = max(note, merged.get(item, note), key=_freshness)
    return merged


def _freshness(note: Noted) -> tuple[int, int, tuple[int, ...]]:
    return _RANK[note.standing], note.value, note.anilist_ids


def _note_lines(notes: Notes) -> list[str]:
    return [
        f'"{render_item(item)}": '
        f'"{notes[item].standing.value}{notes[item].value}:{render_ids(notes[item].anilist_ids)}"'
        for item in sorted(notes)
    ]


def _parse_notes(lines: JsonObject) -> Notes:
    return {parse_item(key): _parse_note(key, text) for key, text in lines.items()}


def _parse_note(key: str, text: object) -> Noted:
    match = _NOTE.fullmatch(text) if isinstance(text, str) else None
    standing = _STANDINGS.get(match[1]) if match else None
    if match is None or standing is None:
        raise Damage(f'"{key[:40]}" is not noted in a way that is known')
    return Noted(int(match[2]), standing, parse_ids(match[3]))


def _render_seasons(seasons: Iterable[TraktSeason]) -> str:
    return " ".join(f"{each.number}={each.trakt_id}:{each.first}+{each.episodes}" for each in sorted(seasons))


def _parse_seasons(text: object) -> tuple[TraktSeason, ...]:
    found: list[TraktSeason] = []
    for part in text.split() if isinstance(text, str) else ("",):
        match = _SEASON.fullmatch(part)
        if match is None:
            raise Damage(f"{part[:40]!r} is no season")
        found.append(TraktSeason(*map(int, match.groups())))
    return tuple(found)


def _parse_full(key: str, value: object) -> tuple[TraktList, datetime]:
    if key not in [which.value for which in TraktList] or not isinstance(value, str):
        raise Damage(f'"{key[:40]}" in "full" is not when a list was full')
    return TraktList(key), parse_moment(value)
