"""List entries with their certain place on Trakt, for what concerns whole shows, seasons and films."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sync.model.anilist import MediaListEntry, MediaListStatus
from sync.model.lists import ItemKind, ListItem
from sync.model.mapping import CachedMapping, Span, Verdict
from sync.model.trakt import Kind, TraktSeason, TraktTitle
from sync.planning.progress import watched_count
from sync.planning.unsettled import LOOK_AGAIN_AFTER


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts besides the history are synced."""

    ratings: bool = False
    watchlist: bool = False
    dropped: bool = False

    def __bool__(self) -> bool:
        return self.ratings or self.watchlist or self.dropped

    def use(self, entry: MediaListEntry) -> bool:
        """Whether the entry says something for one of these parts.

        For the dropped shows every entry does: one that is not dropped is why its show is not.
        """
        planned = entry.status is MediaListStatus.PLANNING
        return self.dropped or (self.ratings and entry.score > 0) or (self.watchlist and planned)


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry whose mapping is certain. ``seasons`` are those of its show, ``None`` while they are not known."""

    entry: MediaListEntry
    title: TraktTitle
    spans: tuple[Span, ...] = ()
    seasons: tuple[TraktSeason, ...] | None = None

    @property
    def anilist_id(self) -> int:
        """The entry's id."""
        return self.entry.anilist_id

    @property
    def item(self) -> ListItem:
        """The show or film it belongs to."""
        kind = ItemKind.SHOW if self.title.kind is Kind.SHOW else ItemKind.MOVIE
        return ListItem(kind, self.title.ids.trakt)

    @property
    def is_film(self) -> bool:
        """Whether it is a film on Trakt."""
        return self.title.kind is Kind.MOVIE

    @property
    def regular(self) -> frozenset[int]:
        """The numbers of the seasons, without the specials, that it has episodes in."""
        return frozenset(span.season for span in self.spans if span.season > 0)

    @property
    def season(self) -> TraktSeason | None:
        """The one season besides specials in which it lies; ``None`` for none or several, or while it is not known."""
        if len(self.regular) != 1:
            return None
        return next((season for season in self.seasons or () if season.number in self.regular), None)

    @property
    def episodes(self) -> int:
        """How many episodes it has, as far as that is known; at least 1."""
        media = self.entry.media
        aired = (media.next_airing_episode or 1) - 1
        return max(media.episodes or max(aired, watched_count(self.entry)), 1)


def place_entries(
    entries: Iterable[MediaListEntry],
    mappings: Mapping[int, CachedMapping],
    seasons: Mapping[int, tuple[TraktSeason, ...]],
) -> tuple[Placed, ...]:
    """The entries with a certain mapping, in the order of ``anilist_id``; ``seasons`` are by Trakt show id."""
    placed: list[Placed] = []
    for entry in sorted(entries, key=lambda entry: entry.anilist_id):
        mapping = mappings.get(entry.anilist_id)
        if mapping is None or not mapping.verdict.is_certain or mapping.title is None:
            continue
        title = mapping.title
        known = () if title.kind is Kind.MOVIE else seasons.get(title.ids.trakt)
        placed.append(Placed(entry, title, mapping.spans, known))
    return tuple(placed)


def unplaced_entries(
    entries: Iterable[MediaListEntry],
    *,
    cache: Mapping[int, CachedMapping],
    basis: Mapping[int, str],
    now: datetime,
) -> tuple[MediaListEntry, ...]:
    """Those of ``entries`` whose mapping is to be looked for in this run, in the order of ``anilist_id``.

    ``basis`` is what a mapping would be made from now. One that found no certain match is looked for again when the
    entry changed, and after a week.
    """

    def worth_a_look(entry: MediaListEntry) -> bool:
        cached = cache.get(entry.anilist_id)
        if cached is None or cached.basis != basis.get(entry.anilist_id, cached.basis):
            return True
        if cached.verdict.is_certain or cached.verdict is Verdict.SKIPPED:
            return False
        changed = entry.updated_at is not None and entry.updated_at > cached.verified_at
        return changed or now - cached.verified_at > LOOK_AGAIN_AFTER

    return tuple(sorted(filter(worth_a_look, entries), key=lambda entry: entry.anilist_id))
