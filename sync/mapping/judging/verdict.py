"""From the facts of all alignments to one verdict. The score orders; only proof resolves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.mapping.alignments import Alignment
from sync.mapping.anime import Anime
from sync.mapping.judging.weights import MIN_GAP, MIN_SCORE, evidence_of, score_of
from sync.mapping.layout import Seasons
from sync.model.evidence import Fact, Reason
from sync.model.mapping import Candidate, Verdict


@dataclass(frozen=True, slots=True)
class ShowCandidate:
    """An alignment with a show, with its facts and their sum."""

    seasons: Seasons
    alignment: Alignment
    facts: frozenset[Fact]
    score: float

    @property
    def key(self) -> tuple[float, int, tuple[tuple[int, int, int, int], ...]]:
        """Best first; ties in an order that does not depend on the input's."""
        spans = tuple((s.from_ep, s.to_ep or 0, s.season, s.first_episode) for s in self.alignment.spans)
        return (-self.score, self.seasons.show.ids.trakt, spans)

    @property
    def value(self) -> Candidate:
        """The candidate as reports show it."""
        return Candidate(self.seasons.show, self.alignment.spans, evidence_of(self.facts), self.score)


def judge_show(seasons: Seasons, alignment: Alignment, facts: set[Fact]) -> ShowCandidate:
    """The alignment with its score."""
    return ShowCandidate(seasons, alignment, frozenset(facts), score_of(facts))


SCUDLEE = frozenset(
    {Fact.FRIBB_SEASON_AGREES, Fact.FRIBB_OFFSET_AGREES, Fact.ANIBRIDGE_AGREES, Fact.ANIBRIDGE_TVDB_AGREES}
)
"""Fribb and AniBridge share an upstream (ScudLee's list), so they are one voice."""
BANGUMI = frozenset({Fact.BANGUMI_SEASON_AGREES, Fact.BANGUMI_FIRST_SEASON_AGREES, Fact.BANGUMI_EPISODE_AGREES})
ANITRAKT = frozenset({Fact.ANITRAKT_SEASON_AGREES, Fact.ANITRAKT_SPLIT_OFFSET})
DATED = frozenset({Fact.START_DAY, Fact.START_NEAR})
SEASON_NAMED = frozenset(
    {
        Fact.FRIBB_SEASON_AGREES,
        Fact.FRIBB_SPECIAL_AGREES,
        Fact.FRIBB_SPECIAL_NEAR,
        Fact.BANGUMI_EPISODE_DIFFERS,
        Fact.ANIBRIDGE_NEAR,
        Fact.FRIBB_SEASON_NEAR,
        Fact.FRIBB_OFFSET_NEAR,
        Fact.BANGUMI_SEASON_AGREES,
        Fact.BANGUMI_FIRST_SEASON_AGREES,
        Fact.ANITRAKT_SEASON_AGREES,
        Fact.ANITRAKT_SPLIT_OFFSET,
        Fact.TITLE_SEASON_AGREES,
    }
)
"""What confirms an air date: a source that names the season is enough for that."""
BOTH_ENDS = frozenset({Fact.END_DAY, Fact.END_NEAR, Fact.COUNT_EXACT, Fact.ENDS_SEASON})
"""What confirms an air date without a source."""
NAMED_BY_DATASET = frozenset({Fact.ANIBRIDGE_SHOW, Fact.BANGUMI_SHOW, Fact.FRIBB_SHOW, Fact.ANITRAKT_SHOW})
ANIBRIDGE_DOUBTED = frozenset({Fact.PART_OF_SEASON, Fact.ANIBRIDGE_AT_ODDS, Fact.COLLAPSED})
"""What makes AniBridge's ranges need another source."""
SHOW_KNOWN = NAMED_BY_DATASET | {Fact.OVERRIDE_SHOW, Fact.RELATED_SHOW, Fact.SHOW_TITLE_FITS}
"""What says that a show is the right one."""
YEAR_KNOWN = frozenset({*DATED, Fact.MONTH_FITS, Fact.YEAR_FITS, Fact.SHOW_YEAR_FITS})
"""What says that a show is of the right time."""
COUNTED = frozenset({Fact.COUNT_EXACT, Fact.SEASONS_EXACT, Fact.ALL_FILLED, Fact.TWIN, Fact.SOLE, Fact.FOLLOWED})
"""What makes one source enough."""
SPECIAL_CONFIRMED = frozenset(
    {Fact.BANGUMI_SEASON_AGREES, Fact.ANIBRIDGE_TVDB_AGREES, Fact.ANIBRIDGE_PART, Fact.LAST_SPECIALS}
)
"""What makes a number of Fribb's among the specials believable; by itself it is right one time in two."""
OUTDATED = frozenset({Fact.START_WEEKS, Fact.START_MONTHS, Fact.START_FAR, Fact.AIRING_OFF, Fact.AIRING_IN_STEP})
"""The calendar misses the place by more than some days."""
MISFIT = frozenset(
    {
        Fact.NOBODY_BEFORE,
        Fact.SEQUEL_AT_START,
        Fact.AIRING_OFF,
        Fact.OUT_OF_ORDER,
        Fact.TOO_FEW,
        Fact.SERIES_IN_SPECIALS,
        Fact.GUESS,
        Fact.OVERFLOW,
        Fact.END_MONTHS,
        Fact.END_FAR,
    }
)
"""What keeps a place from being a rival by its date alone."""
END_CONFIRMED = frozenset(
    {
        Fact.END_DAY,
        Fact.END_NEAR,
        Fact.END_WEEKS,
        Fact.ANIBRIDGE_AGREES,
        Fact.ANIBRIDGE_TVDB_AGREES,
        Fact.SPECIALS_EXACT,
        Fact.LAST_SPECIALS,
        Fact.YEARS_BEFORE_NEXT,
    }
)
"""What confirms the end of a run of specials."""
NAMES_EACH_EPISODE = frozenset({Fact.ANIBRIDGE_AGREES, Fact.ANIBRIDGE_TVDB_AGREES})
"""Who knows that two episodes of an entry are one on Trakt."""
SAYS_SPECIAL = frozenset(
    {
        Fact.FRIBB_SPECIAL_AGREES,
        Fact.FRIBB_SPECIAL_NEAR,
        Fact.BANGUMI_SEASON_AGREES,
        Fact.BANGUMI_EPISODE_AGREES,
        Fact.ANIBRIDGE_AGREES,
    }
)
"""Who may put a television series among the specials."""
FILM_AMONG_SPECIALS = frozenset({Fact.ANIBRIDGE_AGREES, Fact.BANGUMI_SEASON_AGREES, Fact.BANGUMI_EPISODE_AGREES})
"""What it takes to believe that a film is a special: TVDB lists among them what Trakt keeps as films."""


