"""AniList: the list, the activity feed, media, and what its refusals are taken for."""

from __future__ import annotations

import base64
import copy
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests_mock

from sync.errors import ConfigError, LoginError, ServiceUnavailable, SuspiciousRead, SyncError
from sync.model.anilist import (
    ActivityKind,
    Airing,
    AniListLibrary,
    FuzzyDate,
    MediaFormat,
    MediaListStatus,
    MediaRelation,
    RelationType,
)
from sync.services.anilist.answers import parse_utc_offset, token_expiry
from sync.services.anilist.client import AniListClient
from sync.services.anilist.schema import AIRING_QUERY, MEDIA_QUERY, RELATIONS_QUERY, library_query
from sync.services.clock import Deadline, OutOfTime
from sync.services.http.pacing import AniListPacing
from tests.fakes import FakeClock
from tests.services.wiring import PROJECT, last_request, recorded, ten_minutes, transport_on

URL = "https://graphql.anilist.test"
TOKEN = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiIxMjMifQ.c2lnbmF0dXJl"
Mocker = requests_mock.Mocker
Payload = dict[str, Any]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def client(clock: FakeClock, token: str | None = None) -> AniListClient:
    secrets = (token,) if token else ()
    return AniListClient(transport_on(clock, "AniList", pacing=AniListPacing(clock), secrets=secrets), URL, token=token)


def fetch(clock: FakeClock, name: str | None = "misaki", token: str | None = None) -> AniListLibrary:
    return client(clock, token).fetch_library(name, ten_minutes(clock))


def a_list(entry_ids: range, *, more: bool, user_id: int = 5001) -> Payload:
    """A chunk with these entries, one media each."""
    chunk: Payload = copy.deepcopy(recorded("anilist_list.json"))
    collection: Payload = chunk["data"]["MediaListCollection"]
    first = collection["lists"][0]["entries"][0]
    rows = [{**first, "id": i, "media": {**first["media"], "id": i + 100_000}} for i in entry_ids]
    collection.update(hasNextChunk=more, lists=[{"entries": rows}])
    collection["user"]["id"] = user_id
    return chunk


def sent(mocker: Mocker, index: int = -1) -> Payload:
    body: Payload = mocker.request_history[index].json()
    return body


def test_a_list_is_read_with_each_entry_once_and_orphans_apart(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=recorded("anilist_list.json"))
    library = fetch(clock)
    assert [entry.anilist_id for entry in library.entries] == [1, 21, 112151, 146065]
    assert library.orphans == (9005,)
    assert (library.user.user_id, library.user.name, library.user.score_format) == (5001, "misaki", "POINT_10_DECIMAL")


def test_an_entry_carries_what_anilist_says_of_it(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=recorded("anilist_list.json"))
    entries = {entry.anilist_id: entry for entry in fetch(clock).entries}
    bebop, piece, mushoku, train = entries[1], entries[21], entries[146065], entries[112151]
    assert (bebop.status, bebop.progress, bebop.repeat, bebop.score) == (MediaListStatus.COMPLETED, 26, 1, 95.0)
    assert (bebop.started_at, bebop.updated_at) == (FuzzyDate(2019, 5, 1), datetime.fromtimestamp(1557700000, UTC))
    assert (piece.media.episodes, piece.media.next_airing_episode) == (None, 1153)
    assert (mushoku.private, mushoku.updated_at, mushoku.score) == (True, None, 70.5)
    assert (train.media.format, train.media.duration) == (MediaFormat.MOVIE, 117)
    assert train.completed_at == FuzzyDate(2021, 2, None)


def test_a_list_of_up_to_500_entries_takes_one_request(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=recorded("anilist_list.json"))
    fetch(clock)
    assert requests_mock.call_count == 1
    assert sent(requests_mock)["variables"] == {"user": "misaki", "chunk": 1}
    assert "perChunk: 500" in sent(requests_mock)["query"]


def test_chunks_are_read_until_there_is_no_next_one(clock: FakeClock, requests_mock: Mocker) -> None:
    answers = [
        a_list(range(1, 501), more=True),
        a_list(range(500, 1001), more=True),
        a_list(range(1001, 1100), more=False),
    ]
    requests_mock.post(URL, [{"json": answer} for answer in answers])
    assert len(fetch(clock).entries) == 1099
    assert [sent(requests_mock, i)["variables"]["chunk"] for i in range(3)] == [1, 2, 3]


