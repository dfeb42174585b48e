"""What speaks for and against an alignment: every fact that is true of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from sync.mapping.alignments import Alignment, starts_season
from sync.mapping.anime import NEAR, Anime, aired_off, days_off
from sync.mapping.judging.count_facts import count_facts
from sync.mapping.judging.rivals import (
    Company,
    dated_rival,
    earlier_rival,
    has_owner_before,
    has_owner_behind,
    named_rival,
)
from sync.mapping.judging.source_facts import source_facts
from sync.mapping.layout import Seasons, all_places, places_of
from sync.model.evidence import Fact
from sync.model.mapping import Span

OUT_OF_STEP = 35
"""Days by which the end of a run may miss the entry's; longer entries may miss it by three tenths of their length."""
DAY, WEEKS, MONTHS = 1, 21, 100
MOST_SHIFTED, SHIFT_SLACK = 150, 14
"""Days by which a whole run may be misdated, and by which its ends may differ in that. The next cour but one begins
182 days later."""
GRADES = (DAY, NEAR, WEEKS, MONTHS)
"""Days up to which two dates fit to the day, nearly, to some weeks, to some months; beyond they are far apart."""
STARTS = (Fact.START_DAY, Fact.START_NEAR, Fact.START_WEEKS, Fact.START_MONTHS, Fact.START_FAR)
ENDS = (Fact.END_DAY, Fact.END_NEAR, Fact.END_WEEKS, Fact.END_MONTHS, Fact.END_FAR)
NAMES_EPISODE = frozenset({Fact.FRIBB_OFFSET_AGREES, Fact.ANIBRIDGE_AGREES, Fact.ANIBRIDGE_TVDB_AGREES})
"""Sources that name an episode inside a season."""
WEEK, FASTER = timedelta(days=7), 6
"""The usual pace, and by how many days two episodes shown as one come too early for it."""
MOST_RECAPS = 4
"""Extra episodes that Trakt may count in a season."""
IN_SPECIALS, IN_FIRST_SEASON, IN_LATER_SEASON = range(3)
SERIES = (Fact.SERIES_IN_SPECIALS, Fact.SERIES_IN_FIRST_SEASON, Fact.SERIES_IN_LATER_SEASON)
EXTRAS = (Fact.EXTRA_IN_SPECIALS, Fact.EXTRA_IN_FIRST_SEASON, Fact.EXTRA_IN_LATER_SEASON)
ONAS = (Fact.ONA_IN_SPECIALS, Fact.ONA_IN_FIRST_SEASON, Fact.ONA_IN_LATER_SEASON)
FILMS = (Fact.FILM_IN_SPECIALS, Fact.FILM_IN_FIRST_SEASON, Fact.FILM_IN_LATER_SEASON)


def facts_of(anime: Anime, alignment: Alignment, seasons: Seasons, company: Company) -> set[Fact]:
    """Everything that is true of this alignment; ``company`` are the show's other entries."""
    found = {*_dates(anime, alignment, seasons), *count_facts(anime, alignment, seasons)}
    found |= {*source_facts(anime, alignment, seasons), _kind(anime, alignment)}
    found |= {*_title(anime, alignment, seasons), *_others(anime, alignment, seasons, company)}
    if not found & {Fact.START_DAY, Fact.START_NEAR}:
        found |= {*_undated(anime, alignment, seasons, company)}
    if Fact.OFFSET in found and not found & NAMES_EPISODE and not _follows(anime, alignment, seasons, company, found):
        found.add(Fact.NOBODY_BEFORE)
    if _stops_inside(anime, alignment, seasons) and not has_owner_behind(company, alignment.last, anime, seasons):
        found.add(Fact.NOBODY_BEHIND)
    return found


