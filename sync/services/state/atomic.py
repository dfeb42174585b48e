"""One file, replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sync.errors import StateError

TEMPORARY = ".tmp"
"""How the name of a half-written file ends; it begins with a dot, so nothing takes it for state."""


def save_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> bool:
    """Puts ``content`` into ``path`` so that a kill at any moment leaves the old file or the new one.

    Returns whether it changed: an equal file is not touched. Raises ``StateError`` if it cannot be written.
    """
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content, mode)
    except OSError as error:
        raise unwritable(path, error) from error
    return True


def append_durably(path: Path, content: bytes, *, keep: int) -> None:
    """Cuts ``path`` to its first ``keep`` bytes, adds ``content`` and waits until both are on the disk."""
    try:
        new = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.truncate(keep)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:
            _sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> StateError:
    """The words for a file that cannot be written."""
    return StateError(
        f"{path.name} could not be saved in {path.parent}: {error.strerror or error}.",
        "Check that the folder may be written and that the disk is not full.",
    )


def _replace(path: Path, content: bytes, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk only when its folder is (fsync(2), notes)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