def test_a_token_alone_costs_one_request_more_and_reads_the_time_zone(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, [{"json": recorded("anilist_viewer.json")}, {"json": recorded("anilist_list.json")}])
    library = fetch(clock, name=None, token=TOKEN)
    assert library.user.utc_offset == -timedelta(hours=3, minutes=30)
    assert sent(requests_mock)["variables"] == {"user": 5001, "chunk": 1}
    assert requests_mock.call_count == 2


def test_a_name_and_a_token_share_one_request(clock: FakeClock, requests_mock: Mocker) -> None:
    both = recorded("anilist_list.json")
    both["data"] |= recorded("anilist_viewer.json")["data"]
    requests_mock.post(URL, json=both)
    assert fetch(clock, token=TOKEN).user.utc_offset is not None
    assert requests_mock.call_count == 1
    assert last_request(requests_mock).headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_token_of_somebody_else_is_told(clock: FakeClock, requests_mock: Mocker) -> None:
    both = recorded("anilist_list.json")
    both["data"] |= {"Viewer": {"id": 6, "name": "someone"}}
    requests_mock.post(URL, json=both)
    with pytest.raises(ConfigError, match='"misaki", but ANILIST_ACCESS_TOKEN belongs to "someone"'):
        fetch(clock, token=TOKEN)


def test_requests_say_who_asks(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=recorded("anilist_list.json"))
    fetch(clock)
    headers = last_request(requests_mock).headers
    assert headers["Referer"] == PROJECT
    assert headers["Accept"] == headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers


def test_an_empty_list_is_no_error(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=a_list(range(0), more=False))
    assert fetch(clock).entries == ()


@pytest.mark.parametrize(
    "collection",
    [
        {"hasNextChunk": False, "user": {"id": 1, "name": "m"}},
        {"lists": [], "user": {"id": 1, "name": "m"}},
        {"lists": [{"name": "Watching"}], "hasNextChunk": False, "user": {"id": 1, "name": "m"}},
        {"lists": [], "hasNextChunk": False, "user": None},
        None,
    ],
)
def test_a_list_without_its_frame_is_suspicious(
    clock: FakeClock, requests_mock: Mocker, collection: Payload | None
) -> None:
    requests_mock.post(URL, json={"data": {"MediaListCollection": collection}})
    with pytest.raises(SuspiciousRead):
        fetch(clock)


def test_chunks_that_bring_nothing_new_but_never_end_are_suspicious(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=a_list(range(1, 501), more=True))
    with pytest.raises(SuspiciousRead):
        fetch(clock)
    assert requests_mock.call_count == 2


def test_an_unknown_format_is_left_open_and_an_entry_of_unknown_status_left_out(
    clock: FakeClock, requests_mock: Mocker
) -> None:
    chunk = a_list(range(1, 3), more=False)
    rows = chunk["data"]["MediaListCollection"]["lists"][0]["entries"]
    rows[0]["media"] = {**rows[0]["media"], "format": "HOLOGRAM", "status": "DREAMT"}
    rows[1]["status"] = "FORGOTTEN"
    requests_mock.post(URL, json=chunk)
    library = fetch(clock)
    (only,) = library.entries
    assert (only.media.format, only.media.status) == (None, None)
    assert library.unreadable == (100_002,)


HUGE = 10**400
ODD_ENTRIES: list[tuple[tuple[str, ...], object]] = [
    (("status",), "FORGOTTEN"),
    (("status",), None),
    (("progress",), HUGE),
    (("progress",), -1),
    (("progress",), 20_001),
    (("progress",), 3.5),
    (("progress",), "3"),
    (("repeat",), HUGE),
    (("score",), 101),
    (("score",), -1),
    (("score",), HUGE),
    (("private",), "yes"),
    (("updatedAt",), HUGE),
    (("updatedAt",), -1),
    (("startedAt",), {"year": 99_999, "month": 1, "day": 1}),
    (("startedAt",), {"year": -1}),
    (("completedAt",), {"year": 2020, "month": 13}),
    (("completedAt",), [2020, 1, 1]),
    (("media", "idMal"), -1),
    (("media", "idMal"), HUGE),
    (("media", "episodes"), 20_001),
    (("media", "episodes"), -12),
    (("media", "duration"), HUGE),
    (("media", "startDate"), {"year": 10_000}),
    (("media", "title", "romaji"), "t" * 1_000_000),
    (("media", "title"), "Cowboy Bebop"),
    (("media", "synonyms"), ["x"] * 100_000),
    (("media", "synonyms"), ["x" * 1_000_000]),
    (("media", "format"), "TV" * 1_000),
    (("media", "isAdult"), 1),
    (("media", "nextAiringEpisode"), {"episode": HUGE}),
    (("media", "nextAiringEpisode"), {"airingAt": 1}),
]


