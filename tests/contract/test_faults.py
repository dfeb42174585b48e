"""Trouble on order: each kind of failure, seen from outside, and whether the request was carried out."""

from __future__ import annotations

import pytest
import requests

from demo.faults import APPLIED, Fault
from demo.start import DemoServices
from tests.demo_world import ask_anilist, trakt_headers
from tests.fakes import FakeClock

DROPPED = 0
BROKEN = -1


def post(demo: DemoServices) -> int:
    """The status, 0 for a dropped connection, -1 for an answer that is no JSON although its status is good."""
    body = {"episodes": [{"ids": {"trakt": 1000}, "watched_at": "2026-01-02T03:04:00Z"}]}
    try:
        answer = requests.post(demo.urls["trakt"] + "/sync/history", headers=trakt_headers(demo), json=body, timeout=10)
    except requests.ConnectionError:
        return DROPPED
    try:
        answer.json()
    except ValueError:
        return BROKEN if answer.ok else answer.status_code
    return answer.status_code


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Fault.DROP_BEFORE, DROPPED),
        (Fault.DROP_AFTER, DROPPED),
        (Fault.ERROR_500, 500),
        (Fault.BAD_GATEWAY_AFTER, 502),
        (Fault.UNAVAILABLE, 503),
        (Fault.HTML_429, 429),
        (Fault.TRUNCATED, BROKEN),
        (Fault.STALL, 201),
        (Fault.STALL_THEN_DROP, DROPPED),
    ],
)
def test_each_fault_looks_as_it_should_and_is_carried_out_or_not(demo: DemoServices, fault: Fault, seen: int) -> None:
    """Source: Demo, trouble on order."""
    before = len(demo.world.account.plays)
    demo.faults.at(fault, 1)

    assert post(demo) == seen
    assert len(demo.world.account.plays) - before == (fault in APPLIED)


def test_a_stall_takes_thirty_seconds_of_the_services_time(demo: DemoServices, clock: FakeClock) -> None:
    """Source: Demo, trouble on order."""
    demo.faults.at(Fault.STALL, 1)
    post(demo)

    assert clock.slept == [30.0]


def test_the_order_counts_requests_to_the_service_it_names(demo: DemoServices) -> None:
    """Source: Demo, trouble on order."""
    demo.faults.at(Fault.UNAVAILABLE, 2, service="anilist")
    first = ask_anilist(demo, "{ Media(id: 1) { id } }").status_code
    other = post(demo)
    second = ask_anilist(demo, "{ Media(id: 1) { id } }").status_code
    third = ask_anilist(demo, "{ Media(id: 1) { id } }").status_code

    assert (first, other, second, third) == (200, 201, 503, 200)
    assert demo.faults.struck == [Fault.UNAVAILABLE]


def test_the_order_may_name_the_method(demo: DemoServices, clock: FakeClock) -> None:
    """Source: Demo, trouble on order."""
    demo.faults.at(Fault.ERROR_500, 1, service="trakt", method="POST")
    url = demo.urls["trakt"] + "/sync/last_activities"

    assert requests.get(url, headers=trakt_headers(demo), timeout=10).status_code == 200
    assert post(demo) == 500


def test_what_is_taken_back_does_not_strike(demo: DemoServices) -> None:
    """Source: Demo, trouble on order."""
    demo.faults.at(Fault.ERROR_500, 1)
    demo.faults.clear()

    assert post(demo) == 201


def test_every_request_is_logged_with_what_became_of_it(demo: DemoServices, clock: FakeClock) -> None:
    """Source: Demo, trouble on order."""
    demo.faults.at(Fault.DROP_AFTER, 2)
    post(demo)
    clock.sleep(1)
    post(demo)
    ask_anilist(demo, "{ Media(id: 1) { id } }")

    assert [(r.service, r.method, r.status) for r in demo.log] == [
        ("trakt", "POST", 201),
        ("trakt", "POST", 0),
        ("anilist", "POST", 200),
    ]
    assert demo.log.count("trakt", "POST", "/sync/history") == 2
    assert demo.log.count("trakt", "GET") == 0
