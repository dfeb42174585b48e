"""Which entries are synced: by status, format, privacy, age, override, and whether there is anything to sync."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.mapping.overrides.document import Overrides
from sync.model.anilist import Media, MediaFormat, MediaListEntry, MediaListStatus
from sync.model.mapping import Override
from sync.settings import Settings, parse_settings
from sync.steps.scope import entries_for_lists, entries_in_scope

ALL = Settings()
NONE = Overrides()
LEAST = {"TRAKT_CLIENT_ID": "id", "TRAKT_CLIENT_SECRET": "s3cret", "ANILIST_USERNAME": "misaki"}


def entry(anilist_id: int = 1, status: MediaListStatus = MediaListStatus.COMPLETED, **media: object) -> MediaListEntry:
    facts = Media(anilist_id, episodes=12, format=MediaFormat.TV)
    return MediaListEntry(anilist_id, replace(facts, **media), status, progress=0)  # type: ignore[arg-type] # passed on as they are


PLANNED = entry(2, MediaListStatus.PLANNING)


def test_without_settings_everything_watched_is_synced_and_what_is_only_planned_is_not() -> None:
    kept, left_out = entries_in_scope([entry(), PLANNED, entry(3, is_adult=True)], ALL, NONE)

    assert ([1, 3], {"planning": 1}) == ([each.anilist_id for each in kept], left_out)


def test_a_planned_entry_with_episodes_watched_has_plays() -> None:
    begun = replace(PLANNED, progress=3)

    assert ((begun,), {}) == entries_in_scope([begun], ALL, NONE)


def test_the_watchlist_takes_what_is_planned() -> None:
    settings = replace(ALL, sync_watchlist=True)

    assert ((), {}) == entries_in_scope([PLANNED], settings, NONE)
    assert (PLANNED,) == entries_for_lists([PLANNED], settings, NONE)


@pytest.mark.parametrize(
    ("left_out", "settings", "reason"),
    [
        (replace(entry(), private=True), ALL, "private"),
        (entry(is_adult=True), replace(ALL, sync_adult=False), "adult"),
        (entry(), replace(ALL, sync_statuses=frozenset({MediaListStatus.CURRENT})), "by status"),
        (entry(), replace(ALL, sync_formats=frozenset({MediaFormat.MOVIE})), "by format"),
        (entry(format=None), replace(ALL, sync_formats=frozenset({MediaFormat.TV})), "by format"),
    ],
)
def test_an_entry_is_left_out_of_all_parts_and_counted_by_its_reason(
    left_out: MediaListEntry, settings: Settings, reason: str
) -> None:
    assert ((), {reason: 1}) == entries_in_scope([left_out], settings, NONE)
    assert entries_for_lists([left_out], settings, NONE) == ()


def test_an_override_leaves_a_single_entry_out_of_all_parts() -> None:
    overrides = Overrides({1: Override(1, 4, skip="not on Trakt")})

    assert ((), {"by override": 1}) == entries_in_scope([entry()], ALL, overrides)
    assert entries_for_lists([entry()], ALL, overrides) == ()


@pytest.mark.parametrize(
    ("kept", "settings"),
    [
        (replace(entry(), private=True), replace(ALL, sync_private=True)),
        (entry(is_adult=True), ALL),
        (entry(), replace(ALL, sync_statuses=frozenset({MediaListStatus.CURRENT, MediaListStatus.COMPLETED}))),
        (entry(format=None), ALL),
    ],
)
def test_an_entry_that_the_settings_allow_is_kept(kept: MediaListEntry, settings: Settings) -> None:
    assert ((kept,), {}) == entries_in_scope([kept], settings, NONE)


def test_statuses_and_formats_are_read_in_any_spelling_and_order() -> None:
    settings = parse_settings(LEAST | {"SYNC_STATUSES": " completed, Current ,", "SYNC_FORMATS": "tv short,MOVIE"})

    assert {MediaListStatus.COMPLETED, MediaListStatus.CURRENT} == settings.sync_statuses
    assert {MediaFormat.TV_SHORT, MediaFormat.MOVIE} == settings.sync_formats


def test_a_misspelt_status_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(Exception, match=r'SYNC_STATUSES must be some of CURRENT.*did you mean "COMPLETED"'):
        parse_settings(LEAST | {"SYNC_STATUSES": "CURRENT, COMPLETE"})
