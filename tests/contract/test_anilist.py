"""AniList's service: gates, limits, error bodies, lists, feeds (AniList docs, 2025–2026, and clients' measurements)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from demo.anilist.account import ORPHAN_ENTRY_ID
from demo.start import DemoServices
from tests.demo_world import ask_anilist
from tests.fakes import FakeClock

USER = "query($name: String) { User(name: $name) { id name } }"
LISTS = """
query($user: String, $chunk: Int, $size: Int) {
  MediaListCollection(userName: $user, type: ANIME, chunk: $chunk, perChunk: $size) {
    hasNextChunk
    lists { name status isCustomList entries { id mediaId status private score(format: POINT_100) media { id } } }
  }
}"""
FEED = """
query($page: Int, $size: Int, $after: Int, $sort: [ActivitySort]) {
  Page(page: $page, perPage: $size) {
    pageInfo { hasNextPage perPage total }
    activities(userId: 5000123, type: ANIME_LIST, createdAt_greater: $after, sort: $sort) {
      __typename
      ... on ListActivity { id status progress createdAt media { id } }
    }
  }
}"""


def error(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["message"]


def lists(demo: DemoServices, token: str | None = None, **variables: object) -> list[dict[str, object]]:
    sent = {"user": "misaki", "chunk": 1, "size": 500, **variables}
    answer = ask_anilist(demo, LISTS, sent, **({"token": token} if token else {}))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["data"]["MediaListCollection"]["lists"]
    return found


def entries(groups: list[dict[str, object]]) -> list[dict[str, object]]:
    return [entry for group in groups if isinstance(group["entries"], list) for entry in group["entries"]]


def test_it_takes_posts_only(still: DemoServices) -> None:
    """Source: AniList docs, guide/graphql/index.md: POST only."""
    assert requests.get(still.urls["anilist"], timeout=10).status_code == 405


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_called_json_is_no_query(still: DemoServices, content_type: str) -> None:
    """Source: AniList docs, guide/graphql/index.md."""
    headers = {"Content-Type": content_type, "Referer": "https://example.com/"}
    answer = requests.post(still.urls["anilist"], data='{"query": "{ Viewer { id } }"}', headers=headers, timeout=10)

    assert error(answer)[0] == 400


def test_an_anonymous_request_without_referer_meets_the_gate(still: DemoServices) -> None:
    """Source: AniList clients, lawrenceli0228/animego#170 (2026-09-08), seadexerr#52."""
    answer = requests.post(still.urls["anilist"], json={"query": USER, "variables": {"name": "misaki"}}, timeout=10)

    assert answer.status_code == 403
    assert "temporarily disabled" in answer.json()["errors"][0]["message"]
    assert answer.json()["data"] is None


def test_any_referer_passes_the_gate_and_so_does_a_token(still: DemoServices) -> None:
    """Source: AniList clients, lawrenceli0228/animego#170 (2026-09-08), seadexerr#52."""
    assert ask_anilist(still, USER, {"name": "misaki"}, Referer="abc").status_code == 200
    assert ask_anilist(still, USER, {"name": "misaki"}, token=still.world.user.token).status_code == 200


def test_an_invalid_token_spoils_even_a_public_query_with_a_400(still: DemoServices) -> None:
    """Source: AniList clients, z411/trackma#555, yuzono/anime-extensions#557 (2026-08-14)."""
    answer = ask_anilist(still, USER, {"name": "misaki"}, token="revoked")

    assert error(answer) == (400, "Invalid token")
    assert answer.json()["data"] == {"User": None}


def test_a_token_dies_after_a_year(demo: DemoServices, clock: FakeClock) -> None:
    """Source: AniList docs, guide/auth/index.md (2024-09-28)."""
    clock.advance(timedelta(days=365))

    assert error(ask_anilist(demo, "{ Viewer { id } }", token=demo.world.user.token)) == (400, "Invalid token")


def test_nobody_is_no_viewer(still: DemoServices) -> None:
    """Source: AniList docs, AniList/docs#33."""
    answer = ask_anilist(still, "{ Viewer { id } }")

    assert error(answer) == (401, "Unauthorized.")


def test_the_viewer_sees_their_own_time_zone_and_others_do_not(still: DemoServices) -> None:
    """Source: AniList docs, object/useroptions."""
    own = ask_anilist(still, "{ Viewer { options { timezone } } }", token=still.world.user.token)
    others = ask_anilist(still, 'query { User(name: "misaki") { options { timezone } } }')

    assert own.json()["data"]["Viewer"]["options"]["timezone"] == "01:00"
    assert others.json()["data"]["User"]["options"]["timezone"] is None


def test_an_unknown_user_is_a_404(still: DemoServices) -> None:
    """Source: AniList docs, guide/graphql/errors.md."""
    assert error(ask_anilist(still, USER, {"name": "nobody-of-that-name"})) == (404, "Not Found.")


def test_one_unknown_root_nulls_its_siblings(still: DemoServices) -> None:
    """Source: AniList clients, Kyusetzu/Karasu, client.rs (2026-08-22)."""
    answer = ask_anilist(still, "{ good: Media(id: 1) { id } bad: Media(id: 999999) { id } }")

    assert answer.status_code == 404
    assert answer.json()["data"] == {"good": None, "bad": None}


