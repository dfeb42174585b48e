"""A made-up library as the values that the pure parts take: what a run has in its hands once everything was read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from demo import dataset_formats
from demo.library import DemoAnime, DemoTitle, SampleLibrary
from demo.trakt.catalogue import RUNTIME
from sync.mapping.sources.claims import MappingIndex
from sync.mapping.sources.datasets import DATASETS, build_index
from sync.model.anilist import (
    ActivityKind,
    FuzzyDate,
    ListActivity,
    Media,
    MediaFormat,
    MediaListEntry,
    MediaListStatus,
    MediaStatus,
)
from sync.model.mapping import Catalogue, TitleRef
from sync.model.trakt import Kind, ShowLayout, TraktEpisode, TraktIds, TraktTitle

NOW = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that was read: list, activities, datasets as one index, and Trakt's answers."""

    entries: tuple[MediaListEntry, ...]
    activities: tuple[ListActivity, ...]
    index: MappingIndex
    catalogue: Catalogue


def values_of(library: SampleLibrary) -> Values:
    """The whole library, read and parsed."""
    entries = tuple(_entry(number, anime) for number, (_, anime) in enumerate(library.anime()))
    return Values(entries, tuple(_activities(library)), _index(library), _catalogue(library))


def _entry(number: int, anime: DemoAnime) -> MediaListEntry:
    return MediaListEntry(
        entry_id=number + 1,
        media=Media(
            anilist_id=anime.anilist_id,
            mal_id=anime.mal_id,
            format=MediaFormat(anime.format),
            status=MediaStatus.FINISHED,
            episodes=anime.episodes,
            duration=anime.minutes,
            start_date=_day(anime.start),
            end_date=_day(anime.end),
            title_romaji=anime.romaji,
            title_english=anime.english,
        ),
        status=MediaListStatus(anime.listing.status),
        progress=anime.listing.progress,
        started_at=_day(anime.listing.started),
        completed_at=_day(anime.listing.completed),
        updated_at=NOW - timedelta(days=400),
    )


def _activities(library: SampleLibrary) -> list[ListActivity]:
    """Each logged entry in threes, as AniList merges what is logged within a day."""
    found = []
    for _, anime in library.anime():
        begun = date.fromisoformat(anime.listing.started)
        at = datetime(begun.year, begun.month, begun.day, 19, 40, tzinfo=UTC)
        for first in range(1, (anime.episodes or 0) + 1, 3) if anime.listing.log else ():
            at += timedelta(hours=30)
            last = min(first + 2, anime.episodes or first)
            found.append(ListActivity(anime.anilist_id, ActivityKind.WATCHED, at, first, last))
    return sorted(found, key=lambda activity: activity.created_at)


def _index(library: SampleLibrary) -> MappingIndex:
    documents = {each.name: getattr(dataset_formats, each.name)(library) for each in DATASETS}
    return build_index({name: json.dumps(each).encode() for name, each in documents.items()})


def _catalogue(library: SampleLibrary) -> Catalogue:
    titles = {title.trakt_id: _title(title) for title in library.titles}
    return Catalogue(
        titles={
            TitleRef("trakt", known.kind, trakt_id): known
            for trakt_id, known in titles.items()
            if known.kind is Kind.MOVIE
        },
        layouts={
            title.trakt_id: ShowLayout(titles[title.trakt_id], _episodes(title))
            for title in library.titles
            if title.kind == "show"
        },
    )


def _title(title: DemoTitle) -> TraktTitle:
    ids = title.ids
    return TraktTitle(
        kind=Kind(title.kind),
        ids=TraktIds(
            title.trakt_id,
            str(ids["slug"]),
            int(ids["tmdb"]),
            int(ids["tvdb"]) if "tvdb" in ids else None,
            str(ids["imdb"]),
        ),
        title=title.title,
        year=title.year,
        released=date.fromisoformat(title.released) if title.released else None,
        runtime=100 if title.kind == "movie" else None,
    )


def _episodes(title: DemoTitle) -> tuple[TraktEpisode, ...]:
    return tuple(
        TraktEpisode(e.trakt_id, e.season, e.number, f"Episode {e.number}", e.first_aired, RUNTIME)
        for e in title.episodes
    )


def _day(text: str) -> FuzzyDate:
    day = date.fromisoformat(text)
    return FuzzyDate(day.year, day.month, day.day)
