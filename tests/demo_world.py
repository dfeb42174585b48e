"""The demo services as tests use them: started small or whole, called as a plain client would, or by the real job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import requests

from demo.fast_clock import FastClock
from demo.library import sample_library
from demo.runner import CLOCK_SPEED, LEEWAY, JobResult, JobRunner
from demo.start import DemoServices, start_demo
from demo.trakt.logins import CLIENT_ID
from demo.world import TRAKT_NAME, part_of, sample_world
from sync.services.clock import Clock
from tests.fakes import FakeClock

__all__ = [
    "JobResult",
    "JobRunner",
    "ask_anilist",
    "plays",
    "running_demo",
    "running_fast_demo",
    "trakt_headers",
    "true_plays",
]


@contextmanager
def running_demo(*anilist_ids: int, clock: Clock | None = None) -> Iterator[DemoServices]:
    """The services with the whole sample library, or with these entries only; on a ``FakeClock`` unless given."""
    library = part_of(sample_library(), *anilist_ids) if anilist_ids else None
    with start_demo(sample_world(clock or FakeClock(), library)) as demo:
        yield demo


@contextmanager
def running_fast_demo(*anilist_ids: int) -> Iterator[DemoServices]:
    """The same on a fast real clock, for a job that runs in a process of its own (see ``JobRunner``)."""
    library = part_of(sample_library(), *anilist_ids) if anilist_ids else None
    with start_demo(sample_world(FastClock(CLOCK_SPEED), library), leeway=LEEWAY) as demo:
        yield demo


def plays(demo: DemoServices) -> Counter[tuple[str, int]]:
    """How often each (kind, Trakt id) is in the history now."""
    return demo.world.account.counts()


def true_plays(demo: DemoServices) -> Counter[tuple[str, int]]:
    """What the history must be after a sync: everything that was watched, each once."""
    return Counter(demo.world.expected_plays())


def trakt_headers(demo: DemoServices, *, username: str | None = TRAKT_NAME) -> dict[str, str]:
    """What Trakt requires of every call, with a fresh log-in unless ``username`` is ``None``."""
    headers = {
        "User-Agent": "contract-test/1.0",
        "Content-Type": "application/json",
        "trakt-api-version": "2",
        "trakt-api-key": CLIENT_ID,
    }
    if username:
        headers["Authorization"] = f"Bearer {demo.logins.issue(username)['access_token']}"
    return headers


def ask_anilist(
    demo: DemoServices, query: str, variables: Mapping[str, object] | None = None, **headers: str
) -> requests.Response:
    """One query, with a ``Referer`` unless another set of headers is given (``token`` becomes a bearer)."""
    token = headers.pop("token", None)
    sent = {"Authorization": f"Bearer {token}"} if token else {"Referer": "https://example.com/", **headers}
    body = {"query": query, "variables": dict(variables or {})}
    return requests.post(demo.urls["anilist"], json=body, headers=sent, timeout=10)