def _stops_inside(anime: Anime, alignment: Alignment, seasons: Seasons) -> bool:
    """Whether the entry's last episode is followed by a few others of its season. If there are more, they are other
    cours, not recaps."""
    if anime.count is None or alignment.missing or alignment.last[0] == 0:
        return False
    season, at = seasons.season(alignment.last[0]), seasons.position[alignment.last]
    behind = season[at + 1 :]
    dated = any(each.first_aired is not None for each in (season[at], *behind))
    return dated and 0 < len(behind) <= MOST_RECAPS


def _follows(anime: Anime, alignment: Alignment, seasons: Seasons, company: Company, found: set[Fact]) -> bool:
    """Whether something says that the episodes before a place inside a season are another entry's."""
    fills_the_end = found >= {Fact.START_DAY, Fact.ENDS_SEASON} and bool(found & {Fact.END_DAY, Fact.END_NEAR})
    return fills_the_end or (anime.titled_part or 1) > 1 or has_owner_before(company, alignment, anime, seasons)


def _undated(anime: Anime, alignment: Alignment, seasons: Seasons, company: Company) -> Iterator[Fact]:
    """What others say of a place that the start date does not confirm."""
    if dated_rival(company, alignment.first, seasons):
        yield Fact.RIVAL_DATED
    if earlier_rival(company, alignment.first, anime.start):
        yield Fact.RIVAL_EARLIER
    if alignment.main[0] > 0 and starts_season(alignment.main, seasons):
        opens_show = bool(seasons.regular) and alignment.main[0] == seasons.regular[0]
        later = company.follows or (anime.titled_season or 1) > 1
        if (anime.titled_part or 1) > 1 or (opens_show and later):
            yield Fact.SEQUEL_AT_START


def _others(anime: Anime, alignment: Alignment, seasons: Seasons, company: Company) -> Iterator[Fact]:
    if not anime.is_series and alignment.first[0] > 0 and named_rival(company, alignment.first):
        yield Fact.RIVAL_NAMED
    if (anime.count is None or alignment.missing) and not company.rivals and _is_only_start(alignment, seasons):
        yield Fact.SOLE
    if any(alignment.first in each.starts for each in company.twins):
        yield Fact.TWIN
    if anime.count is not None and not alignment.missing and alignment.last[0] > 0:
        behind = (alignment.last[0], alignment.last[1] + 1)
        if any(behind in each.starts and each.is_later_than(anime.start) for each in company.rivals):
            yield Fact.FOLLOWED


def _is_only_start(alignment: Alignment, seasons: Seasons) -> bool:
    """Whether this is the start of the show's only season."""
    return seasons.regular == [alignment.first[0]] and starts_season(alignment.first, seasons)


