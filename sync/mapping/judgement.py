"""One entry, judged for itself: every title its claims lead to, and the verdict on the best place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sync.mapping.anime import Anime
from sync.mapping.judging.facts import facts_of
from sync.mapping.judging.films import FilmCandidate, film_verdict, judge_film
from sync.mapping.judging.rivals import Company
from sync.mapping.judging.verdict import ShowCandidate, judge_show, show_verdict
from sync.mapping.judging.weights import MIN_SCORE
from sync.mapping.knowledge import Knowledge
from sync.mapping.layout import Seasons
from sync.mapping.lookup import Questions
from sync.mapping.proposals import align
from sync.mapping.sources.claims import Claim, Source
from sync.mapping.wording import alike, base_titles, plain, titles_of, within
from sync.model.evidence import Fact, Reason
from sync.model.mapping import TextQuery, TitleRef, Verdict
from sync.model.trakt import Kind, TraktTitle

QUERIES = 4
"""Titles of one entry that are searched for."""
ALIKE = 0.5
"""Share of common words from which a show's title is near the entry's."""
NAMES_ONLY_SHOW = {
    Source.OVERRIDE: Fact.OVERRIDE_SHOW,
    Source.SEARCH: Fact.SEARCH_SHOW,
    Source.RELATION: Fact.RELATED_SHOW,
    Source.TMDB: Fact.TMDB_SHOW,
}
"""Who names a show and says nothing of a place in it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """An entry with its ranked candidates, and the verdict on the best. ``waits`` while answers are missing."""

    anime: Anime
    shows: Sequence[ShowCandidate] = ()
    films: Sequence[FilmCandidate] = ()
    verdict: Verdict = Verdict.UNRESOLVED
    reason: Reason | None = Reason.UNKNOWN
    is_film: bool = False
    waits: bool = False

    @property
    def best(self) -> ShowCandidate | None:
        """The place that is certain, if it is one in a show."""
        return self.shows[0] if self.verdict.is_certain and not self.is_film else None

    @property
    def film(self) -> FilmCandidate | None:
        """The film that is certain."""
        return self.films[0] if self.verdict.is_certain and self.is_film else None

    def demoted(self, reason: Reason) -> Judgement:
        """This judgement, no longer sure."""
        return replace(self, verdict=Verdict.AMBIGUOUS, reason=reason)


def judge(anime: Anime, known: Knowledge, questions: Questions) -> Judgement:
    """The judgement on one entry, as far as the catalogue has the answers; what it lacks goes to ``questions``.

    First the titles that datasets claim are looked at; while nothing is certain, also the shows of related works and
    what Trakt finds by title, all of them together. AniList is asked for more of an entry that still runs, and of one
    that is not certain by its claims.
    """
    claims: list[Claim] = []
    result = Judgement(anime)
    for find in (_named_title,) if anime.named is not None else (_claimed, _related_or_titled):
        if (find is _related_or_titled or not anime.is_over) and _lacks_details(anime, known, questions):
            return replace(result, waits=True)
        more = find(anime, known, questions, result)
        if questions:
            return replace(result, waits=True)
        if not more:
            continue
        claims += more
        result = _judged(anime, claims, known, questions)
        if questions or result.verdict.is_certain:
            return replace(result, waits=bool(questions))
    return result


def _lacks_details(anime: Anime, known: Knowledge, questions: Questions) -> bool:
    """Whether AniList was not asked for the entry's details yet; then it is."""
    if anime.named is None and anime.anilist_id not in known.catalogue.details:
        questions.details.add(anime.anilist_id)
    return bool(questions.details)


def _named_title(anime: Anime, known: Knowledge, questions: Questions, _so_far: Judgement) -> list[Claim]:
    """An override names the show and leaves the place open: only that show is looked at."""
    named = anime.named
    return [Claim(Source.OVERRIDE, named)] if named and known.lookup.ask_title(named, questions) is not None else []


def _claimed(anime: Anime, _known: Knowledge, _questions: Questions, _so_far: Judgement) -> list[Claim]:
    return list(anime.claims)


def _related_or_titled(anime: Anime, known: Knowledge, questions: Questions, so_far: Judgement) -> list[Claim]:
    """The shows in which prequels and parents of the entry lie, as far as datasets know, and what bears its title: a
    sequel may have a show of its own."""
    related = [] if anime.is_film else known.related_shows(anime)
    return [*related, *_found_by_title(anime, known, questions, so_far)]


def _found_by_title(anime: Anime, known: Knowledge, questions: Questions, so_far: Judgement) -> list[Claim]:
    """What Trakt finds by title; of shows only those whose title is the entry's or near it."""
    if not known.search or so_far.reason is Reason.NOT_LISTED:
        return []
    queries = tuple(_queries(anime))
    questions.searches |= {query for query in queries if query not in known.catalogue.searches}
    if questions:
        return []
    found = {title.ids.trakt: title for query in queries for title in known.catalogue.searches[query]}
    return [
        Claim(Source.SEARCH, TitleRef("trakt", title.kind, title.ids.trakt))
        for title in found.values()
        if anime.is_film or title_facts(anime, title)
    ]


