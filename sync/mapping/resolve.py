"""AniList entries → resolutions: what the user says, what is remembered, and what the evidence proves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.mapping.cached import basis_of, cached_from, from_cache
from sync.mapping.judging.explanation import film_candidate, show_candidate, why_film, why_show
from sync.mapping.layout import fingerprint
from sync.mapping.neighbours import CLASH, clashes, film_clashes, holders, look_again
from sync.mapping.overrides.document import Overrides
from sync.mapping.placement import Placement, place
from sync.mapping.settled import settle_all
from sync.mapping.sources.claims import MappingIndex
from sync.mapping.subject import subject_of
from sync.mapping.titles import Wishes
from sync.mapping.world import World
from sync.model.anilist import Media
from sync.model.mapping import CachedMapping, Candidate, Catalogue, Needs, Resolution, Verdict

__all__ = ["ResolvedLibrary", "basis_of", "cached_from", "from_cache", "resolve_library"]

UNANSWERED = "Trakt has not answered yet"
CHAIN = 4
"""How many cours in a row can be found each by the one before it."""
TOLD_CANDIDATES = 5
"""Candidates that a resolution carries, best first."""


@dataclass(frozen=True, slots=True)
class ResolvedLibrary:
    """A resolution for every entry, and what to ask before the next call; done when ``needs`` is empty.

    ``fresh`` are the ids that neither an override nor the cache settles: only for them are datasets worth loading.
    """

    resolutions: Mapping[int, Resolution]
    needs: Needs
    fresh: frozenset[int] = field(default_factory=frozenset)


def resolve_library(
    media: Sequence[Media],
    *,
    index: MappingIndex,
    overrides: Overrides,
    catalogue: Catalogue,
    cache: Mapping[int, CachedMapping],
    progress: Mapping[int, int],
    search: bool = True,
    tmdb: bool = False,
) -> ResolvedLibrary:
    """Resolve entries with what is known so far. Call again, with the answers in ``catalogue``, until ``needs`` is
    empty; an entry whose answers are missing is UNRESOLVED until then.

    ``progress`` are the watched episodes of entries that have something to write: for those a cached mapping asks for
    its layout, to see whether it still holds; the others are taken from the cache as they are. ``search`` allows
    searches by title, ``tmdb`` asking TMDB for external ids. The order of ``media`` does not matter.
    """
    entries = sorted(media, key=lambda each: each.anilist_id)
    world = World(entries, index, catalogue, tmdb=tmdb, search=search and bool(index))
    wishes = Wishes()
    known = settle_all(entries, overrides=overrides, cache=cache, progress=progress, world=world, wishes=wishes)
    placements = {
        each.anilist_id: place(subject_of(each, index, known.told.get(each.anilist_id)), world, wishes)
        for each in entries
        if each.anilist_id not in known.resolutions and each.anilist_id not in known.waiting
    }
    settled = [(world.library[key], resolution) for key, resolution in known.resolutions.items()]
    resolutions = dict(known.resolutions)
    for key in known.waiting:
        resolutions[key] = Resolution(key, Verdict.UNRESOLVED, UNANSWERED)
    for key, placement in _together(placements, settled, world).items():
        resolutions[key] = replace(_resolution(placement, world), drift=known.drifts.get(key))
    searches = frozenset(query for each in placements.values() for query in each.searches)
    needs = replace(wishes.needs(), searches=searches)
    return ResolvedLibrary(dict(sorted(resolutions.items())), needs, frozenset(placements))


def _together(
    placements: Mapping[int, Placement], settled: Sequence[tuple[Media, Resolution]], world: World
) -> dict[int, Placement]:
    """The entries once more in the light of each other, then those that stand on another's episodes given up."""
    again = dict(placements)
    for _ in range(CHAIN):
        held = holders(again, settled, world)
        before = again
        again = {
            key: look_again(each, held, world)
            if placements[key].shows and each.verdict is not Verdict.RESOLVED
            else each
            for key, each in again.items()
        }
        if all(again[key].verdict is before[key].verdict for key in again):
            break
    losers = clashes(holders(again, settled, world)) | film_clashes(again, settled)
    return {key: each.demoted(CLASH) if key in losers else each for key, each in again.items()}


def _resolution(placement: Placement, world: World) -> Resolution:
    subject = placement.subject
    best, film = placement.best, placement.film
    if best is not None:
        layout = world.catalogue.layouts[best.seasons.show.ids.trakt]
        candidate = show_candidate(best, subject)
        return Resolution(
            subject.anilist_id,
            Verdict.RESOLVED,
            why_show(best, subject),
            best.seasons.show,
            best.proposal.spans,
            candidate.evidence,
            tuple(show_candidate(each, subject) for each in placement.shows[1:TOLD_CANDIDATES]),
            fingerprint(layout, best.proposal.spans) if layout is not None else None,
        )
    if film is not None:
        rest = tuple(film_candidate(each) for each in placement.films[1:TOLD_CANDIDATES])
        evidence = film_candidate(film).evidence
        return Resolution(subject.anilist_id, Verdict.RESOLVED, why_film(film), film.title, (), evidence, rest)
    why = UNANSWERED if placement.waits else placement.why
    return Resolution(subject.anilist_id, placement.verdict, why, candidates=_candidates(placement))


def _candidates(placement: Placement) -> tuple[Candidate, ...]:
    films = [film_candidate(each) for each in placement.films]
    shows = [show_candidate(each, placement.subject) for each in placement.shows]
    ranked = films + shows if placement.is_film else shows + films
    return tuple(ranked[:TOLD_CANDIDATES])
