"""An alignment: one way in which an anime's episodes could be a show's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sync.mapping.anime import Anime
from sync.mapping.layout import Place, Seasons, all_places, spans_over
from sync.mapping.sources.claims import Claim
from sync.model.mapping import Span
from sync.model.trakt import TraktIds

FAR_END = 10_000
COLLAPSE = 3
"""From how many episodes to one on a source is not believed by itself."""


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


def numbers_run_on(seasons: Seasons) -> bool:
    """Whether each season's numbers go on where the one before ended, as in Trakt's long runners."""
    running = [episode.number for episode in seasons.running()]
    return len(seasons.regular) > 1 and all(after > before for before, after in pairwise(running))


def run_from(start: Place, count: int | None, seasons: Seasons) -> tuple[Span, ...]:
    """``count`` episodes from a place on; without a count, an open end. What the season does not list yet, it is taken
    to list later, number by number."""
    at = seasons.position.get(start)
    if at is None:
        return (Span(1, count, *start),)
    season = seasons.season(start[0])
    return to_the_end(spans_over(season[at:] if count is None else season[at : at + count]), count)


def to_the_end(spans: tuple[Span, ...], count: int | None) -> tuple[Span, ...]:
    """The spans with the last of them going on to the entry's last episode, or open while there is no count."""
    last = spans[-1]
    if count is not None and last.to_ep is not None and last.to_ep >= count:
        return spans
    return (*spans[:-1], Span(last.from_ep, count, last.season, last.first_episode))
