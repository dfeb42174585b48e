"""The life of an anime: announced, on air, over; and how AniList, Trakt and the datasets learn of it.

A ``Life`` is a frozen value. ``changes_of`` spells it out as changes of the world, from the truth in the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto

from demo.changes import ALWAYS, AniListSays, AppearsOnTrakt, Change, DatasetKnows, Side
from demo.library import DemoAiring, DemoAnime, DemoListing, DemoTitle, SampleLibrary
from demo.synthetic import synthetic_library

MINUTE = timedelta(minutes=1)
SLOT = time(15, 0, tzinfo=UTC)
"""When an episode is broadcast of which only the day is known."""
MONTH = len("2026-10")
DAY = len("2026-10-04")
SHORTEST = 3
"""The fewest episodes of an entry that is worth following while it airs."""


class Pace(Enum):
    """How Trakt lists what is to come."""

    AS_IT_AIRS = auto()
    """Episode by episode, ``ahead`` of them before they air."""
    WHOLE = auto()
    """The whole season at once, with all dates."""
    UNDATED = auto()
    """The whole season at once; an episode has no date until it airs."""


def _usual_delays() -> Mapping[Side, timedelta]:
    days: dict[Side, int] = {"bangumi": -10, "fribb": 3, "anibridge": 10, "anitrakt": 21}
    return {side: timedelta(days=count) for side, count in days.items()}


@dataclass(frozen=True, slots=True)
class Life:
    """How one entry comes to be known. All times count from its premiere, and may be negative for "before"."""

    anilist_id: int
    pace: Pace = Pace.AS_IT_AIRS
    ahead: int = 1
    """How many episodes Trakt lists beyond the aired ones."""
    trakt: timedelta = timedelta(days=-7)
    """When Trakt begins to list it; after the premiere, everything there is that late."""
    empty_season: bool = False
    """Whether Trakt lists its season a month before, without an episode."""
    start: timedelta = timedelta(days=-30)
    """When AniList tells the day of the premiere; the month is known before."""
    count: timedelta = timedelta(0)
    """When AniList tells how many episodes it will have; at the latest with the last one."""
    datasets: Mapping[Side, timedelta] = field(default_factory=_usual_delays)
    """When each dataset gains its row. One that is not named has known it from the beginning."""
    offset: timedelta = timedelta(days=35)
    """When Fribb's row gains its offset; before, it names the season only."""
    forgets: bool = False
    """Whether AniList drops the schedule's rows when they are past."""


def air_times(library: SampleLibrary, anilist_id: int) -> tuple[datetime, ...]:
    """When each episode of an entry is broadcast: as Trakt will list it, else weekly from AniList's start. Empty if not
    even the day of the start is known."""
    title, anime = library.by_anilist_id(anilist_id)
    aired = {e.trakt_id: e.first_aired for e in title.episodes} if title else {}
    first = datetime.combine(date.fromisoformat(anime.start), SLOT) if len(anime.start) == DAY else None
    found: list[datetime] = []
    for episode in range(1, (anime.episodes or 1) + 1):
        dates = [at for key in (title.targets(anime, episode) if title else ()) if (at := aired.get(key))]
        weekly = first and first + timedelta(days=7 * (episode - 1))
        at = min(dates, default=weekly)
        if at is None:
            return ()
        found.append(max(at, found[-1]) if found else at)
    return tuple(found)


def changes_of(life: Life, library: SampleLibrary) -> tuple[Change, ...]:
    """Everything that happens in a life. Raises ``ValueError`` for an entry whose start is not known to the day."""
    title, anime = library.by_anilist_id(life.anilist_id)
    times = air_times(library, life.anilist_id)
    if not times:
        raise ValueError(f"nobody knows on which day {anime.romaji} begins")
    return (
        *_on_anilist(life, anime, times),
        *(_on_trakt(life, title, anime, times) if title else ()),
        *_in_datasets(life, anime, times[0]),
    )


def _on_anilist(life: Life, anime: DemoAnime, times: tuple[datetime, ...]) -> list[Change]:
    premiere, over = times[0], times[-1] + timedelta(minutes=anime.minutes)
    rows = tuple(DemoAiring(number, at) for number, at in enumerate(times, start=1))
    unknown = {"status": "NOT_YET_RELEASED", "episodes": None, "end": "", "start": anime.start[:MONTH]}
    found: list[Change] = [
        AniListSays(ALWAYS, life.anilist_id, {**unknown, "airings": rows, "next_episode": None}),
        AniListSays(premiere + life.start, life.anilist_id, {"start": anime.start}),
        AniListSays(premiere, life.anilist_id, {"status": "RELEASING", "start": anime.start}),
        AniListSays(min(premiere + life.count, over), life.anilist_id, {"episodes": anime.episodes}),
        AniListSays(over, life.anilist_id, {"status": "FINISHED", "end": anime.end or f"{times[-1]:%Y-%m-%d}"}),
    ]
    if life.forgets:
        found += [AniListSays(row.at + MINUTE, life.anilist_id, {"airings": rows[row.episode :]}) for row in rows]
    return found


