"""The Trakt log-in over runs: nothing that works once is spent in vain, and nothing that works is given up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from demo.world import TRAKT_NAME
from tests.faults.harness import Owner, world_of

AIRING = 172463
HALF_A_WEEK = timedelta(days=4)
SETTINGS, LOGIN = 2, 3


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody whose log-in is in the repository's secrets, written there by Connect Trakt."""
    with world_of(AIRING, 112151) as (demo, clock):
        demo.trakt_auth.auto_approve = TRAKT_NAME
        person = Owner(demo, clock, tmp_path, GH_SECRETS_PAT=demo.github.new_token(frozenset({"secrets"})))
        assert 0 == person.do("connect").code
        person.settings |= demo.github.secrets
        assert 0 == person.sync().code
        yield person


def test_with_a_pat_that_may_no_longer_write_secrets_the_refresh_token_is_kept(owner: Owner) -> None:
    good = owner.settings["GH_SECRETS_PAT"]
    owner.settings["GH_SECRETS_PAT"] = owner.demo.github.new_token(frozenset())
    owner.demo.world.watch(AIRING)
    commits = len(owner.demo.github.store.history("main"))

    ended = owner.sync(later=HALF_A_WEEK)

    assert (0, 1) == (ended.code, ended.writes), ended.output
    assert not owner.demo.logins.spent
    assert "GH_SECRETS_PAT" in unescape(ended.summary)
    assert commits + 2 == len(owner.demo.github.store.history("main")), "a commit for nothing"

    owner.settings["GH_SECRETS_PAT"] = good
    assert 0 == owner.sync().code
    assert 1 == len(owner.demo.logins.spent)
    owner.settings |= owner.demo.github.secrets
    assert 0 == owner.sync(later=timedelta(days=5)).code


def test_once_the_access_token_is_over_it_is_said_what_to_renew_and_the_refresh_token_still_works(owner: Owner) -> None:
    good = owner.settings["GH_SECRETS_PAT"]
    owner.settings["GH_SECRETS_PAT"] = owner.demo.github.new_token(frozenset())

    ended = owner.sync(later=timedelta(days=8))

    assert 4 == ended.code, ended.output
    assert "GH_SECRETS_PAT" in unescape(ended.summary)
    assert not owner.demo.logins.spent
    owner.settings["GH_SECRETS_PAT"] = good
    assert 0 == owner.sync().code


def test_a_wrong_pair_in_the_secrets_leaves_the_stored_log_in_at_work(tmp_path: Path) -> None:
    with world_of(AIRING) as (demo, clock):
        demo.trakt_auth.auto_approve = TRAKT_NAME
        owner = Owner(demo, clock, tmp_path)
        del owner.settings["TRAKT_ACCESS_TOKEN"], owner.settings["TRAKT_REFRESH_TOKEN"]
        assert 0 == owner.do("connect").code
        owner.settings |= {"TRAKT_ACCESS_TOKEN": "mistyped", "TRAKT_REFRESH_TOKEN": "mistyped-too"}
        stored = owner.committed["trakt_token.enc"]

        ended = owner.sync()

        assert 0 == ended.code, ended.output
        assert owner.truth == owner.history
        assert "Delete the two secrets" in unescape(ended.summary)
        assert stored == owner.committed["trakt_token.enc"]
        for _ in range(2):
            assert 0 == owner.sync(later=HALF_A_WEEK).code
        assert "Delete the two secrets" not in owner.sync().summary


def test_an_access_token_alone_works_until_it_expires_and_says_so(tmp_path: Path) -> None:
    with world_of(AIRING) as (demo, clock):
        demo.trakt_auth.auto_approve = TRAKT_NAME
        owner = Owner(demo, clock, tmp_path)
        del owner.settings["TRAKT_REFRESH_TOKEN"]

        ended = owner.sync()
        assert 0 == ended.code, ended.output
        assert owner.truth == owner.history
        assert "TRAKT_ACCESS_TOKEN is set without TRAKT_REFRESH_TOKEN" in ended.output

        over = owner.sync(later=timedelta(days=8))
        assert LOGIN == over.code
        assert "Connect Trakt" in unescape(over.summary)
        assert 0 == owner.do("connect").code
        assert 0 == owner.sync().code


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GH_SECRETS_PAT", "github_pat_11\nABC"),
        ("GH_SECRETS_PAT", "“github_pat_11ABC”"),
        ("TRAKT_CLIENT_SECRET", "0123\u200b4567"),
        ("TRAKT_CLIENT_ID", "\ufeffdemo-client-id"),
        ("TRAKT_ACCESS_TOKEN", "abc def"),
        ("TRAKT_REFRESH_TOKEN", "abc\x00def"),
        ("ANILIST_ACCESS_TOKEN", "eyJ0\r\neXAi"),
        ("TMDB_API_KEY", "ключ"),
        ("STATE_KEY", "my\nkey"),
        ("STATE_KEY", "my\u200bkey"),
    ],
)
def test_a_secret_that_cannot_be_sent_is_named_before_the_first_request(owner: Owner, name: str, value: str) -> None:
    owner.settings[name] = value

    ended = owner.sync()

    assert SETTINGS == ended.code, ended.output
    assert f"{name} holds" in ended.output
    assert name in unescape(ended.summary)
    assert not {service: made for service, made in ended.requests.items() if made}
    shown = "".join(line for line in ended.output.splitlines(keepends=True) if not line.startswith("::add-mask::"))
    assert value not in shown
