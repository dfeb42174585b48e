import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.model.anilist import ActivityKind, ListActivity, MediaFormat, MediaListEntry, watched_count
from sync.model.plan import PlayTarget, UndatedPlays
from sync.planning.times.watched_at import watched_times
from tests.property.planning_cases import MAPPINGS, NOW, activities, entries, times_between

Targets = Mapping[int, tuple[PlayTarget, ...]]
EXAMPLES = settings(max_examples=50, deadline=None)
OFFSETS = st.none() | st.integers(-12 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))
LOGS = st.lists(activities(), max_size=10)
CHOICES = st.sampled_from(UndatedPlays)
PAST = times_between(datetime(2019, 12, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))


def times_of(
    entry: MediaListEntry,
    targets: Targets,
    logs: Sequence[ListActivity],
    offset: timedelta | None,
    undated: UndatedPlays,
) -> list[tuple[PlayTarget | None, datetime | None]]:
    """Each play's target and time, in episode order; ``None`` for no target and for an unknown time."""
    found = watched_times(
        entry,
        watched=watched_count(entry),
        targets=targets,
        activities=logs,
        utc_offset=offset,
        undated=undated,
        now=NOW,
    )
    return [
        (target, timed.watched_at if isinstance(timed.watched_at, datetime) else None)
        for episode in sorted(found)
        for target, timed in zip(targets.get(episode) or (None,), found[episode], strict=True)
    ]


@EXAMPLES
@given(entries(), MAPPINGS, LOGS, OFFSETS, CHOICES)
def test_times_keep_the_order_of_the_episodes(
    entry: MediaListEntry, targets: Targets, logs: list[ListActivity], offset: timedelta | None, undated: UndatedPlays
) -> None:
    dated = [time for _, time in times_of(entry, targets, logs, offset, undated) if time is not None]
    assert dated == sorted(dated)


@EXAMPLES
@given(entries(), LOGS, OFFSETS, CHOICES)
def test_two_plays_of_an_entry_never_share_a_minute_when_all_aired_long_ago(
    entry: MediaListEntry, logs: list[ListActivity], offset: timedelta | None, undated: UndatedPlays
) -> None:
    dated = [time for _, time in times_of(entry, {}, logs, offset, undated) if time is not None]
    assert len(dated) == len(set(dated))


@EXAMPLES
@given(entries(), MAPPINGS, LOGS, OFFSETS, CHOICES)
def test_no_time_is_in_the_future_or_before_an_airing(
    entry: MediaListEntry, targets: Targets, logs: list[ListActivity], offset: timedelta | None, undated: UndatedPlays
) -> None:
    for target, time in times_of(entry, targets, logs, offset, undated):
        if time is not None:
            assert time <= NOW
            aired = target.first_aired if target else None
            assert aired is None or aired > NOW or aired <= time


@EXAMPLES
@given(entries(), MAPPINGS, LOGS, CHOICES, st.randoms(use_true_random=False))
def test_the_same_activities_in_another_order_or_twice_give_the_same_minutes(
    entry: MediaListEntry,
    targets: Targets,
    logs: list[ListActivity],
    undated: UndatedPlays,
    order: random.Random,
) -> None:
    twice = order.sample([*logs, *logs], 2 * len(logs))
    assert times_of(entry, targets, twice, None, undated) == times_of(entry, targets, logs, None, undated)


@EXAMPLES
@given(entries(), st.lists(PAST, min_size=6, max_size=6), st.integers(0, 9), CHOICES)
def test_single_logs_in_order_are_taken_to_the_minute(
    entry: MediaListEntry, times: list[datetime], gap: int, undated: UndatedPlays
) -> None:
    logged = [time + timedelta(minutes=(2 + gap) * i) for i, time in enumerate(sorted(times))]
    logs = [ListActivity(1, ActivityKind.WATCHED, time, i, i) for i, time in enumerate(logged, start=1)]
    found = times_of(entry, {}, logs, None, undated)
    if entry.media.format is not MediaFormat.MOVIE:
        expected = [time.replace(second=0, microsecond=0) for time in logged[: len(found)]]
        assert [time for _, time in found][: len(logged)] == expected
