"""The resolver as a whole: overrides, questions in the right order, entries that stand in each other's way."""

from __future__ import annotations

from dataclasses import replace

from sync.mapping.overrides.document import Overrides
from sync.mapping.resolver import Resolver
from sync.model.anilist import MediaFormat
from sync.model.evidence import Fact, Reason
from sync.model.mapping import Catalogue, Override, TitleRef, Verdict
from sync.model.trakt import Kind
from tests.mapping.building import Trakt, anitrakt, bangumi, entry, film, fribb, index, show, span, weekly, where

LAYOUT = show(7, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 13), "2020-04-11"), tmdb=70, tvdb=71)
SEASON_2 = entry(5, 12, "2020-04-11")
INDEX = index(fribb=[fribb(5, 70, 2)])


def told(**override: object) -> Overrides:
    return Overrides({5: replace(Override(5, 3, title=TitleRef("tmdb", Kind.SHOW, 70)), **override)})  # type: ignore[arg-type] # fields by name


def test_an_override_of_a_season_wins_over_every_source() -> None:
    resolution = Trakt([LAYOUT]).resolve([SEASON_2], INDEX, overrides=told(season=1)).resolutions[5]

    assert resolution.spans == (span(1, 12, 1, 1),)
    assert (resolution.reason, resolution.override and resolution.override.line) == (Reason.OVERRIDE, 3)


def test_an_override_of_episodes_is_taken_as_it_stands() -> None:
    spans = (span(1, 1, 2, 12), span(2, 12, 1, 1))

    resolution = Trakt([LAYOUT]).resolve([SEASON_2], INDEX, overrides=told(spans=spans)).resolutions[5]

    assert (resolution.verdict, resolution.spans) == (Verdict.RESOLVED, spans)


def test_an_override_of_a_show_alone_leaves_the_place_to_the_evidence() -> None:
    resolution = Trakt([LAYOUT]).resolve([SEASON_2], index(fribb=[fribb(9, 1)]), overrides=told()).resolutions[5]

    assert resolution.spans == (span(1, 12, 2, 1),)


def test_an_override_that_trakt_does_not_list_says_so() -> None:
    resolution = Trakt([LAYOUT]).resolve([SEASON_2], INDEX, overrides=told(season=5)).resolutions[5]

    assert (resolution.verdict, resolution.reason) == (Verdict.UNRESOLVED, Reason.OVERRIDE_NO_EPISODE)


def test_an_override_of_an_unknown_title_says_so() -> None:
    resolution = Trakt().resolve([SEASON_2], INDEX, overrides=told(season=1)).resolutions[5]

    assert (resolution.verdict, resolution.reason) == (Verdict.UNRESOLVED, Reason.OVERRIDE_NO_TITLE)


def test_an_override_of_a_film() -> None:
    overrides = told(title=TitleRef("slug", Kind.MOVIE, "film-700"))

    resolution = Trakt(films=[film(700, 2020)]).resolve([SEASON_2], INDEX, overrides=overrides).resolutions[5]

    assert (resolution.title and resolution.title.ids.trakt, resolution.spans) == (700, ())


def test_a_skipped_entry_asks_nothing() -> None:
    trakt = Trakt()

    resolution = trakt.resolve([SEASON_2], INDEX, overrides=told(skip="no")).resolutions[5]

    assert (resolution.verdict, trakt.asked) == (Verdict.SKIPPED, [])


def test_progress_beyond_the_last_known_episode_has_no_target() -> None:
    resolution = Trakt([LAYOUT]).resolve([SEASON_2], INDEX, progress={5: 14}).resolutions[5]

    assert where(resolution, LAYOUT, 12) == [(2, 12)]
    assert where(resolution, LAYOUT, 13) == []


def test_the_id_lookup_comes_before_the_layout_and_nothing_is_asked_twice() -> None:
    trakt = Trakt([LAYOUT])

    trakt.resolve([SEASON_2], INDEX)

    assert [(needs.titles, needs.layouts) for needs in trakt.asked] == [
        (frozenset({TitleRef("tmdb", Kind.SHOW, 70)}), frozenset()),
        (frozenset(), frozenset({7})),
    ]


def test_a_tmdb_id_that_trakt_does_not_know_is_tried_by_its_tvdb_id() -> None:
    row = {**fribb(5, 999, 2), "tvdb_id": 71}
    trakt = Trakt([LAYOUT])

    resolution = trakt.resolve([SEASON_2], index(fribb=[row])).resolutions[5]

    assert [needs.titles for needs in trakt.asked[:2]] == [
        {TitleRef("tmdb", Kind.SHOW, 999)}, {TitleRef("tvdb", Kind.SHOW, 71)},
    ]  # fmt: skip
    assert resolution.spans == (span(1, 12, 2, 1),)


def test_tmdbs_external_ids_are_asked_only_with_a_key() -> None:
    nowhere = Catalogue(titles={TitleRef("tmdb", Kind.SHOW, 70): None})

    def needs(tmdb: bool) -> frozenset[TitleRef]:
        resolver = Resolver([SEASON_2], index=INDEX, overrides=Overrides(), memory={}, progress={}, tmdb=tmdb)
        return resolver.learn(nowhere).external_ids

    assert (needs(True), needs(False)) == (frozenset({TitleRef("tmdb", Kind.SHOW, 70)}), frozenset())


