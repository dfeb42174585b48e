"""Every way in which an anime could lie in one Trakt show. Nothing is believed here, only proposed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from sync.mapping.alignments import (
    FAR_END,
    Alignment,
    alignment_of,
    names_show,
    numbers_run_on,
    run_from,
    to_the_end,
)
from sync.mapping.anime import Anime, aired_off, days_off
from sync.mapping.layout import Place, Seasons, all_places, spans_over
from sync.mapping.sources.claims import Claim
from sync.model.mapping import Span
from sync.model.trakt import TraktEpisode

DATE_REACH = 1
"""Days by which an episode may miss the entry's start date and still propose a place."""
EPISODE_0_REACH = timedelta(days=15)
"""How long before its season an episode 0 is shown."""
RECAP = re.compile(r"\b(?:recap|summary|digest|clip show)\b|総集編|\b\d+\.5\b", re.IGNORECASE)
"""How an episode is titled that sums up others."""
LEAST_DAYS = 3
"""From how many days on their order says something."""
BREAK = timedelta(days=21)
"""How long a pause is that parts two runs."""


def align(anime: Anime, seasons: Seasons) -> list[Alignment]:
    """All places that any source, the seasons, or the dates suggest, each once."""
    found: dict[tuple[Span, ...], Alignment] = {}
    for name, spans in _suggestions(anime, seasons):
        alignment = found.get(spans)
        if alignment is None:
            made = alignment_of(spans, anime, seasons)
            if made is None:
                continue
            alignment = found.setdefault(made.spans, made)
            found[spans] = alignment
        alignment.by.add(name)
    return list({id(each): each for each in found.values()}.values())


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
        yield name, spans
        if start in seasons:
            yield from _with_extra(start, anime, seasons)
            yield from _without_recaps(start, anime, seasons)
    yield from _whole_show(anime, seasons)
    yield from _day_by_day(anime, seasons)
    yield from _one_disc(anime, seasons)


def _named_start(claim: Claim, seasons: Seasons) -> Iterator[tuple[str, Place]]:
    """Where a claim's season and first number lie: as Trakt's number, else as a position in its season."""
    if claim.season is None or claim.spans or (claim.season == 0 and claim.first_episode is None):
        return  # that it is a special does not say which
    season = seasons.season(claim.season)
    first = claim.first_episode or 1
    if first < 1:
        return
    name = claim.source.name.lower()
    by_position = first <= len(season) and season[first - 1].number != first
    if (claim.season, first) in seasons or not by_position:
        yield name, (claim.season, first)
    if by_position:
        yield name, (claim.season, season[first - 1].number)


def dated_starts(anime: Anime, seasons: Seasons) -> Iterator[Place]:
    """The places of episodes that aired on the entry's start date, give or take a day; of those that opened a run in
    its month where AniList knows no day."""
    if anime.start is None:
        yield from _opened_in_month(anime, seasons)
        return
    for season, episodes in seasons.by_number.items():
        previous = None
        for episode in episodes:
            off = aired_off(episode, anime.start)
            if off is not None and abs(off) <= DATE_REACH and previous != "near":
                yield season, episode.number
            previous = "near" if off is not None and abs(off) <= DATE_REACH and season != 0 else None


def _opened_in_month(anime: Anime, seasons: Seasons) -> Iterator[Place]:
    if anime.year is None or anime.month is None:
        return
    for season, episodes in seasons.by_number.items():
        before = None
        for episode in episodes:
            aired = episode.first_aired
            if aired is not None:
                opens = before is None or aired - before > BREAK
                if opens and (aired.year, aired.month) == (anime.year, anime.month):
                    yield season, episode.number
                before = aired


def _tails(anime: Anime, seasons: Seasons) -> Iterator[Place]:
    """Where the entry would lie if it were the last part of a season."""
    if anime.count is None:
        return
    for number in seasons.regular:
        season = seasons.season(number)
        if len(season) > anime.count:
            yield number, season[-anime.count].number


