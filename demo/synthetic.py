"""A made-up library of any size, for measuring: every entry maps, and how many plays it makes is known beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count

from demo.library import AIRS_AT, DemoAnime, DemoEpisode, DemoListing, DemoSpan, DemoTitle, SampleLibrary

FIRST_ANILIST_ID = 1_001
FIRST_EPISODE_ID = 5_000_000
SHOW_IDS, FILM_IDS = 300_000, 400_000
BEGIN = date(1990, 1, 6)
SPREAD_DAYS = 9_000
"""Over how many days the shows begin."""
LOGGED = 3
"""One entry in this many was logged on AniList as it was watched; the rest is known by its dates only."""


def synthetic_library(entries: int, *, shows: int, plays: int, films: int = 0) -> SampleLibrary:
    """``entries`` completed list entries: ``films`` films, the others spread evenly over ``shows`` shows, each entry
    one season; together they were watched ``plays`` times, each episode once.

    Raises ``ValueError`` if there is not an entry for each show or not a play for each entry.
    """
    cours = entries - films
    if not 0 < shows <= cours or plays < entries:
        raise ValueError(f"{entries} entries with {films} films cannot be {shows} shows with {plays} plays")
    trakt_ids = count(FIRST_EPISODE_ID)
    lengths = iter([(plays - films) * (i + 1) // cours - (plays - films) * i // cours for i in range(cours)])
    titles: list[DemoTitle] = []
    made = 0
    for index in range(shows):
        seasons = cours * (index + 1) // shows - cours * index // shows
        titles.append(_show(index, [next(lengths) for _ in range(seasons)], FIRST_ANILIST_ID + made, trakt_ids))
        made += seasons
    titles += [_film(index, FIRST_ANILIST_ID + cours + index) for index in range(films)]
    return SampleLibrary(tuple(titles))


def _show(index: int, lengths: list[int], first_anilist_id: int, trakt_ids: Iterator[int]) -> DemoTitle:
    episodes: list[DemoEpisode] = []
    anime: list[DemoAnime] = []
    name = f"Long Running Title Number {index}"
    begins = BEGIN + timedelta(days=index * 7 % SPREAD_DAYS)
    for season, length in enumerate(lengths, start=1):
        aired = datetime.combine(begins, AIRS_AT)
        episodes += [
            DemoEpisode(next(trakt_ids), season, number + 1, aired + timedelta(days=7 * number))
            for number in range(length)
        ]
        span = DemoSpan(1, length, season, 1, None)
        title = name if season == 1 else f"{name}: Season {season}"
        anime.append(_anime(first_anilist_id + season - 1, title, "TV", episodes=length, start=begins, spans=(span,)))
        begins += timedelta(days=7 * length + 60)
    return DemoTitle(
        kind="show",
        title=name,
        year=int(anime[0].start[:4]),
        ids={
            "trakt": SHOW_IDS + index,
            "slug": f"long-running-title-number-{index}",
            "tmdb": 700_000 + index,
            "tvdb": 800_000 + index,
            "imdb": f"tt{9_000_000 + index}",
        },
        episodes=tuple(episodes),
        anime=tuple(anime),
        places={(episode.season, episode.number): episode.trakt_id for episode in episodes},
    )


def _film(index: int, anilist_id: int) -> DemoTitle:
    released = BEGIN + timedelta(days=index * 11 % SPREAD_DAYS)
    name = f"The Film of Number {index}"
    return DemoTitle(
        kind="movie",
        title=name,
        year=released.year,
        ids={
            "trakt": FILM_IDS + index,
            "slug": f"the-film-of-number-{index}",
            "tmdb": 900_000 + index,
            "imdb": f"tt{9_500_000 + index}",
        },
        released=released.isoformat(),
        anime=(_anime(anilist_id, name, "MOVIE", episodes=1, start=released),),
    )


def _anime(
    anilist_id: int, title: str, format_: str, *, episodes: int, start: date, spans: tuple[DemoSpan, ...] = ()
) -> DemoAnime:
    end = start + timedelta(days=7 * (episodes - 1))
    watched = end + timedelta(days=30)
    logged = anilist_id % LOGGED == 0
    return DemoAnime(
        anilist_id=anilist_id,
        mal_id=anilist_id + 50_000,
        romaji=title,
        english=title,
        native=None,
        format=format_,
        status="FINISHED",
        episodes=episodes,
        minutes=24 if format_ == "TV" else 100,
        start=start.isoformat(),
        end=end.isoformat(),
        next_episode=None,
        spans=spans,
        says={},
        unknown_to=frozenset(),
        listing=DemoListing(
            status="COMPLETED",
            progress=episodes,
            started=watched.isoformat(),
            completed=(watched + timedelta(days=2 * episodes)).isoformat(),
            log="merged" if logged else "",
        ),
    )
