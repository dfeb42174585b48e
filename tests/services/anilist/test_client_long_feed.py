"""An activity feed that is longer than AniList serves in one go, against the strict stand-in."""

from __future__ import annotations

from datetime import timedelta

from demo.anilist.account import AS_OF
from sync.services.anilist.client import AniListClient
from sync.services.clock import Deadline
from sync.services.http.redaction import Redactor
from sync.services.http.transport import Transport
from tests.demo_world import running_demo
from tests.fakes import FakeClock


def test_the_rows_behind_the_last_page_that_anilist_serves_are_read_too() -> None:
    clock = FakeClock()
    with running_demo(1, clock=clock) as demo:
        demo.anilist.rate_limit = demo.anilist.burst_limit = 10**6
        user = demo.world.user
        anime = user.entries[1].anime
        assert anime is not None
        for number in range(5_200 - len(user.activities)):
            user.log(anime, "watched episode", "1", AS_OF - timedelta(days=3_000) + timedelta(hours=number))
        with Transport("AniList", clock=clock, redactor=Redactor(), random=lambda: 0.5) as transport:
            client = AniListClient(transport, demo.urls["anilist"])

            feed = client.fetch_activities(user.user_id, Deadline.after(clock, 36_000))

    assert feed.complete
    assert 5_200 == feed.rows
