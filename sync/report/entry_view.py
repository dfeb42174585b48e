"""One list entry as a page shows it: its name (or only its id), its Trakt title, and why it was mapped so."""

from __future__ import annotations

from dataclasses import dataclass

from sync.model.anilist import MediaFormat, MediaListEntry, watched_count
from sync.model.mapping import CachedMapping, Resolution, Span, Verdict
from sync.model.run import RunReport
from sync.model.trakt import Kind, TraktTitle
from sync.report.explanation import evidence_names, explain, explain_drift
from sync.report.numbers_and_days import format_span
from sync.report.page import Section
from sync.report.text import escape, link, plain


@dataclass(frozen=True, slots=True)
class EntryView:
    """What may be shown of one entry. ``label``, ``why`` and ``drift`` are plain text; ``hidden`` entries have none
    of the texts that could give their title away, only ids and the names of the evidence."""

    anilist_id: int
    hidden: bool
    label: str
    watched: int = 0
    film: bool = False
    verdict: Verdict | None = None
    title: TraktTitle | None = None
    spans: tuple[Span, ...] = ()
    why: str = ""
    drift: str = ""

    @property
    def markdown(self) -> str:
        """The label, linked to AniList."""
        return link(escape(self.label), f"https://anilist.co/anime/{self.anilist_id}")

    @property
    def named(self) -> str:
        """The label with the id beside it, as plain text."""
        return self.label if self.label == f"AniList {self.anilist_id}" else f"{self.label} ({self.anilist_id})"

    def trakt(self, what: str) -> str:
        """``what`` (plain) linked to the Trakt page, after the title there if that is another one."""
        if self.title is None:
            return escape(what)
        words = f"{trakt_name(self)} {what}".strip()
        return link(escape(words, 160), trakt_address(self.title, hidden=self.hidden))


def view_of(report: RunReport, anilist_id: int) -> EntryView:
    """What ``report`` may show of ``anilist_id``."""
    mapping = report.resolutions.get(anilist_id) or report.remembered.get(anilist_id)
    return view_entry(anilist_id, report.entries.get(anilist_id), mapping, log_titles=report.log_titles)


def view_entry(
    anilist_id: int,
    entry: MediaListEntry | None,
    mapping: Resolution | CachedMapping | None,
    *,
    log_titles: bool,
) -> EntryView:
    """What may be shown of one entry. One that left the list is hidden: whether it was private is not known."""
    hidden = entry is None or entry.private or not log_titles
    label = f"AniList {anilist_id}" if entry is None or hidden else plain(entry.media.title) or f"AniList {anilist_id}"
    drift = mapping.drift if isinstance(mapping, Resolution) else None
    return EntryView(
        anilist_id=anilist_id,
        hidden=hidden,
        label=label,
        watched=watched_count(entry) if entry else 0,
        film=_is_film(entry, mapping),
        verdict=mapping.verdict if mapping else None,
        title=mapping.title if mapping else None,
        spans=mapping.spans if mapping else (),
        why=_why(mapping, hidden=hidden),
        drift="" if drift is None else "its place on Trakt changed" if hidden else explain_drift(drift),
    )


def trakt_address(title: TraktTitle, *, hidden: bool = False) -> str:
    """The page on trakt.tv; by id where the slug would give the title away."""
    return f"https://trakt.tv/{title.kind.value}s/{title.ids.trakt}" if hidden else title.url


def trakt_name(view: EntryView) -> str:
    """Trakt's title where it is another one than AniList's, with the year for a film; plain, and empty if hidden."""
    if view.title is None or view.hidden or _same(view.title.title, view.label):
        return ""
    year = f" ({view.title.year})" if view.title.kind is Kind.MOVIE and view.title.year else ""
    return plain(view.title.title) + year


def _same(one: str, other: str) -> bool:
    return [*filter(str.isalnum, one.casefold())] == [*filter(str.isalnum, other.casefold())]


def _is_film(entry: MediaListEntry | None, mapping: Resolution | CachedMapping | None) -> bool:
    if mapping and mapping.title:
        return mapping.title.kind is Kind.MOVIE
    return entry is not None and entry.media.format is MediaFormat.MOVIE


def _why(mapping: Resolution | CachedMapping | None, *, hidden: bool) -> str:
    if mapping is None:
        return ""
    if not hidden:
        return plain(explain(mapping), 300).rstrip(".")
    return evidence_names(mapping.evidence)


_STATUS_WORDS = {
    "CURRENT": "watching",
    "PLANNING": "planning",
    "COMPLETED": "completed",
    "DROPPED": "dropped",
    "PAUSED": "paused",
    "REPEATING": "rewatching",
}


def breakpoint_section(report: RunReport) -> tuple[Section, ...]:
    """For a run on one entry: where it stands on the list and how it maps; nothing for a run on all."""
    if report.only is None:
        return ()
    view = view_of(report, report.only)
    head = f"### {view.markdown}: how it maps\n\n{escape(describe_entry(report, view), 500)}\n\n"
    if not view.spans:
        return (Section(head, rank=1),)
    head += "| AniList episodes | → Trakt | season | first number |\n|---|---|---|---|\n"
    rows = tuple(_row(view, span) for span in sorted(view.spans))
    return (Section(head, rows, more="| … and {count} more | | | |", rank=1),)


def describe_entry(report: RunReport, view: EntryView) -> str:
    """Whether the entry is on the list, how far it is watched, and what it maps to; plain sentences."""
    entry = report.entries.get(view.anilist_id)
    if entry is None:
        return f"AniList {view.anilist_id} is not on this list, so there is nothing to sync for it."
    of = f" of {entry.media.episodes}" if entry.media.episodes else ""
    listed = f"On the list as {_STATUS_WORDS[entry.status.value]}, progress {entry.progress}{of}."
    if view.verdict is not None and view.verdict.is_certain and view.title is not None:
        name = f"Trakt {view.title.ids.trakt}" if view.hidden else view.title.title
        kind = "the film" if view.film else "the show"
        return f"{listed} On Trakt it is {kind} {name}{f' ({view.why})' if view.why else ''}."
    if view.verdict is Verdict.SKIPPED:
        return f"{listed} It is left out on purpose{f': {view.why}' if view.why else ''}."
    if view.verdict is None:
        return f"{listed} It was not mapped in this run."
    return f"{listed} It has no certain match on Trakt, so nothing is written for it."


def breakpoint_lines(report: RunReport) -> list[str]:
    """The breakpoint map of the one entry that was asked for, as plain lines."""
    if report.only is None:
        return []
    view = view_of(report, report.only)
    spans = [f"  {' → '.join(format_span(span))}" for span in sorted(view.spans)]
    return [f"{view.named}: {describe_entry(report, view)}", *spans]


def _row(view: EntryView, span: Span) -> str:
    episodes, target = format_span(span)
    gap = "" if span.season else " (specials)"
    return f"| {episodes} | {view.trakt(target)} | {span.season}{gap} | {span.first_episode} |"
