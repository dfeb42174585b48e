"""AniList scores → Trakt ratings, for films, seasons and shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor

from sync.model.lists import ItemKind, ListItem, MatchedEntry, Wish
from sync.model.trakt import TraktSeason

STARS = (30, 50, 70, 90)
"""From which score of 100 on AniList shows a second, third, fourth and fifth star (AniList API v1 docs, list scores);
setting stars on its site stores 10, 30, 50, 70 and 90 (tachiyomi, pull request 1631, 2018-09)."""
SMILEYS = ((35, Fraction(7, 2)), (60, Fraction(6)))
"""Up to which score of 100 AniList shows a frown or a straight face, and what of 10 these stand for: its site stores
35, 60 and 85 for the three faces (tachiyomi, pull request 1631, 2018-09)."""
SMILE = Fraction(17, 2)


def value_of(score: float, score_format: str | None) -> Fraction | None:
    """A score of 0–100, as AniList gives it whatever the user's format, on Trakt's scale to 10; ``None`` for unset.

    It is exact, so that means can be made of it. Stars count two each and faces as 3½, 6 and 8½, since the user chose
    from no finer scale; else a tenth of the score.
    """
    if score <= 0:
        return None
    if score_format == "POINT_5":
        return Fraction(2 + 2 * sum(score >= least for least in STARS))
    if score_format == "POINT_3":
        return next((value for most, value in SMILEYS if score <= most), SMILE)
    return Fraction(score) / 10


def rating_of(value: Fraction) -> int:
    """The rating to set: the nearest whole number from 1 to 10, a half rounded up."""
    return min(10, max(1, floor(value + Fraction(1, 2))))


def rating_wishes(matched: Iterable[MatchedEntry], score_format: str | None) -> tuple[Wish, ...]:
    """The ratings that AniList asks for.

    A film is rated by its entry. A season is rated by an entry that is all of it (and of no other season). A show
    gets the mean of its entries' scores, each weighing as many episodes as it has. Several entries that are one thing
    on Trakt count by their episodes, too.
    """
    scored: dict[ListItem, list[tuple[MatchedEntry, Fraction]]] = {}
    seasons: dict[ListItem, int] = {}
    for each in matched:
        value = value_of(each.entry.score, score_format)
        if value is None:
            continue
        scored.setdefault(each.item, []).append((each, value))
        season = whole_season(each)
        if season is not None:
            item = ListItem(ItemKind.SEASON, season.trakt_id)
            scored.setdefault(item, []).append((each, value))
            seasons[item] = season.number
    return tuple(_wish(item, scored[item], seasons.get(item)) for item in sorted(scored))


def whole_season(matched: MatchedEntry) -> TraktSeason | None:
    """The season that the entry is all of."""
    season = matched.season
    if season is None:
        return None
    covered: set[int] = set()
    for span in matched.spans:
        if span.season == season.number:
            end = season.first + season.episodes
            last = end if span.to_ep is None else span.first_episode + span.to_ep - span.from_ep + 1
            covered.update(range(span.first_episode, last))
    return season if season.first in covered and len(covered) >= season.episodes else None


def _wish(item: ListItem, scored: Sequence[tuple[MatchedEntry, Fraction]], season: int | None) -> Wish:
    weight = sum(each.episodes for each, _ in scored)
    mean = sum((value * each.episodes for each, value in scored), Fraction()) / weight
    return Wish(item, rating_of(mean), tuple(each.anilist_id for each, _ in scored), season)


def needs_seasons(matched: MatchedEntry) -> bool:
    """Whether the entry may rate a season, so that it must be known what the season holds."""
    return matched.entry.score > 0 and len(matched.regular) == 1
