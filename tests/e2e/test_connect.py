"""Logging in to Trakt: the code, the waiting, the account, where the pair is kept, and everything that may go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from demo.faults import Fault
from demo.server import Reply, Request, html
from demo.world import TRAKT_NAME
from sync.services.tokens.store import STORE_FILE
from tests.faults.harness import Ended, Owner, meddling, world_of

CONFIGURATION, LOGIN, NOT_STORED, UNAVAILABLE = 2, 3, 4, 5
POLL = "/oauth/device/token"


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody who has set the client id and secret, and is not connected yet."""
    with world_of(145064, 112151) as (demo, clock):
        person = Owner(demo, clock, tmp_path)
        del person.settings["TRAKT_ACCESS_TOKEN"], person.settings["TRAKT_REFRESH_TOKEN"]
        demo.logins.access.clear()
        demo.logins.refresh.clear()
        yield person


Act = Callable[[Owner, str], None]


def after_polls(owner: Owner, polls: int, act: Act) -> Callable[[Request, Reply], Reply]:
    """Lets ``act`` happen to the newest user code once it was asked after so often."""
    asked = 0

    def count(request: Request, answer: Reply) -> Reply:
        nonlocal asked
        asked += request.path == POLL
        if asked == polls and request.path == POLL:
            act(owner, list(owner.demo.logins.devices.values())[-1].user_code)
        return answer

    return count


def approve(owner: Owner, user_code: str, username: str = TRAKT_NAME) -> None:
    owner.demo.logins.approve(user_code, username)


def connect(owner: Owner, *, polls: int = 1, act: Act = approve) -> Ended:
    with meddling(owner.demo.trakt_auth, after_polls(owner, polls, act)):
        return owner.do("connect")


def test_it_shows_address_and_code_waits_at_trakts_pace_and_says_who_is_connected(owner: Owner) -> None:
    started = owner.clock.monotonic()

    ended = connect(owner, polls=3)

    assert 0 == ended.code, ended.output
    assert "https://auth.trakt.tv/activate" in ended.output
    assert "DEMO0001" in ended.output
    assert f"the Trakt account {TRAKT_NAME}" in ended.output
    assert "demo-device" not in ended.output
    assert 20 == round(owner.clock.monotonic() - started)
    assert 1 + 4 == ended.requests["trakt_auth"]
    assert 0 == owner.sync().code
    assert owner.truth == owner.history


def test_the_pair_is_kept_encrypted_on_github(owner: Owner) -> None:
    connect(owner)

    sealed = owner.committed[STORE_FILE]
    tokens = [*owner.demo.logins.access, *owner.demo.logins.refresh]
    assert not [token for token in tokens if token.encode() in sealed]
    assert {STORE_FILE} == set(owner.committed)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"STATE_KEY": "another key"}, "STATE_KEY"),
        ({"TRAKT_CLIENT_SECRET": "another-secret"}, "TRAKT_CLIENT_SECRET"),
    ],
)
def test_a_wrong_key_is_named_and_connecting_again_heals_it(
    owner: Owner, settings: Mapping[str, str], says: str
) -> None:
    connect(owner)
    before = dict(owner.settings)
    owner.settings.update(settings)

    ended = owner.sync()

    assert LOGIN == ended.code
    assert f"cannot be opened with {says}" in ended.output
    assert "put the old value back" in ended.output
    owner.settings = before | {"STATE_KEY": "the new key"}
    owner.new_runner()
    assert 0 == connect(owner).code
    assert 0 == owner.sync().code


def deny(owner: Owner, user_code: str) -> None:
    owner.demo.logins.deny(user_code)


def use_up(owner: Owner, user_code: str) -> None:
    next(d for d in owner.demo.logins.devices.values() if d.user_code == user_code).used = True


def forget(owner: Owner, user_code: str) -> None:
    owner.demo.logins.devices.clear()


def nobody_comes(owner: Owner, user_code: str) -> None:
    pass


def time_runs_out(owner: Owner, user_code: str) -> None:
    device = next(d for d in owner.demo.logins.devices.values() if d.user_code == user_code)
    device.expires_at = owner.clock.now()


@pytest.mark.parametrize(
    ("act", "says", "polls"),
    [
        (deny, "You refused the connection on Trakt (418)", 3),
        (use_up, "The code was used already (409)", 3),
        (forget, "does not know the device code any more (404)", 3),
        (time_runs_out, "The code ran out before it was typed in", 3),
        (nobody_comes, "The code ran out before it was typed in", 125),
    ],
)
def test_a_code_that_leads_nowhere_says_why_and_keeps_nothing(owner: Owner, act: Act, says: str, polls: int) -> None:
    ended = connect(owner, polls=2, act=act)

    assert LOGIN == ended.code, ended.output
    assert says in ended.output
    assert ended.requests["trakt_auth"] <= 1 + polls
    assert {} == owner.committed


@pytest.mark.parametrize(
    "fault", [Fault.DROP_BEFORE, Fault.ERROR_500, Fault.UNAVAILABLE, Fault.HTML_429, Fault.STALL], ids=lambda f: f.name
)
def test_trouble_while_waiting_is_waited_through(owner: Owner, fault: Fault) -> None:
    for number in (2, 3):
        owner.demo.faults.at(fault, number, service="trakt_auth")

    ended = connect(owner, polls=2)

    assert 0 == ended.code, ended.output


