"""The daemon's sign of life: a small file in the home that `monitor status` and the figures for Prometheus read."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

STALE = timedelta(minutes=2)
"""It beats every fifteen seconds; who was silent for so long hangs, or is stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What the daemon says of itself."""

    pid: int
    started_at: datetime
    at: datetime
    visits: int
    """Visits that have ended since the start."""
    running: int
    """Visits under way."""
    missed: int
    """Runs of jobs whose time passed while nothing could run."""
    skipped: int
    """Runs that were left out because the one before was still going on."""
    errors: int
    """Runs and visits that ended with an error."""


def write(path: Path, beat: Beat) -> None:
    """The file holds the beat, whole."""
    new = path.with_name(f".{path.name}.part")
    new.write_text(json.dumps(asdict(beat), default=datetime.isoformat), "utf-8")
    new.replace(path)


def read(path: Path) -> Beat | None:
    """The last beat, or None when there is none that can be read."""
    try:
        found = dict(json.loads(path.read_text("utf-8")))
        times = {name: datetime.fromisoformat(found[name]) for name in ("started_at", "at")}
        return Beat(**(found | times))
    except (OSError, ValueError, TypeError, KeyError):
        return None


class Life(StrEnum):
    """How the daemon of a home is."""

    RUNS = "runs"
    STARTS = "starts"
    """It holds the home and has given no sign of life yet."""
    HANGS = "hangs"
    """It holds the home, and its last sign of life is too old."""
    DIED = "died"
    """It left a sign of life and holds the home no more: it was killed, or the machine went down."""
    NONE = "none"


def life(found: Beat | None, *, holder: int | None, now: datetime) -> Life:
    """How the daemon is, by its last beat and by the process that holds the home's lock now."""
    if holder is None:
        return Life.DIED if found else Life.NONE
    if found is None or found.pid != holder:
        return Life.STARTS
    return Life.RUNS if now - found.at <= STALE else Life.HANGS
