"""What needs no evidence: entries that the cache or an override settles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.mapping.cached import basis_of, drift_of, from_cache
from sync.mapping.overrides.document import Override, Overrides
from sync.mapping.titles import Wishes
from sync.mapping.told import settle
from sync.mapping.world import World
from sync.model.anilist import Media
from sync.model.mapping import CachedMapping, Resolution, TitleRef, Verdict
from sync.model.trakt import Kind


@dataclass(slots=True)
class Settled:
    """By AniList id: what is settled; what an override names without a place (``told``); whose override waits for an
    answer; and what moved since it was cached (``drifts``)."""

    resolutions: dict[int, Resolution] = field(default_factory=dict)
    told: dict[int, TitleRef] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    drifts: dict[int, str] = field(default_factory=dict)


def settle_all(
    entries: Sequence[Media],
    *,
    overrides: Overrides,
    cache: Mapping[int, CachedMapping],
    progress: Mapping[int, int],
    world: World,
    wishes: Wishes,
) -> Settled:
    """Every entry that the cache (while nothing moved) or an override settles."""
    known = Settled()
    for media in entries:
        override = overrides.entries.get(media.anilist_id)
        cached = cache.get(media.anilist_id)
        if cached is not None and _still_holds(cached, media, override, world, known):
            _check_layout(cached, world, progress, wishes)
            known.resolutions[media.anilist_id] = from_cache(cached)
        elif override is not None:
            _ask_override(media, override, world, wishes, known)
    return known


def _still_holds(cached: CachedMapping, media: Media, override: Override | None, world: World, known: Settled) -> bool:
    if cached.verdict is not Verdict.RESOLVED or cached.basis != basis_of(media, override):
        return False
    drift = drift_of(cached, world.catalogue)
    if drift is not None:
        known.drifts[media.anilist_id] = drift
    return drift is None


def _check_layout(cached: CachedMapping, world: World, progress: Mapping[int, int], wishes: Wishes) -> None:
    """Ask for the layout that a cached mapping points into, if there is something to write with it."""
    title = cached.title
    if title is None or title.kind is Kind.MOVIE or progress.get(cached.anilist_id, 0) <= 0:
        return
    if title.ids.trakt not in world.catalogue.layouts:
        wishes.layouts.add(title.ids.trakt)


def _ask_override(media: Media, override: Override, world: World, wishes: Wishes, known: Settled) -> None:
    mine = Wishes()
    resolution = settle(media, override, world, mine)
    wishes.titles |= mine.titles
    wishes.layouts |= mine.layouts
    if resolution is not None:
        drift = known.drifts.get(media.anilist_id)
        known.resolutions[media.anilist_id] = replace(resolution, drift=drift)
    elif mine:
        known.waiting.add(media.anilist_id)
    elif override.title is not None:
        known.told[media.anilist_id] = override.title