def changed(row: Payload, path: tuple[str, ...], value: object) -> Payload:
    """The row with something else in one place."""
    row = copy.deepcopy(row)
    inside = row
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return row


@pytest.mark.parametrize("case", ODD_ENTRIES, ids=lambda case: f"{'.'.join(case[0])}-{str(case[1])[:30]}")
def test_an_entry_that_cannot_be_right_is_left_out_and_named_and_the_others_count(
    clock: FakeClock, requests_mock: Mocker, case: tuple[tuple[str, ...], object]
) -> None:
    chunk = a_list(range(1, 4), more=False)
    rows = chunk["data"]["MediaListCollection"]["lists"][0]["entries"]
    rows[1] = changed(rows[1], *case)
    requests_mock.post(URL, json=chunk)
    transport = transport_on(clock, "AniList")
    library = AniListClient(transport, URL).fetch_library("misaki", ten_minutes(clock))
    assert [entry.anilist_id for entry in library.entries] == [100_001, 100_003]
    assert library.unreadable == (100_002,)
    (named,) = transport.left_out
    assert (named.what, named.row_id) == ("list entries", 2)
    assert named.why.startswith(case[0][0])


@pytest.mark.parametrize("row", [None, [], "1", {}, {"id": -1}, {"id": HUGE, "media": {"id": HUGE}}, {"id": 1.5}])
def test_an_entry_without_an_id_that_can_be_read_is_known_to_be_there(
    clock: FakeClock, requests_mock: Mocker, row: object
) -> None:
    chunk = a_list(range(1, 3), more=False)
    chunk["data"]["MediaListCollection"]["lists"][0]["entries"].append(row)
    requests_mock.post(URL, json=chunk)
    library = fetch(clock)
    assert ([entry.entry_id for entry in library.entries], library.unreadable) == ([1, 2], (0,))


def test_an_entry_that_came_in_order_on_another_list_is_not_left_out(clock: FakeClock, requests_mock: Mocker) -> None:
    chunk = a_list(range(1, 3), more=False)
    lists = chunk["data"]["MediaListCollection"]["lists"]
    lists.append({"entries": [changed(lists[0]["entries"][0], ("progress",), -1)]})
    requests_mock.post(URL, json=chunk)
    transport = transport_on(clock, "AniList")
    library = AniListClient(transport, URL).fetch_library("misaki", ten_minutes(clock))
    assert (len(library.entries), library.unreadable, transport.left_out) == (2, (), ())


def test_a_part_of_a_date_that_is_0_is_not_known(clock: FakeClock, requests_mock: Mocker) -> None:
    chunk = a_list(range(1, 2), more=False)
    chunk["data"]["MediaListCollection"]["lists"][0]["entries"][0]["startedAt"] = {"year": 0, "month": 0, "day": 0}
    requests_mock.post(URL, json=chunk)
    (entry,) = fetch(clock).entries
    assert entry.started_at == FuzzyDate()


def test_half_a_surrogate_pair_in_a_title_costs_no_entry(clock: FakeClock, requests_mock: Mocker) -> None:
    chunk = json.dumps(a_list(range(1, 3), more=False)).replace('"Cowboy Bebop"', r'"Cowboy \ud83d"', 1)
    requests_mock.post(URL, text=chunk)
    assert [entry.media.title_romaji for entry in fetch(clock).entries] == ["Cowboy \ufffd", "Cowboy Bebop"]


