"""A mapping in words: why it is so, what stands in its way, what speaks for and against a candidate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import (
    CachedMapping,
    Candidate,
    Drift,
    DriftKind,
    Override,
    Resolution,
    Span,
    Verdict,
)
from sync.model.trakt import Kind, TraktTitle
from sync.report.numbers_and_days import format_span, joined

SAYS = {
    Fact.START_DAY: "{first} aired on the entry's start date",
    Fact.START_CROWD: "{first} came out on the start date, with other specials",
    Fact.START_NEAR: "{first} aired within three days of the start date",
    Fact.START_WEEKS: "{first} aired weeks off the start date",
    Fact.START_MONTHS: "{first} aired months off the start date",
    Fact.START_FAR: "{first} aired long before or after the start date",
    Fact.AIRED_BEFORE: "{first} aired before the entry began",
    Fact.MONTH_FITS: "{first} aired in the month in which the entry began",
    Fact.MONTH_OFF: "{first} aired in another month",
    Fact.YEAR_FITS: "{first} aired in the entry's year",
    Fact.YEAR_OFF: "{first} aired in another year",
    Fact.END_DAY: "{last} aired on its end date",
    Fact.END_NEAR: "{last} aired within three days of its end date",
    Fact.END_WEEKS: "{last} aired within weeks of its end date",
    Fact.END_MONTHS: "{last} aired months off its end date",
    Fact.END_FAR: "{last} aired long before or after its end date",
    Fact.END_OUT_OF_STEP: "the run ends out of step with the entry",
    Fact.AIRING_FITS: "its next episode is dated as AniList says",
    Fact.AIRING_IN_STEP: "its next episode is off by as many days as its first",
    Fact.AIRING_OFF: "its next episode airs at another time there",
    Fact.FOLLOWED: "another entry begins right behind it",
    Fact.AIRS_FASTER: "its episodes air faster than those there",
    Fact.SHIFTED: "the whole run is off by the same number of days",
    Fact.SHOW_YEAR_FITS: "the show began in the entry's year",
    Fact.SHOW_YEAR_OFF: "the show began in another year",
    Fact.COUNT_EXACT: "season {season} has exactly its {count} episodes",
    Fact.SEASONS_EXACT: "its {count} episodes fill whole seasons",
    Fact.NUMBERS_RUN_ON: "the seasons' numbers run on",
    Fact.PART_OF_SEASON: "the season has more episodes than the entry",
    Fact.TOO_FEW: "Trakt lists too few episodes there",
    Fact.INCOMPLETE: "Trakt lists the first of its episodes",
    Fact.NOT_LISTED: "Trakt does not list {first}",
    Fact.NOT_LISTED_YET: "Trakt does not list {first} yet",
    Fact.OVERFLOW: "it would end in the midst of a later season",
    Fact.MIXED: "it has specials and regular episodes",
    Fact.OUT_OF_ORDER: "its episodes would not be in the order in which they aired",
    Fact.COLLAPSED: "many episodes would be one, or one many",
    Fact.RUNTIME_FITS: "the running times fit",
    Fact.SHARED_DISPUTED: "another source names one number only",
    Fact.SPECIALS_EXACT: "the specials are exactly its {count}",
    Fact.LAST_SPECIALS: "they are the last of the specials",
    Fact.ONLY_SPECIAL: "it is the show's only special",
    Fact.OFFSET: "it starts inside a season",
    Fact.ENDS_SEASON: "it is the end of a season",
    Fact.SHARED: "episodes share a number",
    Fact.GUESS: "nothing but the count points there",
    Fact.NOBODY_BEFORE: "nobody is known for the episodes before {first}",
    Fact.NOBODY_BEHIND: "nobody is known for the episodes behind {last}",
    Fact.SKIPS_RECAP: "it leaves out what Trakt calls a recap",
    Fact.SEQUEL_AT_START: "a sequel does not begin where its show begins",
    Fact.EXTRA_INSIDE: "a source names a special among its episodes",
    Fact.TITLE_SEASON_AGREES: "the title says season {season}",
    Fact.TITLE_SEASON_DIFFERS: "the title says another season",
    Fact.ANIBRIDGE_SHOW: "AniBridge names the show",
    Fact.ANIBRIDGE_AGREES: "AniBridge gives these episodes",
    Fact.ANIBRIDGE_PART: "AniBridge gives the first of these episodes",
    Fact.ANIBRIDGE_AT_ODDS: "AniBridge says a later season on TVDB",
    Fact.ANIBRIDGE_NEAR: "AniBridge gives other specials",
    Fact.ANIBRIDGE_DIFFERS: "AniBridge gives other episodes",
    Fact.ANIBRIDGE_TVDB_AGREES: "AniBridge gives these numbers on TVDB",
    Fact.ANIBRIDGE_TVDB_FITS: "and there the season ends",
    Fact.ANIBRIDGE_TVDB_DIFFERS: "AniBridge gives other numbers on TVDB",
    Fact.BANGUMI_SHOW: "bangumi-data names the show",
    Fact.BANGUMI_SEASON_AGREES: "bangumi-data says season {season}",
    Fact.BANGUMI_SEASON_DIFFERS: "bangumi-data says another season",
    Fact.BANGUMI_FIRST_SEASON_AGREES: "bangumi-data says the first season",
    Fact.BANGUMI_FIRST_SEASON_DIFFERS: "bangumi-data says no later season",
    Fact.BANGUMI_EPISODE_AGREES: "bangumi-data says {first}",
    Fact.BANGUMI_EPISODE_DIFFERS: "bangumi-data names another special",
    Fact.FRIBB_SHOW: "Fribb's list names the show",
    Fact.FRIBB_SEASON_AGREES: "Fribb's list says season {season}",
    Fact.FRIBB_SEASON_NEAR: "Fribb's list says the season's start",
    Fact.FRIBB_SEASON_DIFFERS: "Fribb's list says another season",
    Fact.FRIBB_OFFSET_AGREES: "Fribb's list says {first}",
    Fact.FRIBB_OFFSET_NEAR: "Fribb's list says another episode of the season",
    Fact.FRIBB_OFFSET_DIFFERS: "Fribb's list says another season",
    Fact.FRIBB_SPECIAL_AGREES: "Fribb's list says {first}",
    Fact.FRIBB_SPECIAL_NEAR: "Fribb's list says it is a special",
    Fact.FRIBB_SPECIAL_DIFFERS: "Fribb's list says it is a special",
    Fact.ANITRAKT_SHOW: "anitrakt names the show",
    Fact.ANITRAKT_SEASON_AGREES: "anitrakt says season {season}",
    Fact.ANITRAKT_SEASON_DIFFERS: "anitrakt says another season",
    Fact.ANITRAKT_SPLIT_OFFSET: "anitrakt knows no season for it",
    Fact.ANITRAKT_SPLIT_START: "anitrakt knows no season for it",
    Fact.OVERRIDE_SHOW: "overrides.yaml names the show",
    Fact.TMDB_SHOW: "TMDB's external ids lead to the show",
    Fact.RELATED_SHOW: "a work that AniList relates it to lies in the show",
    Fact.SHOW_TITLE_FITS: "the show has its title",
    Fact.SHOW_TITLE_NEAR: "the show's title shares its names",
    Fact.SEARCH_SHOW: "a search by title found the show",
    Fact.SERIES_IN_SPECIALS: "a television series among the specials",
    Fact.EXTRA_IN_SPECIALS: "an OVA or special among the specials",
    Fact.ONA_IN_SPECIALS: "a net animation among the specials",
    Fact.FILM_IN_SPECIALS: "a film among the specials",
    Fact.FILM_IN_FIRST_SEASON: "a film as a season's episode",
    Fact.FILM_IN_LATER_SEASON: "a film as a season's episode",
    Fact.RIVAL_DATED: "another entry began on that day",
    Fact.RIVAL_EARLIER: "an entry that began long before it starts there",
    Fact.RIVAL_NAMED: "a television entry starts there",
    Fact.SOLE: "the show has one season and no other entry",
    Fact.TWIN: "AniList lists this work twice, with one MyAnimeList id",
    Fact.TAKEN: "another entry of your list has these episodes",
    Fact.CONTINUES: "it follows where the entry before it ends",
    Fact.FILM_ANITRAKT: "anitrakt names the film",
    Fact.FILM_BANGUMI: "bangumi-data names the film",
    Fact.FILM_FRIBB: "Fribb's list names the film",
    Fact.FILM_ANIBRIDGE: "AniBridge names the film",
    Fact.FILM_OVERRIDE: "overrides.yaml names the film",
    Fact.FILM_TMDB: "TMDB's external ids lead to it",
    Fact.FILM_SEARCH: "a search by title found it",
    Fact.FILM_DAY_FITS: "it came out on the entry's start date",
    Fact.FILM_DAY_OFF: "it came out at another time",
    Fact.FILM_YEAR_FITS: "the year fits",
    Fact.FILM_YEAR_OFF: "the year differs",
    Fact.FILM_TITLE_FITS: "the title is the same",
    Fact.FILM_TITLE_LIKE: "the title is nearly the same",
    Fact.FILM_TITLE_NEAR: "the titles share their names",
    Fact.FILM_RUNTIME_OFF: "it is much longer or shorter",
    Fact.FILM_IS_SERIES: "the entry has several episodes",
    Fact.FILM_IS_EXTRA: "AniList calls it no film",
}
"""Sentences about a place; {first} and {last} are its first and last episode on Trakt, {season} is that of the first,
{count} the number of episodes. A fact without a sentence is not worth one."""

SPEAKERS = {
    "anibridge": "AniBridge",
    "bangumi": "bangumi-data",
    "fribb": "Fribb's list",
    "anitrakt": "anitrakt",
    "override": "overrides.yaml",
}
"""Who says it, by the first word of a fact's name."""
FILM_SPEAKERS = {
    Fact.FILM_ANIBRIDGE: "AniBridge",
    Fact.FILM_BANGUMI: "bangumi-data",
    Fact.FILM_FRIBB: "Fribb's list",
    Fact.FILM_ANITRAKT: "anitrakt",
    Fact.FILM_OVERRIDE: "overrides.yaml",
}
NAMES_EPISODE = frozenset(
    {
        Fact.ANIBRIDGE_AGREES,
        Fact.ANIBRIDGE_PART,
        Fact.ANIBRIDGE_TVDB_AGREES,
        Fact.BANGUMI_EPISODE_AGREES,
        Fact.FRIBB_OFFSET_AGREES,
        Fact.FRIBB_SPECIAL_AGREES,
    }
)
"""A source names the very episode."""
NAMES_SEASON = NAMES_EPISODE - {Fact.ANIBRIDGE_PART} | {
    Fact.ANITRAKT_SEASON_AGREES,
    Fact.ANITRAKT_SPLIT_OFFSET,
    Fact.BANGUMI_FIRST_SEASON_AGREES,
    Fact.BANGUMI_SEASON_AGREES,
    Fact.FRIBB_SEASON_AGREES,
    Fact.TITLE_SEASON_AGREES,
}
NAMES_SHOW = frozenset(
    {Fact.ANIBRIDGE_SHOW, Fact.BANGUMI_SHOW, Fact.FRIBB_SHOW, Fact.ANITRAKT_SHOW, Fact.OVERRIDE_SHOW}
)
TOLD = (
    Fact.START_DAY,
    Fact.START_NEAR,
    Fact.START_CROWD,
    Fact.COUNT_EXACT,
    Fact.SEASONS_EXACT,
    Fact.END_DAY,
    Fact.CONTINUES,
    Fact.TWIN,
)
"""Facts of the calendar and the counts that are told in a reason, the most telling first."""
FILM_TOLD = (Fact.FILM_DAY_FITS, Fact.FILM_YEAR_FITS, Fact.FILM_TITLE_FITS)
FEW = 3
"""Reasons told in one sentence."""

