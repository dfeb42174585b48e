"""Alignments: every way in which an anime could lie in one Trakt show. Nothing is believed here, only proposed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from sync.mapping.anime import Anime, aired_off
from sync.mapping.layout import Place, Seasons, all_places, spans_over
from sync.mapping.sources.claims import Claim
from sync.model.mapping import Span
from sync.model.trakt import TraktEpisode, TraktIds

DATE_REACH = 1
"""Days by which an episode may miss the entry's start date and still propose a place."""
EPISODE_0_REACH = timedelta(days=15)
"""How long before its season an episode 0 is shown."""
RECAP = re.compile(r"\b(?:recap|summary|digest|clip show)\b|総集編|\b\d+\.5\b", re.IGNORECASE)
"""How an episode is titled that sums up others."""
BREAK = timedelta(days=21)
"""How long a pause is that parts two runs."""
FAR_END = 10_000


@dataclass(slots=True)
class Alignment:
    """One way in which an anime's episodes could be a show's, and who proposed it.

    ``spans`` say where the whole entry lies, also what Trakt does not list yet; the last is open while the count is
    unknown. ``places`` are (AniList episode, (season, number)) pairs of what is listed; ``missing`` is how many of the
    entry's episodes are not. ``shared`` says that a source declares several episodes to be one, or one to be several.
    """

    spans: tuple[Span, ...]
    places: tuple[tuple[int, Place], ...]
    missing: int = 0
    by: set[str] = field(default_factory=set)
    shared: bool = False

    @property
    def first(self) -> Place:
        """Where AniList's first episode goes, listed or not."""
        return self.spans[0].season, self.spans[0].first_episode

    @property
    def main(self) -> Place:
        """Where the first episode goes that is no special; the first one if all are specials."""
        return next(((s.season, s.first_episode) for s in self.spans if s.season > 0), self.first)

    @property
    def last(self) -> Place:
        """Where the last episode that is listed goes."""
        return self.places[-1][1]

    @property
    def is_listed(self) -> bool:
        """Whether Trakt lists the first episode."""
        return bool(self.places) and self.places[0][0] == self.spans[0].from_ep

    @property
    def only_first(self) -> Place | None:
        """Where episode 1 goes, if to one place only: a source that names one number means no double episode."""
        first = self.spans[0].from_ep
        several = len(self.spans) > 1 and self.spans[1].from_ep == first
        return None if several else self.first


def ratio_of(spans: Iterable[Span]) -> int:
    """How many episodes share one at the most, on either side."""
    ours: Counter[int] = Counter()
    theirs: Counter[Place] = Counter()
    for span in spans:
        for step in range((span.to_ep or span.from_ep) - span.from_ep + 1):
            ours[span.from_ep + step] += 1
            theirs[span.season, span.first_episode + step] += 1
    return max((*ours.values(), *theirs.values()), default=1)


def starts_season(place: Place, seasons: Seasons) -> bool:
    """Whether this is the first episode of its season, as far as Trakt lists it."""
    season = seasons.season(place[0])
    return place[1] == (season[0].number if season else 1)


def ends_season(alignment: Alignment, seasons: Seasons) -> bool:
    """Whether the run ends with the last episode that Trakt lists in its season."""
    return (
        bool(alignment.places)
        and not alignment.missing
        and alignment.last[1] == seasons.season(alignment.last[0])[-1].number
    )


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


def alignment_of(spans: Iterable[Span], anime: Anime, seasons: Seasons, by: str | None = None) -> Alignment | None:
    """The alignment that these spans make, cut to the entry's count; ``None`` if nothing of it is left."""
    whole = _joined(sorted(_cut(spans, anime.count)))
    if not whole:
        return None
    places = tuple((episode, place) for episode, place in sorted(all_places(whole, seasons)) if place in seasons)
    missing = 0 if anime.count is None else anime.count - len({episode for episode, _ in places})
    return Alignment(whole, places, missing, {by} if by else set(), _shares(whole))


def _cut(spans: Iterable[Span], count: int | None) -> Iterator[Span]:
    for span in spans:
        if count is None or (span.to_ep is not None and span.to_ep <= count):
            yield span
        elif span.from_ep <= count:
            yield Span(span.from_ep, count, span.season, span.first_episode)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of which one begins where the one before ends, on both sides, become one."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if (
            last is not None
            and last.to_ep == span.from_ep - 1
            and last.season == span.season
            and last.first_episode + span.from_ep - last.from_ep == span.first_episode
        ):
            found[-1] = Span(last.from_ep, span.to_ep, last.season, last.first_episode)
        else:
            found.append(span)
    return tuple(found)


def _shares(spans: Sequence[Span]) -> bool:
    """Whether two spans have an episode in common, on AniList's side or on Trakt's."""
    if len(spans) == 1:
        return False
    ends = [span.to_ep or FAR_END for span in spans]
    if any(after.from_ep <= end for end, after in zip(ends, spans[1:], strict=False)):
        return True
    targets = sorted(
        (s.season, s.first_episode, s.first_episode + end - s.from_ep) for s, end in zip(spans, ends, strict=True)
    )
    return any(one[0] == other[0] and other[1] <= one[2] for one, other in pairwise(targets))


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


def run_from(start: Place, count: int | None, seasons: Seasons) -> tuple[Span, ...]:
    """``count`` episodes from a place on; without a count, an open end. What the season does not list yet, it is taken
    to list later, number by number."""
    at = seasons.position.get(start)
    if at is None:
        return (Span(1, count, *start),)
    season = seasons.season(start[0])
    return _to_the_end(spans_over(season[at:] if count is None else season[at : at + count]), count)


def _to_the_end(spans: tuple[Span, ...], count: int | None) -> tuple[Span, ...]:
    """The spans with the last of them going on to the entry's last episode, or open while there is no count."""
    last = spans[-1]
    if count is not None and last.to_ep is not None and last.to_ep >= count:
        return spans
    return (*spans[:-1], Span(last.from_ep, count, last.season, last.first_episode))


def _whole_show(anime: Anime, seasons: Seasons) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """An entry with more episodes than its first season runs on through the next ones."""
    if anime.count is None and numbers_run_on(seasons):
        yield "many seasons", _to_the_end(spans_over(seasons.running(), seasons.running()[0].number), None)
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
    yield "air date", in_order if complete else _to_the_end(in_order, anime.count)


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
