"""Whatever JSON a service sends, a parser gives a value or says that it cannot be one."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import SuspiciousRead
from sync.model.plan import NewPlay, TimeSource
from sync.model.trakt import Kind, PlayKind, TraktIds, TraktTitle
from sync.services.anilist.answers import parse_activity_page, parse_list_chunk, parse_media_page
from sync.services.http.exchange import TryAgain
from sync.services.shape import NOTHING, object_at
from sync.services.trakt.answers import parse_account, parse_history, parse_last_activities, parse_layout, parse_search
from sync.services.trakt.history import parse_added, parse_removed
from sync.services.trakt.plays import (
    parse_movie_page,
    parse_nested_play_times,
    parse_play_times,
    parse_progress_page,
)
from tests.services.wiring import recorded

SHOW = TraktTitle(Kind.SHOW, TraktIds(1420), "Attack on Titan")
PLAYS = [NewPlay(1, 1, PlayKind.EPISODE, 999999, "unknown", TimeSource.UNKNOWN)]

PARSERS: dict[str, tuple[str, Callable[[object], object]]] = {
    "list": ("anilist_list.json", lambda value: parse_list_chunk(object_at(value, "data") or NOTHING)),
    "activities": ("anilist_activities.json", lambda value: parse_activity_page(object_at(value, "data") or NOTHING)),
    "media": ("anilist_list.json", lambda value: parse_media_page(object_at(value, "data") or NOTHING)),
    "layout": ("trakt_seasons.json", lambda value: parse_layout(SHOW, value)),
    "search": ("trakt_search_tmdb.json", lambda value: parse_search(Kind.SHOW, value)),
    "account": ("trakt_settings.json", parse_account),
    "last activities": ("trakt_last_activities.json", parse_last_activities),
    "history": ("trakt_history.json", parse_history),
    "plays": ("trakt_watched_episodes_min.json", lambda value: parse_play_times(value, "watched episodes")),
    "nested plays": ("trakt_watched_shows_min.json", parse_nested_play_times),
    "progress": ("trakt_watched_shows_progress.json", parse_progress_page),
    "movies": ("trakt_watched_movies.json", parse_movie_page),
    "added": ("trakt_added.json", lambda value: parse_added(PLAYS, value)),
    "removed": ("trakt_added.json", parse_removed),
}
ODD = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        10**30,
        1.5,
        float("inf"),
        "",
        "9" * 5000,
        "0001-01-01T00:00:00+14:00",
        "é",
        [],
        [None],
        {},
        {"": 1},
    ]
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths to everything inside a payload."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[tuple[str | int, ...]] = [path]
    for key, item in inner:
        found += places(item, (*path, key))
    return found


def with_odd(value: object, path: tuple[str | int, ...], odd: object) -> object:
    """The payload with something odd in one place."""
    if not path:
        return odd
    changed: Any = deepcopy(value)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = odd
    return changed


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_odd_value_anywhere_is_taken_or_refused_and_never_a_crash(name: str, data: st.DataObject) -> None:
    file, parse = PARSERS[name]
    payload = recorded(file)
    odd = with_odd(payload, data.draw(st.sampled_from(places(payload))), data.draw(ODD))
    with suppress(SuspiciousRead, TryAgain):
        parse(odd)


@pytest.mark.parametrize("name", ["plays", "nested plays", "progress", "layout", "list", "activities", "history"])
@pytest.mark.parametrize("nothing", [None, "", 0, "null", {"error": "x"}, {"data": None}])
def test_a_payload_of_nothing_is_never_taken_for_an_empty_one(name: str, nothing: object) -> None:
    parse = PARSERS[name][1]
    with pytest.raises(SuspiciousRead):
        parse(json.loads(json.dumps(nothing)))