@pytest.mark.parametrize("user", [{"id": -1, "name": "m"}, {"id": HUGE, "name": "m"}, {"id": 1, "name": ""}, []])
def test_a_list_of_nobody_that_can_be_is_suspicious(clock: FakeClock, requests_mock: Mocker, user: object) -> None:
    chunk = a_list(range(1, 3), more=False)
    chunk["data"]["MediaListCollection"]["user"] = user
    requests_mock.post(URL, json=chunk)
    with pytest.raises(SuspiciousRead):
        fetch(clock)


ERRORS = [
    (400, "anilist_invalid_token.json", LoginError, "make a new token"),
    (200, "anilist_invalid_token.json", LoginError, "make a new token"),
    (401, "anilist_unauthorized.json", LoginError, "make a new token"),
    (404, "anilist_not_found.json", ConfigError, "misspelt, or the profile is private"),
    (200, "anilist_not_found.json", ConfigError, "misspelt, or the profile is private"),
    (403, "anilist_disabled.json", ServiceUnavailable, "switched off at the moment"),
    (200, "anilist_disabled.json", ServiceUnavailable, "switched off at the moment"),
    (400, "anilist_complexity.json", SyncError, "refused the query"),
]


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: f"{case[0]}-{case[1]}")
def test_each_refusal_is_told_apart_and_not_repeated(
    clock: FakeClock, requests_mock: Mocker, case: tuple[int, str, type[SyncError], str]
) -> None:
    status, payload, error, words = case
    requests_mock.post(URL, json=recorded(payload), status_code=status)
    with pytest.raises(error) as caught:
        fetch(clock)
    assert type(caught.value) is error
    assert words.lower() in str(caught.value).lower()
    assert requests_mock.call_count == 1


def test_a_cloudflare_page_is_no_log_in_trouble(clock: FakeClock, requests_mock: Mocker) -> None:
    page = "<!DOCTYPE html><title>Just a moment...</title>"
    requests_mock.post(URL, text=page, status_code=403, headers={"Content-Type": "text/html; charset=UTF-8"})
    with pytest.raises(ServiceUnavailable, match="Cloudflare"):
        fetch(clock, token=TOKEN)
    assert requests_mock.call_count == 1


def test_too_many_requests_are_waited_out_also_when_told_with_200(clock: FakeClock, requests_mock: Mocker) -> None:
    answers: list[Payload] = [
        {"json": recorded("anilist_too_many.json"), "status_code": 429, "headers": {"Retry-After": "17"}},
        {"json": recorded("anilist_too_many.json"), "status_code": 200},
        {"json": recorded("anilist_list.json")},
    ]
    requests_mock.post(URL, answers)
    assert len(fetch(clock).entries) == 4
    assert clock.monotonic() == pytest.approx(17.5 + 60.5, abs=3)


@pytest.mark.parametrize(
    "trouble",
    [{"status_code": 502, "text": "<html>"}, {"text": '{"data": {"Medi'}, {"text": "<html>"}, {"json": {"data": None}}],
)
def test_passing_trouble_is_waited_out(clock: FakeClock, requests_mock: Mocker, trouble: Payload) -> None:
    requests_mock.post(URL, [trouble, {"json": recorded("anilist_list.json")}])
    assert len(fetch(clock).entries) == 4


def test_the_token_is_in_no_error(clock: FakeClock, requests_mock: Mocker) -> None:
    body = {"errors": [{"message": f"Cannot use Bearer {TOKEN} here", "status": 400}], "data": None}
    requests_mock.post(URL, json=body, status_code=400)
    with pytest.raises(SyncError) as caught:
        fetch(clock, token=TOKEN)
    assert TOKEN not in str(caught.value)


# --- activities -------------------------------------------------------------------------------------------------------


def activity_page(first: int, count: int, *, more: bool, at: int = 1_763_000_000, step: int = 60) -> Payload:
    rows = [
        {
            "id": i,
            "status": "watched episode",
            "progress": str(i % 900 + 1),
            "createdAt": at + i * step,
            "media": {"id": 21},
        }
        for i in range(first, first + count)
    ]
    return {"data": {"Page": {"pageInfo": {"hasNextPage": more, "total": 5000}, "activities": rows}}}


