"""The resolver asks; Trakt, AniList and TMDB answer, until it has no more questions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from sync.model.anilist import MediaDetails
from sync.model.budget import detail_requests
from sync.model.mapping import Catalogue, Needs, TitleRef
from sync.model.trakt import Kind, ShowLayout, TraktTitle
from sync.services.anilist.client import AniListClient
from sync.services.clock import Deadline, OutOfTime
from sync.services.http.transport import fetch_side_by_side
from sync.services.tmdb import TmdbClient
from sync.services.trakt.client import TraktClient

ROUNDS = 10
"""More rounds of questions than any chain needs: id → title → layout → external ids → title → search → layout."""

READERS = 16
"""How many questions are under way to Trakt at once: its limit is on their number, not on how close they come."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions of each kind the mapping had; ``details`` are requests to AniList, ``datasets`` is whether it
    needed those."""

    shows: int = 0
    titles: int = 0
    searches: int = 0
    external_ids: int = 0
    details: int = 0
    datasets: bool = False


class Asking(Protocol):
    """Who has questions: it learns what is answered, and says what it would have to know next."""

    def learn(self, catalogue: Catalogue) -> Needs:
        """What to ask, given these answers; nothing when all is known."""


class Librarian:
    """Answers the resolver's questions, each once and several at a time, until the time budget is used up.

    ``known`` are shows whose title needs no asking, by Trakt id.
    """

    def __init__(
        self,
        trakt: TraktClient,
        anilist: AniListClient,
        tmdb: TmdbClient | None,
        deadline: Deadline,
        known: Mapping[int, TraktTitle],
    ) -> None:
        self._trakt = trakt
        self._anilist = anilist
        self._tmdb = tmdb
        self._deadline = deadline
        self._known = dict(known)
        self._shows: Mapping[int, TraktTitle] = {}
        self._looked_up = self._detail_requests = 0
        self.complete = True

    def answer(self, who: Asking, catalogue: Catalogue) -> Catalogue:
        """``catalogue`` with all that ``who`` had to know; ``complete`` says whether there was time for all of it."""
        needs = who.learn(catalogue)
        for _ in range(ROUNDS):
            if not needs or not self.complete:
                break
            catalogue = self._answered(needs, catalogue)
            needs = who.learn(catalogue)
        return catalogue

    def _answered(self, needs: Needs, catalogue: Catalogue) -> Catalogue:
        if len(needs.layouts) > 1:
            log.info("Reading the episodes of %d shows on Trakt.", len(needs.layouts))
        titles = self._fetch(lambda ref: self._trakt.fetch_title(ref, self._deadline), needs.titles, "Titles on Trakt")
        self._known |= {title.ids.trakt: title for title in titles.values() if title and title.kind is Kind.SHOW}
        return replace(
            catalogue,
            titles={**catalogue.titles, **titles},
            layouts={**catalogue.layouts, **self._fetch(self._fetch_layout, needs.layouts, "Episode lists on Trakt")},
            searches={
                **catalogue.searches,
                **self._fetch(
                    lambda query: self._trakt.search_titles(query, self._deadline), needs.searches, "Searches on Trakt"
                ),
            },
            external_ids={
                **catalogue.external_ids,
                **self._fetch(self._fetch_external_ids, needs.external_ids, "Ids on TMDB"),
            },
            details={**catalogue.details, **self._fetch_details(needs.details)},
        )

    def _fetch_layout(self, trakt_id: int) -> ShowLayout | None:
        ref = TitleRef("trakt", Kind.SHOW, trakt_id)
        title = self._known.get(trakt_id) or self._shows.get(trakt_id)
        if title is None:
            self._looked_up += 1
            title = self._trakt.fetch_title(ref, self._deadline)
        return self._trakt.fetch_layout(title, self._deadline) if title else None

    def _fetch_details(self, anilist_ids: Collection[int]) -> dict[int, MediaDetails]:
        try:
            relations = self._anilist.fetch_relations(anilist_ids, self._deadline)
            airings = self._anilist.fetch_airing_schedules(anilist_ids, self._deadline)
        except OutOfTime:
            self.complete = False
            return {}
        self._detail_requests += detail_requests([len(airings.get(key, ())) for key in sorted(anilist_ids)])
        return {key: MediaDetails(relations.get(key, ()), airings.get(key, ())) for key in anilist_ids}

    def know(self, shows: Mapping[int, TraktTitle]) -> None:
        """Takes note of shows that need no asking either; what is known of one already counts before them."""
        self._shows = shows

    def asked(self, catalogue: Catalogue, *, datasets: bool) -> Asked:
        """What was asked, of which ``catalogue`` holds the answers. A show that nobody had a title for is one more."""
        return Asked(
            shows=len(catalogue.layouts),
            titles=len(catalogue.titles) + self._looked_up,
            searches=len(catalogue.searches),
            external_ids=len(catalogue.external_ids) if self._tmdb else 0,
            details=self._detail_requests,
            datasets=datasets,
        )

    def _fetch_external_ids(self, ref: TitleRef) -> tuple[TitleRef, ...]:
        return self._tmdb.fetch_external_ids(ref, self._deadline) if self._tmdb else ()

    def _fetch(
        self, fetch: Callable[[Question], Answer], asked: Iterable[Question], what: str
    ) -> dict[Question, Answer]:
        # Sorted, so that the same library asks the same questions in the same order.
        answers, complete = fetch_side_by_side(fetch, sorted(asked, key=repr), workers=READERS, what=what)
        self.complete &= complete
        return answers
