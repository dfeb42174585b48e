"""A resolution kept for the next run: what it was made from, and whether it still holds."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sync.mapping.layout import render_spans, unmoved
from sync.mapping.overrides.document import Override
from sync.model.anilist import Media
from sync.model.mapping import CachedMapping, Catalogue, Evidence, Resolution
from sync.model.trakt import Kind

EVIDENCE_KEPT = 3
"""By name, the weightiest first; ``why`` says in words what they come to, and all of them take too much room."""

RULES = 1
"""Raised when the rules change so much that every entry must be resolved again."""


def basis_of(media: Media, override: Override | None) -> str:
    """A short, stable name for what a mapping of this entry is made from: AniList's facts of it, and the override.

    The line of an override does not count, nor do titles, dates of the end, and the status.
    """
    own = (media.mal_id, media.format, media.episodes, media.start_date)
    told = None
    if override is not None:
        told = (override.skip, override.title, override.season, override.first_episode, override.spans)
    return sha256(repr((RULES, own, told)).encode()).hexdigest()[:16]


def cached_from(resolution: Resolution, basis: str, now: datetime) -> CachedMapping:
    """The resolution as the cache keeps it; ``candidates`` is left for the report to fill, which words them."""
    return CachedMapping(
        anilist_id=resolution.anilist_id,
        verdict=resolution.verdict,
        why=resolution.why,
        basis=basis,
        verified_at=now,
        title=resolution.title,
        spans=resolution.spans,
        evidence=tuple(each.name for each in resolution.evidence[:EVIDENCE_KEPT]),
        layout_fingerprint=resolution.layout_fingerprint,
    )


def from_cache(cached: CachedMapping) -> Resolution:
    """The cached mapping as a resolution; its candidates are only words and do not come back."""
    return Resolution(
        anilist_id=cached.anilist_id,
        verdict=cached.verdict,
        why=cached.why,
        title=cached.title,
        spans=cached.spans,
        evidence=tuple(Evidence(name, name) for name in cached.evidence),
        layout_fingerprint=cached.layout_fingerprint,
    )


def drift_of(cached: CachedMapping, catalogue: Catalogue) -> str | None:
    """What moved since the mapping was cached; ``None`` if nothing did, or the layout was not asked for."""
    title = cached.title
    if title is None or title.kind is Kind.MOVIE or title.ids.trakt not in catalogue.layouts:
        return None
    layout = catalogue.layouts[title.ids.trakt]
    if layout is None:
        return f"Trakt no longer has {title.url}, where {render_spans(cached.spans)} was"
    if cached.layout_fingerprint is None or unmoved(cached.layout_fingerprint, layout, cached.spans):
        return None
    return f"Trakt re-cut {title.url}: {render_spans(cached.spans)} no longer holds the same episodes"
