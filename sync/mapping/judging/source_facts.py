"""What each dataset says of an alignment: that it agrees, that it differs, or only that it is the right show."""

from __future__ import annotations

from collections.abc import Iterator

from sync.mapping.alignments import COLLAPSE, Alignment, ends_season, names_show, ratio_of, starts_season
from sync.mapping.anime import Anime
from sync.mapping.layout import Place, Seasons, places_of
from sync.mapping.sources.claims import Claim, Source
from sync.model.evidence import Fact
from sync.model.mapping import Span

NAMES_SHOW = {
    Source.ANIBRIDGE: Fact.ANIBRIDGE_SHOW,
    Source.BANGUMI: Fact.BANGUMI_SHOW,
    Source.FRIBB: Fact.FRIBB_SHOW,
    Source.ANITRAKT: Fact.ANITRAKT_SHOW,
}
FRIBB_SEASON = (Fact.FRIBB_SEASON_DIFFERS, Fact.FRIBB_SEASON_NEAR, Fact.FRIBB_SEASON_AGREES)
FRIBB_OFFSET = (Fact.FRIBB_OFFSET_DIFFERS, Fact.FRIBB_OFFSET_NEAR, Fact.FRIBB_OFFSET_AGREES)
FRIBB_SPECIAL = (Fact.FRIBB_SPECIAL_DIFFERS, Fact.FRIBB_SPECIAL_NEAR, Fact.FRIBB_SPECIAL_AGREES)
BANGUMI = (
    Fact.BANGUMI_SEASON_DIFFERS,
    Fact.BANGUMI_FIRST_SEASON_DIFFERS,
    Fact.BANGUMI_EPISODE_DIFFERS,
    Fact.BANGUMI_FIRST_SEASON_AGREES,
    Fact.BANGUMI_SEASON_AGREES,
    Fact.BANGUMI_EPISODE_AGREES,
)
"""From the gravest difference to the closest agreement."""


