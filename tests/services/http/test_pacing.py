"""How fast each service is asked, counted on a fake clock."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import requests_mock

from sync.services.clock import Deadline, OutOfTime
from sync.services.http.exchange import Answer, Call
from sync.services.http.pacing import AniListPacing, TraktPacing
from sync.services.http.transport import Transport
from tests.fakes import FakeClock
from tests.services.wiring import transport_on

Mocker = requests_mock.Mocker
ANILIST = Call("POST", "https://graphql.anilist.test")
READ = Call("GET", "https://api.trakt.test/shows/1/seasons")
WRITE = Call("POST", "https://api.trakt.test/sync/history")


def hours(clock: FakeClock) -> Deadline:
    return Deadline.after(clock, 36_000)


def status(answer: Answer) -> int:
    return answer.status


class Minute:
    """AniList's limiter: ``limit`` requests in each minute from the first, then 429."""

    def __init__(self, clock: FakeClock, limit: int = 30) -> None:
        self.clock, self.limit, self.used, self.since = clock, limit, 0, -60.0
        self.refused = 0
        self.at: list[float] = []

    def __call__(self, request: object, context: Any) -> str:
        now = self.clock.monotonic()
        if now - self.since >= 60:
            self.since, self.used = now, 0
        self.used += 1
        self.at.append(now)
        context.headers["X-RateLimit-Limit"] = str(self.limit)
        context.headers["X-RateLimit-Remaining"] = str(max(0, self.limit - self.used))
        if self.used > self.limit:
            self.refused += 1
            context.status_code = 429
        return "{}"


class Window:
    """Trakt's limiter: ``limit`` GETs in each window of 300 s, told in ``X-Ratelimit``."""

    def __init__(self, clock: FakeClock, limit: int = 500) -> None:
        self.clock, self.limit, self.used, self.since = clock, limit, 0, 0.0
        self.refused = 0

    def __call__(self, request: object, context: Any) -> str:
        now = self.clock.monotonic()
        if now - self.since >= 300:
            self.since, self.used = now, 0
        self.used += 1
        until = self.clock.now() + timedelta(seconds=300 - (now - self.since))
        told = {
            "name": "AUTHED_API_GET_LIMIT",
            "period": 300,
            "limit": self.limit,
            "remaining": max(0, self.limit - self.used),
            "until": until.isoformat().replace("+00:00", "Z"),
        }
        context.headers["X-Ratelimit"] = json.dumps(told)
        if self.used > self.limit:
            self.refused += 1
            context.status_code = 429
        return "{}"


def anilist_on(clock: FakeClock) -> Transport:
    return transport_on(clock, "AniList", pacing=AniListPacing(clock))


def trakt_on(clock: FakeClock) -> Transport:
    return transport_on(clock, pacing=TraktPacing(clock))


def test_a_handful_of_anilist_requests_does_not_wait(requests_mock: Mocker) -> None:
    clock = FakeClock()
    requests_mock.post(ANILIST.url, text=Minute(clock))
    transport = anilist_on(clock)
    for _ in range(6):
        transport.read(ANILIST, status, hours(clock))
    assert clock.slept == []


def test_anilist_requests_come_two_seconds_apart_once_the_allowance_gets_low(requests_mock: Mocker) -> None:
    clock = FakeClock()
    limiter = Minute(clock)
    requests_mock.post(ANILIST.url, text=limiter)
    transport = anilist_on(clock)
    for _ in range(29):
        transport.read(ANILIST, status, hours(clock))
    gaps = [later - earlier for earlier, later in pairwise(limiter.at)]
    assert all(gap >= 2 for gap in gaps[20:])


def test_a_hundred_anilist_requests_are_never_refused_and_take_little_longer_than_the_limit(
    requests_mock: Mocker,
) -> None:
    clock = FakeClock()
    limiter = Minute(clock)
    requests_mock.post(ANILIST.url, text=limiter)
    transport = anilist_on(clock)
    for _ in range(100):
        transport.read(ANILIST, status, hours(clock))
    assert limiter.refused == 0
    assert clock.monotonic() <= 1.25 * 180


def test_without_headers_anilist_is_asked_at_the_known_pace(requests_mock: Mocker) -> None:
    clock = FakeClock()
    requests_mock.post(ANILIST.url)
    transport = anilist_on(clock)
    for _ in range(35):
        transport.read(ANILIST, status, hours(clock))
    assert clock.monotonic() >= 60


