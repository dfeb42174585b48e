"""The shapes in which AniList's entries lie in Trakt's shows, each with a real one (AniList ids, counts and dates)."""

from __future__ import annotations

from datetime import date, timedelta

from sync.model.anilist import MediaFormat, MediaStatus
from sync.model.mapping import Verdict
from tests.mapping.building import (
    Trakt,
    anitrakt,
    bangumi,
    entry,
    film,
    fribb,
    index,
    resolve_one,
    show,
    span,
    weekly,
    where,
)


def test_a_plain_series_is_season_1_from_episode_1() -> None:
    """Cowboy Bebop."""
    layout = show(30857, weekly(1, range(1, 27), "1998-10-24"), tmdb=30991)
    found = index(fribb=[fribb(1, 30991)], anitrakt=[anitrakt(1, 30857, tmdb=30991)])

    resolution = resolve_one(entry(1, 26, "1998-10-23"), layout, found)

    assert resolution.spans == (span(1, 26, 1, 1),)


def test_a_later_season_starts_that_season() -> None:
    """Kaguya-sama wa Kokurasetai? (season 2)."""
    layout = show(138564, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 13), "2020-04-11"), tmdb=83121)
    found = index(fribb=[fribb(112641, 83121, 2)], bangumi=[bangumi(112641, "tv/83121/season/2", "2020-04-11")])

    resolution = resolve_one(entry(112641, 12, "2020-04-11", "2020-06-27"), layout, found)

    assert resolution.spans == (span(1, 12, 2, 1),)


def test_a_split_cour_starts_where_its_date_says() -> None:
    """Shingeki no Kyojin Season 3 Part 2."""
    season_3 = weekly(3, range(1, 13), "2018-07-23") + weekly(3, range(13, 23), "2019-04-29")
    layout = show(1420, weekly(1, range(1, 26), "2013-04-07"), season_3, tmdb=1429)
    found = index(fribb=[fribb(104578, 1429, 3, 12)], bangumi=[bangumi(104578, "tv/1429/season/3", "2019-04-28")])
    part_2 = entry(104578, 10, "2019-04-29", "2019-07-01", title="Shingeki no Kyojin Season 3 Part 2")

    resolution = resolve_one(part_2, layout, found)

    assert resolution.spans == (span(1, 10, 3, 13),)


def test_a_second_cour_in_season_1_continues_the_numbering_of_the_first() -> None:
    """SPY×FAMILY cour 2: bangumi-data knows only the season, the dates tell the place in it."""
    season_1 = weekly(1, range(1, 13), "2022-04-09") + weekly(1, range(13, 26), "2022-10-01")
    layout = show(190742, season_1, tmdb=120089)
    found = index(bangumi=[bangumi(142838, "tv/120089", "2022-10-01"), bangumi(140960, "tv/120089", "2022-04-09")])

    resolution = resolve_one(entry(142838, 13, "2022-10-01", "2022-12-24"), layout, found)

    assert resolution.spans == (span(1, 13, 1, 13),)


def test_a_sequel_merged_into_season_1_is_found_although_fribb_says_season_2() -> None:
    """Jujutsu Kaisen 2nd Season."""
    season_1 = weekly(1, range(1, 25), "2020-10-03") + weekly(1, range(25, 48), "2023-07-06")
    layout = show(158594, season_1, tmdb=95479)
    found = index(
        fribb=[fribb(145064, 95479, 2)],
        anibridge={"anilist:145064": {"tmdb_show:95479:s1": {"1-23": "25-47"}}},
        bangumi=[bangumi(145064, "tv/95479", "2023-07-06")],
    )

    resolution = resolve_one(
        entry(145064, 23, "2023-07-06", "2023-12-28", title="Jujutsu Kaisen 2nd Season"), layout, found
    )

    assert resolution.spans == (span(1, 23, 1, 25),)


