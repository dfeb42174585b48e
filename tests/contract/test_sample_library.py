"""The sample library: real anime in all the shapes in which AniList and Trakt differ, and a list to match."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from demo.anilist.account import AS_OF
from demo.library import DemoTitle, parse_library, sample_library
from demo.world import part_of, sample_world
from tests.fakes import FakeClock

LIBRARY = sample_library()


def place(anilist_id: int, episode: int) -> list[str]:
    """Where an AniList episode truly is: ``s3e13``, or ``film``."""
    title, anime = LIBRARY.by_anilist_id(anilist_id)
    assert isinstance(title, DemoTitle)
    targets = title.targets(anime, episode)
    if title.kind == "movie":
        return ["film"]
    return [f"s{e.season}e{e.number}" for e in title.episodes if e.trakt_id in targets]


@pytest.mark.parametrize(
    ("shape", "anilist_id", "episode", "target"),
    [
        ("plain", 1, 26, ["s1e26"]),
        ("later season", 112641, 12, ["s2e12"]),
        ("split cour", 104578, 1, ["s3e13"]),
        ("split cour in the first season", 142838, 13, ["s1e25"]),
        ("sequel merged into the first season", 145064, 23, ["s1e47"]),
        ("absolute numbers inside seasons", 11061, 63, ["s2e63"]),
        ("one entry over many seasons", 21, 1089, ["s22e1089"]),
        ("specials between regular episodes", 17074, 6, ["s0e10"]),
        ("regular episodes between specials", 17074, 7, ["s3e6"]),
        ("episode 0 first", 146065, 1, ["s0e2"]),
        ("after episode 0", 146065, 2, ["s2e1"]),
        ("OVA among the specials", 125368, 1, ["s0e1"]),
        ("OVA with a show of its own", 227, 6, ["s1e6"]),
        ("film", 112151, 1, ["film"]),
        ("several to one", 197, 2, ["s1e1"]),
        ("one to several", 21569, 1, ["s0e1", "s0e2"]),
        ("film among the specials", 169402, 1, ["s0e12"]),
    ],
)
def test_every_shape_is_in_the_library(shape: str, anilist_id: int, episode: int, target: list[str]) -> None:
    assert place(anilist_id, episode) == target, shape


def test_it_holds_more_than_sixty_anime_each_once() -> None:
    ids = [anime.anilist_id for _, anime in LIBRARY.anime()]

    assert len(ids) >= 64
    assert len(set(ids)) == len(ids)


def test_trakt_lists_every_episode_that_an_entry_has() -> None:
    missing = [
        (anime.anilist_id, episode)
        for title, anime in LIBRARY.anime()
        if title
        for episode in range(1, (anime.episodes or anime.listing.progress) + 1)
        if not title.targets(anime, episode)
    ]

    assert missing == []


def test_no_two_entries_claim_the_same_episode() -> None:
    world = sample_world(FakeClock())
    owners = Counter(target for entry in world.user.entries.values() if entry.anime for target in world.targets(entry))

    assert [target for target, count in owners.items() if count > 1] == []


def test_episodes_of_an_entry_begin_about_when_anilist_says() -> None:
    far = []
    for title, anime in LIBRARY.anime():
        targets = title.targets(anime, 1) if title and title.kind == "show" else ()
        dates = [e.first_aired for e in (title.episodes if title else ()) if e.trakt_id in targets]
        if anime.start and dates and dates[0] and abs((dates[0].date() - date.fromisoformat(anime.start)).days) > 3:
            far.append(anime.anilist_id)

    assert far == []


def test_the_list_has_every_status_and_every_oddity() -> None:
    entries = sample_world(FakeClock()).user.entries.values()

    assert {e.status for e in entries} == {"CURRENT", "PLANNING", "COMPLETED", "DROPPED", "PAUSED", "REPEATING"}
    assert [sum(e.anime is None for e in entries), sum(e.private for e in entries), sum(e.hidden for e in entries)] == [
        1,
        1,
        1,
    ]
    assert any(e.updated_at == 0 for e in entries)


def test_a_first_import_is_larger_than_the_brake_allows() -> None:
    world = sample_world(FakeClock())
    new = world.expected_plays() - set(world.account.counts())

    assert 600 <= len(new) <= 1100


def test_nothing_happened_after_the_day_the_facts_are_of() -> None:
    user = sample_world(FakeClock()).user

    assert max(activity.created_at for activity in user.activities) < AS_OF.timestamp()


def test_a_part_of_it_is_a_small_world() -> None:
    small = sample_world(FakeClock(), part_of(LIBRARY, 112641, 112151))

    assert [title.title for title in small.library.titles] == [
        "Kaguya-sama: Love is War",
        "Demon Slayer -Kimetsu no Yaiba- The Movie: Mugen Train",
    ]
    assert len(small.expected_plays()) == 13


@pytest.mark.parametrize("broken", ["s1e1–12 2019-01-12", "1-12", "s1e1-12 12.1.2019"])
def test_a_mistake_in_the_table_is_named(broken: str) -> None:
    text = f'[[show]]\ntitle = "X"\nyear = 2019\nids = {{ trakt = 1 }}\nepisodes = ["{broken}"]\n'

    with pytest.raises(ValueError, match="not a run of episodes"):
        parse_library(text)


def test_an_empty_library_is_none() -> None:
    empty = parse_library("")

    assert (empty.titles, empty.unlisted) == ((), ())
