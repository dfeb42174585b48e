"""AniList's schedule and relations: what a mapping may learn from them, and what it may not rely on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.library import DemoAiring, DemoRelation
from demo.start import DemoServices
from tests.demo_world import ask_anilist
from tests.fakes import FakeClock

KAGUYA = 101921
FIRST = datetime(2026, 11, 1, 15, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
SCHEDULE = """
query($ids: [Int], $page: Int, $not: Boolean, $sort: [AiringSort]) {
  Page(page: $page, perPage: 50) {
    pageInfo { hasNextPage }
    airingSchedules(mediaId_in: $ids, notYetAired: $not, sort: $sort) { mediaId episode airingAt timeUntilAiring }
  }
}"""


def weekly(count: int, first: datetime = FIRST) -> tuple[DemoAiring, ...]:
    return tuple(DemoAiring(n, first + (n - 1) * WEEK) for n in range(1, count + 1))


def schedule(demo: DemoServices, *ids: int, **variables: object) -> list[dict[str, Any]]:
    answer = ask_anilist(demo, SCHEDULE, {"ids": list(ids), **variables})
    rows: list[dict[str, Any]] = answer.json()["data"]["Page"]["airingSchedules"]
    return rows


def media(demo: DemoServices, anilist_id: int, fields: str) -> dict[str, Any]:
    found: dict[str, Any] = ask_anilist(demo, f"{{ Media(id: {anilist_id}) {{ {fields} }} }}").json()["data"]["Media"]
    return found


def test_a_schedule_has_a_row_for_each_episode(demo: DemoServices) -> None:
    """Source: AniList docs, object/airingschedule; KARASU airing.rs (2026-08)."""
    demo.world.air(KAGUYA, *weekly(12))

    rows = schedule(demo, KAGUYA, sort=["EPISODE"])

    assert [row["episode"] for row in rows] == list(range(1, 13))
    assert rows[1]["airingAt"] == int((FIRST + WEEK).timestamp())
    assert rows[1]["timeUntilAiring"] == int((FIRST + WEEK - demo.world.clock.now()).total_seconds())


def test_past_rows_may_be_gone(demo: DemoServices) -> None:
    """Source: AniList docs, object/airingschedule ("we only aim to guarantee that FUTURE airing data is present");
    AniList/docs#111 (2021-01)."""
    demo.world.air(KAGUYA, *weekly(12))
    demo.world.forget_airings(KAGUYA, before=demo.world.clock.now())

    assert [row["episode"] for row in schedule(demo, KAGUYA)] == list(range(4, 13))


def test_a_media_without_rows_is_simply_absent(demo: DemoServices) -> None:
    """Source: AniList docs, object/airingschedule."""
    demo.world.air(KAGUYA, *weekly(1))

    assert {row["mediaId"] for row in schedule(demo, KAGUYA, 1, 999_999)} == {KAGUYA}


def test_a_schedule_is_paged_by_fifty(demo: DemoServices) -> None:
    """Source: AniList docs, Page.perPage "max 50"."""
    demo.world.air(KAGUYA, *weekly(60))
    pages = [ask_anilist(demo, SCHEDULE, {"ids": [KAGUYA], "page": n}).json()["data"]["Page"] for n in (1, 2)]

    assert [len(page["airingSchedules"]) for page in pages] == [50, 10]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, False]


def test_a_medias_own_schedule_is_paged_by_twenty_five(demo: DemoServices) -> None:
    """Source: AniList docs, object/media: airingSchedule(perPage <= 25)."""
    demo.world.air(KAGUYA, *weekly(30))
    shown = media(demo, KAGUYA, "airingSchedule(perPage: 50) { nodes { episode } pageInfo { hasNextPage } }")

    assert len(shown["airingSchedule"]["nodes"]) == 25
    assert shown["airingSchedule"]["pageInfo"] == {"hasNextPage": True}


def test_only_what_has_not_aired_can_be_asked_for(demo: DemoServices) -> None:
    """Source: AniList schema, Page.airingSchedules and Media.airingSchedule."""
    demo.world.air(KAGUYA, *weekly(5))
    own = media(demo, KAGUYA, "airingSchedule(notYetAired: true) { nodes { episode } }")["airingSchedule"]["nodes"]

    assert [row["episode"] for row in schedule(demo, KAGUYA, **{"not": True})] == [4, 5]
    assert own == [{"episode": 4}, {"episode": 5}]