REASONS = {
    Reason.UNANSWERED: "Trakt has not answered yet",
    Reason.UNKNOWN: "no source knows it",
    Reason.NO_EPISODE: "Trakt lists no episode where a source points",
    Reason.NO_FILM: "Trakt has none of the films that sources name",
    Reason.NOT_LISTED: "Trakt does not list it yet",
    Reason.TOO_FEW: "Trakt lists fewer episodes there than the entry has",
    Reason.FILM_AMONG_SPECIALS: "only TVDB's list keeps the film among the specials",
    Reason.TOO_LITTLE: "too little speaks for it",
    Reason.OTHER_TIME: "it aired at another time",
    Reason.OTHER_DAYS: "it begins on its day, and a later episode airs on another day than Trakt says",
    Reason.OTHER_PACE: "its episodes air faster than those that Trakt lists",
    Reason.ONLY_FIRST_EPISODES: "AniBridge knows only its first episodes, and specials need not run on",
    Reason.NOBODY_BEFORE: "it would begin inside a season, and nobody is known for the episodes before",
    Reason.NOBODY_BEHIND: "the season has more episodes, and the end date does not say which are its own",
    Reason.SEQUEL_AT_START: "it is a later part, and would stand where its show begins",
    Reason.END_UNCONFIRMED: "nothing confirms where the run of specials ends",
    Reason.EXTRA_INSIDE: "a source names a special among its episodes, and where it stands is not known yet",
    Reason.SERIES_AMONG_SPECIALS: "only dates put the series among the specials",
    Reason.COLLAPSED: "a source makes one of many episodes, and nothing bears it out",
    Reason.OTHER_END: "its last episode aired at another time",
    Reason.UNCONFIRMED: "neither air date, count nor a second source confirms it",
    Reason.OTHER_PLACE: "another place fits nearly as well",
    Reason.ONLY_SEARCH: "only a search by title found it",
    Reason.OTHER_FILM: "another film fits nearly as well",
    Reason.FILM_OR_EPISODE: "it may be a film or an episode of a show",
    Reason.TAKEN: "another entry has the same episodes",
}


