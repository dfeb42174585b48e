"""One run at a time in one folder, on one machine; on GitHub the workflow's ``concurrency`` does it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.errors import SyncError
from sync.services.clock import Clock
from sync.services.state.atomic import TEMPORARY, unwritable

LOCK_FILE = ".lock"


class StateInUse(SyncError):
    """Another run is at work in the same folder."""

    exit_code = 5


@contextmanager
def hold_lock(folder: Path, clock: Clock, patience: float) -> Iterator[None]:
    """Holds the folder's lock while the block runs. Raises ``StateInUse`` after ``patience`` seconds."""
    if sys.platform == "win32":
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise unwritable(folder / LOCK_FILE, error) from error
    try:
        deadline = clock.monotonic() + patience
        while not _taken(descriptor):
            if clock.monotonic() >= deadline:
                raise StateInUse(
                    f"Another run is at work in {folder}; nothing was read or written.", "Wait until it has ended."
                )
            clock.sleep(1)
        # Nobody else writes here now, so these are what a killed run left.
        for leftover in (*folder.glob(f".*{TEMPORARY}"), *folder.glob(f"*/.*{TEMPORARY}")):
            leftover.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
