"""Entries of one show seen together: who follows whom, and who stands on another's episodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sync.mapping.judging.facts import facts
from sync.mapping.judging.verdict import Judged, judge
from sync.mapping.judging.weights import CLASH_GAP
from sync.mapping.layout import Place, Seasons, all_places
from sync.mapping.placement import Placement, judged_shows
from sync.mapping.proposals import Proposal, run_from
from sync.mapping.subject import Subject
from sync.mapping.world import World
from sync.model.anilist import Media
from sync.model.mapping import Resolution, Verdict

CLASH = "another entry has the same episodes"


@dataclass(frozen=True, slots=True)
class Holder:
    """An entry that is resolved, with the episodes it holds in a show. A settled one (cached, told) is not moved."""

    media: Media
    places: frozenset[Place]
    last: Place | None
    score: float = 0.0
    settled: bool = False


def holders(
    placements: Mapping[int, Placement], settled: Iterable[tuple[Media, Resolution]], world: World
) -> dict[int, list[Holder]]:
    """Who holds which episodes, by Trakt show id."""
    found: dict[int, list[Holder]] = defaultdict(list)
    for placement in placements.values():
        best = placement.best
        if best is not None:
            places = frozenset(where for _, where in best.proposal.places)
            last = best.proposal.last if placement.subject.count else None
            found[best.seasons.show.ids.trakt].append(Holder(placement.subject.media, places, last, best.score))
    for media, resolution in settled:
        seasons = world.seasons(resolution.title.ids.trakt) if resolution.title and resolution.spans else None
        if resolution.title is not None and seasons is not None and resolution.verdict is Verdict.RESOLVED:
            listed = [where for _, where in all_places(resolution.spans, seasons) if where in seasons]
            last = listed[-1] if listed and media.episodes else None
            found[resolution.title.ids.trakt].append(Holder(media, frozenset(listed), last, settled=True))
    return found


def look_again(placement: Placement, held: Mapping[int, Sequence[Holder]], world: World) -> Placement:
    """An unsure entry once more, with the knowledge of which episodes its neighbours hold and where they end."""
    ids = {each.seasons.show.ids.trakt: each.seasons for each in placement.shows}
    if not any(held.get(trakt_id) for trakt_id in ids):
        return placement
    ranked: list[Judged] = []
    for trakt_id, seasons in ids.items():
        mine = [each for each in placement.shows if each.seasons is seasons]
        ranked += _with_neighbours(placement.subject, seasons, mine, held.get(trakt_id, ()), world)
    again = judged_shows(placement.subject, sorted(ranked, key=lambda each: each.key))
    return again if again.verdict is Verdict.RESOLVED else replace(placement, shows=again.shows)


def _with_neighbours(
    subject: Subject, seasons: Seasons, mine: Sequence[Judged], held: Sequence[Holder], world: World
) -> Iterable[Judged]:
    others = [each for each in held if not same_work(each.media, subject.media)]
    follows = _next_place(subject, seasons, others, world)
    by_first = {each.proposal.places: each for each in mine}
    if follows is not None:
        spans = run_from(follows, subject.count, seasons)
        places = tuple((episode, where) for episode, where in all_places(spans, seasons) if where in seasons)
        if places and places not in by_first:
            proposal = Proposal(spans, places, {"continuation"})
            by_first[places] = judge(
                seasons, proposal, facts(subject, proposal, seasons, world.siblings(seasons, subject))
            )
    for judged in by_first.values():
        names = set(judged.names)
        if any(where in each.places for each in others for _, where in judged.proposal.places):
            names.add("taken")
        if judged.proposal.first == follows:
            names = (names | {"continues"}) - {"guess"}
        yield judge(seasons, judged.proposal, names)


def _next_place(subject: Subject, seasons: Seasons, others: Sequence[Holder], world: World) -> Place | None:
    """Behind the last episode of the entry that came just before this one, if no other is known to lie between."""
    if subject.start is None:
        return None
    before = [
        (start, each)
        for each in others
        if each.last is not None and each.last[0] > 0 and (start := each.media.start_date.to_date()) is not None
        if start < subject.start
    ]
    if not before:
        return None
    start, previous = max(before, key=lambda item: (item[0], item[1].media.anilist_id))
    for sibling in world.siblings(seasons, subject):
        if sibling.is_series and sibling.start is not None and start < sibling.start < subject.start:
            return None
    running = seasons.running()
    at = next((i for i, each in enumerate(running) if (each.season, each.number) == previous.last), None)
    follower = running[at + 1] if at is not None and at + 1 < len(running) else None
    return None if follower is None else (follower.season, follower.number)


def same_work(one: Media, other: Media) -> bool:
    """Whether AniList lists one work twice: both pages have one MyAnimeList id."""
    return one.mal_id is not None and one.mal_id == other.mal_id


def clashes(held: Mapping[int, Sequence[Holder]]) -> set[int]:
    """The AniList ids that must give way: of two entries on one episode only a clearly better one keeps it."""
    losers: set[int] = set()
    for group in held.values():
        owners: dict[Place, list[Holder]] = defaultdict(list)
        for holder in group:
            for where in holder.places:
                owners[where].append(holder)
        for several in owners.values():
            for one in several:
                losers |= {one.media.anilist_id for other in several if one is not other and _loses(one, other)}
    return losers


def _loses(one: Holder, other: Holder) -> bool:
    if one.settled or same_work(one.media, other.media):
        return False
    return other.settled or one.score < other.score + CLASH_GAP


def film_clashes(placements: Mapping[int, Placement], settled: Iterable[tuple[Media, Resolution]]) -> set[int]:
    """The same for films: two entries on one film, unless AniList lists the work twice."""
    owners: dict[int, list[tuple[Media, float, bool]]] = defaultdict(list)
    for placement in placements.values():
        if placement.film is not None:
            owners[placement.film.title.ids.trakt].append((placement.subject.media, placement.film.score, False))
    for media, resolution in settled:
        if resolution.title is not None and resolution.verdict is Verdict.RESOLVED and not resolution.spans:
            owners[resolution.title.ids.trakt].append((media, 0.0, True))
    losers: set[int] = set()
    for several in owners.values():
        for media, score, fixed in several:
            for other, other_score, other_fixed in several:
                if other is media or fixed or same_work(media, other):
                    continue
                if other_fixed or score < other_score + CLASH_GAP:
                    losers.add(media.anilist_id)
    return losers
