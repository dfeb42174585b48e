"""Trakt's own importer: which id it takes, what it makes of a time, and that it adds whatever it is given."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta, timezone

import pytest

from demo.faults import Fault
from demo.library import DemoEpisode, DemoTitle
from demo.start import DemoServices
from demo.trakt.account import EPOCH, DemoPlay
from demo.trakt_importer import ImportOutcome, TraktImporter, parse_csv

BERLIN_IN_WINTER = timezone(timedelta(hours=1))
EPISODE_HEADER = "type,trakt_id,tvdb_id,tmdb_id,watched_at"


@pytest.fixture
def demo(demo: DemoServices) -> DemoServices:
    """With nothing in the history yet."""
    demo.world.account.plays.clear()
    return demo


def importer(demo: DemoServices, zone: timezone = UTC) -> TraktImporter:
    token = str(demo.logins.issue("misaki")["access_token"])
    return TraktImporter(demo.urls["trakt"], token, demo.world.clock, zone)


def import_rows(demo: DemoServices, header: str, *rows: str) -> ImportOutcome:
    return importer(demo).import_csv("\n".join([header, *rows]) + "\n")


def films(demo: DemoServices) -> list[DemoTitle]:
    return [title for title in demo.world.library.titles if title.kind == "movie"]


def episodes(demo: DemoServices) -> list[DemoEpisode]:
    return [episode for title in demo.world.library.titles for episode in title.episodes]


def with_tvdb_id(demo: DemoServices) -> DemoEpisode:
    return next(episode for episode in episodes(demo) if episode.tvdb_id)


def play(demo: DemoServices) -> DemoPlay:
    (found,) = demo.world.account.plays
    return found


@pytest.mark.parametrize(
    ("ids", "taken"),
    [
        ("tt0119698,128,96", {"imdb": "tt0119698"}),
        (",128,96", {"tmdb": 128}),
        (",,96", {"trakt": 96}),
    ],
)
def test_a_film_is_named_by_imdb_then_tmdb_then_trakt(ids: str, taken: dict[str, object]) -> None:
    """Source: Trakt web, engine/pickIds.ts: MOVIE_IDS."""
    ((item,), unusable) = parse_csv(f"type,imdb_id,tmdb_id,trakt_id\nmovie,{ids}\n")

    assert (item.type, item.ids, unusable) == ("movie", taken, 0)


@pytest.mark.parametrize(
    ("ids", "taken"),
    [("7,6001000,1000", {"tvdb": 6001000}), ("7,,1000", {"trakt": 1000}), ("7,0,1000", {"trakt": 1000})],
)
def test_an_episode_is_named_by_tvdb_then_trakt(ids: str, taken: dict[str, object]) -> None:
    """Source: Trakt web, engine/pickIds.ts: EPISODE_IDS."""
    ((item,), _) = parse_csv(f"type,tmdb_id,tvdb_id,trakt_id\nepisode,{ids}\n")

    assert item.ids == taken


def test_an_episode_is_never_named_by_its_tmdb_id(demo: DemoServices) -> None:
    """Source: Trakt web, engine/pickIds.ts: EPISODE_IDS."""
    outcome = import_rows(demo, "type,tmdb_id,watched_at", "episode,1234,2026-01-02T03:04:00Z")

    assert outcome == ImportOutcome(unusable=1)
    assert demo.world.account.plays == []


def test_a_show_is_named_by_imdb_then_tvdb_then_trakt() -> None:
    """Source: Trakt web, engine/pickIds.ts: SHOW_IDS."""
    header = "type,tvdb_id,imdb_id,trakt_id\n"

    assert parse_csv(f"{header}show,1,tt2,3\n")[0][0].ids == {"imdb": "tt2"}
    assert parse_csv(f"{header}show,1,,3\n")[0][0].ids == {"tvdb": 1}
    assert parse_csv(f"{header}show,,,3\n")[0][0].ids == {"trakt": 3}


def test_films_and_episodes_arrive_under_their_own_ids(demo: DemoServices) -> None:
    """Source: Trakt web, engine/buildHistoryPayload.ts."""
    film, episode = films(demo)[0], with_tvdb_id(demo)
    at = "2026-01-02T03:04:00.000Z"
    outcome = import_rows(
        demo,
        "type,trakt_id,imdb_id,tmdb_id,tvdb_id,watched_at",
        f"movie,{film.trakt_id},{film.ids['imdb']},{film.ids['tmdb']},,{at}",
        f"episode,{episode.trakt_id},,,{episode.tvdb_id},{at}",
        f"episode,{episodes(demo)[0].trakt_id},,,,{at}",
    )

    assert outcome == ImportOutcome(sent=3)
    assert demo.world.account.counts() == Counter(
        [("movie", film.trakt_id), ("episode", episode.trakt_id), ("episode", episodes(demo)[0].trakt_id)]
    )


def test_importing_a_file_twice_makes_every_play_twice(demo: DemoServices) -> None:
    """Source: Trakt web, syncToTrakt.ts: nothing is looked up before it is sent."""
    rows = [f"movie,{film.trakt_id},2026-01-02T03:04:00Z" for film in films(demo)]
    for _ in range(2):
        import_rows(demo, "type,trakt_id,watched_at", *rows)

    assert set(demo.world.account.counts().values()) == {2}


def test_a_hundred_items_go_into_one_post(demo: DemoServices) -> None:
    """Source: Trakt web, syncToTrakt.ts: SYNC_CHUNK_SIZE = 100, one after the other."""
    rows = [f"episode,{episode.trakt_id},2026-01-02T03:04:00Z" for episode in episodes(demo)[:250]]
    sender = importer(demo)
    outcome = sender.import_csv("\n".join(["type,trakt_id,watched_at", *rows]))

    assert sender.posts == ["/sync/history"] * 3
    assert (outcome.sent, outcome.failed, len(demo.world.account.plays)) == (250, 0, 250)


@pytest.mark.parametrize(
    ("watched_at", "stored"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:00+00:00"),
        ("2026-01-02T03:04:05.678+01:00", "2026-01-02T02:04:00+00:00"),
        ("2026-01-02T03:04:05", "2026-01-02T02:04:00+00:00"),
        ("2026-01-02", "2026-01-02T11:00:00+00:00"),
        ("unknown", EPOCH.isoformat()),
        ("last summer", "2026-11-22T06:17:00+00:00"),
        ("", "2026-11-22T06:17:00+00:00"),
    ],
)
def test_a_time_is_read_as_a_browser_reads_it(demo: DemoServices, watched_at: str, stored: str) -> None:
    """Source: Trakt web, parsers/utils/toImportISOString.ts: a day without a time is noon where the browser is, and
    what is no time is left out, which Trakt takes for now."""
    text = f"type,trakt_id,watched_at\nmovie,96,{watched_at}\n"
    importer(demo, zone=BERLIN_IN_WINTER).import_csv(text)

    assert play(demo).watched_at.isoformat() == stored


def test_a_row_may_ask_for_several_things(demo: DemoServices) -> None:
    """Source: Trakt web, parsers/TraktCsvParser.ts: buildInferredItems."""
    header = "type,trakt_id,watched_at,rating,rated_at,watchlisted_at"
    outcome = import_rows(demo, header, "movie,96,2026-01-02T03:04:00Z,9,2026-01-03,2025-01-01")
    account = demo.world.account

    assert outcome.sent == 3
    assert play(demo).trakt_id == 96
    assert account.ratings == {("movie", 96): (9, "2026-01-03T12:00:00.000Z")}
    assert set(account.watchlist) == {("movie", 96)}


@pytest.mark.parametrize("action", ["history", "ratings", "watchlist"])
def test_with_an_action_it_is_one_thing(action: str) -> None:
    """Source: Trakt web, parsers/TraktCsvParser.ts: buildExplicitActionItems."""
    header = "action,type,trakt_id,watched_at,rating,watchlisted_at\n"
    (items, _) = parse_csv(f"{header}{action},movie,96,2026-01-02T03:04:00Z,9,2025-01-01\n")

    assert [item.action for item in items] == [action]


def test_a_rating_is_cut_to_one_to_ten(demo: DemoServices) -> None:
    """Source: Trakt web, engine/buildRatingsPayload.ts: clampRating."""
    import_rows(demo, "type,trakt_id,rating", "movie,96,12", "show,1420,7")

    assert {key: value for key, (value, _) in demo.world.account.ratings.items()} == {
        ("movie", 96): 10,
        ("show", 1420): 7,
    }


def test_a_show_means_all_its_episodes(demo: DemoServices) -> None:
    """Source: Trakt web, engine/buildHistoryPayload.ts; Trakt contract, sync/history: a show alone is all of it."""
    import_rows(demo, "type,trakt_id,watched_at", "show,1420,2026-01-02T03:04:00Z")
    whole = next(title for title in demo.world.library.titles if title.trakt_id == 1420)

    assert len(demo.world.account.plays) == len(whole.episodes)


def test_columns_may_stand_in_any_order_and_be_called_as_in_trakts_export(demo: DemoServices) -> None:
    """Source: Trakt web, parsers/TraktCsvParser.ts: normalizeRowKeys, extractIds."""
    import_rows(demo, "\ufeff Watched_At , TRAKT ,Type", "2026-01-02T03:04:00Z,96,movie")

    assert play(demo).trakt_id == 96


def test_a_type_that_it_does_not_know_is_a_film() -> None:
    """Source: Trakt web, parsers/TraktCsvParser.ts: toType."""
    assert [item.type for item in parse_csv("type,trakt_id\nanime,1\n,2\nTV Series,3\n")[0]] == [
        "movie",
        "movie",
        "show",
    ]


def test_a_row_without_an_id_is_not_sent(demo: DemoServices) -> None:
    """Source: Trakt web, parsers/utils/isValidItem.ts."""
    outcome = import_rows(
        demo, "type,trakt_id,watched_at", "movie,,2026-01-02T03:04:00Z", "movie,96,2026-01-02T03:04:00Z"
    )

    assert (outcome.sent, outcome.unusable) == (1, 1)


def test_what_trakt_does_not_find_is_told(demo: DemoServices) -> None:
    """Source: Trakt web, engine/toSyncOutcome.ts; Trakt contract, historyResponseSchema."""
    outcome = import_rows(demo, "type,trakt_id,watched_at", "movie,424242,2026-01-02T03:04:00Z")

    assert [item["ids"] for item in outcome.not_found if isinstance(item, dict)] == [{"trakt": 424242}]


def test_a_full_history_takes_nothing_more(demo: DemoServices) -> None:
    """Source: Trakt guide, user-account-limits.md (2026-09-24): free accounts too, within their limits."""
    demo.world.account.vip, demo.world.account.history_limit = False, 0
    outcome = import_rows(demo, "type,trakt_id,watched_at", "movie,96,2026-01-02T03:04:00Z")

    assert (outcome.sent, outcome.failed, demo.world.account.plays) == (1, 1, [])


def test_a_lost_answer_is_sent_again_and_makes_a_second_play(demo: DemoServices) -> None:
    """Source: Trakt web, engine/retryWithRateLimit.ts: three tries, whatever became of the first."""
    demo.faults.at(Fault.BAD_GATEWAY_AFTER, 1, service="trakt", method="POST")
    import_rows(demo, "type,trakt_id,watched_at", "movie,96,2026-01-02T03:04:00Z")

    assert demo.world.account.counts() == {("movie", 96): 2}
