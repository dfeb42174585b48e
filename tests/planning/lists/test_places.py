"""Which entries are looked for because of ratings, watchlist and dropped shows, and what is known of their place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.model.anilist import Airing, MediaListEntry, MediaListStatus
from sync.model.mapping import CachedMapping, Span, Verdict
from sync.planning.lists.places import Parts, place_entries, unplaced_entries
from tests.planning.cases import NOW
from tests.planning.list_cases import SUZUME, TITAN, TITAN_2, TITAN_SEASONS, listed, titan

PLANNED = listed(TITAN_2, MediaListStatus.PLANNING)
MAPPED = CachedMapping(
    TITAN_2, Verdict.RESOLVED, None, "basis", NOW - timedelta(days=1), title=TITAN, spans=(Span(1, 12, 2, 1),)
)
BASIS = {TITAN_2: "basis"}


def looked_for(entry: MediaListEntry, cached: CachedMapping | None, basis: str = "basis") -> bool:
    cache = {} if cached is None else {TITAN_2: cached}
    return bool(unplaced_entries([entry], cache=cache, basis={TITAN_2: basis}, now=NOW))


def test_an_entry_that_was_never_mapped_is_looked_for() -> None:
    assert looked_for(PLANNED, None)


def test_a_certain_match_and_one_left_out_on_purpose_are_not_looked_for_again() -> None:
    assert not looked_for(PLANNED, MAPPED)
    assert not looked_for(PLANNED, replace(MAPPED, verdict=Verdict.SKIPPED))


def test_a_match_that_was_made_from_something_else_is_looked_for() -> None:
    assert looked_for(PLANNED, MAPPED, basis="AniList knows more now")


@pytest.mark.parametrize("verdict", [Verdict.UNRESOLVED, Verdict.AMBIGUOUS])
@pytest.mark.parametrize(("days", "again"), [(1, False), (7, False), (8, True)])
def test_an_uncertain_match_is_looked_for_after_a_week(verdict: Verdict, days: int, again: bool) -> None:
    assert again is looked_for(PLANNED, replace(MAPPED, verdict=verdict, verified_at=NOW - timedelta(days=days)))


def test_an_uncertain_match_is_looked_for_when_the_entry_changed() -> None:
    uncertain = replace(MAPPED, verdict=Verdict.UNRESOLVED)

    assert looked_for(replace(PLANNED, updated_at=NOW), uncertain)
    assert not looked_for(replace(PLANNED, updated_at=NOW - timedelta(days=2)), uncertain)


@pytest.mark.parametrize(
    ("parts", "entry", "used"),
    [
        (Parts(), PLANNED, False),
        (Parts(watchlist=True), PLANNED, True),
        (Parts(watchlist=True), listed(TITAN_2), False),
        (Parts(ratings=True), listed(TITAN_2, score=80), True),
        (Parts(ratings=True), PLANNED, False),
        (Parts(dropped=True), PLANNED, True),
        (Parts(dropped=True), listed(TITAN_2, MediaListStatus.DROPPED), True),
    ],
)
def test_an_entry_is_used_where_it_says_something(parts: Parts, entry: MediaListEntry, used: bool) -> None:
    assert used is parts.use(entry)


def test_only_certain_matches_have_a_place() -> None:
    cache = {TITAN_2: MAPPED, 2: replace(MAPPED, verdict=Verdict.AMBIGUOUS), 3: replace(MAPPED, title=None)}

    (placed,) = place_entries([listed(3), listed(2), PLANNED, listed(4)], cache, {TITAN.ids.trakt: TITAN_SEASONS})

    assert (TITAN_2, TITAN_SEASONS[2], False) == (placed.anilist_id, placed.season, placed.is_film)


def test_a_film_has_no_seasons() -> None:
    (placed,) = place_entries([PLANNED], {TITAN_2: replace(MAPPED, title=SUZUME, spans=())}, {})

    assert (True, None, frozenset()) == (placed.is_film, placed.season, placed.regular)


@pytest.mark.parametrize(
    ("episodes", "airs_next", "progress", "weight"),
    [(12, None, 3, 12), (None, 8, 3, 7), (None, None, 3, 3), (None, None, 0, 1)],
)
def test_an_entry_weighs_as_many_episodes_as_are_known(
    episodes: int | None, airs_next: int | None, progress: int, weight: int
) -> None:
    next_airing = Airing(airs_next) if airs_next else None
    airing = listed(TITAN_2, MediaListStatus.CURRENT, episodes=episodes, progress=progress, next_airing=next_airing)

    assert weight == replace(titan(TITAN_2), entry=airing).episodes
