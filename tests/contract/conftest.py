"""Services with the whole sample library: for one test each, on a clock that the test moves, or for a module whose
tests change nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.start import DemoServices
from tests.demo_world import running_demo
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def demo(clock: FakeClock) -> Iterator[DemoServices]:
    with running_demo(clock=clock) as services:
        yield services


@pytest.fixture(scope="module")
def still() -> Iterator[DemoServices]:
    """The services for tests that change nothing; they may ask as fast and as much as they like."""
    with running_demo() as services:
        services.anilist.rate_limit = services.anilist.burst_limit = services.trakt.limits.get_limit = 10**9
        services.trakt.limits.leeway = 10**9
        yield services
