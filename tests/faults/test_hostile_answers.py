"""Whatever a service sends, a parser gives values within bounds, or says that it cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import SuspiciousRead
from sync.model.bounds import NotJson, Read
from sync.model.lists import ItemKind, ListItem
from sync.model.plan import NewPlay, TimeSource
from sync.model.trakt import Kind, PlayKind, TraktIds, TraktTitle
from sync.services.anilist.answers import (
    parse_activity_page,
    parse_envelope,
    parse_list_chunk,
    parse_media_page,
    parse_relations,
    parse_schedule_page,
)
from sync.services.http.exchange import TryAgain
from sync.services.trakt.account import parse_account, parse_last_activities, parse_rows
from sync.services.trakt.answers import parse_layout, parse_search, parse_title
from sync.services.trakt.history import parse_added, parse_history, parse_removed
from sync.services.trakt.plays import parse_movie_page, parse_nested_play_times, parse_play_times, parse_progress_page
from tests.services.wiring import recorded

SHOW = TraktTitle(Kind.SHOW, TraktIds(1420), "Attack on Titan")
PLAYS = [NewPlay(1, 1, PlayKind.EPISODE, 999999, "unknown", TimeSource.UNKNOWN)]
Parse = Callable[[bytes], object]


def data_of(parse: Callable[[Any], object]) -> Parse:
    """AniList's answers are wrapped once more."""

    def unwrapped(body: bytes) -> object:
        data, errors = parse_envelope(body)
        if data is None or errors:
            raise SuspiciousRead("AniList", "AniList sent no data.")
        return parse(data)

    return unwrapped


def ratings(body: bytes) -> Read[list[tuple[ListItem, int]]]:
    read = parse_rows(body, ItemKind.SHOW, rated=True)
    return Read(list(read.value.items()), read.left_out)


PARSERS: dict[str, tuple[str, Parse]] = {
    "list": ("anilist_list.json", data_of(parse_list_chunk)),
    "activities": ("anilist_activities.json", data_of(parse_activity_page)),
    "media": ("anilist_media.json", data_of(parse_media_page)),
    "relations": ("anilist_relations.json", data_of(parse_relations)),
    "schedules": ("anilist_airing_schedules.json", data_of(parse_schedule_page)),
    "layout": ("trakt_seasons.json", lambda body: parse_layout(SHOW, body)),
    "title": ("trakt_show.json", lambda body: parse_title(Kind.SHOW, body)),
    "film": ("trakt_movie.json", lambda body: parse_title(Kind.MOVIE, body)),
    "search": ("trakt_search_tmdb.json", lambda body: parse_search(Kind.SHOW, body)),
    "account": ("trakt_settings.json", parse_account),
    "last activities": ("trakt_last_activities.json", parse_last_activities),
    "history": ("trakt_history.json", parse_history),
    "plays": ("trakt_watched_episodes_min.json", lambda body: parse_play_times(body, "watched episodes")),
    "nested plays": ("trakt_watched_shows_min.json", parse_nested_play_times),
    "progress": ("trakt_watched_shows_progress.json", parse_progress_page),
    "movies": ("trakt_watched_movies.json", parse_movie_page),
    "ratings": ("trakt_ratings.json", ratings),
    "added": ("trakt_added.json", lambda body: parse_added(PLAYS, body)),
    "removed": ("trakt_added.json", parse_removed),
}
REFUSED = (SuspiciousRead, TryAgain, NotJson)
HUGE = "9" * 400
ODD = [
    *("null", "true", "-1", "0", "1.5", "1e400", HUGE, f"-{HUGE}", "NaN", "-Infinity", "2147483648", "9e99"),
    *('""', '"7"', '"tt"', '"é"', r'"\ud800"', r'"\ud83d\ude00"', f'"{HUGE}"', '"' + "t" * 100_000 + '"'),
    *('"0000-01-01T00:00:00Z"', '"99999-01-01T00:00:00Z"', '"0001-01-01T00:00:00+14:00"'),
    *('"9999-12-31T23:59:00-14:00"', '"2026-02-30"', '"yesterday"', "[]", "[null]", "[[]]", "{}", '{"": 1}'),
    *('{"trakt": -1}', '{"year": 0, "month": 0}', '{"year": 99999, "month": 13, "day": 32}'),
    *("[" * 3_000 + "]" * 3_000, "[" + ",".join(['"x"'] * 5_000) + "]"),
]
OUT_OF_BOUNDS = re.compile(rb'[:\[,]-[0-9]|[:\[,][0-9]{20}|"[^",]{2001}')
"""In JSON: a negative number, one that is longer than any id, and a text that is longer than any title."""
MARK = "here stands something odd"


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths to everything inside a payload; of the rows of a list the first two stand for all."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    found: list[tuple[str | int, ...]] = [path]
    for key, item in inner:
        found += places(item, (*path, key))
    return found


