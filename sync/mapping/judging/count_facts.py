"""How an entry's episodes fill what Trakt lists."""

from __future__ import annotations

from collections.abc import Iterator

from sync.mapping.layout import Place, Seasons
from sync.mapping.proposals import Proposal, names_show, numbers_run_on
from sync.mapping.subject import Subject

GUESSES = frozenset({"season end", "many seasons"})
"""Proposals that only the counts make."""


def count_facts(subject: Subject, proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    """The names of what the counts say of this place."""
    if subject.count is not None and len({episode for episode, _ in proposal.places}) < subject.count:
        yield "too few"
    elif proposal.first[0] == 0:
        yield from _among_specials(subject, proposal, seasons)
    elif starts_season(proposal.first, seasons) and subject.count is not None:
        yield _from_start(proposal, seasons)
    elif proposal.last[0] > proposal.first[0] and subject.count is not None:
        yield "overflow"
    if subject.count is None and proposal.last[0] > proposal.first[0] and numbers_run_on(seasons):
        yield "numbers run on"
    if proposal.first[0] > 0 and not starts_season(proposal.first, seasons):
        yield from _inside(proposal, seasons)
    if proposal.shared:
        yield "shared"
        if is_disputed(subject, proposal, seasons):
            yield "shared disputed"
    if len({place[0] == 0 for _, place in proposal.places}) > 1:
        yield "mixed"


def _among_specials(subject: Subject, proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    listed = len(seasons.season(0))
    if listed == subject.count:
        yield "only special" if listed == 1 else "specials exact"
    elif (subject.count or 0) > 1 and ends_season(proposal, seasons):
        yield "last specials"


def _from_start(proposal: Proposal, seasons: Seasons) -> str:
    """How much of its season (or seasons) an entry fills that begins where the season begins."""
    if len({place for _, place in proposal.places}) == len(seasons.season(proposal.first[0])):
        return "count exact"
    if proposal.last[0] > proposal.first[0]:
        return "seasons exact" if ends_season(proposal, seasons) else "overflow"
    return "part of season"


def _inside(proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    yield "offset"
    if ends_season(proposal, seasons):
        yield "ends season"
    if proposal.by <= GUESSES:
        yield "guess"


def starts_season(place: Place, seasons: Seasons) -> bool:
    """Whether this is the first episode that Trakt lists in its season."""
    return place[1] == seasons.season(place[0])[0].number


def ends_season(proposal: Proposal, seasons: Seasons) -> bool:
    """Whether the run ends with the last episode that Trakt lists in its season."""
    return proposal.last[1] == seasons.season(proposal.last[0])[-1].number


def only_first(proposal: Proposal) -> Place | None:
    """Where episode 1 goes, if it goes to one place only: a source that names one number means no double episode."""
    first = [place for episode, place in proposal.places if episode == proposal.places[0][0]]
    return first[0] if len(first) == 1 else None


def is_disputed(subject: Subject, proposal: Proposal, seasons: Seasons) -> bool:
    """Whether a source names one single number for an episode that another spreads over several."""
    if only_first(proposal) is not None:
        return False
    own = {place for _, place in proposal.places}
    return any(
        claim.first_episode is not None and (claim.season, claim.first_episode) in own
        for claim in subject.claims
        if names_show(claim, seasons.show.ids)
    )