def voices(facts: frozenset[Fact]) -> int:
    """How many independent sources agree with the place.

    Inside a season one of them must name the very episode; the name of the season alone says nothing of it.
    """
    scudlee = facts & SCUDLEE
    if Fact.OFFSET in facts and not scudlee:
        return 0
    return bool(scudlee) + bool(facts & BANGUMI) + bool(facts & ANITRAKT)


def is_proven(facts: frozenset[Fact], alignment: Alignment) -> bool:
    """Whether more than its score speaks for a place: dates, ranges, counts or independent sources that confirm it."""
    if Fact.MIXED in facts and not _is_in_order(facts, alignment):
        return False
    return any(
        (
            _by_date(facts, alignment),
            Fact.ANIBRIDGE_AGREES in facts
            and not facts & {Fact.PART_OF_SEASON, Fact.ANIBRIDGE_AT_ODDS, Fact.COLLAPSED},
            Fact.ANIBRIDGE_TVDB_FITS in facts,
            _by_sources(facts, alignment),
            _by_title(facts),
            Fact.ONLY_SPECIAL in facts and facts & {Fact.FRIBB_SPECIAL_AGREES, Fact.ANIBRIDGE_TVDB_AGREES},
            Fact.FRIBB_SPECIAL_AGREES in facts and facts & SPECIAL_CONFIRMED,
            facts >= {Fact.ANIBRIDGE_TVDB_AGREES, Fact.NO_SPECIAL_DATED} and len(alignment.places) == 1,
            Fact.FRIBB_OFFSET_AGREES in facts and Fact.ENDS_SEASON in facts,
            Fact.CONTINUES in facts and facts & SEASON_NAMED,
        )
    )


def _is_in_order(facts: frozenset[Fact], alignment: Alignment) -> bool:
    """Whether dates confirm where the specials of a run stand: sources put them first, wherever they were shown."""
    if Fact.ALL_FILLED in facts and voices(facts) >= 2 and not facts & OUTDATED:
        return True
    if alignment.first[0] == 0:
        return bool(facts & {*DATED, Fact.START_CROWD})
    return bool(facts & {*DATED, Fact.END_DAY, Fact.END_NEAR})


