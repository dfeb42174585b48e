"""What a person sees when something is wrong: a clear message, the right exit code, nothing written."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.e2e.person import Ended, Person

CONFIGURATION, LOGIN, UNAVAILABLE, DAMAGED = 2, 3, 5, 8


def check(person: Person, ended: Ended, code: int, *says: str) -> None:
    """The run ended with ``code``, said all of ``says`` in log and summary, wrote nothing and gave no secret away."""
    assert code == ended.code, ended.output
    page = html.unescape(ended.summary).replace("\u200b", "")  # as a browser shows it
    for words in says:
        assert words in ended.output
        assert words in page
    assert 0 == ended.posts
    assert "Traceback" not in ended.output
    said = "\n".join(line for line in ended.output.splitlines() if not line.startswith("::add-mask::")) + page
    for name, value in person.settings.items():
        if any(word in name for word in ("TOKEN", "SECRET", "KEY")):
            for spelling in (value, base64.b64encode(value.encode()).decode().rstrip("="), quote(value, safe="")):
                assert spelling not in said, name


def test_missing_secrets_are_all_named_with_the_page_to_set_them(person: Person) -> None:
    ended = person.run(TRAKT_CLIENT_ID="", TRAKT_CLIENT_SECRET="", MAX_NEW_PLAYS="lots")

    check(person, ended, CONFIGURATION, "TRAKT_CLIENT_ID", "TRAKT_CLIENT_SECRET", "MAX_NEW_PLAYS")
    assert "Settings → Secrets and variables → Actions" in ended.output


def test_no_log_in_says_how_to_connect(person: Person) -> None:
    check(person, person.run(TRAKT_ACCESS_TOKEN=""), LOGIN, "No Trakt account is connected yet", "Connect Trakt")


def test_a_token_that_trakt_does_not_know_says_to_connect_again(person: Person) -> None:
    ended = person.run(TRAKT_ACCESS_TOKEN="never-issued", TRAKT_REFRESH_TOKEN="never-issued-either")

    check(person, ended, LOGIN, "Connect Trakt")
    assert person.demo.log.count("trakt") <= 3


def test_a_wrong_client_id_says_to_look_at_the_app(person: Person) -> None:
    check(person, person.run(TRAKT_CLIENT_ID="0" * 64), LOGIN, "TRAKT_CLIENT_ID")


def test_an_unknown_anilist_user_is_named(person: Person) -> None:
    check(person, person.run(ANILIST_USERNAME="nobody_at_all"), CONFIGURATION, "nobody_at_all")


def test_a_private_profile_says_what_opens_it(person: Person) -> None:
    check(person, person.run(ANILIST_USERNAME="shy_otaku"), CONFIGURATION, "shy_otaku", "ANILIST_ACCESS_TOKEN")


def test_a_wrong_anilist_token_says_to_make_a_new_one(person: Person) -> None:
    check(person, person.run(ANILIST_ACCESS_TOKEN="nonsense"), LOGIN, "ANILIST_ACCESS_TOKEN")


def test_anilist_switched_off_is_an_outage_and_no_fault_of_the_person(person: Person) -> None:
    person.demo.anilist.disabled = True

    check(person, person.run(), UNAVAILABLE, "AniList is switched off")


def test_a_cloudflare_page_is_an_outage(person: Person) -> None:
    person.demo.anilist.cloudflare = True

    check(person, person.run(), UNAVAILABLE, "AniList")


def test_an_empty_list_is_simply_up_to_date(person: Person) -> None:
    ended = person.run(ANILIST_USERNAME="newcomer")

    check(person, ended, 0, "Up to date")


@pytest.mark.parametrize("name", ["last_sync.json", "mapping_cache.json", "plays.json"])
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text[: len(text) // 2], "is damaged"),
        (lambda text: json.dumps({**json.loads(text), "schema": 99}), "newer version"),
    ],
    ids=["cut in half", "of a newer schema"],
)
def test_a_state_file_that_cannot_be_read_stops_the_run_and_is_left_as_it_is(
    person: Person, name: str, spoil: Callable[[str], str], says: str
) -> None:
    assert 0 == person.run("--anilist-id", "1", "--allow-large").code
    path = person.state / name
    path.write_text(spoil(path.read_text()))
    content = path.read_bytes()

    ended = person.run("--allow-large")

    check(person, ended, DAMAGED, f"state/{name}", says)
    assert content == path.read_bytes()


def test_every_mistake_in_the_overrides_is_marked_on_its_line_before_anything_is_sent(person: Person) -> None:
    (person.folder / "overrides.yaml").write_text(
        "104578: {trakt: attack-on-titan, seasn: 3}\nabc: {trakt: x}\n112151: {tmdb: 635302, type: film}\n"
    )

    ended = person.run(GITHUB_ACTIONS="true")

    check(person, ended, CONFIGURATION, "did you mean “season”", "overrides.yaml:2", "overrides.yaml:3")
    assert "::error file=overrides.yaml,line=1" in ended.output
    assert 0 == sum(ended.requests.values())
