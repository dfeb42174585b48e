from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sync.errors import LoginLost, ServiceUnavailable
from sync.model.evidence import Reason
from sync.model.mapping import CachedMapping, Resolution, Verdict
from sync.model.run import RunReport
from sync.report.issues import render_brake_issue, render_failure_issue, render_unmapped_issue
from tests.report.made_up_run import NOW, report_added, report_first_run, resolutions


def remembered(report: RunReport) -> RunReport:
    """The same library in a later run that looks nothing up again."""
    kept = {}
    for number, resolution in report.resolutions.items():
        kept[number] = CachedMapping(
            number, resolution.verdict, resolution.reason, "", NOW, candidates=resolution.candidates
        )
    return replace(report, run_id="later", started_at=NOW + timedelta(days=1), resolutions={}, remembered=kept)


def test_each_open_entry_is_a_task_with_its_lines_the_most_watched_first() -> None:
    title, body = render_unmapped_issue(report_added())

    assert title == "2 entries need a match on Trakt"
    assert body.startswith("<!-- trakt-sync:unmapped -->\n")
    assert body.index("- [ ] **[Kaiji Recap]") < body.index("- [ ] **[Tiny &#124; Idols")
    assert '\n  ```yaml\n  98765: {trakt: kaiji, episodes: {"1-2": s0e3}}  # Kaiji' in body


def test_a_later_run_that_only_remembers_writes_the_same_issue() -> None:
    for report in (report_added(), replace(report_added(), log_titles=False)):
        assert render_unmapped_issue(remembered(report)) == render_unmapped_issue(report)


def test_an_entry_that_was_settled_is_ticked() -> None:
    _, before = render_unmapped_issue(report_added())
    settled = replace(resolutions()[98765], verdict=Verdict.RESOLVED)
    report = replace(report_added(), resolutions={**resolutions(), 98765: settled})
    title, body = render_unmapped_issue(report, previous_body=before)

    assert title == "1 entry needs a match on Trakt"
    assert "- [x] [Kaiji Recap](https://anilist.co/anime/98765) <!-- entry:98765 -->" in body
    assert "- [ ] **[Tiny" in body
    assert render_unmapped_issue(report, previous_body=body) == (title, body)


def test_with_nothing_left_the_issue_says_so() -> None:
    _, before = render_unmapped_issue(report_added())
    title, body = render_unmapped_issue(replace(report_added(), resolutions={}), previous_body=before)

    assert title == "Every watched entry has a match on Trakt"
    assert "- [ ]" not in body
    assert body.count("- [x]") == 2


def test_a_library_full_of_open_entries_still_fits_an_issue() -> None:
    added = report_added()
    entries = {
        n: replace(added.entries[1], media=replace(added.entries[1].media, anilist_id=n)) for n in range(1, 2001)
    }
    open_ones = {n: Resolution(n, Verdict.UNRESOLVED, Reason.UNKNOWN) for n in entries}
    _, body = render_unmapped_issue(replace(added, entries=entries, resolutions=open_ones))

    assert len(body.encode()) < 60_000
    assert "more; they are listed as soon as some of these are settled." in body


def test_the_brake_issue_holds_the_preview_and_the_way_to_approve() -> None:
    title, body = render_brake_issue(report_first_run())

    assert title == "Ready to add 304 plays for 8 shows and 2 films: waiting for your word"
    assert body.startswith("<!-- trakt-sync:brake -->\n")
    assert "with **allow_large** ticked" in body
    assert "| ready | 10 | 304 |" in body
    assert "anime/11061" in body


def test_the_brake_issue_stays_the_same_while_the_plan_does() -> None:
    report = report_first_run()
    later = replace(report, run_id="later", started_at=NOW + timedelta(hours=6), warnings=("Something else.",))

    assert render_brake_issue(later) == render_brake_issue(report)


def test_the_failure_issue_says_what_to_do_and_since_when() -> None:
    error = LoginLost("Trakt no longer takes the stored log-in.", "Run Actions → Connect Trakt and follow the code.")
    title, body = render_failure_issue(error, since=NOW)

    assert title == "Trakt needs you to connect again"
    assert body.startswith("<!-- trakt-sync:failure -->\n")
    assert "Run Actions → Connect Trakt and follow the code." in body
    assert "The last good run was on 22 Nov 2026, 06:17 UTC." in body


def test_a_failure_issue_cannot_be_broken_by_what_a_service_says() -> None:
    error = ServiceUnavailable("AniList", 'AniList is off (403): "<script>@everyone</script>"', "Wait.")
    _, body = render_failure_issue(error)

    assert "<script>" not in body
    assert "@everyone" not in body
