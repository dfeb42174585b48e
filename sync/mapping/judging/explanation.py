"""A resolution in words: why it is so, and what speaks against a candidate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.mapping.judging.films import JudgedFilm
from sync.mapping.judging.verdict import Judged
from sync.mapping.judging.weights import WEIGHTS
from sync.mapping.layout import Place, render_spans
from sync.mapping.subject import Subject
from sync.mapping.wording import designation
from sync.model.mapping import Candidate, Evidence

SPEAKERS = {
    "anibridge": "AniBridge",
    "bangumi": "bangumi-data",
    "fribb": "Fribb's list",
    "anitrakt": "anitrakt",
    "override": "overrides.yaml",
}
EXACT = ("special agrees", "episode agrees", "offset agrees", "anibridge agrees", "anibridge part", "tvdb agrees")
"""Facts of sources that name the very episode."""
FACTS_TOLD = ("start day", "start near", "start crowd", "count exact", "seasons exact", "end day", "continues", "twin")
FEW = 3
"""Reasons told in one sentence."""


def show_candidate(judged: Judged, subject: Subject) -> Candidate:
    """A place in a show with its evidence in words."""
    return Candidate(judged.seasons.show, judged.proposal.spans, _evidence(judged.names, judged, subject), judged.score)


def film_candidate(judged: JudgedFilm) -> Candidate:
    """A film with its evidence in words."""
    return Candidate(judged.title, (), tuple(_said(name, {}) for name in _ordered(judged.names)), judged.score)


def _evidence(names: Iterable[str], judged: Judged, subject: Subject) -> tuple[Evidence, ...]:
    first, last = judged.proposal.first, judged.proposal.last
    words = {"first": place(first), "last": place(last), "season": str(first[0]), "count": str(subject.count)}
    return tuple(_said(name, words) for name in _ordered(names))


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (-abs(WEIGHTS[name].value), name))


def _said(name: str, words: dict[str, str]) -> Evidence:
    weight = WEIGHTS[name]
    return Evidence(name, weight.says.format(**words) if words else weight.says, weight.value)


def place(where: Place) -> str:
    """``S3E13``."""
    return f"S{where[0]}E{where[1]}"


def why_show(judged: Judged, subject: Subject) -> str:
    """``Season 3 Part 2, ep 1–10 → S3E13–22, because AniBridge and bangumi-data say season 3 and S3E13 aired on …``."""
    part = designation(subject.media)
    reasons = [*_who_says(judged), *_facts_told(judged, subject)][:FEW]
    because = f", because {join(reasons)}" if reasons else ""
    return f"{part + ', ' if part else ''}{render_spans(judged.proposal.spans)}{because}"


def _who_says(judged: Judged) -> list[str]:
    """Which sources agree with the place; failing that, which name the show."""
    season = judged.proposal.first[0]
    agreeing = _speakers(judged.names, (" agrees", "split offset"))
    if season == 0 or judged.proposal.last[0] != season:
        exact = _speakers(judged.names, EXACT)
        rest = [who for who in agreeing if who not in exact]
        return [
            *_say(exact, place(judged.proposal.first)),
            *_say(rest, "a special" if season == 0 else f"season {season}"),
        ]
    if agreeing:
        return _say(agreeing, f"season {season}")
    return _say(_speakers(judged.names, (" show",)), "this show")


def _speakers(names: Iterable[str], endings: tuple[str, ...]) -> list[str]:
    told = [name for name in names if name.endswith(endings)]
    return [who for source, who in SPEAKERS.items() if any(name.startswith(source + " ") for name in told)]


def _say(speakers: Sequence[str], what: str) -> list[str]:
    return [f"{join(speakers)} {'say' if len(speakers) > 1 else 'says'} {what}"] if speakers else []


def _facts_told(judged: Judged, subject: Subject) -> list[str]:
    said = {each.name: each.says for each in _evidence(judged.names, judged, subject)}
    return [said[name] for name in FACTS_TOLD if name in said]


def why_film(judged: JudgedFilm) -> str:
    """``the film of 2020, because anitrakt and bangumi-data name it and the year fits``."""
    speakers = [who for source, who in SPEAKERS.items() if f"film {source}" in judged.names]
    reasons = [f"{join(speakers)} {'name' if len(speakers) > 1 else 'names'} it"] if speakers else []
    told = ("film day fits", "film year fits", "film title fits")
    reasons += [WEIGHTS[name].says for name in told if name in judged.names][:2]
    year = f" of {judged.title.year}" if judged.title.year else ""
    return f"the film{year}" + (f", because {join(reasons)}" if reasons else "")


def join(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def against(candidate: Candidate) -> str:
    """What speaks against a candidate, the gravest first; empty if nothing does."""
    said = [each.says for each in candidate.evidence if each.weight < 0 and each.says]
    return "; ".join(said[:FEW])
