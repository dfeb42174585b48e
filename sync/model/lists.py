"""What the user's ratings, watchlist and dropped shows on Trakt are to hold, and what the job remembers of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sync.model.anilist import MediaListEntry, watched_count
from sync.model.mapping import Span
from sync.model.trakt import Kind, TraktSeason, TraktTitle

THERE = 1
"""The value of an item that a list either holds or does not: on the watchlist, among the dropped shows."""

UNREADABLE_VALUE = 0
"""The value of an item that a list holds in a way that cannot be right: the item is left alone."""


class TraktList(StrEnum):
    """A part of the Trakt account besides the history; each holds an item once, with a value."""

    RATINGS = "ratings"
    """The value is the rating, 1 to 10."""
    WATCHLIST = "watchlist"
    DROPPED = "dropped"


class ItemKind(StrEnum):
    """What stands on a list. Ids overlap between the kinds."""

    SHOW = "show"
    SEASON = "season"
    MOVIE = "movie"


@dataclass(frozen=True, slots=True, order=True)
class ListItem:
    """A show, season or film by its Trakt id (a season has one of its own)."""

    kind: ItemKind
    trakt_id: int


@dataclass(frozen=True, slots=True)
class MatchedEntry:
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
        """The show or film that it is, or is a part of."""
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


@dataclass(frozen=True, slots=True)
class Wish:
    """What AniList asks of one item: ``value``, because of the entries ``anilist_ids`` (in order).

    ``season`` is the number of a season, ``None`` for shows and films.
    """

    item: ListItem
    value: int
    anilist_ids: tuple[int, ...]
    season: int | None = None


class Standing(StrEnum):
    """What the job knows of an item that AniList asks for; the letter is how ``state/shelves.json`` spells it."""

    SET = "s"
    """This job put it there."""
    FOUND = "f"
    """It stood there already, just so."""
    PENDING = "p"
    """It was sent, and how that ended is not known; only a fresh read settles it."""
    THEIRS = "t"
    """The user changed it on Trakt, or took it away, which is respected."""
    UNDONE = "u"
    """``undo`` put it back to what it was; the same value is not set again."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What is remembered of one item: ``value`` is what was set or found, ``anilist_ids`` the entries that asked."""

    value: int
    standing: Standing
    anilist_ids: tuple[int, ...] = ()


Notes = Mapping[ListItem, Noted]


@dataclass(frozen=True, slots=True)
class ListMemory:
    """``state/shelves.json``. ``seasons`` are those of shows, by Trakt id, as they were last read; ``full_at`` is when
    Trakt said that a list holds no more. Memory only: Trakt is the truth."""

    notes: Mapping[TraktList, Notes] = field(default_factory=dict)
    seasons: Mapping[int, tuple[TraktSeason, ...]] = field(default_factory=dict)
    full_at: Mapping[TraktList, datetime] = field(default_factory=dict)

    def of(self, which: TraktList) -> Notes:
        """What is known of one list."""
        return self.notes.get(which, {})

    def noting(self, which: TraktList, lines: Mapping[ListItem, Noted | None]) -> ListMemory:
        """With ``lines`` written into one list; ``None`` strikes an item out."""
        known = {**self.of(which), **lines}
        kept = {item: note for item, note in known.items() if note is not None}
        return replace(self, notes={**self.notes, which: kept})

    def asked_again(self, anilist_id: int) -> ListMemory:
        """Without what the user changed or undid of one entry's items, as if it had never been known."""
        kept = {
            which: {
                item: note
                for item, note in notes.items()
                if anilist_id not in note.anilist_ids or note.standing not in (Standing.THEIRS, Standing.UNDONE)
            }
            for which, notes in self.notes.items()
        }
        return replace(self, notes=kept)

    def with_seasons(self, seasons: Mapping[int, tuple[TraktSeason, ...]]) -> ListMemory:
        """With the seasons of some shows as they are now."""
        return replace(self, seasons={**self.seasons, **seasons})

    def with_room(self, which: TraktList, full_at: datetime | None) -> ListMemory:
        """With when Trakt said that ``which`` is full; ``None``: it took something."""
        others = {known: at for known, at in self.full_at.items() if known is not which}
        return replace(self, full_at=others if full_at is None else {**others, which: full_at})


@dataclass(frozen=True, slots=True)
class ListChange:
    """One change on Trakt: the value ``before`` and ``after``, ``None`` where the item is not on the list."""

    which: TraktList
    item: ListItem
    before: int | None
    after: int | None
    anilist_ids: tuple[int, ...] = ()
    season: int | None = None


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What a run means to change on the lists.

    ``noted`` is to be remembered without posting anything (``None``: forgotten). ``theirs`` are the wishes that are
    given up for what the user did on Trakt. ``waiting`` are those that a full list has no room for.
    """

    changes: tuple[ListChange, ...] = ()
    noted: Mapping[TraktList, Mapping[ListItem, Noted | None]] = field(default_factory=dict)
    theirs: tuple[ListChange, ...] = ()
    waiting: tuple[ListChange, ...] = ()

    def only(self, anilist_id: int) -> ListPlan:
        """As far as one entry takes part."""

        def of(changes: Iterable[ListChange]) -> tuple[ListChange, ...]:
            return tuple(change for change in changes if anilist_id in change.anilist_ids)

        return ListPlan(of(self.changes), {}, of(self.theirs), of(self.waiting))


@dataclass(frozen=True, slots=True)
class ListReport:
    """What became of a ``ListPlan``. ``done`` are the changes that Trakt took, ``not_found`` those whose item it did
    not know, ``waiting`` those that a full list had no room for, ``carried_over`` those that the time budget cut off;
    ``unclear`` counts those of which it is not known yet whether Trakt took them.
    ``full`` are the lists that were found full, with how many items each may hold, as far as Trakt says. ``unmatched``
    are entries that ask for something and have no certain match."""

    plan: ListPlan = field(default_factory=ListPlan)
    done: tuple[ListChange, ...] = ()
    not_found: tuple[ListChange, ...] = ()
    waiting: tuple[ListChange, ...] = ()
    carried_over: tuple[ListChange, ...] = ()
    unclear: int = 0
    full: Mapping[TraktList, int | None] = field(default_factory=dict)
    unmatched: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncedLists:
    """The lists of one run, planned or written: what is known of them now, and what came of the run."""

    memory: ListMemory = field(default_factory=ListMemory)
    report: ListReport = field(default_factory=ListReport)
