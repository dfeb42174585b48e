"""Deriving a key takes a tenth of a second on purpose; what is tested here seldom depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.faults.harness import quick_key


@pytest.fixture(autouse=True)
def _key(request: pytest.FixtureRequest) -> Iterator[None]:
    with nullcontext() if request.node.get_closest_marker("full_strength") else quick_key():
        yield
