"""The queue: a directory of text files, each visible only when whole, and each put once whatever is killed when.

How an article is put, in this order, each step durable before the next:

1. the text stands in `.new/NAME`, where no consumer looks;
2. its sidecar stands in `meta/`: from now on the text in `.new/` is known to be whole;
3. the text is renamed to `NAME` in the queue, which makes it visible and takes it out of `.new/` in one step.

A consumer may take a visible file away at any time, so that a missing file tells nothing. What is left tells it all:

| sidecar | in .new/ | so                                        | to put it again means         |
| ------- | -------- | ----------------------------------------- | ----------------------------- |
| no      | –        | step 1 may not be finished                | begin anew                    |
| yes     | yes      | it never was visible                      | do step 3                     |
| yes     | no       | it was visible, and may have been taken   | nothing: it is put            |

A lock of the kernel (`.lock`) keeps two processes from being at these steps at once; it dies with its holder. Hidden
directories and the lock begin with a dot, so that `*.txt` never sees them.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from monitor.errors import QueueError, UsageError
from monitor.ledger import Ledger, claims

_NAME = re.compile(r"(\d{3,})_[0-9a-f]{16}\.txt")


class Place(StrEnum):
    """Where a queue file is."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    TAKEN = "taken"
    """It was put and is gone: a consumer moved or deleted it."""


class Finding(StrEnum):
    """What is wrong with a queue file."""

    MISSING = "missing"
    """The ledger says that it landed, and the queue never had it."""
    ALTERED = "altered"
    UNKNOWN = "unknown"
    """The ledger does not know it."""
    UNFINISHED = "unfinished"
    """Promised by the ledger and not put yet; the next crawl does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One queue file: where it is, what is wrong with it, and until when it is claimed."""

    name: str
    place: Place | None = None
    finding: Finding | None = None
    lease_until: datetime | None = None


