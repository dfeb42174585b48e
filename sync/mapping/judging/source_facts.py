"""What each dataset says of a place: that it agrees, that it differs, or only that it is the right show."""

from __future__ import annotations

from collections.abc import Iterator

from sync.mapping.judging.count_facts import ends_season, only_first, starts_season
from sync.mapping.layout import Place, Seasons, places_of
from sync.mapping.proposals import Proposal, names_show
from sync.mapping.sources.claims import Claim, Source
from sync.mapping.subject import Subject
from sync.model.mapping import Span


def source_facts(subject: Subject, proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    """Which sources name this show, and whether they agree with this place in it."""
    named = [claim for claim in subject.claims if names_show(claim, seasons.show.ids)]
    for source in Source:
        own = [claim for claim in named if claim.source is source]
        if not own:
            continue
        yield f"{source.name.lower()} show"
        if source is Source.ANIBRIDGE:
            yield from _anibridge(subject, own, proposal, seasons)
        elif source is Source.BANGUMI:
            yield from _bangumi(own, proposal)
        elif source is Source.FRIBB:
            yield from _fribb(own, proposal, seasons)
        elif source is Source.ANITRAKT:
            yield from _anitrakt(own[0], proposal, seasons)


def _anibridge(subject: Subject, claims: list[Claim], proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    """AniBridge's TMDB ranges count; its TVDB ranges only where it has no other."""
    ranged = [claim for claim in claims if claim.spans]
    curated = [claim for claim in ranged if claim.title.owner == "tmdb"]
    if curated and _at_odds(ranged, proposal):
        yield "anibridge at odds"
    for claim in (curated or ranged)[:1]:
        agreed = agrees(claim.spans, proposal, subject.count)
        if agreed and proposal.first[0] == 0 and not covers(claim.spans, proposal):
            yield "anibridge part"
            return
        yield ("anibridge " if curated else "anibridge tvdb ") + ("agrees" if agreed else "differs")
        if agreed and not curated and proposal.first[0] > 0 and ends_season(proposal, seasons):
            yield "anibridge tvdb fits"


def _at_odds(ranged: list[Claim], proposal: Proposal) -> bool:
    """Whether AniBridge's TMDB range starts the first season while its TVDB range starts a later one."""
    starts = {claim.title.owner: (claim.spans[0].season, claim.spans[0].first_episode) for claim in ranged}
    return starts.get("tmdb") == proposal.first == (1, 1) and starts.get("tvdb", (0, 0))[0] > 1


def agrees(spans: tuple[Span, ...], proposal: Proposal, count: int | None) -> bool:
    """Whether ranges put every episode that they know just where the proposal does.

    While the entry's ``count`` is unknown, a proposal that stops before the ranges do does not agree with them.
    """
    ours: dict[int, set[Place]] = {}
    for episode, place in proposal.places:
        ours.setdefault(episode, set()).add(place)
    if count is None and any(span.from_ep > max(ours) for span in spans):
        return False
    known = {episode: set(places_of(spans, episode)) for episode in ours}
    return any(known.values()) and all(ours[episode] == places for episode, places in known.items() if places)


def covers(spans: tuple[Span, ...], proposal: Proposal) -> bool:
    """Whether ranges know every episode that the proposal places."""
    return all(any(places_of(spans, episode)) for episode, _ in proposal.places)


def _bangumi(claims: list[Claim], proposal: Proposal) -> Iterator[str]:
    """Without a season it means the first; a long runner has several items, of which any may fit."""
    best = max(_bangumi_grade(claim, proposal) for claim in claims)
    yield "bangumi " + BANGUMI_GRADES[best]


BANGUMI_GRADES = {
    3: "episode agrees",
    2: "season agrees",
    1: "first season agrees",
    0: "episode differs",
    -1: "first season differs",
    -2: "season differs",
}


def _bangumi_grade(claim: Claim, proposal: Proposal) -> int:
    season = 1 if claim.season is None else claim.season
    if all(place[0] != season for _, place in proposal.places):
        return -1 if claim.season is None else -2
    if claim.first_episode is not None:
        return 3 if only_first(proposal) == (season, claim.first_episode) else 0
    return 1 if claim.season is None else 2


def _fribb(claims: list[Claim], proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    """TMDB's and TVDB's numbers are one voice here (mostly copies of each other): the better of both counts."""
    ranked = [(_fribb_grade(claim, proposal, seasons), claim) for claim in claims if claim.season is not None]
    if not ranked:
        return
    best, claim = max(ranked, key=lambda item: (item[0], item[1].title.owner == "tmdb"))
    kind = "special" if claim.season == 0 else "offset" if (claim.first_episode or 1) != 1 else "season"
    yield f"fribb {kind} " + ("differs", "near", "agrees")[best]


def _fribb_grade(claim: Claim, proposal: Proposal, seasons: Seasons) -> int:
    season = seasons.season(claim.season or 0)
    first = claim.first_episode or 1
    named = {(claim.season, first)}
    if 0 < first <= len(season):
        named.add((claim.season, season[first - 1].number))
    if only_first(proposal) in named:
        return 2
    return 1 if any(place[0] == claim.season for _, place in proposal.places) else 0


def _anitrakt(claim: Claim, proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    if claim.split:
        yield "anitrakt split " + ("start" if starts_season(proposal.first, seasons) else "offset")
    elif claim.season is not None:
        yield "anitrakt season agrees" if proposal.first[0] == claim.season else "anitrakt season differs"
