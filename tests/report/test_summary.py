from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.model.anilist import MediaListEntry
from sync.model.evidence import Reason
from sync.model.mapping import CachedMapping, Drift, DriftKind, Override, Resolution, Span, Verdict
from sync.model.plan import Displaced, Plan, Waiting, WaitingFor
from sync.model.run import Outcome, RunReport
from sync.model.trakt import PlayKind
from sync.report.log_lines import render_log_lines
from sync.report.override_snippet import candidate_lines
from sync.report.summary import render_summary
from tests.report.made_up_run import (
    NOW,
    report_added,
    report_first_run,
    report_nothing_new,
    report_one_entry,
    report_outage,
    resolutions,
)


def as_private(report: RunReport) -> RunReport:
    entries = {number: replace(entry, private=True) for number, entry in report.entries.items()}
    return replace(report, entries=entries)


def everything(report: RunReport) -> str:
    return render_summary(report) + "\n".join(render_log_lines(report))


def lines_with(page: str, words: str) -> list[str]:
    return [line for line in page.splitlines() if words in line]


@pytest.mark.parametrize(
    ("report", "headline"),
    [
        (report_added(), "## ✅ 15 plays added for 3 shows and 1 film"),
        (report_nothing_new(), "## ✅ Up to date"),
        (report_first_run(), "## ⏸ Ready to add 304 plays for 8 shows and 2 films: waiting for your word"),
        (report_one_entry(), "## 👀 Preview: would add 13 plays for 1 show"),
        (report_outage(), "## ⚠️ AniList is switched off at the moment"),
        (
            replace(report_added(), outcome=Outcome.PARTIAL, carried_over=8397),
            "## ⏳ 15 of 8,412 plays added: the next run carries on",
        ),
        (
            replace(report_outage(), outcome=Outcome.FAILED, trouble="Trakt needs you to connect again. It said no."),
            "## ❌ Trakt needs you to connect again",
        ),
    ],
    ids=lambda value: value.outcome.value if isinstance(value, RunReport) else "",
)
def test_the_first_line_says_whether_all_is_well(report: RunReport, headline: str) -> None:
    assert render_summary(report).splitlines()[0] == headline


def test_one_line_says_whose_history_it_is_and_what_it_took() -> None:
    assert (
        "AniList `misaki` → Trakt `misaki` · 22 Nov 2026, 06:17 UTC · 11 requests · 9 s · run `20261122-0617-a3f`"
        in render_summary(report_added())
    )


def test_an_added_show_is_linked_dated_and_explained() -> None:
    (row,) = lines_with(render_summary(report_added()), "anime/104578")

    assert row == (
        "| [Attack on Titan Season 3 Part 2](https://anilist.co/anime/104578) | 1–10 "
        "| [Attack on Titan S3E13–22](https://trakt.tv/shows/attack-on-titan) "
        "| 3–9\N{NO-BREAK SPACE}Nov<br><sub>spread between your start and finish dates</sub> "
        "| ep 1–10 → S3E13–22, because AniBridge and Fribb's list say season 3 "
        "and S3E13 aired on the entry's start date |"
    )


def test_a_date_is_never_broken_in_two_on_a_narrow_screen() -> None:
    (row,) = lines_with(render_summary(report_added()), "anime/182255")

    assert "| 20\N{NO-BREAK SPACE}Nov\N{NO-BREAK SPACE}21:40, 21\N{NO-BREAK SPACE}Nov" in row


def test_a_film_is_a_tick_and_a_film() -> None:
    (row,) = lines_with(render_summary(report_added()), "anime/142770")

    assert "| ✓ | [film](https://trakt.tv/movies/suzume-2022) |" in row


def test_most_plays_come_first() -> None:
    page = render_summary(report_added())

    assert page.index("anime/104578") < page.index("anime/182255") < page.index("anime/142770")


def test_what_other_apps_made_and_what_the_user_removed_are_folded_away() -> None:
    page = render_summary(report_added())

    assert "<details><summary>Left as it is: 3 plays that other apps had already made</summary>" in page
    assert "<details><summary>Left as it is: 1 play that you removed on Trakt</summary>" in page
    assert "- [ONE PIECE](https://anilist.co/anime/21): episode 590" in page


def test_an_entry_in_need_shows_its_candidates_and_a_line_to_paste() -> None:
    page = render_summary(report_added())

    assert "### Needs you: 2 entries" in page
    assert (
        "- [Kaiji: Ultimate Survivor (2007)](https://trakt.tv/shows/kaiji), S0E3–4. For: Fribb's list names the show. "
        "Against: S0E3 aired long before or after the start date." in page
    )
    assert '```yaml\n98765: {trakt: kaiji, episodes: {"1-2": s0e3}}  # Kaiji' in page
    assert "[`overrides.yaml`](https://github.com/misaki/anime-sync/edit/main/overrides.yaml)" in page


