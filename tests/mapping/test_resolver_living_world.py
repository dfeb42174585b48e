"""Kinds of trouble in a world that is not finished, five made-up cases of each: right, or left, never wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sync.mapping.sources.claims import MappingIndex
from sync.model.anilist import Airing, Media, MediaDetails, MediaFormat, MediaRelation, MediaStatus, RelationType
from sync.model.evidence import Reason
from sync.model.mapping import Resolution, Span, Verdict
from sync.model.trakt import ShowLayout, TraktEpisode
from tests.mapping.building import Trakt, bangumi, entry, film, fribb, index, show, span, weekly

SHOW, FIRST, SECOND = 7, 100, 200
AIRS = MediaStatus.RELEASING
WEEK = timedelta(days=7)
DAYS = ("2021-01-09", "2019-04-06", "2022-07-02", "2023-10-07", "2018-10-03")
"""Five days on which something may begin."""

each_day = pytest.mark.parametrize("day", DAYS)


def resolved(
    media: Media, layout: ShowLayout, found: MappingIndex, *, details: MediaDetails | None = None
) -> Resolution:
    trakt = Trakt([layout])
    if details is not None:
        trakt.details[media.anilist_id] = details
    return trakt.resolve([media], found).resolutions[media.anilist_id]


def day_of(day: str, weeks: int) -> str:
    return (date.fromisoformat(day) + weeks * WEEK).isoformat()


def named(offset: int = 0, day: str = DAYS[0]) -> MappingIndex:
    """Two datasets that name the show's first season."""
    return index(fribb=[fribb(SECOND, SHOW, 1, offset)], bangumi=[bangumi(SECOND, f"tv/{SHOW}", day)])


def with_recap(own: list[TraktEpisode], at: int) -> ShowLayout:
    """A season with a recap, number ``at``, three days after the episode before it; what follows moves up by one."""
    before = own[at - 2].first_aired
    assert before is not None
    recap = TraktEpisode(99, 1, at, "Special", before + timedelta(days=3), 24)
    return show(SHOW, [*(replace(each, number=each.number + (each.number >= at)) for each in own), recap])


@pytest.mark.parametrize("listed", [1, 2, 3, 5, 8])
def test_what_airs_runs_to_its_count_and_stays_open_without_one(listed: int) -> None:
    layout = show(SHOW, weekly(1, range(1, listed + 1), DAYS[0]))

    counted = resolved(entry(SECOND, 12, DAYS[0], status=AIRS), layout, named())
    uncounted = resolved(entry(SECOND, None, DAYS[0], status=AIRS), layout, named())

    assert (counted.verdict, counted.spans) == (Verdict.PROVISIONAL, (span(1, 12, 1, 1),))
    assert (uncounted.verdict, uncounted.spans) == (Verdict.PROVISIONAL, (span(1, None, 1, 1),))


@each_day
def test_a_second_cour_that_is_not_listed_yet_is_not_the_first_one(day: str) -> None:
    """Its sources say episode 13, of which Trakt lists nothing yet."""
    layout = show(SHOW, weekly(1, range(1, 13), day_of(day, -26)))
    media = entry(SECOND, 12, day, status=AIRS, title="An anime Part 2")

    resolution = resolved(media, layout, named(12, day))

    assert not _writes(resolution, layout)


@each_day
def test_a_sequel_that_is_not_listed_yet_is_not_where_its_show_begins(day: str) -> None:
    layout = show(SHOW, weekly(1, range(1, 13), day_of(day, -52)))
    details = MediaDetails((MediaRelation(RelationType.PREQUEL, FIRST),))
    known = index(fribb=[fribb(FIRST, SHOW, 1), fribb(SECOND, SHOW, None)])

    resolution = resolved(entry(SECOND, None, day, status=AIRS), layout, known, details=details)

    assert not _writes(resolution, layout)


@pytest.mark.parametrize("ratio", [3, 4, 6, 12, 24])
def test_a_row_that_makes_one_special_of_a_whole_series_is_not_believed(ratio: int) -> None:
    layout = show(SHOW, weekly(0, [1], "2020-12-26"), weekly(1, range(1, ratio + 1), DAYS[0]))
    row = {f"anilist:{SECOND}": {f"tmdb_show:{SHOW}:s0": {f"1-{ratio}": f"1|-{ratio}"}}}

    resolution = resolved(entry(SECOND, ratio, DAYS[0]), layout, index(anibridge=row))

    assert all(each.season == 1 for each in resolution.spans)


