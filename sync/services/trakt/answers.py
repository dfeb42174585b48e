"""Trakt's catalogue → values (Trakt API contract, 2026-07).

A bad row is left out and named; a missing frame raises ``SuspiciousRead``, and is never taken for "nothing there".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import TypeVar

from msgspec import Raw, Struct, ValidationError
from msgspec.json import Decoder

from sync.errors import NEXT_RUN, SuspiciousRead
from sync.model.bounds import (
    UNREADABLE,
    BadRow,
    Count,
    Id,
    LeftOut,
    Line,
    OtherId,
    Read,
    RowReader,
    Total,
    Word,
    id_at,
    read_json,
    utc,
)
from sync.model.trakt import NO_ID, Kind, ShowLayout, TraktEpisode, TraktIds, TraktSeason, TraktTitle

T = TypeVar("T")


def suspicious(what: str) -> SuspiciousRead:
    """The error for an answer that is short or shapeless."""
    return SuspiciousRead("Trakt", f"Trakt sent {what}.", NEXT_RUN)


def framed(decode: Callable[[bytes], T], body: bytes, what: str) -> T:
    """What ``decode`` makes of ``body``. Raises ``NotJson``, and ``SuspiciousRead`` saying that Trakt sent ``what``."""
    return read_json(decode, body, suspicious(what))


# --- titles -----------------------------------------------------------------------------------------------------------


class OwnId(Struct, gc=False):
    """``ids`` of which only Trakt's matters."""

    trakt: Id


class OwnIds(Struct, gc=False):
    """Any object of which only Trakt's id matters."""

    ids: OwnId


class AllIds(Struct, gc=False):
    """``ids`` of a show or film."""

    trakt: Id
    slug: Word | None = None
    tmdb: OtherId | None = None
    tvdb: OtherId | None = None
    imdb: Word | None = None


class TitleRow(Struct, gc=False):
    """A show or film. ``runtime`` is minutes; ``released`` is there for films."""

    ids: AllIds
    title: Line
    year: Count | None = None
    original_title: Line | None = None
    released: date | None = None
    runtime: Count | None = None


class FoundRow(Struct, gc=False):
    """A search result: the object that ``type`` names."""

    type: Word
    show: TitleRow | None = None
    movie: TitleRow | None = None


_TITLE, _FOUND = Decoder(TitleRow), RowReader(FoundRow)


def parse_title(kind: Kind, body: bytes) -> Read[TraktTitle | None]:
    """A show or movie object; ``None`` for one that cannot be right, such as one without an id or title."""
    try:
        return Read(title_of(kind, read_json(_TITLE.decode, body)))
    except ValidationError as error:
        return Read(None, (LeftOut.of(f"{kind.value}s", error, body, "ids", "trakt"),))


def title_of(kind: Kind, row: TitleRow) -> TraktTitle | None:
    """The value of a show or movie object, ``None`` without words in its title."""
    title, original = row.title.strip(), (row.original_title or "").strip()
    ids = row.ids
    if not title:
        return None
    return TraktTitle(
        kind=kind,
        ids=TraktIds(ids.trakt, ids.slug or None, ids.tmdb or None, ids.tvdb or None, ids.imdb or None),
        title=title,
        year=row.year or None,
        released=row.released if kind is Kind.MOVIE else None,
        runtime=(row.runtime or None) if kind is Kind.MOVIE else None,
        aliases=(original,) if original and original != title else (),
    )


def parse_search(kind: Kind, body: bytes) -> Read[tuple[TraktTitle, ...]]:
    """Search results of one kind, in Trakt's order; results of another kind are left out."""
    rows, bad = framed(_FOUND.read, body, "a search result that is no list")
    found = [row.show if kind is Kind.SHOW else row.movie for row in rows if row.type == kind.value]
    titles = tuple(title for row in found if row and (title := title_of(kind, row)))
    return Read(titles, tuple(each.left_out("search results", kind.value, "ids", "trakt") for each in bad))


# --- layouts ----------------------------------------------------------------------------------------------------------


