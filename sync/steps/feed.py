"""The activity feed: read when it pays, as far as there is time, and never so long that nothing could be written."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType

from sync.model.anilist import ActivityFeed, MediaListEntry, watched_count
from sync.model.budget import ACTIVITY_PAGE, ANILIST_LIMIT, ANILIST_WINDOW, Timetable, pieces
from sync.model.plan import Plan
from sync.model.run import FeedReading, Readings, State
from sync.report.numbers_and_days import counted
from sync.services.clock import Deadline
from sync.wiring import Services

OVERLAP = timedelta(days=15)
"""How far behind the cursor activities are read again: AniList merges rows for up to two weeks (``activityMergeTime``
in its API docs), and it is not said which time a merged row keeps."""
FEW_ENTRIES = 50
"""Up to this many entries activities are asked for by entry; beyond, the whole feed takes fewer pages."""
GROUP, GROUP_ROWS = 100, 500
"""Entries to a query where the whole feed would take too long, and about how many activities they may have together:
ten pages, so that a group is read in the time of even a small budget."""

log = logging.getLogger(__name__)


class FeedReader:
    """Reads the feed for one run. Use it as a context manager: it may read ahead in a thread of its own."""

    def __init__(self, services: Services, timetable: Timetable) -> None:
        self._services = services
        self._timetable = timetable
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._ahead: Future[ActivityFeed] | None = None

    def __enter__(self) -> FeedReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)

    def read_ahead(self, readings: Readings, selected: Collection[MediaListEntry], state: State) -> None:
        """Starts to read the whole feed while Trakt is asked for episodes, if it is certain to be needed: many entries
        are new here, most of what they say was watched is not on Trakt, and there is time for all of it."""
        # What the ledger knows was dated when it was added.
        new = [entry for entry in selected if not state.ledger.of(entry.anilist_id)]
        plays = sum(map(watched_count, new))
        if len(new) <= FEW_ENTRIES or 2 * readings.plays.count > plays:
            return
        deadline = self._for_reading(plays)
        if _longest(_rows_of(readings, None)) < deadline.remaining:
            stoppable = _Stoppable(deadline.clock, deadline.at, self._stopped)
            self._ahead = self._pool.submit(self._fetch, readings, stoppable, None, None)

    def read(self, readings: Readings, plan: Plan, state: State, *, whole: bool = True) -> FeedReading:
        """The activities that may date what ``plan`` adds: for entries that are new here all there are, else those from
        a while before the last run or before the entry last changed. ``whole`` is false if the plan is for a part of
        the list only: the whole feed would be read again for the rest."""
        if self._ahead is not None:
            feed = self._ahead.result()
            if feed.complete:
                return _said(FeedReading(feed, 1))
        adding = Counter(play.anilist_id for play in plan.adds)
        since = _since(readings, plan, state)
        if len(adding) <= FEW_ENTRIES:
            return _said(self._in_groups(readings, adding, since))
        deadline = self._for_reading(len(plan.adds))
        # A whole feed that is cut off dates nothing, and its time is lost: it is begun only if all of it fits.
        if whole and self._ahead is None and _longest(_rows_of(readings, since)) < deadline.remaining:
            feed = self._fetch(readings, deadline, since, None)
            if feed.complete:
                return _said(FeedReading(feed, 1))
        return _said(self._in_groups(readings, adding, since))

    def _in_groups(self, readings: Readings, adding: Mapping[int, int], since: datetime | None) -> FeedReading:
        """Group by group, as long as there is time to write what the groups read so far will add."""
        feeds: list[ActivityFeed] = []
        unread = list(adding)
        plays = 0
        for group in _groups(readings, adding):
            plays += sum(adding[anilist_id] for anilist_id in group)
            # What the brake holds back is not written now: all the time goes into the preview.
            held_back = not self._timetable.may_add(sum(adding.values()))
            deadline = self._services.deadline if held_back else self._for_reading(plays)
            feed = self._fetch(readings, deadline, since, group)
            feeds.append(feed)
            if not feed.complete:
                return FeedReading(_joined(feeds), len(feeds), frozenset(unread))
            unread = unread[len(group) :]
        return FeedReading(_joined(feeds), len(feeds))

    def _for_reading(self, plays: int) -> Deadline:
        """When reading has to end so that so many plays can still be written."""
        return self._services.deadline.earlier(self._timetable.for_writing(plays))

    def _fetch(
        self, readings: Readings, deadline: Deadline, since: datetime | None, media_ids: Collection[int] | None
    ) -> ActivityFeed:
        user_id = readings.library.user.user_id
        return self._services.anilist.fetch_activities(user_id, deadline, since=since, media_ids=media_ids)


@dataclass(frozen=True, slots=True)
class _Stoppable(Deadline):
    """A deadline that comes at once when ``stopped`` is set."""

    stopped: threading.Event

    @property
    def remaining(self) -> float:
        return 0.0 if self.stopped.is_set() else max(0.0, self.at - self.clock.monotonic())


def _since(readings: Readings, plan: Plan, state: State) -> datetime | None:
    """From when on the activities may be new; ``None``: entries of which no first play, or no rewatch, was ever added
    need all of theirs."""
    # An entry that is new here may have been watched years before the cursor.
    cursor = state.last_sync.activity_cursor
    wanted = {(play.anilist_id, play.rewatch > 0) for play in plan.adds}
    known = all(any((line.rewatch > 0) == again for line in state.ledger.of(key)) for key, again in wanted)
    if cursor is None or not known:
        return None
    adding = {anilist_id for anilist_id, _ in wanted}
    changed = [e.updated_at for e in readings.entries if e.anilist_id in adding and e.updated_at]
    return min([cursor, *changed]) - OVERLAP


def _groups(readings: Readings, adding: Iterable[int]) -> Iterator[list[int]]:
    """The entries in their order, as many to a group as a query may be about."""
    rows = {entry.anilist_id: watched_count(entry) for entry in readings.entries}
    group: list[int] = []
    for anilist_id in adding:
        if group and (len(group) >= GROUP or sum(rows.get(each, 1) for each in (*group, anilist_id)) > GROUP_ROWS):
            yield group
            group = []
        group.append(anilist_id)
    if group:
        yield group


def _rows_of(readings: Readings, since: datetime | None) -> int:
    """How many activities the whole feed may have: at worst one for each episode of each entry that changed since."""
    changed = (e for e in readings.library.entries if since is None or e.updated_at is None or e.updated_at >= since)
    return sum(map(watched_count, changed))


def _longest(rows: int) -> float:
    """Seconds that so many activities take to read."""
    return pieces(rows, ACTIVITY_PAGE) * ANILIST_WINDOW / ANILIST_LIMIT


def _joined(feeds: Collection[ActivityFeed]) -> ActivityFeed:
    unknown: Counter[str] = Counter()
    for feed in feeds:
        unknown.update(feed.unknown)
    activities = sorted((line for feed in feeds for line in feed.activities), key=lambda line: line.created_at)
    rows = sum(feed.rows for feed in feeds)
    return ActivityFeed(tuple(activities), unknown, all(feed.complete for feed in feeds), rows)


def _said(reading: FeedReading) -> FeedReading:
    if reading.feed.unknown:
        left_out = counted(sum(reading.feed.unknown.values()), "activity", "activities")
        log.info("Left out %s of kinds that say nothing of watching.", left_out)
    return reading