def _dates(anime: Anime, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    first = seasons.episode(alignment.first) if alignment.spans[0].from_ep == 1 else None
    off = aired_off(first, anime.start)
    if off is not None:
        yield Fact.START_CROWD if _is_crowd(anime, alignment, seasons) else STARTS[grade(off)]
        if off < -WEEKS:
            yield Fact.AIRED_BEFORE
    elif anime.year is not None:
        yield from _year(anime.year, anime.month if anime.start is None else None, alignment, seasons)
    yield from _airing(anime, alignment, seasons)
    if anime.count is not None and not alignment.missing and len(alignment.places) > 1:
        end = aired_off(seasons.episode(alignment.last), anime.end)
        if end is not None:
            yield ENDS[grade(end)]
            if abs(end) > max(OUT_OF_STEP, 0.3 * _length(anime)):
                yield Fact.END_OUT_OF_STEP
            if off is not None and NEAR < abs(off) <= MOST_SHIFTED and abs(end - off) <= SHIFT_SLACK:
                yield Fact.SHIFTED


def _year(year: int, month: int | None, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    """Where the day is unknown on one side: the episode's month or year, or the show's year for its first season."""
    first = seasons.episode(alignment.first)
    if alignment.spans[0].from_ep != 1:
        return
    if first is not None and first.first_aired is not None:
        if month is not None:
            apart = abs(12 * (first.first_aired.year - year) + first.first_aired.month - month)
            yield Fact.MONTH_FITS if not apart else Fact.MONTH_OFF
        yield Fact.YEAR_FITS if abs(first.first_aired.year - year) <= 1 else Fact.YEAR_OFF
    elif seasons.show.year and seasons.regular and alignment.first == (seasons.regular[0], 1):
        yield Fact.SHOW_YEAR_FITS if abs(seasons.show.year - year) <= 1 else Fact.SHOW_YEAR_OFF


def _airing(anime: Anime, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    """Whether episodes in between aired when AniList says so."""
    offs = [
        off
        for episode, day in anime.airs.items()
        for place in places_of(alignment.spans, episode)
        if (off := aired_off(seasons.episode(place), day)) is not None
    ]
    if not anime.is_over and airs_faster(anime.airs, anime.start, alignment.spans, seasons):
        yield Fact.AIRS_FASTER
    if not offs:
        return
    start = aired_off(seasons.episode(alignment.first), anime.start)
    if max(map(abs, offs)) <= DAY:
        yield Fact.AIRING_FITS
    elif start is not None and all(abs(off - start) <= DAY for off in offs):
        yield Fact.AIRING_IN_STEP
    elif any(abs(off) > NEAR for off in offs):
        yield Fact.AIRING_OFF


def airs_faster(days: Mapping[int, date], start: date | None, spans: Sequence[Span], seasons: Seasons) -> bool:
    """Whether an entry's episodes air faster than those of its place: AniList's day of one that Trakt does not list yet
    comes too early for what Trakt lists before it, at Trakt's own pace. So it is with two episodes shown as one."""
    listed = [
        (episode, found.first_aired)
        for episode, place in all_places(spans, seasons)
        if (found := seasons.episode(place)) is not None and found.first_aired is not None and place[0] > 0
    ]
    if not listed:
        return False
    last, aired = max(listed)
    gaps = sorted(after - before for (_, before), (_, after) in pairwise(sorted(listed)))
    pace = gaps[len(gaps) // 2] if gaps else WEEK
    ahead = [(episode, day) for episode, day in days.items() if episode > last]
    shifted = aired_off(seasons.episode((spans[0].season, spans[0].first_episode)), start) or 0
    return any((days_off(aired + pace * (episode - last), day) or 0) - shifted >= FASTER for episode, day in ahead)


def _length(anime: Anime) -> int:
    """Days from the entry's first to its last."""
    return (anime.end - anime.start).days if anime.start and anime.end else 0


def _is_crowd(anime: Anime, alignment: Alignment, seasons: Seasons) -> bool:
    """Whether more specials came out on that day than the entry has, as on a disc: then the day picks none of them."""
    if alignment.first[0] != 0:
        return False
    same = sum(1 for each in seasons.season(0) if (off := aired_off(each, anime.start)) is not None and abs(off) <= 1)
    return same > max(anime.count or 1, 1) and abs(aired_off(seasons.episode(alignment.first), anime.start) or 0) <= 1


def grade(off: int) -> int:
    """How far two days lie apart: 0 to the day, 1 nearly, 2 weeks, 3 months, 4 far."""
    return next((at for at, most in enumerate(GRADES) if abs(off) <= most), len(GRADES))


def _title(anime: Anime, alignment: Alignment, seasons: Seasons) -> Iterator[Fact]:
    """The season in the title, where Trakt has such a season at all (it may have merged it into another)."""
    titled, season = anime.titled_season, alignment.main[0]
    if titled is not None and season > 0 and seasons.season(titled):
        yield Fact.TITLE_SEASON_AGREES if season == titled else Fact.TITLE_SEASON_DIFFERS


def _kind(anime: Anime, alignment: Alignment) -> Fact:
    season = alignment.main[0]
    where = IN_SPECIALS if season == 0 else IN_FIRST_SEASON if season == 1 else IN_LATER_SEASON
    if anime.is_series:
        return SERIES[where]
    return (FILMS if anime.is_film else ONAS if anime.kind == "ONA" else EXTRAS)[where]
