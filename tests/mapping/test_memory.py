"""The cache: believed while entry, override and layout are what they were; drift is told, not passed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from sync.mapping.memory import basis_of, cached_from, from_cache
from sync.mapping.overrides.document import Overrides
from sync.mapping.sources.claims import MappingIndex
from sync.model.anilist import Airing, Media, MediaStatus
from sync.model.mapping import CachedMapping, DriftKind, Override, TitleRef, Verdict
from sync.model.trakt import Kind
from tests.mapping.building import NOW, Trakt, entry, fribb, fuzzy, index, show, span, weekly

MEDIA = entry(112641, 12, "2020-04-11")
LAYOUT = show(7, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 13), "2020-04-11"))
INDEX = index(fribb=[fribb(101921, 7, 1), fribb(112641, 7, 2)])


def remembered() -> dict[int, CachedMapping]:
    resolution = Trakt([LAYOUT]).resolve([MEDIA], INDEX).resolutions[112641]
    return {112641: cached_from(resolution, basis_of(MEDIA, None), NOW)}


def test_a_resolution_comes_back_from_the_cache() -> None:
    resolution = Trakt([LAYOUT]).resolve([MEDIA], INDEX).resolutions[112641]

    back = from_cache(cached_from(resolution, "basis", NOW))

    assert (back.verdict, back.title, back.spans, back.evidence) == (
        Verdict.RESOLVED, resolution.title, resolution.spans, resolution.evidence[:6],
    )  # fmt: skip


def test_nothing_to_write_needs_no_dataset_and_no_request() -> None:
    trakt = Trakt()

    resolved = trakt.resolve([MEDIA], MappingIndex(), cache=remembered())

    assert resolved.resolutions[112641].spans == (span(1, 12, 2, 1),)
    assert (trakt.asked, resolved.fresh) == ([], frozenset())


def test_something_to_write_asks_only_for_the_layout() -> None:
    trakt = Trakt([LAYOUT])

    trakt.resolve([MEDIA], MappingIndex(), cache=remembered(), progress={112641: 3})

    assert [(needs.layouts, needs.titles, needs.searches) for needs in trakt.asked] == [
        (frozenset({7}), frozenset(), frozenset())
    ]


def test_a_recut_show_is_resolved_afresh_and_the_drift_is_told() -> None:
    merged = show(7, weekly(1, range(1, 13), "2019-01-12") + weekly(1, range(13, 25), "2020-04-11"))
    cache = remembered()

    resolution = Trakt([merged]).resolve([MEDIA], INDEX, cache=cache, progress={112641: 1}).resolutions[112641]

    assert resolution.spans == (span(1, 12, 1, 13),)
    assert resolution.drift is not None
    assert (resolution.drift.kind, resolution.drift.spans) == (DriftKind.RECUT, (span(1, 12, 2, 1),))


def test_a_recut_show_without_datasets_is_not_written() -> None:
    moved = show(7, weekly(1, range(1, 25), None))

    resolved = Trakt([moved]).resolve([MEDIA], MappingIndex(), cache=remembered(), progress={112641: 1})

    assert resolved.resolutions[112641].verdict < Verdict.RESOLVED
    assert resolved.fresh == {112641}


def test_a_show_that_is_gone_is_drift() -> None:
    resolution = Trakt().resolve([MEDIA], INDEX, cache=remembered(), progress={112641: 1}).resolutions[112641]

    assert resolution.drift is not None
    assert resolution.drift.kind is DriftKind.GONE


def test_the_basis_changes_with_the_entry_and_its_override_but_not_with_a_line_number() -> None:
    override = Override(112641, 3, title=TitleRef("slug", Kind.SHOW, "kaguya"), season=2)
    told = basis_of(MEDIA, override)

    assert told == basis_of(MEDIA, replace(override, line=9))
    assert len({told, basis_of(MEDIA, None), basis_of(MEDIA, replace(override, season=3))}) == 3
    assert basis_of(replace(MEDIA, episodes=13), None) != basis_of(MEDIA, None)
    assert basis_of(replace(MEDIA, title_english="Kaguya"), None) == basis_of(MEDIA, None)


def test_a_new_override_wins_over_the_cache() -> None:
    overrides = Overrides({112641: Override(112641, 1, skip="watched elsewhere")})

    resolved = Trakt([LAYOUT]).resolve([MEDIA], INDEX, overrides=overrides, cache=remembered())

    assert resolved.resolutions[112641].verdict is Verdict.SKIPPED


def test_an_uncertain_mapping_in_the_cache_is_not_believed() -> None:
    cache = {key: replace(each, verdict=Verdict.AMBIGUOUS) for key, each in remembered().items()}

    assert Trakt([LAYOUT]).resolve([MEDIA], INDEX, cache=cache).fresh == {112641}


# --- what was mapped early --------------------------------------------------------------------------------------------

AIRING = entry(112641, None, "2020-04-11", status=MediaStatus.RELEASING)
THREE = show(7, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 4), "2020-04-11"))


def early() -> dict[int, CachedMapping]:
    """The mapping that was made when three episodes were listed and nobody knew how many there will be."""
    resolution = Trakt([THREE]).resolve([AIRING], INDEX).resolutions[112641]
    return {112641: cached_from(resolution, basis_of(AIRING, None), NOW)}


def test_a_mapping_made_early_says_so_and_has_an_open_end() -> None:
    cached = early()[112641]

    assert (cached.verdict, cached.spans) == (Verdict.PROVISIONAL, (span(1, None, 2, 1),))


def test_what_trakt_adds_behind_it_is_neither_drift_nor_a_question() -> None:
    grown = show(7, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 9), "2020-04-11"))
    trakt = Trakt([grown])

    resolved = trakt.resolve([AIRING], MappingIndex(), cache=early(), progress={112641: 8})

    assert resolved.resolutions[112641].drift is None
    assert (resolved.resolutions[112641].spans, resolved.fresh) == ((span(1, None, 2, 1),), frozenset())
    assert [needs.layouts for needs in trakt.asked] == [{7}]


def test_its_fingerprint_grows_with_the_season_so_that_a_later_cut_is_seen() -> None:
    grown = show(7, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 9), "2020-04-11"))
    resolved = Trakt([grown]).resolve([AIRING], MappingIndex(), cache=early(), progress={112641: 8})
    resolution = resolved.resolutions[112641]

    assert resolution.layout_fingerprint is not None
    assert resolution.layout_fingerprint.startswith("8:")


@pytest.mark.parametrize(
    "known",
    [
        replace(AIRING, status=MediaStatus.FINISHED),
        replace(AIRING, episodes=12),
        replace(AIRING, end_date=fuzzy("2020-06-27")),
        replace(AIRING, start_date=fuzzy("2020-04-12")),
    ],
    ids=["it is over", "its count", "its end", "its start"],
)
def test_it_is_proved_again_when_more_is_known(known: Media) -> None:
    assert Trakt([LAYOUT]).resolve([known], INDEX, cache=early(), progress={112641: 3}).fresh == {112641}


def test_it_is_proved_again_where_datasets_are_at_hand_and_said_where_it_lies_elsewhere() -> None:
    now_known = index(
        fribb=[fribb(101921, 7, 1), fribb(112641, 7, 2)],
        anibridge={"anilist:112641": {"tmdb_show:7:s2": {"1-": "2-"}}},
    )
    moved = show(7, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 8), "2020-04-04"))

    resolution = (
        Trakt([moved]).resolve([AIRING], now_known, cache=early(), progress={112641: 3}, prove=True).resolutions[112641]
    )

    assert resolution.spans == (span(1, None, 2, 2),)
    assert resolution.drift is not None
    assert resolution.drift.kind is DriftKind.PROVED_ELSEWHERE


def test_a_later_season_that_begins_while_episodes_are_missing_is_looked_at() -> None:
    counted = replace(AIRING, episodes=12)
    cache = {112641: replace(early()[112641], basis=basis_of(counted, None), spans=(span(1, 12, 2, 1),))}
    begun = show(7, *(weekly(1, range(1, 13), "2019-01-12"), *(weekly(s, range(1, 4), "2020-04-11") for s in (2, 3))))

    assert Trakt([begun]).resolve([counted], INDEX, cache=cache, progress={112641: 3}).fresh == {112641}


@pytest.mark.parametrize(("day", "looked_at"), [("2020-05-02", False), ("2020-05-09", True)])
def test_the_day_of_the_next_episode_tells_whether_trakt_counts_one_more(day: str, looked_at: bool) -> None:
    """Trakt lists episode 4 for the 2nd of May; AniList says that episode 4 airs a week later."""
    layout = show(7, weekly(1, range(1, 13), "2019-01-12"), weekly(2, range(1, 6), "2020-04-11"))
    told = replace(AIRING, next_airing=Airing(4, datetime.fromisoformat(f"{day}T15:00:00+00:00")))

    resolved = Trakt([layout]).resolve([told], INDEX, cache=early(), progress={112641: 3})

    assert resolved.fresh == ({112641} if looked_at else frozenset())
