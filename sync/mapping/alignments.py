"""Alignments: every way in which an anime could lie in one Trakt show. Nothing is believed here, only proposed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sync.mapping.anime import Anime, aired_off
from sync.mapping.layout import Place, Seasons, all_places, spans_over
from sync.mapping.sources.claims import Claim
from sync.model.mapping import Span
from sync.model.trakt import TraktEpisode, TraktIds

DATE_REACH = 1
"""Days by which an episode may miss the entry's start date and still propose a place."""


@dataclass(slots=True)
class Alignment:
    """One way in which an anime's episodes could be a show's, and who proposed it.

    ``places`` are (AniList episode, (season, number)) pairs. ``shared`` says that a source declares several episodes to
    be one, or one to be several.
    """

    spans: tuple[Span, ...]
    places: tuple[tuple[int, Place], ...]
    by: set[str] = field(default_factory=set)
    shared: bool = False

    @property
    def first(self) -> Place:
        """Where AniList episode 1 (or the first one placed) goes."""
        return self.places[0][1]

    @property
    def last(self) -> Place:
        """Where the last episode goes."""
        return self.places[-1][1]

    @property
    def only_first(self) -> Place | None:
        """Where episode 1 goes, if to one place only: a source that names one number means no double episode."""
        first = [place for episode, place in self.places if episode == self.places[0][0]]
        return first[0] if len(first) == 1 else None


def starts_season(place: Place, seasons: Seasons) -> bool:
    """Whether this is the first episode that Trakt lists in its season."""
    return place[1] == seasons.season(place[0])[0].number


def ends_season(alignment: Alignment, seasons: Seasons) -> bool:
    """Whether the run ends with the last episode that Trakt lists in its season."""
    return alignment.last[1] == seasons.season(alignment.last[0])[-1].number


def names_show(claim: Claim, ids: TraktIds) -> bool:
    """Whether the claim's own id is this show's (the ids in ``claim.also`` belong to other numberings)."""
    mine: dict[str, object] = {
        "trakt": ids.trakt,
        "tmdb": ids.tmdb,
        "tvdb": ids.tvdb,
        "imdb": ids.imdb,
        "slug": ids.slug,
    }
    return claim.is_show and mine.get(claim.title.owner) == claim.title.value


def align(anime: Anime, seasons: Seasons) -> list[Alignment]:
    """All places that any source, the seasons, or the dates suggest, each once; only those that Trakt lists."""
    found: dict[tuple[tuple[int, Place], ...], Alignment] = {}
    for name, spans in _suggestions(anime, seasons):
        places = tuple((episode, place) for episode, place in sorted(all_places(spans, seasons)) if place in seasons)
        if anime.count is not None:
            places = tuple((episode, place) for episode, place in places if episode <= anime.count)
        if not places:
            continue
        alignment = found.get(places)
        if alignment is None:
            alignment = found[places] = Alignment(spans, places, shared=_shares(places))
        alignment.by.add(name)
    return list(found.values())


def _shares(places: Sequence[tuple[int, Place]]) -> bool:
    return len({place for _, place in places}) < len(places) or len({episode for episode, _ in places}) < len(places)


