"""The one table of weights and thresholds, each with its reason.

The weights are log-odds, rounded to quarters: how much likelier the right place of an entry shows this than a wrong
place of the same entry. They were first fitted on half of the shows of a collection with known answers, checked on the
other half, and rounded so that each can be explained. Where fitting learned an accident, the reason won.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sync.model.evidence import Evidence, Fact


@dataclass(frozen=True, slots=True)
class Weight:
    """A fact's weight and the reason for it."""

    value: float
    reason: str


WEIGHTS = {
    # Dates: Trakt's first_aired against the entry's own days.
    Fact.START_DAY: Weight(4.0, "two calendars agree by accident one time in 50"),
    Fact.START_CROWD: Weight(1.5, "a disc holds several of them"),
    Fact.START_NEAR: Weight(1.0, "a stream or an early showing"),
    Fact.START_WEEKS: Weight(-0.5, "early screenings are common, wrong cours too"),
    Fact.START_MONTHS: Weight(-1.5, "about one cour off"),
    Fact.START_FAR: Weight(-3.0, "another season, or a foreign release"),
    Fact.AIRED_BEFORE: Weight(0.0, "what runs now is not what ran then"),
    Fact.MONTH_FITS: Weight(2.0, "AniList knows no day"),
    Fact.MONTH_OFF: Weight(-1.5, "as weeks or months off"),
    Fact.YEAR_FITS: Weight(0.0, "true of several seasons of a show"),
    Fact.YEAR_OFF: Weight(-3.0, "rarely wrong on either side"),
    Fact.END_DAY: Weight(2.5, "the end is noted less carefully than the start"),
    Fact.END_NEAR: Weight(1.0, "as for the start"),
    Fact.END_WEEKS: Weight(1.0, "breaks in broadcasting move the end"),
    Fact.END_MONTHS: Weight(-2.0, "a cour too many or too few"),
    Fact.END_FAR: Weight(-2.0, "as above"),
    Fact.END_OUT_OF_STEP: Weight(0.0, "a doubt, see the verdict"),
    Fact.AIRING_FITS: Weight(2.5, "the episode in between leaves one offset"),
    Fact.AIRING_IN_STEP: Weight(1.0, "shown early or late as a whole"),
    Fact.AIRING_OFF: Weight(-2.0, "breaks and early showings move it, too"),
    Fact.AIRS_FASTER: Weight(0.0, "a doubt, see the verdict"),
    Fact.SHIFTED: Weight(0.0, "one of the calendars is wrong"),
    Fact.SHOW_YEAR_FITS: Weight(0.5, "when no episode has a date"),
    Fact.SHOW_YEAR_OFF: Weight(-1.5, "as above"),
    # Counts: how the entry's episodes fill what Trakt lists.
    Fact.COUNT_EXACT: Weight(3.0, "cours differ in length more often than not"),
    Fact.SEASONS_EXACT: Weight(3.0, "as for one season"),
    Fact.NUMBERS_RUN_ON: Weight(2.0, "one long runner, cut into seasons"),
    Fact.PART_OF_SEASON: Weight(-0.5, "the rest needs another owner"),
    Fact.TOO_FEW: Weight(-6.0, "mostly an entry with an extra episode, or another show"),
    Fact.INCOMPLETE: Weight(0.0, "it airs, and Trakt lists more in time"),
    Fact.NOT_LISTED: Weight(-20.0, "what is over is listed, if it is kept there at all"),
    Fact.NOT_LISTED_YET: Weight(0.0, "it airs, and Trakt lists it in time"),
    Fact.OVERFLOW: Weight(-2.5, "entries end where seasons end"),
    Fact.ALL_FILLED: Weight(1.0, "as for one season"),
    Fact.MIXED: Weight(0.0, "their order needs the dates"),
    Fact.OUT_OF_ORDER: Weight(-6.0, "episodes are counted as they are shown"),
    Fact.COLLAPSED: Weight(-1.0, "mostly a whole series on one special"),
    Fact.RUNTIME_FITS: Weight(1.0, "as long as all of it together"),
    Fact.SHARED_DISPUTED: Weight(-2.0, "one of them is a slip"),
    Fact.SPECIALS_EXACT: Weight(0.5, "specials of several entries share season 0"),
    Fact.YEARS_BEFORE_NEXT: Weight(0.5, "what came out years later is not part of it"),
    Fact.NO_SPECIAL_DATED: Weight(0.0, "no date could tell another place"),
    Fact.LAST_SPECIALS: Weight(0.5, "as the newest ones are"),
    Fact.ONLY_SPECIAL: Weight(1.0, "no other can be meant"),
    Fact.OFFSET: Weight(-0.75, "rarer than a season's start"),
    Fact.ENDS_SEASON: Weight(-0.25, "this place is also guessed without any source"),
    Fact.SHARED: Weight(-1.0, "rare, and sometimes a slip of the source that says so"),
    Fact.GUESS: Weight(-1.5, "proposed without a source"),
    Fact.NOBODY_BEFORE: Weight(-4.0, "an episode belongs to some entry"),
    Fact.NOBODY_BEHIND: Weight(0.0, "an extra may stand among its episodes"),
    Fact.SKIPS_RECAP: Weight(0.0, "AniList rarely counts them"),
    Fact.SEQUEL_AT_START: Weight(-2.0, "its prequel stands there"),
    Fact.EXTRA_INSIDE: Weight(-1.0, "the plain run is off by one behind it"),
    Fact.TITLE_SEASON_AGREES: Weight(1.0, "titles count seasons as their makers do"),
    Fact.TITLE_SEASON_DIFFERS: Weight(-1.5, "Trakt numbers some shows otherwise"),
    # AniBridge: curated ranges, so made for the hard entries.
    Fact.ANIBRIDGE_SHOW: Weight(1.0, "curated"),
    Fact.ANIBRIDGE_AGREES: Weight(2.5, "right in nine of ten of the hard ones"),
    Fact.ANIBRIDGE_PART: Weight(0.0, "specials need not run on"),
    Fact.ANIBRIDGE_AT_ODDS: Weight(-2.0, "a match by count alone"),
    Fact.ANIBRIDGE_NEAR: Weight(-1.5, "numbers in season 0 move"),
    Fact.ANIBRIDGE_DIFFERS: Weight(-2.5, "as above"),
    Fact.ANIBRIDGE_TVDB_AGREES: Weight(1.0, "Trakt follows TMDB's order"),
    Fact.ANIBRIDGE_TVDB_FITS: Weight(2.0, "so TVDB and Trakt cut this season alike"),
    Fact.ANIBRIDGE_TVDB_DIFFERS: Weight(-1.0, "as above"),
    # bangumi-data: TMDB seasons, independent of ScudLee's list.
    Fact.BANGUMI_SHOW: Weight(1.5, "kept by hand"),
    Fact.BANGUMI_SEASON_AGREES: Weight(3.0, "right in 99 % where it names one"),
    Fact.BANGUMI_SEASON_DIFFERS: Weight(-3.0, "as above"),
    Fact.BANGUMI_FIRST_SEASON_AGREES: Weight(1.5, "it leaves the 1 out, and also gaps"),
    Fact.BANGUMI_FIRST_SEASON_DIFFERS: Weight(-1.5, "as above"),
    Fact.BANGUMI_EPISODE_AGREES: Weight(1.5, "right in eight of nine"),
    Fact.BANGUMI_EPISODE_DIFFERS: Weight(-0.5, "numbers in season 0 move"),
    # Fribb: one season and one offset an entry, from ScudLee's list (TVDB's seasons).
    Fact.FRIBB_SHOW: Weight(0.5, "one row per AniDB entry, sequels included"),
    Fact.FRIBB_SEASON_AGREES: Weight(2.5, "right in 97 %, but copied from TVDB"),
    Fact.FRIBB_SEASON_NEAR: Weight(0.0, "knows no split cours where TVDB has none"),
    Fact.FRIBB_SEASON_DIFFERS: Weight(-2.5, "as above"),
    Fact.FRIBB_OFFSET_AGREES: Weight(3.5, "an offset is only noted by intent"),
    Fact.FRIBB_OFFSET_NEAR: Weight(-1.0, "offsets count TVDB's extras"),
    Fact.FRIBB_OFFSET_DIFFERS: Weight(-3.0, "as above"),
    Fact.FRIBB_SPECIAL_AGREES: Weight(1.5, "its numbers in season 0 are TVDB's"),
    Fact.FRIBB_SPECIAL_NEAR: Weight(0.5, "that much is usually right"),
    Fact.FRIBB_SPECIAL_DIFFERS: Weight(-1.5, "as above"),
    # anitrakt: good show ids, a season that counts cours.
    Fact.ANITRAKT_SHOW: Weight(1.0, "checked against Trakt itself"),
    Fact.ANITRAKT_SEASON_AGREES: Weight(0.75, "a running counter of cours"),
    Fact.ANITRAKT_SEASON_DIFFERS: Weight(-0.75, "as above"),
    Fact.ANITRAKT_SPLIT_OFFSET: Weight(1.5, "so it starts inside one, two times in three"),
    Fact.ANITRAKT_SPLIT_START: Weight(-1.5, "as above"),
    # The user, TMDB and Trakt's search name a show, no place.
    Fact.OVERRIDE: Weight(0.0, "the user's word needs no weight"),
    Fact.OVERRIDE_SHOW: Weight(6.0, "the user's word"),
    Fact.TMDB_SHOW: Weight(0.5, "a link, no reading of the entry"),
    Fact.RELATED_SHOW: Weight(1.0, "sequels and extras lie with their work, if they have no show of their own"),
    Fact.SHOW_TITLE_FITS: Weight(1.5, "remakes share titles, too"),
    Fact.SHOW_TITLE_NEAR: Weight(0.0, "so do strangers"),
    Fact.SEARCH_SHOW: Weight(0.0, "never believed without date and count"),
    # Kind of entry and of season.
    Fact.SERIES_IN_SPECIALS: Weight(-2.0, "rare"),
    Fact.SERIES_IN_FIRST_SEASON: Weight(0.75, "three in four series are"),
    Fact.SERIES_IN_LATER_SEASON: Weight(0.0, "one in four series is a sequel kept in its prequel's show"),
    Fact.EXTRA_IN_SPECIALS: Weight(0.75, "that is what season 0 is for"),
    Fact.EXTRA_IN_FIRST_SEASON: Weight(-0.5, "only when it has a show of its own"),
    Fact.EXTRA_IN_LATER_SEASON: Weight(-0.5, "as above"),
    Fact.ONA_IN_SPECIALS: Weight(1.0, "minis that go with a series"),
    Fact.ONA_IN_FIRST_SEASON: Weight(-0.5, "many are minis beside a series"),
    Fact.ONA_IN_LATER_SEASON: Weight(0.0, "web sequels are seasons as often as not"),
    Fact.FILM_IN_SPECIALS: Weight(0.5, "TMDB keeps some there"),
    Fact.FILM_IN_FIRST_SEASON: Weight(-0.5, "rare"),
    Fact.FILM_IN_LATER_SEASON: Weight(-0.5, "rare"),
    # Other entries.
    Fact.RIVAL_DATED: Weight(-2.0, "each episode belongs to one entry"),
    Fact.RIVAL_EARLIER: Weight(-3.0, "a sequel does not start with its prequel"),
    Fact.RIVAL_NAMED: Weight(-1.0, "a special with its series' numbers"),
    Fact.SOLE: Weight(1.5, "nothing else can be meant"),
    Fact.TWIN: Weight(3.0, "AniList itself says that they are one"),
    Fact.TAKEN: Weight(-5.0, "each episode belongs to one entry"),
    Fact.FOLLOWED: Weight(1.0, "the count, told by another entry's start"),
    Fact.CONTINUES: Weight(1.5, "cours of a season stand in order"),
    # Films.
    Fact.FILM_ANITRAKT: Weight(3.25, "checked against Trakt itself"),
    Fact.FILM_BANGUMI: Weight(2.75, "kept by hand"),
    Fact.FILM_FRIBB: Weight(2.5, "shares upstream with AniBridge"),
    Fact.FILM_ANIBRIDGE: Weight(2.5, "shares upstream with Fribb"),
    Fact.FILM_OVERRIDE: Weight(9.0, "the user's word"),
    Fact.FILM_TMDB: Weight(0.5, "a link"),
    Fact.FILM_SEARCH: Weight(0.0, "never believed by itself"),
    Fact.FILM_DAY_FITS: Weight(3.0, "to the week: festivals come first"),
    Fact.FILM_DAY_OFF: Weight(-1.5, "foreign releases are listed too"),
    Fact.FILM_YEAR_FITS: Weight(1.5, "many films a year"),
    Fact.FILM_YEAR_OFF: Weight(-3.0, "early screenings move it by one at most"),
    Fact.FILM_TITLE_FITS: Weight(2.0, "remakes and recaps share titles"),
    Fact.FILM_TITLE_LIKE: Weight(1.5, "most words are the same"),
    Fact.FILM_TITLE_NEAR: Weight(1.0, "translated titles keep the names"),
    Fact.FILM_RUNTIME_OFF: Weight(-2.0, "a short, or a series cut to a film"),
    Fact.FILM_IS_SERIES: Weight(-2.0, "mostly a compilation"),
    Fact.FILM_IS_EXTRA: Weight(-2.0, "specials listed as films"),
}

MIN_SCORE = 1.25
"""Below this too little speaks for a place, even if nothing else is in sight."""
MIN_GAP = 1.5
"""Odds of about 4 to 1 over the runner-up; closer calls go to the report."""
MIN_FILM_SCORE = 2.5
"""One source that nothing contradicts: there is no episode that could be the wrong one."""
MIN_FILM_GAP = 1.0
CLASH_GAP = 2.0
"""Two entries on one episode: the better one keeps it only by this much, else both go to the report."""


def score_of(found: Iterable[Fact]) -> float:
    """The sum of the weights."""
    return sum(_VALUES[fact] for fact in found)


def evidence_of(found: Iterable[Fact]) -> tuple[Evidence, ...]:
    """The facts with their weights, the heaviest first."""
    return tuple(Evidence(fact, _VALUES[fact]) for fact in sorted(found, key=lambda fact: (-abs(_VALUES[fact]), fact)))


_VALUES = {fact: weight.value for fact, weight in WEIGHTS.items()}
