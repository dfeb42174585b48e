"""Entries of one show seen together: who follows whom, and who stands on another's episodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sync.mapping.alignments import alignment_of, names_show, run_from
from sync.mapping.anime import Anime
from sync.mapping.judgement import Judgement, candidates_in, judged_shows
from sync.mapping.judging.facts import facts_of
from sync.mapping.judging.rivals import Company, sibling_on_list
from sync.mapping.judging.verdict import ShowCandidate, judge_show
from sync.mapping.judging.weights import CLASH_GAP
from sync.mapping.knowledge import Knowledge
from sync.mapping.layout import Place, Seasons, all_places
from sync.mapping.sources.claims import Source
from sync.model.anilist import Media
from sync.model.evidence import Fact
from sync.model.mapping import Resolution


@dataclass(frozen=True, slots=True)
class Holder:
    """An entry that is resolved, with the episodes it holds in a show.

    A ``settled`` one (remembered, or by an override) is not moved.
    """

    media: Media
    places: frozenset[Place]
    last: Place | None
    score: float = 0.0
    settled: bool = False


def holders(
    judgements: Mapping[int, Judgement], settled: Iterable[tuple[Media, Resolution]], known: Knowledge
) -> dict[int, list[Holder]]:
    """Who holds which episodes, by Trakt show id."""
    found: dict[int, list[Holder]] = defaultdict(list)
    for judgement in judgements.values():
        best = judgement.best
        if best is not None:
            places = frozenset(where for _, where in best.alignment.places)
            last = best.alignment.last if judgement.anime.count else None
            found[best.seasons.show.ids.trakt].append(Holder(judgement.anime.media, places, last, best.score))
    for media, resolution in settled:
        seasons = known.seasons(resolution.title.ids.trakt) if resolution.title and resolution.spans else None
        if resolution.title is not None and seasons is not None and resolution.verdict.is_certain:
            listed = [where for _, where in all_places(resolution.spans, seasons) if where in seasons]
            last = listed[-1] if listed and media.episodes else None
            found[resolution.title.ids.trakt].append(Holder(media, frozenset(listed), last, settled=True))
    return found


def look_again(judgement: Judgement, held: Mapping[int, Sequence[Holder]], known: Knowledge) -> Judgement:
    """An unsure entry once more, with the knowledge of which episodes its neighbours hold and where they end; also in
    shows that only its relatives lead to."""
    anime = judgement.anime
    shows = {each.seasons.show.ids.trakt: each.seasons for each in judgement.shows}
    related = _shows_of_relatives(anime, held, known)
    if not any(held.get(trakt_id) for trakt_id in (*shows, *related)):
        return judgement
    ranked: list[ShowCandidate] = []
    for trakt_id, seasons in {**related, **shows}.items():
        mine = [each for each in judgement.shows if each.seasons is seasons]
        ranked += _with_neighbours(anime, seasons, mine, held.get(trakt_id, ()), known)
    again = judged_shows(anime, ranked)
    return again if again.verdict.is_certain else replace(judgement, shows=again.shows)


def _shows_of_relatives(anime: Anime, held: Mapping[int, Sequence[Holder]], known: Knowledge) -> dict[int, Seasons]:
    """The shows in which entries of the list lie that this one continues or belongs to, by relation or by name."""
    before = anime.before | known.namesakes(anime)
    found = {}
    for trakt_id, holding in held.items():
        seasons = (
            known.seasons(trakt_id) if before and any(each.media.anilist_id in before for each in holding) else None
        )
        if seasons is not None:
            found[trakt_id] = seasons
    return found


def _with_neighbours(
    anime: Anime, seasons: Seasons, mine: Sequence[ShowCandidate], held: Sequence[Holder], known: Knowledge
) -> Iterable[ShowCandidate]:
    others = [each for each in held if not same_work(each.media, anime.media)]
    before = anime.before | known.namesakes(anime)
    is_related = any(each.media.anilist_id in before for each in others)
    company = known.company(seasons, anime)
    strangers = [each for each in others if all(each.media.anilist_id != one.anilist_id for one in company.rivals)]
    if strangers or not mine:
        company = company.joined_by(sibling_on_list(each.media, min(each.places, default=None)) for each in strangers)
        sources = {Source.RELATION} if is_related else {Source.SEARCH}
        mine = candidates_in(
            anime,
            seasons,
            company,
            {*sources, *(claim.source for claim in anime.claims if names_show(claim, seasons.show.ids))},
        )
    follows = _next_place(anime, seasons, others, company)
    by_spans = {each.alignment.spans: each for each in mine}
    if follows is not None:
        alignment = alignment_of(run_from(follows, anime.count, seasons), anime, seasons, "continuation")
        if alignment is not None and alignment.spans not in by_spans:
            facts = facts_of(anime, alignment, seasons, company)
            by_spans[alignment.spans] = judge_show(seasons, alignment, facts)
    for judged in by_spans.values():
        facts = set(judged.facts)
        if is_related:
            facts.add(Fact.RELATED_SHOW)
        if any(where in each.places for each in others for _, where in judged.alignment.places):
            facts.add(Fact.TAKEN)
        if judged.alignment.first == follows:
            facts = (facts | {Fact.CONTINUES}) - {Fact.GUESS, Fact.NOBODY_BEFORE}
        yield judge_show(seasons, judged.alignment, facts)


def _next_place(anime: Anime, seasons: Seasons, others: Sequence[Holder], company: Company) -> Place | None:
    """Behind the last episode of the entry that came just before this one, if no other is known to lie between."""
    if anime.start is None:
        return None
    before = [
        (start, each)
        for each in others
        if each.last is not None and each.last[0] > 0 and (start := each.media.start_date.to_date()) is not None
        if start < anime.start
    ]
    if not before:
        return None
    start, previous = max(before, key=lambda item: (item[0], item[1].media.anilist_id))
    for sibling in company.rivals:
        if sibling.is_series and sibling.start is not None and start < sibling.start < anime.start:
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


def film_clashes(judgements: Mapping[int, Judgement], settled: Iterable[tuple[Media, Resolution]]) -> set[int]:
    """The AniList ids that must give way because two entries are one film, unless AniList lists the work twice."""
    owners: dict[int, list[tuple[Media, float, bool]]] = defaultdict(list)
    for judgement in judgements.values():
        if judgement.film is not None:
            owners[judgement.film.title.ids.trakt].append((judgement.anime.media, judgement.film.score, False))
    for media, resolution in settled:
        if resolution.title is not None and resolution.verdict.is_certain and not resolution.spans:
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
