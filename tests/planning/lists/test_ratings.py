"""AniList scores in every format become Trakt ratings, for films, seasons and shows."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sync.model.lists import ListItem, MatchedEntry
from sync.model.mapping import Span
from sync.model.trakt import Kind, TraktIds, TraktSeason, TraktTitle
from sync.planning.lists.ratings import rating_of, rating_wishes, value_of
from tests.planning.list_cases import (
    DEATH_NOTE,
    ONE_SEASON,
    SUZUME,
    TITAN,
    TITAN_1,
    TITAN_2,
    TITAN_3_1,
    TITAN_3_2,
    TITAN_OVA,
    film,
    listed,
    matched,
    season,
    show,
    titan,
)


def ratings(*entries: MatchedEntry, score_format: str | None = "POINT_100") -> dict[ListItem, int]:
    return {wish.item: wish.value for wish in rating_wishes(entries, score_format)}


def rated(score: float, score_format: str | None) -> int | None:
    value = value_of(score, score_format)
    return None if value is None else rating_of(value)


@pytest.mark.parametrize("score_format", ["POINT_100", "POINT_10_DECIMAL", "POINT_10", None])
@pytest.mark.parametrize(
    ("score", "rating"),
    [
        (100, 10),
        (95, 10),
        (94, 9),
        (85, 9),
        (84, 8),
        (75, 8),
        (74, 7),
        (55, 6),
        (50, 5),
        (15, 2),
        (14, 1),
        (4, 1),
        (1, 1),
    ],
)
def test_a_tenth_of_the_score_is_rounded_to_the_nearest_and_a_half_up(
    score: float, rating: int, score_format: str | None
) -> None:
    assert rating == rated(score, score_format)


@pytest.mark.parametrize(("points", "rating"), [(number, number) for number in range(1, 11)])
def test_ten_points_are_themselves(points: int, rating: int) -> None:
    assert rating == rated(points * 10, "POINT_10")


@pytest.mark.parametrize(("decimal", "rating"), [(8.4, 8), (8.5, 9), (9.9, 10), (0.1, 1), (0.5, 1), (1.5, 2)])
def test_decimals_are_rounded_from_the_half_up(decimal: float, rating: int) -> None:
    assert rating == rated(decimal * 10, "POINT_10_DECIMAL")


@pytest.mark.parametrize(
    ("score", "rating"),
    [
        *[(10, 2), (30, 4), (50, 6), (70, 8), (90, 10)],  # as AniList's site stores one to five stars
        *[(20, 2), (40, 4), (60, 6), (80, 8), (100, 10)],  # as other apps store them
        *[(1, 2), (29, 2), (49, 4), (69, 6), (89, 8)],  # scores given before the user chose stars
    ],
)
def test_each_star_counts_two(score: float, rating: int) -> None:
    assert rating == rated(score, "POINT_5")


@pytest.mark.parametrize(("score", "rating"), [(35, 4), (60, 6), (85, 9), (1, 4), (36, 6), (61, 9), (100, 9)])
def test_the_three_faces_are_what_anilist_stores_for_them(score: float, rating: int) -> None:
    assert rating == rated(score, "POINT_3")


@pytest.mark.parametrize("score_format", ["POINT_100", "POINT_10_DECIMAL", "POINT_10", "POINT_5", "POINT_3"])
def test_a_score_of_0_is_none(score_format: str) -> None:
    assert rated(0, score_format) is None
    assert ratings(titan(TITAN_1), score_format=score_format) == {}


@pytest.mark.parametrize(("value", "rating"), [(Fraction(1, 10), 1), (Fraction(21, 2), 10), (Fraction(13, 2), 7)])
def test_a_rating_is_from_1_to_10(value: Fraction, rating: int) -> None:
    assert rating == rating_of(value)


def test_a_film_rates_the_film() -> None:
    assert {film(SUZUME): 9} == ratings(matched(SUZUME, listed(142770, score=92, episodes=1)))


def test_an_entry_that_is_a_whole_season_rates_the_season_and_the_show() -> None:
    assert {season(5002): 8, show(TITAN): 8} == ratings(titan(TITAN_2, score=80))


def test_half_a_season_rates_only_the_show() -> None:
    assert {show(TITAN): 10} == ratings(titan(TITAN_3_2, score=100))


def test_a_show_gets_the_mean_of_its_entries_by_their_episodes() -> None:
    # (25 × 8 + 12 × 5 + 12 × 7 + 10 × 10) / 59 = 7.53
    entries = (
        titan(TITAN_1, score=80),
        titan(TITAN_2, score=50),
        titan(TITAN_3_1, score=70),
        titan(TITAN_3_2, score=100),
    )

    assert {season(5001): 8, season(5002): 5, show(TITAN): 8} == ratings(*entries)


def test_entries_without_a_score_do_not_count_for_the_mean() -> None:
    assert 9 == ratings(titan(TITAN_1, score=90), titan(TITAN_2))[show(TITAN)]


def test_the_mean_is_made_of_exact_values_and_rounded_once() -> None:
    # 8.4 and 8.4 would be 8 and 8; 12 × 8.4 and 12 × 8.6 are 8.5, which is 9
    assert 9 == ratings(titan(TITAN_2, score=84), titan(TITAN_3_1, score=86))[show(TITAN)]


def test_an_ova_counts_for_its_show_and_rates_no_season() -> None:
    assert {show(TITAN): 6} == ratings(titan(TITAN_OVA, score=60))


def test_an_episode_0_among_the_specials_does_not_keep_a_season_from_being_rated() -> None:
    mushoku = TraktTitle(Kind.SHOW, TraktIds(146, "mushoku-tensei"), "Mushoku Tensei")
    seasons = (TraktSeason(0, 10, 1, 4), TraktSeason(1, 11, 1, 23), TraktSeason(2, 12, 1, 12))
    second = matched(
        mushoku, listed(146065, score=90, episodes=13), Span(1, 1, 0, 2), Span(2, 13, 2, 1), seasons=seasons
    )

    assert {season(12): 9, show(mushoku): 9} == ratings(second)


def test_one_entry_over_many_seasons_rates_none_of_them() -> None:
    one_piece = TraktTitle(Kind.SHOW, TraktIds(37696, "one-piece"), "One Piece")
    seasons = (TraktSeason(1, 21, 1, 61), TraktSeason(2, 22, 62, 16))
    entry = listed(21, score=90, episodes=None, progress=77)

    assert {show(one_piece): 9} == ratings(
        matched(one_piece, entry, Span(1, 61, 1, 1), Span(62, None, 2, 62), seasons=seasons)
    )


def test_an_open_end_covers_what_trakt_lists_of_the_season() -> None:
    entry = listed(1535, score=100, episodes=None, progress=37)

    assert season(5101) in ratings(matched(DEATH_NOTE, entry, Span(1, None, 1, 1), seasons=ONE_SEASON))
    assert season(5101) not in ratings(matched(DEATH_NOTE, entry, Span(1, None, 1, 2), seasons=ONE_SEASON))


def test_a_season_with_more_episodes_than_the_entry_is_not_rated() -> None:
    entry = listed(1535, score=100, episodes=36)

    assert {show(DEATH_NOTE): 10} == ratings(matched(DEATH_NOTE, entry, Span(1, 36, 1, 1), seasons=ONE_SEASON))


def test_while_the_seasons_are_not_known_only_the_show_is_rated() -> None:
    assert {show(TITAN): 8} == ratings(titan(TITAN_2, score=80, known=False))


def test_a_wish_names_every_entry_that_has_a_part_in_it() -> None:
    wishes = {wish.item: wish for wish in rating_wishes([titan(TITAN_1, score=80), titan(TITAN_2, score=50)], None)}

    assert (TITAN_1, TITAN_2) == wishes[show(TITAN)].anilist_ids
    assert (2, (TITAN_2,)) == (wishes[season(5002)].season, wishes[season(5002)].anilist_ids)