def source_facts(anime: Anime, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    """Which sources name this show, and whether they agree with this place in it."""
    named = [claim for claim in anime.claims if names_show(claim, seasons.show.ids)]
    for source, names_it in NAMES_SHOW.items():
        own = [claim for claim in named if claim.source is source]
        if not own:
            continue
        yield names_it
        if source is Source.ANIBRIDGE:
            yield from _anibridge(anime, own, alignment, seasons)
        elif source is Source.BANGUMI:
            yield BANGUMI[max(_bangumi_grade(claim, alignment) for claim in own)]
        elif source is Source.FRIBB:
            yield from _fribb(own, alignment, seasons)
        else:
            yield from _anitrakt(own[0], alignment, seasons)


def _anibridge(anime: Anime, claims: list[Claim], alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    """AniBridge's TMDB ranges count; its TVDB ranges only where it has no other."""
    ranged = [claim for claim in claims if claim.spans and (alignment.shared or ratio_of(claim.spans) < COLLAPSE)]
    curated = [claim for claim in ranged if claim.title.owner == "tmdb"]
    if curated and _at_odds(ranged, alignment):
        yield Fact.ANIBRIDGE_AT_ODDS
    if _is_plain(alignment) and _names_special(claims, alignment):
        yield Fact.EXTRA_INSIDE
    for claim in (curated or ranged)[:1]:
        agreed = agrees(claim.spans, alignment, anime.count)
        if agreed and alignment.first[0] == 0 and not covers(claim.spans, alignment):
            yield Fact.ANIBRIDGE_PART
        elif curated and not agreed and alignment.first[0] == claim.spans[0].season == 0:
            yield Fact.ANIBRIDGE_NEAR
        elif curated:
            yield Fact.ANIBRIDGE_AGREES if agreed else Fact.ANIBRIDGE_DIFFERS
        else:
            yield Fact.ANIBRIDGE_TVDB_AGREES if agreed else Fact.ANIBRIDGE_TVDB_DIFFERS
            if agreed and alignment.first[0] > 0 and ends_season(alignment, seasons):
                yield Fact.ANIBRIDGE_TVDB_FITS


def _names_special(claims: list[Claim], alignment: Alignment) -> bool:
    """Whether ranges have a special among the entry's episodes. TVDB has specials where Trakt has none: of a run that
    is complete its ranges are believed only if TMDB's know a special, too."""
    special = {claim.title.owner for claim in claims if any(span.season == 0 for span in claim.spans)}
    among = {claim.title.owner for claim in claims if len({span.season == 0 for span in claim.spans}) > 1}
    incomplete = bool(alignment.missing) or alignment.spans[-1].to_ep is None
    return "tmdb" in among or (bool(among) and (incomplete or "tmdb" in special))


def _is_plain(alignment: Alignment) -> bool:
    """Whether it is a run of regular episodes."""
    return all(span.season for span in alignment.spans)


def _at_odds(ranged: list[Claim], alignment: Alignment) -> bool:
    """Whether AniBridge's TMDB range starts the first season while its TVDB range starts a later one."""
    starts = {claim.title.owner: (claim.spans[0].season, claim.spans[0].first_episode) for claim in ranged}
    return starts.get("tmdb") == alignment.first == (1, 1) and starts.get("tvdb", (0, 0))[0] > 1


def agrees(spans: tuple[Span, ...], alignment: Alignment, count: int | None) -> bool:
    """Whether ranges put every episode that they know just where the alignment does.

    While the entry's ``count`` is unknown, an alignment that stops before the ranges do does not agree with them.
    """
    ours: dict[int, set[Place]] = {}
    for episode, place in alignment.places:
        ours.setdefault(episode, set()).add(place)
    if not ours:
        first = alignment.spans[0].from_ep
        ours = {first: set(places_of(alignment.spans, first))}
    if count is None and any(span.from_ep > max(ours) for span in spans):
        return False
    known = {episode: set(places_of(spans, episode)) for episode in ours}
    return any(known.values()) and all(ours[episode] == places for episode, places in known.items() if places)


def covers(spans: tuple[Span, ...], alignment: Alignment) -> bool:
    """Whether ranges know every episode that the alignment places."""
    return all(any(places_of(spans, episode)) for episode, _ in alignment.places)


def _bangumi_grade(claim: Claim, alignment: Alignment) -> int:
    """Without a season it means the first; a long runner has several items, of which any may fit."""
    season = 1 if claim.season is None else claim.season
    if all(span.season != season for span in alignment.spans):
        return 1 if claim.season is None else 0
    if claim.first_episode is not None:
        return 5 if alignment.only_first == (season, claim.first_episode) else 2
    return 3 if claim.season is None else 4


def _fribb(claims: list[Claim], alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    """TMDB's and TVDB's numbers are one voice here (mostly copies of each other): the better of both counts."""
    ranked = [(_fribb_grade(claim, alignment, seasons), claim) for claim in claims if claim.season is not None]
    if not ranked:
        return
    best, claim = max(ranked, key=lambda item: (item[0], item[1].title.owner == "tmdb"))
    if claim.season == 0:
        yield FRIBB_SPECIAL[best]
    else:
        yield (FRIBB_OFFSET if (claim.first_episode or 1) != 1 else FRIBB_SEASON)[best]


def _fribb_grade(claim: Claim, alignment: Alignment, seasons: Seasons) -> int:
    """2 for the very place, 1 for its season, 0 for another season."""
    season = seasons.season(claim.season or 0)
    first = claim.first_episode or 1
    named = {(claim.season, first)}
    if 0 < first <= len(season):
        named.add((claim.season, season[first - 1].number))
    if alignment.only_first in named or (alignment.first[0] == 0 < (claim.season or 0) and alignment.main in named):
        return 2
    return 1 if any(span.season == claim.season for span in alignment.spans) else 0


def _anitrakt(claim: Claim, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    if claim.split:
        starts = starts_season(alignment.main, seasons)
        yield Fact.ANITRAKT_SPLIT_START if starts else Fact.ANITRAKT_SPLIT_OFFSET
    elif claim.season is not None:
        agreed = alignment.main[0] == claim.season
        yield Fact.ANITRAKT_SEASON_AGREES if agreed else Fact.ANITRAKT_SEASON_DIFFERS
