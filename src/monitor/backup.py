"""A whole home in one file, while it is in use; and a home out of such a file.

The ledger is copied first, then those queue files that the copy knows: what lands meanwhile is in neither, so that the
two agree. Left out is what means nothing elsewhere: logs, locks, the daemon's sign of life.
"""

import io
import json
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from monitor import __version__, config
from monitor.config import Config
from monitor.errors import HomeError, LedgerError
from monitor.home import Home
from monitor.ledger import Ledger, articles, leases
from monitor.ledger.store import HEAD
from monitor.queue import Queue

_LEDGER, _QUEUE, _LABEL = "monitor.db", "queue", "backup.json"
_SCHEMA = "monitor.backup/1"
# Locks and what is being written.
_PASSING = re.compile(r"\.(.*\.)?(lock|part|new)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup holds."""

    made_at: datetime
    articles: int
    """Articles that the ledger knows."""
    files: int
    """Files in the archive."""
    size: int
    """Bytes of the archive."""


def make(settings: Config, home: Home, file: Path, *, now: datetime) -> Backup:
    """The file holds the home as it is now, readable by its owner only; the monitor may run meanwhile.

    HomeError when the file is there already or cannot be written, LedgerError when the ledger is no SQLite file.
    """
    if file.exists():
        raise HomeError(f"{file}: exists already; give a new name for the backup")
    if file.resolve().is_relative_to(home.path.resolve()):
        # The next backup would hold this one, and so on.
        raise HomeError(f"{file}: lies in the home itself; name a place elsewhere, best on another disk")
    part = file.with_name(f".{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch:
            copy = Path(scratch) / _LEDGER
            with Ledger.open(settings.store_url(home)) as ledger:
                ledger.backup(copy)
            with Ledger.open(copy) as copied:
                names = sorted(articles.hashes(copied))
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
                with tarfile.open(fileobj=raw, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
                    _label(tar, now=now, articles=len(names))
                    tar.add(copy, arcname=_LEDGER)
                    _queue(tar, Queue(settings.queue_dir(home)), names)
                    _rest(tar, home, left_out=_left_out(settings, home))
                    files = len(tar.getnames()) - 1
                raw.flush()
                os.fsync(raw.fileno())
            part.replace(file)
    except OSError as error:
        raise HomeError(f"{error.filename or file}: {error.strerror}; name another place for the backup") from error
    finally:
        part.unlink(missing_ok=True)
    return Backup(made_at=now, articles=len(names), files=files, size=file.stat().st_size)


def restore(file: Path, home: Home) -> Backup:
    """The home, which must be empty, is as it was when the backup was made; nothing is in it when that fails.

    Nobody visits any source in it: what was leased when the backup was made is free.
    """
    if any(home.path.iterdir()):
        raise HomeError(f"home {home.path} is not empty; move away what is in it, or name another with --home DIR")
    part = Home(home.path / ".restore")
    try:
        part.path.mkdir()
        with tarfile.open(file, "r:gz") as tar:
            label = _read_label(tar, file)
            files = sum(_take(tar, member, part.path) for member in tar)
            _to_the_end(tar)
        with Ledger.open(part.path / _LEDGER) as ledger:
            ledger.check()
            leases.free(ledger)
            count = len(articles.hashes(ledger))
        _settle(config.load(part), part, home)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, LedgerError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise HomeError(
            f"{file}: cannot be restored: {what}; is it a whole file that `monitor backup` made?"
        ) from error
    finally:
        shutil.rmtree(part.path, ignore_errors=True)
    return Backup(made_at=label, articles=count, files=files, size=file.stat().st_size)


def _label(tar: tarfile.TarFile, *, now: datetime, articles: int) -> None:
    told = {
        "schema": _SCHEMA,
        "made_at": now.astimezone(UTC).isoformat(),
        "monitor": __version__,
        "ledger": HEAD,
        "articles": articles,
    }
    _add(tar, _LABEL, json.dumps(told).encode(), now.timestamp())


def _queue(tar: tarfile.TarFile, queue: Queue, names: list[str]) -> None:
    for path, body, at in queue.copy(names):
        _add(tar, f"{_QUEUE}/{path}", body, at)


def _rest(tar: tarfile.TarFile, home: Home, *, left_out: frozenset[Path]) -> None:
    for path in _files(home.path, left_out):
        try:
            body, at = path.read_bytes(), path.stat().st_mtime
        except FileNotFoundError:  # a mail that was handed over meanwhile
            continue
        _add(tar, path.relative_to(home.path).as_posix(), body, at)


def _files(folder: Path, left_out: frozenset[Path]) -> Iterator[Path]:
    """The files below the folder; what links lead to is read, each folder once."""
    seen = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        here = Path(place)
        seen.add(here.resolve())
        folders[:] = sorted(
            name for name in folders if here / name not in left_out and (here / name).resolve() not in seen
        )
        for name in sorted(names):
            if here / name not in left_out and not _PASSING.fullmatch(name) and (here / name).is_file():
                yield here / name


def _left_out(settings: Config, home: Home) -> frozenset[Path]:
    ledger = Path(settings.store_url(home).removeprefix("sqlite:///"))
    journals = (ledger.with_name(f"{ledger.name}-{end}") for end in ("wal", "shm", "journal"))
    return frozenset({home.log, home.beat, home.lock, settings.queue_dir(home), ledger, *journals})


def _add(tar: tarfile.TarFile, name: str, body: bytes, at: float) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(body), at, 0o600
    tar.addfile(info, io.BytesIO(body))


def _read_label(tar: tarfile.TarFile, file: Path) -> datetime:
    first = tar.next()
    stream = tar.extractfile(first) if first is not None and first.name == _LABEL else None
    told = json.load(stream) if stream else {}
    if told.get("schema") != _SCHEMA:
        raise HomeError(f"{file}: is no backup of a monitor; name a file that `monitor backup` made")
    return datetime.fromisoformat(told["made_at"])


def _to_the_end(tar: tarfile.TarFile) -> None:
    """What stands behind the last file has been read: only there is the sum that tells damage."""
    while tar.fileobj.read(1 << 20):
        pass


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> bool:
    """One file out of the archive, never outside the folder; False for the label."""
    name = PurePosixPath(member.name)
    if name == PurePosixPath(_LABEL):
        return False
    stream = tar.extractfile(member) if member.isfile() else None
    if stream is None or name.is_absolute() or ".." in name.parts:
        raise ValueError(f"{member.name} is nothing that a backup holds")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        shutil.copyfileobj(stream, target)
        target.flush()
        os.fsync(target.fileno())
    path.chmod(0o600)
    os.utime(path, (member.mtime, member.mtime))
    return True


def _settle(settings: Config, part: Home, home: Home) -> None:
    """Everything is moved to where the settings want it, the ledger last."""
    queue, ledger = settings.queue_dir(home), Path(settings.store_url(home).removeprefix("sqlite:///"))
    if queue.exists() and any(queue.iterdir()):
        raise HomeError(f"queue {queue} is not empty; move away what is in it")
    if ledger.exists():
        raise HomeError(f"ledger {ledger} exists already; move it away")
    (part.path / _QUEUE).mkdir(exist_ok=True)
    for path in sorted(part.path.iterdir()):
        if path.name not in {_QUEUE, _LEDGER}:
            shutil.move(path, home.path / path.name)
    for source, target in ((part.path / _QUEUE, queue), (part.path / _LEDGER, ledger)):
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            target.rmdir()
        shutil.move(source, target)
