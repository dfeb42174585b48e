"""Whatever a title holds, a page changes in nothing but that text; and no page outgrows its limit."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.model.mapping import Drift, DriftKind, Override, TitleRef
from sync.model.run import RunReport
from sync.model.trakt import Kind, TraktIds, TraktTitle
from sync.report.issues import render_brake_issue, render_unmapped_issue
from sync.report.log_lines import render_log_lines
from sync.report.status_page import render_status_page
from sync.report.summary import render_summary
from sync.report.text import escape, log_line, plain
from tests.report.made_up_run import report_added, report_first_run, report_one_entry, status

PIECES = [
    "`", "```", "|", "\\", "<b>", "</details>", "<!--", "-->", "&#64;", "[", "](", ")", "*", "_", "~~", "#1", "@me",
    "::error::", "##[error]", "${{ x }}", "\n", "\r\n", "\n\n## ", "\u2028", "\u202e", "\u200f", "\x1b[31m", "\x00",
    "- [ ] ", "1. ", "| --- |", "https://a.b/", "www.a.b", ":+1:", "GH-1", "שלום", "漢字", "e\u0301", "\ud800", "$x$",
]  # fmt: skip
hostile = st.one_of(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=12).map("".join),
    st.just("x" * 10_000),
    st.text(max_size=200),
)
REPORTS = {"added": report_added(), "first run": report_first_run(), "one entry": report_one_entry()}
reports = st.sampled_from(sorted(REPORTS)).map(REPORTS.__getitem__)

NAMED = 104578
BENIGN = "Qqq"
ALLOWED_TAGS = {"<details", "<summary", "</summary", "</details", "<br", "<sub", "</sub"}


def outside_code(page: str) -> str:
    """``page`` without fenced blocks and code spans, in which nothing is markup."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"```yaml.*?```", "", page, flags=re.DOTALL))


def titled(report: RunReport, title: str) -> RunReport:
    """``report`` with another title for one of its entries."""
    entry = report.entries[NAMED]
    media = replace(entry.media, title_english=title or None, title_romaji=None, title_native=None)
    return replace(report, entries={**report.entries, NAMED: replace(entry, media=media)})


def shown(title: str) -> str:
    return escape(plain(title) or f"AniList {NAMED}")


@given(hostile)
def test_escaping_keeps_the_text_and_nothing_else(text: str) -> None:
    escaped = escape(text)

    assert re.sub("[\u200b\u2068\u2069]", "", html.unescape(escaped)) == plain(text)
    assert not re.search(r"[\\`*_{}\[\]<>|~^$@\n\r]|&(?!#\d+;)|#(?!\d+;)", escaped)


@settings(max_examples=40)
@given(reports, hostile)
def test_a_title_changes_nothing_but_its_own_text(report: RunReport, title: str) -> None:
    page = render_summary(titled(report, title))

    assert page.replace(f"[{shown(title)}](", f"[{BENIGN}](") == render_summary(titled(report, BENIGN))


def named(words: str) -> TraktTitle:
    return TraktTitle(Kind.SHOW, TraktIds(1), words)


@settings(max_examples=40)
@given(reports, hostile)
def test_every_sentence_of_others_stays_on_its_line(report: RunReport, words: str) -> None:
    resolutions = {
        number: replace(
            resolution,
            override=Override(number, 3, skip=words, title=TitleRef("slug", Kind.SHOW, words)),
            drift=Drift(DriftKind.GONE, named(words), ()),
            candidates=tuple(
                replace(candidate, title=replace(candidate.title, title=words)) for candidate in resolution.candidates
            ),
        )
        for number, resolution in report.resolutions.items()
    }
    changed = replace(report, resolutions=resolutions, warnings=(words,), anilist_user=words)
    for page in (render_summary(changed), render_unmapped_issue(changed)[1], render_brake_issue(changed)[1]):
        assert page.count("<details>") == page.count("</details>")
        assert page.count("```") % 2 == 0
        assert set(re.findall(r"<(?!!--|https://)[^>\s]*", outside_code(page))) <= ALLOWED_TAGS
        assert not re.search(r"^\s*(::|##\[)", page, re.MULTILINE)


@settings(max_examples=40)
@given(reports, hostile)
def test_no_log_line_is_a_command_or_two_lines(report: RunReport, words: str) -> None:
    changed = replace(titled(report, words), warnings=(words,), anilist_user=words, trouble=words)
    for line in [*render_log_lines(changed), log_line(words)]:
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert line.splitlines() in ([line], [])


@settings(max_examples=40)
@given(reports, st.integers(min_value=0, max_value=9000))
def test_no_page_is_longer_than_its_limit_and_all_that_opens_closes(report: RunReport, limit: int) -> None:
    page = render_summary(report, limit=limit)

    assert len(page.encode()) <= limit
    assert page.count("<details>") == page.count("</details>")
    assert page.count("```") % 2 == 0


@settings(max_examples=20)
@given(hostile)
def test_the_status_page_keeps_its_shape(title: str) -> None:
    def rendered(words: str) -> str:
        known = status()
        media = replace(known.entries[NAMED].media, title_english=words or None)
        entries = {**known.entries, NAMED: replace(known.entries[NAMED], media=media)}
        return render_status_page(replace(known, entries=entries))

    assert sorted(rendered(title).replace(f"[{shown(title)}](", f"[{BENIGN}](").splitlines()) == sorted(
        rendered(BENIGN).splitlines()
    )


@given(reports)
def test_the_same_run_gives_the_same_bytes(report: RunReport) -> None:
    turned = replace(report, resolutions=dict(reversed(list(report.resolutions.items()))))

    assert render_summary(turned) == render_summary(report)
