"""One entry's episodes on AniList's side and on Trakt's, each with its plays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from sync.model.anilist import Media, MediaListEntry, watched_count
from sync.model.journal import JournalAction, JournalLine
from sync.model.library import LibraryEpisode, LibraryPlay
from sync.model.mapping import Span
from sync.model.plan import Ledger, NewPlay, PlayState
from sync.model.run import RunReport
from sync.model.trakt import Kind, PlayKind, ShowLayout, TraktEpisode, TraktPlays, TraktTitle, WatchedAt

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
