"""Plays gathered by list entry, as a row of a table shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.model.plan import LedgerPlay, NewPlay
from sync.model.trakt import PlayKind
from sync.report.ranges import counted, format_numbers, format_targets, joined


@dataclass(frozen=True, slots=True)
class EntryPlays:
    """The new plays of one entry, in episode order."""

    anilist_id: int
    plays: tuple[NewPlay, ...]

    @property
    def is_film(self) -> bool:
        """Whether these are plays of films only."""
        return all(play.kind is PlayKind.MOVIE for play in self.plays)

    @property
    def watched(self) -> str:
        """AniList's episodes: ``1–10``; ``✓`` for a film; ``1–10 again`` where all of it is a rewatch."""
        own = [(p.anilist_id, p.episode) for p in self.plays] + [also for p in self.plays for also in p.also]
        numbers = [episode for anilist_id, episode in own if anilist_id == self.anilist_id]
        again = " again" if all(play.rewatch for play in self.plays) else ""
        return ("✓" if self.is_film else format_numbers(numbers)) + again

    @property
    def target(self) -> str:
        """Trakt's episodes: ``S3E13–22``; ``film`` for a film."""
        numbered = [(p.season, p.number) for p in self.plays if p.season is not None and p.number is not None]
        films = any(play.kind is PlayKind.MOVIE for play in self.plays)
        return joined([format_targets(numbered), "film" if films else ""])


def group_plays(plays: Iterable[NewPlay]) -> tuple[EntryPlays, ...]:
    """``plays`` by entry, the entries with most plays first."""
    groups: dict[int, list[NewPlay]] = {}
    for play in plays:
        groups.setdefault(play.anilist_id, []).append(play)
    order = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(EntryPlays(anilist_id, tuple(sorted(group, key=_by_episode))) for anilist_id, group in order)


def group_noted(noted: Iterable[tuple[int, LedgerPlay]]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Ledger lines as (AniList id, its episodes), the entries with most plays first."""
    groups: dict[int, set[int]] = {}
    for anilist_id, play in noted:
        groups.setdefault(anilist_id, set()).add(play.episode)
    order = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple((anilist_id, tuple(sorted(episodes))) for anilist_id, episodes in order)


def count_titles(plays: Sequence[NewPlay]) -> str:
    """How many list entries ``plays`` are of: ``311 shows and 42 films``."""
    films = {play.anilist_id for play in plays if play.kind is PlayKind.MOVIE}
    shows = {play.anilist_id for play in plays} - films
    return joined([counted(len(shows), "show") if shows else "", counted(len(films), "film") if films else ""])


def _by_episode(play: NewPlay) -> tuple[int, int, int]:
    return play.episode, play.season or 0, play.number or 0