def test_the_next_episode_is_the_first_that_has_not_aired(demo: DemoServices, clock: FakeClock) -> None:
    """Source: AniList docs, object/media: nextAiringEpisode { episode airingAt timeUntilAiring }."""
    fields = "nextAiringEpisode { episode airingAt timeUntilAiring }"
    demo.world.air(KAGUYA, *weekly(5))
    now = media(demo, KAGUYA, fields)["nextAiringEpisode"]
    clock.advance(WEEK)
    later = media(demo, KAGUYA, fields)["nextAiringEpisode"]
    clock.advance(WEEK)

    assert (now["episode"], now["airingAt"]) == (4, int((FIRST + 3 * WEEK).timestamp()))
    assert (later["episode"], later["timeUntilAiring"]) == (5, now["timeUntilAiring"])
    assert media(demo, KAGUYA, fields)["nextAiringEpisode"] is None


def test_what_airs_next_is_told_without_a_schedule(demo: DemoServices) -> None:
    """Source: AniList docs, object/media."""
    upcoming = media(demo, 195516, "nextAiringEpisode { episode timeUntilAiring }")["nextAiringEpisode"]

    assert upcoming["episode"] == 9
    assert upcoming["timeUntilAiring"] > 0


def relations(demo: DemoServices, anilist_id: int, version: int = 2) -> list[tuple[str, int]]:
    fields = f"relations {{ edges {{ relationType(version: {version}) node {{ id type format }} }} }}"
    return [
        (edge["relationType"], edge["node"]["id"]) for edge in media(demo, anilist_id, fields)["relations"]["edges"]
    ]


def test_the_seasons_of_a_show_are_sequels_and_its_specials_side_stories(demo: DemoServices) -> None:
    """Source: AniList docs, object/media: relations { edges { relationType(version: 2) node } }."""
    assert relations(demo, 101921) == [("SEQUEL", 112641), ("SIDE_STORY", 125368)]
    assert relations(demo, 112641) == [("PREQUEL", 101921), ("SEQUEL", 125367)]
    assert relations(demo, 125368) == [("PARENT", 101921)]


def test_a_test_says_which_relations_there_are(demo: DemoServices) -> None:
    """Source: AniList schema, enum MediaRelation; a related work may be a manga, which the list does not have."""
    demo.world.relate(1, DemoRelation("ADAPTATION", 30_001, type="MANGA", format="MANGA"), DemoRelation("OTHER", 5))
    fields = "relations { edges { node { id type format title { english } } } nodes { id } }"
    manga = {"id": 30_001, "type": "MANGA", "format": "MANGA", "title": {"english": None}}
    film = {"id": 5, "type": "ANIME", "format": "MOVIE"}
    shown = media(demo, 1, fields)["relations"]

    assert shown["edges"][0] == {"node": manga}
    assert shown["edges"][1]["node"].items() >= film.items()
    assert shown["nodes"] == [{"id": 30_001}, {"id": 5}]


@pytest.mark.parametrize(("kind", "version"), [("COMPILATION", 2), ("CONTAINS", 2), ("SAME_UNIVERSE", 3)])
def test_a_newer_kind_of_relation_needs_the_newer_enum(demo: DemoServices, kind: str, version: int) -> None:
    """Source: AniList schema, MediaEdge.relationType: "Provide 3 to use new version 3 of relation enum"."""
    demo.world.relate(1, DemoRelation(kind, 5))

    assert relations(demo, 1, version) == [(kind, 5)]
    assert relations(demo, 1, version - 1) == [("OTHER", 5)]


def test_a_pause_is_told_to_those_who_ask_for_it(demo: DemoServices) -> None:
    """Source: AniList docs, object/media: HIATUS only with status(version: 2)."""
    demo.world.tell_anilist(21, status="HIATUS")

    assert media(demo, 21, "old: status new: status(version: 2)") == {"old": "RELEASING", "new": "HIATUS"}