def test_each_kind_of_activity_is_read(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=recorded("anilist_activities.json"))
    feed = client(clock).fetch_activities(5001, ten_minutes(clock))
    told = [(a.kind, a.first_episode, a.last_episode) for a in feed.activities]
    assert told == [
        (ActivityKind.WATCHED, 1, 1),
        (ActivityKind.WATCHED, 3, 5),
        (ActivityKind.COMPLETED, None, None),
        (ActivityKind.REWATCHED_EPISODE, 2, 4),
        (ActivityKind.REWATCHED, None, None),
    ]
    assert feed.activities[1].created_at == datetime.fromtimestamp(1763000200, UTC)
    assert feed.complete


def test_unknown_wordings_are_counted_and_known_ones_without_episodes_are_not(
    clock: FakeClock, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, json=recorded("anilist_activities.json"))
    feed = client(clock).fetch_activities(5001, ten_minutes(clock))
    assert feed.unknown == {"listened to": 1, "watched episode four": 1}


def test_activity_pages_are_read_until_there_is_no_next_one(clock: FakeClock, requests_mock: Mocker) -> None:
    answers = [activity_page(1, 50, more=True), activity_page(41, 50, more=True), activity_page(91, 3, more=False)]
    requests_mock.post(URL, [{"json": answer} for answer in answers])
    feed = client(clock).fetch_activities(5001, ten_minutes(clock))
    assert len(feed.activities) == 93
    assert [sent(requests_mock, i)["variables"]["page"] for i in range(3)] == [1, 2, 3]


def test_only_filters_that_are_used_are_declared(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=activity_page(1, 1, more=False))
    since = datetime(2026, 11, 1, tzinfo=UTC)
    client(clock).fetch_activities(5001, ten_minutes(clock), since=since, media_ids={21, 1})
    asked = sent(requests_mock)
    assert asked["variables"]["createdAt_greater"] == int(since.timestamp()) - 1
    assert asked["variables"]["mediaId_in"] == [1, 21]
    client(clock).fetch_activities(5001, ten_minutes(clock))
    assert "createdAt_greater" not in sent(requests_mock)["query"]
    assert "mediaId_in" not in sent(requests_mock)["query"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": -1},
        {"id": HUGE},
        {"createdAt": -1},
        {"createdAt": 253_402_300_800},
        {"createdAt": "1763000000"},
        {"status": 5},
        {"progress": 5},
        {"progress": "5" * 1_000_000},
        {"media": {"id": -21}},
        {"media": {"id": HUGE}},
        {"media": 21},
    ],
    ids=lambda change: str(change)[:40],
)
def test_an_activity_that_cannot_be_right_is_left_out_and_named(
    clock: FakeClock, requests_mock: Mocker, change: Payload
) -> None:
    page = activity_page(1, 3, more=False)
    page["data"]["Page"]["activities"][1] |= change
    requests_mock.post(URL, json=page)
    transport = transport_on(clock, "AniList")
    feed = AniListClient(transport, URL).fetch_activities(5001, ten_minutes(clock))
    assert [activity.first_episode for activity in feed.activities] == [2, 4]
    assert [each.what for each in transport.left_out] == ["activities"]


def test_more_episodes_than_any_anime_has_are_no_episodes(clock: FakeClock, requests_mock: Mocker) -> None:
    page = activity_page(1, 1, more=False)
    page["data"]["Page"]["activities"][0]["progress"] = "1 - 99999"
    requests_mock.post(URL, json=page)
    feed = client(clock).fetch_activities(5001, ten_minutes(clock))
    assert (feed.activities, feed.unknown) == ((), {"watched episode 1 - 99999": 1})


def test_no_media_to_ask_about_takes_no_request(clock: FakeClock, requests_mock: Mocker) -> None:
    assert client(clock).fetch_activities(5001, ten_minutes(clock), media_ids=[]).activities == ()
    assert requests_mock.call_count == 0


def test_a_feed_of_more_than_5000_rows_goes_on_in_another_window(clock: FakeClock, requests_mock: Mocker) -> None:
    def serve(request: Any, context: object) -> Payload:
        variables = request.json()["variables"]
        since = variables.get("createdAt_greater", 0)
        rows = [i for i in range(1, 5_101) if 1_763_000_000 + i * 60 > since][:5000]
        start = (variables["page"] - 1) * 50
        part = rows[start : start + 50]
        return activity_page(part[0], len(part), more=start + 50 < len(rows) or len(rows) == 5000)

    requests_mock.post(URL, json=serve)
    feed = client(clock).fetch_activities(5001, Deadline.after(clock, 36_000))
    assert len(feed.activities) == 5_100