def explain(mapping: Resolution | CachedMapping) -> str:
    """Why a mapping is as it is, as one plain sentence without a full stop; it never tells the entry's title.

    ``ep 1–10 → S3E13–22, because AniBridge and bangumi-data say season 3 and S3E13 aired on the entry's start date``.
    """
    override = mapping.override if isinstance(mapping, Resolution) else None
    if mapping.reason is Reason.SKIPPED:
        return f"left out by line {override.line} of the overrides: {override.skip}" if override else "left out"
    if mapping.verdict.is_certain and mapping.title is not None:
        because = _because(mapping, mapping.title, override)
        what = _film(mapping.title) if mapping.title.kind is Kind.MOVIE else describe_spans(mapping.spans)
        said = f"{what}, because {because}" if because else what
        return f"provisionally {said}" if mapping.verdict is Verdict.PROVISIONAL else said
    if override is not None:
        return f"line {override.line} of the overrides: {_refusal(override, mapping.title)}"
    return REASONS.get(mapping.reason, "") if mapping.reason else ""


def explain_candidate(candidate: Candidate) -> tuple[list[str], list[str]]:
    """What speaks for a candidate and what against it, the weightiest first; without a sentence the fact's name."""
    words = _words(candidate.spans)
    speaking: tuple[list[str], list[str]] = ([], [])
    for each in candidate.evidence:
        if each.weight:
            speaking[each.weight < 0].append(SAYS[each.fact].format(**words) if each.fact in SAYS else each.fact.value)
    return speaking


