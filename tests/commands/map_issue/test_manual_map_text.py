from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.commands.map_issue.manual_map import put_entry
from sync.commands.shell import changed_entries, parse_overrides_text
from sync.errors import ConfigError

FILE = """\
# My own mappings.

1: {skip: "seen elsewhere"}  # a "quoted" # remark
# About the next one:
146065:
  trakt: mushoku-tensei  # the show
  # the first one is a special
  episodes:
    "1": s0e2
    "2-13": s2e1

# The end.
"""


def test_a_new_entry_goes_to_the_end_and_nothing_else_moves() -> None:
    assert f"{FILE}7: {{trakt: 86}}\n" == put_entry(FILE, 7, "7: {trakt: 86}")


def test_an_entry_of_one_line_is_replaced_in_its_place_and_keeps_its_remark() -> None:
    changed = put_entry(FILE, 1, "1: {trakt: cowboy-bebop}")

    assert '1: {trakt: cowboy-bebop}  # a "quoted" # remark\n# About' in changed
    assert changed.split("# About")[1] == FILE.split("# About")[1]


def test_an_entry_of_several_lines_is_replaced_and_its_comments_are_kept() -> None:
    changed = put_entry(FILE, 146065, "146065: {trakt: 86, season: 2}")

    assert (
        FILE.split("146065", maxsplit=1)[0]
        + "  # the first one is a special\n146065: {trakt: 86, season: 2}  # the show\n\n# The end.\n"
        == changed
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "# nothing yet", "---\n", "1: {skip: x}"])
def test_a_file_without_entries_or_without_a_last_line_end_is_no_trouble(text: str) -> None:
    assert 7 in parse_overrides_text(put_entry(text, 7, "7: {trakt: 86}")).entries


def test_line_ends_of_windows_stay() -> None:
    changed = put_entry("1: {skip: x}\r\n2: {skip: y}\r\n", 1, "1: {trakt: 86}")

    assert changed == "1: {trakt: 86}\r\n2: {skip: y}\r\n"


@pytest.mark.parametrize("text", ["{1: {skip: x}, 2: {skip: y}}\n", "1: {skip: x}\n...\n"])
def test_a_file_that_cannot_be_changed_safely_is_left_alone(text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be changed by a program"):
        put_entry(text, 1, "1: {trakt: 86}") if text.startswith("{") else put_entry(text, 7, "7: {trakt: 86}")


def test_a_file_with_mistakes_is_left_alone() -> None:
    with pytest.raises(ConfigError, match="did you mean"):
        put_entry("1: {trakt: x, seasn: 3}\n", 7, "7: {trakt: 86}")


def test_what_changed_between_two_files_is_told_without_regard_to_lines() -> None:
    before, after = (
        parse_overrides_text("1: {skip: x}\n2: {skip: y}\n"),
        parse_overrides_text("# moved\n\n2: {skip: y}\n3: {skip: z}\n"),
    )

    assert (frozenset({3}), frozenset({1})) == changed_entries(before, after)


COMMENTS = st.sampled_from(["", "  # why", '  # it\'s "so"'])
BLOCK = st.sampled_from(
    [
        "{skip: 'x # no comment'}",
        "{trakt: a-b, season: 1}",
        "\n  trakt: a-b\n  # inside\n  season: 1",
        "{trakt: 5,\n  season: 2}",
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(BLOCK, COMMENTS, st.sampled_from(["", "\n", "# above\n"])), max_size=5), st.integers(1, 7))
def test_any_file_keeps_its_other_entries_and_all_its_comments(
    entries: list[tuple[str, str, str]], anilist_id: int
) -> None:
    text = "".join(f"{above}{n}: {block}{remark}\n" for n, (block, remark, above) in enumerate(entries, 1))
    before = parse_overrides_text(text)

    changed = put_entry(text, anilist_id, f"{anilist_id}: {{trakt: 86}}")

    after = parse_overrides_text(changed)
    assert changed_entries(before, after) == (frozenset({anilist_id}), frozenset())
    for words in ("# above", "# inside", "# why", '# it\'s "so"'):
        assert text.count(words) == changed.count(words)