@each_day
def test_while_the_count_is_unknown_a_named_special_keeps_a_plain_run_from_being_sure(day: str) -> None:
    """An episode 0 of which Trakt knows no date: whether the entry counts it, only a source says."""
    layout = show(SHOW, weekly(0, [1], None), weekly(1, range(1, 4), day))
    row = {f"anilist:{SECOND}": {f"tmdb_show:{SHOW}:s0": {"1": "1"}, f"tmdb_show:{SHOW}:s1": {"2-": "1-"}}}

    resolution = resolved(entry(SECOND, None, day, status=AIRS), layout, index(anibridge=row))

    assert resolution.spans in ((), (span(1, 1, 0, 1), span(2, None, 1, 1)))


@pytest.mark.parametrize(("parts", "minutes"), [(2, 24), (3, 24), (4, 24), (6, 24), (4, 50)])
def test_a_film_of_several_parts_is_one_only_if_it_is_as_long_as_all_of_them(parts: int, minutes: int) -> None:
    media = entry(SECOND, parts, DAYS[0], DAYS[0], format=MediaFormat.MOVIE, title="A film")
    rows = [{"type": "MOVIE", "anilist_id": SECOND, "mal_id": SECOND, "themoviedb_id": {"movie": [SHOW]}}]

    def verdict(runtime: int) -> Resolution:
        known = film(SHOW, 2021, tmdb=SHOW)
        trakt = Trakt(films=[replace(known, runtime=runtime, released=date.fromisoformat(DAYS[0]))])
        return trakt.resolve([replace(media, duration=minutes)], index(fribb=rows)).resolutions[SECOND]

    assert verdict(parts * minutes).verdict is Verdict.RESOLVED
    assert (verdict(minutes // 2).verdict, verdict(minutes // 2).reason) == (Verdict.UNRESOLVED, Reason.COLLAPSED)


@pytest.mark.parametrize("at", [3, 5, 6, 8, 11])
def test_a_recap_that_only_trakt_numbers_is_passed_over_once_all_days_are_known(at: int) -> None:
    own = weekly(1, range(1, 13), DAYS[0])

    resolution = resolved(entry(SECOND, 12, DAYS[0], day_of(DAYS[0], 11)), with_recap(own, at), named())

    assert resolution.spans in ((), (span(1, at - 1, 1, 1), span(at, 12, 1, at + 1)))


@pytest.mark.parametrize("at", [3, 5, 6, 8, 11])
def test_while_it_airs_the_day_of_the_next_episode_keeps_a_recap_from_being_counted(at: int) -> None:
    own = weekly(1, range(1, at + 2), DAYS[0])
    media = entry(SECOND, None, DAYS[0], status=AIRS)
    details = MediaDetails(airings=(Airing(at + 1, own[at].first_aired),))

    resolution = resolved(media, with_recap(own, at), named(), details=details)

    assert resolution.spans == ()


@pytest.mark.parametrize("first", [10, 11, 12, 13, 24])
def test_a_season_that_trakt_merged_is_found_by_its_days(first: int) -> None:
    layout = show(SHOW, weekly(1, range(1, first + 1), DAYS[1]) + weekly(1, range(first + 1, first + 13), DAYS[0]))
    known = index(fribb=[fribb(FIRST, SHOW, 1), fribb(SECOND, SHOW, 2)])

    resolution = resolved(entry(SECOND, 12, DAYS[0], day_of(DAYS[0], 11)), layout, known)

    assert resolution.spans == (span(1, 12, 1, first + 1),)


def _writes(resolution: Resolution, layout: ShowLayout) -> bool:
    """Whether anything that Trakt lists now would be written."""
    listed = {(each.season, each.number) for each in layout.episodes}
    return resolution.verdict.is_certain and any(_first(each) in listed for each in resolution.spans)


def _first(each: Span) -> tuple[int, int]:
    return each.season, each.first_episode