def test_absolute_numbers_inside_seasons_are_kept() -> None:
    """Hunter x Hunter (2011): episode 63 is S2E63, not S2E1."""
    layout = show(
        46298,
        weekly(1, range(1, 63), "2011-10-02"),
        weekly(2, range(63, 137), "2012-12-23"),
        weekly(3, range(137, 149), "2014-06-11"),
    )
    ranges = {"s1": {"1-62": "1-62"}, "s2": {"63-136": "63-136"}, "s3": {"137-148": "137-148"}}
    found = index(anibridge={"anilist:11061": {f"tmdb_show:46298:{s}": r for s, r in ranges.items()}})

    resolution = resolve_one(entry(11061, 148, "2011-10-02", "2014-09-24"), layout, found)

    assert where(resolution, layout, 63) == [(2, 63)]


def test_one_entry_runs_over_many_seasons_without_any_range() -> None:
    """Hunter x Hunter (2011) once more, from its show alone: the count fills all three seasons."""
    layout = show(
        46298,
        weekly(1, range(1, 63), "2011-10-02"),
        weekly(2, range(63, 137), "2012-12-23"),
        weekly(3, range(137, 149), "2014-06-11"),
    )

    resolution = resolve_one(entry(11061, 148, "2011-10-02"), layout, index(fribb=[fribb(11061, 46298)]))

    assert resolution.spans == (span(1, 62, 1, 1), span(63, 136, 2, 63), span(137, 148, 3, 137))


def test_an_open_ended_long_runner_reaches_as_far_as_trakt_lists() -> None:
    """One Piece, still airing: what Trakt does not list yet has no target."""
    layout = show(
        37696, weekly(20, range(878, 892), "2019-03-31"), weekly(21, range(892, 1089), "2019-07-07"),
        weekly(22, range(1089, 1123), "2024-01-07"), tmdb=37854,
    )  # fmt: skip
    ranges = {
        "tmdb_show:37854:s20": {"878-891": "878-891"},
        "tmdb_show:37854:s21": {"892-1088": "892-1088"},
        "tmdb_show:37854:s22": {"1089-": "1089-"},
    }
    one_piece = entry(21, None, "1999-10-20", status=MediaStatus.RELEASING)

    resolution = resolve_one(one_piece, layout, index(anibridge={"anilist:21": ranges}))

    assert where(resolution, layout, 1089) == [(22, 1089)]
    assert where(resolution, layout, 1122) == [(22, 1122)]
    assert where(resolution, layout, 1123) == []


def test_specials_inside_an_entry_are_put_where_they_aired() -> None:
    """Monogatari Series: Second Season. AniBridge lists its three recaps first; they were shown in between."""
    recaps = {6: 10, 11: 11, 16: 12}
    weeks = [(date(2013, 7, 7) + timedelta(weeks=at)).isoformat() for at in range(26)]
    specials = [weekly(0, [number], weeks[at - 1])[0] for at, number in recaps.items()]
    rest = [week for at, week in enumerate(weeks, 1) if at not in recaps]
    regular = [weekly(3, [number], week)[0] for number, week in enumerate(rest, 1)]
    layout = show(45938, specials, regular, tmdb=46195)
    found = index(
        anibridge={"anilist:17074": {"tmdb_show:46195:s0": {"1-3": "10-12"}, "tmdb_show:46195:s3": {"4-26": "1-23"}}},
        bangumi=[bangumi(17074, "tv/46195/season/3", "2013-07-06")],
    )

    resolution = resolve_one(entry(17074, 26, "2013-07-07", "2013-12-29"), layout, found)

    assert [where(resolution, layout, n) for n in (1, 5, 6, 7, 11, 16, 26)] == [
        [(3, 1)], [(3, 5)], [(0, 10)], [(3, 6)], [(0, 11)], [(0, 12)], [(3, 23)],
    ]  # fmt: skip


def test_an_episode_0_comes_first() -> None:
    """Mushoku Tensei II: episode 1 is a special, episode 2 opens season 2."""
    layout = show(
        156460, weekly(0, [1], "2022-03-16") + weekly(0, [2], "2023-07-03"),
        weekly(1, range(1, 24), "2021-01-11"), weekly(2, range(1, 13), "2023-07-10"), tmdb=94664,
    )  # fmt: skip
    ranges = {"tmdb_show:94664:s0": {"1": "2"}, "tmdb_show:94664:s2": {"2-13": "1-12"}}
    found = index(fribb=[fribb(146065, 94664, 2)], anibridge={"anilist:146065": ranges})

    resolution = resolve_one(entry(146065, 13, "2023-07-03", "2023-09-25"), layout, found)

    assert resolution.spans == (span(1, 1, 0, 2), span(2, 13, 2, 1))


