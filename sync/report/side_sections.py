"""What else a run found out: refused, moved, waiting or left alone, and the requests it took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sync.model.plan import PlayState
from sync.model.run import RunReport
from sync.report.entry_view import EntryView, view_of
from sync.report.numbers_and_days import counted, format_numbers
from sync.report.page import Section, folded
from sync.report.play_sections import group_noted, group_plays
from sync.report.text import escape, plain


@dataclass(frozen=True, slots=True)
class SideGroup:
    """Some entries of which the same is to be said; each with its own words. Plain text."""

    heading: str
    lines: tuple[tuple[EntryView, str], ...]
    loud: bool = False


def side_groups(report: RunReport) -> tuple[SideGroup, ...]:
    """All groups that have something to say, those that ask for attention (``loud``) first."""
    found = (
        *_refused(report),
        *_displaced(report),
        *_drifted(report),
        *_waiting(report),
        *_noted(report),
        *_down(report),
        *_beyond(report),
    )
    return tuple(group for group in found if group.lines)


def side_sections(report: RunReport) -> tuple[Section, ...]:
    """The groups as Markdown: what asks for attention in view, what was merely left alone folded."""
    sections: list[Section] = []
    for group in side_groups(report):
        rows = tuple(f"- {view.markdown}: {escape(words, 300)}" for view, words in group.lines)
        more = "- … and {count} more"
        if group.loud:
            sections.append(Section(f"### {escape(group.heading, 200)}\n\n", rows, more=more, rank=2, share=0.1))
        else:
            sections.append(folded(escape(group.heading, 200), Section("", rows, more=more, rank=3, share=0.2)))
    return tuple(sections)


def request_section(report: RunReport) -> tuple[Section, ...]:
    """The requests made against each service's limit, folded."""
    if not report.requests:
        return ()
    return (folded("Requests and limits", Section(f"{escape(request_line(report), 500)}\n", rank=3)),)


def request_line(report: RunReport) -> str:
    """``AniList 2 of 30 (budget 2) · Trakt 7 of 500 (budget 7)``, plain: made, the service's limit, and what the
    work of the run takes at the least."""
    parts = []
    for service, requests in report.requests.items():
        of = "" if requests.limit is None else f" of {requests.limit:,}"
        budget = f" (budget {report.budget[service]:,})" if service in report.budget else ""
        parts.append(f"{plain(service, 40)} {requests.made:,}{of}{budget}")
    return " · ".join(parts)


def _refused(report: RunReport) -> Iterator[SideGroup]:
    groups = group_plays(report.not_found)
    lines = tuple(
        (
            view_of(report, group.anilist_id),
            f"{group.watched} → {group.target}; not counted as done, tried again next time",
        )
        for group in groups
    )
    yield SideGroup(f"Trakt did not take {counted(len(report.not_found), 'play')}", lines, loud=True)


def _displaced(report: RunReport) -> Iterator[SideGroup]:
    lines = []
    for anilist_id, episodes in _by_entry((item.anilist_id, item.episode) for item in report.plan.displaced):
        words = (
            f"{_episodes(episodes)}. Run Undo for entry {anilist_id}; the next sync adds what belongs elsewhere there"
        )
        lines.append((view_of(report, anilist_id), words))
    count = counted(len(report.plan.displaced), "play")
    yield SideGroup(f"Standing under an old mapping: {count}", tuple(lines), loud=True)


def _drifted(report: RunReport) -> Iterator[SideGroup]:
    views = [view_of(report, anilist_id) for anilist_id in sorted(report.resolutions)]
    lines = tuple((view, view.drift.rstrip(".")) for view in views if view.drift)
    yield SideGroup(f"Changed on Trakt: {counted(len(lines), 'entry', 'entries')}", lines, loud=True)


def _waiting(report: RunReport) -> Iterator[SideGroup]:
    lines = []
    for item in report.plan.waiting:
        view = view_of(report, item.anilist_id)
        lines.append((view, _episodes(item.episodes) + ("" if view.hidden else f": {plain(item.reason, 200)}")))
    count = counted(sum(len(item.episodes) for item in report.plan.waiting), "watched episode")
    yield SideGroup(f"Waiting: {count} that Trakt does not list yet", tuple(lines))


def _noted(report: RunReport) -> Iterator[SideGroup]:
    for state, words in (
        (PlayState.ADOPTED, "Left as it is: {} that other apps had already made"),
        (PlayState.REMOVED, "Left as it is: {} that you removed on Trakt"),
        (PlayState.CONFIRMED, "Settled: {} of an earlier run that had reached Trakt after all"),
    ):
        noted = report.plan.noted_as(state)
        lines = tuple((view_of(report, anilist_id), _episodes(numbers)) for anilist_id, numbers in group_noted(noted))
        yield SideGroup(words.format(counted(len(noted), "play")), lines)


def _down(report: RunReport) -> Iterator[SideGroup]:
    lines = tuple((view_of(report, anilist_id), "its plays stay on Trakt") for anilist_id in report.plan.decreased)
    yield SideGroup(f"Progress went down: {counted(len(lines), 'entry', 'entries')}, nothing is taken back", lines)


def _beyond(report: RunReport) -> Iterator[SideGroup]:
    lines = []
    for anilist_id in report.plan.beyond:
        entry = report.entries.get(anilist_id)
        count = counted(entry.media.episodes, "episode") if entry and entry.media.episodes else "fewer episodes"
        lines.append((view_of(report, anilist_id), f"AniList counts {count} and has more as watched; correct it there"))
    yield SideGroup(f"Watched beyond the end: {counted(len(lines), 'entry', 'entries')}", tuple(lines))


def _by_entry(episodes: Iterable[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    found: dict[int, list[int]] = {}
    for anilist_id, episode in episodes:
        found.setdefault(anilist_id, []).append(episode)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))


def _episodes(numbers: Iterable[int]) -> str:
    known = sorted(set(numbers))
    return f"episode{'' if len(known) == 1 else 's'} {format_numbers(known)}"
