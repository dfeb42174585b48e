"""An entry that is a film: which of Trakt's films it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sync.mapping.anime import Anime
from sync.mapping.judging.weights import MIN_FILM_GAP, MIN_FILM_SCORE, evidence_of, score_of
from sync.mapping.sources.claims import Source
from sync.mapping.wording import alike, plain, titles_of
from sync.model.evidence import Fact, Reason
from sync.model.mapping import Candidate, Verdict
from sync.model.trakt import TraktTitle

ALIKE = 0.3
"""Share of common words from which a translated title is still taken for the same: names stay, the rest does not."""
VERY_ALIKE = 0.6
"""Share of common words from which two titles are nearly the same."""
FESTIVAL = 10
"""Days between a premiere and a release that are still one date."""
NAMES_FILM = {
    Source.OVERRIDE: Fact.FILM_OVERRIDE,
    Source.ANIBRIDGE: Fact.FILM_ANIBRIDGE,
    Source.BANGUMI: Fact.FILM_BANGUMI,
    Source.FRIBB: Fact.FILM_FRIBB,
    Source.ANITRAKT: Fact.FILM_ANITRAKT,
    Source.TMDB: Fact.FILM_TMDB,
    Source.SEARCH: Fact.FILM_SEARCH,
    Source.RELATION: Fact.FILM_SEARCH,
}


@dataclass(frozen=True, slots=True)
class FilmCandidate:
    """A film with its facts and their sum."""

    title: TraktTitle
    facts: frozenset[Fact]
    score: float

    @property
    def key(self) -> tuple[float, int]:
        """Best first; ties by Trakt id."""
        return -self.score, self.title.ids.trakt

    @property
    def value(self) -> Candidate:
        """The candidate as reports show it."""
        return Candidate(self.title, (), evidence_of(self.facts), self.score)


def judge_film(anime: Anime, title: TraktTitle, sources: Collection[Source]) -> FilmCandidate:
    """The film with all that speaks for and against it; ``sources`` name it."""
    facts = {NAMES_FILM[source] for source in sources}
    facts |= {*_dates(anime, title), *_kind(anime, title), *_title(anime, title)}
    return FilmCandidate(title, frozenset(facts), score_of(facts))


def _title(anime: Anime, title: TraktTitle) -> Iterator[Fact]:
    own = (*titles_of(anime.media), *anime.media.synonyms)
    others = (title.title, *title.aliases)
    if {plain(each) for each in own} & {plain(each) for each in others} - {""}:
        yield Fact.FILM_TITLE_FITS
        return
    near = max((alike(one, other) for one in own for other in others), default=0.0)
    if near >= ALIKE:
        yield Fact.FILM_TITLE_LIKE if near >= VERY_ALIKE else Fact.FILM_TITLE_NEAR


def _dates(anime: Anime, title: TraktTitle) -> Iterator[Fact]:
    if title.released is not None and anime.start is not None:
        off = abs((title.released - anime.start).days)
        if off <= FESTIVAL:
            yield Fact.FILM_DAY_FITS
            return
        if off > 400:
            yield Fact.FILM_DAY_OFF
    year = title.released.year if title.released else title.year
    if year and anime.year:
        yield Fact.FILM_YEAR_FITS if abs(year - anime.year) <= 1 else Fact.FILM_YEAR_OFF


def _kind(anime: Anime, title: TraktTitle) -> Iterator[Fact]:
    if (anime.count or 1) > 1:
        yield Fact.FILM_IS_SERIES
    elif not anime.is_film:
        yield Fact.FILM_IS_EXTRA
    length = anime.media.duration
    if title.runtime and length and not 0.6 <= title.runtime / (length * (anime.count or 1)) <= 1.7:
        yield Fact.FILM_RUNTIME_OFF


def film_verdict(ranked: Sequence[FilmCandidate]) -> tuple[Verdict, Reason | None]:
    """The verdict on the first of ``ranked`` (best first, not empty), and what stands in its way."""
    best = ranked[0]
    if Fact.FILM_SEARCH in best.facts and not _confirmed(best):
        return Verdict.UNRESOLVED, Reason.ONLY_SEARCH
    if best.facts >= {Fact.FILM_IS_SERIES, Fact.FILM_RUNTIME_OFF}:
        return Verdict.UNRESOLVED, Reason.COLLAPSED
    if best.score < MIN_FILM_SCORE:
        return Verdict.UNRESOLVED, Reason.TOO_LITTLE
    if len(ranked) > 1 and best.score - ranked[1].score < MIN_FILM_GAP:
        return Verdict.AMBIGUOUS, Reason.OTHER_FILM
    return Verdict.RESOLVED, None


def _confirmed(found: FilmCandidate) -> bool:
    """Whether more than its title speaks for a film that was only searched for: the day it came out, if that is known
    on both sides, else the very title and the year."""
    if found.facts & {Fact.FILM_IS_SERIES, Fact.FILM_IS_EXTRA}:
        return False
    if Fact.FILM_DAY_FITS in found.facts:
        return bool(found.facts & {Fact.FILM_TITLE_FITS, Fact.FILM_TITLE_LIKE, Fact.FILM_TITLE_NEAR})
    by_year = Fact.FILM_YEAR_FITS in found.facts and found.title.released is None
    return by_year and bool(found.facts & {Fact.FILM_TITLE_FITS, Fact.FILM_TITLE_LIKE})
