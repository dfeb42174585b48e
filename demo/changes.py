"""What changes in the demo's world while time passes.

Each change is a small frozen value with the moment ``at`` (UTC) from which it holds. The library is the truth: every
episode that there will ever be, and every fact. ``library_at`` says how one side sees it at a moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from demo.library import DemoAnime, DemoEpisode, DemoTitle, SampleLibrary

Side = Literal["anilist", "trakt", "fribb", "anibridge", "bangumi", "anitrakt"]
"""Who sees the world: AniList, Trakt (and TMDB, which it follows), or one of the datasets."""
Place = tuple[int, int]
"""Season and number of an episode."""
Episodes = tuple[DemoEpisode, ...]
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment of a change that holds from the beginning."""


@dataclass(frozen=True, slots=True)
class AniListSays:
    """AniList tells these facts of an entry, named as in ``DemoAnime``: ``status``, ``episodes``, ``start``, …"""

    at: datetime
    anilist_id: int
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DatasetKnows:
    """A dataset gains its row of an entry, which it did not have before. ``says`` is what the row says, where that is
    not the truth (Fribb's ``s2`` without an offset, say), in the words of the library's ``says``."""

    at: datetime
    source: Side
    anilist_id: int
    says: str | int | None = None


@dataclass(frozen=True, slots=True)
class AppearsOnTrakt:
    """Trakt begins to list a title, or some of its episodes (by their Trakt ids), which it did not list before.

    Without ``episodes`` it is all of them. What is not ``dated`` has no air date, until a later change dates it.
    ``empty_season`` is a season that is listed without an episode.
    """

    at: datetime
    trakt_id: int
    episodes: frozenset[int] | None = None
    dated: bool = True
    empty_season: int | None = None
    kind: str = "show"

    def about(self, title: DemoTitle) -> bool:
        """Whether it is this title that it speaks of."""
        return (title.kind, title.trakt_id) == (self.kind, self.trakt_id)

    def names(self, episode: DemoEpisode) -> bool:
        """Whether it speaks of this episode of the title."""
        return self.episodes is None or episode.trakt_id in self.episodes


@dataclass(frozen=True, slots=True)
class SeasonsMerged:
    """Trakt makes one season of two: the numbers run on."""

    at: datetime
    trakt_id: int
    first: int
    second: int

    def recut(self, episodes: Episodes) -> Episodes:
        """The show's episodes after it."""
        last = max((e.number for e in episodes if e.season == self.first), default=0)
        moved = sorted(e.number for e in episodes if e.season == self.second)
        where = {number: last + 1 + index for index, number in enumerate(moved)}
        return tuple(
            replace(e, season=self.first, number=where[e.number]) if e.season == self.second else e for e in episodes
        )


@dataclass(frozen=True, slots=True)
class SeasonSplit:
    """Trakt ends a season before a number: what follows is a season of its own, counted from 1; later ones move up."""

    at: datetime
    trakt_id: int
    season: int
    number: int

    def recut(self, episodes: Episodes) -> Episodes:
        """The show's episodes after it."""
        return tuple(self._moved(e) for e in episodes)

    def _moved(self, episode: DemoEpisode) -> DemoEpisode:
        if episode.season > self.season:
            return replace(episode, season=episode.season + 1)
        if episode.season == self.season and episode.number >= self.number:
            return replace(episode, season=self.season + 1, number=episode.number - self.number + 1)
        return episode


@dataclass(frozen=True, slots=True)
class EpisodeInserted:
    """Trakt puts an episode that no AniList entry counts (a recap, a special) behind ``after``; what follows in the
    season moves up by one, and airs ``delay`` later."""

    at: datetime
    trakt_id: int
    after: Place
    new_id: int
    aired: datetime | None = None
    delay: timedelta = timedelta(0)

    def recut(self, episodes: Episodes) -> Episodes:
        """The show's episodes after it."""
        season, number = self.after
        new = DemoEpisode(self.new_id, season, number + 1, self.aired)
        return (*(self._moved(e) for e in episodes), new)

    def _moved(self, episode: DemoEpisode) -> DemoEpisode:
        season, number = self.after
        if episode.season != season or episode.number <= number:
            return episode
        aired = episode.first_aired + self.delay if episode.first_aired else None
        return replace(episode, number=episode.number + 1, first_aired=aired)


@dataclass(frozen=True, slots=True)
class EpisodeMoved:
    """Trakt moves an episode (a special, say) to another place; those behind its old place close up, those from its new
    place on move up by one."""

    at: datetime
    trakt_id: int
    source: Place
    target: Place

    def recut(self, episodes: Episodes) -> Episodes:
        """The show's episodes after it. Without an episode at ``source``, as they are."""
        moving = [e for e in episodes if (e.season, e.number) == self.source]
        if not moving:
            return episodes
        rest = [e for e in episodes if e is not moving[0]]
        rest = [replace(e, number=e.number - 1) if _behind(e, self.source) else e for e in rest]
        season, number = self.target
        rest = [replace(e, number=e.number + 1) if _behind(e, (season, number - 1)) else e for e in rest]
        return (*rest, replace(moving[0], season=season, number=number))


