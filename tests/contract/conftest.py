"""Services for one test each: the whole sample library, on a clock that the test moves."""

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
