"""AniList entries → resolutions: what the user says, what is remembered, and what the evidence proves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.mapping.judgement import Judgement, judge
from sync.mapping.judging.weights import evidence_of
from sync.mapping.knowledge import Knowledge
from sync.mapping.layout import covers, fingerprint
from sync.mapping.lookup import Questions
from sync.mapping.memory import basis_of, drift_of, from_cache, is_off_course
from sync.mapping.neighbours import clashes, film_clashes, holders, look_again
from sync.mapping.overrides.document import Overrides
from sync.mapping.overrides.resolution import resolve_override
from sync.mapping.sources.claims import MappingIndex
from sync.model.anilist import Media
from sync.model.evidence import Reason
from sync.model.mapping import CachedMapping, Candidate, Catalogue, Drift, DriftKind, Needs, Resolution, Verdict
from sync.model.trakt import Kind

CHAIN = 4
"""How many cours in a row can be found each by the one before it."""
MOST_CANDIDATES = 5
"""Candidates that a resolution carries, best first."""


@dataclass(frozen=True, slots=True)
class ResolvedLibrary:
    """A resolution for every entry. ``fresh`` are the ids that neither an override nor the memory settles: only for
    them are datasets worth loading."""

    resolutions: Mapping[int, Resolution]
    fresh: frozenset[int] = field(default_factory=frozenset)


class Resolver:
    """Resolves the entries of one list while the answers to its questions come in.

    Call ``learn`` with a catalogue that holds the answers so far until it has no more questions (or there is no more
    time), then ``resolved``. Each call looks only at entries that still have an open question.

    ``progress`` are the watched episodes of entries that have something to write: for those a remembered mapping asks
    for its layout, to see whether it still holds, and a provisional one is proved again where datasets are at hand
    (``prove``); the others are taken as they are remembered. ``search`` allows
    searches by title, ``tmdb`` asking TMDB for external ids. The order of ``media`` does not matter.
    """

    def __init__(
        self,
        media: Sequence[Media],
        *,
        index: MappingIndex,
        overrides: Overrides,
        memory: Mapping[int, CachedMapping],
        progress: Mapping[int, int],
        prove: bool = False,
        search: bool = True,
        tmdb: bool = False,
    ) -> None:
        entries = sorted(media, key=lambda each: each.anilist_id)
        self._overrides = overrides.entries
        self._memory = memory
        self._progress = progress
        self._prove = prove
        self._known = Knowledge(entries, index, tmdb=tmdb, search=search and bool(index))
        self._open = [each.anilist_id for each in entries]
        self._settled: dict[int, Resolution] = {}
        self._judgements: dict[int, Judgement] = {}
        self._doubted: dict[int, Drift | None] = {}

    def learn(self, catalogue: Catalogue) -> Needs:
        """Looks at every open entry with what ``catalogue`` knows now; what it would have to know to close them."""
        self._known.learn(catalogue)
        questions = Questions()
        self._open = [key for key in self._open if self._is_open(key, questions)]
        return questions.needs()

    def resolved(self) -> ResolvedLibrary:
        """What is known by now of all entries; one whose answers are missing is UNRESOLVED."""
        found = dict(self._settled)
        settled = [(self._known.list[key], resolution) for key, resolution in self._settled.items()]
        for key, judgement in self._together(settled).items():
            resolution = self._resolution(judgement)
            found[key] = replace(resolution, drift=self._doubted.get(key) or self._moved(resolution))
        for key in self._known.list:
            if key not in found:
                found[key] = Resolution(key, Verdict.UNRESOLVED, Reason.UNANSWERED)
        return ResolvedLibrary(dict(sorted(found.items())), frozenset(self._judgements))

    def _is_open(self, anilist_id: int, questions: Questions) -> bool:
        """Settles or judges one entry; whether something is left to be asked for it."""
        media, mine = self._known.list[anilist_id], Questions()
        override = self._overrides.get(anilist_id)
        self._settled.pop(anilist_id, None)
        remembered = self._remembered(media, mine)
        if remembered is not None:
            self._settled[anilist_id] = remembered
        elif override is not None and (told := resolve_override(media, override, self._known, mine)) is not None:
            self._settled[anilist_id] = replace(told, drift=self._doubted.get(anilist_id))
        elif not mine:
            named = override.title if override is not None else None
            self._judgements[anilist_id] = judge(self._known.anime(media, named), self._known, mine)
        questions.add(mine)
        return bool(mine)

    def _remembered(self, media: Media, questions: Questions) -> Resolution | None:
        """The remembered mapping while nothing that it was made from has changed."""
        cached = self._memory.get(media.anilist_id)
        if cached is None or not cached.verdict.is_certain or media.anilist_id in self._doubted:
            return None
        if cached.basis != basis_of(media, self._overrides.get(media.anilist_id)):
            return None
        return self._still_true(cached, media, questions)

    def _still_true(self, cached: CachedMapping, media: Media, questions: Questions) -> Resolution | None:
        """The remembered mapping as far as its show's layout bears it out, which is asked for if it has news. What does
        not bear it out is noted, and it is not believed any more in this call."""
        title, has_news = cached.title, self._progress.get(media.anilist_id, 0) > 0
        early = cached.verdict is Verdict.PROVISIONAL and has_news
        drift = drift_of(cached, self._known.catalogue)
        if drift is not None or (early and self._prove):
            self._doubted[media.anilist_id] = drift
            return None
        if title is None or title.kind is Kind.MOVIE or not has_news:
            return from_cache(cached)
        questions.ask_layout(title.ids.trakt, self._known.catalogue)
        seasons, layout = self._known.seasons(title.ids.trakt), self._known.catalogue.layouts.get(title.ids.trakt)
        if seasons is None or layout is None:
            return from_cache(cached)
        if early and is_off_course(cached, media, seasons):
            self._doubted[media.anilist_id] = None
            return None
        return replace(from_cache(cached), layout_fingerprint=fingerprint(layout, cached.spans))

    def _moved(self, resolution: Resolution) -> Drift | None:
        """That an early mapping was proved again and lies elsewhere now, or nowhere for certain."""
        cached = self._memory.get(resolution.anilist_id)
        if cached is None or cached.title is None or cached.verdict is not Verdict.PROVISIONAL:
            return None
        same = resolution.title is not None and resolution.title.ids.trakt == cached.title.ids.trakt
        if same and (covers(resolution.spans, cached.spans) or covers(cached.spans, resolution.spans)):
            return None
        return Drift(DriftKind.PROVED_ELSEWHERE, cached.title, cached.spans)

    def _together(self, settled: Sequence[tuple[Media, Resolution]]) -> dict[int, Judgement]:
        """The entries once more in the light of each other, then those on another's episodes given up."""
        again = dict(self._judgements)
        for _ in range(CHAIN):
            held = holders(again, settled, self._known)
            before = again
            again = {
                key: each if each.verdict.is_certain or each.waits else look_again(each, held, self._known)
                for key, each in again.items()
            }
            if all(again[key].verdict is before[key].verdict for key in again):
                break
        losers = clashes(holders(again, settled, self._known)) | film_clashes(again, settled)
        return {key: each.demoted(Reason.TAKEN) if key in losers else each for key, each in again.items()}

    def _resolution(self, judgement: Judgement) -> Resolution:
        anilist_id, best, film = judgement.anime.anilist_id, judgement.best, judgement.film
        early = None if judgement.anime.is_over and judgement.anime.count else Verdict.PROVISIONAL
        if best is not None:
            layout = self._known.catalogue.layouts[best.seasons.show.ids.trakt]
            return Resolution(
                anilist_id,
                early or judgement.verdict,
                title=best.seasons.show,
                spans=best.alignment.spans,
                evidence=evidence_of(best.facts),
                candidates=tuple(each.value for each in judgement.shows[1:MOST_CANDIDATES]),
                layout_fingerprint=fingerprint(layout, best.alignment.spans) if layout is not None else None,
            )
        if film is not None:
            rest = tuple(each.value for each in judgement.films[1:MOST_CANDIDATES])
            return Resolution(
                anilist_id,
                early or judgement.verdict,
                title=film.title,
                evidence=evidence_of(film.facts),
                candidates=rest,
            )
        reason = Reason.UNANSWERED if judgement.waits else judgement.reason
        return Resolution(anilist_id, judgement.verdict, reason, candidates=_candidates(judgement))


def _candidates(judgement: Judgement) -> tuple[Candidate, ...]:
    films, shows = [each.value for each in judgement.films], [each.value for each in judgement.shows[:MOST_CANDIDATES]]
    return tuple((films + shows if judgement.is_film else shows + films)[:MOST_CANDIDATES])
