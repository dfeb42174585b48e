"""The entries that need a person: what speaks for and against each way to map them, and the lines to paste."""

from __future__ import annotations

from dataclasses import dataclass

from sync.model.mapping import CachedMapping, Candidate, Resolution, Verdict
from sync.model.run import RunReport
from sync.model.trakt import Kind
from sync.report.entry_view import EntryView, trakt_address, view_of
from sync.report.explanation import explain_candidate
from sync.report.numbers_and_days import counted, format_spans
from sync.report.override_snippet import SHOWN_CANDIDATES, candidate_lines, render_snippet
from sync.report.page import Section, folded
from sync.report.text import escape, link, plain, prose

_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class NeedsYou:
    """One entry without a certain match: its best candidates, and lines ready for ``overrides.yaml``, best first."""

    view: EntryView
    candidates: tuple[Candidate, ...]
    lines: tuple[str, ...]

    @property
    def said(self) -> str:
        """What is the matter, in plain words without a full stop."""
        fallback = "two or more matches fit" if self.view.verdict is Verdict.AMBIGUOUS else "no certain match on Trakt"
        return fallback if self.view.hidden else self.view.why or fallback

    @property
    def watched(self) -> str:
        """How much of it waits: ``2 episodes``, ``a film``."""
        return "a film" if self.view.film else counted(self.view.watched, "episode")


def entries_in_need(report: RunReport) -> tuple[NeedsYou, ...]:
    """The entries of ``report`` without a certain match, the most watched first."""
    known: dict[int, Resolution | CachedMapping] = {**report.remembered, **report.resolutions}
    found: list[NeedsYou] = []
    for anilist_id, mapping in known.items():
        if mapping.verdict not in {Verdict.UNRESOLVED, Verdict.AMBIGUOUS}:
            continue
        view = view_of(report, anilist_id)
        if not view.watched and report.only is None and anilist_id in report.entries:
            continue  # nothing of it waits to be written; the lists have a section of their own for it
        lines = candidate_lines(mapping, hidden=view.hidden)
        found.append(NeedsYou(view, mapping.candidates[:SHOWN_CANDIDATES], lines))
    return tuple(sorted(found, key=lambda need: (-need.view.watched, need.view.anilist_id)))


def render_need(need: NeedsYou) -> str:
    """One entry as Markdown: the sentence, its candidates, and the lines to paste."""
    view = need.view
    number = "" if view.label == f"AniList {view.anilist_id}" else f" ({view.anilist_id})"
    lines = [f"**{view.markdown}**{number}, {need.watched}: {escape(need.said, 300)}."]
    lines += [f"- {render_candidate(candidate, hidden=view.hidden)}" for candidate in need.candidates]
    return "\n".join([*lines, "", render_snippet(view.anilist_id, need.lines), ""])


def render_candidate(candidate: Candidate, *, hidden: bool) -> str:
    """One candidate as Markdown: what it is, what speaks for it and what against."""
    title = candidate.title
    year = f" ({title.year})" if title.year else ""
    name = f"Trakt {title.ids.trakt}" if hidden or not title.title else plain(title.title, 80) + year
    what = "film" if title.kind is Kind.MOVIE else format_spans(candidate.spans)
    line = link(escape(name), trakt_address(title, hidden=hidden)) + (f", {escape(what)}" if what else "")
    for word, speaks in zip(("For", "Against"), _speaking(candidate, hidden=hidden), strict=True):
        line += f". {word}: {', '.join(escape(says, 100) for says in speaks[:_EVIDENCE])}" if speaks else ""
    return line + "."


def _speaking(candidate: Candidate, *, hidden: bool) -> tuple[list[str], list[str]]:
    """The evidence for a candidate and against it, the weightiest first; only its names if the entry is hidden."""
    if not hidden:
        return explain_candidate(candidate)
    speaking: tuple[list[str], list[str]] = ([], [])
    for each in candidate.evidence:
        if each.weight:
            speaking[each.weight < 0].append(each.fact.value)
    return speaking


IN_VIEW = 5
"""Entries that are shown unfolded; the most watched."""


def warning_section(report: RunReport) -> tuple[Section, ...]:
    """The warnings of the run, such as a token that expires soon."""
    if not report.warnings:
        return ()
    rows = tuple(f"- ⚠️ {prose(warning)}" for warning in report.warnings)
    return (Section("", rows, more="- … and {count} more", rank=1, share=0.1),)


def need_sections(report: RunReport) -> tuple[Section, ...]:
    """The entries without a certain match: the most watched in view, the others folded."""
    need = entries_in_need(report)
    if not need:
        return ()
    blocks = tuple(render_need(item) for item in need)
    more = "… and {count} more; they are shown as soon as those above are settled."
    head = f"### Needs you: {counted(len(need), 'entry', 'entries')}\n\n{remedy_sentence(report)}\n\n"
    sections = [Section(head, blocks[:IN_VIEW], more=more, rank=1, share=0.2)]
    if rest := blocks[IN_VIEW:]:
        summary = f"{len(rest):,} more that {'needs' if len(rest) == 1 else 'need'} you"
        sections.append(folded(summary, Section("", rest, more=more, rank=1, share=0.3)))
    return tuple(sections)


def remedy_sentence(report: RunReport) -> str:
    """What a person can do about an entry, with the link to the editor."""
    file = link("`overrides.yaml`", report.pages.overrides)
    form = f" or fill in {link('the form', report.pages.form)}" if report.pages.form else ""
    said = f"Nothing is written for these until it is certain. To settle one, paste its line into {file}{form}."
    if not report.pages.newest_library:
        return said
    return f"{said} The newest run's {link('library page', report.pages.newest_library)} has the choices side by side."