def test_a_private_profile_is_a_404_for_all_but_its_owner(still: DemoServices) -> None:
    """Source: AniList docs, guide/auth/index.md; Goldenfreddy0703/Otaku#51."""
    owner = still.world.anilist["shy_otaku"]

    assert ask_anilist(still, USER, {"name": "shy_otaku"}).status_code == 404
    assert ask_anilist(still, USER, {"name": "shy_otaku"}, token=still.world.user.token).status_code == 404
    assert ask_anilist(still, USER, {"name": "shy_otaku"}, token=owner.token).status_code == 200


def test_every_answer_counts_down(demo: DemoServices) -> None:
    """Source: AniList docs, guide/rate-limiting.md (2025-08-16); Kyusetzu/Karasu: the first reply says 28."""
    first, second = (ask_anilist(demo, USER, {"name": "misaki"}).headers for _ in range(2))

    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"], second["X-RateLimit-Remaining"]) == (
        "30",
        "28",
        "27",
    )


def test_more_than_thirty_a_minute_is_a_429_that_says_how_long(demo: DemoServices, clock: FakeClock) -> None:
    """Source: AniList docs, guide/rate-limiting.md (2025-08-16)."""
    for _ in range(30):
        assert ask_anilist(demo, USER, {"name": "misaki"}).status_code == 200
        clock.advance(timedelta(seconds=1))
    answer = ask_anilist(demo, USER, {"name": "misaki"})

    assert error(answer) == (429, "Too Many Requests.")
    assert answer.headers["Retry-After"] == "30"
    assert int(answer.headers["X-RateLimit-Reset"]) == int(clock.now().timestamp()) + 30
    clock.advance(timedelta(seconds=30))
    assert ask_anilist(demo, USER, {"name": "misaki"}).status_code == 200


def test_a_burst_is_stopped_below_the_limit(demo: DemoServices) -> None:
    """Source: AniList docs, guide/rate-limiting.md: an undocumented burst limiter."""
    statuses = [ask_anilist(demo, USER, {"name": "misaki"}).status_code for _ in range(11)]

    assert statuses == [200] * 10 + [429]


def test_a_429_may_come_without_saying_how_long(demo: DemoServices) -> None:
    """Source: AniList clients, 5rahim/seanime assumes 60 s where the header is missing."""
    demo.anilist.rate_limit, demo.anilist.retry_after = 0, False

    assert "Retry-After" not in ask_anilist(demo, USER, {"name": "misaki"}).headers


def test_switched_off_it_refuses_tokens_too(demo: DemoServices) -> None:
    """Source: AniList docs, guide/considerations.md."""
    demo.anilist.disabled = True

    assert error(ask_anilist(demo, USER, {"name": "misaki"}, token=demo.world.user.token))[0] == 403


