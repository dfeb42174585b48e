"""What a run asked for, against what its work takes at the least."""

from __future__ import annotations

from collections.abc import Mapping

from sync.model.budget import Work, request_budget
from sync.model.run import RunReport
from sync.steps.feed import Hints
from sync.steps.mapping_run import Mapped
from sync.steps.reading import Readings


def budget_of(
    report: RunReport, readings: Readings | None, mapped: Mapped, hints: Hints | None, *, others: int
) -> Mapping[str, int]:
    """How many requests to each service the run's work takes; nothing while the list is not known.

    ``others`` are the requests to Trakt for ratings, watchlist, dropped shows and the account's settings, as made.
    """
    if readings is None:
        return {}
    hints = hints or Hints()
    work = Work(
        entries=len(readings.library.entries) + len(readings.library.orphans),
        lookups=0 if report.only is None or report.only in report.entries else 1,
        activities=hints.feed.rows,
        feeds=hints.queries,
        shows=mapped.asked.shows,
        titles=mapped.asked.titles,
        searches=mapped.asked.searches,
        external_ids=mapped.asked.external_ids,
        plays=len(report.posted) + len(report.not_found),
        fresh=mapped.asked.datasets,
        others=others,
    )
    return request_budget(work)