def _by_date(facts: frozenset[Fact], alignment: Alignment) -> bool:
    """The first episode's date, with a source that names the season, or with the other end of the run, or where it
    opens a season (or is a special) of a show that is known to be the right one."""
    if facts & {*DATED, Fact.MONTH_FITS} and (voices(facts) or facts & SEASON_NAMED):
        return True
    if Fact.START_DAY not in facts:
        return False
    if not facts & SHOW_KNOWN:
        return facts >= {Fact.COUNT_EXACT, Fact.END_DAY}
    opens = Fact.OFFSET not in facts and Fact.SERIES_IN_SPECIALS not in facts
    return opens or bool(facts & BOTH_ENDS)


def _by_title(facts: frozenset[Fact]) -> bool:
    """A sequel with its season in the title and just as many episodes, in the show of what it continues; or the very
    title and count, with dates that are all off by the same number of days."""
    if facts >= {Fact.SHOW_TITLE_FITS, Fact.COUNT_EXACT, Fact.SHIFTED}:
        return True
    fits = facts >= {Fact.TITLE_SEASON_AGREES, Fact.COUNT_EXACT} and not facts & OUTDATED
    return fits and bool(facts & SHOW_KNOWN)


def _by_sources(facts: frozenset[Fact], alignment: Alignment) -> bool:
    """One source and the count (or that nothing else can be meant), or two independent sources."""
    agreeing = voices(facts)
    if facts & COUNTED and agreeing:
        return True
    if Fact.SOLE in facts and facts & NAMED_BY_DATASET and facts & YEAR_KNOWN:
        return True
    return agreeing >= 2 and alignment.first[0] > 0


def doubt(anime: Anime, candidate: ShowCandidate) -> Reason | None:
    """Why a place must not be written although it leads; ``None`` if nothing is wrong with it."""
    facts, alignment = candidate.facts, candidate.alignment
    doubts = (
        (bool(facts & {Fact.NOT_LISTED, Fact.NOT_LISTED_YET}), Reason.NOT_LISTED),
        (Fact.TOO_FEW in facts, Reason.TOO_FEW),
        (
            anime.is_film and alignment.first[0] == 0 and not facts & FILM_AMONG_SPECIALS,
            Reason.FILM_AMONG_SPECIALS,
        ),
        (_is_series_among_specials(facts), Reason.SERIES_AMONG_SPECIALS),
        (_is_film_in_part_of_season(anime, facts), Reason.FILM_OR_EPISODE),
        (Fact.NOBODY_BEFORE in facts, Reason.NOBODY_BEFORE),
        (_stops_anywhere(facts), Reason.NOBODY_BEHIND),
        (_is_sequel_at_start(anime, facts), Reason.SEQUEL_AT_START),
        (_hides_extra(anime, candidate), Reason.EXTRA_INSIDE),
        (_ends_anywhere(facts, alignment), Reason.END_UNCONFIRMED),
        (_at_another_time(anime, facts), Reason.OTHER_TIME),
        (not anime.is_over and facts >= {Fact.START_DAY, Fact.AIRING_OFF}, Reason.OTHER_DAYS),
        (Fact.AIRS_FASTER in facts and not facts & NAMES_EACH_EPISODE, Reason.OTHER_PACE),
        (candidate.score < MIN_SCORE, Reason.TOO_LITTLE),
        (_is_collapsed(facts), Reason.COLLAPSED),
        (Fact.ANIBRIDGE_PART in facts and Fact.FRIBB_SPECIAL_AGREES not in facts, Reason.ONLY_FIRST_EPISODES),
        (_out_of_step(facts, alignment), Reason.OTHER_END),
        (not is_proven(facts, alignment), Reason.UNCONFIRMED),
    )
    return next((reason for is_so, reason in doubts if is_so), None)


def _is_film_in_part_of_season(anime: Anime, facts: frozenset[Fact]) -> bool:
    """A film that no dataset has in a show is a season of its own there, or none of it."""
    return anime.is_film and not facts & (NAMED_BY_DATASET | {Fact.OVERRIDE_SHOW}) and Fact.COUNT_EXACT not in facts


def _is_series_among_specials(facts: frozenset[Fact]) -> bool:
    """A season that Trakt does not list yet must not land among the mini episodes of the same weeks."""
    return Fact.SERIES_IN_SPECIALS in facts and not facts & SAYS_SPECIAL


def _is_sequel_at_start(anime: Anime, facts: frozenset[Fact]) -> bool:
    """A second cour, a "Part 2" or a sequel is kept from the start of its season or show, unless dates put it there.
    Of one that is over, two sources and a count that fits may, too."""
    sure = anime.is_over and Fact.COUNT_EXACT in facts and voices(facts) >= 2
    return Fact.SEQUEL_AT_START in facts and not sure


