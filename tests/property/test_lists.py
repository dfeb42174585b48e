"""Whatever AniList asks, Trakt holds and the job remembers: one run settles it, and the user's own changes stay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.model.lists import ItemKind, ListItem, ListPlan, Noted, Standing, TraktList, Wish
from sync.planning.lists.plan import is_open, open_items, plan_list

ITEMS = [ListItem(kind, number) for kind in ItemKind for number in range(1, 4)]
values = st.integers(1, 10)
holdings = st.dictionaries(st.sampled_from(ITEMS), values)
memories = st.dictionaries(st.sampled_from(ITEMS), st.builds(Noted, values, st.sampled_from(Standing)))
wishlists = st.dictionaries(st.sampled_from(ITEMS), values).map(
    lambda asked: [Wish(item, asked[item], (item.trakt_id,)) for item in sorted(asked)]
)


def unwanted(wishes: list[Wish], notes: dict[ListItem, Noted]) -> frozenset[ListItem]:
    return frozenset(notes) - {wish.item for wish in wishes}


def planned(wishes: list[Wish], notes: dict[ListItem, Noted], there: dict[ListItem, int]) -> ListPlan:
    """As a run plans: the list is read only if something is open."""
    gone = unwanted(wishes, notes)
    opened = open_items(wishes, gone, notes)
    return plan_list(TraktList.RATINGS, wishes if opened else [], gone, notes, there if opened else None)


def carried_out(
    plan: ListPlan, notes: dict[ListItem, Noted], there: dict[ListItem, int]
) -> tuple[dict[ListItem, Noted], dict[ListItem, int]]:
    lines: dict[ListItem, Noted | None] = {**notes, **plan.noted.get(TraktList.RATINGS, {})}
    held: dict[ListItem, int | None] = {**there}
    for change in plan.changes:
        held[change.item] = change.after
        lines[change.item] = None if change.after is None else Noted(change.after, Standing.SET, change.anilist_ids)
    kept = {item: note for item, note in lines.items() if note is not None}
    return kept, {item: value for item, value in held.items() if value is not None}


@given(wishlists, memories, holdings)
def test_a_second_run_writes_nothing_and_reads_nothing(
    wishes: list[Wish], notes: dict[ListItem, Noted], there: dict[ListItem, int]
) -> None:
    notes, there = carried_out(planned(wishes, notes, there), notes, there)

    assert open_items(wishes, unwanted(wishes, notes), notes) == frozenset()
    assert planned(wishes, notes, there).changes == ()


@given(wishlists, memories, holdings)
def test_every_change_says_truly_what_was_there_before(
    wishes: list[Wish], notes: dict[ListItem, Noted], there: dict[ListItem, int]
) -> None:
    changes = planned(wishes, notes, there).changes

    assert [there.get(change.item) for change in changes] == [change.before for change in changes]
    assert all(change.before != change.after for change in changes)
    assert len({change.item for change in changes}) == len(changes)


@given(wishlists, memories, holdings)
def test_what_is_not_ours_is_never_taken_away(
    wishes: list[Wish], notes: dict[ListItem, Noted], there: dict[ListItem, int]
) -> None:
    taken = [change.item for change in planned(wishes, notes, there).changes if change.after is None]

    assert all(notes[item].standing in (Standing.SET, Standing.PENDING) for item in taken)


@given(wishlists, memories, holdings)
def test_what_the_user_changed_after_us_is_never_written_over(
    wishes: list[Wish], notes: dict[ListItem, Noted], there: dict[ListItem, int]
) -> None:
    for change in planned(wishes, notes, there).changes:
        note = notes.get(change.item)
        if note is not None and note.standing in (Standing.SET, Standing.FOUND) and change.after is not None:
            assert there.get(change.item) == note.value
        assert note is None or note.standing is not Standing.THEIRS


@given(wishlists, memories, holdings)
def test_an_undo_restores_the_shelf(
    wishes: list[Wish], notes: dict[ListItem, Noted], there: dict[ListItem, int]
) -> None:
    plan = planned(wishes, notes, there)
    _, after = carried_out(plan, notes, there)
    restored: dict[ListItem, int | None] = {**after, **{change.item: change.before for change in plan.changes}}

    assert there == {item: value for item, value in restored.items() if value is not None}


@given(st.one_of(st.none(), values), st.builds(Noted, values, st.sampled_from(Standing)))
def test_only_what_is_ours_or_unsettled_depends_on_trakt(wanted: int | None, known: Noted) -> None:
    if is_open(wanted, known):
        assert known.standing is not Standing.THEIRS
        assert wanted is None or known.value != wanted or known.standing is Standing.PENDING
