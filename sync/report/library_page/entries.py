"""What a run knows of each entry of the list, as the library page shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sync.model.anilist import MediaListEntry, watched_count
from sync.model.journal import JournalLine
from sync.model.library import EntryState, LibraryChoice, LibraryEntry
from sync.model.mapping import CachedMapping, Candidate, Resolution, Span, Verdict
from sync.model.run import RunReport, State
from sync.model.trakt import Kind, ShowLayout, TraktEpisode, TraktIds, TraktPlays, TraktTitle
from sync.report.entry_view import view_entry
from sync.report.explanation import explain_candidate
from sync.report.library_page.calendars import EntryPlays, calendar_of, plays_of_entries
from sync.report.override_snippet import SHOWN_CANDIDATES, override_line
from sync.report.text import plain

EVIDENCE = 4
OTHER_TITLES = 3

Mapped = Resolution | CachedMapping


@dataclass(frozen=True, slots=True)
class Sources:
    """What the page is made from. ``in_scope`` are the entries that the settings let in, by AniList id. ``layouts`` are
    the shows that are known here, by Trakt id, and ``plays`` what was read from Trakt; both may be missing."""

    report: RunReport
    state: State
    in_scope: Collection[int]
    journal: tuple[JournalLine, ...] = ()
    layouts: Mapping[int, ShowLayout] = field(default_factory=dict)
    plays: TraktPlays = field(default_factory=TraktPlays)


def library_entries(sources: Sources) -> tuple[LibraryEntry, ...]:
    """Every entry of the list. A hidden one is there only if the sync knows it, and only by its id."""
    waiting: dict[int, set[int]] = defaultdict(set)
    for item in sources.report.plan.waiting:
        waiting[item.anilist_id].update(item.episodes)
    plays = plays_of_entries(sources.report, sources.state.ledger, sources.journal, sources.plays)
    made = (_entry(entry, sources, plays, waiting) for entry in sources.report.entries.values())
    return tuple(entry for entry in made if entry is not None)


def _entry(
    entry: MediaListEntry, sources: Sources, plays: Mapping[int, EntryPlays], waiting: Mapping[int, Collection[int]]
) -> LibraryEntry | None:
    anilist_id, media, report = entry.anilist_id, entry.media, sources.report
    known: Mapped | None = report.resolutions.get(anilist_id)
    if known is not None:
        waits = tuple(sorted(waiting.get(anilist_id, ())))
    else:
        cached = known = report.remembered.get(anilist_id) or sources.state.cache.get(anilist_id)
        waits = cached.waiting if cached is not None else ()
    view = view_entry(anilist_id, entry, known, log_titles=report.log_titles)
    mine = plays.get(anilist_id, {})
    if view.hidden and known is None and not mine:
        return None
    state = _state(entry, known, mine, waits, in_scope=anilist_id in sources.in_scope)
    shown = LibraryEntry(
        anilist_id=anilist_id,
        state=state,
        title=view.label,
        hidden=view.hidden,
        format=media.format,
        start_date=media.start_date,
        end_date=media.end_date,
        watched=watched_count(entry),
        count=media.episodes,
        minutes=media.duration,
        why=view.why,
        waiting=waits,
    )
    if not view.hidden:
        others = dict.fromkeys(
            plain(name) for name in (media.title_romaji, media.title_native, *media.synonyms) if name
        )
        names = tuple(name for name in others if name and name != view.label)[:OTHER_TITLES]
        shown = replace(shown, other_titles=tuple(names)[:OTHER_TITLES], cover=media.cover)
    if known is None:
        return replace(shown, why="not looked at yet" if state is EntryState.WAITS else "")
    return _mapped(shown, entry, known, mine, sources)


def _mapped(
    shown: LibraryEntry, entry: MediaListEntry, known: Mapped, plays: EntryPlays, sources: Sources
) -> LibraryEntry:
    """``shown`` with what its mapping says."""
    if not known.verdict.is_certain or known.title is None:
        return replace(shown, choices=tuple(_choices(known, sources.layouts, hidden=shown.hidden)))
    title, layout = known.title, sources.layouts.get(known.title.ids.trakt)
    chosen = Candidate(title, known.spans, () if shown.hidden else known.evidence)
    return replace(
        shown,
        against=tuple(explain_candidate(chosen)[1][:EVIDENCE]),
        trakt=TraktTitle(title.kind, TraktIds(title.ids.trakt), "") if shown.hidden else title,
        spans=known.spans,
        episodes=calendar_of(entry, title, known.spans, layout, plays, titles=not shown.hidden),
    )


def _state(
    entry: MediaListEntry, known: Mapped | None, plays: EntryPlays, waits: Collection[int], *, in_scope: bool
) -> EntryState:
    if known and known.verdict is Verdict.SKIPPED:
        return EntryState.LEFT_OUT
    if not watched_count(entry):
        return EntryState.PLANNED
    if not in_scope:
        return EntryState.LEFT_OUT
    if known is None or waits:
        return EntryState.WAITS
    if not known.verdict.is_certain:
        return EntryState.NEEDS_YOU
    states = {play.state for each in plays.values() for _, play in each}
    return EntryState.PLANNED if states == {None} else EntryState.ADDED


def _choices(known: Mapped, layouts: Mapping[int, ShowLayout], *, hidden: bool) -> Iterable[LibraryChoice]:
    for candidate in known.candidates[:SHOWN_CANDIDATES]:
        title = candidate.title
        speaking_for, against = ([], []) if hidden else explain_candidate(candidate)
        days, count = _reach(candidate, layouts.get(title.ids.trakt))
        yield LibraryChoice(
            line=override_line(known.anilist_id, candidate, hidden=hidden),
            title=TraktTitle(title.kind, TraktIds(title.ids.trakt), "") if hidden else title,
            spans=candidate.spans,
            episodes=count,
            first_day=min(days, default=None),
            last_day=max(days, default=None),
            speaks_for=tuple(speaking_for[:EVIDENCE]),
            speaks_against=tuple(against[:EVIDENCE]),
        )


def _reach(candidate: Candidate, layout: ShowLayout | None) -> tuple[list[date], int | None]:
    """The days on which a candidate's episodes aired, and how many Trakt lists; nothing where that is not known."""
    if candidate.title.kind is Kind.MOVIE:
        return [candidate.title.released] if candidate.title.released else [], 1
    if layout is None:
        return [], None
    listed = [episode for episode in layout.episodes if any(_holds(span, episode) for span in candidate.spans)]
    return [episode.first_aired.date() for episode in listed if episode.first_aired], len(listed)


def _holds(span: Span, episode: TraktEpisode) -> bool:
    after = episode.number - span.first_episode
    return episode.season == span.season and after >= 0 and (span.to_ep is None or after <= span.to_ep - span.from_ep)
