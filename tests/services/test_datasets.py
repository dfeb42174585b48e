"""The dataset cache: unchanged, renewed, or the last good copy."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock

from sync.mapping.sources.datasets import DATASETS
from sync.services.clock import Deadline
from sync.services.datasets import DatasetFiles, FetchedDataset
from tests.fakes import FakeClock
from tests.services.wiring import last_request, ten_minutes, transport_on

FRIBB = "https://raw.test/anime-list-full.json"
BRIDGE = "https://github.test/releases/mappings.json"
DATASET = {each.name: each for each in DATASETS}
ROWS = [{"anilist_id": number, "themoviedb_id": {"tv": number}} for number in range(1, 40)]
IDS = list(range(1, 40))
Mocker = requests_mock.Mocker


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def files(folder: Path, clock: FakeClock) -> DatasetFiles:
    return DatasetFiles(folder, {"fribb": FRIBB, "anibridge": BRIDGE}, transport_on(clock, "The host"))


def fetch(folder: Path, clock: FakeClock) -> FetchedDataset:
    return files(folder, clock).fetch(DATASET["fribb"], ten_minutes(clock))


def entries(dataset: FetchedDataset) -> list[int] | None:
    """The AniList ids that the dataset knows; ``None`` if it could not be had."""
    return None if dataset.table is None else list(dataset.table.claims)


def have(folder: Path, clock: FakeClock, mocker: Mocker) -> None:
    """A good copy is in the cache, a week old."""
    mocker.get(FRIBB, json=ROWS, headers={"ETag": '"one"'})
    assert fetch(folder, clock).warning is None
    clock.advance(timedelta(days=7))


def test_a_dataset_is_fetched_and_dated(tmp_path: Path, clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(FRIBB, json=ROWS, headers={"ETag": '"one"'})
    found = fetch(tmp_path / "cache", clock)
    assert (entries(found), found.fetched_at, found.warning) == (IDS, clock.now(), None)
    assert "If-None-Match" not in last_request(requests_mock).headers


def test_an_unchanged_dataset_is_not_sent_again(tmp_path: Path, clock: FakeClock, requests_mock: Mocker) -> None:
    have(tmp_path, clock, requests_mock)
    requests_mock.get(FRIBB, status_code=304)
    found = fetch(tmp_path, clock)
    assert (entries(found), found.fetched_at, found.warning) == (IDS, clock.now(), None)
    assert last_request(requests_mock).headers["If-None-Match"] == '"one"'


def test_a_changed_dataset_replaces_the_old_copy(tmp_path: Path, clock: FakeClock, requests_mock: Mocker) -> None:
    have(tmp_path, clock, requests_mock)
    requests_mock.get(FRIBB, json=[*ROWS, {"anilist_id": 40}], headers={"ETag": '"two"'})
    fetch(tmp_path, clock)
    requests_mock.get(FRIBB, status_code=304)
    assert entries(fetch(tmp_path, clock)) == [*IDS, 40]
    assert last_request(requests_mock).headers["If-None-Match"] == '"two"'


def test_a_host_without_etags_is_asked_for_everything_each_time(
    tmp_path: Path, clock: FakeClock, requests_mock: Mocker
) -> None:
    requests_mock.get(FRIBB, json=ROWS)
    fetch(tmp_path, clock)
    assert entries(fetch(tmp_path, clock)) == IDS
    assert "If-None-Match" not in last_request(requests_mock).headers


TROUBLE: list[dict[str, Any]] = [
    {"status_code": 500},
    {"status_code": 404},
    {"status_code": 429, "headers": {"Retry-After": "99999"}},
    {"exc": requests.ConnectTimeout()},
    {"exc": requests.exceptions.ChunkedEncodingError()},
    {"text": json.dumps(ROWS)[:-20]},
    {"text": "<html>rate limited</html>"},
    {"text": "[" * 100_000},
    {"json": []},
    {"json": None},
    {"json": {"moved": "elsewhere" * 200}},
    {"json": ROWS[:3]},
]


@pytest.mark.parametrize("answer", TROUBLE)
def test_the_last_good_copy_serves_when_no_good_new_one_comes(
    tmp_path: Path, clock: FakeClock, requests_mock: Mocker, answer: dict[str, Any]
) -> None:
    have(tmp_path, clock, requests_mock)
    requests_mock.get(FRIBB, [answer])
    dataset = fetch(tmp_path, clock)
    assert entries(dataset) == IDS
    assert dataset.warning is not None
    assert "fribb could not be refreshed; a copy of 22 Nov 2026 serves" in dataset.warning
    requests_mock.get(FRIBB, status_code=304)
    assert fetch(tmp_path, clock).warning is None


@pytest.mark.parametrize("answer", [*TROUBLE[:-1], {"status_code": 304}])
def test_without_any_copy_the_run_goes_on_without_the_dataset(
    tmp_path: Path, clock: FakeClock, requests_mock: Mocker, answer: dict[str, Any]
) -> None:
    requests_mock.get(FRIBB, [answer])
    dataset = fetch(tmp_path, clock)
    assert entries(dataset) is None
    assert dataset.warning is not None
    assert "there is no older copy" in dataset.warning


@pytest.mark.parametrize("damage", [b"", b"[{", b'{"not": "a list"}'])
def test_a_damaged_copy_is_fetched_anew(tmp_path: Path, clock: FakeClock, requests_mock: Mocker, damage: bytes) -> None:
    have(tmp_path, clock, requests_mock)
    (tmp_path / "fribb.json").write_bytes(damage)
    found = fetch(tmp_path, clock)
    assert (entries(found), found.fetched_at, found.warning) == (IDS, clock.now(), None)
    assert "If-None-Match" not in last_request(requests_mock).headers


def test_a_copy_whose_note_was_lost_still_serves_but_is_not_trusted_to_be_new(
    tmp_path: Path, clock: FakeClock, requests_mock: Mocker
) -> None:
    have(tmp_path, clock, requests_mock)
    (tmp_path / "fribb.note.json").unlink()
    requests_mock.get(FRIBB, status_code=404)
    dataset = fetch(tmp_path, clock)
    assert entries(dataset) == IDS
    assert "of unknown age" in (dataset.warning or "")
    assert "If-None-Match" not in last_request(requests_mock).headers


def test_a_cache_that_cannot_be_written_does_not_stop_the_run(
    tmp_path: Path, clock: FakeClock, requests_mock: Mocker
) -> None:
    (tmp_path / "file").write_text("in the way")
    requests_mock.get(FRIBB, json=ROWS)
    assert entries(fetch(tmp_path / "file", clock)) == IDS


def test_datasets_are_fetched_side_by_side_and_apart(tmp_path: Path, clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(FRIBB, status_code=404)
    requests_mock.get(BRIDGE, status_code=302, headers={"Location": "https://objects.test/mappings.json"})
    requests_mock.get("https://objects.test/mappings.json", json={"anilist:1": {}})
    wanted = [DATASET["fribb"], DATASET["anibridge"]]
    assert [entries(each) for each in files(tmp_path, clock).fetch_all(wanted, ten_minutes(clock))] == [None, [1]]


def test_the_time_budget_leaves_the_last_good_copies(tmp_path: Path, clock: FakeClock, requests_mock: Mocker) -> None:
    have(tmp_path, clock, requests_mock)
    (found,) = files(tmp_path, clock).fetch_all([DATASET["fribb"]], Deadline.after(clock, 0))
    assert entries(found) == IDS
    assert found.warning is not None
