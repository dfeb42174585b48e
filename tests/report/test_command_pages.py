from __future__ import annotations

from sync.report.command_pages import (
    Finding,
    Level,
    finding_lines,
    pull_request_title,
    render_bad_form,
    render_findings,
    render_pull_request,
)
from sync.report.preview_page import EntryPreview, headline, preview_lines, render_preview
from tests.report.made_up_set_up import findings, previews

HOSTILE = (
    "</details><script>x</script> | @everyone `a` [l](https://example.com)\n## ::error::b ##[error]c \u202e"
    + "A" * 9_999
)


def test_what_is_wrong_comes_first_each_with_its_page() -> None:
    page = render_findings(findings())

    assert page.startswith("## ❌ 3 things keep the sync from working\n")
    assert page.index("❌ overrides.yaml") < page.index("✅ All settings")
    assert "[open the page](https://github.com/misaki/trakt-sync/actions/workflows/sync.yml)" in page
    assert len(finding_lines(findings())) == len(findings()) + 1


def test_a_set_up_in_order_says_so_in_one_sentence() -> None:
    good = tuple(finding for finding in findings() if finding.level is Level.GOOD)

    assert render_findings(good).startswith("## ✅ The set-up is in order\n")


def test_a_preview_shows_episodes_with_air_dates_and_what_would_change() -> None:
    page = render_preview(previews())

    assert page.startswith("## ⚠️ 3 mappings, 1 of which needs another look\n")
    for words in (
        "1 → S0E2 (3 Jul 2023), 2–13 → S2E1–12 (10 Jul – 25 Sep 2023)",
        "Would add 13 plays, less what Trakt has already.",
        "1 play would stay under the old mapping (Undo with entry 146065 removes it).",
        "Trakt has no show",
        "taken out: it is mapped by itself again",
    ):
        assert words in page
    assert len(preview_lines(previews())) == 4


def test_a_hidden_entry_is_shown_by_ids_alone() -> None:
    said = render_preview(previews(log_titles=False)) + "".join(preview_lines(previews(log_titles=False)))

    assert "AniList 146065" in said
    assert "trakt.tv/shows/149287" in said
    for title in ("ushoku", "Kaiji", "Bebop"):
        assert title not in said


def test_hostile_titles_and_fields_stay_text() -> None:
    entries = previews(title=HOSTILE)
    finding = Finding(Level.WRONG, HOSTILE, HOSTILE)
    shown = (
        render_preview(entries),
        render_pull_request(f"1: {{skip: true, reason: {HOSTILE!r}}}", entries, [HOSTILE], issue=7).split("```")[0],
        render_bad_form([HOSTILE]),
        render_findings([finding]),
    )

    for page in shown:
        for markup in ("<script>", "](https://example.com)", "@everyone", "\u202e", "\n## ::"):
            assert markup not in page, markup
    assert len(pull_request_title(entries[0])) <= 200
    for line in finding_lines([finding]):
        assert "##[error]" not in line
        assert "\n" not in line


def test_a_preview_of_very_many_entries_is_cut() -> None:
    many: list[EntryPreview] = [previews()[0]] * 3_000

    assert len(render_preview(many).encode()) < 100_000
    assert "and 2,900 more" in render_preview(many)


def test_nothing_that_changed_is_said_to_be_nothing() -> None:
    assert headline(()) == "No mapping changes"
