"""Which entries need a look this run, so that a run with nothing new asks for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sync.model.anilist import MediaListEntry
from sync.model.mapping import CachedMapping, Verdict
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.trakt import TraktPlays
from sync.planning.progress import watched_count
from sync.planning.rewatches import has_unnoted_rewatches

LOOK_AGAIN_AFTER = timedelta(days=7)
"""How long an answer that could not be written is left alone."""
EAGER_FOR = timedelta(days=14)
"""How long after the entry changed its waiting episodes are looked for at every run: Trakt lists new ones in days."""

_OPEN = frozenset({PlayState.PENDING, PlayState.DISPLACED})
_ON_TRAKT = frozenset({PlayState.CONFIRMED, PlayState.ADOPTED})


def unsettled_entries(
    entries: Iterable[MediaListEntry],
    *,
    ledger: Ledger,
    cache: Mapping[int, CachedMapping],
    basis: Mapping[int, str],
    now: datetime,
    plays: TraktPlays | None = None,
    rewatches: bool = False,
) -> tuple[MediaListEntry, ...]:
    """The entries to resolve and map this run, in the order of ``anilist_id``.

    ``basis`` is, by AniList id, what a mapping would be made from now (as ``CachedMapping.basis`` spells it). With
    ``plays`` an entry is also looked at when a play that the ledger knows is gone from Trakt: whether the user took
    it away or Trakt re-cut the show shows only in its layout. With ``rewatches`` one is looked at for those, too.
    """
    return tuple(
        entry
        for entry in sorted(entries, key=lambda entry: entry.anilist_id)
        if _needs_a_look(
            entry,
            known=ledger.of(entry.anilist_id),
            cached=cache.get(entry.anilist_id),
            basis=basis.get(entry.anilist_id),
            now=now,
            plays=plays,
        )
        or (rewatches and _has_rewatches_to_add(entry, ledger.of(entry.anilist_id), cache.get(entry.anilist_id)))
    )


def _needs_a_look(
    entry: MediaListEntry,
    *,
    known: tuple[LedgerPlay, ...],
    cached: CachedMapping | None,
    basis: str | None,
    now: datetime,
    plays: TraktPlays | None,
) -> bool:
    watched = watched_count(entry, listed=max((line.episode for line in known), default=1))
    if watched == 0:
        return False
    if cached is not None and basis is not None and cached.basis != basis:
        return True
    unwritten = open_episodes(known, watched)
    if unwritten:
        return cached is None or _worth_asking_again(entry, cached, unwritten, now)
    mapped = cached is None or cached.verdict.is_certain
    return mapped and plays is not None and _lost_a_play(known, plays)


def _worth_asking_again(entry: MediaListEntry, cached: CachedMapping, unwritten: set[int], now: datetime) -> bool:
    """Whether the last answer, which left ``unwritten`` unwritten, may be another by now."""
    if cached.verdict is Verdict.SKIPPED:
        return False
    if now - cached.verified_at > LOOK_AGAIN_AFTER:
        return True
    changed = entry.updated_at
    if changed is not None and changed > cached.verified_at:
        return True
    if not cached.verdict.is_certain:
        return False
    return not unwritten <= set(cached.waiting) or (changed is not None and now - changed <= EAGER_FOR)


def open_episodes(known: tuple[LedgerPlay, ...], watched: int) -> set[int]:
    """Those of the episodes 1–``watched`` whose play is not known, not settled, or in the wrong place."""
    settled = {line.episode for line in known if line.rewatch == 0}
    unclear = {line.episode for line in known if line.state in _OPEN and line.episode <= watched}
    if len(settled) >= watched and not unclear and settled.issuperset(range(1, watched + 1)):
        return set()
    return (set(range(1, watched + 1)) - settled) | unclear


def _has_rewatches_to_add(entry: MediaListEntry, known: tuple[LedgerPlay, ...], cached: CachedMapping | None) -> bool:
    mapped = cached is None or cached.verdict.is_certain
    return mapped and has_unnoted_rewatches(entry, known)


def _lost_a_play(known: tuple[LedgerPlay, ...], plays: TraktPlays) -> bool:
    return any(line.state in _ON_TRAKT and not plays.of(line.kind, line.trakt_id) for line in known)