def test_the_most_watched_entry_in_need_comes_first() -> None:
    page = render_summary(report_added())

    assert page.index("Kaiji Recap") < page.index("Tiny &#124; Idols")


def test_a_remembered_entry_in_need_keeps_the_lines_it_was_given() -> None:
    kaiji = resolutions()[98765]
    lines = candidate_lines(kaiji)
    cached = CachedMapping(98765, kaiji.verdict, kaiji.reason, "", NOW, candidates=kaiji.candidates)
    page = render_summary(replace(report_nothing_new(), entries=report_added().entries, remembered={98765: cached}))

    assert f"```yaml\n{lines[0]}\n# or: {lines[1]}\n" in page


def test_a_run_that_added_plays_says_how_to_take_them_back() -> None:
    assert (
        "run id](https://github.com/misaki/anime-sync/actions/workflows/undo.yml)* `20261122-0617-a3f` takes exactly"
        in (render_summary(report_added()))
    )
    assert "Undo" not in render_summary(report_first_run())


def test_a_run_stopped_by_the_brake_says_how_to_approve_it() -> None:
    page = render_summary(report_first_run())

    assert "Nothing has been written." in page
    assert "A run adds at most 100 plays by itself." in page
    assert "with **allow_large** ticked" in page


def test_a_preview_counts_what_is_ready_there_needed_and_skipped() -> None:
    page = render_summary(report_first_run())

    assert "| ready | 10 | 304 |" in page
    assert "| already on Trakt | 1 | 3 |" in page
    assert "| needs you | 2 | 3 |" in page
    assert "| skipped (planning 43, private 3, by override 11) | 57 | – |" in page


def test_nothing_new_says_since_when() -> None:
    page = render_summary(report_nothing_new())

    assert "No new scrobbles since 21 Nov 2026, 21:17 UTC." in page
    assert "353 entries mapped" in page


def test_an_outage_says_what_happened_that_nothing_changed_and_when_all_was_well() -> None:
    page = render_summary(report_outage())

    assert (
        'It answered (403): "The AniList API has been temporarily disabled." Nothing was changed. '
        "The next run tries again by itself. Last good run: 6 hours ago." in page
    )


def test_a_failure_after_some_plays_says_that_they_stay() -> None:
    failed = replace(report_added(), outcome=Outcome.FAILED, trouble="Trakt fell silent.", remedy="Run again.")
    page = render_summary(failed)

    assert "15 plays had been added by then and stay. Run again." in page
    assert "Nothing was changed" not in page
    assert "anime/104578" in page


def test_a_failure_of_which_nobody_knows_what_it_did_does_not_say_that_nothing_was_changed() -> None:
    page = render_summary(replace(report_outage(), outcome=Outcome.FAILED, unclear=27))

    assert "Nothing was changed" not in page


def test_a_run_on_one_entry_shows_its_breakpoint_map() -> None:
    page = render_summary(report_one_entry())

    assert "| AniList episodes | → Trakt | season | first number |" in page
    assert "S0E2](https://trakt.tv/shows/mushoku-tensei-jobless-reincarnation) | 0 (specials) | 2 |" in page
    assert "| 2–13 | " in page
    assert "On the list as completed, progress 13 of 13." in page


def test_an_id_that_is_not_on_the_list_is_explained() -> None:
    page = everything(replace(report_nothing_new(), only=4242))

    assert "AniList 4242 is not on this list, so there is nothing to sync for it." in page


def test_a_skipped_entry_is_explained() -> None:
    skipped = Resolution(1, Verdict.SKIPPED, Reason.SKIPPED, override=Override(1, 7, skip="not on Trakt"))
    report = replace(report_one_entry(), only=1, resolutions={1: skipped}, plan=Plan())

    assert "It is left out on purpose: left out by line 7 of the overrides: not on Trakt." in render_summary(report)


