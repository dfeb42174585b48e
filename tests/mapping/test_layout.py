"""The breakpoint map against a live layout, and the fingerprint that tells when Trakt re-cuts a show."""

from __future__ import annotations

from dataclasses import replace

from sync.mapping.layout import Seasons, fingerprint, last_episode, spans_over, targets_of, unmoved
from sync.model.trakt import NO_ID, ShowLayout
from tests.mapping.building import show, span, weekly

SPANS = (span(1, 10, 3, 13),)


def attack_on_titan(listed: int = 22) -> ShowLayout:
    return show(1420, weekly(1, range(1, 26), "2013-04-07"), weekly(3, range(1, listed + 1), "2018-07-23"))


def test_targets_are_only_what_trakt_lists() -> None:
    layout = attack_on_titan(listed=20)

    assert [(e.season, e.number) for e in targets_of(SPANS, layout, 8)] == [(3, 20)]
    assert targets_of(SPANS, layout, 9) == ()
    assert targets_of(SPANS, layout, 11) == ()


def test_an_episode_in_two_spans_has_two_targets() -> None:
    spans = (span(1, 2, 1, 1), span(2, 2, 1, 3))

    assert [e.number for e in targets_of(spans, attack_on_titan(), 2)] == [2, 3]


def without_id(layout: ShowLayout, season: int, number: int) -> ShowLayout:
    """The layout with an episode whose row could not be right."""
    episodes = [replace(e, trakt_id=NO_ID) if (e.season, e.number) == (season, number) else e for e in layout.episodes]
    return replace(layout, episodes=tuple(episodes))


def test_an_episode_without_an_id_is_no_target_and_moves_no_other() -> None:
    layout = without_id(attack_on_titan(), 3, 15)

    assert targets_of(SPANS, layout, 3) == ()
    assert [(e.season, e.number) for e in targets_of(SPANS, layout, 4)] == [(3, 16)]
    assert spans_over(Seasons(layout).season(3)[12:]) == SPANS


def test_an_episode_without_an_id_is_no_drift() -> None:
    layout, unread = attack_on_titan(), without_id(attack_on_titan(), 3, 15)

    assert unmoved(fingerprint(layout, SPANS), unread, SPANS)
    assert unmoved(fingerprint(unread, SPANS), layout, SPANS)
    assert not unmoved(fingerprint(layout, SPANS), without_id(attack_on_titan(listed=20), 3, 15), SPANS)


def test_spans_break_where_trakts_numbers_jump() -> None:
    layout = show(1, weekly(1, [1, 2, 5, 6], None), weekly(2, [7], None))

    assert spans_over(Seasons(layout).running()) == (span(1, 2, 1, 1), span(3, 4, 1, 5), span(5, 5, 2, 7))


def test_appended_episodes_are_no_drift() -> None:
    before = fingerprint(attack_on_titan(listed=15), SPANS)

    assert unmoved(before, attack_on_titan(listed=22), SPANS)


def test_a_change_elsewhere_in_the_show_is_no_drift() -> None:
    layout = attack_on_titan()
    before = fingerprint(layout, SPANS)
    grown = replace(
        layout,
        episodes=tuple(sorted((*layout.episodes, *weekly(4, range(1, 17), None)), key=lambda e: (e.season, e.number))),
    )

    assert unmoved(before, grown, SPANS)


def test_a_removed_a_moved_and_an_inserted_episode_are_drift() -> None:
    layout = attack_on_titan()
    before = fingerprint(layout, SPANS)
    removed = replace(layout, episodes=layout.episodes[:-1])
    moved = replace(
        layout, episodes=tuple(replace(e, season=4) if e.season == 3 and e.number > 12 else e for e in layout.episodes)
    )
    inserted = replace(
        layout, episodes=tuple(replace(e, trakt_id=e.trakt_id + 1) if e.season == 3 else e for e in layout.episodes)
    )

    assert [unmoved(before, each, SPANS) for each in (layout, removed, moved, inserted)] == [True, False, False, False]


def test_a_fingerprint_of_another_form_is_drift() -> None:
    assert not unmoved("sha256:abc", attack_on_titan(), SPANS)


def test_last_episode_is_open_when_a_span_is() -> None:
    assert (last_episode(SPANS), last_episode((span(1, None, 1, 1),)), last_episode(())) == (10, None, 0)
