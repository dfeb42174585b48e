"""Whether ``state/`` changed in a way that deserves a commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sync.services.state.last_sync_file import LAST_SYNC_FILE, parse_last_sync, without_clocks
from sync.services.state.mapping_file import MAPPING_FILE, parse_mappings

HEARTBEAT = timedelta(days=7)
"""GitHub switches a public repository's schedule off after 60 days without activity (GitHub docs, "Disabling and
enabling a workflow"); a weekly record of the last run is activity, and tells a person that all is well."""

PAGES = (".md", ".svg")
"""What is drawn from the rest: no reason for a commit by itself, but part of one."""

_NEVER = datetime.min.replace(tzinfo=UTC)


def worth_committing(base: Mapping[str, bytes], ours: Mapping[str, bytes], now: datetime) -> bool:
    """Whether ``ours`` says more than ``base`` besides what time it is, or the weekly heartbeat is due.

    Both map a file's name to its content. Raises ``StateError`` if a file that is compared is damaged.
    """
    changed = [name for name, content in ours.items() if base.get(name) != content and not name.endswith(PAGES)]
    return any(_says_more(name, base.get(name), ours[name]) for name in changed) or (
        LAST_SYNC_FILE in changed and _heartbeat_due(base.get(LAST_SYNC_FILE), now)
    )


def _says_more(name: str, base: bytes | None, ours: bytes) -> bool:
    if base is None:
        return True
    if name == LAST_SYNC_FILE:
        return without_clocks(parse_last_sync(base, name)) != without_clocks(parse_last_sync(ours, name))
    if name == MAPPING_FILE:
        return _unclocked(base) != _unclocked(ours)
    return True


def _unclocked(content: bytes) -> dict[int, object]:
    mappings = parse_mappings(content, MAPPING_FILE)
    return {key: replace(mapping, verified_at=_NEVER) for key, mapping in mappings.items()}


def _heartbeat_due(base: bytes | None, now: datetime) -> bool:
    changed_at = parse_last_sync(base, LAST_SYNC_FILE).changed_at if base is not None else None
    return changed_at is None or now - changed_at >= HEARTBEAT
