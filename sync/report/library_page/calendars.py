"""Both calendars of an entry as compact lines: read as they stand without JavaScript, made a table with it.

A line is an episode: words, a tab, the title on Trakt. The words, in this order, each left out where it follows from
the line before:

    5                 AniList's episode; else one more
    @2023-07-02       when AniList says it aired; ``@?`` when it does not; else a week later, or unknown again
    S2E1, film        where it is on Trakt; ``unlisted``: nowhere yet; else one number more
    2023-07-09        when Trakt says it aired; ``aired?`` when it does not; else a week later, or unknown again
    found             what became of a play (``STATES``); else as the play before
    activity          where its time came from (``SOURCES``); else as the play before
    2023-07-18T21:12  when it was watched, by the page's clock; ``07-18T21:12`` in the same year, ``21:12`` on the same
                      day, or one of ``TIMES``

A line without a time was not watched; ``&`` stands between several plays, each of which follows the one at its place
in the line before. Of a date in the same year as the one before of its kind, the year is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone

from sync.model.anilist import Media, MediaListEntry, watched_count
from sync.model.journal import JournalAction, JournalLine
from sync.model.library import LibraryEpisode, LibraryPlay
from sync.model.mapping import Span
from sync.model.plan import Ledger, NewPlay, PlayState, TimeSource
from sync.model.run import RunReport
from sync.model.trakt import UNKNOWN_TIME, Kind, PlayKind, ShowLayout, TraktEpisode, TraktPlays, TraktTitle, WatchedAt
from sync.report.library_page.markup import html_text

STATES: dict[PlayState | None, str] = {
    PlayState.CONFIRMED: "added",
    PlayState.ADOPTED: "found",
    PlayState.PENDING: "pending",
    PlayState.REMOVED: "removed",
    PlayState.UNDONE: "undone",
    PlayState.DISPLACED: "displaced",
    None: "planned",
}
SOURCES: dict[TimeSource | None, str] = {
    None: "unsourced",
    TimeSource.ACTIVITY: "activity",
    TimeSource.SPREAD: "spread",
    TimeSource.DATES: "dates",
    TimeSource.COMPLETED: "completed",
    TimeSource.STARTED: "started",
    TimeSource.RELEASED: "released",
    TimeSource.UPDATED: "updated",
    TimeSource.UNKNOWN: "unsourced",
}
TIMES: dict[str | None, str] = {"unknown": "undated", "released": "on-release", None: "unknown"}
"""What was sent instead of a time, and the word for a time that this run does not know."""

_WEEK = timedelta(days=7)


class CalendarLines:
    """Writes lines for entries one by one; times are shown ``utc_offset`` east of UTC."""

    def __init__(self, utc_offset: timedelta | None) -> None:
        self._zone = timezone(utc_offset) if utc_offset else UTC
        self._days: dict[date, tuple[str, str]] = {}

    def render(self, episodes: Sequence[LibraryEpisode], *, titles: bool = True) -> str:
        """The lines of one entry as escaped text; ``titles`` are those of the episodes."""
        return "\n".join(self._lines(episodes, titles=titles))

    def _lines(self, episodes: Sequence[LibraryEpisode], *, titles: bool) -> Iterator[str]:
        writer = _Line(self._zone, self._days)
        for episode in episodes:
            words = writer.words(episode)
            title = html_text(episode.title) if titles and episode.title else ""
            yield f"{words}\t{title}" if title else words


class _Line:
    """The line before: what the next one is told apart from."""

    def __init__(self, zone: timezone, days: dict[date, tuple[str, str]]) -> None:
        self._zone = zone
        self._days = days
        self._episode = 0
        self._place: tuple[int, int] | None = None
        self._anilist_day: date | None = None
        self._trakt_day: date | None = None
        self._anilist_year = self._trakt_year = 0
        self._state, self._source = STATES[PlayState.CONFIRMED], SOURCES[None]
        self._watched: list[date | None] = []

    def words(self, row: LibraryEpisode) -> str:
        words: list[str] = []
        if row.episode != self._episode + 1:
            words.append(str(row.episode))
        self._episode = row.episode
        self._add_anilist_day(words, row.anilist_day)
        self._add_place(words, row)
        self._add_trakt_day(words, row.trakt_day)
        if row.plays:
            self._add_plays(words, row.plays)
        return " ".join(words)

    def _add_anilist_day(self, words: list[str], day: date | None) -> None:
        expected = self._anilist_day + _WEEK if self._anilist_day else None
        if day != expected:
            words.append(f"@{self._day(day, self._anilist_year)}" if day else "@?")
        self._anilist_day = day
        self._anilist_year = day.year if day else self._anilist_year

    def _add_place(self, words: list[str], row: LibraryEpisode) -> None:
        place = None if row.season is None or row.number is None else (row.season, row.number)
        if place is None:
            words.append("film" if row.listed else "unlisted")
        elif self._place is None or place != (self._place[0], self._place[1] + 1):
            words.append(f"S{place[0]}E{place[1]}")
        self._place = place

    def _add_trakt_day(self, words: list[str], day: date | None) -> None:
        expected = self._trakt_day + _WEEK if self._trakt_day else None
        if day != expected:
            words.append(self._day(day, self._trakt_year) if day else "aired?")
        self._trakt_day = day
        self._trakt_year = day.year if day else self._trakt_year

    def _add_plays(self, words: list[str], plays: Sequence[LibraryPlay]) -> None:
        self._watched += [None] * (len(plays) - len(self._watched))
        for index, play in enumerate(plays):
            if index:
                words.append("&amp;")
            state, source = STATES[play.state], SOURCES[play.source]
            if state != self._state:
                words.append(state)
            if source != self._source:
                words.append(source)
            self._state, self._source = state, source
            words.append(self._time(play, index))

    def _time(self, play: LibraryPlay, index: int) -> str:
        at = play.watched_at
        if not isinstance(at, datetime):
            return TIMES[at]
        if at == UNKNOWN_TIME:
            return TIMES["unknown"]
        local = at.astimezone(self._zone)
        day, before = local.date(), self._watched[index]
        self._watched[index] = day
        clock = f"{local.hour:02}:{local.minute:02}"
        if day == before:
            return clock
        return f"{self._day(day, before.year if before else 0)}T{clock}"

    def _day(self, day: date, year: int) -> str:
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = (f"{day.year:04}-{day.month:02}-{day.day:02}", f"{day.month:02}-{day.day:02}")
        return known[1] if day.year == year else known[0]


def moment_of(play: LibraryPlay) -> datetime | None:
    """When a play happened, if that is a time and known."""
    at = play.watched_at
    return at if isinstance(at, datetime) and at != UNKNOWN_TIME else None


EntryPlays = Mapping[int, Sequence[tuple[int, LibraryPlay]]]
"""By AniList episode: each play with the Trakt id of what it is of."""

_PlayKey = tuple[int, int, PlayKind, int, int]
"""AniList id, its episode, kind, Trakt id and rewatch: what tells a play from every other."""


def plays_of_entries(
    report: RunReport, ledger: Ledger, journal: Iterable[JournalLine], on_trakt: TraktPlays
) -> dict[int, EntryPlays]:
    """By AniList id: the plays that the ledger knows, and those that the run would add.

    When one of ours was watched is told by the journal, when another app's was by Trakt; where a time came from is
    known only of what this run planned.
    """
    ours: dict[_PlayKey, WatchedAt] = {
        (play.anilist_id, play.episode, play.kind, play.trakt_id, play.rewatch): play.watched_at
        for line in journal
        if line.action is JournalAction.ADD
        for play in line.plays
    }
    planned = {key: play for play in report.plan.adds for key in _keys(play)}
    found: dict[int, dict[int, list[tuple[int, LibraryPlay]]]] = defaultdict(lambda: defaultdict(list))
    for anilist_id, known in ledger:
        key = (anilist_id, known.episode, known.kind, known.trakt_id, known.rewatch)
        new = planned.pop(key, None)
        times = on_trakt.of(known.kind, known.trakt_id)
        at = ours.get(key) or (times[known.rewatch] if known.rewatch < len(times) else None)
        play = LibraryPlay(known.state, at, new.source if new else None)
        found[anilist_id][known.episode].append((known.trakt_id, play))
    for (anilist_id, episode, _, trakt_id, _), new in planned.items():
        found[anilist_id][episode].append((trakt_id, LibraryPlay(None, new.watched_at, new.source)))
    return {anilist_id: dict(plays) for anilist_id, plays in found.items()}


def calendar_of(
    entry: MediaListEntry,
    title: TraktTitle,
    spans: Sequence[Span],
    layout: ShowLayout | None,
    plays: EntryPlays,
    *,
    titles: bool,
) -> tuple[LibraryEpisode, ...]:
    """The rows of one entry: all its episodes that AniList counts, Trakt lists or somebody watched.

    Without a ``layout`` the places are those that the spans give, and neither titles nor days of Trakt are known.
    """
    if title.kind is Kind.MOVIE:
        days = (entry.media.start_date.to_date(), title.released)
        return (LibraryEpisode(1, anilist_day=days[0], trakt_day=days[1], plays=_plays(plays.get(1, ()))),)
    listed = {(each.season, each.number): each for each in layout.episodes} if layout else None
    last = max(entry.media.episodes or _last_listed(spans, listed), watched_count(entry), *plays)
    rows: list[LibraryEpisode] = []
    for episode in range(1, last + 1):
        own = _own_day(entry.media, episode)
        places = [place for span in spans if (place := _place(span, episode))]
        rows += _rows(episode, own, places, listed, plays.get(episode, ()), titles=titles)
    return tuple(rows)


def _last_listed(spans: Sequence[Span], listed: Mapping[tuple[int, int], TraktEpisode] | None) -> int:
    """The last AniList episode that has a place which Trakt lists, for an entry whose count is not known."""
    reached = (
        number - span.first_episode + span.from_ep
        for season, number in listed or ()
        for span in spans
        if season == span.season
        and number >= span.first_episode
        and (span.to_ep is None or number - span.first_episode <= span.to_ep - span.from_ep)
    )
    return max(reached, default=0)


def _own_day(media: Media, episode: int) -> date | None:
    """When AniList says an episode aired: it dates the first one, and the last one once the count is known."""
    if episode == 1:
        return media.start_date.to_date()
    return media.end_date.to_date() if episode == media.episodes else None


def _place(span: Span, episode: int) -> tuple[int, int] | None:
    if episode < span.from_ep or (span.to_ep is not None and episode > span.to_ep):
        return None
    return span.season, span.first_episode + episode - span.from_ep


def _rows(
    episode: int,
    own: date | None,
    places: Sequence[tuple[int, int]],
    listed: Mapping[tuple[int, int], TraktEpisode] | None,
    plays: Sequence[tuple[int, LibraryPlay]],
    *,
    titles: bool,
) -> Iterator[LibraryEpisode]:
    """A row for each Trakt episode of one AniList episode, or one that says that Trakt does not list it."""
    there = [place for place in places if listed is None or place in listed]
    if not there:
        yield LibraryEpisode(episode, listed=False, anilist_day=own, plays=_plays(plays))
        return
    left = list(plays)
    for n, (season, number) in enumerate(there):
        its = listed.get((season, number)) if listed else None
        mine = [each for each in left if n == len(there) - 1 or (its is not None and each[0] == its.trakt_id)]
        left = [each for each in left if each not in mine]
        yield LibraryEpisode(
            episode,
            season,
            number,
            title=its.title if its and titles else None,
            anilist_day=own,
            trakt_day=its.first_aired.date() if its and its.first_aired else None,
            plays=_plays(mine),
        )


def _plays(plays: Iterable[tuple[int, LibraryPlay]]) -> tuple[LibraryPlay, ...]:
    return tuple(play for _, play in plays)


def _keys(play: NewPlay) -> Iterator[_PlayKey]:
    for anilist_id, line in play.lines(PlayState.CONFIRMED):
        yield anilist_id, line.episode, line.kind, line.trakt_id, line.rewatch
