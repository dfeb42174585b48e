"""Which entries a run is about: which of the list are synced at all, and of which of those something is open.

An entry is open while something of it may have to be written, or its mapping to be made. Only open entries are
resolved, so that a run with nothing new asks for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.model.anilist import MediaFormat, MediaListEntry, MediaListStatus, watched_count
from sync.model.mapping import CachedMapping, Verdict
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import SkipReason
from sync.model.trakt import TraktPlays
from sync.planning.rewatches import has_unnoted_rewatches

ASK_AGAIN_AFTER = timedelta(days=7)
"""How long an answer that could not be written is left alone."""
EAGER_FOR = timedelta(days=14)
"""How long after the entry changed its waiting episodes are looked for at every run: Trakt lists new ones in days."""

_UNCLEAR = frozenset({PlayState.PENDING, PlayState.DISPLACED})
_ON_TRAKT = frozenset({PlayState.CONFIRMED, PlayState.ADOPTED})


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of the Trakt account besides the history are synced."""

    ratings: bool = False
    watchlist: bool = False
    dropped: bool = False

    def __bool__(self) -> bool:
        return self.ratings or self.watchlist or self.dropped

    def use(self, entry: MediaListEntry) -> bool:
        """Whether the entry says something for one of these parts.

        For the dropped shows every entry does: one that is not dropped is why its show is not.
        """
        planned = entry.status is MediaListStatus.PLANNING
        return self.dropped or (self.ratings and entry.score > 0) or (self.watchlist and planned)


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the list is synced. ``skipped`` are AniList ids that ``overrides.yaml`` leaves out; ``statuses`` and
    ``formats`` are the only ones that are synced, all if empty."""

    skipped: frozenset[int] = frozenset()
    private: bool = False
    adult: bool = True
    statuses: frozenset[MediaListStatus] = frozenset()
    formats: frozenset[MediaFormat] = frozenset()
    parts: Parts = Parts()

    def reason_to_leave_out(self, entry: MediaListEntry) -> SkipReason | None:
        """Why nothing of the entry is synced; ``None`` if it is."""
        if entry.anilist_id in self.skipped:
            return SkipReason.OVERRIDE
        if entry.private and not self.private:
            return SkipReason.PRIVATE
        if entry.media.is_adult and not self.adult:
            return SkipReason.ADULT
        if self.statuses and entry.status not in self.statuses:
            return SkipReason.STATUS
        if self.formats and entry.media.format not in self.formats:
            return SkipReason.FORMAT
        return None

    def for_history(
        self, entries: Iterable[MediaListEntry]
    ) -> tuple[tuple[MediaListEntry, ...], Mapping[SkipReason, int]]:
        """The entries whose plays are synced, and how many were left out, by reason.

        An entry that is merely planned has no plays; it counts as left out unless the watchlist takes it.
        """
        kept: list[MediaListEntry] = []
        left_out: Counter[SkipReason] = Counter()
        for entry in entries:
            reason = self.reason_to_leave_out(entry)
            merely_planned = entry.status is MediaListStatus.PLANNING and watched_count(entry) == 0
            if reason is not None:
                left_out[reason] += 1
            elif not merely_planned:
                kept.append(entry)
            elif not self.parts.watchlist:
                left_out[SkipReason.PLANNING] += 1
        return tuple(kept), dict(sorted(left_out.items()))

    def for_lists(self, entries: Iterable[MediaListEntry]) -> tuple[MediaListEntry, ...]:
        """The entries that ratings, watchlist and dropped shows are made from: also those that are merely planned."""
        if not self.parts:
            return ()
        return tuple(e for e in entries if self.parts.use(e) and self.reason_to_leave_out(e) is None)


@dataclass(frozen=True, slots=True)
class EntryMemory:
    """What is known of the entries before anything is asked about them.

    ``basis`` is, by AniList id, what a mapping would be made from now (as ``CachedMapping.basis`` spells it); ``plays``
    are Trakt's, ``None`` where they could not be read.
    """

    ledger: Ledger
    cache: Mapping[int, CachedMapping]
    basis: Mapping[int, str]
    now: datetime
    plays: TraktPlays | None = None


def open_entries(
    entries: Iterable[MediaListEntry],
    for_lists: Iterable[MediaListEntry],
    memory: EntryMemory,
    *,
    rewatches: bool = False,
) -> tuple[MediaListEntry, ...]:
    """The entries to resolve in this run, each once: those of ``entries``, whose plays are synced, with something to
    write, then those of ``for_lists`` without a certain match; both in the order of ``anilist_id``.

    ``rewatches`` says whether something is open while a rewatch is not noted.
    """
    found = [entry for entry in entries if _has_open_plays(entry, memory, rewatches=rewatches)]
    others = [entry for entry in for_lists if _wants_a_match(entry, memory)]
    in_order = (*sorted(found, key=_by_id), *sorted(others, key=_by_id))
    return tuple({entry.anilist_id: entry for entry in in_order}.values())


def questions_still_asked(cache: Mapping[int, CachedMapping], asked: Collection[int]) -> dict[int, CachedMapping]:
    """``cache`` without the open questions about entries that are not among ``asked``: they left the list, or are left
    out of it now. That they are gone is news, so the issue ticks them off."""
    return {anilist_id: known for anilist_id, known in cache.items() if known.verdict.is_certain or anilist_id in asked}


def _by_id(entry: MediaListEntry) -> int:
    return entry.anilist_id


def _has_open_plays(entry: MediaListEntry, memory: EntryMemory, *, rewatches: bool) -> bool:
    known, cached = memory.ledger.of(entry.anilist_id), memory.cache.get(entry.anilist_id)
    mapped = cached is None or cached.verdict.is_certain
    if rewatches and mapped and has_unnoted_rewatches(entry, known):
        return True
    # A finished entry of unknown length has one episode at least, or nobody would ever ask for its mapping.
    watched = watched_count(entry, listed=max((line.episode for line in known), default=1))
    if watched == 0:
        return False
    if cached is not None and _has_another_basis(cached, memory):
        return True
    unwritten = open_episodes(known, watched)
    if unwritten:
        return cached is None or _may_write(entry, cached, unwritten, memory.now)
    # A play that is gone was taken away by the user or by a re-cut of its show: only the show's layout tells which.
    return mapped and memory.plays is not None and _lost_a_play(known, memory.plays)


def _wants_a_match(entry: MediaListEntry, memory: EntryMemory) -> bool:
    """Whether the entry's mapping, which is all that the lists need of it, may be another one now."""
    cached = memory.cache.get(entry.anilist_id)
    if cached is None or _has_another_basis(cached, memory):
        return True
    # Episodes do not matter here, so a certain match is all there is to know.
    if cached.verdict.is_certain or cached.verdict is Verdict.SKIPPED:
        return False
    return _may_answer_anew(entry, cached, memory.now)


