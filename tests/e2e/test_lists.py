"""Ratings, watchlist and dropped shows through the whole program: before and after on Trakt, again, and undone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.faults import Fault
from tests.faults.harness import Ended, Owner, world_of

BEBOP, SPY_2, SILENT_VOICE, FRIEREN = 1, 142838, 20954, 154587
"""Scored 90 (a whole season), 80 (half a season), 95 (a film) and 100 of 100."""
DEATH_NOTE, REZERO_3, BEBOP_FILM = 1535, 163134, 5
"""Planned: a show, the later part of a show with one season, a film."""
HAIKYU, SPY_3 = 20464, 177937
"""Dropped: a show with all of it; one season of a show of which others were completed."""
PEEPING = 16373
"""Nowhere on Trakt."""
LIBRARY = (BEBOP, SPY_2, SILENT_VOICE, FRIEREN, DEATH_NOTE, REZERO_3, BEBOP_FILM, HAIKYU, SPY_3, PEEPING)
RATINGS = {
    ("show", 30857): 9,
    ("season", "Cowboy Bebop 1"): 9,
    ("show", 190742): 8,
    ("movie", 225063): 10,
    ("show", 198225): 10,
}
WATCHLIST: frozenset[tuple[str, object]] = frozenset({("show", 13855), ("show", 104310), ("movie", 6398)})
DROPPED = frozenset({60417})
NOBODY: frozenset[int] = frozenset()
ALL_ON = {"SYNC_RATINGS": "true", "SYNC_WATCHLIST": "true", "SYNC_DROPPED": "true", "SYNC_REWATCHES": "true"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person sees on Trakt besides the history; a season is called by its show's title."""

    ratings: Mapping[tuple[str, object], int]
    watchlist: frozenset[tuple[str, object]]
    dropped: frozenset[int]


EMPTY = Seen({}, frozenset(), NOBODY)
FULL = Seen(RATINGS, WATCHLIST, DROPPED)


def on_trakt(owner: Owner) -> Seen:
    account = owner.demo.world.account
    names = {season: f"{title} {number}" for season, (title, number) in seasons(owner).items()}
    return Seen(
        {(kind, names[key] if kind == "season" else key): value for (kind, key), (value, _) in account.ratings.items()},
        frozenset((kind, names[key] if kind == "season" else key) for kind, key in account.watchlist),
        frozenset(key for kind, key in account.hidden if kind == "dropped:show"),
    )


def seasons(owner: Owner) -> dict[int, tuple[str, int]]:
    """Every season that Trakt lists, by its id: its show's title, and its number."""
    return {key: (title.title, number) for key, (title, number) in owner.demo.trakt.catalogue.seasons.items()}


