"""How an entry's episodes fill what Trakt lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from sync.mapping.alignments import (
    COLLAPSE,
    Alignment,
    ends_season,
    names_show,
    numbers_run_on,
    ratio_of,
    starts_season,
)
from sync.mapping.anime import NEAR, Anime, aired_off
from sync.mapping.layout import Seasons
from sync.model.evidence import Fact

LEAST_LONG, MOST_LONG = 0.6, 1.7
"""Between which shares of the entry's running time Trakt's still fits."""
SLACK = timedelta(days=3)
"""By how much two episodes may be dated the wrong way round."""
MOST_LATE, WEEK = 2, 7
"""Episodes that Trakt may list late, and the days between two of them."""
GUESSES = frozenset({"season end", "many seasons"})
"""Alignments that only the counts propose."""


def count_facts(anime: Anime, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    """What the counts say of this place."""
    if not alignment.is_listed:
        yield Fact.NOT_LISTED if anime.is_over else Fact.NOT_LISTED_YET
        return
    if alignment.missing:
        awaited = not anime.is_over or _lists_late(anime, alignment, seasons)
        yield Fact.INCOMPLETE if awaited and grows(alignment, seasons) else Fact.TOO_FEW
    elif alignment.first[0] == 0:
        yield from _among_specials(anime, alignment, seasons)
    elif starts_season(alignment.first, seasons) and anime.count is not None:
        yield _from_start(alignment, seasons)
    elif alignment.last[0] > alignment.first[0] and anime.count is not None:
        yield Fact.OVERFLOW
    if anime.count is None and alignment.last[0] > alignment.first[0] and numbers_run_on(seasons):
        yield Fact.NUMBERS_RUN_ON
    if alignment.first[0] > 0 and not starts_season(alignment.first, seasons):
        yield from _inside(alignment, seasons)
    if alignment.shared:
        yield from _shared(anime, alignment, seasons)
    if "no recaps" in alignment.by:
        yield Fact.SKIPS_RECAP
    if len({span.season == 0 for span in alignment.spans}) > 1:
        yield Fact.MIXED
        if anime.count is not None and not alignment.missing and _fills(alignment, seasons):
            yield Fact.ALL_FILLED
    if any(span.season == 0 for span in alignment.spans) and _is_out_of_order(alignment, seasons):
        yield Fact.OUT_OF_ORDER


def _shared(anime: Anime, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    yield Fact.SHARED
    if ratio_of(alignment.spans) >= COLLAPSE:
        yield Fact.COLLAPSED
        yield from _running_time(anime, alignment, seasons)
    if is_disputed(anime, alignment, seasons):
        yield Fact.SHARED_DISPUTED


def _running_time(anime: Anime, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    """Whether what Trakt lists is together as long as the entry."""
    targets = (seasons.episode(place) for place in {place for _, place in alignment.places})
    theirs = [each.runtime or 0 for each in targets if each is not None]
    ours = (anime.media.duration or 0) * len({episode for episode, _ in alignment.places})
    if ours and theirs and all(theirs) and LEAST_LONG <= sum(theirs) / ours <= MOST_LONG:
        yield Fact.RUNTIME_FITS


def _is_out_of_order(alignment: Alignment, seasons: Seasons) -> bool:
    """Whether an episode aired clearly before the one that it would follow."""
    aired = [each.first_aired for _, place in alignment.places if (each := seasons.episode(place)) is not None]
    known = [each for each in aired if each is not None]
    return any(before - after > SLACK for before, after in pairwise(known))


def _lists_late(anime: Anime, alignment: Alignment, seasons: Seasons) -> bool:
    """Whether the last episodes of an entry that is over are missing just because Trakt lists them late: what it lists
    ends as many weeks before the entry's end as episodes are missing."""
    gap = aired_off(seasons.episode(alignment.last), anime.end)
    return gap is not None and alignment.missing <= MOST_LATE and abs(gap + WEEK * alignment.missing) <= NEAR


def grows(alignment: Alignment, seasons: Seasons) -> bool:
    """Whether what is missing may still be added by Trakt: behind the last episode of the newest season."""
    season = alignment.last[0]
    at_the_end = alignment.last[1] == seasons.season(season)[-1].number
    return at_the_end and (season == 0 or season == seasons.regular[-1])


def _among_specials(anime: Anime, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    listed = len(seasons.season(0))
    if listed == anime.count:
        yield Fact.ONLY_SPECIAL if listed == 1 else Fact.SPECIALS_EXACT
    elif (anime.count or 0) > 1 and ends_season(alignment, seasons):
        yield Fact.LAST_SPECIALS
    elif (anime.count or 0) > 1 and _follows_years_later(anime, alignment, seasons):
        yield Fact.YEARS_BEFORE_NEXT
    if all(each.first_aired is None for each in seasons.season(0)):
        yield Fact.NO_SPECIAL_DATED


def _follows_years_later(anime: Anime, alignment: Alignment, seasons: Seasons) -> bool:
    """Whether the run of specials has no dates and the next special aired more than a year after the entry began."""
    specials = seasons.season(0)
    at = seasons.position[alignment.last]
    own = [each for _, place in alignment.places if (each := seasons.episode(place)) is not None]
    behind = specials[at + 1].first_aired if at + 1 < len(specials) else None
    dated = any(each.first_aired is not None for each in own)
    return not dated and behind is not None and anime.year is not None and behind.year > anime.year + 1


def _from_start(alignment: Alignment, seasons: Seasons) -> Fact:
    """How much of its season (or seasons) an entry fills that begins where the season begins."""
    if _fills(alignment, seasons):
        return Fact.COUNT_EXACT
    if "no recaps" in alignment.by:
        return Fact.COUNT_EXACT
    if alignment.last[0] > alignment.first[0]:
        return Fact.SEASONS_EXACT if ends_season(alignment, seasons) else Fact.OVERFLOW
    return Fact.PART_OF_SEASON


def _fills(alignment: Alignment, seasons: Seasons) -> bool:
    """Whether every season that the run touches is filled by it."""
    own = {place for _, place in alignment.places}
    return all(len(seasons.season(n)) == sum(place[0] == n for place in own) for n in {place[0] for place in own})


def _inside(alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    yield Fact.OFFSET
    if ends_season(alignment, seasons):
        yield Fact.ENDS_SEASON
    if alignment.by <= GUESSES:
        yield Fact.GUESS


def is_disputed(anime: Anime, alignment: Alignment, seasons: Seasons) -> bool:
    """Whether a source names one single number for an episode that another spreads over several."""
    if alignment.only_first is not None:
        return False
    own = {place for _, place in alignment.places}
    return any(
        claim.first_episode is not None and (claim.season, claim.first_episode) in own
        for claim in anime.claims
        if names_show(claim, seasons.show.ids)
    )
