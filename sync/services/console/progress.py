"""How far long work has come: told through the log, shown as a bar on a terminal and nowhere else."""

from __future__ import annotations

import logging
from dataclasses import dataclass

FIELD = "progress"


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` (``None``: nobody knows) are done of the work called ``what``."""

    what: str
    done: int
    total: int | None = None


def tell_progress(log: logging.Logger, what: str, done: int, total: int | None = None) -> None:
    """Says how far ``what`` has come; the work is over when ``done`` is ``total``."""
    log.debug("%s: %d of %s", what, done, total or "?", extra={FIELD: Progress(what, done, total)})


def progress_of(record: logging.LogRecord) -> Progress | None:
    """What a log record says of progress, if anything."""
    found: object = getattr(record, FIELD, None)
    return found if isinstance(found, Progress) else None
