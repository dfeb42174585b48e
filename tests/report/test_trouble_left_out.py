"""What was left out of the services' answers, in sentences."""

from __future__ import annotations

from sync.model.bounds import LeftOut
from sync.report.trouble import left_out_sentences


def test_a_sentence_says_how_many_rows_of_what_which_ones_and_why() -> None:
    rows = [
        LeftOut("list entries", "progress: expected `int` <= 20000", 9001),
        LeftOut("list entries", "expected `object`"),
    ]

    assert left_out_sentences({"AniList": rows}) == (
        "Left out 2 of the list entries (AniList), which cannot be right: "
        "9001 (progress: expected `int` <= 20000), one without an id (expected `object`).",
    )


def test_many_rows_are_counted_and_the_first_named() -> None:
    rows = [LeftOut("activities", "id: expected `int` >= 1", number) for number in range(1, 1_500)]

    (sentence,) = left_out_sentences({"AniList": rows})

    assert sentence.startswith("Left out 1,499 of the activities (AniList)")
    assert sentence.endswith("5 (id: expected `int` >= 1), and 1,494 more.")


def test_rows_of_many_kinds_do_not_fill_the_page() -> None:
    rows = [LeftOut(f"episodes of show {number}", "number: expected `int`") for number in range(1, 100)]

    sentences = left_out_sentences({"Trakt": rows})

    assert len(sentences) == 6
    assert sentences[-1] == "Left out 94 more rows (Trakt) that cannot be right."


def test_nothing_left_out_says_nothing() -> None:
    assert left_out_sentences({}) == ()
