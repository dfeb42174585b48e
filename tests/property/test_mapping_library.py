"""What holds of every library: one to one, in order, no episode twice, and nobody's mapping hangs on strangers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.mapping.layout import Seasons, all_places
from sync.mapping.overrides.fields import YamlMapping, YamlScalar
from sync.mapping.overrides.places import parse_episodes
from sync.model.anilist import Media, MediaFormat
from sync.model.mapping import Resolution, Span, Verdict
from sync.model.trakt import ShowLayout, TraktEpisode
from tests.mapping.building import Trakt, bangumi, entry, fribb, index, show, weekly

FIRST_DAY = date(2015, 1, 4)
Rows = list[dict[str, object]]
Cut = tuple[ShowLayout, list[Media], Rows, Rows]


@st.composite
def cut_shows(draw: st.DrawFn, trakt_id: int) -> Cut:
    """A show whose cours are cut into seasons at will, its entries, and what two datasets say of them, right or not."""
    cours = draw(st.lists(st.integers(1, 13), min_size=1, max_size=4))
    joined = draw(st.lists(st.booleans(), min_size=len(cours), max_size=len(cours)))
    dated = draw(st.booleans())
    seasons: dict[int, list[TraktEpisode]] = {}
    media, rows, items = [], [], []
    season = number = 0
    for at, count in enumerate(cours):
        if at == 0 or not joined[at]:
            season, number = season + 1, 0
        start = FIRST_DAY + timedelta(days=200 * at)
        seasons.setdefault(season, []).extend(
            weekly(season, range(number + 1, number + count + 1), start.isoformat() if dated else None)
        )
        anilist_id = trakt_id * 100 + at
        known = draw(st.sampled_from([start.isoformat(), None]))
        kind = draw(st.sampled_from([MediaFormat.TV, MediaFormat.OVA]))
        told = draw(st.sampled_from([count, count, count + 1, None]))
        media.append(entry(anilist_id, told, known, format=kind, title=f"Anime {trakt_id}"))
        rows.append(fribb(anilist_id, trakt_id, draw(st.integers(0, 3)), draw(st.integers(-2, 13))))
        items.append(bangumi(anilist_id, f"tv/{trakt_id}/season/{draw(st.integers(1, 3))}", start.isoformat()))
        number += count
    return show(trakt_id, *seasons.values()), media, rows, items


Libraries = st.tuples(cut_shows(7), cut_shows(8))


def resolve(shows: Sequence[Cut], media: Sequence[Media]) -> dict[int, Resolution]:
    found = index(
        fribb=[row for _, _, rows, _ in shows for row in rows], bangumi=[item for *_, items in shows for item in items]
    )
    return dict(Trakt([layout for layout, *_ in shows]).resolve(media, found).resolutions)


def places(resolution: Resolution, layout: ShowLayout) -> list[tuple[int, tuple[int, int]]]:
    return sorted(all_places(resolution.spans, Seasons(layout)))


@settings(max_examples=60, deadline=None)
@given(cut_shows(7))
def test_a_mapping_is_injective_and_keeps_order(cut: Cut) -> None:
    layout, media, *_ = cut
    for resolution in resolve([cut], media).values():
        targets = [place for _, place in places(resolution, layout)]
        assert len(set(targets)) == len(targets)
        assert targets == sorted(targets)


@settings(max_examples=60, deadline=None)
@given(cut_shows(7))
def test_no_two_entries_share_an_episode(cut: Cut) -> None:
    layout, media, *_ = cut
    listed = Seasons(layout)
    taken = [
        place
        for resolution in resolve([cut], media).values()
        if resolution.verdict is Verdict.RESOLVED
        for _, place in places(resolution, layout)
        if place in listed
    ]
    assert len(set(taken)) == len(taken)


@settings(max_examples=40, deadline=None)
@given(Libraries)
def test_an_unrelated_show_changes_nothing(two: tuple[Cut, Cut]) -> None:
    one, other = two
    alone = resolve([one], one[1])
    together = resolve([one, other], [*other[1], *one[1]])

    assert {key: together[key] for key in alone} == alone


@settings(max_examples=40, deadline=None)
@given(Libraries, st.randoms())
def test_the_order_of_the_library_changes_nothing(two: tuple[Cut, Cut], random: Random) -> None:
    media = [*two[0][1], *two[1][1]]
    shuffled = list(media)
    random.shuffle(shuffled)

    assert resolve(two, shuffled) == resolve(two, media)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 12), st.integers(0, 3), st.integers(1, 40)), max_size=5))
def test_accepted_override_ranges_never_overlap(rows: list[tuple[int, int, int, int]]) -> None:
    items = tuple(
        (YamlScalar(f"{first}-{first + more}", line, 1), YamlScalar(f"s{season}e{number}", line, 9))
        for line, (first, more, season, number) in enumerate(rows, 1)
    )
    spans, mistakes = parse_episodes(YamlMapping(items, 1, 1))
    if items and not mistakes:
        episodes = [episode for span in spans for episode in _episodes(span)]
        assert len(set(episodes)) == len(episodes)


def _episodes(span: Span) -> range:
    return range(span.from_ep, (span.to_ep or 0) + 1)
