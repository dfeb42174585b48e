from sync.planning.times.minutes import DAY
from sync.planning.times.timeline import in_order

NOW = 30_000_000
LONG_AGO = 20_000_000


def test_good_estimates_are_left_as_they_are() -> None:
    assert in_order([LONG_AGO, LONG_AGO + 24, LONG_AGO + 48], [None, LONG_AGO, None], NOW) == [
        LONG_AGO,
        LONG_AGO + 24,
        LONG_AGO + 48,
    ]


def test_an_episode_estimated_after_the_next_one_moves_before_it() -> None:
    assert in_order([LONG_AGO + 500, LONG_AGO + 100], [None, None], NOW) == [LONG_AGO + 99, LONG_AGO + 100]


def test_an_estimate_before_airing_moves_to_the_airing_and_pushes_the_next() -> None:
    assert in_order([LONG_AGO, LONG_AGO + 1], [LONG_AGO + 60, None], NOW) == [LONG_AGO + 60, LONG_AGO + 61]


def test_estimates_in_the_future_end_at_now_a_minute_apart() -> None:
    assert in_order([NOW + 10, NOW + 500, NOW + 900], [None] * 3, NOW) == [NOW - 2, NOW - 1, NOW]


def test_episodes_that_aired_this_minute_share_it() -> None:
    assert in_order([NOW - 9, NOW - 8], [NOW, NOW], NOW) == [NOW, NOW]


def test_an_air_date_years_after_well_dated_later_episodes_is_not_believed() -> None:
    aired = [LONG_AGO - 50, LONG_AGO + 3000 * DAY, LONG_AGO - 40]
    assert in_order([LONG_AGO, LONG_AGO + 24, LONG_AGO + 48], aired, NOW) == [LONG_AGO, None, LONG_AGO + 48]


def test_a_whole_run_dated_before_it_aired_moves_to_the_airings() -> None:
    aired = [LONG_AGO + 10 * DAY, LONG_AGO + 17 * DAY]
    assert in_order([LONG_AGO, LONG_AGO + 24], aired, NOW) == aired


def test_what_has_no_estimate_gets_no_time_and_moves_nothing() -> None:
    assert in_order([None, LONG_AGO, None], [NOW, None, None], NOW) == [None, LONG_AGO, None]


def test_a_time_that_trakt_would_read_as_unknown_is_dropped() -> None:
    assert in_order([0, DAY - 1, DAY], [None] * 3, NOW) == [None, None, DAY]
