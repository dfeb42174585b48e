"""What a run may cost: the services' limits, the requests that its work takes at the least, and how it shares its
time. All of it is pure, so that tests, benchmarks and each run's own report measure against the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LIST_CHUNK = 500
"""Entries of a list that AniList gives at once (AniList API docs, ``perChunk``)."""
ACTIVITY_PAGE = 50
"""Activities that AniList gives at once (AniList API docs, pagination)."""
MEDIA_PAGE = 50
"""Media, or rows of their airing schedules, that AniList gives at once (AniList API docs, pagination)."""
BATCH = 100
"""Plays or list items that go to Trakt in one POST, as Trakt's own importer sends them."""
PLAY_READS = 2
"""Trakt's history is read whole in two requests: episodes and films."""
TRAKT_PAGE = 250
"""Rows of a list or history that Trakt gives at once; a larger wish is cut to it (Trakt API docs, pagination)."""

ANILIST_WINDOW, ANILIST_LIMIT = 60.0, 30
"""AniList's requests a minute, as its headers say since 2024 (AniList API docs, rate limiting)."""
TRAKT_WINDOW, TRAKT_LIMIT = 300.0, 500
"""Trakt's reads in five minutes (Trakt API docs, rate limiting, 2026-10)."""
TRAKT_WRITE_GAP = 1.0
"""Seconds between two writes that Trakt asks for (the same page)."""
WRITE_GAP = 1.1
"""Seconds that are left between two writes: a little more, since what counts is when they arrive."""

TRIES = 3
"""How often a write is sent of which fresh reads show that Trakt did not carry it out."""
RESERVE = 100.0
"""Seconds of the time budget that a batch may need: the longest answer (60 s), the pause (30 s) and a fresh read."""
SETTLING = 120.0
"""Seconds that finding out what became of a batch may take, whatever is left of the budget: that is no new work."""
MOST_IN_RESERVE = 0.4
"""The most of a small budget that is kept back for a batch that ends badly."""
MOST_FOR_WRITING = 0.6
"""The most of the budget that is kept back for writing. Of the usual ten minutes the rest is less than Trakt's window:
so each run of a long import reads one window's worth of shows, which is about what it can write."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a run found to do, as far as it decides how often it has to ask.

    ``entries`` are all rows of the list, ``lookups`` anime that are not on it, ``details`` requests for relations and
    schedules; ``activities`` the rows of the feed that were to be read, in ``feeds`` queries; ``shows`` those whose
    episodes are needed; ``titles`` the films, and shows whose Trakt id no dataset knows; ``searches`` the titles looked
    for by name; ``external_ids`` the questions to TMDB; ``plays`` those to add. ``datasets`` those that are needed, and
    ``others`` what ratings, watchlist, dropped shows and the account's settings ask of Trakt besides.
    """

    entries: int
    lookups: int = 0
    details: int = 0
    activities: int = 0
    feeds: int = 0
    shows: int = 0
    titles: int = 0
    searches: int = 0
    external_ids: int = 0
    plays: int = 0
    datasets: int = 0
    others: int = 0

    @property
    def reads(self) -> int:
        """Reads from Trakt."""
        return PLAY_READS + self.shows + self.titles + self.searches + self.others

    @property
    def writes(self) -> int:
        """Writes to Trakt."""
        return pieces(self.plays, BATCH)

    @property
    def list_reads(self) -> int:
        """Requests to AniList for the list; an empty one takes one, too."""
        return max(1, pieces(self.entries, LIST_CHUNK))

    @property
    def feed_reads(self) -> int:
        """Requests to AniList for the feed. Each query ends with a page of its own, which may be empty."""
        if self.feeds <= 1:
            return max(self.feeds, pieces(self.activities, ACTIVITY_PAGE))
        return self.activities // ACTIVITY_PAGE + self.feeds


def request_budget(work: Work) -> Mapping[str, int]:
    """How many requests to each service the work takes, by the service's name; services not needed are left out.

    Retries after trouble are not in it: a run that met some is over its budget, and its report shows that.
    """
    budget = {
        "AniList": work.list_reads + work.lookups + work.details + work.feed_reads,
        "Trakt": work.reads + work.writes,
        "TMDB": work.external_ids,
        "datasets": work.datasets,
    }
    return {service: requests for service, requests in budget.items() if requests}


def detail_requests(rows: Sequence[int]) -> int:
    """How many requests to AniList tell the relations and airing schedules of some media; ``rows`` are how many rows
    each one's schedule has."""
    batches = [rows[start : start + MEDIA_PAGE] for start in range(0, len(rows), MEDIA_PAGE)]
    return sum(1 + max(1, pieces(sum(batch), MEDIA_PAGE)) for batch in batches)


def bound_seconds(work: Work) -> float:
    """How long the services' limits make a run last that starts with fresh windows, if answers took no time.

    AniList and Trakt are read side by side; everything is read before the first play is written.
    """
    anilist = windows_waited(work.list_reads + work.details + work.feed_reads, ANILIST_LIMIT) * ANILIST_WINDOW
    trakt = windows_waited(work.reads, TRAKT_LIMIT) * TRAKT_WINDOW
    return max(anilist, trakt) + max(0, work.writes - 1) * TRAKT_WRITE_GAP


def windows_waited(requests: int, limit: int) -> int:
    """How many windows must pass before the last of ``requests`` may be made, ``limit`` fitting into each."""
    return max(0, pieces(requests, limit) - 1)


def pieces(count: int, size: int) -> int:
    """How many pieces of at most ``size`` make ``count``."""
    return -(-count // size)


@dataclass(frozen=True, slots=True)
class Timetable:
    """How a run of ``seconds`` shares them between reading and writing, so that what it reads it can also write.

    It may add ``most_plays`` at most; ``None`` is any number, 0 a run that writes nothing.
    """

    seconds: float
    most_plays: int | None = None

    @property
    def reserve(self) -> float:
        """Seconds to keep back for a batch of which it is not clear what became of it."""
        return min(RESERVE, MOST_IN_RESERVE * self.seconds)

    def may_add(self, plays: int) -> bool:
        """Whether it may add that many."""
        return self.most_plays is None or plays <= self.most_plays

    def for_writing(self, plays: int) -> float:
        """Seconds to keep back so that ``plays`` can still be written; some are left for reading in any case.

        More plays than the run may add are held back by the brake: then all the time goes into the preview.
        """
        # Nothing will be written.
        if self.most_plays == 0 or not self.may_add(plays):
            return 0.0
        return min(self.reserve + pieces(plays, BATCH) * WRITE_GAP, MOST_FOR_WRITING * self.seconds)
