"""Where the log-in is kept: encrypted in a file or in the repository's secrets. Real files and the real cipher."""

from __future__ import annotations

import json
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.errors import LoginError, ServiceUnavailable, StateError, TokenStoreError
from sync.services.state import merge_file
from sync.services.tokens.login import TokenStore
from sync.services.tokens.pair import TokenPair
from sync.services.tokens.sealing import Fingerprints
from sync.services.tokens.store import PROOF_SECRET, EncryptedTokenStore, SecretTokenStore, open_token_store
from sync.settings import Settings

CREATED = datetime(2026, 11, 20, 6, 17, 31, tzinfo=UTC)
WEEK = timedelta(days=7)
FIRST = TokenPair("first-access-token", "first-refresh-token", CREATED, WEEK, "misaki")
SECOND = TokenPair("second-access-token", "second-refresh-token", CREATED + timedelta(days=4), WEEK, "misaki")
THIRD = TokenPair("third-access-token", "third-refresh-token", CREATED + timedelta(days=8), WEEK, "misaki")
GIVEN = TokenPair("given-access-token", "given-refresh-token")
KEY = "the app's client secret"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "trakt_token.enc"


def store(path: Path, given: TokenPair | None = None, key: str = KEY) -> EncryptedTokenStore:
    return EncryptedTokenStore(path, key=key, key_name="TRAKT_CLIENT_SECRET", given=given)


