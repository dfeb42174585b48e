"""A clock for measuring: computing takes the time it takes, waiting takes none.

While anything in this process computes, reads or writes, the clock shows real time. When all of it waits, either for
the clock itself or for another part that does, the clock jumps to the moment at which the first wait is over. So an
import of fifteen minutes is measured in seconds, and its computing is not made longer, as on a clock that runs fast.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

LOOK_EVERY = 0.001
"""Seconds between two looks at whether everything waits."""
CALM = 2
"""Looks in a row that must find everything waiting: a wake-up may be on its way through the kernel."""
TASKS = Path("/proc/self/task")


class SkippingClock:
    """A ``Clock``; use it as a context manager. Raises ``SystemExit`` where the system does not tell who waits."""

    def __init__(self) -> None:
        if not TASKS.exists():
            raise SystemExit(
                "The imports can be measured on Linux only: elsewhere it is not known when all threads wait."
            )
        self._origin = datetime.now(UTC)
        self._start = time.monotonic()
        self._skipped = 0.0
        self._changed = threading.Condition()
        self._wakes: dict[int, float] = {}
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> SkippingClock:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._watcher.join()

    def now(self) -> datetime:
        """The time of day, UTC."""
        return self._origin + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds since the clock was made, those that were skipped included."""
        return time.monotonic() - self._start + self._skipped

    def sleep(self, seconds: float) -> None:
        """Waits until that much time has passed on this clock."""
        wake = self.monotonic() + seconds
        me = threading.get_ident()
        with self._changed:
            self._wakes[me] = wake
            while (left := wake - self.monotonic()) > 0:
                self._changed.wait(left)
            del self._wakes[me]

    def _watch(self) -> None:
        mine, calm = str(threading.get_native_id()), 0
        while not self._stopped.wait(LOOK_EVERY):
            calm = calm + 1 if self._wakes and _all_wait(mine) else 0
            if calm >= CALM:
                calm = 0
                with self._changed:
                    ahead = min(self._wakes.values(), default=0.0) - self.monotonic()
                    self._skipped += max(0.0, ahead)
                    self._changed.notify_all()


def _all_wait(but: str) -> bool:
    """Whether every thread of this process sleeps (``proc(5)``: state S), the one that asks left out."""
    for task in TASKS.iterdir():
        if task.name == but:
            continue
        try:
            stat = (task / "stat").read_bytes()
        except OSError:  # it has just ended
            return False
        if stat[stat.rindex(b")") + 2 : stat.rindex(b")") + 3] != b"S":
            return False
    return True


if __name__ == "__main__":
    sys.exit("This is a part of script/bench.")
