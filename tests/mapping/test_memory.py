"""The cache: believed while entry, override and layout are what they were; drift is told, not passed over."""

from __future__ import annotations

from dataclasses import replace

from sync.mapping.memory import basis_of, cached_from, from_cache
from sync.mapping.overrides.document import Overrides
from sync.mapping.sources.claims import MappingIndex
from sync.model.mapping import CachedMapping, DriftKind, Override, TitleRef, Verdict
from sync.model.trakt import Kind
from tests.mapping.building import NOW, Trakt, entry, fribb, index, show, span, weekly

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