class Queue:
    """The queue in one directory, which is made if missing."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._new, self._meta = directory / ".new", directory / "meta"
        self._claimed, self._done = directory / "claimed", directory / "done"
        with _explained(directory):
            for place in (directory, self._new, self._meta, self._claimed, self._done):
                if place.is_symlink() and place != directory:
                    raise QueueError(f"{place}: is a symbolic link; the queue's own directories must be real ones")
                place.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, text: str, sidecar: Mapping[str, Any]) -> None:
        """The text is in the queue under `name`, or was and has been taken; safe to repeat after any failure.

        A different file of that name stays, and QueueError says so.
        """
        body = text.encode()
        if not _NAME.fullmatch(name) or name[-20:-4] != hashlib.sha256(body).hexdigest()[:16]:
            raise QueueError(f"{name!r}: is no name for this text; it must be NUMBER_HASH.txt")
        new, meta, final = self._new / name, self._sidecar(name), self.directory / name
        with self._locked():
            if not meta.exists():
                if final.exists() and final.read_bytes() != body:
                    raise QueueError(f"{final}: another file has this name already; move it away, then run again")
                _write(new, body)
                self._describe(name, sidecar)
            if new.exists():
                new.replace(final)
            _sync(self.directory)
            _sync(self._new)

    def amend(self, name: str, sidecar: Mapping[str, Any]) -> None:
        """The sidecar of a file that was put says what is known now; nothing happens where there is none."""
        with self._locked():
            if self._sidecar(name).exists():
                self._describe(name, sidecar)

    def publish(self, name: str, body: bytes) -> bool:
        """The file of that name, which is none of the queue's, stands whole beside them; True when that changed it."""
        if name.endswith(".txt") or Path(name).name != name:
            raise QueueError(f"{name!r}: would be taken for a queue file or lies elsewhere; name another")
        with self._locked():
            final = self.directory / name
            if final.is_file() and final.read_bytes() == body:
                return False
            _write(self._new / name, body)
            (self._new / name).replace(final)
            _sync(self.directory)
        return True

    def numbers(self) -> Iterator[int]:
        """The numbers of all files that were ever put and that the queue still knows of."""
        with _explained(self.directory):
            for place in (self.directory, self._new, self._claimed, self._done, self._meta):
                for path in place.iterdir():
                    if found := _NAME.fullmatch(path.with_suffix(".txt").name):
                        yield int(found[1])

    def claim(self, ledger: Ledger, *, limit: int, lease: timedelta, now: datetime) -> tuple[Path, ...]:
        """The next files are in claimed/ and stay there until they are acknowledged or the lease ends; oldest first."""
        with self._locked():
            self._expire(ledger, now)
            names = _names(self.directory)[:limit]
            # The claim is written before the move: a file in claimed/ without one would be nobody's.
            claims.take(ledger, names, now=now, lease_until=now + lease)
            for name in names:
                # A program that does not claim may have taken it since.
                with suppress(FileNotFoundError):
                    (self.directory / name).replace(self._claimed / name)
            _sync(self._claimed)
            _sync(self.directory)
            got = [self._claimed / name for name in names if (self._claimed / name).exists()]
        return tuple(got)

    def ack(self, ledger: Ledger, names: Iterable[str]) -> None:
        """The claimed files are in done/; acknowledging twice does no harm."""
        self._unclaim(ledger, [_full(name) for name in names], self._done)

    def release(self, ledger: Ledger, names: Iterable[str]) -> None:
        """The claimed files are in the queue again."""
        self._unclaim(ledger, [_full(name) for name in names], self.directory)

    def items(self, ledger: Ledger, *, now: datetime) -> tuple[Item, ...]:
        """What waits and what is claimed, by number; claims that have run out are waiting again."""
        with self._locked():
            self._expire(ledger, now)
            leases = claims.leases(ledger)
            waiting = [Item(name=name, place=Place.WAITING) for name in _names(self.directory)]
            claimed = [
                Item(name=name, place=Place.CLAIMED, lease_until=leases.get(name)) for name in _names(self._claimed)
            ]
        return tuple(sorted(waiting + claimed, key=lambda item: _number(item.name)))

    def verify(self, promises: Callable[[], Mapping[str, tuple[str, bool]]]) -> tuple[Item, ...]:
        """Every file against what the ledger says: `promises` gives for each name its SHA-256 and whether it landed.

        One item a file or promise, by number; all is well when no item has a finding.
        """
        with self._locked():
            places = {
                name: (place, directory / name)
                for place, directory in (
                    (Place.DONE, self._done),
                    (Place.CLAIMED, self._claimed),
                    (Place.WAITING, self.directory),
                )
                for name in _names(directory)
            }
            # Asked after the look at the disk: what stood there then had been promised before.
            promised = promises()
            items = [
                self._verified(name, places.get(name), promised.get(name))
                for name in sorted(places.keys() | promised.keys(), key=_number)
            ]
        return tuple(items)

    def copy(self, names: Iterable[str]) -> Iterator[tuple[str, bytes, float]]:
        """For each name what lies in the queue of it: (path below the queue, bytes, when it was written).

        Nothing is locked. The sidecar is looked for first: where it is, the text is whole and somewhere, or was taken;
        where it is not, the copy has neither, and the text will be put there anew. A text only moves the way that is
        gone here, so that it is met once.
        """
        for name in names:
            meta = self._sidecar(name)
            sidecar = _read(meta)
            if sidecar is None:
                continue
            yield (meta.relative_to(self.directory).as_posix(), *sidecar)
            for place in (
                self._new,
                self.directory,
                self._claimed,
                self._done,
                self.directory,
                self._claimed,
                self._done,
            ):
                text = _read(place / name)
                if text is not None:
                    yield ((place / name).relative_to(self.directory).as_posix(), *text)
                    break

    def _describe(self, name: str, sidecar: Mapping[str, Any]) -> None:
        meta = self._sidecar(name)
        _write(self._new / meta.name, json.dumps(sidecar, ensure_ascii=False, indent=1).encode())
        (self._new / meta.name).replace(meta)
        _sync(self._meta)

    def _verified(self, name: str, found: tuple[Place, Path] | None, promise: tuple[str, bool] | None) -> Item:
        if found is None:
            if self._sidecar(name).exists() and not (self._new / name).exists():
                return Item(name=name, place=Place.TAKEN)
            return Item(name=name, finding=Finding.MISSING if promise and promise[1] else Finding.UNFINISHED)
        place, path = found
        if promise is None:
            return Item(name=name, place=place, finding=Finding.UNKNOWN)
        try:
            altered = hashlib.sha256(path.read_bytes()).hexdigest() != promise[0]
        except FileNotFoundError:  # taken between the look and the reading
            return Item(name=name, place=Place.TAKEN)
        return Item(name=name, place=place, finding=Finding.ALTERED if altered else None)

    def _unclaim(self, ledger: Ledger, names: list[str], target: Path) -> None:
        with self._locked():
            for name in names:
                if not (self._claimed / name).exists() and not (target / name).exists():
                    raise UsageError(f"{name}: is not claimed (the lease may have run out); see `monitor queue list`")
            for name in names:
                if (self._claimed / name).exists():
                    (self._claimed / name).replace(target / name)
            _sync(target)
            _sync(self._claimed)
            claims.drop(ledger, names)

    def _expire(self, ledger: Ledger, now: datetime) -> None:
        leases = claims.leases(ledger)
        over = [name for name in _names(self._claimed) if name not in leases or leases[name] <= now]
        for name in over:
            (self._claimed / name).replace(self.directory / name)
        if over:
            _sync(self.directory)
            _sync(self._claimed)
            claims.drop(ledger, over)

    def _sidecar(self, name: str) -> Path:
        return self._meta / f"{name.removesuffix('.txt')}.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with _explained(self.directory), (self.directory / ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _names(directory: Path) -> list[str]:
    return sorted((path.name for path in directory.iterdir() if _NAME.fullmatch(path.name)), key=_number)


def _number(name: str) -> tuple[int, str]:
    return int(name.partition("_")[0]), name


def _full(name: str) -> str:
    """The name as the queue has it, for a name given with or without directory and suffix."""
    bare = Path(name).name
    full = bare if bare.endswith(".txt") else f"{bare}.txt"
    if not _NAME.fullmatch(full):
        raise UsageError(f"{name!r}: is no name of a queue file; see `monitor queue list`")
    return full


def _read(path: Path) -> tuple[bytes, float] | None:
    try:
        with path.open("rb") as file:
            return file.read(), os.fstat(file.fileno()).st_mtime
    except FileNotFoundError:
        return None


def _write(path: Path, body: bytes) -> None:
    """The file holds the body and its directory names it, both durable."""
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        # A failed fsync is never repeated on the same file: the kernel may have dropped the pages and say yes then.
        os.fsync(file.fileno())
    _sync(path.parent)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise QueueError(
            f"{error.filename or directory}: the queue cannot be read or written: {error.strerror}; "
            "check its directory and the disk, then run again: nothing is lost"
        ) from error
