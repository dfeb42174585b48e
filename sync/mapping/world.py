"""What one call of the resolver knows, with each show prepared once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync.mapping.judging.facts import facts
from sync.mapping.judging.films import JudgedFilm, judge_film
from sync.mapping.judging.rivals import Sibling, siblings_of
from sync.mapping.judging.verdict import Judged, judge
from sync.mapping.layout import Seasons
from sync.mapping.proposals import propose
from sync.mapping.sources.claims import Claim, MappingIndex, Source
from sync.mapping.subject import Subject
from sync.mapping.titles import Titles, Wishes
from sync.model.anilist import Media
from sync.model.mapping import Catalogue, TitleRef
from sync.model.trakt import Kind, TraktTitle


class World:
    """The datasets, the catalogue and the library, and what follows from them."""

    def __init__(
        self, media: Sequence[Media], index: MappingIndex, catalogue: Catalogue, *, tmdb: bool, search: bool
    ) -> None:
        self.library: Mapping[int, Media] = {each.anilist_id: each for each in media}
        self.index = index
        self.catalogue = catalogue
        self.search = search
        self.titles = Titles(index, catalogue, tmdb=tmdb)
        self._seasons: dict[int, Seasons | None] = {}
        self._siblings: dict[int, tuple[Sibling, ...]] = {}

    def seasons(self, trakt_id: int) -> Seasons | None:
        """The show's layout, if the catalogue has it."""
        if trakt_id not in self._seasons:
            layout = self.catalogue.layouts.get(trakt_id)
            self._seasons[trakt_id] = None if layout is None else Seasons(layout)
        return self._seasons[trakt_id]

    def siblings(self, seasons: Seasons, subject: Subject) -> tuple[Sibling, ...]:
        """The show's other entries."""
        trakt_id = seasons.show.ids.trakt
        if trakt_id not in self._siblings:
            self._siblings[trakt_id] = siblings_of(seasons, self.index, self.library)
        return tuple(each for each in self._siblings[trakt_id] if each.anilist_id != subject.anilist_id)

    def rank_shows(self, subject: Subject, claims: Mapping[int, Sequence[Claim]], wishes: Wishes) -> list[Judged]:
        """Every place in these shows, best first; layouts not yet known are wished for."""
        ranked: list[Judged] = []
        for trakt_id in sorted(claims):
            seasons = self.seasons(trakt_id)
            if seasons is None:
                if trakt_id not in self.catalogue.layouts:
                    wishes.layouts.add(trakt_id)
                continue
            siblings = self.siblings(seasons, subject)
            for proposal in propose(subject, seasons):
                names = facts(subject, proposal, seasons, siblings) | _by_other_means(claims[trakt_id])
                ranked.append(judge(seasons, proposal, names))
        return sorted(ranked, key=lambda each: each.key)

    def rank_films(self, subject: Subject, claims: Mapping[int, Sequence[Claim]], wishes: Wishes) -> list[JudgedFilm]:
        """These films, best first; those whose title is not yet known are wished for."""
        ranked: list[JudgedFilm] = []
        for trakt_id in sorted(claims):
            title = self.titles.film(trakt_id)
            ref = TitleRef("trakt", Kind.MOVIE, trakt_id)
            if title is not None:
                ranked.append(judge_film(subject, title, claims[trakt_id]))
            elif ref not in self.catalogue.titles:
                wishes.titles.add(ref)
        return sorted(ranked, key=lambda each: each.key)

    def searched_films(self, subject: Subject, titles: Sequence[TraktTitle]) -> list[JudgedFilm]:
        """Films that a search found, best first."""
        found = {title.ids.trakt: title for title in titles if title.kind is Kind.MOVIE}
        ranked = [judge_film(subject, title, (), searched=True) for title in found.values()]
        return sorted(ranked, key=lambda each: each.key)


def _by_other_means(claims: Sequence[Claim]) -> set[str]:
    """That the user or a search names the show, which no claim on a place says."""
    named = {Source.OVERRIDE: "override show", Source.SEARCH: "search show", Source.TMDB: "tmdb show"}
    return {named[claim.source] for claim in claims if claim.source in named}
