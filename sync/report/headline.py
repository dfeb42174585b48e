"""The one sentence that answers "is all well?", and the line under it."""

from __future__ import annotations

from sync.model.run import Outcome, RunReport
from sync.report.list_sections import changes_shown, format_changes
from sync.report.needs_you import entries_in_need
from sync.report.numbers_and_days import counted, format_ago, format_stamp, joined
from sync.report.play_sections import count_titles
from sync.report.text import plain
from sync.report.trouble import split_trouble

SYMBOLS = {
    Outcome.ADDED: "✅",
    Outcome.NOTHING_NEW: "✅",
    Outcome.PREVIEW: "👀",
    Outcome.BRAKE: "⏸",
    Outcome.PARTIAL: "⏳",
    Outcome.OUTAGE: "⚠️",
    Outcome.FAILED: "❌",
}


def render_headline(report: RunReport) -> str:
    """How the run ended, in one plain sentence without symbol or full stop."""
    adds, posted, changes = report.plan.adds, report.posted, format_changes(changes_shown(report))
    if report.outcome is Outcome.ADDED:
        added = f"{counted(len(posted), 'play')} added for {count_titles(posted)}" if posted else ""
        return (
            ", ".join(part for part in (added, f"{changes} changed" if changes else "") if part) or "Nothing was added"
        )
    if report.outcome is Outcome.PREVIEW:
        what = f"add {counted(len(adds), 'play')} for {count_titles(adds)}" if adds else ""
        return f"Preview: would {_either(what, changes) or 'add nothing'}"
    if report.outcome is Outcome.BRAKE:
        what = f"add {counted(len(adds), 'play')} for {count_titles(adds)}" if adds else ""
        return f"Ready to {_either(what, changes)}: waiting for your word"
    if report.outcome is Outcome.PARTIAL:
        return _so_far(report, changes)
    if report.outcome is Outcome.NOTHING_NEW:
        return "Up to date"
    return split_trouble(report.trouble or "The run could not finish")[0]


def _so_far(report: RunReport, changes: str) -> str:
    total = len(report.posted) + report.carried_over
    others = f", {changes} changed" if changes else ""
    if report.carried_over or report.lists.carried_over:
        return f"{len(report.posted):,} of {counted(total, 'play')} added{others}: the next run carries on"
    return f"{counted(len(report.posted), 'play')} added so far{others}"


def _either(adding: str, changes: str) -> str:
    return joined([adding, f"change {changes}" if changes else ""])


def explanation(report: RunReport) -> str:
    """What the headline leaves open, in one or two plain sentences; may hold addresses and `` `code` `` of our own."""
    sentences: list[str] = []
    if report.outcome is Outcome.NOTHING_NEW:
        since = report.last_good_at
        sentences.append(f"No new scrobbles since {format_stamp(since)}." if since else "No new scrobbles.")
    elif report.outcome in {Outcome.BRAKE, Outcome.PREVIEW}:
        sentences.append("Nothing has been written.")
    elif report.outcome is Outcome.PARTIAL:
        sentences.append("The time for one run was used up; nothing is lost.")
    elif report.outcome in {Outcome.OUTAGE, Outcome.FAILED}:
        sentences += _trouble_sentences(report)
    return " ".join(sentences)


def meta_parts(report: RunReport) -> tuple[tuple[str, str], ...]:
    """The facts of the run as (word, value) in reading order: whose list, whose history, when, how much work."""
    made = sum(requests.made for requests in report.requests.values())
    seconds = max(0, round((report.finished_at - report.started_at).total_seconds()))
    took = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min {seconds % 60} s"
    return (
        ("AniList", plain(report.anilist_user or "?", 60)),
        ("Trakt", plain(report.trakt_user or "?", 60)),
        ("", format_stamp(report.started_at)),
        ("", counted(made, "request")),
        ("", took),
        ("run", plain(report.run_id, 60)),
    )


def coverage(report: RunReport) -> str:
    """``353 shows mapped, 9 need you``; what is not known is left out."""
    need = len(entries_in_need(report))
    mapped = "" if report.mapped is None else f"{counted(report.mapped, 'entry', 'entries')} mapped"
    needs = f"{need:,} {'needs' if need == 1 else 'need'} you" if need else ""
    return ", ".join(part for part in (mapped, needs) if part)


def _trouble_sentences(report: RunReport) -> list[str]:
    detail = split_trouble(report.trouble or "")[1]
    last_good = ""
    if report.last_good_at:
        last_good = f"Last good run: {format_ago(report.finished_at - report.last_good_at)}."
    return [part for part in (detail, _what_was_written(report), report.remedy or "", last_good) if part]


def _what_was_written(report: RunReport) -> str:
    plays = f"{counted(len(report.posted), 'play')} had been added" if report.posted else ""
    changes = format_changes(report.lists.done)
    if plays or changes:
        changed = f"{changes} {'changed' if plays else 'had been changed'}" if changes else ""
        return f"{joined([plays, changed])} by then and stay."
    return "" if report.unclear else "Nothing was changed."
