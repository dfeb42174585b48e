"""Two versions of a state file → one that holds what both know, so that no commit takes back a newer state.

Two runs may work at the same time, a person may put back a week-old file, a run may have begun from an old checkout.
Which side is newer is not always known, so each rule is one that needs no order: merging is commutative and
idempotent, and what it may get wrong, the next run's reading of Trakt puts right without adding a play:

- **Plays**: pending < adopted < confirmed < displaced < removed < undone. A settled word beats "not known"; "this job
  added it" says more than "it was there"; a removal beats both, because a play that was taken away must not come back
  by itself (and one that is there after all is found there). A play that only one side knows stays.
- **Mappings**: the one verified later.
- **The last run**: the record of the later run, with the runs of both.
- **Ratings, watchlist, dropped shows**: pending < found < set < the user's own < undone, item by item.
- **Journal**: every line of both, once, in the order of time.
- **Token**: the pair created later, because an older refresh token is dead; of one pair, the note that it was sent.
- **Pages** (``README.md``, charts): ours, made from the newest run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sync.errors import StateError
from sync.model.mapping import CachedMapping
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import LastSync
from sync.model.trakt import PlayKind
from sync.services.state.document import (
    Damage,
    Fields,
    NewerSchema,
    damaged,
    parse_document,
    parse_object,
)
from sync.services.state.journal import whole_lines
from sync.services.state.last_sync_file import LAST_SYNC_FILE, RUNS_KEPT, parse_last_sync, render_last_sync
from sync.services.state.ledger_file import LEDGER_FILE, parse_ledger, render_ledger
from sync.services.state.lists_file import SHELVES_FILE, merge_lists, parse_lists, render_lists
from sync.services.state.mapping_file import MAPPING_FILE, parse_mappings, render_mapping, render_mappings

TOKEN_SUFFIXES = (".enc", "trakt_token.json")
"""Files that carry ``created_at`` in the clear and are taken whole."""

_RANK = {
    PlayState.PENDING: 0,
    PlayState.ADOPTED: 1,
    PlayState.CONFIRMED: 2,
    PlayState.DISPLACED: 3,
    PlayState.REMOVED: 4,
    PlayState.UNDONE: 5,
}
_NEVER = datetime.min.replace(tzinfo=UTC)


def merge_file(name: str, ours: bytes, theirs: bytes) -> bytes:
    """The file called ``name`` with what both versions know. Raises ``StateError`` if either cannot be read."""
    if ours == theirs:
        return ours
    merge = _MERGES.get(name) or _merge_by_suffix(name)
    return merge(ours, theirs, name)


def merge_ledgers(ours: Ledger, theirs: Ledger) -> Ledger:
    """Each play that either knows, in the state that ranks higher (see above)."""
    merged = dict(theirs.plays)
    for anilist_id, plays in ours.plays.items():
        others = merged.get(anilist_id)
        merged[anilist_id] = plays if others is None or others == plays else _merge_plays(plays, others)
    return Ledger(merged)


def merge_mappings(ours: Mapping[int, CachedMapping], theirs: Mapping[int, CachedMapping]) -> dict[int, CachedMapping]:
    """Each entry as it was verified last; at the same second, the one whose text sorts later, so that order is moot."""
    merged = dict(theirs)
    for anilist_id, mapping in ours.items():
        other = merged.get(anilist_id)
        if other is None or _freshness(mapping) > _freshness(other):
            merged[anilist_id] = mapping
    return merged


def merge_last_syncs(ours: LastSync, theirs: LastSync) -> LastSync:
    """The record of the later run; the runs of both; the latest good end and commit of either; a run that may still
    be writing."""
    newer = max(ours, theirs, key=lambda last: (_latest(last), render_last_sync(last)))
    runs = {(run.at, run.run_id, run.outcome, run.added, run.seconds): run for run in (*ours.runs, *theirs.runs)}
    ended = {run.run_id for run in runs.values()}
    return replace(
        newer,
        good_at=_later(ours.good_at, theirs.good_at),
        changed_at=_later(ours.changed_at, theirs.changed_at),
        runs=tuple(runs[key] for key in sorted(runs))[-RUNS_KEPT:],
        writing=max(
            (lease for lease in (ours.writing, theirs.writing) if lease and lease.run_id not in ended),
            key=lambda lease: (lease.until, lease.run_id),
            default=None,
        ),
    )


def merge_journals(ours: bytes, theirs: bytes, name: str) -> bytes:
    """All whole lines of both, each once, by the time they carry. Raises ``StateError``."""
    lines = {*whole_lines(ours).splitlines(), *whole_lines(theirs).splitlines()}
    try:
        ordered = sorted((Fields(parse_object(line), "a line").moment("at"), line) for line in lines)
    except Damage as damage:
        raise damaged(name, damage) from damage
    return b"".join(line + b"\n" for _, line in ordered)


def _merge_plays(ours: tuple[LedgerPlay, ...], theirs: tuple[LedgerPlay, ...]) -> tuple[LedgerPlay, ...]:
    best: dict[tuple[int, PlayKind, int, int], LedgerPlay] = {}
    for play in (*ours, *theirs):
        known = best.get(play.place)
        if known is None or _RANK[play.state] > _RANK[known.state]:
            best[play.place] = play
    return tuple(sorted(best.values()))


def _freshness(mapping: CachedMapping) -> tuple[datetime, str]:
    return mapping.verified_at, render_mapping(mapping)


def _latest(last: LastSync) -> datetime:
    return max((run.at for run in last.runs), default=last.good_at or _NEVER)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _age(content: bytes, name: str) -> tuple[datetime, bool]:
    """When a pair was made, and whether its refresh token was sent since. A damaged file is older than any, because
    logging in again must be able to replace it."""
    try:
        fields = Fields(parse_document(content, name), "it")
        return fields.optional_moment("created_at") or _NEVER, fields.flag("spent")
    except NewerSchema:
        raise
    except (StateError, Damage):
        return _NEVER, False


def _merge_by_suffix(name: str) -> Callable[[bytes, bytes, str], bytes]:
    if name.endswith(".jsonl"):
        return merge_journals
    return _newer_token if name.endswith(TOKEN_SUFFIXES) else _ours


def _newer_token(ours: bytes, theirs: bytes, name: str) -> bytes:
    return max(ours, theirs, key=lambda content: (*_age(content, name), content))


def _ours(ours: bytes, _theirs: bytes, _name: str) -> bytes:
    return ours


_MERGES: Mapping[str, Callable[[bytes, bytes, str], bytes]] = {
    LEDGER_FILE: lambda ours, theirs, name: render_ledger(
        merge_ledgers(parse_ledger(ours, name), parse_ledger(theirs, name))
    ),
    MAPPING_FILE: lambda ours, theirs, name: render_mappings(
        merge_mappings(parse_mappings(ours, name), parse_mappings(theirs, name))
    ),
    LAST_SYNC_FILE: lambda ours, theirs, name: render_last_sync(
        merge_last_syncs(parse_last_sync(ours, name), parse_last_sync(theirs, name))
    ),
    SHELVES_FILE: lambda ours, theirs, name: render_lists(
        merge_lists(parse_lists(ours, name), parse_lists(theirs, name))
    ),
}