Recut = SeasonsMerged | SeasonSplit | EpisodeInserted | EpisodeMoved
Change = AniListSays | DatasetKnows | AppearsOnTrakt | Recut


def library_at(library: SampleLibrary, changes: Iterable[Change], side: Side, now: datetime) -> SampleLibrary:
    """The library as ``side`` sees it at ``now``; ``changes`` are all that ever happen."""
    seen = _Seen(changes, now)
    if side == "trakt":
        titles = tuple(seen.title(title) for title in library.titles if seen.lists(title))
        return SampleLibrary(titles, library.unlisted)

    def known(entries: tuple[DemoAnime, ...]) -> tuple[DemoAnime, ...]:
        return tuple(seen.anime(one) if side == "anilist" else seen.row(one, side) for one in entries)

    titles = tuple(replace(title, anime=known(title.anime)) for title in library.titles)
    return SampleLibrary(titles, known(library.unlisted))


class _Seen:
    """All changes by what they are about, each in the order of time, and the moment at which they are looked at."""

    def __init__(self, changes: Iterable[Change], now: datetime) -> None:
        self._now = now
        self._told: defaultdict[int, list[AniListSays]] = defaultdict(list)
        self._rows: defaultdict[tuple[Side, int], list[DatasetKnows]] = defaultdict(list)
        self._listed: defaultdict[tuple[str, int], list[AppearsOnTrakt]] = defaultdict(list)
        self._cuts: defaultdict[int, list[Recut]] = defaultdict(list)
        for change in sorted(changes, key=lambda change: change.at):
            if isinstance(change, AniListSays):
                self._told[change.anilist_id].append(change)
            elif isinstance(change, DatasetKnows):
                self._rows[change.source, change.anilist_id].append(change)
            elif isinstance(change, AppearsOnTrakt):
                self._listed[change.kind, change.trakt_id].append(change)
            else:
                self._cuts[change.trakt_id].append(change)

    def _due(self, change: Change) -> bool:
        return change.at <= self._now

    def lists(self, title: DemoTitle) -> bool:
        """Whether Trakt has the title: a change that is due names it, or it has something that none names."""
        about = self._listed[title.kind, title.trakt_id]
        unnamed = (e for e in title.episodes if not any(change.names(e) for change in about))
        return not about or any(map(self._due, about)) or next(unnamed, None) is not None

    def title(self, title: DemoTitle) -> DemoTitle:
        """The title as Trakt has it: cut as it is cut now, then what is not listed yet left out."""
        about = self._listed[title.kind, title.trakt_id]
        cuts = [cut for cut in self._cuts[title.trakt_id] if title.kind == "show" and self._due(cut)]
        if not about and not cuts:
            return title
        episodes = title.episodes
        for cut in cuts:
            episodes = cut.recut(episodes)
        shown = [shown for episode in episodes if (shown := self._episode(episode, about))]
        shown.sort(key=lambda e: (e.season, e.number))
        empty = {change.empty_season for change in about if self._due(change)} - {e.season for e in shown} - {None}
        return replace(
            title,
            episodes=tuple(shown),
            places={(e.season, e.number): e.trakt_id for e in shown},
            empty_seasons=tuple(sorted(number for number in empty if number is not None)),
        )

    def _episode(self, episode: DemoEpisode, about: list[AppearsOnTrakt]) -> DemoEpisode | None:
        naming = [change for change in about if change.names(episode)]
        due = [change for change in naming if self._due(change)]
        if not naming or any(change.dated for change in due):
            return episode
        return replace(episode, first_aired=None) if due else None

    def anime(self, anime: DemoAnime) -> DemoAnime:
        """The entry as AniList tells it."""
        for change in filter(self._due, self._told[anime.anilist_id]):
            anime = replace(anime, **change.facts)  # type: ignore[arg-type]
        return anime

    def row(self, anime: DemoAnime, side: Side) -> DemoAnime:
        """The entry as a dataset has it: with AniList's facts, open while its count is unknown, or not at all."""
        told, rows = self.anime(anime), self._rows[side, anime.anilist_id]
        due = list(filter(self._due, rows))
        if rows and not due:
            return replace(told, unknown_to=told.unknown_to | {side})
        if told.episodes is None and told.spans:
            told = replace(told, spans=(*told.spans[:-1], replace(told.spans[-1], last=None)))
        says = due[-1].says if due else None
        names = ("fribb", "tvdb") if side == "fribb" else (side,)  # Fribb's rows name TMDB's and TVDB's seasons
        return told if says is None else replace(told, says={**told.says, **dict.fromkeys(names, says)})


def _behind(episode: DemoEpisode, place: Place) -> bool:
    return episode.season == place[0] and episode.number > place[1]
