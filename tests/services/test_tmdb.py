"""TMDB's external ids, with either kind of key."""

from __future__ import annotations

import pytest
import requests_mock

from sync.errors import LoginError, ServiceUnavailable
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind
from sync.services.tmdb import TmdbClient
from tests.fakes import FakeClock
from tests.services.wiring import last_request, recorded, ten_minutes, transport_on

API = "https://api.tmdb.test/3"
V3 = "0123456789abcdef0123456789ABCDEF"
V4 = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiIwIn0.c2lnbmF0dXJl"
SHOW, FILM = TitleRef("tmdb", Kind.SHOW, 1429), TitleRef("tmdb", Kind.MOVIE, 635302)
Mocker = requests_mock.Mocker


def fetch(key: str, ref: TitleRef) -> tuple[TitleRef, ...]:
    clock = FakeClock()
    client = TmdbClient(transport_on(clock, "TMDB", secrets=(key,)), API, key)
    return client.fetch_external_ids(ref, ten_minutes(clock))


def test_a_read_access_token_goes_into_the_header(requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/tv/1429/external_ids", json=recorded("tmdb_tv_external_ids.json"))
    assert fetch(V4, SHOW) == (TitleRef("tvdb", Kind.SHOW, 267440), TitleRef("imdb", Kind.SHOW, "tt2560140"))
    assert last_request(requests_mock).headers["Authorization"] == f"Bearer {V4}"
    assert last_request(requests_mock).query == ""


def test_an_api_key_goes_into_the_query(requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/movie/635302/external_ids", json={"id": 635302, "imdb_id": "tt11032374"})
    assert fetch(V3, FILM) == (TitleRef("imdb", Kind.MOVIE, "tt11032374"),)
    assert last_request(requests_mock).qs == {"api_key": [V3.lower()]}
    assert "Authorization" not in last_request(requests_mock).headers


def test_a_title_that_tmdb_does_not_have_is_nothing_elsewhere(requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/tv/1429/external_ids", status_code=404, json={"success": False, "status_code": 34})
    assert fetch(V4, SHOW) == ()


def test_a_bad_key_is_told_without_naming_it(requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/tv/1429/external_ids", status_code=401, json={"success": False, "status_code": 7})
    with pytest.raises(LoginError, match="TMDB_API_KEY") as caught:
        fetch(V3, SHOW)
    assert V3 not in str(caught.value)


def test_a_dead_tmdb_is_told_without_naming_the_key(requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/tv/1429/external_ids", status_code=503)
    with pytest.raises(ServiceUnavailable) as caught:
        fetch(V3, SHOW)
    assert V3 not in str(caught.value)
