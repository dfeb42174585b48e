"""What is known of an entry with a certain match."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.model.anilist import Airing, MediaListStatus
from sync.model.lists import MatchedEntry
from tests.planning.list_cases import SUZUME, TITAN_2, listed, titan


def test_a_film_has_no_seasons() -> None:
    matched = MatchedEntry(listed(TITAN_2), SUZUME)

    assert (True, None, frozenset()) == (matched.is_film, matched.season, matched.regular)


@pytest.mark.parametrize(
    ("episodes", "airs_next", "progress", "weight"),
    [(12, None, 3, 12), (None, 8, 3, 7), (None, None, 3, 3), (None, None, 0, 1)],
)
def test_an_entry_weighs_as_many_episodes_as_are_known(
    episodes: int | None, airs_next: int | None, progress: int, weight: int
) -> None:
    airing = listed(
        TITAN_2,
        MediaListStatus.CURRENT,
        episodes=episodes,
        progress=progress,
        next_airing=Airing(airs_next) if airs_next else None,
    )

    assert weight == replace(titan(TITAN_2), entry=airing).episodes
