"""Small shows, entries and datasets for the mapping's tests, written from facts: ids, counts, numbers and dates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from sync.mapping.layout import targets_of
from sync.mapping.overrides.document import Overrides
from sync.mapping.resolver import ResolvedLibrary, Resolver
from sync.mapping.sources.claims import MappingIndex
from sync.mapping.sources.datasets import build_index
from sync.model.anilist import FuzzyDate, Media, MediaDetails, MediaFormat, MediaStatus
from sync.model.mapping import CachedMapping, Catalogue, Needs, Resolution, Span, TitleRef
from sync.model.trakt import Kind, ShowLayout, TraktEpisode, TraktIds, TraktTitle

NOW = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)


def aired(day: str | None) -> datetime | None:
    """The instant at which a Japanese evening show of that day aired."""
    return None if day is None else datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=13)


def weekly(season: int, numbers: Iterable[int], start: str | None) -> list[TraktEpisode]:
    """Episodes of a season, one a week."""
    first = aired(start)
    return [
        TraktEpisode(season * 10_000 + n, season, n, None, first + timedelta(weeks=i) if first else None, 24)
        for i, n in enumerate(numbers)
    ]


def show(
    trakt_id: int, *seasons: Sequence[TraktEpisode], tmdb: int | None = None, tvdb: int | None = None, year: int = 2019
) -> ShowLayout:
    """A layout; its ids on TMDB and TVDB are the Trakt id unless they matter."""
    ids = TraktIds(trakt_id, f"show-{trakt_id}", tmdb or trakt_id, tvdb)
    episodes = sorted((e for season in seasons for e in season), key=lambda e: (e.season, e.number))
    return ShowLayout(TraktTitle(Kind.SHOW, ids, f"Show {trakt_id}", year), tuple(episodes))


def film(trakt_id: int, year: int, *, tmdb: int | None = None, title: str = "A film") -> TraktTitle:
    """A film."""
    return TraktTitle(Kind.MOVIE, TraktIds(trakt_id, f"film-{trakt_id}", tmdb), title, year)


def fuzzy(day: str | None) -> FuzzyDate:
    """``2019-04-29``, or only ``2019``."""
    return FuzzyDate() if day is None else FuzzyDate(*(int(part) for part in day.split("-")))


def entry(
    anilist_id: int,
    episodes: int | None,
    start: str | None = None,
    end: str | None = None,
    *,
    format: MediaFormat = MediaFormat.TV,  # noqa: A002 - AniList's own word
    title: str = "An anime",
    mal_id: int | None = None,
    status: MediaStatus = MediaStatus.FINISHED,
) -> Media:
    """An AniList entry."""
    return Media(
        anilist_id,
        mal_id or anilist_id,
        format,
        status,
        episodes,
        24,
        fuzzy(start),
        fuzzy(end),
        title_romaji=title,
    )


def fribb(anilist_id: int, tmdb: int, season: int | None = 1, offset: int = 0, kind: str = "TV") -> dict[str, object]:
    """A row of Fribb's list in its newest shape."""
    row: dict[str, object] = {
        "type": kind,
        "anilist_id": anilist_id,
        "mal_id": anilist_id,
        "themoviedb_id": {"tv": tmdb},
    }
    if season is not None:
        row["season"] = {"tmdb": season}
    if offset:
        row["episode_offset"] = {"tmdb": offset}
    return row


def bangumi(anilist_id: int, tmdb: str, begin: str) -> dict[str, object]:
    """An item of bangumi-data; ``tmdb`` as it writes it (``tv/1429/season/3``)."""
    sites = [{"site": "aniList", "id": str(anilist_id)}, {"site": "tmdb", "id": tmdb}]
    return {"type": "tv", "begin": f"{begin}T13:00:00.000Z", "end": "", "sites": sites}


