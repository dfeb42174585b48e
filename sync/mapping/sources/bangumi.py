"""bangumi-data (CC BY 4.0, github.com/bangumi-data/bangumi-data): AniList id → TMDB show, season and start instant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from sync.mapping.sources.claims import Broadcast, Claim, Made, Names, Source, Table
from sync.model.bounds import BadRow, LeftOut, RowReader, Word, read_json
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind

TMDB = re.compile(r"^(tv|movie)/(\d{1,9})(?:-[^/]*)?(?:/season/(\d{1,5})(?:/episode/(\d{1,5}))?)?$")
TOKYO = timedelta(hours=9)


class Site(Struct, gc=False):
    """An id of an item elsewhere; ``id`` is missing where the item has only an address."""

    site: Word
    id: Word = ""


class Item(Struct, gc=False):
    """One item. ``begin`` and ``end`` are instants in ISO 8601, or empty."""

    sites: Annotated[list[Site], Meta(max_length=200)] = []
    type: Word = ""
    begin: Word = ""
    end: Word = ""


class Document(Struct):
    """``data.json``."""

    items: Raw


class KnownItem(NamedTuple):
    """What is kept of an item that names an AniList id; ``tmdb`` are paths such as ``tv/1429/season/3``."""

    tmdb: tuple[str, ...]
    type: str
    begin: str
    end: str


_DOCUMENT = Decoder(Document)
_ITEMS = RowReader(Item)


def parse_bangumi(body: bytes) -> Table:
    """The items that name an AniList id. Raises ``ValueError`` when this is not bangumi-data at all."""
    no_list = ValueError("bangumi-data holds no list of items")
    items = read_json(lambda text: _ITEMS.one_by_one(_DOCUMENT.decode(text).items), body, no_list)
    left_out: list[LeftOut] = []
    found: dict[int, tuple[KnownItem, ...]] = {}
    mal_ids: dict[int, int] = {}
    names = Names()
    for item in items:
        if isinstance(item, BadRow):
            left_out.append(item.left_out("items of bangumi-data"))
            continue
        ids: dict[str, list[str]] = {"aniList": [], "mal": [], "tmdb": []}
        for site in item.sites:
            if site.site in ids:
                ids[site.site].append(site.id)
        anilist, mal = _numbers(ids["aniList"]), _numbers(ids["mal"])
        known = KnownItem(tuple(ids["tmdb"]), item.type, item.begin, item.end)
        for at, anilist_id in enumerate(anilist):
            found[anilist_id] = (*found.get(anilist_id, ()), known)
            if len(mal) == len(anilist):
                mal_ids.setdefault(anilist_id, mal[at])
            for kind, value in filter(None, map(_title, known.tmdb)):
                names.add("tmdb", kind, value, anilist_id)
    if not found:
        raise ValueError("bangumi-data holds no item with an AniList id")
    return Table(
        names=names,
        claims=Made(found, lambda all_: tuple(claim for each in all_ for claim in _claims(each))),
        mal_ids=mal_ids,
        broadcasts=Made(found, lambda all_: tuple(_broadcasts(all_))),
        left_out=tuple(left_out),
    )


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]


def _title(path: str) -> tuple[Kind, int] | None:
    match = TMDB.match(path)
    return (Kind.SHOW if match[1] == "tv" else Kind.MOVIE, int(match[2])) if match else None


def _claims(known: KnownItem) -> Iterator[Claim]:
    for path in known.tmdb:
        match, title = TMDB.match(path), _title(path)
        if match and title:
            season = int(match[3]) if match[3] else None
            first = int(match[4]) if match[4] else None
            yield Claim(Source.BANGUMI, TitleRef("tmdb", *title), season, first)


def _broadcasts(all_: Iterable[KnownItem]) -> Iterator[Broadcast]:
    for known in all_:
        begin = _day(known.begin)
        if begin is not None:
            yield Broadcast(begin, _day(known.end), known.type)


def _day(text: str) -> date | None:
    """The day in Tokyo on which an instant falls: Japanese calendars, and AniList, count late-night slots so."""
    if not text:
        return None
    try:
        return (datetime.fromisoformat(text) + TOKYO).date()
    except (ValueError, OverflowError):
        return None
