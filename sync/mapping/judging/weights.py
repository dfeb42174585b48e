"""The one table of weights and thresholds, each with its reason.

The weights are log-odds, rounded to quarters: how much likelier the right place of an entry shows this than a wrong
place of the same entry. They were first fitted on half of the shows of a collection with known answers, checked on the
other half, and rounded so that each can be explained. Where fitting learned an accident, the reason won.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weight:
    """A fact's weight, its wording for a person ({first}, {last}, {season}, {count} are filled in), and the reason."""

    value: float
    says: str
    reason: str


WEIGHTS = {
    # Dates: Trakt's first_aired against the entry's own days.
    "start day": Weight(
        4.0, "{first} aired on the entry's start date", "two calendars agree by accident one time in 50"
    ),
    "start crowd": Weight(
        1.5, "{first} came out on the start date, with other specials", "a disc holds several of them"
    ),
    "start near": Weight(1.0, "{first} aired within three days of the start date", "a stream or an early showing"),
    "start weeks": Weight(
        -0.5, "{first} aired weeks off the start date", "early screenings are common, wrong cours too"
    ),
    "start months": Weight(-1.5, "{first} aired months off the start date", "about one cour off"),
    "start far": Weight(
        -3.0, "{first} aired long before or after the start date", "another season, or a foreign release"
    ),
    "year fits": Weight(0.0, "{first} aired in the entry's year", "true of several seasons of a show"),
    "year off": Weight(-3.0, "{first} aired in another year", "rarely wrong on either side"),
    "end day": Weight(2.5, "{last} aired on its end date", "the end is noted less carefully than the start"),
    "end near": Weight(1.0, "{last} aired within three days of its end date", "as for the start"),
    "end weeks": Weight(1.0, "{last} aired within weeks of its end date", "breaks in broadcasting move the end"),
    "end months": Weight(-2.0, "{last} aired months off its end date", "a cour too many or too few"),
    "end far": Weight(-2.0, "{last} aired long before or after its end date", "as above"),
    "end out of step": Weight(0.0, "the run ends out of step with the entry", "a doubt, see the verdict"),
    "show year fits": Weight(0.5, "the show began in the entry's year", "when no episode has a date"),
    "show year off": Weight(-1.5, "the show began in another year", "as above"),
    # Counts: how the entry's episodes fill what Trakt lists.
    "count exact": Weight(
        3.0, "season {season} has exactly its {count} episodes", "cours differ in length more often than not"
    ),
    "seasons exact": Weight(3.0, "its {count} episodes fill whole seasons", "as for one season"),
    "numbers run on": Weight(2.0, "the seasons' numbers run on", "one long runner, cut into seasons"),
    "part of season": Weight(-0.5, "the season has more episodes than the entry", "the rest needs another owner"),
    "too few": Weight(
        -6.0, "Trakt lists too few episodes there", "mostly an entry with an extra episode, or another show"
    ),
    "overflow": Weight(-2.5, "it would end in the midst of a later season", "entries end where seasons end"),
    "mixed": Weight(0.0, "it has specials and regular episodes", "their order needs the dates"),
    "shared disputed": Weight(-2.0, "another source names one number only", "one of them is a slip"),
    "specials exact": Weight(0.5, "the specials are exactly its {count}", "specials of several entries share season 0"),
    "last specials": Weight(0.5, "they are the last of the specials", "as the newest ones are"),
    "only special": Weight(1.0, "it is the show's only special", "no other can be meant"),
    "offset": Weight(-0.75, "it starts inside a season", "rarer than a season's start"),
    "ends season": Weight(-0.25, "it is the end of a season", "this place is also guessed without any source"),
    "shared": Weight(-1.0, "episodes share a number", "rare, and sometimes a slip of the source that says so"),
    "guess": Weight(-1.5, "nothing but the count points there", "proposed without a source"),
    "title season agrees": Weight(1.0, "the title says season {season}", "titles count seasons as their makers do"),
    "title season differs": Weight(-1.5, "the title says another season", "Trakt numbers some shows otherwise"),
    # AniBridge: curated ranges, so made for the hard entries.
    "anibridge show": Weight(1.0, "AniBridge names the show", "curated"),
    "anibridge agrees": Weight(2.5, "AniBridge gives these episodes", "right in nine of ten of the hard ones"),
    "anibridge part": Weight(0.0, "AniBridge gives the first of these episodes", "specials need not run on"),
    "anibridge at odds": Weight(-2.0, "AniBridge says a later season on TVDB", "a match by count alone"),
    "anibridge differs": Weight(-2.5, "AniBridge gives other episodes", "as above"),
    "anibridge tvdb agrees": Weight(1.0, "AniBridge gives these numbers on TVDB", "Trakt follows TMDB's order"),
    "anibridge tvdb fits": Weight(2.0, "and there the season ends", "so TVDB and Trakt cut this season alike"),
    "anibridge tvdb differs": Weight(-1.0, "AniBridge gives other numbers on TVDB", "as above"),
    # bangumi-data: TMDB seasons, independent of ScudLee's list.
    "bangumi show": Weight(1.5, "bangumi-data names the show", "kept by hand"),
    "bangumi season agrees": Weight(3.0, "bangumi-data says season {season}", "right in 99 % where it names one"),
    "bangumi season differs": Weight(-3.0, "bangumi-data says another season", "as above"),
    "bangumi first season agrees": Weight(
        1.5, "bangumi-data says the first season", "it leaves the 1 out, and also gaps"
    ),
    "bangumi first season differs": Weight(-1.5, "bangumi-data says no later season", "as above"),
    "bangumi episode agrees": Weight(1.5, "bangumi-data says {first}", "right in eight of nine"),
    "bangumi episode differs": Weight(-0.5, "bangumi-data names another special", "numbers in season 0 move"),
    # Fribb: one season and one offset an entry, from ScudLee's list (TVDB's seasons).
    "fribb show": Weight(0.5, "Fribb's list names the show", "one row per AniDB entry, sequels included"),
    "fribb season agrees": Weight(2.5, "Fribb's list says season {season}", "right in 97 %, but copied from TVDB"),
    "fribb season near": Weight(
        0.0, "Fribb's list says the season's start", "knows no split cours where TVDB has none"
    ),
    "fribb season differs": Weight(-2.5, "Fribb's list says another season", "as above"),
    "fribb offset agrees": Weight(3.5, "Fribb's list says {first}", "an offset is only noted by intent"),
    "fribb offset near": Weight(-1.0, "Fribb's list says another episode of the season", "offsets count TVDB's extras"),
    "fribb offset differs": Weight(-3.0, "Fribb's list says another season", "as above"),
    "fribb special agrees": Weight(1.5, "Fribb's list says {first}", "its numbers in season 0 are TVDB's"),
    "fribb special near": Weight(0.5, "Fribb's list says it is a special", "that much is usually right"),
    "fribb special differs": Weight(-1.5, "Fribb's list says it is a special", "as above"),
    # anitrakt: good show ids, a season that counts cours.
    "anitrakt show": Weight(1.0, "anitrakt names the show", "checked against Trakt itself"),
    "anitrakt season agrees": Weight(0.75, "anitrakt says season {season}", "a running counter of cours"),
    "anitrakt season differs": Weight(-0.75, "anitrakt says another season", "as above"),
    "anitrakt split offset": Weight(
        1.5, "anitrakt knows no season for it", "so it starts inside one, two times in three"
    ),
    "anitrakt split start": Weight(-1.5, "anitrakt knows no season for it", "as above"),
    # The user, TMDB and Trakt's search name a show, no place.
    "override show": Weight(6.0, "overrides.yaml names the show", "the user's word"),
    "tmdb show": Weight(0.5, "TMDB's external ids lead to the show", "a link, no reading of the entry"),
    "search show": Weight(0.0, "a search by title found the show", "never believed without date and count"),
    # Kind of entry and of season.
    "series in specials": Weight(-2.0, "a television series among the specials", "rare"),
    "series in first season": Weight(0.75, "", "three in four series are"),
    "series in later season": Weight(0.0, "", "one in four series is a sequel kept in its prequel's show"),
    "extra in specials": Weight(0.75, "an OVA or special among the specials", "that is what season 0 is for"),
    "extra in first season": Weight(-0.5, "", "only when it has a show of its own"),
    "extra in later season": Weight(-0.5, "", "as above"),
    "ona in specials": Weight(1.0, "a net animation among the specials", "minis that go with a series"),
    "ona in first season": Weight(-0.5, "", "many are minis beside a series"),
    "ona in later season": Weight(0.0, "", "web sequels are seasons as often as not"),
    "film in specials": Weight(0.5, "a film among the specials", "TMDB keeps some there"),
    "film in first season": Weight(-0.5, "a film as a season's episode", "rare"),
    "film in later season": Weight(-0.5, "a film as a season's episode", "rare"),
    "runtime off": Weight(-1.0, "its episodes are much longer or shorter", "minis listed beside a series"),
    # Other entries.
    "rival dated": Weight(-2.0, "another entry began on that day", "each episode belongs to one entry"),
    "rival earlier": Weight(
        -3.0, "an entry that began long before it starts there", "a sequel does not start with its prequel"
    ),
    "rival named": Weight(-1.0, "a television entry starts there", "a special with its series' numbers"),
    "sole": Weight(1.5, "the show has one season and no other entry", "nothing else can be meant"),
    "twin": Weight(
        3.0, "AniList lists this work twice, with one MyAnimeList id", "AniList itself says that they are one"
    ),
    "taken": Weight(-5.0, "another entry of your list has these episodes", "each episode belongs to one entry"),
    "continues": Weight(1.5, "it follows where the entry before it ends", "cours of a season stand in order"),
    # Films.
    "film anitrakt": Weight(3.25, "anitrakt names the film", "checked against Trakt itself"),
    "film bangumi": Weight(2.75, "bangumi-data names the film", "kept by hand"),
    "film fribb": Weight(2.5, "Fribb's list names the film", "shares upstream with AniBridge"),
    "film anibridge": Weight(2.5, "AniBridge names the film", "shares upstream with Fribb"),
    "film override": Weight(9.0, "overrides.yaml names the film", "the user's word"),
    "film tmdb": Weight(0.5, "TMDB's external ids lead to it", "a link"),
    "film search": Weight(0.0, "a search by title found it", "never believed by itself"),
    "film day fits": Weight(3.0, "it came out on the entry's start date", "to the week: festivals come first"),
    "film day off": Weight(-1.5, "it came out at another time", "foreign releases are listed too"),
    "film year fits": Weight(1.5, "the year fits", "many films a year"),
    "film year off": Weight(-3.0, "the year differs", "early screenings move it by one at most"),
    "film title fits": Weight(2.0, "the title is the same", "remakes and recaps share titles"),
    "film title near": Weight(1.0, "the titles share their names", "translated titles keep the names"),
    "film runtime off": Weight(-2.0, "it is much longer or shorter", "a short, or a series cut to a film"),
    "film is series": Weight(-2.0, "the entry has several episodes", "mostly a compilation"),
    "film is extra": Weight(-2.0, "AniList calls it no film", "specials listed as films"),
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


def score_of(names: set[str]) -> float:
    """The sum of the weights."""
    return sum(WEIGHTS[name].value for name in names)