class TestEncryptedFile:
    def test_before_the_first_log_in_there_is_no_pair(self, path: Path) -> None:
        assert store(path).load() is None

    @pytest.mark.full_strength
    def test_a_saved_pair_is_loaded_by_the_next_run(self, path: Path) -> None:
        store(path).save(FIRST)

        assert store(path).load() == FIRST
        assert "scrypt n=32768 r=8 p=1" == json.loads(path.read_text())["kdf"]

    def test_the_file_shows_when_the_pair_was_made_and_no_more(self, path: Path) -> None:
        store(path, GIVEN).save(FIRST)
        text = path.read_text()
        document = json.loads(text)

        assert document["created_at"] == "2026-11-20T06:17:31Z"
        for secret in ("first-access", "first-refresh", "given-access", "misaki", KEY):
            assert secret not in text
            assert secret.encode() not in b64decode(document["sealed"])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_an_unchanged_pair_leaves_the_file_alone(self, path: Path) -> None:
        store(path).save(FIRST)
        before = path.read_bytes()
        store(path).save(FIRST)

        assert path.read_bytes() == before

    def test_another_key_is_explained_and_nothing_is_lost(self, path: Path) -> None:
        store(path).save(FIRST)
        before = path.read_bytes()

        with pytest.raises(LoginError, match=r"state/trakt_token\.enc .*TRAKT_CLIENT_SECRET.*Connect Trakt") as caught:
            store(path, key="another secret").load()

        assert caught.value.exit_code == 3
        assert "another secret" not in str(caught.value)
        assert path.read_bytes() == before

    def test_logging_in_again_replaces_a_file_that_the_key_does_not_open(self, path: Path) -> None:
        store(path).save(FIRST)
        store(path, key="another secret").save(SECOND)

        assert store(path, key="another secret").load() == SECOND

    @pytest.mark.parametrize("part", ["created_at", "salt", "nonce", "sealed"])
    def test_a_file_that_was_tampered_with_is_refused(self, path: Path, part: str) -> None:
        store(path).save(FIRST)
        document = json.loads(path.read_text())
        if part == "created_at":
            document[part] = "2027-01-01T00:00:00Z"
        else:
            raw = b64decode(document[part])
            document[part] = b64encode(bytes([raw[0] ^ 1]) + raw[1:]).decode()
        path.write_text(json.dumps(document))

        with pytest.raises(LoginError):
            store(path).load()

    @pytest.mark.parametrize(
        "change",
        [
            {"kdf": "scrypt n=1073741824 r=8 p=1"},
            {"kdf": None},
            {"cipher": "ROT13"},
            {"nonce": "AAAA"},
            {"sealed": "not base64!"},
        ],
    )
    def test_a_damaged_file_is_named_and_does_not_stop_a_new_log_in(
        self, path: Path, change: dict[str, object]
    ) -> None:
        store(path).save(FIRST)
        path.write_text(json.dumps(json.loads(path.read_text()) | change))

        with pytest.raises(StateError, match=r"state/trakt_token\.enc is damaged.*Connect Trakt"):
            store(path).load()
        store(path).save(SECOND)
        assert store(path).load() == SECOND

    def test_a_file_of_a_newer_schema_is_not_overwritten(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text('{"schema": 2}')

        with pytest.raises(StateError, match="newer version"):
            store(path).load()
        with pytest.raises(TokenStoreError, match="newer version") as caught:
            store(path).save(FIRST)
        assert caught.value.exit_code == 4
        assert path.read_text() == '{"schema": 2}'

    def test_a_name_or_a_life_too_long_to_be_real_is_not_kept(self, path: Path) -> None:
        store(path).save(replace(FIRST, username="x" * 201, expires_in=timedelta(days=100_000)))

        assert store(path).load() == replace(FIRST, username=None, expires_in=timedelta(days=400))

    @pytest.mark.parametrize("name", ["trakt_token.enc", "trakt_token.json"])
    def test_a_link_is_not_followed(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "secret").write_text("mine")
        (tmp_path / name).symlink_to(tmp_path / "secret")
        stores: list[TokenStore] = [
            store(tmp_path / name),
            SecretTokenStore(tmp_path / name, put_secret=lambda *_: None, given=GIVEN),
        ]

        for each in stores:
            with pytest.raises(StateError, match=f"{name} is a symbolic link"):
                each.load()
            with pytest.raises(TokenStoreError, match=f"{name} is a symbolic link"):
                each.save(FIRST)
        assert (tmp_path / "secret").read_text() == "mine"

    def test_a_pair_that_cannot_be_written_is_an_error_of_its_own(self, tmp_path: Path) -> None:
        marker = tmp_path / "trakt_token.json"
        marker.mkdir()
        unwritable = SecretTokenStore(marker, put_secret=lambda *_: None, given=None)

        with pytest.raises((TokenStoreError, StateError), match=r"trakt_token\.json"):
            unwritable.save(FIRST)

    def test_the_pair_counts_as_stored_only_when_it_was_published(self, path: Path) -> None:
        def publish() -> None:
            raise ServiceUnavailable("GitHub", "GitHub did not answer.", "Try later.")

        failing = EncryptedTokenStore(path, key=KEY, key_name="STATE_KEY", publish=publish)

        with pytest.raises(TokenStoreError, match=r"did not reach GitHub: GitHub did not answer.*Try later"):
            failing.save(FIRST)

    def test_of_two_files_the_pair_made_later_stays(self, path: Path, tmp_path: Path) -> None:
        other = tmp_path / "other" / "trakt_token.enc"
        store(path).save(FIRST)
        store(other).save(SECOND)
        old, new = path.read_bytes(), other.read_bytes()

        assert merge_file("trakt_token.enc", old, new) == new
        assert merge_file("trakt_token.enc", new, old) == new
        assert merge_file("trakt_token.enc", b"<<<<<<< HEAD", old) == old
        with pytest.raises(StateError, match="newer version"):
            merge_file("trakt_token.enc", new, b'{"schema": 2}')


class TestGivenPair:
    """Which of the stored pair and the one in the settings is the newer."""

    def test_the_first_pair_comes_from_the_settings(self, path: Path) -> None:
        assert store(path, GIVEN).load() == GIVEN

    def test_a_given_pair_that_was_renewed_since_is_stale(self, path: Path) -> None:
        store(path, GIVEN).save(FIRST)

        assert store(path, GIVEN).load() == FIRST

    def test_it_stays_stale_however_many_renewals_follow(self) -> None:
        spent = Fingerprints.fresh()
        for number in range(20):
            spent = spent.plus(replace(FIRST, access_token=f"access-{number}"), GIVEN)

        assert spent.knows(GIVEN)
        assert spent.knows(replace(FIRST, access_token="access-19"))
        assert not spent.knows(replace(FIRST, access_token="access-0"))

    def test_a_changed_pair_in_the_settings_is_a_new_log_in(self, path: Path) -> None:
        store(path, GIVEN).save(FIRST)
        changed = TokenPair("other-access-token", "other-refresh-token")

        assert store(path, changed).load() == changed

    def test_a_run_that_was_queued_with_the_settings_before_that_is_recognised(self, path: Path) -> None:
        changed = TokenPair("other-access-token", "other-refresh-token")
        store(path, GIVEN).save(FIRST)
        store(path, changed).save(SECOND)

        assert store(path, GIVEN).load() == SECOND

    def test_a_pair_that_was_stored_once_and_replaced_is_stale_in_the_settings_too(self, path: Path) -> None:
        store(path).save(FIRST)
        store(path).save(SECOND)

        assert store(path, replace(FIRST, created_at=None, expires_in=None, username=None)).load() == SECOND

    def test_the_stored_pair_in_the_settings_keeps_its_age(self, path: Path) -> None:
        store(path).save(FIRST)

        assert store(path, TokenPair(FIRST.access_token, FIRST.refresh_token)).load() == FIRST

    def test_a_pair_set_after_a_log_in_by_the_workflow_is_new(self, path: Path) -> None:
        store(path).save(FIRST)

        assert store(path, GIVEN).load() == GIVEN


class TestSpentPair:
    """Before a refresh token is sent, it is put on record that it was: its answer may be lost."""

    def refuse(self) -> None:
        raise ServiceUnavailable("GitHub", "GitHub did not answer.", "Try later.")

    def test_the_note_outlives_the_run_and_the_access_token_with_it(self, path: Path) -> None:
        store(path).save(FIRST)
        store(path).mark_spent(FIRST)

        assert store(path).load() == replace(FIRST, spent=True)

    def test_a_given_pair_is_kept_as_spent_too(self, path: Path) -> None:
        store(path, GIVEN).mark_spent(GIVEN)

        assert store(path, GIVEN).load() == replace(GIVEN, spent=True)

    def test_the_new_pair_takes_its_place(self, path: Path) -> None:
        store(path).mark_spent(FIRST)
        store(path).save(SECOND)

        assert store(path).load() == SECOND

    @pytest.mark.parametrize("stored", [True, False])
    def test_a_note_that_does_not_reach_github_is_taken_back(self, path: Path, stored: bool) -> None:
        if stored:
            store(path).save(FIRST)
        failing = EncryptedTokenStore(path, key=KEY, key_name="STATE_KEY", publish=self.refuse)

        with pytest.raises(TokenStoreError, match="did not reach GitHub"):
            failing.mark_spent(FIRST)

        assert store(path).load() == (FIRST if stored else None)

    def test_of_two_notes_on_one_pair_the_spent_one_stays(self, path: Path) -> None:
        store(path).save(FIRST)
        before = path.read_bytes()
        store(path).mark_spent(FIRST)
        after = path.read_bytes()

        assert merge_file("trakt_token.enc", before, after) == merge_file("trakt_token.enc", after, before) == after

    def test_the_note_cannot_be_scratched_out(self, path: Path) -> None:
        store(path).mark_spent(FIRST)
        path.write_text(path.read_text().replace('"spent": true', '"spent": false'))

        with pytest.raises(LoginError):
            store(path).load()

    def test_what_another_run_renewed_meanwhile_is_not_sent_again(self, path: Path, tmp_path: Path) -> None:
        store(path).save(FIRST)

        def meanwhile() -> None:
            store(path).save(SECOND)

        late = EncryptedTokenStore(path, key=KEY, key_name="STATE_KEY", publish=meanwhile)
        with pytest.raises(TokenStoreError, match="Another run renewed"):
            late.mark_spent(FIRST)
        assert store(path).load() == SECOND

        marker = tmp_path / "state" / "trakt_token.json"

        def secret_store(given: TokenPair, publish: Callable[[], object] | None = None) -> SecretTokenStore:
            return SecretTokenStore(marker, put_secret=lambda *_: None, given=given, publish=publish)

        secret_store(FIRST).save(FIRST)
        late_too = secret_store(FIRST, publish=lambda: secret_store(FIRST).save(SECOND))
        with pytest.raises(TokenStoreError, match="Another run renewed"):
            late_too.mark_spent(FIRST)
        assert secret_store(SECOND).load() == SECOND

    def test_a_secret_that_cannot_be_written_is_found_before_the_refresh_token_is_spent(self, tmp_path: Path) -> None:
        """The new pair would have nowhere to go: an expired GH_SECRETS_PAT, or one that may not write secrets."""
        marker = tmp_path / "state" / "trakt_token.json"

        def refuse(name: str, _: str) -> None:
            raise TokenStoreError(f"GitHub did not take the secret {name}.", "Renew GH_SECRETS_PAT.")

        with pytest.raises(TokenStoreError, match="Renew GH_SECRETS_PAT"):
            SecretTokenStore(marker, put_secret=refuse, given=GIVEN).mark_spent(GIVEN)

        assert not marker.exists()

    def test_with_repository_secrets_the_note_is_kept_beside_them(self, tmp_path: Path) -> None:
        marker, secrets = tmp_path / "state" / "trakt_token.json", {"OTHER": "untouched"}

        def secret_store(publish: Callable[[], object] | None = None) -> SecretTokenStore:
            return SecretTokenStore(marker, put_secret=secrets.__setitem__, given=GIVEN, publish=publish)

        with pytest.raises(TokenStoreError):
            secret_store(self.refuse).mark_spent(GIVEN)
        assert secret_store().load() == GIVEN

        secret_store().mark_spent(GIVEN)
        assert secret_store().load() == replace(GIVEN, spent=True)
        assert {"OTHER", PROOF_SECRET} == set(secrets)


class TestSecrets:
    @pytest.fixture
    def secrets(self) -> dict[str, str]:
        return {}

    @pytest.fixture
    def marker(self, tmp_path: Path) -> Path:
        return tmp_path / "state" / "trakt_token.json"

    def secret_store(self, marker: Path, secrets: dict[str, str], given: TokenPair | None) -> SecretTokenStore:
        return SecretTokenStore(marker, put_secret=secrets.__setitem__, given=given)

    def test_both_tokens_are_written_and_the_next_run_knows_their_age(
        self, marker: Path, secrets: dict[str, str]
    ) -> None:
        self.secret_store(marker, secrets, GIVEN).save(FIRST)

        assert secrets == {"TRAKT_ACCESS_TOKEN": "first-access-token", "TRAKT_REFRESH_TOKEN": "first-refresh-token"}
        given = TokenPair(secrets["TRAKT_ACCESS_TOKEN"], secrets["TRAKT_REFRESH_TOKEN"])
        assert self.secret_store(marker, secrets, given).load() == FIRST

    def test_learning_whose_the_pair_is_writes_no_secret(self, marker: Path, secrets: dict[str, str]) -> None:
        self.secret_store(marker, secrets, GIVEN).save(GIVEN.with_username("misaki"))

        assert secrets == {}
        assert self.secret_store(marker, secrets, GIVEN).load() == GIVEN.with_username("misaki")

    def test_this_run_goes_on_with_what_it_saved(self, marker: Path, secrets: dict[str, str]) -> None:
        running = self.secret_store(marker, secrets, GIVEN)
        running.save(FIRST)

        assert running.load() == FIRST

    def test_the_marker_holds_no_token(self, marker: Path, secrets: dict[str, str]) -> None:
        self.secret_store(marker, secrets, GIVEN).save(FIRST)

        text = marker.read_text()
        assert not [secret for secret in ("first-", "given-") if secret in text]

    def test_a_run_queued_before_the_renewal_does_not_use_spent_tokens(
        self, marker: Path, secrets: dict[str, str]
    ) -> None:
        self.secret_store(marker, secrets, GIVEN).save(FIRST)

        with pytest.raises(LoginError, match=r"queued.*next run"):
            self.secret_store(marker, secrets, GIVEN).load()

    def test_a_pair_that_the_user_put_there_is_taken(self, marker: Path, secrets: dict[str, str]) -> None:
        self.secret_store(marker, secrets, GIVEN).save(FIRST)
        changed = TokenPair("other-access-token", "other-refresh-token")

        assert self.secret_store(marker, secrets, changed).load() == changed

    def test_without_secrets_there_is_no_pair(self, marker: Path, secrets: dict[str, str]) -> None:
        assert self.secret_store(marker, secrets, None).load() is None

    def test_the_refresh_token_goes_first_so_that_half_a_write_can_be_mended(self, marker: Path) -> None:
        written: list[str] = []

        def put(name: str, _: str) -> None:
            written.append(name)
            if len(written) == 2:
                raise TokenStoreError("GitHub did not take the secret TRAKT_ACCESS_TOKEN.")

        broken = SecretTokenStore(marker, put_secret=put, given=GIVEN)

        with pytest.raises(TokenStoreError):
            broken.save(FIRST)
        assert written == ["TRAKT_REFRESH_TOKEN", "TRAKT_ACCESS_TOKEN"]
        mixed = TokenPair("given-access-token", "first-refresh-token")
        assert SecretTokenStore(marker, put_secret=put, given=mixed).load() == mixed

    def test_a_damaged_marker_is_named(self, marker: Path, secrets: dict[str, str]) -> None:
        marker.parent.mkdir()
        marker.write_text('{"schema": 1, "salt": "x", "present": 5}')

        with pytest.raises(StateError, match=r"state/trakt_token\.json is damaged"):
            self.secret_store(marker, secrets, GIVEN).load()


class TestChoice:
    """Which store the settings ask for."""

    def settings(self, tmp_path: Path, **settings: str) -> Settings:
        return replace(Settings(trakt_client_secret=KEY, state_dir=tmp_path / "state"), **settings)  # type: ignore[arg-type] # every setting here is text

    def test_the_key_is_the_app_s_secret_unless_there_is_one_for_the_state(self, tmp_path: Path) -> None:
        open_token_store(self.settings(tmp_path)).save(FIRST)
        assert open_token_store(self.settings(tmp_path)).load() == FIRST

        with pytest.raises(LoginError, match="STATE_KEY"):
            open_token_store(self.settings(tmp_path, state_key="my own key")).load()

    def test_an_access_token_alone_serves_until_something_is_stored(self, tmp_path: Path) -> None:
        alone = self.settings(tmp_path, trakt_access_token="access only")
        assert open_token_store(alone).load() == TokenPair("access only", "")

        open_token_store(self.settings(tmp_path)).save(FIRST)
        assert open_token_store(alone).load() == FIRST

    def test_a_refresh_token_alone_is_no_log_in(self, tmp_path: Path) -> None:
        assert open_token_store(self.settings(tmp_path, trakt_refresh_token="refresh only")).load() is None

    def test_secrets_are_written_only_with_a_token_for_them(self, tmp_path: Path) -> None:
        secrets: dict[str, str] = {}
        open_token_store(self.settings(tmp_path), put_secret=secrets.__setitem__).save(FIRST)
        assert secrets == {}

        settings = self.settings(tmp_path, gh_secrets_pat="pat")
        open_token_store(settings, put_secret=secrets.__setitem__).save(FIRST)
        assert set(secrets) == {"TRAKT_ACCESS_TOKEN", "TRAKT_REFRESH_TOKEN"}

    def test_on_one_s_own_machine_there_are_no_repository_secrets(self, tmp_path: Path) -> None:
        store = open_token_store(self.settings(tmp_path, gh_secrets_pat="pat"))

        assert isinstance(store, EncryptedTokenStore)