def with_mark(value: object, path: tuple[str | int, ...]) -> str:
    """The payload with a mark in one place."""
    changed: Any = deepcopy(value) if path else MARK
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    if path:
        inside[path[-1]] = MARK
    return json.dumps(changed)


def marked(text: str, odd: str) -> bytes:
    """The text with something odd, which may be no JSON, in the place of the mark."""
    return text.replace(f'"{MARK}"', odd).encode("utf-8", "surrogatepass")


def assert_within_bounds(value: object, where: str) -> None:
    """Everything in a value is small enough to be stored, shown and sent, and can be written as UTF-8."""
    written = msgspec.json.encode(value)
    assert OUT_OF_BOUNDS.search(written) is None, where


@pytest.mark.parametrize("name", PARSERS)
def test_an_odd_value_in_any_place_is_left_out_or_refused_and_never_comes_through(name: str) -> None:
    file, parse = PARSERS[name]
    payload = recorded(file)
    for path in places(payload):
        text = with_mark(payload, path)
        for odd in ODD:
            with suppress(*REFUSED):
                assert_within_bounds(parse(marked(text, odd)), f"{path}: {odd[:60]}")


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_two_odd_values_are_no_worse_than_one(name: str, data: st.DataObject) -> None:
    file, parse = PARSERS[name]
    payload = recorded(file)
    once = marked(with_mark(payload, data.draw(st.sampled_from(places(payload)))), data.draw(st.sampled_from(ODD)))
    with suppress(*REFUSED, ValueError, RecursionError):
        again = json.loads(once)
        text = with_mark(again, data.draw(st.sampled_from(places(again))))
        assert_within_bounds(parse(marked(text, data.draw(st.sampled_from(ODD)))), name)


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("body", [b"", b"[", b"{", b"<html>", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"NaN"])
def test_what_is_no_json_is_refused(name: str, body: bytes) -> None:
    with pytest.raises(REFUSED):
        PARSERS[name][1](body)


@pytest.mark.parametrize("name", PARSERS)
def test_a_payload_that_breaks_off_is_no_json_wherever_it_does(name: str) -> None:
    file, parse = PARSERS[name]
    body = json.dumps(recorded(file)).encode()
    for length in range(0, len(body), 7):
        with pytest.raises(NotJson):
            parse(body[:length])


@pytest.mark.parametrize("name", ["plays", "nested plays", "progress", "layout", "list", "activities", "history"])
@pytest.mark.parametrize("nothing", ["null", '""', "0", '"null"', '{"error": "x"}', '{"data": null}'])
def test_a_payload_of_nothing_is_never_taken_for_an_empty_one(name: str, nothing: str) -> None:
    with pytest.raises(SuspiciousRead):
        PARSERS[name][1](nothing.encode())


@pytest.mark.parametrize("name", [name for name in PARSERS if name not in ("added", "removed", "film")])
def test_a_payload_in_order_has_no_row_left_out(name: str) -> None:
    file, parse = PARSERS[name]
    read = parse(json.dumps(recorded(file)).encode())
    read = read[0] if isinstance(read, tuple) else read
    assert isinstance(read, Read)
    assert read.left_out == ()
