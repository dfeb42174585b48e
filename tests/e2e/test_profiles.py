"""Two people in one repository: side by side, and out of each other's way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demo.anilist.account import sample_user
from demo.fast_clock import FastClock
from demo.library import sample_library
from demo.runner import CLOCK_SPEED, LEEWAY
from demo.start import DemoServices, start_demo
from demo.trakt.account import DemoAccount
from demo.world import part_of, sample_world
from tests.e2e.person import Ended, Person

HERS, HIS = (1, 104578, 112151), (112641, 145064)


@pytest.fixture
def demo() -> Iterator[DemoServices]:
    """Misaki, who runs the demo, and Kenji with a list and a Trakt account of his own."""
    world = sample_world(FastClock(CLOCK_SPEED), part_of(sample_library(), *HERS, *HIS))
    world.user.entries = {key: entry for key, entry in world.user.entries.items() if key not in HIS}
    world.anilist["kenji"] = sample_user(part_of(sample_library(), *HIS), name="kenji", user_id=5_000_126)
    world.trakt["kenji"] = DemoAccount("kenji")
    with start_demo(world, leeway=LEEWAY) as services:
        yield services


def profile(demo: DemoServices, folder: Path, name: str, account: str) -> Person:
    """A profile on a machine of its own, with its own secrets and no others."""
    pair = demo.logins.issue(account)
    settings = {
        "PROFILE": name,
        "STATE_KEY": f"the key of {name} and nobody else",
        "ANILIST_USERNAME": account,
        "TRAKT_USERNAME": account,
        "TRAKT_ACCESS_TOKEN": str(pair["access_token"]),
        "TRAKT_REFRESH_TOKEN": str(pair["refresh_token"]),
        "STATE_BRANCH": "main",
    }
    return Person(demo, folder / name, **{**demo.env(login=False, github=True), **settings})


@pytest.fixture
def anna(demo: DemoServices, tmp_path: Path) -> Person:
    return profile(demo, tmp_path, "anna", "misaki")


@pytest.fixture
def ben(demo: DemoServices, tmp_path: Path) -> Person:
    return profile(demo, tmp_path, "ben", "kenji")


def side_by_side(*people: Person, **settings: str) -> list[Ended]:
    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(lambda person: person.run("--allow-large", **settings), people))


def on_github(demo: DemoServices) -> set[str]:
    return {path for path in demo.github.store.files("main") if path.startswith("state/")}


def test_two_profiles_side_by_side_fill_two_histories_and_two_folders(
    demo: DemoServices, anna: Person, ben: Person
) -> None:
    ended = side_by_side(anna, ben)

    assert [0, 0] == [one.code for one in ended], [one.output for one in ended]
    world = demo.world
    hers = {target for entry in world.user.entries.values() if entry.anime for target in world.targets(entry)}
    his = {
        target for entry in world.anilist["kenji"].entries.values() if entry.anime for target in world.targets(entry)
    }
    assert hers <= set(world.account.counts())
    assert his == set(world.trakt["kenji"].counts())
    assert not his & (set(world.account.counts()) - hers)
    for name in ("anna", "ben"):
        assert {f"state/{name}/{file}" for file in ("plays.json", "mapping_cache.json")} <= on_github(demo)
    assert {path.split("/")[1] for path in on_github(demo)} == {"anna", "ben"}


def test_what_is_stored_of_one_profile_says_nothing_of_the_other(demo: DemoServices, anna: Person, ben: Person) -> None:
    ended = side_by_side(anna, ben)

    stored = {path: content.decode() for path, content in demo.github.store.files("main").items()}
    for name, other, foreign in (("anna", "ben", "kenji"), ("ben", "anna", "misaki")):
        mine = "".join(text for path, text in stored.items() if path.startswith(f"state/{name}/"))
        assert mine
        assert foreign not in mine
        assert f"/{other}/" not in mine
    assert "kenji" not in ended[0].output + ended[0].summary
    assert "misaki" not in (ended[1].output + ended[1].summary).replace("misaki/trakt-sync", "")


def test_one_profiles_trouble_stops_nobody_else_and_is_told_in_an_issue_of_its_own(
    demo: DemoServices, anna: Person, ben: Person
) -> None:
    side_by_side(anna, ben)
    demo.logins.revoke(ben.settings["TRAKT_ACCESS_TOKEN"])

    theirs, mine = ben.run(GITHUB_EVENT_NAME="schedule"), anna.run(GITHUB_EVENT_NAME="schedule")

    assert (3, 0) == (theirs.code, mine.code), theirs.output + mine.output
    titles = [str(issue["title"]) for issue in demo.github.issues.issues if issue["state"] == "open"]
    assert [title for title in titles if title.startswith("ben: ")]
    assert not [title for title in titles if not title.startswith(("ben: ", "anna: "))]


def test_a_second_run_of_both_finds_nothing_new_and_asks_nothing_of_github(
    demo: DemoServices, anna: Person, ben: Person
) -> None:
    side_by_side(anna, ben)

    for person in (anna, ben):
        ended = person.run()

        assert 0 == ended.code, ended.output
        assert "Up to date" in ended.summary
        assert 0 == ended.requests["github"]


def test_a_name_that_cannot_name_a_secret_is_refused(anna: Person) -> None:
    ended = anna.run(PROFILE="Anna Maria")

    assert 2 == ended.code
    assert "PROFILE must begin with a small letter" in ended.output