def test_a_feed_cut_by_the_time_budget_gives_the_oldest_part_and_says_so(
    clock: FakeClock, requests_mock: Mocker
) -> None:
    def serve(request: Any, context: object) -> Payload:
        clock.advance(timedelta(seconds=10))
        return activity_page(request.json()["variables"]["page"] * 50, 50, more=True)

    requests_mock.post(URL, json=serve)
    feed = client(clock).fetch_activities(5001, Deadline.after(clock, 35))
    assert not feed.complete
    assert len(feed.activities) == 200
    assert feed.activities[0].created_at < feed.activities[-1].created_at


def test_an_activity_page_without_its_frame_is_suspicious(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json={"data": {"Page": {"activities": []}}})
    with pytest.raises(SuspiciousRead):
        client(clock).fetch_activities(5001, ten_minutes(clock))


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_media_are_read_50_at_a_time_and_unknown_ids_are_missing(clock: FakeClock, requests_mock: Mocker) -> None:
    template = recorded("anilist_list.json")["data"]["MediaListCollection"]["lists"][0]["entries"][0]["media"]

    def serve(request: Any, context: object) -> Payload:
        ids = request.json()["variables"]["ids"]
        return {"data": {"Page": {"media": [{**template, "id": i} for i in ids if i != 7]}}}

    requests_mock.post(URL, json=serve)
    media = client(clock).fetch_media(range(1, 121), ten_minutes(clock))
    assert requests_mock.call_count == 3
    assert set(media) == set(range(1, 121)) - {7}


def test_a_media_says_which_episode_airs_next_and_when(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=recorded("anilist_media.json"))
    media = client(clock).fetch_media([1, 21, 112151], ten_minutes(clock))
    airs = [each.next_airing for each in media.values() if each.next_airing]
    assert airs == [Airing(1153, datetime(2026, 11, 22, 0, 0, tzinfo=UTC))]
    assert media[1].next_airing_episode is None