def explain_drift(drift: Drift) -> str:
    """What moved, as one plain sentence without a full stop."""
    spans = describe_spans(drift.spans)
    if drift.kind is DriftKind.GONE:
        return f"Trakt no longer has {drift.title.url}, where {spans} was"
    if drift.kind is DriftKind.PROVED_ELSEWHERE:
        return f"it stood provisionally in {drift.title.url} as {spans}, and what is known by now says otherwise"
    return f"Trakt re-cut {drift.title.url}: {spans} no longer holds the same episodes"


def describe_spans(spans: Sequence[Span]) -> str:
    """``ep 1–12 → S1E1–12, ep 13 → S0E3``."""
    return ", ".join("ep " + " → ".join(format_span(span)) for span in spans)


def _because(mapping: Resolution | CachedMapping, title: TraktTitle, override: Override | None) -> str:
    if mapping.reason is Reason.OVERRIDE:
        return f"line {override.line} of the overrides says so" if override else "overrides.yaml says so"
    facts = [each.fact for each in mapping.evidence]
    if title.kind is Kind.MOVIE:
        speakers = [who for fact, who in FILM_SPEAKERS.items() if fact in facts]
        reasons = [f"{joined(speakers)} {'name' if len(speakers) > 1 else 'names'} it"] if speakers else []
        return joined([*reasons, *(SAYS[fact] for fact in FILM_TOLD if fact in facts)][:FEW])
    words = _words(mapping.spans)
    told = [SAYS[fact].format(**words) for fact in TOLD if fact in facts]
    return joined([*_who_says(facts, mapping.spans), *told][:FEW])


