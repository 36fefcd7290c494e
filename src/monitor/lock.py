"""Kernel locks on files of the home: held by one process, gone with it however it dies; the file says who it is."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import HomeError, LockHeldError

_TRIES, _PAUSE = 6, 0.02


@contextmanager
def hold(path: Path, *, what: str) -> Iterator[None]:
    """While the context lasts this process alone holds the lock; else LockHeldError names who does.

    The file stays when the lock is gone: removing it would let two processes lock two files of one name.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise HomeError(f"lock {path} cannot be opened: {error.strerror}; check the owner of the home") from error
    try:
        if not _taken(file):
            raise LockHeldError(f"{what} is held by process {holder(path) or 'unknown'} ({path}); stop that one first")
        os.truncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)


def _taken(file: int) -> bool:
    """Whether the lock is ours now. Who only asks whether it is held holds it for a moment: that one is waited for."""
    for left in reversed(range(_TRIES)):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if left:
                time.sleep(_PAUSE)
        else:
            return True
    return False


def holder(path: Path) -> int | None:
    """The process that last took the lock, as far as the file tells; whether it still holds it is not said."""
    try:
        return int(path.read_text("ascii").strip())
    except (OSError, ValueError):
        return None


def held(path: Path) -> bool:
    """True while some process holds the lock."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