def test_anilist_is_left_alone_for_a_minute_after_a_429_without_retry_after(requests_mock: Mocker) -> None:
    clock = FakeClock()
    requests_mock.post(ANILIST.url, [{"status_code": 429}, {"status_code": 200}])
    anilist_on(clock).read(ANILIST, status, hours(clock))
    assert clock.monotonic() >= 60


def test_anilist_is_asked_one_by_one_even_from_threads(requests_mock: Mocker) -> None:
    clock = FakeClock()
    busy = threading.Lock()

    def one_at_a_time(request: object, context: Any) -> str:
        assert busy.acquire(blocking=False)
        busy.release()
        return "{}"

    requests_mock.post(ANILIST.url, text=one_at_a_time)
    transport = anilist_on(clock)
    threads = [threading.Thread(target=transport.read, args=(ANILIST, status, hours(clock))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert transport.usage.made == 4


def test_trakt_reads_burst_what_the_window_allows(requests_mock: Mocker) -> None:
    clock = FakeClock()
    requests_mock.get(READ.url, text=Window(clock))
    transport = trakt_on(clock)
    for _ in range(480):
        transport.read(READ, status, hours(clock))
    assert clock.slept == []


def test_more_trakt_reads_than_a_window_holds_wait_for_the_next_and_are_never_refused(requests_mock: Mocker) -> None:
    clock = FakeClock()
    limiter = Window(clock)
    requests_mock.get(READ.url, text=limiter)
    transport = trakt_on(clock)
    for _ in range(1200):
        transport.read(READ, status, hours(clock))
    assert limiter.refused == 0
    assert 600 <= clock.monotonic() <= 620


def test_a_window_that_others_have_used_is_respected(requests_mock: Mocker) -> None:
    clock = FakeClock()
    limiter = Window(clock)
    limiter.used = 460
    requests_mock.get(READ.url, text=limiter)
    transport = trakt_on(clock)
    for _ in range(60):
        transport.read(READ, status, hours(clock))
    assert limiter.refused == 0
    assert clock.monotonic() >= 300


def test_without_headers_trakt_reads_stay_within_the_known_window(requests_mock: Mocker) -> None:
    clock = FakeClock()
    requests_mock.get(READ.url)
    transport = trakt_on(clock)
    for _ in range(600):
        transport.read(READ, status, hours(clock))
    assert clock.monotonic() >= 300


def test_waiting_for_the_next_window_stops_at_the_deadline(requests_mock: Mocker) -> None:
    clock = FakeClock()
    limiter = Window(clock)
    limiter.used = 488
    requests_mock.get(READ.url, text=limiter)
    transport = trakt_on(clock)
    deadline = Deadline.after(clock, 120)
    for _ in range(2):
        transport.read(READ, status, hours(clock))
    with pytest.raises(OutOfTime):
        transport.read(READ, status, deadline)
    assert clock.slept == []


def test_trakt_writes_are_more_than_a_second_apart_and_do_not_hold_back_reads(requests_mock: Mocker) -> None:
    clock = FakeClock()
    requests_mock.post(WRITE.url)
    requests_mock.get(READ.url)
    transport = trakt_on(clock)
    for _ in range(3):
        transport.write(WRITE, status, hours(clock))
        transport.read(READ, status, hours(clock))
    assert clock.slept == [pytest.approx(1.1), pytest.approx(1.1)]


def test_the_limit_is_learnt_for_the_report(requests_mock: Mocker) -> None:
    clock = FakeClock()
    requests_mock.get(READ.url, text=Window(clock))
    transport = trakt_on(clock)
    transport.read(READ, status, hours(clock))
    assert (transport.usage.made, transport.usage.limit) == (1, 500)


@pytest.mark.parametrize("header", ["", "nonsense", "[]", '{"limit": "many", "until": "later", "remaining": -4}'])
def test_a_garbled_rate_limit_header_does_no_harm(requests_mock: Mocker, header: str) -> None:
    clock = FakeClock()
    requests_mock.get(READ.url, headers={"X-Ratelimit": header})
    transport = trakt_on(clock)
    for _ in range(20):
        transport.read(READ, status, hours(clock))
    assert clock.slept == []