def test_relations_are_those_to_anime(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(URL, json=recorded("anilist_relations.json"))
    relations = client(clock).fetch_relations([104578, 112151, 5], ten_minutes(clock))
    assert relations == {
        104578: (
            MediaRelation(RelationType.PREQUEL, 99147, MediaFormat.TV),
            MediaRelation(RelationType.SEQUEL, 110277, MediaFormat.TV),
            MediaRelation(RelationType.SUMMARY, 115313, MediaFormat.MOVIE),
        ),
        112151: (),
    }
    assert sent(requests_mock)["variables"] == {"ids": [5, 104578, 112151]}
    assert "relationType(version: 2)" in sent(requests_mock)["query"]


@pytest.mark.parametrize("edge", [None, {}, {"node": {"id": -1}}, {"node": {"id": HUGE}}, {"relationType": "SEQUEL"}])
def test_a_relation_that_cannot_be_right_is_left_out_and_named(
    clock: FakeClock, requests_mock: Mocker, edge: object
) -> None:
    page = recorded("anilist_relations.json")
    page["data"]["Page"]["media"][0]["relations"]["edges"][0] = edge
    requests_mock.post(URL, json=page)
    transport = transport_on(clock, "AniList")
    relations = AniListClient(transport, URL).fetch_relations([104578], ten_minutes(clock))
    assert [each.anilist_id for each in relations[104578]] == [110277, 115313]
    assert [each.what for each in transport.left_out] == ["relations"]


def test_relations_are_asked_for_50_anime_at_a_time(clock: FakeClock, requests_mock: Mocker) -> None:
    def serve(request: Any, context: object) -> Payload:
        ids = request.json()["variables"]["ids"]
        return {"data": {"Page": {"media": [{"id": i, "relations": {"edges": []}} for i in ids]}}}

    requests_mock.post(URL, json=serve)
    assert len(client(clock).fetch_relations(range(1, 121), ten_minutes(clock))) == 120
    assert requests_mock.call_count == 3


def test_airing_schedules_are_read_by_anime_in_the_order_of_the_episodes(
    clock: FakeClock, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, json=recorded("anilist_airing_schedules.json"))
    schedules = client(clock).fetch_airing_schedules([21, 172463, 1], ten_minutes(clock))
    assert schedules == {
        1: (),
        21: (
            Airing(1152, datetime(2026, 11, 15, 0, 0, tzinfo=UTC)),
            Airing(1153, datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
        ),
        172463: (Airing(4, datetime(2026, 11, 22, 3, 0, tzinfo=UTC)),),
    }


def schedule_page(episodes: range, *, more: bool) -> Payload:
    rows = [{"mediaId": 21, "episode": number, "airingAt": 1_763_000_000 + number} for number in episodes]
    return {"data": {"Page": {"pageInfo": {"hasNextPage": more}, "airingSchedules": rows}}}


def test_airing_schedules_are_read_page_by_page_for_50_anime_at_a_time(clock: FakeClock, requests_mock: Mocker) -> None:
    pages = [schedule_page(range(1, 51), more=True), schedule_page(range(50, 60), more=False)]
    requests_mock.post(URL, [{"json": page} for page in [*pages, schedule_page(range(0), more=False)]])
    schedules = client(clock).fetch_airing_schedules(range(1, 61), ten_minutes(clock))
    assert [airing.episode for airing in schedules[21]] == list(range(1, 60))
    asked = [sent(requests_mock, at)["variables"] for at in range(3)]
    assert [(len(each["ids"]), each["page"]) for each in asked] == [(50, 1), (50, 2), (10, 1)]


def test_the_end_of_the_time_budget_ends_the_reading_of_schedules(clock: FakeClock, requests_mock: Mocker) -> None:
    def serve(request: Any, context: object) -> Payload:
        clock.advance(timedelta(seconds=10))
        return schedule_page(range(1, 51), more=True)

    requests_mock.post(URL, json=serve)
    with pytest.raises(OutOfTime):
        client(clock).fetch_airing_schedules([21], Deadline.after(clock, 35))


@pytest.mark.parametrize("page", [{}, {"media": None}, {"airingSchedules": []}, {"pageInfo": {"hasNextPage": False}}])
def test_schedules_and_relations_without_their_frame_are_suspicious(
    clock: FakeClock, requests_mock: Mocker, page: Payload
) -> None:
    requests_mock.post(URL, json={"data": {"Page": page}})
    with pytest.raises(SuspiciousRead):
        client(clock).fetch_airing_schedules([21], ten_minutes(clock))
    with pytest.raises(SuspiciousRead):
        client(clock).fetch_relations([21], ten_minutes(clock))


@pytest.mark.parametrize(
    "query", [MEDIA_QUERY, RELATIONS_QUERY, AIRING_QUERY, library_query("userId", with_viewer=True)]
)
def test_a_question_asks_for_far_fewer_fields_than_the_complexity_that_anilist_allows(query: str) -> None:
    fields = re.findall(r"[A-Za-z]+", re.sub(r"\(.*?\)", "", query, flags=re.DOTALL))
    assert len(fields) <= 500 / 5


@pytest.mark.parametrize(
    ("told", "offset"),
    [
        ("09:00", timedelta(hours=9)),
        ("-05:30", -timedelta(hours=5, minutes=30)),
        ("-00:30", -timedelta(minutes=30)),
        ("", None),
        (None, None),
        ("Europe/Berlin", None),
    ],
)
def test_a_time_zone_keeps_its_sign_for_the_minutes(told: str | None, offset: timedelta | None) -> None:
    assert parse_utc_offset(told) == offset


def jwt(claims: object) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJ0eXAiOiJKV1QifQ.{middle}.c2ln"


def test_a_tokens_end_is_read_from_the_token() -> None:
    assert token_expiry(jwt({"exp": 1795328220})) == datetime.fromtimestamp(1795328220, UTC)


@pytest.mark.parametrize(
    "token", ["", "abc", "a.b.c", "a.!!!.c", jwt([]), jwt({}), jwt({"exp": "soon"}), jwt({"exp": 1e99})]
)
def test_a_token_whose_end_cannot_be_read_has_none(token: str) -> None:
    assert token_expiry(token) is None