def _whole_show(anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """An entry with more episodes than its first season runs on through the next ones."""
    if anime.count is None and numbers_run_on(seasons):
        yield "many seasons", to_the_end(spans_over(seasons.running(), seasons.running()[0].number), None)
    for number in seasons.regular:
        season = seasons.season(number)
        if anime.count is not None and anime.count > len(season):
            rest = [episode for episode in seasons.running() if episode.season >= number][: anime.count]
            if len(rest) == anime.count:
                yield "many seasons", spans_over(rest)


def _with_extra(start: Place, anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """An entry that counts one special before its season (an episode 0) or behind it."""
    if start[0] == 0 or (anime.count is not None and anime.count < 4):
        return
    season = seasons.season(start[0])[seasons.position[start] :]
    rest = None if anime.count is None else anime.count - 1
    fits = len(season) == rest or (not anime.is_over and (rest is None or len(season) < rest))
    if not fits:
        return
    for extra in seasons.season(0):
        off = aired_off(extra, anime.start)
        if off is not None and abs(off) <= DATE_REACH and _opens(extra, season[0]):
            run = (
                Span(s.from_ep + 1, s.to_ep and s.to_ep + 1, s.season, s.first_episode)
                for s in run_from(start, rest, seasons)
            )
            yield "episode 0", (Span(1, 1, 0, extra.number), *run)
        off = aired_off(extra, anime.end)
        if off is not None and abs(off) <= DATE_REACH and len(season) == rest:
            yield "extra at the end", spans_over([*season, extra])


def _without_recaps(start: Place, anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """An entry that does not count what Trakt calls a recap."""
    season = seasons.season(start[0])[seasons.position[start] :]
    kept = [episode for episode in season if not (episode.title and RECAP.search(episode.title))]
    if start[0] and kept and len(kept) < len(season) and anime.count == len(kept):
        yield "no recaps", spans_over(kept)


def _day_by_day(anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """The one episode of each of the entry's days, where a season has others in between: a recap that only Trakt
    counts."""
    days = anime.days
    if anime.count is None or len(days) < LEAST_DAYS:
        return
    for number in seasons.regular:
        dated = [each for each in seasons.season(number) if each.first_aired is not None]
        own = [[each for each in dated if abs(days_off(each.first_aired, day) or 0) <= DATE_REACH] for day in days]
        if all(len(found) == 1 for found in own):
            spans = spans_over(found[0] for found in own)
            if len(spans) > 1:
                yield "day by day", spans


def _one_disc(anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """An entry that came out on one day is just those specials of that day, wherever they are among the others."""
    if anime.count is None or anime.count < 2 or anime.start is None or anime.start != anime.end:
        return
    found = [each for each in seasons.season(0) if (off := aired_off(each, anime.start)) is not None and not off]
    if len(found) == anime.count:
        yield "one disc", spans_over(found)


def _opens(extra: TraktEpisode, first: TraktEpisode) -> bool:
    """Whether a special aired shortly before a season, as its episode 0."""
    if extra.first_aired is None or first.first_aired is None:
        return True
    return timedelta() < first.first_aired - extra.first_aired <= EPISODE_0_REACH


def _interleaved(spans: tuple[Span, ...], anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """The same episodes in the order in which they aired, where a source puts all specials first."""
    found = (seasons.episode(place) for _, place in all_places(spans, seasons))
    listed = {(each.season, each.number): each for each in found if each is not None}
    dated = sorted((each for each in listed.values() if each.first_aired is not None), key=_aired)
    if not any(season == 0 for season, _ in listed) or not any(each.season for each in dated):
        return
    ahead = [each for _, each in sorted(listed.items()) if each.first_aired is None]
    complete = len(listed) == anime.count and not ahead
    last = max(each.number for each in dated if each.season)
    if not complete and (anime.is_over or any(each.season == 0 or each.number < last for each in ahead)):
        return
    in_order = spans_over([*dated, *ahead])
    yield "air date", in_order if complete else to_the_end(in_order, anime.count)


def _aired(episode: TraktEpisode) -> tuple[str, int, int]:
    return (episode.first_aired.isoformat() if episode.first_aired else "", -episode.season, episode.number)


def fitted(spans: Iterable[Span], anime: Anime, seasons: Seasons) -> tuple[Span, ...]:
    """A source's spans, carried on to the entry's last episode where the source stops short of it."""
    spans = tuple(spans)
    last = max(spans, key=lambda span: (span.to_ep or FAR_END, span.season))
    if anime.count is None or last.to_ep is None or last.to_ep >= anime.count or last.season == 0:
        return spans
    end = (last.season, last.first_episode + anime.count - last.from_ep)
    if end in seasons and sum(span.to_ep == last.to_ep for span in spans) == 1:
        return tuple(Span(s.from_ep, anime.count, s.season, s.first_episode) if s == last else s for s in spans)
    return spans
