"""One entry, judged for itself: every title its claims lead to, and the verdict on the best place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sync.mapping.alignments import align
from sync.mapping.anime import Anime
from sync.mapping.judging.facts import facts_of
from sync.mapping.judging.films import FilmCandidate, film_verdict, judge_film
from sync.mapping.judging.verdict import ShowCandidate, judge_show, show_verdict
from sync.mapping.judging.weights import MIN_SCORE
from sync.mapping.knowledge import Knowledge
from sync.mapping.lookup import Questions
from sync.mapping.sources.claims import Claim, Source
from sync.mapping.wording import base_titles, plain, titles_of
from sync.model.evidence import Fact, Reason
from sync.model.mapping import TextQuery, TitleRef, Verdict
from sync.model.trakt import Kind, TraktTitle

QUERIES = 3
"""Titles of one entry that are searched for."""
NAMES_ONLY_SHOW = {
    Source.OVERRIDE: Fact.OVERRIDE_SHOW,
    Source.SEARCH: Fact.SEARCH_SHOW,
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

    Films are tried first for what AniList calls a film, shows first for everything else; the other kind only when
    the first leads nowhere, and a search by title last of all.
    """
    if anime.named is not None:
        return _in_named_show(anime, anime.named, known, questions)
    films = [claim for claim in anime.claims if not claim.is_show]
    shows = [claim for claim in anime.claims if claim.is_show]
    steps = ((films, _as_film), (shows, _as_show)) if anime.is_film else ((shows, _as_show), (films, _as_film))
    result = Judgement(anime)
    for claims, step in steps:
        if not claims:
            continue
        mine = Questions()
        tried = step(anime, claims, known, mine)
        if mine:
            questions.add(mine)
            return replace(tried, waits=True)
        result = _better(result, tried)
        if result.verdict.is_certain:
            return result
    if known.search and not result.films and (anime.is_film or not result.shows):
        found = _by_title(anime, known, questions)
        return found if found.waits else _better(result, found)
    return result


def _better(one: Judgement, other: Judgement) -> Judgement:
    """Both with the better verdict, the first one's if they are equal; nothing found is lost."""
    lead = other if other.verdict > one.verdict or not (one.shows or one.films) else one
    rival = one.shows[0].score if one.shows and not one.anime.is_film else MIN_SCORE - 1
    if lead is other and other.film is not None and rival >= MIN_SCORE:
        lead = other.demoted(Reason.FILM_OR_EPISODE)
    return replace(lead, shows=one.shows or other.shows, films=one.films or other.films)


def _as_show(anime: Anime, claims: Sequence[Claim], known: Knowledge, questions: Questions) -> Judgement:
    return judged_shows(anime, _rank_shows(anime, known.lookup.ids_of(claims, questions), known, questions))


def judged_shows(anime: Anime, ranked: Sequence[ShowCandidate]) -> Judgement:
    """The judgement on ranked places in shows."""
    if not ranked:
        return Judgement(anime, reason=Reason.NO_EPISODE)
    decided, reason = show_verdict(anime, ranked)
    return Judgement(anime, shows=ranked, verdict=decided, reason=reason)


def _rank_shows(
    anime: Anime, claims: Mapping[int, Sequence[Claim]], known: Knowledge, questions: Questions
) -> list[ShowCandidate]:
    """Every place in these shows, best first; layouts not yet known are asked for."""
    ranked: list[ShowCandidate] = []
    for trakt_id in sorted(claims):
        seasons = known.seasons(trakt_id)
        if seasons is None:
            questions.ask_layout(trakt_id, known.catalogue)
            continue
        company = known.company(seasons, anime)
        named = {NAMES_ONLY_SHOW[claim.source] for claim in claims[trakt_id] if claim.source in NAMES_ONLY_SHOW}
        ranked += (
            judge_show(seasons, alignment, facts_of(anime, alignment, seasons, company) | named)
            for alignment in align(anime, seasons)
        )
    return sorted(ranked, key=lambda each: each.key)


def _as_film(anime: Anime, claims: Sequence[Claim], known: Knowledge, questions: Questions) -> Judgement:
    ranked: list[FilmCandidate] = []
    for trakt_id, naming in sorted(known.lookup.ids_of(claims, questions).items()):
        title = known.lookup.film(trakt_id)
        ref = TitleRef("trakt", Kind.MOVIE, trakt_id)
        if title is not None:
            ranked.append(judge_film(anime, title, [claim.source for claim in naming]))
        elif ref not in known.catalogue.titles:
            questions.titles.add(ref)
    return _judged_films(anime, ranked)


def _judged_films(anime: Anime, found: Sequence[FilmCandidate]) -> Judgement:
    if not found:
        return Judgement(anime, reason=Reason.NO_FILM)
    ranked = sorted(found, key=lambda each: each.key)
    decided, reason = film_verdict(ranked)
    return Judgement(anime, films=ranked, verdict=decided, reason=reason, is_film=True)


def _in_named_show(anime: Anime, named: TitleRef, known: Knowledge, questions: Questions) -> Judgement:
    """An override names the show and leaves the place open: only that show is looked at."""
    trakt_id = known.lookup.ask_title(named, questions)
    if trakt_id is None:
        return Judgement(anime, waits=bool(questions), reason=Reason.OVERRIDE_NO_TITLE)
    ranked = _rank_shows(anime, {trakt_id: [Claim(Source.OVERRIDE, named)]}, known, questions)
    if trakt_id not in known.catalogue.layouts:
        return Judgement(anime, waits=True)
    return judged_shows(anime, ranked)


def _by_title(anime: Anime, known: Knowledge, questions: Questions) -> Judgement:
    """The last resort: what Trakt finds by title is only looked at, never believed for its title."""
    queries = list(_queries(anime))
    missing = {query for query in queries if query not in known.catalogue.searches}
    if missing:
        questions.searches |= missing
        return Judgement(anime, waits=True)
    found = [title for query in queries for title in known.catalogue.searches[query]]
    if anime.is_film:
        films = {title.ids.trakt: title for title in found if title.kind is Kind.MOVIE}
        return _judged_films(anime, [judge_film(anime, title, [Source.SEARCH]) for title in films.values()])
    return judged_shows(anime, _rank_shows(anime, _same_title(anime, found), known, questions))


def _queries(anime: Anime) -> Iterator[TextQuery]:
    kind = Kind.MOVIE if anime.is_film else Kind.SHOW
    own = titles_of(anime.media)
    wanted = own if anime.is_film else (*base_titles(anime.media), *own)
    for title in tuple(dict.fromkeys(wanted))[:QUERIES]:
        yield TextQuery(kind, title)


def _same_title(anime: Anime, found: Sequence[TraktTitle]) -> Mapping[int, Sequence[Claim]]:
    """Shows whose title is the entry's own, or that of the work it continues."""
    own = {plain(title) for title in (*titles_of(anime.media), *base_titles(anime.media))}
    return {
        title.ids.trakt: [Claim(Source.SEARCH, TitleRef("trakt", Kind.SHOW, title.ids.trakt))]
        for title in found
        if title.kind is Kind.SHOW and {plain(each) for each in (title.title, *title.aliases)} & own
    }