def _film(title: TraktTitle) -> str:
    return f"the film of {title.year}" if title.year else "the film"


def _who_says(facts: Collection[Fact], spans: Sequence[Span]) -> list[str]:
    """Which sources agree with the place; failing that, which name the show."""
    season = spans[0].season
    agreeing = _speakers(facts, NAMES_SEASON)
    if season == 0 or spans[-1].season != season:
        exact = _speakers(facts, NAMES_EPISODE)
        rest = [who for who in agreeing if who not in exact]
        return [*_say(exact, _words(spans)["first"]), *_say(rest, "a special" if season == 0 else f"season {season}")]
    return _say(agreeing, f"season {season}") if agreeing else _say(_speakers(facts, NAMES_SHOW), "this show")


def _speakers(facts: Iterable[Fact], which: Collection[Fact]) -> list[str]:
    first_words = {fact.value.partition(" ")[0] for fact in facts if fact in which}
    return [who for word, who in SPEAKERS.items() if word in first_words]


def _say(speakers: Sequence[str], what: str) -> list[str]:
    return [f"{joined(speakers)} {'say' if len(speakers) > 1 else 'says'} {what}"] if speakers else []


def _words(spans: Sequence[Span]) -> dict[str, str]:
    if not spans:
        return {}
    first, last = spans[0], spans[-1]
    end = last.first_episode + (last.to_ep or last.from_ep) - last.from_ep
    return {
        "first": f"S{first.season}E{first.first_episode}",
        "last": f"S{last.season}E{end}",
        "season": str(first.season),
        "count": str(last.to_ep or "?"),
    }


def _refusal(override: Override, title: TraktTitle | None) -> str:
    if title is not None:
        where = describe_spans(override.spans) or f"season {override.season}"
        return f"Trakt lists none of {where} in {title.url}"
    ref = override.title
    return f"Trakt has no {ref.kind.value} with {ref.owner} id {ref.value}" if ref else "Trakt has no such title"


def evidence_names(evidence: Iterable[Evidence]) -> str:
    """The bare names of the facts, for an entry whose title must not be told."""
    return ", ".join(dict.fromkeys(each.fact.value for each in evidence))
