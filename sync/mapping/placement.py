"""One entry, judged for itself: every title its claims lead to, and the verdict on the best place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.mapping.judging.films import JudgedFilm, film_verdict
from sync.mapping.judging.verdict import Judged, verdict
from sync.mapping.judging.weights import MIN_SCORE
from sync.mapping.sources.claims import Claim, Source
from sync.mapping.subject import Subject
from sync.mapping.titles import Wishes
from sync.mapping.told import told_id
from sync.mapping.wording import base_titles, plain, titles_of
from sync.mapping.world import World
from sync.model.mapping import TextQuery, TitleRef, Verdict
from sync.model.trakt import Kind, TraktTitle

QUERIES = 3
"""Titles of one entry that are searched for."""


@dataclass(frozen=True, slots=True)
class Placement:
    """An entry with its ranked places and films, and the verdict on the best. ``waits`` while answers are missing."""

    subject: Subject
    shows: Sequence[Judged] = ()
    films: Sequence[JudgedFilm] = ()
    verdict: Verdict = Verdict.UNRESOLVED
    why: str = "no source knows it"
    is_film: bool = False
    waits: bool = False
    searches: frozenset[TextQuery] = field(default_factory=frozenset)

    @property
    def best(self) -> Judged | None:
        """The place it is resolved to, if it is one in a show."""
        return self.shows[0] if self.verdict is Verdict.RESOLVED and not self.is_film else None

    @property
    def film(self) -> JudgedFilm | None:
        """The film it is resolved to."""
        return self.films[0] if self.verdict is Verdict.RESOLVED and self.is_film else None

    def demoted(self, why: str) -> Placement:
        """The same, no longer sure."""
        return replace(self, verdict=Verdict.AMBIGUOUS, why=why)


def place(subject: Subject, world: World, wishes: Wishes) -> Placement:
    """The verdict on one entry, as far as the catalogue has the answers; the rest goes to ``wishes``.

    Films are tried first for what AniList calls a film, shows first for everything else; the other kind only when
    the first leads nowhere, and a search by title last of all.
    """
    if subject.told is not None:
        return _in_told_show(subject, world, wishes)
    films = [claim for claim in subject.claims if not claim.is_show]
    shows = [claim for claim in subject.claims if claim.is_show]
    steps = ((films, _as_film), (shows, _as_show)) if subject.is_film else ((shows, _as_show), (films, _as_film))
    result = Placement(subject)
    for claims, step in steps:
        if not claims:
            continue
        mine = Wishes()
        tried = step(subject, claims, world, mine)
        if mine:
            _pass_on(mine, wishes)
            return replace(tried, waits=True)
        result = _better(result, tried)
        if result.verdict is Verdict.RESOLVED:
            return result
    if world.search and not result.films and (subject.is_film or not result.shows):
        found = _by_title(subject, world, wishes)
        return found if found.waits else _better(result, found)
    return result


def _pass_on(mine: Wishes, wishes: Wishes) -> None:
    wishes.titles |= mine.titles
    wishes.layouts |= mine.layouts
    wishes.external_ids |= mine.external_ids


def _better(one: Placement, other: Placement) -> Placement:
    """Both with the better verdict, the first one's if they are equal; nothing found is lost."""
    lead = other if other.verdict > one.verdict or not (one.shows or one.films) else one
    rival = one.shows[0].score if one.shows and not one.subject.is_film else MIN_SCORE - 1
    if lead is other and other.film is not None and rival >= MIN_SCORE:
        lead = other.demoted("it may be a film or an episode of a show")
    return replace(lead, shows=one.shows or other.shows, films=one.films or other.films)


def _as_show(subject: Subject, claims: Sequence[Claim], world: World, wishes: Wishes) -> Placement:
    return judged_shows(subject, world.rank_shows(subject, world.titles.ids_of(claims, wishes), wishes))


def judged_shows(subject: Subject, ranked: Sequence[Judged]) -> Placement:
    """The verdict on ranked places."""
    if not ranked:
        return Placement(subject, why="Trakt lists no episode where a source points")
    decided, why = verdict(subject, ranked)
    return Placement(subject, shows=ranked, verdict=decided, why=why)


def _as_film(subject: Subject, claims: Sequence[Claim], world: World, wishes: Wishes) -> Placement:
    return _judged_films(subject, world.rank_films(subject, world.titles.ids_of(claims, wishes), wishes))


def _judged_films(subject: Subject, ranked: Sequence[JudgedFilm]) -> Placement:
    if not ranked:
        return Placement(subject, why="Trakt has none of the films that sources name")
    decided, why = film_verdict(ranked)
    return Placement(subject, films=ranked, verdict=decided, why=why, is_film=True)


def _in_told_show(subject: Subject, world: World, wishes: Wishes) -> Placement:
    """An override names the show and leaves the place open: only that show is looked at."""
    told = subject.told
    trakt_id = told_id(told, world, wishes) if told is not None else None
    if told is None or trakt_id is None:
        return Placement(subject, waits=bool(wishes), why="the title in the overrides is not on Trakt")
    claim = Claim(Source.OVERRIDE, told)
    ranked = world.rank_shows(subject, {trakt_id: [claim]}, wishes)
    if trakt_id not in world.catalogue.layouts:
        return Placement(subject, waits=True)
    return judged_shows(subject, ranked)


def _by_title(subject: Subject, world: World, wishes: Wishes) -> Placement:
    """The last resort: what Trakt finds by title is only looked at, never believed for its title."""
    queries = list(_queries(subject))
    missing = frozenset(query for query in queries if query not in world.catalogue.searches)
    if missing:
        return Placement(subject, waits=True, searches=missing)
    found = [title for query in queries for title in world.catalogue.searches[query]]
    if subject.is_film:
        return _judged_films(subject, world.searched_films(subject, found))
    shows = _same_title(subject, found)
    return judged_shows(subject, world.rank_shows(subject, shows, wishes))


def _queries(subject: Subject) -> Iterator[TextQuery]:
    kind = Kind.MOVIE if subject.is_film else Kind.SHOW
    own = titles_of(subject.media)
    wanted = own if subject.is_film else (*base_titles(subject.media), *own)
    for title in tuple(dict.fromkeys(wanted))[:QUERIES]:
        yield TextQuery(kind, title)


def _same_title(subject: Subject, found: Sequence[TraktTitle]) -> Mapping[int, Sequence[Claim]]:
    """Shows whose title is the entry's own, or that of the work it continues."""
    own = {plain(title) for title in (*titles_of(subject.media), *base_titles(subject.media))}
    return {
        title.ids.trakt: [Claim(Source.SEARCH, TitleRef("trakt", Kind.SHOW, title.ids.trakt))]
        for title in found
        if title.kind is Kind.SHOW and {plain(each) for each in (title.title, *title.aliases)} & own
    }
