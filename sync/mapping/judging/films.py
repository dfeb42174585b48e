"""An entry that is a film: which of Trakt's films it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.mapping.judging.weights import MIN_FILM_GAP, MIN_FILM_SCORE, score_of
from sync.mapping.sources.claims import Claim
from sync.mapping.subject import Subject
from sync.mapping.wording import alike, plain, titles_of
from sync.model.mapping import Verdict
from sync.model.trakt import TraktTitle

ALIKE = 0.3
"""Share of common words from which a translated title is still taken for the same: names stay, the rest does not."""
FESTIVAL = 10
"""Days between a premiere and a release that are still one date."""


@dataclass(frozen=True, slots=True)
class JudgedFilm:
    """A film with its facts and their sum."""

    title: TraktTitle
    names: frozenset[str]
    score: float

    @property
    def key(self) -> tuple[float, int]:
        return -self.score, self.title.ids.trakt


def judge_film(subject: Subject, title: TraktTitle, claims: Sequence[Claim], *, searched: bool = False) -> JudgedFilm:
    """The film with all that speaks for and against it."""
    names = {f"film {claim.source.name.lower()}" for claim in claims}
    if searched and not names:
        names.add("film search")
    names |= set(_dates(subject, title))
    names |= set(_kind(subject, title))
    names |= set(_title(subject, title))
    return JudgedFilm(title, frozenset(names), score_of(names))


def _title(subject: Subject, title: TraktTitle) -> Iterator[str]:
    own = (*titles_of(subject.media), *subject.media.synonyms)
    others = (title.title, *title.aliases)
    if {plain(each) for each in own} & {plain(each) for each in others} - {""}:
        yield "film title fits"
    elif max((alike(one, other) for one in own for other in others), default=0.0) >= ALIKE:
        yield "film title near"


def _dates(subject: Subject, title: TraktTitle) -> Iterator[str]:
    if title.released is not None and subject.start is not None:
        off = abs((title.released - subject.start).days)
        if off <= FESTIVAL:
            yield "film day fits"
            return
        if off > 400:
            yield "film day off"
    year = title.released.year if title.released else title.year
    if year and subject.year:
        yield "film year fits" if abs(year - subject.year) <= 1 else "film year off"


def _kind(subject: Subject, title: TraktTitle) -> Iterator[str]:
    if (subject.count or 1) > 1:
        yield "film is series"
    elif not subject.is_film:
        yield "film is extra"
    length = subject.media.duration
    if title.runtime and length and not 0.6 <= title.runtime / (length * (subject.count or 1)) <= 1.7:
        yield "film runtime off"


def film_verdict(ranked: Sequence[JudgedFilm]) -> tuple[Verdict, str]:
    """The verdict on the first of ``ranked`` (best first, not empty), and what stands in its way."""
    best = ranked[0]
    if "film search" in best.names and not _confirmed(best):
        return Verdict.UNRESOLVED, "only a search by title found it"
    if best.score < MIN_FILM_SCORE:
        return Verdict.UNRESOLVED, "too little speaks for it"
    if len(ranked) > 1 and best.score - ranked[1].score < MIN_FILM_GAP:
        return Verdict.AMBIGUOUS, "another film fits nearly as well"
    return Verdict.RESOLVED, ""


def _confirmed(found: JudgedFilm) -> bool:
    """Whether more than its title speaks for a film that was only searched for: the day it came out, if that is known
    on both sides, else the year."""
    if found.names & {"film is series", "film is extra"} or not found.names & {"film title fits", "film title near"}:
        return False
    return "film day fits" in found.names or ("film year fits" in found.names and found.title.released is None)