def _has_another_basis(cached: CachedMapping, memory: EntryMemory) -> bool:
    return cached.basis != memory.basis.get(cached.anilist_id, cached.basis)


def _may_answer_anew(entry: MediaListEntry, cached: CachedMapping, now: datetime) -> bool:
    """Whether the question is worth asking once more: the entry has changed since, or a week has passed."""
    changed = entry.updated_at is not None and entry.updated_at > cached.verified_at
    return changed or now - cached.verified_at > ASK_AGAIN_AFTER


def _may_write(entry: MediaListEntry, cached: CachedMapping, unwritten: set[int], now: datetime) -> bool:
    """Whether the last answer, which left ``unwritten`` unwritten, may be another by now."""
    if cached.verdict is Verdict.SKIPPED:
        return False
    if _may_answer_anew(entry, cached, now):
        return True
    if not cached.verdict.is_certain:
        return False
    # Somebody who watches as it airs is often days ahead of what Trakt lists.
    lately = entry.updated_at is not None and now - entry.updated_at <= EAGER_FOR
    return lately or not unwritten <= set(cached.waiting)


def open_episodes(known: tuple[LedgerPlay, ...], watched: int) -> set[int]:
    """Those of the episodes 1–``watched`` whose play is not known, of unknown outcome, or in the wrong place."""
    noted = {line.episode for line in known if line.rewatch == 0}
    unclear = {line.episode for line in known if line.state in _UNCLEAR and line.episode <= watched}
    if len(noted) >= watched and not unclear and noted.issuperset(range(1, watched + 1)):
        return set()
    return (set(range(1, watched + 1)) - noted) | unclear


def _lost_a_play(known: tuple[LedgerPlay, ...], plays: TraktPlays) -> bool:
    return any(line.state in _ON_TRAKT and not plays.of(line.kind, line.trakt_id) for line in known)
