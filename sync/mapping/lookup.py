"""Which Trakt titles an entry's claims lead to, and what must be asked to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sync.mapping.sources.claims import Claim, MappingIndex, refs_of
from sync.model.mapping import Catalogue, Needs, TextQuery, TitleRef
from sync.model.trakt import Kind, TraktTitle

OWNERS = ("tmdb", "tvdb", "imdb", "slug")
"""The order in which other ids are tried: TMDB's first, since Trakt follows it."""


@dataclass(slots=True)
class Questions:
    """What must be asked, while it is being gathered."""

    titles: set[TitleRef] = field(default_factory=set)
    layouts: set[int] = field(default_factory=set)
    searches: set[TextQuery] = field(default_factory=set)
    external_ids: set[TitleRef] = field(default_factory=set)
    details: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.titles or self.layouts or self.searches or self.external_ids or self.details)

    def ask_layout(self, trakt_id: int, catalogue: Catalogue) -> None:
        """Asks for a show's episodes unless they are known."""
        if trakt_id not in catalogue.layouts:
            self.layouts.add(trakt_id)

    def add(self, others: Questions) -> None:
        """Takes note of more questions."""
        self.titles |= others.titles
        self.layouts |= others.layouts
        self.searches |= others.searches
        self.external_ids |= others.external_ids
        self.details |= others.details

    def needs(self) -> Needs:
        """The questions as a value."""
        return Needs(
            titles=frozenset(self.titles),
            layouts=frozenset(self.layouts),
            searches=frozenset(self.searches),
            external_ids=frozenset(self.external_ids),
            details=frozenset(self.details),
        )


class Lookup:
    """Looks up Trakt ids in what the datasets and the catalogue know, and notes what neither knows."""

    def __init__(self, index: MappingIndex, catalogue: Catalogue, *, tmdb: bool = False) -> None:
        self.index = index
        self.catalogue = catalogue
        self.tmdb = tmdb
        self.found: dict[TitleRef, int] = {}
        answers = [title for title in catalogue.titles.values() if title is not None]
        searched = [title for found in catalogue.searches.values() for title in found]
        self.films = {title.ids.trakt: title for title in (*searched, *answers) if title.kind is Kind.MOVIE}
        shown = [layout.show for layout in catalogue.layouts.values() if layout is not None]
        for title in [*shown, *answers]:
            self._note(title)
        for ref, answer in catalogue.titles.items():
            if answer is not None:
                self.found[ref] = answer.ids.trakt

    def _note(self, title: TraktTitle) -> None:
        for ref in refs_of(title.ids, title.kind):
            self.found.setdefault(ref, title.ids.trakt)

    def trakt_id(self, ref: TitleRef) -> int | None:
        """The Trakt id of a title, if it is known without asking."""
        if ref.owner == "trakt":
            return int(ref.value)
        if ref in self.catalogue.titles and self.catalogue.titles[ref] is None:
            return None
        return self.found.get(ref) or self.index.trakt_ids.get(ref)

    def ask_title(self, ref: TitleRef, questions: Questions) -> int | None:
        """The Trakt id of a title that the user names; asked of Trakt if need be."""
        trakt_id = self.trakt_id(ref)
        if trakt_id is None and ref not in self.catalogue.titles:
            questions.titles.add(ref)
        return trakt_id

    def film(self, trakt_id: int) -> TraktTitle | None:
        """A film that the catalogue knows."""
        return self.films.get(trakt_id)

    def ids_of(self, claims: Iterable[Claim], questions: Questions) -> dict[int, list[Claim]]:
        """The Trakt ids that claims lead to, with the claims; what must be asked first goes to ``questions``.

        A TVDB or IMDb id is asked only when no other claim leads anywhere: it is the same show under another roof.
        """
        found: dict[int, list[Claim]] = {}
        unknown: list[Claim] = []
        for claim in claims:
            ids = {self.trakt_id(ref) for ref in (claim.title, *claim.also)} - {None}
            first = self.trakt_id(claim.title)
            for trakt_id in {first} if first is not None else ids:
                if trakt_id is not None:
                    found.setdefault(trakt_id, []).append(claim)
            if not ids:
                unknown.append(claim)
        for claim in unknown:
            if claim.title.owner == "tmdb" or not found:
                self._ask(claim, questions)
        return found

    def _ask(self, claim: Claim, questions: Questions) -> None:
        """Ask for the first of the claim's ids that was not asked yet."""
        others = self.catalogue.external_ids.get(claim.title, ())
        refs = sorted((claim.title, *claim.also, *others), key=lambda ref: OWNERS.index(ref.owner))
        for ref in refs:
            if ref not in self.catalogue.titles and not (ref.owner == "tvdb" and ref.kind is Kind.MOVIE):
                questions.titles.add(ref)
                return
        if self.tmdb and claim.title.owner == "tmdb" and claim.title not in self.catalogue.external_ids:
            questions.external_ids.add(claim.title)
