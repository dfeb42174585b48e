from __future__ import annotations

from sync.mapping.overrides.document import Overrides
from sync.model.mapping import Override
from sync.planning.selection import Parts, Scope
from sync.steps.reading import scope_of
from tests.test_settings import LEAST, settings_of


def test_the_scope_is_what_the_settings_and_the_overrides_say() -> None:
    settings = settings_of(LEAST | {"SYNC_PRIVATE": "true", "SYNC_ADULT": "no", "SYNC_WATCHLIST": "on"})
    overrides = Overrides({1: Override(1, 4, skip="not on Trakt"), 21: Override(21, 5)})

    assert Scope(skipped=frozenset({1}), private=True, adult=False, parts=Parts(watchlist=True)) == scope_of(
        settings, overrides
    )
