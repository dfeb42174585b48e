"""The log-in through a run: when it is renewed, what serves when it cannot be, and what is said then. The store is the
real one, on a real file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.errors import LoginError, TokenStoreError
from sync.services.tokens.login import Login, TokenStore
from sync.services.tokens.pair import TokenPair
from sync.services.tokens.sealing import Fingerprints
from sync.services.tokens.store import EncryptedTokenStore, SecretTokenStore
from tests.fakes import FakeClock

FIRST_SCHEMA = Path(__file__).parents[2] / "data" / "first_schema" / "tokens"
NOW = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)
WEEK = timedelta(days=7)
STORED = TokenPair("stored-access", "stored-refresh", NOW - timedelta(days=1), WEEK, "misaki")
DUE = replace(STORED, created_at=NOW - timedelta(days=4))
GIVEN = TokenPair("given-access", "given-refresh")
RENEWED = TokenPair("renewed-access", "renewed-refresh", NOW, WEEK, "misaki")


class Trakt:
    """Gives one new pair for each refresh token that it knows, once."""

    def __init__(self, *known: str) -> None:
        self.known = set(known)
        self.sent: list[str] = []

    def refresh(self, pair: TokenPair) -> TokenPair:
        self.sent.append(pair.refresh_token)
        if pair.refresh_token not in self.known:
            raise LoginError("Trakt refused the stored log-in (invalid_grant).")
        self.known.remove(pair.refresh_token)
        return RENEWED


@pytest.fixture
def store_for(tmp_path: Path) -> Callable[[TokenPair | None], TokenStore]:
    def store(given: TokenPair | None = None) -> TokenStore:
        return EncryptedTokenStore(tmp_path / "state" / "trakt_token.enc", key="k", key_name="STATE_KEY", given=given)

    return store


StoreFor = Callable[[TokenPair | None], TokenStore]


def login(store: TokenStore, trakt: Trakt, *, read_only: bool = False) -> Login:
    return Login(store, refresh=trakt.refresh, clock=FakeClock(NOW), read_only=read_only)


def test_a_wrong_pair_in_the_secrets_does_not_replace_a_stored_log_in_that_works(store_for: StoreFor) -> None:
    store_for(None).save(STORED)
    trakt = Trakt(STORED.refresh_token)
    run = login(store_for(GIVEN), trakt)
    assert run.access_token() == GIVEN.access_token

    run.renew()  # as after a 401

    assert run.access_token() == STORED.access_token
    assert trakt.sent == []
    assert store_for(None).load() == STORED
    (warning,) = run.warnings
    assert "TRAKT_ACCESS_TOKEN and TRAKT_REFRESH_TOKEN" in warning
    assert "Delete the two secrets" in warning


def test_a_dry_run_falls_back_on_it_too(store_for: StoreFor) -> None:
    store_for(None).save(STORED)
    run = login(store_for(GIVEN), Trakt(), read_only=True)
    run.access_token()
    run.renew()

    assert run.access_token() == STORED.access_token


def test_it_is_renewed_if_it_is_due(store_for: StoreFor) -> None:
    store_for(None).save(DUE)
    trakt = Trakt(DUE.refresh_token)
    run = login(store_for(GIVEN), trakt)
    run.access_token()
    run.renew()

    assert run.access_token() == RENEWED.access_token
    assert trakt.sent == [DUE.refresh_token]
    assert store_for(GIVEN).load() == RENEWED


def test_a_pair_in_the_secrets_is_renewed_where_nothing_that_works_is_stored(store_for: StoreFor) -> None:
    over = replace(STORED, created_at=NOW - timedelta(days=8), spent=True)
    store_for(None).save(over)
    trakt = Trakt(GIVEN.refresh_token)
    run = login(store_for(GIVEN), trakt)
    run.access_token()
    run.renew()

    assert trakt.sent == [GIVEN.refresh_token]
    assert run.access_token() == RENEWED.access_token


class TestAccessTokenAlone:
    """The first guide told people to make just that."""

    ALONE = TokenPair("alone-access", "")

    def test_it_serves_and_says_that_it_will_end_and_what_to_do(self, store_for: StoreFor) -> None:
        run = login(store_for(self.ALONE), Trakt())

        assert run.access_token() == "alone-access"
        (warning,) = run.warnings
        assert "without TRAKT_REFRESH_TOKEN" in warning
        assert "seven days" in warning
        assert "Connect Trakt" in warning

    def test_whose_it_is_is_not_stored_since_it_is_no_log_in_to_keep(self, store_for: StoreFor) -> None:
        run = login(store_for(self.ALONE), Trakt())
        run.access_token()
        run.note_username("misaki")

        assert run.username == "misaki"
        assert store_for(None).load() is None

    def test_once_trakt_refuses_it_the_remedy_is_to_connect(self, store_for: StoreFor) -> None:
        trakt = Trakt()
        run = login(store_for(self.ALONE), trakt)
        run.access_token()

        with pytest.raises(LoginError, match="no longer takes TRAKT_ACCESS_TOKEN") as caught:
            run.renew()

        assert "Connect Trakt" in caught.value.remedy
        assert trakt.sent == []


class TestNothingSpentInVain:
    """A refresh token is sent only when the pair that comes of it can be kept."""

    def secret_store(self, tmp_path: Path, put_secret: Callable[[str, str], object]) -> SecretTokenStore:
        marker = tmp_path / "state" / "trakt_token.json"
        SecretTokenStore(marker, put_secret=lambda *_: None, given=DUE).save(DUE)
        return SecretTokenStore(marker, put_secret=put_secret, given=replace(DUE, created_at=None, expires_in=None))

    def refuse(self, name: str, _: str) -> None:
        raise TokenStoreError(f"GitHub did not take the secret {name}: it answered 401.", "Renew GH_SECRETS_PAT.")

    def test_with_an_expired_pat_the_old_log_in_serves_and_the_run_says_what_to_do(self, tmp_path: Path) -> None:
        trakt = Trakt(DUE.refresh_token)
        run = login(self.secret_store(tmp_path, self.refuse), trakt)

        assert run.access_token() == DUE.access_token
        assert trakt.sent == []
        assert "Renew GH_SECRETS_PAT" in run.warnings[0]

    def test_nor_is_it_sent_after_a_401(self, tmp_path: Path) -> None:
        trakt = Trakt(DUE.refresh_token)
        run = login(self.secret_store(tmp_path, self.refuse), trakt)
        run.access_token()

        with pytest.raises(TokenStoreError, match="Renew GH_SECRETS_PAT"):
            run.renew()

        assert trakt.sent == []

    def test_once_the_pat_works_again_it_is_renewed(self, tmp_path: Path) -> None:
        self.test_nor_is_it_sent_after_a_401(tmp_path)
        secrets: dict[str, str] = {}
        trakt = Trakt(DUE.refresh_token)

        assert login(self.secret_store(tmp_path, secrets.__setitem__), trakt).access_token() == RENEWED.access_token
        assert secrets["TRAKT_REFRESH_TOKEN"] == RENEWED.refresh_token


class TestWhatAnEarlierVersionStored:
    """Files of schema 1, with the cipher as it was."""

    pair = TokenPair(
        "first-access-token", "first-refresh-token", datetime(2026, 11, 20, 6, 17, 31, tzinfo=UTC), WEEK, "misaki"
    )
    spent = TokenPair("given-access-token", "given-refresh-token")

    def test_the_encrypted_pair_is_opened(self, tmp_path: Path) -> None:
        shutil.copy(FIRST_SCHEMA / "trakt_token.enc", tmp_path)
        for given in (None, self.spent):
            store = EncryptedTokenStore(
                tmp_path / "trakt_token.enc", key="the app's client secret", key_name="x", given=given
            )
            assert store.load() == self.pair

    def test_the_pair_in_the_secrets_is_known_and_the_one_before_it_too(self, tmp_path: Path) -> None:
        shutil.copy(FIRST_SCHEMA / "trakt_token.json", tmp_path)

        def store(given: TokenPair) -> SecretTokenStore:
            return SecretTokenStore(tmp_path / "trakt_token.json", put_secret=lambda *_: None, given=given)

        assert store(replace(self.pair, created_at=None, expires_in=None, username=None)).load() == self.pair
        with pytest.raises(LoginError, match="queued"):
            store(self.spent).load()


def test_a_fingerprint_says_nothing_of_its_pair() -> None:
    assert Fingerprints("salt").of(STORED) != Fingerprints("other").of(STORED)
    assert "stored" not in Fingerprints("salt").of(STORED)
