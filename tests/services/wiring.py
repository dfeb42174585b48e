"""Transports on a fake clock, and answers as the services send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests_mock

from sync.services.clock import Deadline
from sync.services.http.pacing import Pacing
from sync.services.http.redaction import Redactor
from sync.services.http.transport import Patience, Transport
from tests.fakes import FakeClock

RECORDED = Path(__file__).parent.parent / "data" / "recorded"
PROJECT = "https://github.com/someone/my-sync"


def transport_on(
    clock: FakeClock,
    service: str = "Trakt",
    *,
    pacing: Pacing | None = None,
    secrets: tuple[str, ...] = (),
    patience: Patience | None = None,
) -> Transport:
    """A transport whose jitter is always in the middle."""
    return Transport(
        service,
        clock=clock,
        redactor=Redactor(secrets),
        random=lambda: 0.5,
        pacing=pacing,
        patience=patience or Patience(),
        project_url=PROJECT,
    )


def ten_minutes(clock: FakeClock) -> Deadline:
    """The usual time budget."""
    return Deadline.after(clock, 600)


def recorded(name: str) -> Any:
    """A payload in the documented shape."""
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


def pages(page: int, count: int, limit: int = 250) -> Mapping[str, str]:
    """Trakt's paging headers."""
    return {
        "X-Pagination-Page": str(page),
        "X-Pagination-Limit": str(limit),
        "X-Pagination-Page-Count": str(count),
        "X-Pagination-Item-Count": str(count * limit),
    }


def last_request(mocker: requests_mock.Mocker) -> requests_mock.request._RequestObjectProxy:
    """The request that was made last."""
    assert mocker.last_request is not None
    return mocker.last_request
