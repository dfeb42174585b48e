"""What speaks for and against a place. Each fact has one name, one weight (see ``weights``) and one wording."""

from __future__ import annotations

from collections.abc import Iterator

from sync.mapping.judging.count_facts import count_facts
from sync.mapping.judging.rivals import Sibling, dated_rival, earlier_rival, named_rival
from sync.mapping.judging.source_facts import source_facts
from sync.mapping.layout import Seasons
from sync.mapping.proposals import Proposal
from sync.mapping.subject import Subject, aired_off
from sync.mapping.wording import season_in_title

OUT_OF_STEP = 35
"""Days by which the end of a run may miss the entry's; longer entries may miss it by three tenths of their length."""


def facts(subject: Subject, proposal: Proposal, seasons: Seasons, siblings: tuple[Sibling, ...]) -> set[str]:
    """The names of everything that is true of this proposal; ``siblings`` are the show's other entries."""
    found = {*_dates(subject, proposal, seasons), *count_facts(subject, proposal, seasons)}
    found |= {*source_facts(subject, proposal, seasons), *_kind(subject, proposal)}
    found |= {*_title(subject, proposal, seasons)}
    rivals = tuple(each for each in siblings if not _is_twin(subject, each))
    if "start day" not in found and "start near" not in found:
        if dated_rival(rivals, proposal.first, seasons):
            found.add("rival dated")
        if earlier_rival(rivals, proposal.first, subject.start):
            found.add("rival earlier")
    if not subject.is_series and proposal.first[0] > 0 and named_rival(rivals, proposal.first):
        found.add("rival named")
    if subject.count is None and not rivals and seasons.regular == [proposal.first[0]]:
        found.add("sole")
    if any(_is_twin(subject, each) and proposal.first in each.starts for each in siblings):
        found.add("twin")
    return found


def _is_twin(subject: Subject, sibling: Sibling) -> bool:
    return sibling.mal_id is not None and sibling.mal_id == subject.media.mal_id


def _dates(subject: Subject, proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    first = seasons.episode(proposal.first) if proposal.places[0][0] == 1 else None
    off = aired_off(first, subject.start)
    if off is not None:
        yield "start crowd" if _is_crowd(subject, proposal, seasons) else "start " + grade(off)
    elif subject.year is not None:
        yield from _year(subject.year, proposal, seasons)
    if subject.count is not None and len(proposal.places) > 1:
        off = aired_off(seasons.episode(proposal.last), subject.end)
        if off is not None:
            yield "end " + grade(off)
            if abs(off) > max(OUT_OF_STEP, 0.3 * _length(subject)):
                yield "end out of step"


def _year(year: int, proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    """Where the day is unknown on one side: the episode's year, or at least the show's for its first season."""
    first = seasons.episode(proposal.first)
    if proposal.places[0][0] != 1:
        return
    if first is not None and first.first_aired is not None:
        yield "year fits" if abs(first.first_aired.year - year) <= 1 else "year off"
    elif seasons.show.year and seasons.regular and proposal.first == (seasons.regular[0], 1):
        yield "show year fits" if abs(seasons.show.year - year) <= 1 else "show year off"


def _length(subject: Subject) -> int:
    """Days from the entry's first to its last."""
    return (subject.end - subject.start).days if subject.start and subject.end else 0


def _is_crowd(subject: Subject, proposal: Proposal, seasons: Seasons) -> bool:
    """Whether more specials came out on that day than the entry has, as on a disc: then the day picks none of them."""
    if proposal.first[0] != 0:
        return False
    same = sum(1 for each in seasons.season(0) if (off := aired_off(each, subject.start)) is not None and abs(off) <= 1)
    return (
        same > max(subject.count or 1, 1) and abs(aired_off(seasons.episode(proposal.first), subject.start) or 0) <= 1
    )


def grade(off: int) -> str:
    """How far two days lie apart, in words."""
    for most, word in ((1, "day"), (3, "near"), (21, "weeks"), (100, "months")):
        if abs(off) <= most:
            return word
    return "far"


def _title(subject: Subject, proposal: Proposal, seasons: Seasons) -> Iterator[str]:
    """The season in the title, where Trakt has such a season at all (it may have merged it into another)."""
    told = season_in_title(subject.media)
    if told is not None and proposal.first[0] > 0 and seasons.season(told):
        yield "title season agrees" if proposal.first[0] == told else "title season differs"


def _kind(subject: Subject, proposal: Proposal) -> Iterator[str]:
    if subject.is_series:
        group = "series"
    else:
        group = "film" if subject.is_film else "ona" if subject.kind == "ONA" else "extra"
    season = proposal.first[0]
    yield f"{group} in " + ("specials" if season == 0 else "first season" if season == 1 else "later season")
