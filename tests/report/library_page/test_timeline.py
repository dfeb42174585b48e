"""The runs of the journal, with what was taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.model.journal import JournalAction, JournalLine, JournalPlay
from sync.model.library import LibraryRun, RunPart
from sync.model.run import LastSync, Outcome, RunLine
from sync.model.trakt import PlayKind
from sync.report.library_page.timeline import library_runs

NOW = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)
ADD, VOID, UNDO = JournalAction.ADD, JournalAction.VOID, JournalAction.UNDO


def play(anilist_id: int, episode: int) -> JournalPlay:
    return JournalPlay(anilist_id, episode, PlayKind.EPISODE, anilist_id * 100 + episode, "unknown")


def line(run_id: str, action: JournalAction, *plays: JournalPlay, undoes: str | None = None) -> JournalLine:
    return JournalLine(run_id, NOW, action, plays, undoes)


def test_a_run_is_what_all_its_batches_added() -> None:
    lines = (line("a", ADD, play(1, 1), play(2, 1)), line("a", ADD, play(1, 2)))

    assert library_runs(lines, LastSync()) == (
        LibraryRun("a", NOW, added=3, parts=(RunPart(1, (1, 2)), RunPart(2, (1,)))),
    )


def test_what_trakt_did_not_take_was_not_added() -> None:
    lines = (line("a", ADD, play(1, 1), play(1, 2)), line("a", VOID, play(1, 2), undoes="a"))

    assert library_runs(lines, LastSync()) == (LibraryRun("a", NOW, added=1, parts=(RunPart(1, (1,)),)),)


def test_an_undo_strikes_what_it_took_back_and_is_no_run_of_its_own() -> None:
    lines = (
        line("a", ADD, play(1, 1), play(1, 2), play(2, 1)),
        line("undo", UNDO, play(1, 2), undoes="a"),
        line("undo2", UNDO, play(2, 1)),
    )

    assert library_runs(lines, LastSync()) == (
        LibraryRun(
            "a",
            NOW,
            added=3,
            undone=2,
            parts=(RunPart(1, (1,)), RunPart(1, (2,), undone=True), RunPart(2, (1,), undone=True)),
        ),
    )


def test_an_undo_of_another_run_leaves_a_run_alone() -> None:
    lines = (line("a", ADD, play(1, 1)), line("undo", UNDO, play(1, 1), undoes="b"))

    assert library_runs(lines, LastSync())[0].undone == 0


def test_a_play_that_two_runs_wrote_down_is_the_later_ones() -> None:
    lines = (line("cut-off", ADD, play(1, 1)), line("b", ADD, play(1, 1)))

    assert [(run.run_id, run.added) for run in library_runs(lines, LastSync())] == [("b", 1)]


def test_a_play_added_again_after_an_undo_counts_for_both() -> None:
    lines = (line("a", ADD, play(1, 1)), line("undo", UNDO, play(1, 1), undoes="a"), line("b", ADD, play(1, 1)))

    assert [(run.run_id, run.added, run.undone) for run in library_runs(lines, LastSync())] == [
        ("a", 1, 1),
        ("b", 1, 0),
    ]


def test_the_record_of_the_last_runs_adds_how_they_ended() -> None:
    later = NOW + timedelta(hours=6)
    last = LastSync(runs=(RunLine("a", NOW, Outcome.ADDED, 1, 9), RunLine("c", later, Outcome.BRAKE, 0, 74, changed=2)))

    assert library_runs((line("a", ADD, play(1, 1)),), last) == (
        LibraryRun("a", NOW, 1, outcome=Outcome.ADDED, seconds=9, parts=(RunPart(1, (1,)),)),
        LibraryRun("c", later, 0, changed=2, outcome=Outcome.BRAKE, seconds=74),
    )
