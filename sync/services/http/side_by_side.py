"""Several reads at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from itertools import count
from threading import Event, Lock
from typing import TypeVar

from sync.services.console.progress import tell_progress
from sync.services.deadline import OutOfTime

log = logging.getLogger(__name__)
K = TypeVar("K")
V = TypeVar("V")


def fetch_side_by_side(
    fetch: Callable[[K], V], keys: Iterable[K], *, workers: int = 8, what: str = ""
) -> tuple[dict[K, V], bool]:
    """What ``fetch`` gives for each key, asked for in threads, in the order of ``keys``; and whether all were read.
    How far it has come is told as ``what``.

    When the time budget ends the reading, those that came until then are given. Any other error is raised, and what has
    not started by then is not started any more.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}, True
    finished, one_by_one, failed = count(1), Lock(), Event()

    def note(future: Future[V]) -> None:
        with one_by_one:
            tell_progress(log, what, next(finished), len(wanted))

    def ask(key: K) -> V:
        if failed.is_set():
            raise _NotAskedError
        try:
            return fetch(key)
        except Exception:
            failed.set()
            raise

    with ThreadPoolExecutor(max_workers=min(workers, len(wanted))) as pool:
        futures: dict[K, Future[V]] = {key: pool.submit(ask, key) for key in wanted}
        for future in futures.values() if what else ():
            future.add_done_callback(note)
        try:
            wait(futures.values(), return_when=FIRST_EXCEPTION)
        finally:  # also when the run is interrupted
            for future in futures.values():
                future.cancel()
    read: dict[K, V] = {}
    for key, future in futures.items():
        if future.cancelled():
            continue
        error = future.exception()
        if error is None:
            read[key] = future.result()
        elif not isinstance(error, OutOfTime | _NotAskedError):
            raise error
    return read, len(read) == len(wanted)


class _NotAskedError(Exception):
    """Another read had failed before this one began."""