def run_id(ended: Ended) -> str:
    found = re.search(r"python -m sync undo (\S+)", ended.output)
    assert found, ended.output
    return found[1]


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody at home whose plays are all synced; ratings, watchlist and dropped shows are not."""
    with world_of(*LIBRARY) as (demo, clock):
        person = Owner(demo, clock, tmp_path, github=False)
        ended = person.sync()
        assert (0, EMPTY) == (ended.code, on_trakt(person)), ended.output
        yield person


def switch_on(owner: Owner, **settings: str) -> Owner:
    owner.settings |= settings or ALL_ON
    return owner


# --- before and after, again, undone ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "after"),
    [
        ("SYNC_RATINGS", Seen(RATINGS, frozenset(), frozenset())),
        ("SYNC_WATCHLIST", Seen({}, WATCHLIST, frozenset())),
        ("SYNC_DROPPED", Seen({}, frozenset(), DROPPED)),
    ],
)
def test_each_part_is_previewed_written_once_and_undone(owner: Owner, setting: str, after: Seen) -> None:
    plays = owner.history
    switch_on(owner, **{setting: "true"})

    preview = owner.sync(dry_run=True)
    assert (0, 0, EMPTY) == (preview.code, preview.writes, on_trakt(owner))
    assert "Preview: would change" in preview.summary

    first = owner.sync()
    assert (0, after) == (first.code, on_trakt(owner)), first.output
    assert "changed" in first.summary.splitlines()[0]

    second = owner.sync()
    assert (0, 0, after) == (second.code, second.writes, on_trakt(owner))
    assert "Up to date" in second.summary

    undone = owner.do("undo", run_id=run_id(first))
    assert (0, EMPTY) == (undone.code, on_trakt(owner)), undone.output
    assert "Put back to what they were before" in undone.output

    later = owner.sync()
    assert (0, 0, EMPTY) == (later.code, later.writes, on_trakt(owner)), "an undone change came back by itself"
    assert plays == owner.history


def test_rewatches_are_added_once_and_undone(tmp_path: Path) -> None:
    with world_of(199, 98460, BEBOP) as (demo, clock):
        owner = Owner(demo, clock, tmp_path, github=False)
        assert owner.sync().code == 0
        once = owner.history
        switch_on(owner, SYNC_REWATCHES="true")

        first = owner.sync()
        assert 0 == first.code, first.output
        assert {2} == {count for key, count in owner.history.items() if owner.history[key] != once[key]}
        assert 11 == (owner.history - once).total()

        second = owner.sync()
        assert (0, 0) == (second.code, second.writes)

        assert owner.do("undo", run_id=run_id(first)).code == 0
        assert once == owner.history
        assert (0, once) == (owner.sync().writes, owner.history)


def test_who_keeps_one_play_of_each_gets_no_rewatch_and_one_request_more(tmp_path: Path) -> None:
    with world_of(199, BEBOP) as (demo, clock):
        owner = Owner(demo, clock, tmp_path, github=False)
        assert owner.sync().code == 0
        quiet = owner.sync().requests["trakt"]
        demo.world.account.watch_only_once = True

        ended = switch_on(owner, SYNC_REWATCHES="true").sync()

        assert (0, 0, quiet + 1) == (ended.code, ended.writes, ended.requests["trakt"])


def test_a_run_undoes_all_its_parts_together(owner: Owner) -> None:
    before = owner.history
    first = switch_on(owner).sync()
    assert FULL == on_trakt(owner)

    assert 0 == owner.do("undo", run_id=run_id(first)).code

    assert (EMPTY, before) == (on_trakt(owner), owner.history)


def test_all_that_one_entry_brought_is_undone(owner: Owner) -> None:
    switch_on(owner, SYNC_RATINGS="true").sync()

    assert 0 == owner.do("undo", anilist_id=BEBOP).code

    left = {key: value for key, value in RATINGS.items() if key not in {("show", 30857), ("season", "Cowboy Bebop 1")}}
    assert left == on_trakt(owner).ratings


def test_an_undo_is_previewed_without_writing(owner: Owner) -> None:
    first = switch_on(owner).sync()

    preview = owner.do("undo", run_id=run_id(first), dry_run=True)

    assert (0, 0, FULL) == (preview.code, preview.writes, on_trakt(owner))
    assert "Would put back to what they were before: 5 ratings" in preview.output


def test_a_run_with_nothing_new_asks_no_more_with_everything_switched_on(owner: Owner) -> None:
    off = owner.sync()
    switch_on(owner).sync()

    on = owner.sync()

    assert sum(on.requests.values()) <= sum(off.requests.values()) + 2
    assert off.requests == on.requests


def test_everything_switched_on_from_the_first_run_gives_the_same(tmp_path: Path) -> None:
    with world_of(*LIBRARY) as (demo, clock):
        owner = switch_on(Owner(demo, clock, tmp_path, github=False))

        ended = owner.sync()

        assert (0, FULL, owner.truth) == (ended.code, on_trakt(owner), owner.history), ended.output


def test_a_lost_memory_writes_nothing_twice(owner: Owner) -> None:
    switch_on(owner).sync()
    stamps = dict(owner.demo.world.account.watchlist)
    (owner.state / "shelves.json").unlink()

    ended = owner.sync()

    assert (0, 0, FULL) == (ended.code, ended.writes, on_trakt(owner))
    assert stamps == owner.demo.world.account.watchlist


# --- what is already there, and what the user does --------------------------------------------------------------------


def test_a_rating_that_was_there_is_set_only_where_it_differs_and_comes_back_with_undo(owner: Owner) -> None:
    ratings = owner.demo.world.account.ratings
    ratings["show", 30857] = (6, "2020-01-01T00:00:00.000Z")
    ratings["show", 198225] = (10, "2020-01-01T00:00:00.000Z")

    first = switch_on(owner, SYNC_RATINGS="true").sync()

    assert RATINGS == on_trakt(owner).ratings
    assert "2020-01-01T00:00:00.000Z" == ratings["show", 198225][1], "what was right was written again"
    owner.do("undo", run_id=run_id(first))
    assert {("show", 30857): 6, ("show", 198225): 10} == on_trakt(owner).ratings


def test_a_rating_that_the_user_changed_on_trakt_is_respected(owner: Owner) -> None:
    switch_on(owner, SYNC_RATINGS="true").sync()
    owner.demo.world.account.ratings["movie", 225063] = (4, "2026-11-23T00:00:00.000Z")
    owner.demo.world.user.entries[SILENT_VOICE].score = 70

    ended = owner.sync()
    assert (0, 0, 4) == (ended.code, ended.writes, on_trakt(owner).ratings["movie", 225063])
    assert "Left as you changed it on Trakt: 1 rating" in ended.summary

    owner.demo.world.user.entries[SILENT_VOICE].score = 80
    again = owner.sync()
    assert (0, 4) == (again.writes, on_trakt(owner).ratings["movie", 225063])


def test_a_new_score_changes_what_this_job_had_set(owner: Owner) -> None:
    switch_on(owner, SYNC_RATINGS="true").sync()
    owner.demo.world.user.entries[BEBOP].score = 70

    ended = owner.sync()

    assert {"season", "show"} == {kind for kind, name in on_trakt(owner).ratings if name in (30857, "Cowboy Bebop 1")}
    assert (7, 7) == tuple(on_trakt(owner).ratings[key] for key in (("show", 30857), ("season", "Cowboy Bebop 1")))
    assert 1 == ended.writes


def test_what_left_the_plan_leaves_the_watchlist_if_this_job_put_it_there(owner: Owner) -> None:
    account = owner.demo.world.account
    account.watchlist["show", 13855] = "2020-01-01T00:00:00.000Z"
    switch_on(owner, SYNC_WATCHLIST="true").sync()
    for anilist_id in (DEATH_NOTE, BEBOP_FILM):
        owner.demo.world.user.entries[anilist_id].status = "PAUSED"

    ended = owner.sync()

    assert {("show", 13855), ("show", 104310)} == on_trakt(owner).watchlist, "the film was ours, Death Note the user's"
    assert 1 == ended.writes
    owner.do("undo", run_id=run_id(ended))
    assert WATCHLIST == on_trakt(owner).watchlist
    assert 0 == owner.sync().writes


def test_what_the_user_took_off_the_watchlist_stays_off(owner: Owner) -> None:
    switch_on(owner, SYNC_WATCHLIST="true").sync()
    del owner.demo.world.account.watchlist["movie", 6398]
    owner.demo.world.user.entries[SPY_3].status = "PLANNING"

    owner.sync()

    assert {("show", 13855), ("show", 104310), ("season", "SPY x FAMILY 3")} == on_trakt(owner).watchlist


def test_a_dropped_show_that_is_picked_up_again_is_taken_back(owner: Owner) -> None:
    switch_on(owner, SYNC_DROPPED="true").sync()
    assert DROPPED == on_trakt(owner).dropped
    owner.demo.world.watch(HAIKYU)

    owner.sync()
    assert NOBODY == on_trakt(owner).dropped

    owner.demo.world.user.entries[HAIKYU].status = "DROPPED"
    owner.sync()
    assert DROPPED == on_trakt(owner).dropped


def test_a_show_that_the_user_had_dropped_on_trakt_stays_so_when_it_is_picked_up(owner: Owner) -> None:
    owner.demo.world.account.hidden["dropped:show", 60417] = "2020-01-01T00:00:00.000Z"
    assert 0 == switch_on(owner, SYNC_DROPPED="true").sync().writes
    owner.demo.world.user.entries[HAIKYU].status = "PAUSED"

    assert (0, DROPPED) == (owner.sync().writes, on_trakt(owner).dropped)


def test_a_show_with_one_entry_dropped_and_one_completed_is_not_dropped(owner: Owner) -> None:
    switch_on(owner, SYNC_DROPPED="true").sync()

    assert 190742 not in on_trakt(owner).dropped


def test_an_undo_leaves_alone_what_was_changed_since(owner: Owner) -> None:
    first = switch_on(owner, SYNC_RATINGS="true").sync()
    owner.demo.world.account.ratings["movie", 225063] = (3, "2026-11-23T00:00:00.000Z")

    undone = owner.do("undo", run_id=run_id(first))

    assert {("movie", 225063): 3} == on_trakt(owner).ratings
    assert "1 change of lists left alone" in undone.output


# --- scope ------------------------------------------------------------------------------------------------------------


def test_private_entries_are_rated_planned_and_dropped_only_with_sync_private(owner: Owner) -> None:
    owner.settings["ANILIST_ACCESS_TOKEN"] = owner.demo.world.user.token
    for anilist_id in (SILENT_VOICE, BEBOP_FILM, HAIKYU):
        owner.demo.world.user.entries[anilist_id].private = True

    switch_on(owner).sync()
    seen = on_trakt(owner)
    assert (False, False, NOBODY) == (
        ("movie", 225063) in seen.ratings,
        ("movie", 6398) in seen.watchlist,
        seen.dropped,
    )

    switch_on(owner, SYNC_PRIVATE="true").sync()
    assert FULL == on_trakt(owner)


def test_statuses_that_are_not_chosen_are_left_out_and_nothing_is_taken_back(owner: Owner) -> None:
    switch_on(owner).sync()

    ended = switch_on(owner, SYNC_STATUSES="completed, current").sync()

    assert (0, 0, FULL) == (ended.code, ended.writes, on_trakt(owner))


def test_a_planned_entry_without_a_certain_match_is_told_apart_from_what_needs_a_person(owner: Owner) -> None:
    owner.demo.world.user.entries[PEEPING].status = "PLANNING"
    owner.demo.world.user.entries[PEEPING].progress = 0

    ended = switch_on(owner, SYNC_WATCHLIST="true").sync()

    assert "Not watched yet and without a certain match on Trakt: 1 entry" in ended.summary
    assert "Needs you" not in ended.summary
    quiet = owner.sync()
    assert (2, 0) == (quiet.requests["trakt"], quiet.requests["datasets"]), "it was looked for again"


# --- limits, brake and trouble ----------------------------------------------------------------------------------------


def test_a_plan_over_the_limit_puts_what_fits_and_keeps_the_rest(owner: Owner) -> None:
    account = owner.demo.world.account
    account.watchlist_limit = 2

    ended = switch_on(owner, SYNC_WATCHLIST="true").sync()

    assert 0 == ended.code, ended.output
    assert 2 == len(account.watchlist)
    assert "The watchlist holds the 2 that your account allows: 1 watchlist entry kept for later" in ended.summary

    quiet = owner.sync()
    assert (0, 0) == (quiet.code, quiet.writes), "a full list was tried again although nothing changed"

    account.watchlist_limit = 5
    owner.clock.sleep(24 * 3600)
    assert (0, WATCHLIST) == (owner.sync().code, on_trakt(owner).watchlist)


def test_room_that_the_user_makes_is_used_by_the_next_run(owner: Owner) -> None:
    account = owner.demo.world.account
    account.watchlist_limit = 3
    account.watchlist["show", 30857] = "2020-01-01T00:00:00.000Z"
    switch_on(owner, SYNC_WATCHLIST="true").sync()
    assert WATCHLIST != on_trakt(owner).watchlist

    owner.clock.sleep(60)
    del account.watchlist["show", 30857]
    account.activity["watchlist.updated_at"] = owner.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")

    assert (0, WATCHLIST) == (owner.sync().code, on_trakt(owner).watchlist)


def test_more_changes_than_the_limit_wait_for_a_word(owner: Owner) -> None:
    switch_on(owner, **ALL_ON, MAX_NEW_PLAYS="3")

    stopped = owner.sync()
    assert (7, 0, EMPTY) == (stopped.code, stopped.writes, on_trakt(owner))
    assert "Ready to change 5 ratings, 3 watchlist entries and 1 dropped show" in stopped.summary

    assert (0, FULL) == (owner.sync(allow_large=True).code, on_trakt(owner))


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.BAD_GATEWAY_AFTER, Fault.TRUNCATED])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_lost_answer_is_settled_by_reading_again(owner: Owner, fault: Fault, number: int) -> None:
    switch_on(owner)
    owner.demo.faults.at(fault, number, service="trakt", method="POST")

    ended = owner.sync()

    assert (0, FULL) == (ended.code, on_trakt(owner)), ended.output
    assert 0 == owner.sync().writes
    assert 0 == owner.do("undo", run_id=run_id(ended)).code
    assert EMPTY == on_trakt(owner)


def test_a_write_that_never_ends_well_is_settled_by_the_next_run(owner: Owner) -> None:
    switch_on(owner, SYNC_WATCHLIST="true")
    for number in (1, 2, 3):
        owner.demo.faults.at(Fault.DROP_BEFORE, number, service="trakt", method="POST")

    cut_off = owner.sync()
    assert (6, EMPTY) == (cut_off.code, on_trakt(owner))
    assert "p1:" in (owner.state / "shelves.json").read_text()

    settled = owner.sync()
    assert (0, WATCHLIST) == (settled.code, on_trakt(owner).watchlist)
    for anilist_id in (DEATH_NOTE, BEBOP_FILM, REZERO_3):
        owner.demo.world.user.entries[anilist_id].status = "PAUSED"
    owner.sync()
    assert EMPTY == on_trakt(owner), "what was ours all along was not taken back"


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.UNAVAILABLE])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_undo_settles_a_lost_answer_too(owner: Owner, fault: Fault, number: int) -> None:
    first = switch_on(owner).sync()
    owner.demo.faults.at(fault, number, service="trakt", method="POST")

    undone = owner.do("undo", run_id=run_id(first))

    assert (0, EMPTY) == (undone.code, on_trakt(owner)), undone.output
    assert 0 == owner.sync().writes


def test_what_is_about_to_be_sent_is_on_github_before(tmp_path: Path) -> None:
    with world_of(*LIBRARY) as (demo, clock):
        owner = Owner(demo, clock, tmp_path)
        assert 0 == owner.sync().code
        switch_on(owner, SYNC_WATCHLIST="true")
        demo.faults.at(Fault.DROP_AFTER, 1, service="trakt", method="POST")
        before = len(demo.github.store.history("main"))

        ended = owner.sync()

        assert (0, WATCHLIST) == (ended.code, on_trakt(owner).watchlist)
        assert before + 2 == len(demo.github.store.history("main")), "one commit before the first batch, one at the end"
        assert b"s1:" in owner.committed["shelves.json"]
        assert 0 == owner.do("undo", run_id=run_id(ended)).code
        assert EMPTY == on_trakt(owner)


def test_one_entry_alone_changes_only_what_it_has_a_part_in(owner: Owner) -> None:
    ended = switch_on(owner).sync(anilist_id=BEBOP)

    assert 0 == ended.code, ended.output
    assert {("show", 30857): 9, ("season", "Cowboy Bebop 1"): 9} == on_trakt(owner).ratings
    assert (EMPTY.watchlist, NOBODY) == (on_trakt(owner).watchlist, on_trakt(owner).dropped)
    assert (0, FULL) == (owner.sync().code, on_trakt(owner))


def test_asking_for_an_entry_again_sets_what_was_undone_or_changed(owner: Owner) -> None:
    first = switch_on(owner).sync()
    owner.do("undo", run_id=run_id(first))
    owner.demo.world.account.ratings["show", 30857] = (2, "2026-11-23T00:00:00.000Z")

    assert 0 == owner.sync(anilist_id=BEBOP).writes
    assert 0 == owner.sync(anilist_id=BEBOP, again=True).code

    assert {("show", 30857): 9, ("season", "Cowboy Bebop 1"): 9} == on_trakt(owner).ratings


def test_a_single_planned_entry_is_put_on_the_watchlist(owner: Owner) -> None:
    switch_on(owner).sync(anilist_id=BEBOP_FILM)

    assert {("movie", 6398)} == on_trakt(owner).watchlist


# --- what is left behind ----------------------------------------------------------------------------------------------


def test_the_memory_is_one_line_an_item_and_the_status_page_counts_the_changes(owner: Owner) -> None:
    switch_on(owner).sync()

    kept = json.loads((owner.state / "shelves.json").read_text())
    assert "s10:20954" == kept["ratings"]["movie:225063"]
    assert {"show:60417": "s1:20464"} == kept["dropped"]
    page = (owner.state / "README.md").read_text()
    assert "5 ratings, 3 watchlist entries and 1 dropped show" in page
    assert "9 changes" in page


def test_titles_stay_out_where_the_log_shall_not_show_them(owner: Owner) -> None:
    ended = switch_on(owner, **ALL_ON, LOG_TITLES="false").sync()

    for title in ("Cowboy", "Silent", "HAIKYU", "Death Note", "Frieren"):
        assert title not in ended.summary
        assert title not in ended.output
