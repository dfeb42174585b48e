"""``shelves.json``: what the job put on the user's ratings, watchlist and dropped shows, each item one line.

A line is ``"season:20003": "s9:104578,112641"``: how it stands there (``Standing``), its value, and the AniList entries
that asked. The seasons of a show are ``"1=20003:1+25"``: number, Trakt id, first episode and how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from sync.model.bounds import MOST_EPISODES, Instant
from sync.model.lists import ItemKind, ListItem, ListMemory, Noted, Notes, Standing, TraktList
from sync.model.trakt import TraktSeason
from sync.services.state.document import (
    Damage,
    damage_named,
    id_in,
    moment_of,
    number_in,
    parse_object,
    read_rows,
    read_struct,
    render_document,
    render_moment,
    render_rows,
    render_value,
    typed,
)

SHELVES_FILE = "shelves.json"
MOST_VALUE = 10
"""Of a rating; the other lists hold an item or not."""

_ITEM = re.compile(r"(show|season|movie):(-?[0-9]+)")
_NOTE = re.compile(r"([a-z])(-?[0-9]+):((?:-?[0-9]+(?:,-?[0-9]+)*)?)")
_SEASON = re.compile(r"(-?[0-9]+)=(-?[0-9]+):(-?[0-9]+)\+(-?[0-9]+)")
_STANDINGS = {standing.value: standing for standing in Standing}
_RANK = {
    Standing.PENDING: 0,
    Standing.FOUND: 1,
    Standing.SET: 2,
    Standing.THEIRS: 3,
    Standing.UNDONE: 4,
}


class ListsDocument(msgspec.Struct, frozen=True):
    """The file: for each list, item → note; when a list was ``full``; Trakt's id of a show → its seasons."""

    ratings: dict[str, object] = {}
    watchlist: dict[str, object] = {}
    dropped: dict[str, object] = {}
    full: dict[TraktList, Instant] = {}
    seasons: dict[str, object] = {}


def render_item(item: ListItem) -> str:
    """``season:20003``."""
    return f"{item.kind.value}:{item.trakt_id}"


def parse_item(text: str) -> ListItem:
    """The inverse of ``render_item``. Raises ``Damage``."""
    match = _ITEM.fullmatch(text)
    if match is None:
        raise Damage(f"{text[:40]!r} is no show, season or film")
    return ListItem(ItemKind(match[1]), number_in(match[2], least=1))


def render_ids(anilist_ids: Iterable[int]) -> str:
    """``104578,112641``."""
    return ",".join(map(str, anilist_ids))


def parse_ids(text: str) -> tuple[int, ...]:
    """The inverse of ``render_ids``. Raises ``Damage``."""
    return tuple(id_in(part) for part in text.split(",") if part)


def parse_value(digits: str) -> int:
    """What an item has on a list; 0 if it is not there. Raises ``OutOfBounds``."""
    return number_in(digits, most=MOST_VALUE)


def parse_lists(content: bytes, name: str, left_out: list[str] | None = None) -> ListMemory:
    """What a file's ``content`` holds; an item that is out of bounds is named in ``left_out``. Raises
    ``StateError``."""
    beyond = [] if left_out is None else left_out
    with damage_named(name, content):
        document = read_struct(parse_object(content), ListsDocument, name=name)
        return ListMemory(
            notes={which: read_rows(getattr(document, which.value), _read_note, beyond) for which in TraktList},
            seasons=read_rows(document.seasons, _read_seasons, beyond),
            full_at={which: moment_of(at) for which, at in document.full.items()},
        )


def render_lists(lists: ListMemory, left_out: list[str] | None = None) -> bytes:
    """The whole file. An item that could not be read again is not written, but named in ``left_out``."""
    beyond = [] if left_out is None else left_out
    rendered = []
    for which in sorted(TraktList):
        notes = {render_item(item): _note_text(note) for item, note in sorted(lists.of(which).items())}
        rendered.append((which.value, render_rows(notes, _read_note, beyond)))
    full = {which.value: render_moment(at) for which, at in sorted(lists.full_at.items())}
    seasons = {str(show_id): _seasons_text(seasons) for show_id, seasons in sorted(lists.seasons.items())}
    return render_document(
        [*rendered, ("full", render_value(full)), ("seasons", render_rows(seasons, _read_seasons, beyond))]
    )


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


def _note_text(note: Noted) -> str:
    return f"{note.standing.value}{note.value}:{render_ids(note.anilist_ids)}"


def _read_note(key: str, text: object) -> tuple[ListItem, Noted]:
    match = _NOTE.fullmatch(typed(text, str))
    standing = _STANDINGS.get(match[1]) if match else None
    if match is None or standing is None:
        raise Damage("it is not noted in a way that is known")
    return parse_item(key), Noted(parse_value(match[2]), standing, parse_ids(match[3]))


def _seasons_text(seasons: Iterable[TraktSeason]) -> str:
    return " ".join(f"{each.number}={each.trakt_id}:{each.first}+{each.episodes}" for each in sorted(seasons))


def _read_seasons(key: str, text: object) -> tuple[int, tuple[TraktSeason, ...]]:
    found: list[TraktSeason] = []
    for part in typed(text, str).split():
        match = _SEASON.fullmatch(part)
        if match is None:
            raise Damage(f"{part[:40]!r} is no season")
        number, trakt_id, first, episodes = match.groups()
        found.append(TraktSeason(_episode(number), number_in(trakt_id, least=1), _episode(first), _episode(episodes)))
    return id_in(key), tuple(found)


def _episode(digits: str) -> int:
    return number_in(digits, most=MOST_EPISODES)