def test_waiting_displaced_refused_decreased_and_drifted_entries_are_all_named() -> None:
    added = report_added()
    plan = replace(
        added.plan,
        waiting=(Waiting(21, (1121, 1122), WaitingFor.AIRING),),
        displaced=(Displaced(146065, 1, PlayKind.EPISODE, 5, 6),),
        decreased=(1,),
    )
    jujutsu = added.resolutions[145064]
    assert jujutsu.title is not None
    drift = Drift(DriftKind.RECUT, jujutsu.title, (Span(1, 23, 2, 1),))
    drifted = {**added.resolutions, 145064: replace(jujutsu, drift=drift)}
    report = replace(added, plan=plan, not_found=added.posted[:2], resolutions=drifted)

    page = render_summary(report)

    assert "Waiting: 2 watched episodes that Trakt does not list yet" in page
    assert "): episodes 1121–1122: Trakt says that they are yet to air" in page
    assert "### Standing under an old mapping: 1 play" in page
    assert "episode 1. Run Undo for entry 146065" in page
    assert "### Trakt did not take 2 plays" in page
    assert "### Changed on Trakt: 1 entry" in page
    assert "ep 1–23 → S2E1–23 no longer holds the same episodes" in page
    assert "Progress went down: 1 entry, nothing is taken back" in page


def test_requests_are_shown_against_their_limits() -> None:
    assert "AniList 2 of 30 · Trakt 9 of 500" in render_summary(report_added())


def test_a_warning_is_shown_with_its_setting_as_code() -> None:
    assert "- ⚠️ The AniList token expires on 14 Dec 2026: make a new one and put it in `ANILIST_ACCESS_TOKEN`." in (
        render_summary(report_added())
    )


@pytest.mark.parametrize("report", [report_added(), report_first_run(), report_one_entry()])
def test_without_titles_no_page_names_one(report: RunReport) -> None:
    plan = replace(report.plan, waiting=(Waiting(21, (1122,), WaitingFor.LISTING),))
    drifted = {
        number: replace(r, drift=Drift(DriftKind.GONE, r.title, r.spans)) if r.title else r
        for number, r in report.resolutions.items()
    }
    said = everything(replace(report, log_titles=False, plan=plan, resolutions=drifted)).lower()

    for word in ("titan", "frieren", "suzume", "kaiji", "idols", "mushoku", "piece", "bebop", "fribb names"):
        assert word not in said
    assert "anilist 146065" in said


def test_a_private_entry_is_named_by_its_id_only_and_the_others_by_title() -> None:
    added = report_added()
    frieren = replace(added.entries[182255], private=True)
    said = everything(replace(added, entries={**added.entries, 182255: frieren}))

    assert "Frieren" not in said
    assert "frieren" not in said
    assert "[S1E37–38](https://trakt.tv/shows/1001)" in said
    assert "Attack on Titan Season 3 Part 2" in said


def test_a_remembered_private_entry_shows_no_line_that_names_it() -> None:
    added = report_added()
    kaiji = resolutions()[98765]
    cached = CachedMapping(98765, kaiji.verdict, kaiji.reason, "", NOW, candidates=kaiji.candidates)
    private = replace(as_private(added), resolutions={}, remembered={98765: cached})

    assert "kaiji" not in everything(private).lower()


def test_an_entry_that_left_the_list_is_named_by_its_id_only() -> None:
    entries: dict[int, MediaListEntry] = {}

    assert "Cowboy" not in everything(replace(report_added(), entries=entries))


def test_the_log_says_the_same_in_plain_sentences() -> None:
    lines = render_log_lines(report_added())

    assert lines[0] == "15 plays added for 3 shows and 1 film."
    assert (
        "Added: Frieren: Beyond Journey’s End Season 2 (182255) 9–10 → Frieren: Beyond Journey's End S1E37–38 "
        "(20 Nov 21:40, 21 Nov 21:12, from your AniList activity): ep 1–10 → S1E29–38, because "
        "AniBridge and bangumi-data say season 1 and S1E29 aired on the entry's start date." in lines
    )
    assert any(line.startswith("Needs you: Kaiji Recap (98765), 2 episodes: ") for line in lines)
    assert lines[-1] == "To take these 15 plays back: python -m sync undo 20261122-0617-a3f"


def test_the_log_holds_no_markdown() -> None:
    assert not any(mark in line for line in render_log_lines(report_added()) for mark in ("](", "**", "<br>", "&#"))


def test_a_long_log_is_cut_and_points_to_the_summary() -> None:
    added = report_added()
    posted = tuple(replace(added.posted[0], anilist_id=number) for number in range(1, 251))
    lines = render_log_lines(replace(added, posted=posted))

    assert sum(line.startswith("Added: ") for line in lines) == 100
    assert "… and 150 more; the summary names them." in lines


def test_a_long_run_says_how_long_in_minutes() -> None:
    assert "· 9 min 5 s ·" in render_summary(replace(report_added(), finished_at=NOW + timedelta(seconds=545)))
