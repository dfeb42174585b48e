"""The activity feed in an import that takes many runs: each of them dates something, whatever the budget."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.model.anilist import ActivityFeed, AniListLibrary, AniListUser, MediaListEntry
from sync.model.budget import Timetable
from sync.model.plan import NewPlay, Plan, TimeSource
from sync.model.run import FeedReading, Readings, State
from sync.model.trakt import PlayKind, TraktPlays
from sync.services.clock import Deadline
from sync.steps.feed import FeedReader
from sync.wiring import Services
from tests.fakes import FakeClock
from tests.planning.cases import NOW, entry

PAGE, SECONDS_A_PAGE = 50, 2
MOST_RUNS = 400


@dataclass
class SlowAniList:
    """A feed with one row for each watched episode, a page in two seconds; a reading that the deadline cuts is not
    complete."""

    clock: FakeClock
    rows: dict[int, int]
    whole_feeds: int = 0

    def fetch_activities(
        self, _user_id: int, deadline: Deadline, *, since: datetime | None, media_ids: Collection[int] | None
    ) -> ActivityFeed:
        self.whole_feeds += media_ids is None
        rows = sum(count for key, count in self.rows.items() if media_ids is None or key in media_ids)
        for _ in range(rows // PAGE + 1):
            if deadline.remaining < SECONDS_A_PAGE:
                return ActivityFeed(complete=False)
            self.clock.advance(timedelta(seconds=SECONDS_A_PAGE))
        return ActivityFeed(rows=rows)


def readings(entries: list[MediaListEntry]) -> Readings:
    library = AniListLibrary(AniListUser(5, "misaki"), tuple(entries))
    return Readings(library, TraktPlays({}, {}), "misaki-t", tuple(entries))


def one_run(counts: dict[int, int], left: set[int], budget: int) -> tuple[FeedReading, SlowAniList]:
    """A run of ``budget`` seconds that has the plays of the entries ``left`` to date."""
    clock = FakeClock()
    anilist = SlowAniList(clock, counts)
    services = SimpleNamespace(deadline=Deadline.after(clock, budget), anilist=anilist)
    entries = [entry(count, anilist_id=key, episodes=None) for key, count in counts.items()]
    adds = [
        NewPlay(key, number, PlayKind.EPISODE, key * 10_000 + number, NOW, TimeSource.UNKNOWN)
        for key in sorted(left)
        for number in range(1, counts[key] + 1)
    ]
    with FeedReader(cast(Services, services), Timetable(budget)) as reader:
        return reader.read(readings(entries), Plan(tuple(adds)), State()), anilist


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=150), st.sampled_from([180, 300, 600, 3_000]))
def test_no_run_of_an_import_is_without_progress_and_the_last_one_leaves_nothing(
    watched: list[int], budget: int
) -> None:
    counts = dict(enumerate(watched, start=1))
    left = set(counts)
    for _ in range(MOST_RUNS):
        reading, _ = one_run(counts, left, budget)
        assert set(reading.unread) < left
        left = set(reading.unread)
        if not left:
            return
    raise AssertionError("the import does not end")


def test_a_feed_that_does_not_fit_is_not_begun_as_a_whole_however_few_plays_are_left() -> None:
    """3,000 entries with 18,468 activities, of which 4,329 plays are left: 370 pages, of which none would be kept."""
    counts = {key: 6 + (key <= 468) for key in range(1, 3_001)}
    left = set(range(2_281, 3_001))

    reading, anilist = one_run(counts, left, 600)

    assert 0 == anilist.whole_feeds
    assert frozenset() == reading.unread