def _stops_anywhere(facts: frozenset[Fact]) -> bool:
    """Whether a season has more episodes than its entries own, and nothing says that the first of them are this one's:
    a recap that only Trakt counts may stand among them."""
    named = Fact.ANIBRIDGE_AGREES in facts and not facts & {Fact.AIRING_OFF, Fact.END_WEEKS}
    return Fact.NOBODY_BEHIND in facts and Fact.END_DAY not in facts and not named


def _is_collapsed(facts: frozenset[Fact]) -> bool:
    """Whether many episodes would be one, or one many, with neither running time nor both dates to bear it out."""
    dated = facts & {*DATED, Fact.START_CROWD} and facts & {Fact.END_DAY, Fact.END_NEAR}
    return Fact.COLLAPSED in facts and Fact.RUNTIME_FITS not in facts and not dated


def _hides_extra(anime: Anime, candidate: ShowCandidate) -> bool:
    """Whether a source names a special among the episodes of a plain run that nothing else bears out."""
    incomplete = anime.count is None or bool(candidate.alignment.missing)
    return Fact.EXTRA_INSIDE in candidate.facts and (incomplete or not candidate.facts & DATED)


def _ends_anywhere(facts: frozenset[Fact], alignment: Alignment) -> bool:
    """Whether nothing says where a run of several specials ends: what follows may be another entry's."""
    several = alignment.first[0] == 0 and len(alignment.places) > 1 and Fact.MIXED not in facts
    return several and not facts & END_CONFIRMED


def _at_another_time(anime: Anime, facts: frozenset[Fact]) -> bool:
    """Whether the first episode aired so far off that it cannot be this entry's.

    Sources that agree outweigh a start that is far off, unless the end is off as well, another entry began there, or
    the entry still runs: then it lies in what Trakt does not list yet.
    """
    if not anime.is_over and Fact.AIRED_BEFORE in facts:
        return True
    if Fact.START_FAR in facts and facts & {Fact.END_MONTHS, Fact.END_FAR, Fact.RIVAL_DATED}:
        return not _calendar_is_wrong(facts)
    return bool(facts & {Fact.START_FAR, Fact.YEAR_OFF}) and voices(facts) < 2


def _calendar_is_wrong(facts: frozenset[Fact]) -> bool:
    """Whether a season is off by one number of days from end to end, and nobody else can be meant by it."""
    alone = not facts & {Fact.RIVAL_DATED, Fact.RIVAL_EARLIER, Fact.RIVAL_NAMED, Fact.SEQUEL_AT_START, Fact.TAKEN}
    return Fact.SHIFTED in facts and Fact.COUNT_EXACT in facts and voices(facts) >= 2 and alone


def _out_of_step(facts: frozenset[Fact], alignment: Alignment) -> bool:
    """Whether the end is off where nothing but the dates bounds the run: specials, or a part of a longer season."""
    bounded = alignment.first[0] > 0 and not facts & {Fact.PART_OF_SEASON, Fact.OVERFLOW}
    return Fact.END_OUT_OF_STEP in facts and Fact.ANIBRIDGE_AGREES not in facts and not bounded


def _is_rival(best: ShowCandidate, other: ShowCandidate) -> bool:
    """Whether another place keeps the best one from being sure: it fits nearly as well, or the calendar fits it alone.

    A place that Trakt does not list yet is no rival to one that aired on the very day.
    """
    if Fact.NOT_LISTED_YET in other.facts and Fact.START_DAY in best.facts:
        return False
    if Fact.SERIES_IN_SPECIALS not in best.facts and _dated_special(best, other):
        return False
    if best.score - other.score < MIN_GAP:
        return True
    dated = Fact.START_DAY in other.facts and not other.facts & MISFIT
    return dated and bool(best.facts & OUTDATED)


def _dated_special(best: ShowCandidate, other: ShowCandidate) -> bool:
    """Whether two places are specials of which one aired on the day and the other did not: numbers in season 0 move."""
    specials = best.alignment.first[0] == other.alignment.first[0] == 0
    return specials and Fact.START_DAY in best.facts and bool(other.facts & {Fact.START_MONTHS, Fact.START_FAR})


def show_verdict(anime: Anime, ranked: Sequence[ShowCandidate]) -> tuple[Verdict, Reason | None]:
    """The verdict on the first of ``ranked`` (best first, not empty), and what stands in its way."""
    reason = doubt(anime, ranked[0])
    if reason:
        return Verdict.UNRESOLVED, reason
    if any(_is_rival(ranked[0], other) for other in ranked[1:]):
        return Verdict.AMBIGUOUS, Reason.OTHER_PLACE
    return Verdict.RESOLVED, None
