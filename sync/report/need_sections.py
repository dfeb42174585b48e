"""The part of the page that asks a person for something."""

from __future__ import annotations

from sync.model.run import RunReport
from sync.report.needs_you import entries_in_need, render_need
from sync.report.page import Section, folded
from sync.report.ranges import counted
from sync.report.text import link, prose

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