def test_a_film_is_asked_by_its_trakt_id_when_a_dataset_knows_it() -> None:
    found = index(bangumi=[bangumi(5, "movie/80", "2020-10-16")], anitrakt_films=[anitrakt(5, 700, tmdb=80)])
    trakt = Trakt(films=[film(700, 2020, tmdb=80)])

    trakt.resolve([entry(5, 1, "2020-10-16", format=MediaFormat.MOVIE)], found)

    assert [needs.titles for needs in trakt.asked] == [{TitleRef("trakt", Kind.MOVIE, 700)}]


def test_of_two_entries_on_the_same_episodes_the_clearly_better_one_keeps_them() -> None:
    right, wrong = SEASON_2, entry(6, 12, None)
    found = index(fribb=[fribb(5, 70, 2), fribb(6, 70, 2)])

    resolutions = Trakt([LAYOUT]).resolve([right, wrong], found).resolutions

    assert (resolutions[5].verdict, resolutions[6].verdict) == (Verdict.RESOLVED, Verdict.AMBIGUOUS)
    assert resolutions[6].reason is Reason.TAKEN


def test_of_two_equals_on_the_same_episodes_neither_is_written() -> None:
    found = index(fribb=[fribb(5, 70, 2), fribb(6, 70, 2)])

    resolutions = Trakt([LAYOUT]).resolve([SEASON_2, replace(SEASON_2, anilist_id=6, mal_id=6)], found).resolutions

    assert {each.verdict for each in resolutions.values()} == {Verdict.AMBIGUOUS}


def test_one_work_that_anilist_lists_twice_may_share_its_episodes() -> None:
    """Both pages carry one MyAnimeList id."""
    found = index(fribb=[fribb(5, 70, 2), {**fribb(6, 70, 2), "mal_id": 5}])

    resolutions = Trakt([LAYOUT]).resolve([SEASON_2, replace(SEASON_2, anilist_id=6)], found).resolutions

    assert {each.verdict for each in resolutions.values()} == {Verdict.RESOLVED}


def test_two_entries_on_one_film_are_both_reported() -> None:
    one = entry(5, 1, "2020-10-16", format=MediaFormat.MOVIE)
    found = index(bangumi=[bangumi(5, "movie/80", "2020-10-16"), bangumi(6, "movie/80", "2020-10-16")])
    trakt = Trakt(films=[film(700, 2020, tmdb=80)])

    resolutions = trakt.resolve([one, replace(one, anilist_id=6, mal_id=6)], found).resolutions

    assert {each.verdict for each in resolutions.values()} == {Verdict.AMBIGUOUS}


def test_an_undated_cour_is_found_behind_the_one_before_it() -> None:
    """Shinobanai! Crypto Ninja Sakuya: three runs of one season, of which only the first is named."""
    layout = show(212504, weekly(1, range(1, 39), None), tmdb=227810, year=2023)
    found = index(
        bangumi=[
            bangumi(170041, "tv/227810", "2023-10-04"),
            bangumi(172852, "tv/227810", "2024-01-09"),
            bangumi(181867, "tv/227810", "2025-07-07"),
        ],
        anitrakt=[anitrakt(170041, 212504), anitrakt(172852, 212504, None), anitrakt(181867, 212504, None)],
    )
    runs = [entry(170041, 13, "2023-10-04"), entry(172852, 12, "2024-01-09"), entry(181867, 13, "2025-07-07")]

    resolutions = Trakt([layout]).resolve(runs, found).resolutions

    assert [resolutions[key].spans for key in (170041, 172852, 181867)] == [
        (span(1, 13, 1, 1),), (span(1, 12, 1, 14),), (span(1, 13, 1, 26),),
    ]  # fmt: skip


def test_a_resolution_names_its_evidence_the_heaviest_first() -> None:
    resolution = Trakt([LAYOUT]).resolve([SEASON_2], INDEX).resolutions[5]

    assert [each.fact for each in resolution.evidence][:2] == [Fact.START_DAY, Fact.COUNT_EXACT]
    weights = [abs(each.weight) for each in resolution.evidence]
    assert weights == sorted(weights, reverse=True)


def test_an_entry_is_looked_at_again_only_while_it_has_an_open_question() -> None:
    """What is answered for one entry is not asked for again because another still waits."""
    other = show(9, weekly(1, range(1, 13), "2021-01-10"), tmdb=90)
    found = index(fribb=[fribb(5, 70, 2), fribb(6, 90)], anitrakt=[anitrakt(5, 7, tmdb=70)])
    trakt = Trakt([LAYOUT, other])

    trakt.resolve([SEASON_2, entry(6, 12, "2021-01-10")], found)

    assert [(len(needs.titles), len(needs.layouts)) for needs in trakt.asked] == [(1, 1), (0, 1)]
