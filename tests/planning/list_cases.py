"""Short ways to write down scored, planned and dropped entries with their places on Trakt. Ids are AniList's and
Trakt's own, the seasons as Trakt lists them (2026-11)."""

from __future__ import annotations

from sync.model.anilist import Media, MediaFormat, MediaListEntry, MediaListStatus
from sync.model.lists import ItemKind, ListItem, MatchedEntry, Noted, Standing
from sync.model.mapping import Span
from sync.model.trakt import Kind, TraktIds, TraktSeason, TraktTitle

TITAN = TraktTitle(Kind.SHOW, TraktIds(1420, "attack-on-titan"), "Attack on Titan")
TITAN_SEASONS = (
    TraktSeason(0, 5000, 1, 8),
    TraktSeason(1, 5001, 1, 25),
    TraktSeason(2, 5002, 1, 12),
    TraktSeason(3, 5003, 1, 22),
)
HAIKYU = TraktTitle(Kind.SHOW, TraktIds(60417, "haikyu"), "Haikyu!!")
DEATH_NOTE = TraktTitle(Kind.SHOW, TraktIds(13855, "death-note"), "Death Note")
ONE_SEASON = (TraktSeason(0, 5100, 1, 2), TraktSeason(1, 5101, 1, 37))
SUZUME = TraktTitle(Kind.MOVIE, TraktIds(788, "suzume-2022"), "Suzume", 2022)

TITAN_1, TITAN_2, TITAN_3_1, TITAN_3_2, TITAN_OVA = 16498, 20958, 99147, 104578, 18397
SPANS = {
    TITAN_1: (Span(1, 25, 1, 1),),
    TITAN_2: (Span(1, 12, 2, 1),),
    TITAN_3_1: (Span(1, 12, 3, 1),),
    TITAN_3_2: (Span(1, 10, 3, 13),),
    TITAN_OVA: (Span(1, 3, 0, 1),),
}


def listed(
    anilist_id: int,
    status: MediaListStatus = MediaListStatus.COMPLETED,
    *,
    score: float = 0,
    episodes: int | None = 12,
    progress: int = 0,
    **more: object,
) -> MediaListEntry:
    """An entry as it stands on the list."""
    media = Media(anilist_id, format=MediaFormat.TV, episodes=episodes, **more)  # type: ignore[arg-type] # passed on as they are
    return MediaListEntry(anilist_id + 1, media, status, score=score, progress=progress)


def titan(
    anilist_id: int, status: MediaListStatus = MediaListStatus.COMPLETED, *, score: float = 0, known: bool = True
) -> MatchedEntry:
    """An entry of Attack on Titan; with ``known`` its show's seasons are."""
    spans = SPANS[anilist_id]
    episodes = sum((span.to_ep or span.from_ep) - span.from_ep + 1 for span in spans)
    entry = listed(anilist_id, status, score=score, episodes=episodes)
    return MatchedEntry(entry, TITAN, spans, TITAN_SEASONS if known else None)


def matched(
    title: TraktTitle,
    entry: MediaListEntry,
    *spans: Span,
    seasons: tuple[TraktSeason, ...] | None = (),
) -> MatchedEntry:
    return MatchedEntry(entry, title, spans, seasons)


def show(title: TraktTitle) -> ListItem:
    return ListItem(ItemKind.SHOW, title.ids.trakt)


def season(trakt_id: int) -> ListItem:
    return ListItem(ItemKind.SEASON, trakt_id)


def film(title: TraktTitle) -> ListItem:
    return ListItem(ItemKind.MOVIE, title.ids.trakt)


def noted(value: int = 1, standing: Standing = Standing.SET, *anilist_ids: int) -> Noted:
    return Noted(value, standing, anilist_ids)
