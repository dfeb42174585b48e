"""The clients against the strict miniature services, through real HTTP: what is sloppy fails here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.faults import Fault
from demo.start import DemoServices
from sync.errors import ConfigError, LoginError
from sync.mapping.sources.datasets import DATASETS
from sync.model.anilist import RelationType
from sync.model.mapping import TextQuery, TitleRef
from sync.model.plan import NewPlay, TimeSource
from sync.model.trakt import Kind, PlayKind
from sync.services.anilist.client import AniListClient
from sync.services.clock import Deadline
from sync.services.datasets import DatasetFiles
from sync.services.http.pacing import AniListPacing, Pacing, TraktPacing
from sync.services.http.redaction import Redactor
from sync.services.http.transport import OutcomeUnknown, Transport
from sync.services.tmdb import TmdbClient
from sync.services.tokens.pair import TokenPair
from sync.services.trakt.client import TraktClient
from sync.services.trakt.device_login import RefreshLost, TraktLogin
from tests.demo_world import running_demo

MINUTE = datetime(2026, 11, 20, 21, 40, tzinfo=UTC)


class Given:
    """A log-in that is what it is."""

    def __init__(self, token: str) -> None:
        self.token = token

    def access_token(self) -> str:
        return self.token

    def renew(self) -> None:
        raise LoginError("this token is not renewed here")


class Clients:
    """All clients of one demo, on its clock."""

    def __init__(self, demo: DemoServices) -> None:
        self.demo, self.clock, self.env = demo, demo.world.clock, demo.env(anilist_token=True)
        redactor = Redactor()
        self.transports = {
            name: Transport(name, clock=self.clock, redactor=redactor, random=lambda: 0.5, pacing=pacing)
            for name, pacing in self._pacings().items()
        }
        self.trakt = TraktClient(
            self.transports["Trakt"],
            self.env["TRAKT_API_URL"],
            self.env["TRAKT_CLIENT_ID"],
            Given(self.env["TRAKT_ACCESS_TOKEN"]),
        )
        self.login = TraktLogin(
            self.transports["auth"],
            self.env["TRAKT_AUTH_URL"],
            self.env["TRAKT_CLIENT_ID"],
            self.env["TRAKT_CLIENT_SECRET"],
        )

    def _pacings(self) -> dict[str, Pacing | None]:
        paced: dict[str, Pacing | None] = {"AniList": AniListPacing(self.clock), "Trakt": TraktPacing(self.clock)}
        return paced | dict.fromkeys(("auth", "TMDB", "datasets"))

    @property
    def deadline(self) -> Deadline:
        return Deadline.after(self.clock, 3600)

    def anilist(self, *, token: bool = False) -> AniListClient:
        return AniListClient(
            self.transports["AniList"],
            self.env["ANILIST_API_URL"],
            token=self.env["ANILIST_ACCESS_TOKEN"] if token else None,
        )


@contextmanager
def clients_of(*anilist_ids: int) -> Iterator[Clients]:
    """The clients of a demo with the whole library, or with these entries only."""
    with running_demo(*anilist_ids) as demo:
        made = Clients(demo)
        yield made
        for transport in made.transports.values():
            transport.close()


@pytest.fixture(scope="module")
def whole() -> Iterator[Clients]:
    with clients_of() as made:
        yield made


@pytest.fixture
def clients(whole: Clients) -> Clients:
    """The whole library, for tests that leave it as it was."""
    whole.demo.log.clear()
    return whole


@pytest.fixture
def small() -> Iterator[Clients]:
    """A world of one short show, for tests that break things."""
    with clients_of(1) as made:
        yield made


def an_episode(clients: Clients) -> int:
    """An episode of the sample library that nobody has played yet."""
    played = clients.trakt.fetch_plays(clients.deadline).episodes
    episodes = (e.trakt_id for title in clients.demo.world.library.titles for e in title.episodes)
    return next(trakt_id for trakt_id in episodes if trakt_id not in played)


def a_play(trakt_id: int) -> NewPlay:
    return NewPlay(1, 1, PlayKind.EPISODE, trakt_id, MINUTE, TimeSource.ACTIVITY)


@pytest.mark.parametrize("token", [False, True])
def test_the_sample_list_is_read_whole(clients: Clients, token: bool) -> None:
    library = clients.anilist(token=token).fetch_library("misaki", clients.deadline)
    assert len(library.entries) >= 60 - 5
    assert library.user.name == "misaki"
    assert clients.demo.log.count("anilist") == -(-len(clients.demo.world.user.entries) // 500)


def test_a_token_alone_finds_its_list(clients: Clients) -> None:
    by_token = clients.anilist(token=True).fetch_library(None, clients.deadline)
    assert by_token.user.name == "misaki"


@pytest.mark.parametrize("name", ["nobody_of_this_name", "shy_otaku"])
def test_an_unknown_and_a_private_user_are_told(clients: Clients, name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        clients.anilist().fetch_library(name, clients.deadline)


def test_the_sample_activities_are_read_to_the_end(clients: Clients) -> None:
    user = clients.demo.world.user
    feed = clients.anilist().fetch_activities(user.user_id, clients.deadline)
    assert feed.complete
    assert len(feed.activities) > 50
    assert [a.created_at for a in feed.activities] == sorted(a.created_at for a in feed.activities)


def test_media_are_read_by_id(clients: Clients) -> None:
    media = clients.anilist().fetch_media([1, 21, 999_999_999], clients.deadline)
    assert set(media) == {1, 21}


def test_relations_and_airing_schedules_are_read_by_id(clients: Clients) -> None:
    anilist = clients.anilist()
    relations = anilist.fetch_relations([104578, 999_999_999], clients.deadline)
    assert set(relations) == {104578}
    assert RelationType.PREQUEL in {relation.type for relation in relations[104578]}
    schedules = anilist.fetch_airing_schedules([21, 1], clients.deadline)
    assert set(schedules) == {1, 21}
    assert schedules[21] == tuple(sorted(schedules[21], key=lambda airing: airing.episode))


def test_account_plays_and_last_activities_are_read(clients: Clients) -> None:
    assert clients.trakt.fetch_account(clients.deadline).username == "misaki"
    assert clients.trakt.fetch_plays(clients.deadline).count == len(clients.demo.world.account.plays)
    assert "all" in clients.trakt.fetch_last_activities(clients.deadline)


def test_every_show_of_the_library_is_found_with_its_layout(clients: Clients) -> None:
    shows = [title for title in clients.demo.world.library.titles if title.kind == "show"]
    refs = [TitleRef("trakt", Kind.SHOW, title.trakt_id) for title in shows]
    titles = [clients.trakt.fetch_title(ref, clients.deadline) for ref in refs]
    layouts = clients.trakt.fetch_layouts([title for title in titles if title], clients.deadline)
    for show in shows:
        layout = layouts[show.trakt_id]
        assert layout is not None
        assert {e.trakt_id for e in layout.episodes} == {e.trakt_id for e in show.episodes}


def test_titles_are_found_by_other_ids_and_by_words(clients: Clients) -> None:
    attack = clients.trakt.fetch_title(TitleRef("tmdb", Kind.SHOW, 1429), clients.deadline)
    assert attack is not None
    assert clients.trakt.fetch_title(TitleRef("slug", Kind.SHOW, str(attack.ids.slug)), clients.deadline) == attack
    found = clients.trakt.search_titles(TextQuery(Kind.SHOW, attack.title), clients.deadline)
    assert attack.ids.trakt in {title.ids.trakt for title in found}


def test_a_play_is_added_read_back_and_removed_by_its_history_id(small: Clients) -> None:
    trakt, episode = small.trakt, an_episode(small)
    added = trakt.add_plays([a_play(episode), a_play(999_999_999)], small.deadline)
    assert [play.trakt_id for play in added.taken] == [episode]
    assert [play.trakt_id for play in added.not_found] == [999_999_999]
    assert added.short == 0
    assert trakt.fetch_plays(small.deadline).episodes[episode] == (MINUTE,)
    rows = trakt.fetch_history(PlayKind.EPISODE, small.deadline, trakt_id=episode, start_at=MINUTE, end_at=MINUTE)
    assert trakt.remove_history([row.history_id for row in rows], small.deadline).removed == 1
    assert episode not in trakt.fetch_plays(small.deadline).episodes


@pytest.mark.parametrize("fault", list(Fault))
def test_a_write_that_goes_wrong_is_never_sent_twice(small: Clients, fault: Fault) -> None:
    episode = an_episode(small)
    small.demo.faults.at(fault, 1, service="trakt", method="POST")
    try:
        small.trakt.add_plays([a_play(episode)], small.deadline)
    except OutcomeUnknown:
        pass
    else:
        assert fault is Fault.STALL
    assert small.demo.log.count("trakt", "POST") == 1


@pytest.mark.parametrize("fault", list(Fault))
def test_a_read_that_goes_wrong_once_is_read_again(small: Clients, fault: Fault) -> None:
    small.demo.faults.at(fault, 1, service="trakt", method="GET")
    assert small.trakt.fetch_plays(small.deadline).count == len(small.demo.world.account.plays)


@pytest.mark.parametrize("fault", list(Fault))
def test_a_list_whose_reading_goes_wrong_once_is_read_again(small: Clients, fault: Fault) -> None:
    small.demo.faults.at(fault, 1, service="anilist")
    assert small.anilist().fetch_library("misaki", small.deadline).entries


def test_a_refresh_rotates_the_pair_and_its_token_works_once(small: Clients) -> None:
    old = TokenPair(small.env["TRAKT_ACCESS_TOKEN"], small.env["TRAKT_REFRESH_TOKEN"])
    fresh = small.login.refresh(old, small.deadline)
    assert fresh.refresh_token != old.refresh_token
    with pytest.raises(LoginError, match="invalid_grant"):
        small.login.refresh(old, small.deadline)


def test_a_refresh_whose_answer_was_lost_is_not_sent_again(small: Clients) -> None:
    pair = TokenPair(small.env["TRAKT_ACCESS_TOKEN"], small.env["TRAKT_REFRESH_TOKEN"])
    small.demo.faults.at(Fault.DROP_AFTER, 1, service="trakt_auth")
    with pytest.raises(RefreshLost):
        small.login.refresh(pair, small.deadline)
    assert small.demo.log.count("trakt_auth") == 1


def test_external_ids_come_from_tmdb(clients: Clients) -> None:
    tmdb = TmdbClient(clients.transports["TMDB"], clients.env["TMDB_API_URL"], clients.env["TMDB_API_KEY"])
    found = tmdb.fetch_external_ids(TitleRef("tmdb", Kind.SHOW, 1429), clients.deadline)
    assert TitleRef("tvdb", Kind.SHOW, 267440) in found


def test_datasets_come_once_and_then_only_when_changed(clients: Clients, tmp_path: Path) -> None:
    addresses = {each.name: clients.env[each.setting] for each in DATASETS}
    files = DatasetFiles(tmp_path, addresses, clients.transports["datasets"])
    first, again = (files.fetch_all(DATASETS, clients.deadline) for _ in range(2))
    assert [each.warning for each in first] == [None] * 5
    assert [None if each.table is None else dict(each.table.claims) for each in again] == [
        None if each.table is None else dict(each.table.claims) for each in first
    ]
    assert [each.table.left_out for each in first if each.table] == [()] * 5
    assert {request.status for request in list(clients.demo.log)[-5:]} == {304}