def _queries(anime: Anime) -> Iterator[TextQuery]:
    kind = Kind.MOVIE if anime.is_film else Kind.SHOW
    own = (*titles_of(anime.media), *anime.media.synonyms)
    wanted = own if anime.is_film else (*base_titles(anime.media), *own)
    latin = [title for title in wanted if any(letter.isascii() and letter.isalpha() for letter in title)]
    for title in tuple(dict.fromkeys(latin or wanted))[:QUERIES]:
        yield TextQuery(kind, title)


def _judged(anime: Anime, claims: Sequence[Claim], known: Knowledge, questions: Questions) -> Judgement:
    """The judgement on all titles that are claimed. Films are tried first for what AniList calls a film, shows first
    for everything else; the other kind only when the first is not certain."""
    films = [claim for claim in claims if not claim.is_show]
    shows = [claim for claim in claims if claim.is_show]
    result = Judgement(anime)
    for mine, step in (
        ((films, _as_film), (shows, _as_show)) if anime.is_film else ((shows, _as_show), (films, _as_film))
    ):
        if mine:
            tried = step(anime, mine, known, questions)
            if questions:
                return tried
            result = _better(result, tried)
            if result.verdict.is_certain:
                break
    return result


def _better(one: Judgement, other: Judgement) -> Judgement:
    """Both with the better verdict, the first one's if they are equal; nothing found is lost."""
    lead = other if other.verdict > one.verdict or not (one.shows or one.films) else one
    rival = one.shows[0].score if one.shows and not one.anime.is_film else MIN_SCORE - 1
    if lead is other and other.film is not None and rival >= MIN_SCORE:
        lead = other.demoted(Reason.FILM_OR_EPISODE)
    return replace(lead, shows=one.shows or other.shows, films=one.films or other.films)


def _as_show(anime: Anime, claims: Sequence[Claim], known: Knowledge, questions: Questions) -> Judgement:
    ranked: list[ShowCandidate] = []
    for trakt_id, naming in sorted(known.lookup.ids_of(claims, questions).items()):
        seasons = known.seasons(trakt_id)
        if seasons is not None:
            ranked += candidates_in(anime, seasons, known.company(seasons, anime), {claim.source for claim in naming})
        else:
            questions.ask_layout(trakt_id, known.catalogue)
    return judged_shows(anime, ranked)


def candidates_in(anime: Anime, seasons: Seasons, company: Company, sources: Collection[Source]) -> list[ShowCandidate]:
    """Every place in one show that ``sources`` name."""
    named = {NAMES_ONLY_SHOW[source] for source in sources if source in NAMES_ONLY_SHOW}
    if not set(sources) - NAMES_ONLY_SHOW.keys():
        named |= title_facts(anime, seasons.show)
    return [
        judge_show(seasons, alignment, facts_of(anime, alignment, seasons, company) | named)
        for alignment in align(anime, seasons)
    ]


def title_facts(anime: Anime, show: TraktTitle) -> set[Fact]:
    """Whether a show's title is the entry's own or that of the work it continues, or near one of them."""
    own = (*titles_of(anime.media), *anime.media.synonyms, *base_titles(anime.media))
    theirs = (show.title, *show.aliases)
    if {plain(each) for each in own} & {plain(each) for each in theirs} - {""}:
        return {Fact.SHOW_TITLE_FITS}
    near = any(alike(one, other) >= ALIKE or within(other, one) for one in own for other in theirs)
    return {Fact.SHOW_TITLE_NEAR} if near else set()


def judged_shows(anime: Anime, found: Sequence[ShowCandidate]) -> Judgement:
    """The judgement on places in shows."""
    if not found:
        return Judgement(anime, reason=Reason.NO_EPISODE)
    ranked = sorted(found, key=lambda each: each.key)
    decided, reason = show_verdict(anime, ranked)
    return Judgement(anime, shows=ranked, verdict=decided, reason=reason)


def _as_film(anime: Anime, claims: Sequence[Claim], known: Knowledge, questions: Questions) -> Judgement:
    ranked: list[FilmCandidate] = []
    for trakt_id, naming in sorted(known.lookup.ids_of(claims, questions).items()):
        title = known.lookup.film(trakt_id)
        ref = TitleRef("trakt", Kind.MOVIE, trakt_id)
        if title is not None:
            sources = {claim.source for claim in naming}
            ranked.append(judge_film(anime, title, sources - {Source.SEARCH} or sources))
        elif ref not in known.catalogue.titles:
            questions.titles.add(ref)
    if not ranked:
        return Judgement(anime, reason=Reason.NO_FILM)
    ranked.sort(key=lambda each: each.key)
    decided, reason = film_verdict(ranked)
    return Judgement(anime, films=ranked, verdict=decided, reason=reason, is_film=True)