def _on_trakt(life: Life, title: DemoTitle, anime: DemoAnime, times: tuple[datetime, ...]) -> list[Change]:
    late, opens = max(timedelta(0), life.trakt), times[0] + life.trakt
    if title.kind == "movie":
        return [AppearsOnTrakt(opens, title.trakt_id, kind="movie")]
    ids = [frozenset(title.targets(anime, number)) for number in range(1, len(times) + 1)]
    found: list[Change] = []
    if life.empty_season and anime.spans:
        month_before = times[0] - timedelta(days=30)
        season = anime.spans[-1].season
        found.append(AppearsOnTrakt(month_before, title.trakt_id, frozenset(), empty_season=season))
    for index, episodes in enumerate(ids):
        if life.pace is Pace.AS_IT_AIRS:
            at = opens if index <= life.ahead else times[index - life.ahead] + late
            found.append(AppearsOnTrakt(at, title.trakt_id, episodes))
        else:
            found.append(AppearsOnTrakt(opens, title.trakt_id, episodes, dated=life.pace is Pace.WHOLE))
            found.append(AppearsOnTrakt(times[index] + late, title.trakt_id, episodes))
    return found


def _in_datasets(life: Life, anime: DemoAnime, premiere: datetime) -> list[Change]:
    found: list[Change] = []
    regular = next((span.season for span in anime.spans if span.season), None)
    for side, delay in life.datasets.items():
        says = f"s{regular}" if side == "fribb" and regular is not None and "fribb" not in anime.says else None
        found.append(DatasetKnows(premiere + delay, side, life.anilist_id, says))
        if says is not None:
            found.append(DatasetKnows(premiere + max(delay, life.offset), side, life.anilist_id))
    return found


# --- a season of them -------------------------------------------------------------------------------------------------


def aired_anew(library: SampleLibrary, anilist_id: int, premiere: date) -> SampleLibrary:
    """The library as if an entry began on that day: all dates of its title are moved, what began later is gone, and the
    person plans to watch it. Raises ``ValueError`` if nobody knows on which day it begins."""
    title, anime = library.by_anilist_id(anilist_id)
    times = air_times(library, anilist_id)
    if title is None or not times:
        raise ValueError(f"{anime.romaji} is not on Trakt, or nobody knows on which day it begins")
    days = premiere - times[0].date()
    later = [one for one in title.anime if one.start[:DAY] > anime.start]
    gone = {key for one in later for number in range(1, (one.episodes or 1) + 1) for key in title.targets(one, number)}
    gone -= {key for number in range(1, len(times) + 1) for key in title.targets(anime, number)}
    kept = [e for e in title.episodes if e.trakt_id not in gone]
    moved = tuple(replace(e, first_aired=e.first_aired and e.first_aired + days) for e in kept)
    entries = tuple(_moved(one, days) for one in title.anime if one not in later)
    planned = DemoListing("PLANNING", 0)
    entries = tuple(replace(one, listing=planned if one.anilist_id == anilist_id else _listing(one)) for one in entries)
    new = replace(
        title,
        episodes=moved,
        places={(e.season, e.number): e.trakt_id for e in moved},
        anime=entries,
        year=title.year + (premiere.year - times[0].year),
        released=_moved_day(title.released, days),
    )
    return SampleLibrary(tuple(new if each is title else each for each in library.titles), library.unlisted)


def season_library(library: SampleLibrary, premieres: Mapping[int, date], *, made_up: int = 0) -> SampleLibrary:
    """Only the titles of these entries, each beginning on its day; and ``made_up`` shows of twelve episodes more, which
    begin on the days in turn."""
    for anilist_id, premiere in premieres.items():
        library = aired_anew(library, anilist_id, premiere)
    titles = {id(title): title for key in premieres if (title := library.by_anilist_id(key)[0])}
    more = synthetic_library(made_up, shows=made_up, plays=12 * made_up) if made_up else SampleLibrary(())
    days = sorted(premieres.values())
    for number, title in enumerate(more.titles):
        more = aired_anew(more, title.anime[0].anilist_id, days[number % len(days)])
    return SampleLibrary((*titles.values(), *more.titles))


def newest_series(library: SampleLibrary) -> dict[int, int]:
    """The last entry of each show that could be followed while it aired, as AniList id by Trakt id."""
    found: dict[int, int] = {}
    for title in library.titles:
        fit = [a for a in title.anime if (a.episodes or 0) >= SHORTEST and air_times(library, a.anilist_id)]
        if title.kind == "show" and fit:
            found[title.trakt_id] = max(fit, key=lambda one: one.start).anilist_id
    return found


def _moved(anime: DemoAnime, days: timedelta) -> DemoAnime:
    return replace(anime, start=_moved_day(anime.start, days), end=_moved_day(anime.end, days))


def _listing(anime: DemoAnime) -> DemoListing:
    """How the person has what came before: as they do, but watched when it aired, if at all to the end."""
    old = anime.listing
    done = old.status == "COMPLETED"
    started, completed = (anime.start, anime.end) if done else ("", "")
    return replace(old, started=started, completed=completed, log="")


def _moved_day(text: str, days: timedelta) -> str:
    """A date, known to the day, the month or the year, some days later, known as well."""
    if not text:
        return ""
    full = date.fromisoformat(text + "-07-15"[len(text) - 4 :] if len(text) < DAY else text)
    return f"{full + days:%Y-%m-%d}"[: len(text)]
