"""Trakt's catalogue in miniature: shows, seasons, episodes, films, and the searches for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from demo.library import DemoEpisode, DemoTitle, SampleLibrary
from demo.server import JsonObject
from demo.world import DemoWorld

ID_TYPES = ("trakt", "tmdb", "tvdb", "imdb")
RUNTIME = 24
UPDATED = "2026-09-01T12:00:00.000Z"
FIRST_SEASON_ID = 20_000
"""A season's id is this and the lowest id of its episodes, so that it stays when the season is numbered anew."""
EMPTY_SEASON = 500_000_000


def moment(at: datetime | None) -> str | None:
    """Trakt's way of writing a time."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z") if at else None


class DemoCatalogue:
    """What Trakt lists now. Ids overlap between shows, films and episodes, so every lookup says which it means."""

    def __init__(self, world: DemoWorld) -> None:
        self._world = world
        self._read: SampleLibrary | None = None
        self._tables = _Tables(())

    @property
    def _now(self) -> _Tables:
        """The tables of what Trakt lists at this moment; made anew when that has changed."""
        library = self._world.seen_by("trakt")
        if library is not self._read:
            self._read, self._tables = library, _Tables(library.titles)
        return self._tables

    def find(self, kind: str, ids: Mapping[str, object]) -> DemoTitle | None:
        """The show or film that the given ids name, tried in Trakt's order: trakt, imdb, tmdb, tvdb, slug."""
        for owner in ("trakt", "imdb", "tmdb", "tvdb", "slug"):
            value = ids.get(owner)
            if value is None or (kind == "movie" and owner == "tvdb"):
                continue
            return self._now.titles.get((kind, owner, str(value)))
        return None

    def by_path(self, kind: str, text: str) -> DemoTitle | None:
        """The show or film at ``/shows/TEXT``: its Trakt id, slug or IMDb id."""
        wanted = ("trakt",) if text.isdigit() else ("slug", "imdb")
        found = (self._now.titles.get((kind, owner, text)) for owner in wanted)
        return next((title for title in found if title), None)

    def episode(self, ids: Mapping[str, object]) -> tuple[DemoTitle, DemoEpisode] | None:
        """An episode with its show, by Trakt id or else by TVDB id."""
        owner = "trakt" if ids.get("trakt") is not None else "tvdb"
        return self._now.episodes.get((owner, ids.get(owner)))

    @property
    def seasons(self) -> Mapping[int, tuple[DemoTitle, int]]:
        """Every season with its show and number, by the season's own id."""
        return self._now.seasons

    def season(self, season_id: object) -> tuple[DemoTitle, int] | None:
        """The show and the number of a season, by the season's own id."""
        return self._now.seasons.get(season_id) if isinstance(season_id, int) else None

    def episodes_of(self, season_id: object) -> list[DemoEpisode]:
        """The episodes of a season, by the season's own id."""
        title, number = self.season(season_id) or (None, 0)
        return [e for e in title.episodes if e.season == number] if title else []

    def season_id(self, title: DemoTitle, season: int) -> int:
        """A season's own id, which it keeps when it gains episodes or another number."""
        return self._now.season_ids[title.trakt_id, season]

    def search_id(self, owner: str, value: str, kinds: list[str]) -> list[JsonObject]:
        """``/search/{owner}/{value}``: every kind of thing that has this id, unless ``kinds`` says which."""
        found: list[JsonObject] = []
        for kind in ("show", "movie"):
            if kinds and kind not in kinds:
                continue
            title = self._now.titles.get((kind, owner, value))
            found += [_hit(kind, title, 1000)] if title else []
        if (not kinds or "episode" in kinds) and value.isdigit():
            known = self._now.episodes.get((owner, int(value)))
            if known:
                shown = {"episode": episode_view(known[1]), "show": title_view(known[0])}
                found.append({"type": "episode", "score": 1000, **shown})
        return found

    def search_text(self, query: str, kinds: list[str]) -> list[JsonObject]:
        """``/search/{kinds}?query=``: titles and aliases that share words with it, best first, rightly or wrongly."""
        wanted = _words(query)
        scored = [
            (max((_likeness(wanted, _words(name)) for name in names(title)), default=0.0), title)
            for kind in kinds
            for title in self._now.by_kind.get(kind, [])
        ]
        scored = [(score, title) for score, title in scored if score > 0]
        scored.sort(key=lambda hit: (-hit[0], hit[1].title))
        return [_hit(title.kind, title, round(score * 1000)) for score, title in scored]

    def seasons_view(self, title: DemoTitle, extended: set[str], now: datetime) -> list[JsonObject]:
        """``/shows/:id/seasons``; episodes only with ``extended=episodes``, dates only with ``full``."""
        full = "full" in extended
        by_season: dict[int, list[DemoEpisode]] = {number: [] for number in title.empty_seasons}
        for episode in title.episodes:
            by_season.setdefault(episode.season, []).append(episode)
        shown = []
        for number, episodes in sorted(by_season.items()):
            ids = {"trakt": self.season_id(title, number), "tvdb": None, "tmdb": None}
            row: JsonObject = {"number": number, "ids": ids}
            row |= _season_facts(number, episodes, now) if full else {}
            if "episodes" in extended:
                row["episodes"] = [episode_view(e, full=full, dated=full) for e in episodes]
            shown.append(row)
        return shown


