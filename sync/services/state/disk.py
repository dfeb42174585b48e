"""Plain files in a plain folder: read, replaced whole and added to, and never through a link.

A repository can hold symbolic links, and whoever changes one decides what is read through it. So every part of a path
below the working directory is opened for itself, without following a link, and a file is used only if it is a regular
one. Where the system cannot open a file relative to its folder (Windows), each part is looked at first instead.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sync.errors import StateError, SyncError
from sync.services.clock import Clock

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that is read; the largest one of a library of 3,000 entries has 1.5 million."""
LOCK_FILE = ".lock"
TEMPORARY = ".tmp"
"""How the name of a half-written file ends; it begins with a dot, so nothing takes it for state."""

BY_DESCRIPTOR = hasattr(os, "O_NOFOLLOW") and {os.open, os.stat, os.mkdir, os.unlink, os.rename} <= os.supports_dir_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_AS_BYTES = getattr(os, "O_BINARY", 0)
# A named pipe that nobody writes to would be waited for.
_FILE = _NO_LINK | _AS_BYTES | getattr(os, "O_NONBLOCK", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_REPARSE_POINT = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)


class StateInUse(SyncError):
    """Another run is at work in the same folder."""

    exit_code = 5


@dataclass(frozen=True, slots=True)
class _Reached:
    """A folder that was reached without following a link. ``descriptor`` holds it open, ``None`` where names are
    whole paths instead."""

    path: Path
    descriptor: int | None

    def named(self, name: str) -> str:
        """``name`` as the system's calls take it."""
        return name if self.descriptor is not None else str(self.path / name)

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """A descriptor of a regular file. Raises ``OSError``."""
        if self.descriptor is None and _is_link(self.path / name):
            raise OSError("it is a link")
        descriptor = os.open(self.named(name), flags | _FILE, mode, dir_fd=self.descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError("it is no regular file")
        return descriptor

    def sync(self) -> None:
        """Waits until the names in it are on the disk: a rename is only when its folder is (fsync(2), notes)."""
        if self.descriptor is not None:
            os.fsync(self.descriptor)


class PlainFolder:
    """The files in the folder at ``path``, by their name relative to it (``journal/2026-11.jsonl``).

    Every method raises ``StateError``, with the words for what is in the way, when a part of the path is a link, a
    folder or a file where it should not be, or cannot be read or written. ``largest`` is the most bytes that are read.
    """

    def __init__(self, path: Path, *, largest: int = LARGEST, by_descriptor: bool = BY_DESCRIPTOR) -> None:
        self.path = path
        self._largest = largest
        self._by_descriptor = by_descriptor

    def read(self, name: str) -> bytes | None:
        """The file's content, ``None`` if there is none."""
        try:
            with self._reached(name) as (folder, last):
                descriptor = folder.open(last, os.O_RDONLY)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._trouble(name, error, "read") from error
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(self._largest + 1)
        if len(content) > self._largest:
            raise StateError(
                f"{self.shown(name)} is larger than {self._largest // 2**20} MiB, which is more than the job writes.",
                "Restore it from the repository's history, or delete it.",
            )
        return content

    def names(self, folder: str) -> list[str]:
        """What lies in the folder called ``folder``, sorted; nothing if there is none."""
        try:
            with self._reached(f"{folder}/.") as (reached, _):
                place = reached.path if reached.descriptor is None else reached.descriptor
                return sorted(os.listdir(place))  # noqa: PTH208 - a path knows no descriptors
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._trouble(f"{folder}/", error, "read") from error

    def save(self, name: str, content: bytes, *, mode: int = 0o644) -> bool:
        """Puts ``content`` into the file so that a kill at any moment leaves the old file or the new one.

        Returns whether it changed: an equal file is not touched.
        """
        try:
            with self._reached(name, create=True) as (folder, last):
                if _holds(folder, last, content):
                    return False
                _replace(folder, last, content, mode)
        except OSError as error:
            raise self._trouble(name, error, "saved") from error
        return True

    def append(self, name: str, content: bytes, *, keep: int) -> None:
        """Cuts the file to its first ``keep`` bytes, adds ``content`` and waits until both are on the disk."""
        try:
            with self._reached(name, create=True) as (folder, last):
                descriptor = folder.open(last, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
                with os.fdopen(descriptor, "ab") as file:
                    new = os.fstat(descriptor).st_size == 0
                    file.truncate(keep)
                    file.write(content)
                    file.flush()
                    os.fsync(descriptor)
                if new:
                    folder.sync()
        except OSError as error:
            raise self._trouble(name, error, "saved") from error

    def remove(self, name: str) -> None:
        """Removes the file, or the link that is in its place; it need not be there."""
        try:
            with suppress(FileNotFoundError), self._reached(name) as (folder, last):
                os.unlink(folder.named(last), dir_fd=folder.descriptor)
        except OSError as error:
            raise self._trouble(name, error, "removed") from error

    def create(self) -> None:
        """Makes the folder, if it is not there."""
        try:
            with self._reached(".", create=True):
                pass
        except OSError as error:
            raise self._trouble("", error, "made") from error

    @contextmanager
    def locked(self, clock: Clock, *, patience: float = 0.0) -> Iterator[None]:
        """Keeps other runs on this machine out of the folder while the block runs; on GitHub the workflow's
        ``concurrency`` does that. Waits up to ``patience`` seconds for another run to end, then raises ``StateInUse``.

        The lock falls with its process, however that ends. Windows has none of the kind.
        """
        self.create()
        if sys.platform == "win32":
            yield
            return
        try:
            with self._reached(LOCK_FILE) as (folder, last):
                descriptor = folder.open(last, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise self._trouble(LOCK_FILE, error, "saved") from error
        try:
            deadline = clock.monotonic() + patience
            while not _taken(descriptor):
                if clock.monotonic() >= deadline:
                    raise StateInUse(
                        f"Another run is at work in {self.path}; nothing was read or written.",
                        "Wait until it has ended.",
                    )
                clock.sleep(1)
            yield
        finally:
            os.close(descriptor)

    def remove_leftovers(self, folder: str = ".") -> None:
        """Removes what a killed run left half-written. Nobody else may be writing."""
        for name in self.names(folder):
            if name.startswith(".") and name.endswith(TEMPORARY):
                self.remove(f"{folder}/{name}")

    def shown(self, name: str) -> str:
        """The file as a person knows it: ``state/plays.json``."""
        _, parts = _start_of(self.path)
        return "/".join((*parts, name) if name else parts)

    @contextmanager
    def _reached(self, name: str, *, create: bool = False) -> Iterator[tuple[_Reached, str]]:
        """The folder that holds the file called ``name``, and the last part of that name. Raises ``OSError``."""
        start, parts = _start_of(self.path)
        *inner, last = name.split("/")
        if create:
            start.mkdir(parents=True, exist_ok=True)
        folder = _descend if self._by_descriptor else _look_through
        reached = folder(start, (*parts, *inner), create)
        try:
            yield reached, last
        finally:
            if reached.descriptor is not None:
                os.close(reached.descriptor)

    def _trouble(self, name: str, error: OSError, done: str) -> StateError:
        """The words for a file, or a folder whose name ends in ``/`` or is empty, that cannot be read or written."""
        place, parts = _start_of(self.path)
        whole = (*parts, *filter(None, name.split("/")))
        for number, part in enumerate(whole, start=1):
            place = place / part
            kind = _kind_of(place, folder=number < len(whole) or name.endswith("/") or not name)
            if kind is not None:
                return StateError(
                    f"{'/'.join(whole[:number])} is {kind}; the job uses plain files in plain folders only.",
                    "Delete it, or restore what it was from the repository's history.",
                )
        return StateError(
            f"{self.shown(name)} could not be {done}: {error.strerror or error}.",
            "Check that the folder may be read and written, and that the disk is not full.",
        )


def save_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> bool:
    """``PlainFolder.save`` for a file by itself. Raises ``StateError`` if it cannot be written."""
    return PlainFolder(path.parent).save(path.name, content, mode=mode)


def _start_of(path: Path) -> tuple[Path, tuple[str, ...]]:
    """Where to begin without looking, and the parts from there: whoever runs the job chose the working directory, or
    a folder outside it, but not what lies in a repository."""
    here = Path.cwd()
    whole = here / path
    if whole.is_relative_to(here):
        return here, whole.relative_to(here).parts
    return whole.parent, (whole.name,)


def _descend(start: Path, parts: tuple[str, ...], create: bool) -> _Reached:
    descriptor = os.open(start, _FOLDER | getattr(os, "O_CLOEXEC", 0))
    for part in parts:
        try:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=descriptor)
            inner = os.open(part, _FOLDER | _NO_LINK, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = inner
    return _Reached(start.joinpath(*parts), descriptor)


def _look_through(start: Path, parts: tuple[str, ...], create: bool) -> _Reached:
    place = start
    for part in parts:
        place = place / part
        if create:
            with suppress(FileExistsError):
                place.mkdir()
        if _is_link(place) or not stat.S_ISDIR(place.stat().st_mode):
            raise NotADirectoryError(f"{part} is no folder")
    return _Reached(place, None)


def _holds(folder: _Reached, name: str, content: bytes) -> bool:
    try:
        descriptor = folder.open(name, os.O_RDONLY)
    except FileNotFoundError:
        return False
    with os.fdopen(descriptor, "rb") as file:
        return os.fstat(descriptor).st_size == len(content) and file.read(len(content) + 1) == content


def _replace(folder: _Reached, name: str, content: bytes, mode: int) -> None:
    temporary = f".{name}.{secrets.token_hex(4)}{TEMPORARY}"
    descriptor = folder.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(
            folder.named(temporary), folder.named(name), src_dir_fd=folder.descriptor, dst_dir_fd=folder.descriptor
        )
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(folder.named(temporary), dir_fd=folder.descriptor)
        raise
    folder.sync()


def _is_link(path: Path) -> bool:
    """Whether the path itself is a symbolic link, or what Windows has of the kind."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_file_attributes", 0) & _REPARSE_POINT)


def _kind_of(path: Path, *, folder: bool) -> str | None:
    """What is in the place of a file or a ``folder``, in words; ``None`` if it is as it should be or not there."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return None
    if _is_link(path):
        return "a symbolic link"
    if folder:
        return None if stat.S_ISDIR(mode) else "a file where a folder should be"
    if stat.S_ISDIR(mode):
        return "a folder where a file should be"
    return None if stat.S_ISREG(mode) else "no regular file"


def _taken(descriptor: int) -> bool:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
