"""A demo of all services, and a person who uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.start import DemoServices
from tests.demo_world import running_fast_demo
from tests.e2e.person import Person
from tests.faults.harness import quick_key


@pytest.fixture(autouse=True)
def _key() -> Iterator[None]:
    """What a test stores is stored as the programs that it starts do it (see ``start_program``)."""
    with quick_key():
        yield


@pytest.fixture
def demo() -> Iterator[DemoServices]:
    """The sample library, on a fast clock."""
    with running_fast_demo() as services:
        yield services


@pytest.fixture
def person(demo: DemoServices, tmp_path: Path) -> Person:
    """Somebody who set it up as the README says."""
    return Person(demo, tmp_path)