class _Tables:
    """The titles, episodes and seasons by their ids."""

    def __init__(self, titles: Iterable[DemoTitle]) -> None:
        self.by_kind: dict[str, list[DemoTitle]] = {"show": [], "movie": []}
        self.titles: dict[tuple[str, str, str], DemoTitle] = {}
        self.episodes: dict[tuple[str, object], tuple[DemoTitle, DemoEpisode]] = {}
        self.seasons: dict[int, tuple[DemoTitle, int]] = {}
        self.season_ids: dict[tuple[int, int], int] = {}
        for title in titles:
            self.by_kind[title.kind].append(title)
            for owner, value in title.ids.items():
                if (title.kind, owner) != ("movie", "tvdb"):
                    self.titles.setdefault((title.kind, owner, str(value)), title)
            self._add_seasons(title)

    def _add_seasons(self, title: DemoTitle) -> None:
        firsts: dict[int, int] = {
            season: EMPTY_SEASON + title.trakt_id * 100 + season for season in title.empty_seasons
        }
        for episode in title.episodes:
            self.episodes["trakt", episode.trakt_id] = title, episode
            if episode.tvdb_id is not None:
                self.episodes["tvdb", episode.tvdb_id] = title, episode
            firsts[episode.season] = min(episode.trakt_id, firsts.get(episode.season, episode.trakt_id))
        for season, first in firsts.items():
            self.seasons[FIRST_SEASON_ID + first] = title, season
            self.season_ids[title.trakt_id, season] = FIRST_SEASON_ID + first


def _season_facts(number: int, episodes: list[DemoEpisode], now: datetime) -> JsonObject:
    dates = [e.first_aired for e in episodes if e.first_aired]
    return {
        "title": f"Season {number}" if number else "Specials",
        "overview": None,
        "episode_count": len(episodes),
        "aired_episodes": sum(date <= now for date in dates),
        "first_aired": moment(min(dates, default=None)),
        "updated_at": UPDATED,
        "rating": 8.0,
        "votes": 100,
        "network": "Tokyo MX",
        "total_runtime": RUNTIME * len(episodes),
    }


def title_view(title: DemoTitle, *, full: bool = False, now: datetime | None = None) -> JsonObject:
    """A show or film. A show always says how many of its episodes have aired."""
    ids = {owner: title.ids.get(owner) for owner in ("trakt", "slug", "tvdb", "imdb", "tmdb")}
    view: JsonObject = {"title": title.title, "year": title.year, "ids": ids}
    if title.kind == "movie":
        del ids["tvdb"]
        return view | (_film_facts(title) if full else {})
    dates = [e.first_aired for e in title.episodes if e.first_aired and e.season]
    view["aired_episodes"] = sum(now is None or date <= now for date in dates)
    return view | (_show_facts(min(dates, default=None)) if full else {})


def _film_facts(title: DemoTitle) -> JsonObject:
    minutes = title.anime[0].minutes * (title.anime[0].episodes or 1) if title.anime else 120
    return {"released": title.released, "runtime": minutes, "status": "released", **_facts(title.title)}


def _show_facts(begins: datetime | None) -> JsonObject:
    airs = {"day": begins.strftime("%A"), "time": begins.strftime("%H:%M"), "timezone": "Asia/Tokyo"} if begins else {}
    facts = {"first_aired": moment(begins), "airs": airs, "runtime": RUNTIME, "network": "Tokyo MX"}
    return {**facts, "status": "returning series", **_facts("")}


def _facts(original: str) -> JsonObject:
    """What ``extended=full`` adds to both shows and films."""
    return {
        "tagline": "",
        "overview": "",
        "certification": None,
        "country": "jp",
        "trailer": None,
        "homepage": None,
        "rating": 8.0,
        "votes": 100,
        "comment_count": 3,
        "updated_at": UPDATED,
        "language": "ja",
        "languages": ["ja"],
        "available_translations": ["en", "ja"],
        "genres": ["anime"],
        "subgenres": [],
        "original_title": original or None,
    }


def episode_view(episode: DemoEpisode, *, full: bool = False, dated: bool = True) -> JsonObject:
    """An episode; ``number_abs`` is null, as it often is."""
    view: JsonObject = {
        "season": episode.season,
        "number": episode.number,
        "title": f"Episode {episode.number}",
        "ids": {"trakt": episode.trakt_id, "tvdb": episode.tvdb_id, "imdb": None, "tmdb": None},
    }
    if dated:
        view["first_aired"] = moment(episode.first_aired)
    if full:
        view |= {"number_abs": None, "overview": None, "rating": 8.0, "votes": 10, "comment_count": 0}
        view |= {"updated_at": UPDATED, "available_translations": ["en"], "runtime": RUNTIME}
        view |= {"episode_type": "standard", "original_title": None, "released": None, "effective_release_date": None}
    return view


def released_at(episode: DemoEpisode | None, now: datetime) -> datetime:
    """What ``watched_at: "released"`` means: first aired plus running time; for a film, and where unknown, now."""
    if episode is None or episode.first_aired is None:
        return now
    return episode.first_aired + timedelta(minutes=RUNTIME)


def names(title: DemoTitle) -> Iterator[str]:
    """The title and its aliases."""
    yield title.title
    for anime in title.anime:
        yield from (name for name in (anime.romaji, anime.english, anime.native) if name)


def _hit(kind: str, title: DemoTitle, score: int) -> JsonObject:
    return {"type": kind, "score": score, kind: title_view(title)}


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _likeness(wanted: frozenset[str], words: frozenset[str]) -> float:
    both = wanted & words
    return len(both) / len(wanted | words) if both else 0.0
