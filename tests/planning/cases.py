"""Short ways to write down list entries, Trakt episodes and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sync.model.anilist import (
    ActivityKind,
    FuzzyDate,
    ListActivity,
    Media,
    MediaFormat,
    MediaListEntry,
    MediaListStatus,
)
from sync.model.plan import Ledger, LedgerPlay, Plan, PlayState, PlayTarget
from sync.model.trakt import UNKNOWN_TIME, PlayKind, TraktPlays

NOW = datetime(2026, 11, 22, 6, 17, 42, tzinfo=UTC)
BEBOP = 1
BEBOP_AIRED = datetime(1998, 10, 23, 16, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    """``"2026-11-20 21:40"`` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str | None) -> FuzzyDate:
    """``"2026-11-20"``, ``"2026-11"`` or ``None`` as AniList gives it."""
    return FuzzyDate(*map(int, text.split("-"))) if text else FuzzyDate()


def entry(
    progress: int = 0,
    *,
    anilist_id: int = BEBOP,
    status: MediaListStatus = MediaListStatus.CURRENT,
    episodes: int | None = 26,
    format: MediaFormat = MediaFormat.TV,  # noqa: A002 - AniList's own word
    duration: int | None = 24,
    repeat: int = 0,
    started: str | None = None,
    completed: str | None = None,
    updated: str | None = None,
) -> MediaListEntry:
    return MediaListEntry(
        entry_id=1000 + anilist_id,
        media=Media(anilist_id, format=format, episodes=episodes, duration=duration),
        status=status,
        progress=progress,
        repeat=repeat,
        started_at=day(started),
        completed_at=day(completed),
        updated_at=at(updated) if updated else None,
    )


def completed(episodes: int, **more: object) -> MediaListEntry:
    """An entry that was watched to its end."""
    return entry(episodes, episodes=episodes, status=MediaListStatus.COMPLETED, **more)  # type: ignore[arg-type] # passed on as they are


def target(trakt_id: int, number: int | None = None, *, aired: datetime | None = None, runtime: int = 24) -> PlayTarget:
    return PlayTarget(PlayKind.EPISODE, trakt_id, 1, number or trakt_id % 100, aired, runtime)


def film(trakt_id: int, *, released: datetime | None = None, runtime: int = 115) -> PlayTarget:
    return PlayTarget(PlayKind.MOVIE, trakt_id, first_aired=released, runtime=runtime)


def weekly(count: int, *, first: int = 101, aired: datetime = BEBOP_AIRED) -> dict[int, tuple[PlayTarget, ...]]:
    """Episodes 1–``count`` on Trakt as ids ``first``…, a week apart."""
    return {
        number: (target(first + number - 1, number, aired=aired + timedelta(weeks=number - 1)),)
        for number in range(1, count + 1)
    }


def undated(count: int, *, first: int = 101) -> dict[int, tuple[PlayTarget, ...]]:
    """The same, of which Trakt does not know when they aired."""
    return {number: (target(first + number - 1, number),) for number in range(1, count + 1)}


def watched(
    time: str, first: int | None, last: int | None = None, *, anilist_id: int = BEBOP, kind: str = "watched episode"
) -> ListActivity:
    """An activity such as ``"watched episode 3 - 5"``."""
    return ListActivity(anilist_id, ActivityKind(kind), at(time), first, first if last is None else last)


def finished(time: str, *, anilist_id: int = BEBOP, kind: str = "completed") -> ListActivity:
    """An activity that names no episode."""
    return ListActivity(anilist_id, ActivityKind(kind), at(time))


def line(
    episode: int,
    trakt_id: int,
    state: PlayState = PlayState.CONFIRMED,
    *,
    rewatch: int = 0,
    kind: PlayKind = PlayKind.EPISODE,
) -> LedgerPlay:
    return LedgerPlay(episode, kind, trakt_id, state, rewatch)


def ledger(lines: Iterable[LedgerPlay], *, anilist_id: int = BEBOP) -> Ledger:
    return Ledger().noting((anilist_id, known) for known in lines)


def played(*trakt_ids: int, when: str = "2020-01-01 20:00") -> TraktPlays:
    """Trakt's plays: each episode once per mention."""
    times: dict[int, tuple[datetime, ...]] = {}
    for trakt_id in trakt_ids:
        times[trakt_id] = (*times.get(trakt_id, ()), at(when))
    return TraktPlays(episodes=times)


def applied(
    plan: Plan, plays: TraktPlays, known: Ledger, *, state: PlayState = PlayState.CONFIRMED
) -> tuple[TraktPlays, Ledger]:
    """Trakt and the ledger after the plan was carried out and every play was taken."""
    by_kind: dict[PlayKind, dict[int, tuple[datetime, ...]]] = {
        PlayKind.EPISODE: dict(plays.episodes),
        PlayKind.MOVIE: dict(plays.movies),
    }
    for add in plan.adds:
        time = add.watched_at if isinstance(add.watched_at, datetime) else UNKNOWN_TIME
        of_kind: dict[int, tuple[datetime, ...]] = by_kind[add.kind]
        of_kind[add.trakt_id] = (*of_kind.get(add.trakt_id, ()), time)
    noted = known.noting(plan.noted).noting(told for add in plan.adds for told in add.lines(state))
    return TraktPlays(by_kind[PlayKind.EPISODE], by_kind[PlayKind.MOVIE]), noted


def states(known: Ledger, anilist_id: int = BEBOP) -> Mapping[tuple[int, int], str]:
    """(episode, Trakt id) → state letter, of first watches."""
    return {(play.episode, play.trakt_id): play.state.value for play in known.of(anilist_id) if play.rewatch == 0}