def test_an_ova_is_the_special_that_came_out_that_day() -> None:
    """Hajime no Ippo: Mashiba vs. Kimura."""
    specials = weekly(0, [2], "2003-04-19") + weekly(0, [3], "2003-09-06")
    layout = show(61087, specials, weekly(1, range(1, 76), "2000-10-03"), tmdb=42705)
    ova = entry(265, 1, "2003-09-06", format=MediaFormat.OVA)

    resolution = resolve_one(ova, layout, index(fribb=[fribb(265, 42705, 0, 2, "OVA")]))

    assert resolution.spans == (span(1, 1, 0, 3),)


def test_an_undated_ova_is_not_believed_to_be_the_special_that_fribb_says() -> None:
    """Another: The Other. Fribb's numbers among the specials are TVDB's, right one time in two."""
    layout = show(42364, weekly(0, [1, 2], None), weekly(1, range(1, 13), "2012-01-10"), tmdb=42589)
    ova = entry(11701, 1, "2012", format=MediaFormat.OVA)

    resolution = resolve_one(ova, layout, index(fribb=[fribb(11701, 42589, 0, 0, "OVA")]))

    assert resolution.verdict is Verdict.UNRESOLVED
    assert resolution.candidates


def test_a_film_is_a_film() -> None:
    """Kimetsu no Yaiba: Mugen Train."""
    mugen_train = entry(112151, 1, "2020-10-16", format=MediaFormat.MOVIE)
    found = index(bangumi=[bangumi(112151, "movie/635302", "2020-10-16")])
    trakt = Trakt(films=[film(474745, 2020, tmdb=635302)])

    resolution = trakt.resolve([mugen_train], found).resolutions[112151]

    assert (resolution.verdict, resolution.title and resolution.title.ids.trakt) == (Verdict.RESOLVED, 474745)


def test_several_episodes_share_one_on_trakt_when_a_source_declares_it() -> None:
    """DearS-like double episodes: AniList counts 24 halves of 12."""
    layout = show(34535, weekly(1, range(1, 13), "2002-07-04"), tmdb=34684)
    found = index(
        fribb=[fribb(197, 34684, None)], anibridge={"anilist:197": {"tmdb_show:34684:s1": {"1-24": "1-12|-2"}}}
    )

    resolution = resolve_one(entry(197, 24, "2002-07-04"), layout, found)

    assert [where(resolution, layout, n) for n in (1, 2, 3, 24)] == [[(1, 1)], [(1, 1)], [(1, 2)], [(1, 12)]]


def test_one_episode_covers_several_on_trakt_when_a_source_declares_it() -> None:
    """Rec: Yurusarezarumono, listed as two specials."""
    layout = show(34048, weekly(0, [1, 2], None), weekly(1, range(1, 10), "2006-02-02"), tmdb=34195)
    special = entry(1847, 1, format=MediaFormat.SPECIAL)
    found = index(anibridge={"anilist:1847": {"tmdb_show:34195:s0": {"1": "1-2|2"}}})

    resolution = resolve_one(special, layout, found)

    assert where(resolution, layout, 1) == [(0, 1), (0, 2)]


def test_a_long_runner_without_ranges_follows_numbers_that_run_on() -> None:
    """One Piece again, known only to Fribb's list."""
    layout = show(37696, weekly(1, range(1, 62), "1999-10-20"), weekly(2, range(62, 78), "2001-03-21"), tmdb=37854)
    one_piece = entry(21, None, "1999-10-20", status=MediaStatus.RELEASING)

    resolution = resolve_one(one_piece, layout, index(fribb=[fribb(21, 37854)]))

    assert [where(resolution, layout, n) for n in (61, 62, 77, 78)] == [[(1, 61)], [(2, 62)], [(2, 77)], []]
