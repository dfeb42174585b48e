"""The library page's values: every entry with both calendars, what needs a person, and the runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from sync.model.anilist import FuzzyDate, MediaFormat
from sync.model.mapping import Span
from sync.model.plan import PlayState, TimeSource
from sync.model.run import Outcome, Pages
from sync.model.trakt import TraktTitle, WatchedAt


class EntryState(StrEnum):
    """Where an entry stands, in the words that the page filters by."""

    ADDED = "added"
    """Everything that was watched of it is on Trakt."""
    WAITS = "waits for Trakt"
    """Something was watched that Trakt does not list yet, or that a preview holds back."""
    NEEDS_YOU = "needs you"
    """It has no certain match."""
    LEFT_OUT = "left out"
    """An override, a setting or its owner's wish keeps it out."""
    PLANNED = "planned"
    """Nothing of it was watched yet."""


@dataclass(frozen=True, slots=True)
class LibraryPlay:
    """One play of an episode. ``state`` is ``None`` for one that is only planned; ``watched_at`` is ``None`` where
    this run does not know it, and so is ``source``, which says where the time came from."""

    state: PlayState | None = PlayState.CONFIRMED
    watched_at: WatchedAt | None = None
    source: TimeSource | None = None


@dataclass(frozen=True, slots=True)
class LibraryEpisode:
    """One row of both calendars: AniList's ``episode`` (1-based) and the Trakt episode that it is.

    ``season`` and ``number`` are Trakt's, ``None`` for a film and for an episode that Trakt does not list; ``listed``
    tells the two apart. An AniList episode that covers several Trakt episodes has a row for each.
    """

    episode: int
    season: int | None = None
    number: int | None = None
    listed: bool = True
    title: str | None = None
    anilist_day: date | None = None
    trakt_day: date | None = None
    plays: tuple[LibraryPlay, ...] = ()


@dataclass(frozen=True, slots=True)
class LibraryChoice:
    """One way in which an uncertain entry could map. ``line`` is ready for ``overrides.yaml``.

    ``title`` is ``None`` when only the line is remembered. ``episodes`` is how many Trakt lists there; ``first_day``
    and ``last_day`` are when the first and the last of them aired. The evidence is in words.
    """

    line: str
    title: TraktTitle | None = None
    spans: tuple[Span, ...] = ()
    episodes: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One entry of the list. ``title`` is what it is called here; ``other_titles`` are only searched for.

    A ``hidden`` entry holds no text that could give its title away: neither titles nor sentences, no slug, no cover.
    ``watched`` and ``count`` are episodes (``count`` is ``None`` while AniList does not know it), ``minutes`` is the
    length of one. ``waiting`` are the watched episodes without a place on Trakt. ``cover`` is an address on AniList.
    """

    anilist_id: int
    state: EntryState
    title: str
    hidden: bool = False
    other_titles: tuple[str, ...] = ()
    format: MediaFormat | None = None
    start_date: FuzzyDate = field(default_factory=FuzzyDate)
    end_date: FuzzyDate = field(default_factory=FuzzyDate)
    watched: int = 0
    count: int | None = None
    minutes: int | None = None
    trakt: TraktTitle | None = None
    spans: tuple[Span, ...] = ()
    why: str = ""
    against: tuple[str, ...] = ()
    episodes: tuple[LibraryEpisode, ...] = ()
    waiting: tuple[int, ...] = ()
    choices: tuple[LibraryChoice, ...] = ()
    cover: str | None = None


@dataclass(frozen=True, slots=True)
class RunPart:
    """What a run added to one entry: its AniList ``episodes``, and whether an undo has taken them back since."""

    anilist_id: int
    episodes: tuple[int, ...]
    undone: bool = False


@dataclass(frozen=True, slots=True)
class LibraryRun:
    """One run. ``added`` counts plays, ``undone`` those of them that were taken back, ``changed`` ratings, watchlist
    entries and dropped shows. ``outcome`` and ``seconds`` are kept only of the newest runs."""

    run_id: str
    at: datetime
    added: int = 0
    undone: int = 0
    changed: int = 0
    outcome: Outcome | None = None
    seconds: int | None = None
    parts: tuple[RunPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """Everything on the page. ``headline`` is how the newest run ended, in a sentence without full stop.

    ``utc_offset`` is the user's, by which times are shown; without one they are UTC. ``notes`` are sentences for a
    person.
    """

    made_at: datetime
    headline: str
    outcome: Outcome = Outcome.NOTHING_NEW
    anilist_user: str | None = None
    trakt_user: str | None = None
    utc_offset: timedelta | None = None
    entries: tuple[LibraryEntry, ...] = ()
    runs: tuple[LibraryRun, ...] = ()
    pages: Pages = field(default_factory=Pages)
    notes: tuple[str, ...] = ()