class SeasonRow(Struct, gc=False):
    """A season; ``episodes`` may be missing where ``episode_count`` is 0."""

    number: Count
    episodes: Raw = Raw(b"null")
    episode_count: Total | None = None
    ids: Raw = Raw(b"null")


class EpisodeRow(Struct, gc=False):
    """An episode; ``runtime`` is minutes."""

    number: Count
    ids: OwnId
    title: Line | None = None
    first_aired: datetime | None = None
    runtime: Count | None = None

    def __post_init__(self) -> None:
        if self.first_aired is not None:
            self.first_aired = utc(self.first_aired)


class NumberedRow(Struct, gc=False):
    """What must be readable of an episode to know which place it takes."""

    number: Count


_SEASONS, _EPISODES = RowReader(SeasonRow), RowReader(EpisodeRow)
_NUMBERED = Decoder(NumberedRow)


def parse_layout(show: TraktTitle, body: bytes) -> Read[ShowLayout]:
    """``/shows/:id/seasons?extended=full,episodes``: every episode once, by season and number.

    An episode that cannot be right keeps its place without an id (``NO_ID``): nothing is written to it, and the ones
    behind it do not move up. A season that cannot be read leaves no such place, so it makes the answer suspicious.
    """
    trakt_id = show.ids.trakt
    seasons, odd = framed(_SEASONS.read, body, f"seasons of show {trakt_id} that are no list")
    if odd:
        raise suspicious(f"a season of show {trakt_id} that cannot be read ({odd[0].why})")
    listed: dict[int, TraktEpisode] = {}
    without_id: list[TraktEpisode] = []
    season_ids: dict[int, int] = {}
    left_out: list[LeftOut] = []
    for season in seasons:
        rows, bad = _episode_rows(season, trakt_id)
        for row in rows:
            listed.setdefault(row.ids.trakt, _episode(season.number, row))
        without_id += _places(season.number, rows, bad)
        what = f"episodes of show {trakt_id}, season {season.number}"
        left_out += [each.left_out(what, "ids", "trakt") for each in bad]
        if (season_id := id_at(season.ids, "trakt")) is not None:
            season_ids.setdefault(season.number, season_id)
    ordered = sorted([*listed.values(), *without_id], key=lambda e: (e.season, e.number, e.trakt_id))
    numbers: dict[int, list[int]] = {}
    for episode in ordered:
        numbers.setdefault(episode.season, []).append(episode.number)
    known = [TraktSeason(at, season_ids[at], has[0], len(has)) for at, has in numbers.items() if at in season_ids]
    return Read(ShowLayout(show, tuple(ordered), tuple(known)), tuple(left_out))


def _episode_rows(season: SeasonRow, show_id: int) -> tuple[list[EpisodeRow], list[BadRow]]:
    if season.episode_count == 0 and bytes(season.episodes) == b"null":
        return [], []
    return framed(_EPISODES.read, season.episodes, f"a season of show {show_id} without its episodes")


def _episode(season: int, row: EpisodeRow) -> TraktEpisode:
    return TraktEpisode(
        trakt_id=row.ids.trakt,
        season=season,
        number=row.number,
        title=(row.title or "").strip() or None,
        first_aired=row.first_aired,
        runtime=row.runtime or None,
    )


def _places(season: int, rows: Sequence[EpisodeRow], bad: Sequence[BadRow]) -> Iterator[TraktEpisode]:
    """The places of episodes that cannot be right. One whose number cannot be read either has the number between its
    neighbours, if that is free."""
    numbers: list[int | None] = [row.number for row in rows]
    for each in bad:
        numbers.insert(each.at, number_at(each.raw))
    taken = {row.number for row in rows}
    for each in bad:
        number = numbers[each.at]
        if number is None:
            before = numbers[each.at - 1] if each.at else None
            behind = next((other for other in numbers[each.at :] if other is not None), None)
            number = before + 1 if before is not None else behind - 1 if behind else None
        if number is not None and number not in taken:
            taken.add(number)
            numbers[each.at] = number
            yield TraktEpisode(NO_ID, season, number)


def number_at(raw: Raw) -> int | None:
    """The ``number`` of an episode of which something else cannot be right."""
    try:
        return _NUMBERED.decode(raw).number
    except UNREADABLE:
        return None
