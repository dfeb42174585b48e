"""``library.toml`` → frozen facts: real anime on AniList, what Trakt lists of them, and which is which."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

Table = dict[str, object]
T = TypeVar("T")

LIBRARY_FILE = Path(__file__).with_name("library.toml")
AIRS_AT = time(14, 30, tzinfo=UTC)
FIRST_EPISODE_ID = 1000
"""Episode ids start low, so that they overlap with show and film ids, as Trakt's do."""

FIRST_TVDB_ID = 6_000_000

_RUN = re.compile(r"s(?P<season>\d+)e(?P<first>\d+)(-(?P<last>\d+))?( (?P<date>\d{4}-\d\d-\d\d))?( \+(?P<step>\d+)d)?")
_SPAN = re.compile(r"(?P<from>\d+)(?P<dash>-(?P<to>\d+)?)? = s(?P<season>\d+)e(?P<first>\d+)(-(?P<last>\d+))?")


@dataclass(frozen=True, slots=True)
class DemoEpisode:
    """One episode as Trakt lists it; ``first_aired`` is UTC, ``None`` where Trakt knows no date."""

    trakt_id: int
    season: int
    number: int
    first_aired: datetime | None

    @property
    def tvdb_id(self) -> int | None:
        """TVDB's id, which Trakt has of regular episodes, and not of all of those."""
        return FIRST_TVDB_ID + self.trakt_id if self.season and self.trakt_id % 4 else None


