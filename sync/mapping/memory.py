"""A resolution kept for the next run: what it was made from, and whether it still holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sync.mapping.anime import NEAR, aired_off, airing_days, is_over
from sync.mapping.judging.facts import airs_faster
from sync.mapping.layout import Seasons, places_of, unmoved
from sync.model.anilist import Media
from sync.model.mapping import CachedMapping, Candidate, Catalogue, Drift, DriftKind, Override, Resolution
from sync.model.trakt import Kind, TraktIds, TraktTitle

EVIDENCE_KEPT = 6
"""Of a certain mapping, the heaviest first: enough to say why it is so."""
CANDIDATES_KEPT = 3
"""Of an entry without a certain mapping, the best first."""

RULES = 1
"""Raised when the rules change so much that every entry must be resolved again."""


def basis_of(media: Media, override: Override | None) -> str:
    """A short, stable name for what a mapping of this entry is made from: AniList's facts of it, and the override.

    The line of an override does not count, nor do titles. That the entry is over counts, and the day on which it ended.
    """
    own = (media.mal_id, media.format, media.episodes, media.start_date, media.end_date, is_over(media))
    told = None
    if override is not None:
        told = (override.skip, override.title, override.season, override.first_episode, override.spans)
    return sha256(repr((RULES, own, told)).encode()).hexdigest()[:16]


def cached_from(resolution: Resolution, basis: str, now: datetime, *, hidden: bool = False) -> CachedMapping:
    """The resolution as the cache keeps it; of a ``hidden`` entry's candidates only the ids."""
    certain, best = resolution.verdict.is_certain, resolution.candidates[:CANDIDATES_KEPT]
    return CachedMapping(
        anilist_id=resolution.anilist_id,
        verdict=resolution.verdict,
        reason=resolution.reason,
        basis=basis,
        verified_at=now,
        title=resolution.title,
        spans=resolution.spans,
        evidence=tuple(each for each in resolution.evidence if each.weight >= 0)[:EVIDENCE_KEPT],
        layout_fingerprint=resolution.layout_fingerprint,
        candidates=() if certain else tuple(_kept(each, hidden=hidden) for each in best),
    )


def _kept(candidate: Candidate, *, hidden: bool) -> Candidate:
    """A candidate with its weightiest evidence; without the names that would tell what a hidden entry is."""
    title = candidate.title
    if hidden:
        title = TraktTitle(title.kind, TraktIds(title.ids.trakt), "")
    return replace(candidate, title=title, evidence=candidate.evidence[:EVIDENCE_KEPT])


def from_cache(cached: CachedMapping) -> Resolution:
    """The cached mapping as a resolution."""
    return Resolution(
        anilist_id=cached.anilist_id,
        verdict=cached.verdict,
        reason=cached.reason,
        title=cached.title,
        spans=cached.spans,
        evidence=cached.evidence,
        candidates=cached.candidates,
        layout_fingerprint=cached.layout_fingerprint,
    )


def drift_of(cached: CachedMapping, catalogue: Catalogue) -> Drift | None:
    """What moved since the mapping was cached; ``None`` if nothing did, or the layout was not asked for."""
    title = cached.title
    if title is None or title.kind is Kind.MOVIE or title.ids.trakt not in catalogue.layouts:
        return None
    layout = catalogue.layouts[title.ids.trakt]
    if layout is None:
        return Drift(DriftKind.GONE, title, cached.spans)
    if cached.layout_fingerprint is None or unmoved(cached.layout_fingerprint, layout, cached.spans):
        return None
    return Drift(DriftKind.RECUT, title, cached.spans)


def is_off_course(cached: CachedMapping, media: Media, seasons: Seasons) -> bool:
    """Whether a show goes on in another way than a mapping expects that was made before all of it was listed: a later
    season began while episodes of this one are missing, or an episode is listed for another day than AniList's, or its
    episodes come too fast."""
    last = cached.spans[-1]
    end = None if last.to_ep is None else (last.season, last.first_episode + last.to_ep - last.from_ep)
    missing = last.season > 0 and (end is None or end not in seasons)
    if missing and any(number > last.season for number in seasons.regular):
        return True
    days = airing_days(media)
    if airs_faster(days, media.start_date.to_date(), cached.spans, seasons):
        return True
    offs = (
        aired_off(seasons.episode(place), day)
        for episode, day in days.items()
        for place in places_of(cached.spans, episode)
    )
    return any(abs(off) > NEAR for off in offs if off is not None)