def test_cloudflare_answers_in_html(demo: DemoServices) -> None:
    """Source: AniList clients, alvarorichard/GoAnime#184 (2026-07-09)."""
    demo.anilist.cloudflare = True
    answer = ask_anilist(demo, USER, {"name": "misaki"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html; charset=UTF-8")
    assert "Just a moment..." in answer.text


def test_an_entry_is_repeated_in_each_custom_list(still: DemoServices) -> None:
    """Source: AniList docs, guide/graphql/queries/media-list.md."""
    found = [entry["mediaId"] for entry in entries(lists(still))]

    assert found.count(101922) == 3


def test_a_hidden_entry_is_in_its_custom_list_only(still: DemoServices) -> None:
    """Source: AniList docs, guide/graphql/queries/media-list.md."""
    holding = [group for group in lists(still) if 97986 in [entry["mediaId"] for entry in entries([group])]]

    assert [(group["name"], group["status"], group["isCustomList"]) for group in holding] == [
        ("Rainy days", None, True)
    ]


def test_a_private_entry_is_there_for_its_owner_only(still: DemoServices) -> None:
    """Source: AniList docs, object/medialist."""

    def has_private(token: str | None) -> bool:
        return any(entry["private"] for entry in entries(lists(still, token)))

    assert [has_private(None), has_private(still.world.anilist["newcomer"].token)] == [False, False]
    assert has_private(still.world.user.token)


def test_a_deleted_media_leaves_an_entry_without_one(still: DemoServices) -> None:
    """Source: AniList clients, RickDB/PlexAniSync, fetch_user_list."""
    orphans = [entry for entry in entries(lists(still)) if entry["media"] is None]

    assert [entry["id"] for entry in orphans] == [ORPHAN_ENTRY_ID]


def test_chunks_are_clamped_to_500_and_end_with_a_flag(demo: DemoServices) -> None:
    """Source: AniList docs, query.md: perChunk, max 500."""
    asked = {"user": "misaki", "chunk": 1, "size": 50}
    first = ask_anilist(demo, LISTS, asked).json()["data"]["MediaListCollection"]
    second = ask_anilist(demo, LISTS, {**asked, "chunk": 2}).json()["data"]["MediaListCollection"]
    large = demo.world.user.entries
    sample = large[1]
    large |= {10_000_000 + n: type(sample)(400_000_000 + n, sample.anime) for n in range(500)}
    clamped = ask_anilist(demo, LISTS, {**asked, "size": 5000}).json()["data"]["MediaListCollection"]

    assert (first["hasNextChunk"], second["hasNextChunk"], clamped["hasNextChunk"]) == (True, False, True)
    assert len({entry["id"] for entry in entries(first["lists"])}) == 50
    assert len({entry["id"] for entry in entries(clamped["lists"])}) == 500


def test_an_empty_list_is_no_error(still: DemoServices) -> None:
    """Source: AniList docs, object/medialistcollection."""
    assert lists(still, user="newcomer") == []


def test_scores_come_in_the_format_that_was_asked_for(still: DemoServices) -> None:
    """Source: AniList docs, object/medialist: score(format)."""
    scores = {entry["mediaId"]: entry["score"] for entry in entries(lists(still))}

    assert (scores[1], scores[101921]) == (90, 0)


def test_a_feed_is_paged_by_fifty_at_most(still: DemoServices) -> None:
    """Source: AniList docs, query.md: Page.perPage, max 50."""
    page = ask_anilist(still, FEED, {"page": 1, "size": 100}).json()["data"]["Page"]

    assert len(page["activities"]) == 50
    assert page["pageInfo"] == {"hasNextPage": True, "perPage": 50, "total": 5000}


def test_a_feed_is_read_to_its_end(still: DemoServices) -> None:
    """Source: AniList docs, guide/graphql/pagination.md: only hasNextPage is reliable."""
    pages = [ask_anilist(still, FEED, {"page": n, "size": 50}).json()["data"]["Page"] for n in range(1, 7)]
    ids = [activity["id"] for page in pages for activity in page["activities"]]

    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True] * 5 + [False]
    assert len(set(ids)) == len(ids) == len(still.world.user.activities)


def test_a_feed_can_begin_at_a_time_and_go_backwards(still: DemoServices) -> None:
    """Source: AniList docs, enum/activitysort."""
    cut = still.world.user.activities[-3].created_at
    asked = {"page": 1, "size": 50, "after": cut, "sort": "ID_DESC"}
    activities = ask_anilist(still, FEED, asked).json()["data"]["Page"]["activities"]

    assert [a["progress"] for a in activities] == ["4 - 6", "1089"]


def test_no_page_lies_deeper_than_five_thousand_entries(demo: DemoServices, clock: FakeClock) -> None:
    """Source: AniList clients, Kyusetzu/Karasu: 100 pages of 50."""
    user = demo.world.user
    sample = user.activities[0].anime
    for _ in range(5100):
        user.log(sample, "watched episode", "1", clock.now())
    hundredth, next_one = (ask_anilist(demo, FEED, {"page": n}).json()["data"]["Page"] for n in (100, 101))

    assert (len(hundredth["activities"]), hundredth["pageInfo"]["hasNextPage"]) == (50, False)
    assert next_one["activities"] == []


def test_a_page_holds_one_kind_of_thing(still: DemoServices) -> None:
    """Source: AniList docs, guide/graphql/pagination.md."""
    query = "{ Page { media(id_in: [1]) { id } mediaList(userId: 5000123) { id } } }"

    assert error(ask_anilist(still, query))[0] == 400


def test_unknown_media_are_simply_absent_from_a_page(still: DemoServices) -> None:
    """Source: AniList clients, anibridge/anibridge-anilist-provider: media(id_in)."""
    query = "{ Page(perPage: 50) { media(id_in: [1, 999999, 21], type: ANIME) { id episodes status } } }"
    media = ask_anilist(still, query).json()["data"]["Page"]["media"]

    assert media == [
        {"id": 1, "episodes": 26, "status": "FINISHED"},
        {"id": 21, "episodes": None, "status": "RELEASING"},
    ]


def test_a_fuzzy_date_is_an_object_whose_parts_may_be_null(still: DemoServices) -> None:
    """Source: AniList clients, eliasbenb/PlexAniBridge 7229219 (2025-06-24)."""
    query = '{ Page { mediaList(userName: "misaki", type: ANIME) { mediaId startedAt { year month day } } } }'
    rows = [ask_anilist(still, query).json()["data"]["Page"]["mediaList"]]
    started = {row["mediaId"]: row["startedAt"] for row in rows[0]}

    assert {"year": 2018, "month": 1, "day": None} in started.values()


def test_watching_an_episode_moves_the_list_and_the_feed(demo: DemoServices) -> None:
    """Source: AniList clients, hohMiyazawa/Automail, addActivityTimeline.js: the words of the feed."""
    demo.world.watch(21)
    newest = ask_anilist(demo, FEED, {"page": 1, "sort": "ID_DESC"}).json()["data"]["Page"]["activities"][0]

    assert demo.world.user.entries[21].progress == 1090
    assert (newest["status"], newest["progress"], newest["media"]) == ("watched episode", "1090", {"id": 21})
