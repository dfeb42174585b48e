"""What a run added, or would add: one row an entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.model.plan import LedgerPlay, NewPlay, PlayState
from sync.model.run import Outcome, RunReport
from sync.model.trakt import PlayKind
from sync.report.entry_view import view_of
from sync.report.needs_you import entries_in_need
from sync.report.numbers_and_days import counted, format_numbers, format_sources, format_targets, format_when, joined
from sync.report.page import Section, folded
from sync.report.text import escape, plain

ROWS_IN_VIEW = 25
"""A longer table is folded away, so that what needs a person stays on the first screen."""

NO_BREAK = "\N{NO-BREAK SPACE}"

_HEAD = "| AniList | watched | → Trakt | when | because |\n|---|---|---|---|---|\n"
_MORE = "| … and {count} more | | | | |"


def play_sections(report: RunReport) -> tuple[Section, ...]:
    """The table of plays, folded when long: those posted, or those planned where nothing was to be posted."""
    plays = written_or_planned(report)
    if not plays:
        return ()
    groups = group_plays(plays)
    table = Section(_HEAD, tuple(_row(report, group) for group in groups), more=_MORE, rank=2)
    if len(groups) > ROWS_IN_VIEW:
        table = folded(f"Show by show: {escape(count_titles(plays))}, most plays first", table)
    return (table,)


def written_or_planned(report: RunReport) -> tuple[NewPlay, ...]:
    """The plays that this page is about."""
    return report.plan.adds if report.outcome in {Outcome.PREVIEW, Outcome.BRAKE} else report.posted


def count_section(report: RunReport) -> tuple[Section, ...]:
    """For a preview: how many entries and plays are ready, there already, in need of a person, left out."""
    if report.outcome not in {Outcome.PREVIEW, Outcome.BRAKE} or report.only is not None:
        return ()
    rows = tuple(f"| {escape(label, 300)} | {entries} | {plays} |" for label, entries, plays in preview_counts(report))
    return (Section("| | entries | plays |\n|---|--:|--:|\n", rows, rank=1),)


def preview_counts(report: RunReport) -> list[tuple[str, str, str]]:
    """Rows of (what, entries, plays), plain; ``–`` where a number has no meaning or is not known."""
    adds = report.plan.adds
    adopted = report.plan.noted_as(PlayState.ADOPTED)
    need = entries_in_need(report)
    there = report.plan.kept + len(adopted)
    adopted_entries = f"{len({anilist_id for anilist_id, _ in adopted}):,}" if not report.plan.kept else "–"
    waiting = sum(len(item.episodes) for item in report.plan.waiting)
    rows = [
        ("ready", f"{len({play.anilist_id for play in adds}):,}", f"{len(adds):,}"),
        ("already on Trakt", adopted_entries if there else "0", f"{there:,}"),
        ("needs you", f"{len(need):,}", f"{sum(item.view.watched for item in need):,}"),
        ("not listed by Trakt yet", f"{len(report.plan.waiting):,}", f"{waiting:,}"),
        (_skipped_label(report), f"{sum(report.skipped.values()):,}", "–" if report.skipped else "0"),
    ]
    return [row for row in rows if row[1:] != ("0", "0")]


def because(report: RunReport, anilist_id: int) -> str:
    """Why the entry was mapped so, plain."""
    view = view_of(report, anilist_id)
    if view.why:
        return view.why
    return "mapped before" if view.verdict is None or view.verdict.is_certain else ""


def _row(report: RunReport, group: EntryPlays) -> str:
    view = view_of(report, group.anilist_id)
    year = report.started_at.year
    when = escape(format_when(group.plays, year=year), 160)
    if sources := format_sources(group.plays):
        when = f"{_unbroken(when.removeprefix('spread '))}<br><sub>{escape(sources, 160)}</sub>"
    why = escape(because(report, group.anilist_id), 240)
    return f"| {view.markdown} | {escape(group.watched)} | {view.trakt(group.target)} | {when} | {why} |"


def _unbroken(when: str) -> str:
    """``when`` so that a narrow screen breaks it between two dates, never within one."""
    return when.replace(" ", NO_BREAK).replace(f",{NO_BREAK}", ", ").replace(f"–{NO_BREAK}", "– ")


def _skipped_label(report: RunReport) -> str:
    reasons = ", ".join(f"{plain(reason, 60)} {count:,}" for reason, count in report.skipped.items())
    return f"skipped ({reasons})" if reasons else "skipped"


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
