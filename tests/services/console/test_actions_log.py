"""Workflow commands, annotations and the summary file, as GitHub's runner takes them."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest

from sync.services.console.actions_log import LARGEST_SUMMARY, ActionsLog, ActionsLogHandler, append_summary

SECRET = "s3cr3t-token"


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


def on_actions(out: io.StringIO) -> ActionsLog:
    return ActionsLog(out, in_actions=True, redact=lambda text: text.replace(SECRET, "***"))


def at_home(out: io.StringIO) -> ActionsLog:
    return ActionsLog(out, in_actions=False, redact=lambda text: text.replace(SECRET, "***"))


def test_an_annotation_stands_at_its_line(out: io.StringIO) -> None:
    on_actions(out).error("no such season", file="overrides.yaml", line=14, column=3, title="overrides.yaml")

    assert out.getvalue() == "::error file=overrides.yaml,line=14,col=3,title=overrides.yaml::no such season\n"


def test_messages_and_properties_are_escaped_each_in_its_way(out: io.StringIO) -> None:
    on_actions(out).warning("50 %\r\ndone: yes, all", title="100 %: a, b\n")

    assert out.getvalue() == "::warning title=100 %25%3A a%2C b%0A::50 %25%0D%0Adone: yes, all\n"


def test_a_remark_without_a_place_has_no_properties(out: io.StringIO) -> None:
    on_actions(out).notice("Up to date")

    assert out.getvalue() == "::notice::Up to date\n"


def test_the_eleventh_of_a_kind_is_a_plain_line(out: io.StringIO) -> None:
    log = on_actions(out)
    for number in range(12):
        log.warning(f"entry {number}", file="overrides.yaml", line=number + 1)
    log.error("another kind")

    lines = out.getvalue().splitlines()
    assert [line.startswith("::warning") for line in lines[:12]] == [True] * 10 + [False] * 2
    assert lines[10] == "Warning: overrides.yaml:11: entry 10"
    assert lines[12] == "::error::another kind"


def test_a_long_message_is_cut_to_what_the_runner_keeps(out: io.StringIO) -> None:
    on_actions(out).error("x" * 5_000)

    message = out.getvalue().removeprefix("::error::").rstrip("\n")
    assert len(message) == 4_096
    assert message.endswith("x…")


def test_secrets_are_masked_whole_and_line_by_line(out: io.StringIO) -> None:
    on_actions(out).mask(["one-token", "first line\r\nsecond 100 %\n", "", "\n"])

    assert out.getvalue().splitlines() == [
        "::add-mask::one-token",
        "::add-mask::first line%0D%0Asecond 100 %25",
        "::add-mask::first line",
        "::add-mask::second 100 %25",
    ]


def test_masks_are_not_printed_where_nobody_would_eat_them(out: io.StringIO) -> None:
    at_home(out).mask([SECRET])

    assert out.getvalue() == ""


@pytest.mark.parametrize(
    "hostile",
    ["::error::gotcha", "  ::set-env name=PATH::x", "\t::add-mask::a", "a ##[error]gotcha", "::stop-commands::x"],
)
def test_text_of_others_is_no_command(out: io.StringIO, hostile: str) -> None:
    on_actions(out).say(f"Adding plays\n{hostile}")

    line = out.getvalue().splitlines()[1]
    assert not line.lstrip().startswith("::")
    assert "##[" not in line
    assert line.replace("\u2060", "") == hostile


def test_a_group_is_closed_even_when_its_block_fails(out: io.StringIO) -> None:
    log = on_actions(out)
    with pytest.raises(RuntimeError), log.group("Reading Trakt"):
        raise RuntimeError

    assert out.getvalue().splitlines() == ["::group::Reading Trakt", "::endgroup::"]


def test_at_home_everything_is_plain_words(out: io.StringIO) -> None:
    log = at_home(out)
    with log.group("Reading Trakt"):
        log.say("2 pages")
    log.warning("looks odd", file="overrides.yaml", line=3)
    log.error("failed", title="Trakt")
    log.debug("detail")

    assert out.getvalue().splitlines() == [
        "Reading Trakt",
        "2 pages",
        "Warning: overrides.yaml:3: looks odd",
        "Error: Trakt: failed",
        "detail",
    ]


def test_every_way_of_saying_something_is_redacted(out: io.StringIO) -> None:
    for log in (on_actions(out), at_home(out)):
        log.say(f"a {SECRET}")
        log.notice(f"b {SECRET}", title=SECRET)
        log.warning(SECRET)
        log.error(SECRET)
        log.debug(SECRET)
        with log.group(f"group {SECRET}"):
            pass

    assert SECRET not in out.getvalue()
    assert out.getvalue().count("***") == 14


def test_a_stream_that_cannot_spell_it_gets_question_marks() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    ActionsLog(stream, in_actions=True).say("すずめ → Suzume")

    assert raw.getvalue() == b"??? ? Suzume\n"


class TestLogging:
    @pytest.fixture
    def logger(self, out: io.StringIO) -> logging.Logger:
        logger = logging.Logger("sync.test", logging.DEBUG)
        logger.addHandler(ActionsLogHandler(on_actions(out), logging.DEBUG))
        return logger

    def test_records_become_sentences_and_annotations(self, out: io.StringIO, logger: logging.Logger) -> None:
        logger.debug("GET %s", "/sync")
        logger.info("Read %d entries.", 419)
        logger.warning("Trakt is slow.")
        logger.error("Trakt is gone.")

        assert out.getvalue().splitlines() == [
            "::debug::GET /sync",
            "Read 419 entries.",
            "::warning::Trakt is slow.",
            "::error::Trakt is gone.",
        ]

    def test_secrets_in_arguments_and_tracebacks_are_redacted(self, out: io.StringIO, logger: logging.Logger) -> None:
        try:
            raise ValueError(f"token {SECRET}")
        except ValueError:
            logger.exception("It broke with %s", SECRET)

        assert SECRET not in out.getvalue()
        assert "Traceback" in out.getvalue()
        assert len(out.getvalue().splitlines()) == 1

    def test_a_record_that_cannot_be_formatted_ends_nothing_and_shows_nothing(
        self, out: io.StringIO, logger: logging.Logger, capsys: pytest.CaptureFixture[str]
    ) -> None:
        logger.info("%d entries", SECRET)
        logger.info("still here")

        assert out.getvalue() == "still here\n"
        assert SECRET not in capsys.readouterr().err


class TestSummary:
    def test_pages_are_added_one_after_another(self, tmp_path: Path) -> None:
        append_summary(tmp_path / "summary.md", "## ✅ Up to date")
        append_summary(tmp_path / "summary.md", "More\n")

        assert (tmp_path / "summary.md").read_text(encoding="utf-8") == "## ✅ Up to date\nMore\n"

    def test_a_page_of_exactly_the_limit_is_whole(self, tmp_path: Path) -> None:
        page = "x" * (LARGEST_SUMMARY - 1) + "\n"
        append_summary(tmp_path / "summary.md", page)

        assert (tmp_path / "summary.md").read_text() == page

    def test_a_page_too_large_is_cut_at_a_line_and_says_so(self, tmp_path: Path) -> None:
        row = "| すずめ | 1–12 | → S1E1–12 |\n"
        append_summary(tmp_path / "summary.md", row * 60_000)

        content = (tmp_path / "summary.md").read_bytes()
        assert LARGEST_SUMMARY - 1_024 < len(content) <= LARGEST_SUMMARY
        lines = content.decode().splitlines(keepends=True)
        assert lines[-1].startswith("_The rest was cut off")
        assert set(lines[:-3]) == {row}

    def test_what_the_cut_left_open_is_closed(self, tmp_path: Path) -> None:
        page = "<details><summary>all</summary>\n\n```yaml\n" + "1: {skip: true}\n" * 80_000 + "```\n</details>\n"
        append_summary(tmp_path / "summary.md", page)

        content = (tmp_path / "summary.md").read_text()
        assert content.count("```") == 2
        assert content.count("</details>") == 1
        assert len(content.encode()) <= LARGEST_SUMMARY

    def test_what_stands_there_already_counts(self, tmp_path: Path) -> None:
        path = tmp_path / "summary.md"
        append_summary(path, "a line\n" * 100_000)
        append_summary(path, "b line\n" * 100_000)

        assert path.stat().st_size <= LARGEST_SUMMARY
        assert path.read_text().startswith("a line\n" * 100_000 + "b line\n")

    def test_a_full_file_takes_no_more(self, tmp_path: Path) -> None:
        path = tmp_path / "summary.md"
        path.write_text("x" * (LARGEST_SUMMARY - 10))
        append_summary(path, "one line too many\n")

        assert path.stat().st_size == LARGEST_SUMMARY - 10
