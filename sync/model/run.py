"""One run: what it was asked, what came of it, and what the next one remembers of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from sync.errors import SyncError
from sync.model.anilist import ActivityFeed, AniListLibrary, MediaListEntry
from sync.model.bounds import LONGEST_LIST, Id, Instant, Total, Word
from sync.model.lists import ListMemory, ListReport
from sync.model.mapping import CachedMapping, Resolution
from sync.model.plan import Ledger, NewPlay, Plan
from sync.model.trakt import ShowLayout, TraktPlays


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run was asked to do. ``only`` is one AniList id; with ``again``, plays of it that were removed or undone
    are added once more."""

    run_id: str
    dry_run: bool = False
    allow_large: bool = False
    only: int | None = None
    again: bool = False


class SkipReason(StrEnum):
    """Why an entry of the list is not synced, in the words the report uses."""

    OVERRIDE = "by override"
    PRIVATE = "private"
    ADULT = "adult"
    STATUS = "by status"
    FORMAT = "by format"
    PLANNING = "planning"
    """It has no plays, and the watchlist, which would take it, is not synced."""


class Outcome(StrEnum):
    """How a run ended; it decides the headline."""

    ADDED = "added"
    NOTHING_NEW = "nothing new"
    PREVIEW = "preview"
    BRAKE = "brake"
    PARTIAL = "partial"
    OUTAGE = "outage"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunLine:
    """One past run, as ``last_sync.json`` keeps the last 20. ``added`` counts plays, ``changed`` ratings, watchlist
    entries and dropped shows."""

    run_id: Word
    at: Instant
    outcome: Outcome
    added: Total
    seconds: Total
    changed: Total = 0


RunLines = Annotated[tuple[RunLine, ...], msgspec.Meta(max_length=LONGEST_LIST)]


@dataclass(frozen=True, slots=True)
class Lease:
    """That a run is writing to Trakt, and until when it may be: other runs keep away."""

    run_id: Word
    until: Instant


@dataclass(frozen=True, slots=True)
class LastSync:
    """``state/last_sync.json``: what the next run needs to know of the last one.

    ``activity_cursor`` is the time of the newest activity read. ``anilist_user_id`` and ``trakt_user`` are whose
    history this is. ``good_at`` is when a run last ended without trouble. ``changed_at`` is when state was last
    committed (the weekly heartbeat counts from it). ``approved_import`` says that a person approved an import that is
    not finished: the next run carries on without being asked again. ``datasets_at`` is when a run last had the
    datasets. ``writing`` is there while a run writes, and after
    it was killed.
    """

    good_at: Instant | None = None
    changed_at: Instant | None = None
    activity_cursor: Instant | None = None
    datasets_at: Instant | None = None
    anilist_user_id: Id | None = None
    anilist_user: Word | None = None
    trakt_user: Word | None = None
    entries: Total = 0
    approved_import: bool = False
    runs: RunLines = ()
    writing: Lease | None = None


@dataclass(frozen=True, slots=True)
class Requests:
    """How many requests a run made, and how many the service allows in its window (``None``: it did not say)."""

    made: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses on GitHub where something is read or set right; empty outside of it. ``run`` is this run's page,
    ``issue`` the issue that asks for something, or the list of those that are open. ``library`` leads to the library
    page of this run, ``newest_library`` to the runs, of which the newest have one."""

    overrides: str = ""
    sync: str = ""
    undo: str = ""
    connect: str = ""
    form: str = ""
    issue: str = ""
    run: str = ""
    secrets: str = ""
    permissions: str = ""
    state: str = ""
    library: str = ""
    newest_library: str = ""


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read. ``entries`` are those of the list whose plays are synced, ``for_lists`` those that ratings,
    watchlist and dropped shows are made from; ``skipped`` counts the others by reason."""

    library: AniListLibrary
    plays: TraktPlays
    trakt_user: str
    entries: tuple[MediaListEntry, ...]
    for_lists: tuple[MediaListEntry, ...] = ()
    skipped: Mapping[SkipReason, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What was read of the feed, in ``queries`` queries. ``unread`` are entries for whose activities there was no time:
    their plays are for the next run, which will know when they were watched."""

    feed: ActivityFeed = field(default_factory=ActivityFeed)
    queries: int = 0
    unread: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the plays to add. ``not_found`` are those that Trakt did not take, ``carried_over`` counts those
    left for the next run, ``unclear`` those of which it is not known yet whether Trakt took them."""

    ledger: Ledger = field(default_factory=Ledger)
    posted: tuple[NewPlay, ...] = ()
    not_found: tuple[NewPlay, ...] = ()
    carried_over: int = 0
    unclear: int = 0


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything a person may want to know of one run; ``sync.report`` renders it.

    ``entries`` are the list's, by AniList id; ``resolutions`` only those that were resolved afresh or matter here
    (all unresolved ones included). ``posted`` are the plays that Trakt took, ``not_found`` those it did not know,
    ``carried_over`` the count left for the next run, ``unclear`` the count of plays and other changes that were sent
    and of which it is not known whether Trakt took them. ``budget`` is how many requests to each service the work took
    at the least. ``warnings`` are sentences. ``remembered`` is what the cache holds of entries that were not resolved
    in this run but matter here (unresolved ones, those with plays to add). ``mapped`` counts the watched entries with a
    certain mapping, ``None`` when the run ended before that was known.
    """

    run_id: str
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    anilist_user: str | None = None
    trakt_user: str | None = None
    dry_run: bool = False
    only: int | None = None
    entries: Mapping[int, MediaListEntry] = field(default_factory=dict)
    resolutions: Mapping[int, Resolution] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    posted: tuple[NewPlay, ...] = ()
    not_found: tuple[NewPlay, ...] = ()
    carried_over: int = 0
    unclear: int = 0
    skipped: Mapping[SkipReason, int] = field(default_factory=dict)
    requests: Mapping[str, Requests] = field(default_factory=dict)
    budget: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    trouble: str | None = None
    remedy: str | None = None
    last_good_at: datetime | None = None
    max_new_plays: int = 500
    log_titles: bool = True
    pages: Pages = Pages()
    remembered: Mapping[int, CachedMapping] = field(default_factory=dict)
    mapped: int | None = None
    lists: ListReport = field(default_factory=ListReport)


@dataclass(frozen=True, slots=True)
class State:
    """What the files of ``state/`` hold, the journal aside; a missing file is an empty value. ``cache`` is by AniList
    id."""

    last_sync: LastSync = field(default_factory=LastSync)
    cache: Mapping[int, CachedMapping] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    lists: ListMemory = field(default_factory=ListMemory)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. ``error`` decides the exit code; ``state`` is what ``state/`` holds now, as far as is known.

    ``readings`` are of the whole list, whatever the run was about, ``None`` if it did not come that far; ``layouts``
    are the shows that were read, by Trakt id.
    """

    report: RunReport
    state: State
    error: SyncError | None = None
    readings: Readings | None = None
    layouts: Mapping[int, ShowLayout] = field(default_factory=dict)
