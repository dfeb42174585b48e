"""What one call of the resolver knows, with each show prepared once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from sync.mapping.anime import NO_DETAILS, Anime, anime_of
from sync.mapping.judging.rivals import Company, Sibling, company_of, siblings_of
from sync.mapping.layout import Seasons
from sync.mapping.lookup import Lookup
from sync.mapping.sources.claims import Claim, MappingIndex, Source
from sync.mapping.wording import plain, stems, titles_of
from sync.model.anilist import Media
from sync.model.mapping import Catalogue, TitleRef


class Knowledge:
    """The datasets, the catalogue and the list, and what follows from them. ``search`` allows searches by title,
    ``tmdb`` asking TMDB for external ids."""

    def __init__(self, media: Sequence[Media], index: MappingIndex, *, tmdb: bool, search: bool) -> None:
        self.list: Mapping[int, Media] = {each.anilist_id: each for each in media}
        self.catalogue = Catalogue()
        self.search = search
        self.lookup = Lookup(index, self.catalogue, tmdb=tmdb)
        self._index = index
        self._tmdb = tmdb
        self._anime: dict[int, Anime] = {}
        self._by_title: dict[str, set[int]] = {}
        self._seasons: dict[int, Seasons] = {}
        self._siblings: dict[int, tuple[Sibling, ...]] = {}

    def learn(self, catalogue: Catalogue) -> None:
        """Takes note of more answers; those that it had are still among them."""
        for anilist_id in catalogue.details.keys() - self.catalogue.details.keys():
            self._anime.pop(anilist_id, None)
        self.catalogue = catalogue
        self.lookup = Lookup(self._index, catalogue, tmdb=self._tmdb)

    def anime(self, media: Media, named: TitleRef | None) -> Anime:
        """An entry of the list with what the datasets say of it; ``named`` is the title that an override names."""
        if media.anilist_id not in self._anime:
            details = self.catalogue.details.get(media.anilist_id, NO_DETAILS)
            self._anime[media.anilist_id] = anime_of(media, self._index, named, details)
        return self._anime[media.anilist_id]

    def related_shows(self, anime: Anime) -> list[Claim]:
        """The shows in which datasets let its prequels and parents lie, as claims of nothing but the show."""
        found = {
            claim.title: Claim(Source.RELATION, claim.title, also=claim.also)
            for anilist_id in anime.before
            for claim in self._index.claims_of(anilist_id)
            if claim.is_show
        }
        return [found[ref] for ref in sorted(found)]

    def namesakes(self, anime: Anime) -> frozenset[int]:
        """The entries of the list with which its title begins: what it is a sequel or an extra of."""
        if not self._by_title:
            for each in self.list.values():
                for title in titles_of(each):
                    self._by_title.setdefault(plain(title), set()).add(each.anilist_id)
        found = (self._by_title.get(plain(title), set()) for title in stems(anime.media))
        return frozenset(chain.from_iterable(found)) - {anime.anilist_id}

    def seasons(self, trakt_id: int) -> Seasons | None:
        """The show's layout, if the catalogue has it."""
        if trakt_id not in self._seasons:
            layout = self.catalogue.layouts.get(trakt_id)
            if layout is None:
                return None
            self._seasons[trakt_id] = Seasons(layout)
        return self._seasons[trakt_id]

    def company(self, seasons: Seasons, anime: Anime) -> Company:
        """The show's other entries."""
        trakt_id = seasons.show.ids.trakt
        if trakt_id not in self._siblings:
            self._siblings[trakt_id] = siblings_of(seasons, self._index, self.list)
        return company_of(anime, self._siblings[trakt_id])