@dataclass(frozen=True, slots=True)
class DemoSpan:
    """AniList episodes ``first``–``last`` are Trakt's ``season``, numbers ``number``–``last_number``.

    Unequal counts mean that several AniList episodes share one of Trakt's, or one covers several.
    ``last`` is ``None`` for an open end.
    """

    first: int
    last: int | None
    season: int
    number: int
    last_number: int | None

    def numbers_of(self, episode: int) -> range:
        """The Trakt numbers that AniList's ``episode`` (1-based) covers; empty outside the span."""
        if episode < self.first or (self.last is not None and episode > self.last):
            return range(0)
        at = episode - self.first
        if self.last is None or self.last_number is None:
            return range(self.number + at, self.number + at + 1)
        ours, theirs = self.last - self.first + 1, self.last_number - self.number + 1
        start = self.number + at * theirs // ours
        return range(start, max(start + 1, self.number + (at + 1) * theirs // ours))


@dataclass(frozen=True, slots=True)
class DemoListing:
    """How the demo's person has an entry on their list; dates are ``YYYY[-MM[-DD]]`` or empty."""

    status: str
    progress: int
    started: str = ""
    completed: str = ""
    score: int = 0
    repeat: int = 0
    log: str = ""
    private: bool = False
    imported: bool = False
    hidden: bool = False
    custom: tuple[str, ...] = ()
    on_trakt: str = ""


@dataclass(frozen=True, slots=True)
class DemoAiring:
    """When an episode of an AniList entry is broadcast."""

    episode: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoRelation:
    """How a media stands to another one, in AniList's words: the ``anilist_id`` is its ``SEQUEL``, ``PARENT``, …

    ``type`` and ``format`` are the other's, for one that the library does not have (a manga, say).
    """

    kind: str
    anilist_id: int
    type: str = "ANIME"
    format: str | None = None


@dataclass(frozen=True, slots=True)
class DemoAnime:
    """An AniList entry with its true place on Trakt, what datasets say of it, and how it is listed.

    ``airings`` are the rows of the schedule that AniList still has. Where ``relations`` are not given, they are derived
    from the entries of the title.
    """

    anilist_id: int
    mal_id: int | None
    romaji: str
    english: str | None
    native: str | None
    format: str
    status: str
    episodes: int | None
    minutes: int
    start: str
    end: str
    next_episode: int | None
    spans: tuple[DemoSpan, ...]
    says: Mapping[str, object]
    unknown_to: frozenset[str]
    listing: DemoListing
    airings: tuple[DemoAiring, ...] = ()
    relations: tuple[DemoRelation, ...] | None = None


@dataclass(frozen=True, slots=True)
class DemoTitle:
    """A Trakt show (with ``episodes``) or film (with ``released``), and the AniList entries that belong to it.

    ``places`` is where an episode's id is: by season and number. ``empty_seasons`` are listed without an episode.
    """

    kind: str
    title: str
    year: int
    ids: Mapping[str, int | str]
    released: str = ""
    episodes: tuple[DemoEpisode, ...] = ()
    anime: tuple[DemoAnime, ...] = ()
    on_trakt: tuple[tuple[int, int], ...] = ()
    places: Mapping[tuple[int, int], int] = field(default_factory=dict, repr=False)
    empty_seasons: tuple[int, ...] = ()

    @property
    def trakt_id(self) -> int:
        """Trakt's id of the show or film."""
        return int(self.ids["trakt"])

    def key(self, trakt_id: int) -> tuple[str, int]:
        """An episode of the show, or the film, as (kind, Trakt id)."""
        return ("movie" if self.kind == "movie" else "episode", trakt_id)

    def scrobbled(self) -> Iterator[tuple[str, int]]:
        """What other apps had put on Trakt of it, as (kind, Trakt id)."""
        yield from (self.key(e.trakt_id) for e in self.episodes if (e.season, e.number) in self.on_trakt)
        if self.kind == "movie" and self.on_trakt:
            yield self.key(self.trakt_id)
        for anime in self.anime:
            for span in parse_spans(f"{anime.listing.on_trakt} = s1e1") if anime.listing.on_trakt else ():
                for episode in range(span.first, (span.last or span.first) + 1):
                    yield from (self.key(trakt_id) for trakt_id in self.targets(anime, episode))

    def targets(self, anime: DemoAnime, episode: int) -> tuple[int, ...]:
        """The true Trakt ids of one AniList episode (of the film, for a film); empty if Trakt does not list it."""
        if self.kind == "movie":
            return (self.trakt_id,)
        spans = (s for s in anime.spans if s.first <= episode and (s.last is None or episode <= s.last))
        places = [(span.season, number) for span in spans for number in span.numbers_of(episode)]
        return tuple(self.places[place] for place in places if place in self.places)


@dataclass(frozen=True, slots=True, eq=False)
class SampleLibrary:
    """All titles that the demo's Trakt knows, and the anime that it does not know (``unlisted``)."""

    titles: tuple[DemoTitle, ...]
    unlisted: tuple[DemoAnime, ...] = ()
    _index: dict[int, tuple[DemoTitle | None, DemoAnime]] = field(default_factory=dict, repr=False)

    def anime(self) -> Iterator[tuple[DemoTitle | None, DemoAnime]]:
        """Every AniList entry with its Trakt title, ``None`` if there is none."""
        for title in self.titles:
            for anime in title.anime:
                yield title, anime
        for anime in self.unlisted:
            yield None, anime

    def by_anilist_id(self, anilist_id: int) -> tuple[DemoTitle | None, DemoAnime]:
        """One AniList entry with its Trakt title. Raises ``KeyError`` if the library has none of that id."""
        if not self._index:
            self._index.update({anime.anilist_id: (title, anime) for title, anime in self.anime()})
        return self._index[anilist_id]


SERIES = {"TV", "TV_SHORT", "ONA"}


def derived_relations(library: SampleLibrary, anime: DemoAnime) -> tuple[DemoRelation, ...]:
    """What follows from the entries of one title: the series are each other's prequels and sequels in the order of
    their starts; what else there is, is a side story of the first."""
    title = library.by_anilist_id(anime.anilist_id)[0]
    others = sorted(title.anime if title else (), key=lambda one: (one.start, one.anilist_id))
    series = [one for one in others if one.format in SERIES]
    if anime not in series:
        return (_relation("PARENT", series[0]),) if series else ()
    at = series.index(anime)
    found = [_relation("PREQUEL", series[at - 1])] if at else []
    found += [_relation("SEQUEL", series[at + 1])] if at + 1 < len(series) else []
    found += [_relation("SIDE_STORY", one) for one in others if at == 0 and one not in series]
    return tuple(found)


def _relation(kind: str, other: DemoAnime) -> DemoRelation:
    return DemoRelation(kind, other.anilist_id, format=other.format)


@cache
def sample_library() -> SampleLibrary:
    """The library that comes with the demo."""
    return parse_library(LIBRARY_FILE.read_text(encoding="utf-8"))


def parse_library(text: str) -> SampleLibrary:
    """Reads a library in the format that the head of ``library.toml`` describes. Raises ``ValueError`` on a mistake."""
    document = tomllib.loads(text)
    ids = iter(range(FIRST_EPISODE_ID, 10**9))
    titles = [_title(table, "show", ids) for table in _tables(document, "show")]
    titles += [_title(table, "movie", ids) for table in _tables(document, "film")]
    unlisted = [_anime(entry) for table in _tables(document, "unlisted") for entry in _tables(table, "entry")]
    unlisted += [_anime(entry) for entry in _nested(document, "unlisted", "entry")]
    return SampleLibrary(tuple(titles), tuple(unlisted))


def _title(table: Table, kind: str, ids: Iterator[int]) -> DemoTitle:
    on_trakt = table.get("on_trakt", [])
    runs = [str(run) for run in _get(table, "episodes", list)] if kind == "show" else []
    episodes = tuple(_episodes(runs, ids))
    return DemoTitle(
        kind=kind,
        title=_get(table, "title", str),
        year=_get(table, "year", int),
        ids=_get(table, "ids", dict),
        released=str(table.get("released", "")),
        episodes=episodes,
        places={(episode.season, episode.number): episode.trakt_id for episode in episodes},
        anime=tuple(_anime(entry) for entry in _tables(table, "entry")),
        on_trakt=tuple(_place(str(text)) for text in on_trakt) if isinstance(on_trakt, list) else ((0, 0),),
    )


def _episodes(runs: list[str], ids: Iterator[int]) -> Iterator[DemoEpisode]:
    for text in runs:
        run = _RUN.fullmatch(text)
        if run is None:
            raise ValueError(f"not a run of episodes: {text!r}")
        first, last = int(run["first"]), int(run["last"] or run["first"])
        step = timedelta(days=int(run["step"] or 7))
        aired = datetime.combine(datetime.fromisoformat(run["date"]), AIRS_AT) if run["date"] else None
        for number in range(first, last + 1):
            yield DemoEpisode(next(ids), int(run["season"]), number, aired and aired + step * (number - first))


def _place(text: str) -> tuple[int, int]:
    run = _RUN.fullmatch(text)
    if run is None:
        raise ValueError(f"not an episode: {text!r}")
    return int(run["season"]), int(run["first"])


def parse_spans(text: str) -> tuple[DemoSpan, ...]:
    """``"1 = s0e2, 2-13 = s2e1"`` → spans."""
    return tuple(_span(part) for part in text.split(", ")) if text else ()


def _span(text: str) -> DemoSpan:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"not a span: {text!r}")
    last = int(match["to"]) if match["to"] else None if match["dash"] else int(match["from"])
    last_number = int(match["last"]) if match["last"] else None
    return DemoSpan(int(match["from"]), last, int(match["season"]), int(match["first"]), last_number)


def _anime(table: Table) -> DemoAnime:
    facts, names, listed = (_get(table, key, dict) for key in ("anime", "title", "list"))
    listed["custom"] = tuple(listed.get("custom", ()))
    status = "FINISHED" if facts.get("to") else "RELEASING"
    return DemoAnime(
        anilist_id=facts["id"],
        mal_id=facts.get("mal"),
        romaji=names["romaji"],
        english=names.get("english"),
        native=names.get("native"),
        format=facts["format"],
        status=facts.get("status", status),
        episodes=facts.get("episodes"),
        minutes=facts["minutes"],
        start=facts.get("from", ""),
        end=facts.get("to", ""),
        next_episode=facts.get("next"),
        spans=parse_spans(str(table.get("is", ""))),
        says=_get(table, "says", dict) if "says" in table else {},
        unknown_to=frozenset(_get(table, "unknown_to", list)) if "unknown_to" in table else frozenset(),
        listing=DemoListing(**listed),
    )


def _tables(table: Table, key: str) -> list[Table]:
    found = table.get(key, [])
    return found if isinstance(found, list) else []


def _nested(table: Table, outer: str, inner: str) -> list[Table]:
    found = table.get(outer)
    return _tables(found, inner) if isinstance(found, dict) else []


def _get(table: Table, key: str, kind: type[T]) -> T:
    value = table.get(key)
    if not isinstance(value, kind):
        raise ValueError(f"{key!r} is missing or not a {kind.__name__} in {table}")
    return value