def _suggestions(anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    claims = [claim for claim in anime.claims if names_show(claim, seasons.show.ids)]
    starts: list[tuple[str, Place]] = []
    for claim in claims:
        if claim.spans:
            yield claim.source.name.lower(), fitted(claim.spans, anime, seasons)
            yield from _interleaved(claim.spans, anime, seasons)
        starts.extend(_named_start(claim, seasons))
    starts.extend(("season start", (n, seasons.season(n)[0].number)) for n in seasons.regular)
    starts.extend(("air date", place) for place in dated_starts(anime, seasons))
    starts.extend(("season end", place) for place in _tails(anime, seasons))
    for name, start in starts:
        spans = run_from(start, anime.count, seasons)
        if spans:
            yield name, spans
            yield from _behind_extra(spans, anime, seasons)
    yield from _whole_show(anime, seasons)


def _named_start(claim: Claim, seasons: Seasons) -> Iterator[tuple[str, Place]]:
    """Where a claim's season and first number lie: as Trakt's number, else as a position in its season."""
    if claim.season is None or claim.spans or (claim.season == 0 and claim.first_episode is None):
        return  # that it is a special does not say which
    season = seasons.season(claim.season)
    first = claim.first_episode or 1
    name = claim.source.name.lower()
    if (claim.season, first) in seasons:
        yield name, (claim.season, first)
    if 0 < first <= len(season) and season[first - 1].number != first:
        yield name, (claim.season, season[first - 1].number)


def dated_starts(anime: Anime, seasons: Seasons) -> Iterator[Place]:
    """The places of episodes that aired on the entry's start date, give or take a day."""
    if anime.start is None:
        return
    for season, episodes in seasons.by_number.items():
        previous = None
        for episode in episodes:
            off = aired_off(episode, anime.start)
            if off is not None and abs(off) <= DATE_REACH and previous != "near":
                yield season, episode.number
            previous = "near" if off is not None and abs(off) <= DATE_REACH and season != 0 else None


def _tails(anime: Anime, seasons: Seasons) -> Iterator[Place]:
    """Where the entry would lie if it were the last part of a season."""
    if anime.count is None:
        return
    for number in seasons.regular:
        season = seasons.season(number)
        if len(season) > anime.count:
            yield number, season[-anime.count].number


def run_from(start: Place, count: int | None, seasons: Seasons) -> tuple[Span, ...]:
    """``count`` episodes from a place to at most the end of its season; without a count, an open end."""
    at = seasons.position.get(start)
    if at is None:
        return ()
    season = seasons.season(start[0])
    if count is None:
        spans = spans_over(season[at:])
        last = spans[-1]
        return (*spans[:-1], Span(last.from_ep, None, last.season, last.first_episode))
    return spans_over(season[at : at + count])


def _whole_show(anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """An entry with more episodes than its first season runs on through the next ones."""
    if anime.count is None and numbers_run_on(seasons):
        spans = spans_over(seasons.running(), seasons.running()[0].number)
        last = spans[-1]
        yield "many seasons", (*spans[:-1], Span(last.from_ep, None, last.season, last.first_episode))
    for number in seasons.regular:
        season = seasons.season(number)
        if anime.count is not None and anime.count > len(season):
            rest = [episode for episode in seasons.running() if episode.season >= number][: anime.count]
            if len(rest) == anime.count:
                yield "many seasons", spans_over(rest)


def numbers_run_on(seasons: Seasons) -> bool:
    """Whether each season's numbers go on where the one before ended, as in Trakt's long runners."""
    running = [episode.number for episode in seasons.running()]
    return len(seasons.regular) > 1 and all(after > before for before, after in pairwise(running))


def _behind_extra(spans: tuple[Span, ...], anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """An entry that counts one special before its season (an episode 0) or behind it."""
    if anime.count is None or anime.count < 4 or spans[0].season == 0:
        return
    start = (spans[0].season, spans[0].first_episode)
    at = seasons.position[start]
    season = seasons.season(start[0])
    if len(season) - at != anime.count - 1:
        return
    for extra in seasons.season(0):
        off = aired_off(extra, anime.start)
        if off is not None and abs(off) <= DATE_REACH:
            yield "episode 0", spans_over([extra, *season[at:]])
        off = aired_off(extra, anime.end)
        if off is not None and abs(off) <= DATE_REACH:
            yield "extra at the end", spans_over([*season[at:], extra])


def _interleaved(spans: tuple[Span, ...], anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """The same episodes in the order in which they aired, where a source puts all specials first."""
    episodes = [seasons.episode(place) for _, place in all_places(spans, seasons)]
    known = [episode for episode in episodes if episode is not None]
    if len({episode.season for episode in known}) < 2 or len(known) != len(episodes) or len(known) != anime.count:
        return
    if all(episode.first_aired is not None for episode in known):
        yield "air date", spans_over(sorted(known, key=_aired))


def _aired(episode: TraktEpisode) -> tuple[str, int, int]:
    return (episode.first_aired.isoformat() if episode.first_aired else "", -episode.season, episode.number)


def fitted(spans: Iterable[Span], anime: Anime, seasons: Seasons) -> tuple[Span, ...]:
    """A source's spans, carried on to the entry's last episode where the source stops short of it."""
    spans = tuple(spans)
    last = max(spans, key=lambda span: (span.to_ep or 10_000, span.season))
    if anime.count is None or last.to_ep is None or last.to_ep >= anime.count or last.season == 0:
        return spans
    end = (last.season, last.first_episode + anime.count - last.from_ep)
    if end in seasons and sum(span.to_ep == last.to_ep for span in spans) == 1:
        return tuple(Span(s.from_ep, anime.count, s.season, s.first_episode) if s == last else s for s in spans)
    return spans
