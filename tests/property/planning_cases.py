"""Libraries as hypothesis draws them: small, and crowded enough that everything collides with everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from sync.model.anilist import (
    ActivityKind,
    FuzzyDate,
    ListActivity,
    Media,
    MediaFormat,
    MediaListEntry,
    MediaListStatus,
)
from sync.model.plan import Ledger, LedgerPlay, PlayState, PlayTarget, UndatedPlays
from sync.model.trakt import PlayKind, TraktPlays
from sync.planning.times.watched_at import TimeHints

NOW = datetime(2026, 11, 22, 6, 17, 42, tzinfo=UTC)
ENTRIES = range(1, 5)


def times_between(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    """Times to the second."""
    return st.integers(0, int((last - first).total_seconds())).map(lambda seconds: first + timedelta(seconds=seconds))


TRAKT_IDS = st.integers(1, 12)
EPISODES = st.integers(1, 6)
TIMES = times_between(datetime(2019, 12, 1, tzinfo=UTC), NOW)
AIRINGS = st.none() | times_between(datetime(2019, 1, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC))
DATES = st.builds(
    FuzzyDate, st.none() | st.integers(2018, 2027), st.none() | st.integers(1, 12), st.none() | st.integers(1, 31)
)
TARGETS = st.builds(
    PlayTarget,
    kind=st.sampled_from(PlayKind),
    trakt_id=TRAKT_IDS,
    season=st.just(1),
    number=st.just(1),
    first_aired=AIRINGS,
    runtime=st.none() | st.integers(1, 180),
)
MAPPINGS = st.dictionaries(EPISODES, st.lists(TARGETS, max_size=2, unique_by=lambda t: (t.kind, t.trakt_id)).map(tuple))
LINES = st.builds(
    LedgerPlay,
    episode=EPISODES,
    kind=st.sampled_from(PlayKind),
    trakt_id=TRAKT_IDS,
    state=st.sampled_from(PlayState),
    rewatch=st.sampled_from([0, 0, 0, 1, 2]),
)
PLAYS = st.dictionaries(TRAKT_IDS, st.lists(TIMES, min_size=1, max_size=3, unique=True).map(sorted).map(tuple))


@st.composite
def entries(draw: st.DrawFn, anilist_id: int = 1) -> MediaListEntry:
    """One list entry, however strange."""
    media = Media(
        anilist_id,
        format=draw(st.sampled_from([MediaFormat.TV, MediaFormat.MOVIE, MediaFormat.OVA])),
        episodes=draw(st.none() | EPISODES),
        duration=draw(st.none() | st.integers(1, 120)),
    )
    return MediaListEntry(
        entry_id=anilist_id,
        media=media,
        status=draw(st.sampled_from(MediaListStatus)),
        progress=draw(st.integers(0, 7)),
        repeat=draw(st.integers(0, 2)),
        started_at=draw(DATES),
        completed_at=draw(DATES),
        updated_at=draw(st.none() | TIMES),
    )


@st.composite
def activities(draw: st.DrawFn, anilist_id: int = 1) -> ListActivity:
    """One activity of any kind, with episodes in any order or none."""
    kind = draw(st.sampled_from(ActivityKind))
    named = kind in (ActivityKind.WATCHED, ActivityKind.REWATCHED_EPISODE)
    first, last = (draw(st.integers(0, 8)), draw(st.integers(0, 8))) if named else (None, None)
    return ListActivity(anilist_id, kind, draw(TIMES), first, last)


@dataclass(frozen=True)
class Library:
    """All that planning looks at."""

    entries: tuple[MediaListEntry, ...]
    targets: Mapping[int, Mapping[int, tuple[PlayTarget, ...]]]
    plays: TraktPlays
    ledger: Ledger
    hints: TimeHints


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    """A few entries that share a few Trakt episodes, with any history and any memory of it."""
    ids = draw(st.lists(st.sampled_from(list(ENTRIES)), min_size=1, max_size=3, unique=True))
    lines = draw(st.lists(st.tuples(st.sampled_from(list(ENTRIES)), LINES), max_size=12))
    aired = draw(st.lists(AIRINGS, min_size=1, max_size=5))
    mapped = {anilist_id: draw(MAPPINGS) for anilist_id in ids if draw(st.integers(0, 4))}
    return Library(
        entries=tuple(draw(entries(anilist_id)) for anilist_id in ids),
        targets={
            anilist_id: {
                episode: tuple(
                    PlayTarget(t.kind, t.trakt_id, t.season, t.number, aired[t.trakt_id % len(aired)], t.runtime)
                    for t in here
                )
                for episode, here in mapping.items()
            }
            for anilist_id, mapping in mapped.items()
        },
        plays=TraktPlays(draw(PLAYS), draw(PLAYS)),
        ledger=Ledger().noting(lines),
        hints=TimeHints(
            tuple(draw(st.lists(st.sampled_from(ids).flatmap(activities), max_size=10))),
            utc_offset=draw(st.none() | st.integers(-12 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))),
            undated=draw(st.sampled_from(UndatedPlays)),
        ),
    )
