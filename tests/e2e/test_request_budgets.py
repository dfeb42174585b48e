"""How often the real program asks, against the least that its work takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.fast_clock import FastClock
from demo.runner import CLOCK_SPEED, LEEWAY
from demo.start import DemoServices, start_demo
from demo.synthetic import synthetic_library
from demo.world import sample_world
from sync.model.budget import Work, request_budget
from tests.e2e.person import Ended, Person

ENTRIES, SHOWS, FILMS, PLAYS = 120, 80, 12, 1_200
ROWS = ENTRIES + 1
"""The person's list holds an entry more, whose anime was deleted."""
WATCHED_LATER = 1_001
SERVICES = {"AniList": "anilist", "Trakt": "trakt", "TMDB": "tmdb", "datasets": "datasets"}


@pytest.fixture
def demo() -> Iterator[DemoServices]:
    """A made-up library, of which one episode is still to be watched."""
    world = sample_world(FastClock(CLOCK_SPEED), synthetic_library(ENTRIES, shows=SHOWS, plays=PLAYS, films=FILMS))
    entry = world.user.entries[WATCHED_LATER]
    entry.progress, entry.status = entry.progress - 1, "CURRENT"
    with start_demo(world, leeway=LEEWAY) as services:
        yield services


@pytest.fixture
def person(demo: DemoServices, tmp_path: Path) -> Person:
    (tmp_path / "overrides.yaml").write_text("{}\n")
    return Person(demo, tmp_path)


@pytest.fixture
def synced(person: Person) -> Person:
    assert 0 == person.run("--allow-large").code
    return person


def made(ended: Ended) -> dict[str, int]:
    """The requests that came in, by the service's name; those that were not asked are left out."""
    return {name: ended.requests[key] for name, key in SERVICES.items() if ended.requests[key]}


def told(ended: Ended) -> dict[str, tuple[int, int]]:
    """What the run's own report says: made and budget, by service."""
    line = next(line for line in ended.output.splitlines() if line.startswith("Requests:"))
    found = re.findall(r"(\w+) ([\d,]+)(?: of [\d,]+)? \(budget ([\d,]+)\)", line)
    return {name: (int(used.replace(",", "")), int(budget.replace(",", ""))) for name, used, budget in found}


def test_a_first_import_asks_for_each_thing_once(person: Person) -> None:
    work = Work(
        entries=ROWS,
        activities=len(person.demo.world.user.activities),
        feeds=1,
        shows=SHOWS,
        titles=FILMS,
        plays=PLAYS - 1,
        datasets=5,
        others=1,  # whose account it is
    )

    ended = person.run("--allow-large")

    assert 0 == ended.code, ended.output
    assert dict(request_budget(work)) == made(ended)
    assert {name: (count, count) for name, count in request_budget(work).items()} == told(ended)
    assert 0 == person.demo.log.count("trakt", path="/search")


def test_a_run_with_nothing_new_asks_for_the_list_and_the_history_alone(synced: Person) -> None:
    ended = synced.run()

    assert dict(request_budget(Work(entries=ROWS))) == made(ended) == {"AniList": 1, "Trakt": 2}
    assert {"AniList": (1, 1), "Trakt": (2, 2)} == told(ended)
    assert 0 == ended.requests["github"]


def test_one_new_episode_asks_for_its_show_its_activities_and_one_post(synced: Person) -> None:
    synced.demo.world.watch(WATCHED_LATER)

    ended = synced.run()

    assert 1 == ended.posts
    assert dict(request_budget(Work(entries=ROWS, activities=1, feeds=1, shows=1, plays=1))) == made(ended)
    assert {"AniList": (2, 2), "Trakt": (4, 4)} == told(ended)


def test_nothing_is_written_to_github_but_by_commits_of_three_requests(demo: DemoServices, tmp_path: Path) -> None:
    (tmp_path / "overrides.yaml").write_text("{}\n")
    person = Person(demo, tmp_path, **demo.env(github=True), STATE_BRANCH="main")
    assert 0 == person.run("--allow-large").code
    demo.world.watch(WATCHED_LATER)
    before = len(demo.github.store.commits)

    assert 0 == person.run().code

    commits = len(demo.github.store.commits) - before
    writes = [request for request in demo.log if request.service == "github" and request.method in {"POST", "PATCH"}]
    assert 1 <= commits <= 2
    assert 3 * commits == len(writes)


def test_an_import_that_is_too_long_for_one_run_goes_on_by_itself_and_adds_each_play_once(person: Person) -> None:
    """Trakt allows 60 reads in five minutes here, and a run has two minutes; the first run alone was approved."""
    person.demo.trakt.limits.get_limit = 60
    runs = [person.run("--allow-large", TIME_BUDGET="2")]
    assert 0 == runs[0].code, runs[0].output
    assert 0 < len(person.history) < PLAYS - 1

    while len(person.history) < PLAYS - 1 and len(runs) < 6:
        person.demo.trakt.limits.pass_windows()
        runs.append(person.run(TIME_BUDGET="2"))

    assert [0] * len(runs) == [ended.code for ended in runs], runs[-1].output
    assert {1} == set(person.history.values())
    assert PLAYS - 1 == len(person.history)
    assert "Needs you" not in "".join(ended.summary for ended in runs)
    later = person.run(TIME_BUDGET="2")
    assert "Up to date" in later.summary


def test_what_was_approved_for_a_long_import_does_not_hold_for_the_next_one(person: Person) -> None:
    assert 0 == person.run("--allow-large").code
    person.demo.world.account.plays.clear()
    for name in ("plays.json", "last_sync.json"):
        (person.state / name).unlink()

    assert 7 == person.run().code
