"""What the plays add up to: by month, year, day, hour of the week and format."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timezone

from sync.model.anilist import MediaFormat
from sync.model.library import Library, LibraryEntry
from sync.model.plan import PlayState
from sync.report.library_page.calendar_lines import moment_of

_ON_TRAKT = frozenset({PlayState.CONFIRMED, PlayState.ADOPTED, PlayState.DISPLACED})

Month = tuple[int, int]


@dataclass(slots=True)
class Sum:
    """So many episodes (a film is one) of so many ``minutes``; an episode of unknown length adds none."""

    episodes: int = 0
    minutes: int = 0

    def add(self, minutes: int) -> None:
        """One more."""
        self.episodes += 1
        self.minutes += minutes


@dataclass(frozen=True, slots=True)
class Figures:
    """All plays that are on Trakt, as far as they are known here.

    ``months`` is by (year, month); ``hours`` counts plays by (weekday, hour), Monday being 0; ``longest`` is the day
    with the most minutes. ``undated`` plays are in ``total`` and ``formats`` alone. ``entries`` counts by format those
    with a play.
    """

    total: Sum = field(default_factory=Sum)
    undated: int = 0
    months: Mapping[Month, Sum] = field(default_factory=dict)
    years: Mapping[int, Sum] = field(default_factory=dict)
    days: Mapping[date, Sum] = field(default_factory=dict)
    hours: Mapping[tuple[int, int], int] = field(default_factory=dict)
    formats: Mapping[MediaFormat | None, Sum] = field(default_factory=dict)
    entries: Mapping[MediaFormat | None, int] = field(default_factory=dict)
    longest: date | None = None
    longest_entries: tuple[tuple[LibraryEntry, int], ...] = ()


def figures_of(library: Library) -> Figures:
    """Counts the plays by the user's own days and hours."""
    zone = timezone(library.utc_offset) if library.utc_offset else UTC
    total, undated = Sum(), 0
    days: dict[date, Sum] = defaultdict(Sum)
    formats: dict[MediaFormat | None, Sum] = defaultdict(Sum)
    hours: Counter[tuple[int, int]] = Counter()
    of_day: dict[date, Counter[int]] = defaultdict(Counter)
    entries: Counter[MediaFormat | None] = Counter()
    for entry in library.entries:
        minutes, seen = entry.minutes or 0, False
        for moment in _moments(entry):
            seen = True
            total.add(minutes)
            formats[entry.format].add(minutes)
            if moment is None:
                undated += 1
                continue
            local = moment.astimezone(zone)
            day = local.date()
            days[day].add(minutes)
            hours[day.weekday(), local.hour] += 1
            of_day[day][entry.anilist_id] += 1
        entries[entry.format] += seen
    months: dict[Month, Sum] = defaultdict(Sum)
    years: dict[int, Sum] = defaultdict(Sum)
    for day, each in sorted(days.items()):
        for whole in (months[day.year, day.month], years[day.year]):
            whole.episodes += each.episodes
            whole.minutes += each.minutes
    longest = max(days, key=lambda day: (days[day].minutes, days[day].episodes, day), default=None)
    names = {entry.anilist_id: entry for entry in library.entries}
    watched = of_day[longest].most_common() if longest else []
    told = tuple((names[anilist_id], count) for anilist_id, count in watched)
    return Figures(total, undated, months, years, days, hours, formats, entries, longest, told)


def _moments(entry: LibraryEntry) -> Iterator[datetime | None]:
    """When each play of the entry that is on Trakt happened, ``None`` where that is not known."""
    for episode in entry.episodes:
        for play in episode.plays:
            if play.state in _ON_TRAKT:
                yield moment_of(play)