def test_being_asked_to_slow_down_makes_the_pauses_longer(owner: Owner) -> None:
    owner.demo.faults.at(Fault.HTML_429, 2, service="trakt_auth")
    connect(owner, polls=2)

    assert [5.0, 10.0, 10.0] == owner.clock.slept[:3]


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.TRUNCATED, Fault.BAD_GATEWAY_AFTER], ids=lambda f: f.name)
def test_a_pair_that_is_lost_on_its_way_says_to_connect_again(owner: Owner, fault: Fault) -> None:
    owner.demo.faults.at(fault, 3, service="trakt_auth")

    ended = connect(owner, polls=1)

    assert LOGIN == ended.code
    assert "The code was used already (409)" in ended.output
    assert "Connect Trakt" in ended.output


def test_the_wrong_account_is_refused_and_its_log_in_ended(owner: Owner) -> None:
    ended = connect(owner, act=lambda who, code: approve(who, code, "someone-else"))

    assert LOGIN == ended.code
    assert "someone-else" in ended.output
    assert f"TRAKT_USERNAME is {TRAKT_NAME}" in ended.output
    assert {} == owner.committed
    assert {} == owner.demo.logins.access
    assert {} == owner.demo.logins.refresh


def test_the_wanted_account_may_be_spelt_in_any_case_or_not_be_named_at_all(owner: Owner) -> None:
    for name in ("MiSaKi", ""):
        owner.settings["TRAKT_USERNAME"] = name
        assert 0 == connect(owner).code
        assert 0 == owner.sync().code


def test_an_account_that_cannot_be_read_does_not_waste_the_code(owner: Owner) -> None:
    with meddling(owner.demo.trakt, lambda request, answer: html(503, "down")):
        ended = connect(owner)

    assert 0 == ended.code, ended.output
    assert "the next run says which" in ended.output
    assert 0 == owner.sync().code
    assert owner.truth == owner.history


def test_a_deleted_app_says_so(owner: Owner) -> None:
    owner.demo.logins.app_deleted = True

    ended = owner.do("connect")

    assert LOGIN == ended.code
    assert "does not know this API app" in ended.output
    assert "TRAKT_CLIENT_ID" in ended.output
    assert 1 == ended.requests["trakt_auth"]


def test_with_the_right_to_write_secrets_the_pair_goes_there_and_rotates_there(owner: Owner) -> None:
    github = owner.demo.github
    owner.settings["GH_SECRETS_PAT"] = github.new_token(frozenset({"secrets"}))

    assert 0 == connect(owner).code

    assert STORE_FILE not in owner.committed
    assert list(owner.demo.logins.access)[-1] == github.secrets["TRAKT_ACCESS_TOKEN"]
    for _ in range(8):
        owner.settings |= github.secrets
        owner.clock.advance(timedelta(days=1))
        assert 0 == owner.sync().code
    assert 2 == len(owner.demo.logins.spent)
    assert 0 == owner.demo.logins.reused


def test_a_token_without_that_right_is_explained(owner: Owner) -> None:
    owner.settings["GH_SECRETS_PAT"] = owner.demo.github.new_token()

    ended = connect(owner)

    assert NOT_STORED == ended.code
    assert "Secrets: read and write" in ended.output


def test_a_push_that_is_refused_is_told_and_the_last_step_may_still_save_the_pair(owner: Owner) -> None:
    owner.demo.github.git.protected.add("main")
    ended = connect(owner)

    assert NOT_STORED == ended.code
    assert "did not reach GitHub" in ended.output

    owner.demo.github.git.protected.clear()
    assert 0 == owner.do("save").code
    assert 0 == owner.sync().code


def test_a_stale_pair_in_the_settings_never_overrides_the_newer_one_but_a_new_one_does(owner: Owner) -> None:
    logins = owner.demo.logins
    pair = logins.issue(TRAKT_NAME)
    owner.settings |= {
        "TRAKT_ACCESS_TOKEN": str(pair["access_token"]),
        "TRAKT_REFRESH_TOKEN": str(pair["refresh_token"]),
    }
    owner.clock.advance(timedelta(days=8))
    for _ in range(12):  # the pair in the settings is long dead; what it was renewed to is stored
        owner.clock.advance(timedelta(days=1))
        assert 0 == owner.sync().code
    assert 0 == logins.reused

    fresh = logins.issue(TRAKT_NAME)
    owner.settings |= {
        "TRAKT_ACCESS_TOKEN": str(fresh["access_token"]),
        "TRAKT_REFRESH_TOKEN": str(fresh["refresh_token"]),
    }
    for token in list(logins.access)[:-1]:
        del logins.access[token]
    assert 0 == owner.sync().code
    assert 0 == logins.reused


def test_connecting_without_the_apps_id_and_secret_names_both(owner: Owner) -> None:
    owner.settings |= {"TRAKT_CLIENT_ID": "", "TRAKT_CLIENT_SECRET": ""}

    ended = owner.do("connect")

    assert CONFIGURATION == ended.code
    assert "TRAKT_CLIENT_ID" in ended.output
    assert "TRAKT_CLIENT_SECRET" in ended.output


def test_without_trakt_it_says_that_it_is_not_there(owner: Owner) -> None:
    with meddling(owner.demo.trakt_auth, lambda request, answer: html(503, "down")):
        ended = owner.do("connect")

    assert UNAVAILABLE == ended.code
    assert ended.requests["trakt_auth"] <= 6
