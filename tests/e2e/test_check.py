"""``python -m sync check --preview``: where each entry of ``overrides.yaml`` leads, without any log-in."""

from __future__ import annotations

import html
import json
from copy import deepcopy
from dataclasses import replace

import pytest

from demo.github.objects import REPOSITORY
from demo.server import Reply, Request
from tests.e2e.person import Ended, Person
from tests.faults.harness import meddling

FILE = """\
104578: {trakt: attack-on-titan, season: 3, first_episode: 13}
146065: {trakt: mushoku-tensei-jobless-reincarnation, episodes: {"1": s0e2, "2-13": s2e1}}
21: {skip: true, reason: too long}
"""


def preview(person: Person, file: str = FILE, **settings: str) -> Ended:
    """Checks ``file`` with nothing but the Trakt app's id."""
    (person.folder / "overrides.yaml").write_text(file)
    nothing = ("TRAKT_CLIENT_SECRET", "TRAKT_ACCESS_TOKEN", "TRAKT_REFRESH_TOKEN", "TRAKT_USERNAME", "TMDB_API_KEY")
    return person.run("check", "--preview", **{**dict.fromkeys(nothing, ""), **settings})


def test_each_entry_is_shown_with_its_episodes_and_their_air_dates(person: Person) -> None:
    ended = preview(person, ANILIST_USERNAME="")

    assert 0 == ended.code, ended.output
    for words in (
        "Attack on Titan Season 3 Part 2",
        "1–10 → S3E13–22",
        "Apr",
        "2019",
        "1 → S0E2",
        "left out on purpose",
    ):
        assert words in ended.summary
        assert words in ended.output
    assert ended.summary.startswith("## ✅ 3 mappings")
    assert 0 == ended.posts


def test_what_would_change_in_the_history_is_said_when_the_list_is_known(person: Person) -> None:
    assert 0 == person.run("--anilist-id", "104578").code

    ended = preview(person, "104578: {trakt: attack-on-titan, season: 3, first_episode: 12}\n")

    assert "Would add 1 play, less what Trakt has already." in ended.summary
    assert "1 play would stay under the old mapping (Undo with entry 104578 removes it)." in ended.summary


def test_only_what_a_pull_request_changes_is_shown(person: Person) -> None:
    lines = FILE.splitlines(keepends=True)
    person.demo.github.store.push(
        "main", {"overrides.yaml": "".join(lines[1:]).encode()}, "x", person.demo.world.clock.now()
    )
    (person.folder / "event.json").write_text(json.dumps({"pull_request": {"base": {"ref": "main"}}}))
    settings = {"GITHUB_API_URL": person.demo.urls["github"], "GITHUB_REPOSITORY": REPOSITORY}
    settings |= {"GITHUB_TOKEN": person.demo.github.new_token(frozenset()), "GITHUB_EVENT_PATH": "event.json"}

    ended = preview(person, "".join(lines[:2]), **settings)

    assert ended.summary.startswith("## ✅ 2 mappings")
    assert "S3E13–22" in ended.summary
    assert "Mushoku" not in ended.summary
    assert "taken out: it is mapped by itself again" in ended.summary


@pytest.mark.parametrize("off", ["anilist", "trakt", "no client id"])
def test_a_service_that_cannot_be_reached_costs_only_its_part(person: Person, off: str) -> None:
    person.demo.anilist.disabled = off == "anilist"
    person.demo.logins.app_deleted = off == "trakt"

    ended = preview(person, **({"TRAKT_CLIENT_ID": ""} if off == "no client id" else {}))

    assert 0 == ended.code, ended.output
    page = html.unescape(ended.summary)
    assert "season 3 from episode 13 on" in page
    assert {"anilist": "AniList is switched off", "trakt": "Trakt could not be asked"}.get(
        off, "TRAKT_CLIENT_ID"
    ) in page


def test_a_place_that_trakt_does_not_list_needs_another_look(person: Person) -> None:
    ended = preview(person, "104578: {trakt: attack-on-titan, season: 33}\n")

    assert 0 == ended.code, ended.output
    assert "1 of which needs another look" in ended.summary


def test_a_row_that_cannot_be_right_is_named(person: Person) -> None:
    def changed(request: Request, reply: Reply) -> Reply:
        if not request.path.endswith("/seasons") or not isinstance(reply.value, list):
            return reply
        seasons = deepcopy(reply.value)
        seasons[-1]["episodes"][-1]["ids"]["trakt"] = -1
        return replace(reply, value=seasons)

    with meddling(person.demo.trakt, changed):
        ended = preview(person, "104578: {trakt: 1420, season: 3, first_episode: 13}\n")

    assert 0 == ended.code, ended.output
    assert "Left out 1 of the episodes of show 1420" in ended.output


def test_an_entry_that_is_private_on_the_list_is_shown_by_its_id(person: Person) -> None:
    person.demo.world.user.entries[104578].private = True

    ended = preview(person, "104578: {trakt: 1420, season: 3, first_episode: 13}\n")

    assert 0 == ended.code, ended.output
    assert "S3E13–22" in ended.summary
    assert "Titan" not in ended.summary + ended.output


def test_titles_stay_out_where_they_are_not_wanted(person: Person) -> None:
    ended = preview(person, "104578: {trakt: 1420, season: 3, first_episode: 13}\n", LOG_TITLES="false")

    assert "S3E13–22" in ended.summary
    assert "Titan" not in ended.summary + ended.output


def test_a_profile_s_own_file_is_the_one_that_is_checked(person: Person) -> None:
    (person.folder / "overrides.anna.yaml").write_text("104578: {trakt: attack-on-titan, seasn: 3}\n")

    ended = person.run("check", PROFILE="anna")

    assert 2 == ended.code
    assert "overrides.anna.yaml:1" in ended.output
