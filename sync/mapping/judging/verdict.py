"""From the facts of all proposals to one verdict. The score orders; only proof resolves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.mapping.judging.weights import MIN_GAP, MIN_SCORE, score_of
from sync.mapping.layout import Seasons
from sync.mapping.proposals import Proposal
from sync.mapping.subject import Subject
from sync.model.anilist import MediaStatus
from sync.model.mapping import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal in its show, with its facts and their sum."""

    seasons: Seasons
    proposal: Proposal
    names: frozenset[str]
    score: float

    @property
    def key(self) -> tuple[float, int, tuple[tuple[int, tuple[int, int]], ...]]:
        """Best first; ties in an order that does not depend on the input's."""
        return (-self.score, self.seasons.show.ids.trakt, self.proposal.places)


def judge(seasons: Seasons, proposal: Proposal, names: set[str]) -> Judged:
    """The proposal with its score."""
    return Judged(seasons, proposal, frozenset(names), score_of(names))


def voices(names: frozenset[str]) -> int:
    """How many independent sources agree with the place. Fribb and AniBridge share an upstream, so they are one.

    Inside a season one of them must name the very episode; the name of the season alone says nothing of it.
    """
    scudlee = names & {"fribb season agrees", "fribb offset agrees", "anibridge agrees", "anibridge tvdb agrees"}
    bangumi = names & {"bangumi season agrees", "bangumi first season agrees", "bangumi episode agrees"}
    anitrakt = names & {"anitrakt season agrees", "anitrakt split offset"}
    if "offset" in names and not scudlee:
        return 0
    return bool(scudlee) + bool(bangumi) + bool(anitrakt)


DATED = frozenset({"start day", "start near"})
SEASON_NAMED = frozenset(
    f"{source} agrees"
    for source in ("fribb season", "fribb special", "bangumi season", "bangumi first season", "anitrakt season")
) | {"anitrakt split offset", "fribb season near", "fribb offset near", "title season agrees"}
"""What confirms an air date: a source that names the season is enough for that."""
SPECIAL_CONFIRMED = frozenset({"bangumi season agrees", "anibridge tvdb agrees", "anibridge part", "last specials"})
"""What makes a number of Fribb's among the specials believable; by itself it is right one time in two."""
FILM_AMONG_SPECIALS = frozenset({"anibridge agrees", "bangumi season agrees", "bangumi episode agrees"})
"""What it takes to believe that a film is a special: TVDB lists among them what Trakt keeps as films."""


def is_proven(names: frozenset[str], proposal: Proposal) -> bool:
    """Whether more than its score speaks for a place: dates, ranges, counts or independent sources that confirm it."""
    if "mixed" in names and not names & {*DATED, "end day", "end near"}:
        return False  # sources put specials first; only dates tell their true order
    return any(
        (
            _by_date(names),
            "anibridge agrees" in names and not names & {"part of season", "anibridge at odds"},
            "anibridge tvdb fits" in names,
            _by_sources(names, proposal),
            "only special" in names and names & {"fribb special agrees", "anibridge tvdb agrees"},
            "fribb special agrees" in names and names & SPECIAL_CONFIRMED,
            "continues" in names and names & SEASON_NAMED,
        )
    )


def _by_date(names: frozenset[str]) -> bool:
    """The first episode's date, with a source that names the season, or with the other end of the run."""
    if names & DATED and (voices(names) or names & SEASON_NAMED):
        return True
    return "start day" in names and bool(names & {"end day", "end near", "count exact", "ends season"})


def _by_sources(names: frozenset[str], proposal: Proposal) -> bool:
    """One source and the count (or that nothing else can be meant), or two independent sources."""
    agreeing = voices(names)
    if names & {"count exact", "seasons exact", "twin", "sole"} and agreeing:
        return True
    return agreeing >= 2 and proposal.first[0] > 0


def doubt(subject: Subject, judged: Judged) -> str | None:
    """Why a place must not be written although it leads; ``None`` if nothing is wrong with it."""
    names, proposal = judged.names, judged.proposal
    airing = subject.media.status in (MediaStatus.RELEASING, MediaStatus.NOT_YET_RELEASED)
    doubts = (
        ("too few" in names and not airing, "Trakt lists fewer episodes there than the entry has"),
        (
            subject.is_film and proposal.first[0] == 0 and not names & FILM_AMONG_SPECIALS,
            "only TVDB's list keeps the film among the specials",
        ),
        (judged.score < MIN_SCORE, "too little speaks for it"),
        (names & {"start far", "year off"} and voices(names) < 2, "it aired at another time"),
        (
            "anibridge part" in names and "fribb special agrees" not in names,
            "AniBridge knows only its first episodes, and specials need not run on",
        ),
        (_out_of_step(names, proposal), "its last episode aired at another time"),
        (not is_proven(names, proposal), "neither air date, count nor a second source confirms it"),
    )
    return next((says for is_so, says in doubts if is_so), None)


def _out_of_step(names: frozenset[str], proposal: Proposal) -> bool:
    """Whether the end is off where nothing but the dates bounds the run: specials, or a part of a longer season."""
    bounded = proposal.first[0] > 0 and "part of season" not in names
    return "end out of step" in names and "anibridge agrees" not in names and not bounded


def verdict(subject: Subject, ranked: Sequence[Judged]) -> tuple[Verdict, str]:
    """The verdict on the first of ``ranked`` (best first, not empty), and what stands in its way."""
    why = doubt(subject, ranked[0])
    if why:
        return Verdict.UNRESOLVED, why
    if len(ranked) > 1 and ranked[0].score - ranked[1].score < MIN_GAP:
        return Verdict.AMBIGUOUS, "another place fits nearly as well"
    return Verdict.RESOLVED, ""
