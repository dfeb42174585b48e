"""Trakt's catalogue in miniature: shows, seasons, episodes, films, and the searches for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby

from demo.library import DemoEpisode, DemoTitle, Library
from demo.server import JsonObject

ID_TYPES = ("trakt", "tmdb", "tvdb", "imdb")
RUNTIME = 24


def moment(at: datetime | None) -> str | None:
    """Trakt's way of writing a time."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z") if at else None


class DemoCatalogue:
    """What Trakt lists. Ids overlap between shows, films and episodes, so every lookup says which it means."""

    def __init__(self, library: Library) -> None:
        self._by_kind = {kind: [t for t in library.titles if t.kind == kind] for kind in ("show", "movie")}
        self._episodes = {e.trakt_id: (title, e) for title in library.titles for e in title.episodes}
        self._season_ids = {
            20_000 + number: (title, season)
            for number, (title, season) in enumerate(
                (title, season) for title in library.titles for season in sorted({e.season for e in title.episodes})
            )
        }

    def find(self, kind: str, ids: Mapping[str, object]) -> DemoTitle | None:
        """The show or film that the given ids name, tried in Trakt's order: trakt, imdb, tmdb, tvdb, slug."""
        for owner in ("trakt", "imdb", "tmdb", "tvdb", "slug"):
            value = ids.get(owner)
            if value is None or (kind == "movie" and owner == "tvdb"):
                continue
            return next((t for t in self._by_kind[kind] if str(t.ids.get(owner)) == str(value)), None)
        return None

    def by_path(self, kind: str, text: str) -> DemoTitle | None:
        """The show or film at ``/shows/TEXT``: its Trakt id, slug or IMDb id."""
        wanted = ("trakt",) if text.isdigit() else ("slug", "imdb")
        return next((t for t in self._by_kind[kind] if any(str(t.ids.get(o)) == text for o in wanted)), None)

    def episode(self, trakt_id: object) -> tuple[DemoTitle, DemoEpisode] | None:
        """An episode with its show."""
        return self._episodes.get(trakt_id) if isinstance(trakt_id, int) else None

    def season(self, season_id: object) -> list[DemoEpisode]:
        """The episodes of a season, by the season's own id."""
        title, season = self._season_ids.get(season_id, (None, 0)) if isinstance(season_id, int) else (None, 0)
        return [e for e in title.episodes if e.season == season] if title else []

    def known_season(self, season_id: object) -> int | None:
        """``season_id`` if there is such a season."""
        return season_id if isinstance(season_id, int) and season_id in self._season_ids else None

    def season_id(self, title: DemoTitle, season: int) -> int:
        """A season's own id."""
        return next(i for i, owner in self._season_ids.items() if owner[0] is title and owner[1] == season)

    def search_id(self, owner: str, value: str, kinds: list[str]) -> list[JsonObject]:
        """``/search/{owner}/{value}``: every kind of thing that has this id, unless ``kinds`` says which."""
        found: list[JsonObject] = []
        for kind in ("show", "movie"):
            if kinds and kind not in kinds:
                continue
            found += [_hit(kind, t, 1000) for t in self._by_kind[kind] if str(t.ids.get(owner)) == value]
        if owner == "trakt" and (not kinds or "episode" in kinds) and value.isdigit():
            known = self.episode(int(value))
            if known:
                hit = {
                    "type": "episode",
                    "score": 1000,
                    "episode": episode_view(known[1]),
                    "show": title_view(known[0]),
                }
                found.append(hit)
        return found

    def search_text(self, query: str, kinds: list[str]) -> list[JsonObject]:
        """``/search/{kinds}?query=``: titles and aliases that share words with it, best first, rightly or wrongly."""
        wanted = _words(query)
        scored = [
            (max((_likeness(wanted, _words(name)) for name in names(title)), default=0.0), title)
            for kind in kinds
            for title in self._by_kind.get(kind, [])
        ]
        scored = [(score, title) for score, title in scored if score > 0]
        scored.sort(key=lambda hit: (-hit[0], hit[1].title))
        return [_hit(title.kind, title, round(score * 1000)) for score, title in scored]

    def seasons_view(self, title: DemoTitle, extended: set[str], now: datetime) -> list[JsonObject]:
        """``/shows/:id/seasons``; episodes only with ``extended=episodes``, dates only with ``full``."""
        shown = []
        ordered = sorted(title.episodes, key=lambda e: (e.season, e.number))
        for season, group in groupby(ordered, key=lambda e: e.season):
            episodes = list(group)
            row: JsonObject = {
                "number": season,
                "ids": {"trakt": self.season_id(title, season), "tvdb": None, "tmdb": None},
            }
            if "full" in extended:
                dates = [e.first_aired for e in episodes if e.first_aired]
                row |= {
                    "title": f"Season {season}" if season else "Specials",
                    "episode_count": len(episodes),
                    "aired_episodes": sum(date <= now for date in dates),
                    "first_aired": moment(min(dates, default=None)),
                    "rating": 8.0,
                    "votes": 100,
                }
            if "episodes" in extended:
                row["episodes"] = [episode_view(e, full="full" in extended) for e in episodes]
            shown.append(row)
        return shown


def title_view(title: DemoTitle, *, full: bool = False, now: datetime | None = None) -> JsonObject:
    """A show or film."""
    ids = {owner: title.ids.get(owner) for owner in ("trakt", "slug", "tvdb", "imdb", "tmdb")}
    if title.kind == "movie":
        del ids["tvdb"]
    view: JsonObject = {"title": title.title, "year": title.year, "ids": ids}
    if full and title.kind == "movie":
        minutes = title.anime[0].minutes * (title.anime[0].episodes or 1) if title.anime else 120
        view |= {"released": title.released, "runtime": minutes, "status": "released", "genres": ["anime"]}
    elif full:
        dates = [e.first_aired for e in title.episodes if e.first_aired and e.season]
        aired = sum(now is None or date <= now for date in dates)
        view |= {"first_aired": moment(min(dates, default=None)), "runtime": RUNTIME, "aired_episodes": aired}
        view |= {"status": "returning series", "genres": ["anime"]}
    return view


def episode_view(episode: DemoEpisode, *, full: bool = False) -> JsonObject:
    """An episode; ``number_abs`` is null, as it often is."""
    view: JsonObject = {
        "season": episode.season,
        "number": episode.number,
        "title": f"Episode {episode.number}",
        "ids": {"trakt": episode.trakt_id, "tvdb": None, "imdb": None, "tmdb": None},
    }
    if full:
        view |= {"number_abs": None, "first_aired": moment(episode.first_aired), "runtime": RUNTIME}
        view |= {"episode_type": "standard", "rating": 8.0, "votes": 10}
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