def anitrakt(mal_id: int, trakt_id: int, season: int | None = 1, **externals: object) -> dict[str, object]:
    """A row of anitrakt; without a season it is a split cour."""
    trakt: dict[str, object] = {"id": trakt_id, "is_split_cour": season is None}
    trakt["season"] = None if season is None else {"number": season}
    return {"myanimelist": {"id": mal_id}, "trakt": trakt, "externals": externals}


def index(
    *,
    fribb: Sequence[Mapping[str, object]] = (),
    anibridge: Mapping[str, object] | None = None,
    bangumi: Sequence[Mapping[str, object]] = (),
    anitrakt: Sequence[Mapping[str, object]] = (),
    anitrakt_films: Sequence[Mapping[str, object]] = (),
) -> MappingIndex:
    """The datasets from a few rows each."""
    documents = {
        "fribb": list(fribb) or None,
        "anibridge": anibridge,
        "bangumi": {"items": list(bangumi)} if bangumi else None,
        "anitrakt_tv": list(anitrakt) or None,
        "anitrakt_movies": list(anitrakt_films) or None,
    }
    return build_index({name: json.dumps(each).encode() for name, each in documents.items() if each is not None})


class Trakt:
    """Answers the resolver from a few shows and films, and remembers what it was asked."""

    def __init__(self, shows: Sequence[ShowLayout] = (), films: Sequence[TraktTitle] = ()) -> None:
        self.layouts = {layout.show.ids.trakt: layout for layout in shows}
        self.known = [*(layout.show for layout in shows), *films]
        self.asked: list[Needs] = []
        self.catalogue = Catalogue()
        self.details: dict[int, MediaDetails] = {}

    def resolve(
        self,
        media: Sequence[Media],
        index: MappingIndex,
        *,
        overrides: Overrides | None = None,
        cache: Mapping[int, CachedMapping] | None = None,
        progress: Mapping[int, int] | None = None,
        prove: bool = False,
    ) -> ResolvedLibrary:
        """The library, once nothing more is asked."""
        resolver = Resolver(
            media,
            index=index,
            overrides=overrides or Overrides(),
            memory=cache or {},
            progress=progress or {},
            prove=prove,
        )
        while needs := resolver.learn(self.catalogue):
            assert len(self.asked) < 10, "the resolver never has enough"
            self.asked.append(needs)
            self._answer(needs)
        return resolver.resolved()

    def _answer(self, needs: Needs) -> None:
        known = self.catalogue
        self.catalogue = Catalogue(
            titles={**known.titles, **{ref: self._title(ref) for ref in needs.titles}},
            layouts={**known.layouts, **{key: self.layouts.get(key) for key in needs.layouts}},
            searches={
                **known.searches,
                **{q: tuple(t for t in self.known if t.kind is q.kind and t.title == q.title) for q in needs.searches},
            },
            external_ids={**known.external_ids, **dict.fromkeys(needs.external_ids, ())},
            details={**known.details, **{key: self.details.get(key, MediaDetails()) for key in needs.details}},
        )

    def _title(self, ref: TitleRef) -> TraktTitle | None:
        for title in self.known:
            ids = {"trakt": title.ids.trakt, "tmdb": title.ids.tmdb, "tvdb": title.ids.tvdb, "slug": title.ids.slug}
            if title.kind is ref.kind and ids.get(ref.owner) == ref.value:
                return title
        return None


def resolve_one(media: Media, layout: ShowLayout, found: MappingIndex, *others: Media) -> Resolution:
    """The resolution of one entry of one show, with the rest of the library beside it."""
    return Trakt([layout]).resolve([media, *others], found).resolutions[media.anilist_id]


def where(resolution: Resolution, layout: ShowLayout, episode: int) -> list[tuple[int, int]]:
    """(season, number) of the Trakt episodes of one AniList episode."""
    return [(target.season, target.number) for target in targets_of(resolution.spans, layout, episode)]


def span(from_ep: int, to_ep: int | None, season: int, first_episode: int) -> Span:
    """A span."""
    return Span(from_ep, to_ep, season, first_episode)
