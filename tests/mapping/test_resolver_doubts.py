"""When in doubt nothing is written: the entry goes to the report with its candidates."""

from __future__ import annotations

import pytest

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

LAYOUT = show(7, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 13), "2020-04-11"))


def test_one_source_without_date_or_count_is_not_enough() -> None:
    resolution = resolve_one(entry(5, 6), LAYOUT, index(fribb=[fribb(5, 7)]))

    assert resolution.verdict < Verdict.RESOLVED


def test_a_finished_entry_with_more_episodes_than_trakt_lists_is_reported() -> None:
    """An extra may stand in the middle of it, so not even its first episodes are sure."""
    resolution = resolve_one(entry(5, 13, "2020-04-11"), LAYOUT, index(fribb=[fribb(5, 7, 2)]))

    assert resolution.verdict < Verdict.RESOLVED


def test_an_airing_entry_is_mapped_as_far_as_trakt_lists_it() -> None:
    layout = show(7, weekly(1, range(1, 4), "2026-10-04"))
    airing = entry(5, 12, "2026-10-04", status=MediaStatus.RELEASING)

    resolution = resolve_one(airing, layout, index(fribb=[fribb(5, 7)], bangumi=[bangumi(5, "tv/7", "2026-10-04")]))

    assert where(resolution, layout, 3) == [(1, 3)]
    assert where(resolution, layout, 4) == []


def test_an_entry_whose_count_is_unknown_stays_open_at_its_end() -> None:
    layout = show(7, weekly(1, range(1, 4), "2026-10-04"))
    airing = entry(5, None, "2026-10-04", status=MediaStatus.RELEASING)

    resolution = resolve_one(airing, layout, index(fribb=[fribb(5, 7)]))

    assert resolution.spans == (span(1, None, 1, 1),)


def test_a_sequel_is_not_put_where_its_prequel_starts() -> None:
    """Jormungand: Perfect Order, with all dates missing on Trakt."""
    layout = show(66167, weekly(1, range(1, 13), None), weekly(2, range(1, 13), None), tmdb=46279)
    found = index(
        anibridge={"anilist:13331": {"tmdb_show:46279:s1": {"1-12": "1-12"}}},
        bangumi=[bangumi(13331, "tv/46279/season/2", "2012-10-10"), bangumi(11859, "tv/46279", "2012-04-11")],
    )

    resolution = resolve_one(entry(13331, 12, "2012-10-10"), layout, found)

    assert resolution.spans != (span(1, 12, 1, 1),)


def test_fribbs_offset_counts_only_with_a_date_or_another_source_or_the_end_of_its_season() -> None:
    season = weekly(1, range(1, 26), None)
    fitting = resolve_one(entry(5, 13), show(7, season), index(fribb=[fribb(5, 7, 1, 12)]))
    alone = resolve_one(entry(5, 12), show(7, season), index(fribb=[fribb(5, 7, 1, 12)]))
    both = resolve_one(
        entry(5, 12), show(7, season), index(fribb=[fribb(5, 7, 1, 12)], bangumi=[bangumi(5, "tv/7", "2020-04-11")])
    )

    assert alone.verdict < Verdict.RESOLVED
    assert both.spans == (span(1, 12, 1, 13),)
    assert fitting.spans == (span(1, 13, 1, 13),)


def test_a_negative_offset_is_no_place() -> None:
    resolution = resolve_one(entry(5, 12), LAYOUT, index(fribb=[fribb(5, 7, 1, -12)]))

    assert resolution.verdict < Verdict.RESOLVED


def test_two_specials_of_one_day_are_not_told_apart_by_it() -> None:
    disc = weekly(0, [1], "2006-01-25") + weekly(0, [2], "2006-01-25")
    ova = entry(5, 1, "2006-01-25", format=MediaFormat.OVA)

    resolution = resolve_one(ova, show(7, disc), index(fribb=[fribb(5, 7, None)]))

    assert resolution.verdict < Verdict.RESOLVED


def test_a_film_that_tvdb_keeps_among_the_specials_is_not_written_there() -> None:
    """The End of Evangelion."""
    layout = show(885, weekly(0, [2], "1997-07-19"), weekly(1, range(1, 27), "1995-10-04"), tmdb=890)
    the_end = entry(32, 1, "1997-07-19", format=MediaFormat.MOVIE)

    resolution = resolve_one(the_end, layout, index(fribb=[fribb(32, 890, 0, 1, "MOVIE")]))

    assert resolution.verdict < Verdict.RESOLVED


@pytest.mark.parametrize("year", [2018, 2023])
def test_a_film_of_another_year_is_not_believed_on_one_source(year: int) -> None:
    movie = entry(5, 1, "2020-10-16", format=MediaFormat.MOVIE)
    found = index(bangumi=[bangumi(5, "movie/70", "2020-10-16")])

    resolution = Trakt(films=[film(700, year, tmdb=70)]).resolve([movie], found).resolutions[5]

    assert resolution.verdict < Verdict.RESOLVED


def test_a_title_alone_resolves_nothing() -> None:
    """Trakt's search finds the very title, but nothing else agrees."""
    found = index(fribb=[fribb(1, 30991)])
    layout = show(7, weekly(1, range(1, 25), None))
    trakt = Trakt([layout])

    resolution = trakt.resolve([entry(5, 12, title="Show 7")], found).resolutions[5]

    assert any(needs.searches for needs in trakt.asked)
    assert resolution.verdict < Verdict.RESOLVED
    assert [candidate.title.ids.trakt for candidate in resolution.candidates][:1] == [7]


def test_a_title_with_its_date_and_count_does() -> None:
    layout = show(7, weekly(1, range(1, 13), "2020-04-11"))

    resolution = (
        Trakt([layout])
        .resolve([entry(5, 12, "2020-04-11", title="Show 7")], index(fribb=[fribb(1, 30991)]))
        .resolutions[5]
    )

    assert resolution.spans == (span(1, 12, 1, 1),)


def test_candidates_come_best_first_with_what_speaks_against_each() -> None:
    resolution = resolve_one(entry(5, 6), LAYOUT, index(fribb=[fribb(5, 7)]))

    scores = [candidate.score for candidate in resolution.candidates]
    assert scores == sorted(scores, reverse=True)
    assert any(each.weight < 0 for candidate in resolution.candidates for each in candidate.evidence)


def test_a_show_found_by_anitrakt_needs_no_id_lookup() -> None:
    found = index(fribb=[fribb(5, 70)], anitrakt=[anitrakt(5, 7, tmdb=70)])
    trakt = Trakt([show(7, weekly(1, range(1, 13), "2020-04-11"), tmdb=70)])

    trakt.resolve([entry(5, 12, "2020-04-11")], found)

    assert [(needs.titles, needs.layouts) for needs in trakt.asked] == [(frozenset(), frozenset({7}))]
