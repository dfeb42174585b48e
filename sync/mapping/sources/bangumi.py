"""bangumi-data (CC BY 4.0, github.com/bangumi-data/bangumi-data): AniList id → TMDB show, season and start instant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sync.mapping.sources.claims import Broadcast, Claim, Source
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind

TMDB = re.compile(r"^(tv|movie)/(\d+)(?:-[^/]*)?(?:/season/(\d+)(?:/episode/(\d+))?)?$")
TOKYO = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class BangumiItem:
    """One item: the AniList and MAL ids it stands for, what it claims of TMDB, and when it was broadcast."""

    anilist_ids: tuple[int, ...]
    mal_ids: tuple[int, ...]
    claims: tuple[Claim, ...]
    broadcast: Broadcast | None


def parse_bangumi(decoded: object) -> tuple[BangumiItem, ...]:
    """The items that name an AniList id. Raises ``ValueError`` when this is not bangumi-data at all."""
    items = decoded.get("items") if isinstance(decoded, Mapping) else None
    if not isinstance(items, list):
        raise ValueError("bangumi-data holds no list of items")
    found = tuple(item for raw in items if isinstance(raw, Mapping) for item in _item(raw))
    if not found:
        raise ValueError("bangumi-data holds no item with an AniList id")
    return found


def _item(raw: Mapping[str, object]) -> Iterator[BangumiItem]:
    sites = raw.get("sites")
    ids: dict[str, list[str]] = {}
    for site in sites if isinstance(sites, list) else ():
        if isinstance(site, Mapping) and isinstance(site.get("site"), str):
            ids.setdefault(site["site"], []).append(str(site.get("id", "")))
    anilist = _numbers(ids.get("aniList", ()))
    if anilist:
        claims = tuple(claim for text in ids.get("tmdb", ()) for claim in _claim(text))
        yield BangumiItem(anilist, _numbers(ids.get("mal", ())), claims, _broadcast(raw))


def _numbers(values: list[str] | tuple[()]) -> tuple[int, ...]:
    return tuple(int(value) for value in values if value.isdigit())


def _claim(text: str) -> Iterator[Claim]:
    match = TMDB.match(text)
    if match is None:
        return
    kind = Kind.SHOW if match[1] == "tv" else Kind.MOVIE
    season = int(match[3]) if match[3] else None
    first = int(match[4]) if match[4] else None
    yield Claim(Source.BANGUMI, TitleRef("tmdb", kind, int(match[2])), season, first)


def _broadcast(raw: Mapping[str, object]) -> Broadcast | None:
    begin = _day(raw.get("begin"))
    return None if begin is None else Broadcast(begin, _day(raw.get("end")), str(raw.get("type", "")))


def _day(value: object) -> date | None:
    """The day in Tokyo on which an instant falls: Japanese calendars, and AniList, count late-night slots so."""
    if not isinstance(value, str) or not value:
        return None
    try:
        return (datetime.fromisoformat(value.replace("Z", "+00:00")) + TOKYO).date()
    except (ValueError, OverflowError):
        return None
