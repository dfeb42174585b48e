"""A Trakt show's seasons and episodes as it lists them now, and the breakpoint map that points into them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import takewhile

from sync.model.mapping import Span
from sync.model.trakt import NO_ID, ShowLayout, TraktEpisode

Place = tuple[int, int]
"""Season and number, as Trakt has them."""


class Seasons:
    """A layout by season: its episodes in the order of their numbers, which need not start at 1 nor be gapless."""

    def __init__(self, layout: ShowLayout) -> None:
        self.show = layout.show
        self.by_number: dict[int, list[TraktEpisode]] = {}
        self.position: dict[Place, int] = {}
        for episode in sorted(layout.episodes, key=_place):
            season = self.by_number.setdefault(episode.season, [])
            self.position[(episode.season, episode.number)] = len(season)
            season.append(episode)

    def __contains__(self, place: Place) -> bool:
        return place in self.position

    def episode(self, place: Place) -> TraktEpisode | None:
        """The episode with this season and number, if Trakt lists it."""
        at = self.position.get(place)
        return None if at is None else self.by_number[place[0]][at]

    def season(self, number: int) -> Sequence[TraktEpisode]:
        """The episodes of one season; empty if there is none."""
        return self.by_number.get(number, ())

    @property
    def regular(self) -> list[int]:
        """The numbers of the seasons that are not the specials, in order."""
        return sorted(number for number in self.by_number if number > 0)

    def running(self) -> list[TraktEpisode]:
        """All episodes but the specials, in order."""
        return [episode for number in self.regular for episode in self.by_number[number]]


def _place(episode: TraktEpisode) -> Place:
    return episode.season, episode.number


def find_episode(layout: ShowLayout, place: Place) -> TraktEpisode | None:
    """The episode with this season and number, if Trakt lists it (``layout.episodes`` is in that order)."""
    at = bisect_left(layout.episodes, place, key=_place)
    found = layout.episodes[at] if at < len(layout.episodes) else None
    return found if found is not None and _place(found) == place else None


def places_of(spans: Iterable[Span], episode: int) -> Iterator[Place]:
    """Where the breakpoint map puts one AniList episode, whether or not Trakt lists it."""
    for span in spans:
        if span.from_ep <= episode and (span.to_ep is None or episode <= span.to_ep):
            yield span.season, span.first_episode + episode - span.from_ep


def targets_of(spans: Iterable[Span], layout: ShowLayout, episode: int) -> tuple[TraktEpisode, ...]:
    """The live Trakt episodes of one AniList episode (1-based), only those that Trakt really lists and whose ids can be
    right; may be empty."""
    found = (find_episode(layout, place) for place in places_of(spans, episode))
    return tuple(each for each in found if each is not None and each.trakt_id != NO_ID)


def spans_over(episodes: Iterable[TraktEpisode], first: int = 1) -> tuple[Span, ...]:
    """The breakpoint map that gives AniList episodes ``first``, ``first`` + 1, … these Trakt episodes, one for one."""
    spans: list[Span] = []
    for at, episode in enumerate(episodes, first):
        last = spans[-1] if spans else None
        if (
            last is not None
            and last.season == episode.season
            and last.first_episode + at - last.from_ep == episode.number
        ):
            spans[-1] = Span(last.from_ep, at, last.season, last.first_episode)
        else:
            spans.append(Span(at, at, episode.season, episode.number))
    return tuple(spans)


def covers(spans: Iterable[Span], others: Iterable[Span]) -> bool:
    """Whether each episode of ``others`` is where ``spans`` put it."""
    mine = tuple(spans)
    return all(set(places_of(mine, span.from_ep)) >= {(span.season, span.first_episode)} for span in others)


def last_episode(spans: Iterable[Span]) -> int | None:
    """The last AniList episode that the map covers; ``None`` for an open end."""
    ends = [span.to_ep for span in spans]
    return None if None in ends else max((end for end in ends if end is not None), default=0)


def all_places(spans: Iterable[Span], seasons: Seasons) -> Iterator[tuple[int, Place]]:
    """(AniList episode, place) for every episode of the map; an open end goes as far as Trakt lists the season."""
    for span in spans:
        if span.to_ep is not None:
            end = span.to_ep
        else:
            season = seasons.season(span.season)
            end = span.from_ep + (season[-1].number - span.first_episode if season else -1)
        for episode in range(span.from_ep, end + 1):
            yield episode, (span.season, span.first_episode + episode - span.from_ep)


def fingerprint(layout: ShowLayout, spans: Iterable[Span] | None = None) -> str:
    """A short name for how Trakt cuts the part of a show that ``spans`` use (all of it without them).

    It names the first *n* targets that Trakt lists and their ids, as ``n:hash``: episodes appended later change
    nothing (see ``unmoved``), episodes moved, inserted or removed do. It ends before an episode without an id.
    """
    listed = list(takewhile(lambda episode: episode.trakt_id != NO_ID, _listed(layout, spans)))
    return f"{len(listed)}:{_digest(listed)}"


def unmoved(was: str, layout: ShowLayout, spans: Iterable[Span] | None = None) -> bool:
    """Whether the part that had fingerprint ``was`` still lies where it lay; more episodes behind it are no change."""
    count, _, digest = was.partition(":")
    if not count.isdigit():
        return False
    listed = _listed(layout, spans)[: int(count)]
    if any(episode.trakt_id == NO_ID for episode in listed):
        return len(listed) == int(count)  # what cannot be read this time has not moved
    return len(listed) == int(count) and _digest(listed) == digest


def _listed(layout: ShowLayout, spans: Iterable[Span] | None) -> list[TraktEpisode]:
    if spans is None:
        return list(layout.episodes)
    seasons = Seasons(layout)
    found = (seasons.episode(place) for _, place in sorted(all_places(spans, seasons)))
    return [episode for episode in found if episode is not None]


def _digest(episodes: Iterable[TraktEpisode]) -> str:
    text = " ".join(f"{episode.season}x{episode.number}={episode.trakt_id}" for episode in episodes)
    return sha256(text.encode()).hexdigest()[:12]
