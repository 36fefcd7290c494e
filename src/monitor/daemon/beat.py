"""The daemon's sign of life: a small file in the home that the figures for Prometheus read."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


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
    """Jobs that the scheduler ran late."""
    skipped: int
    """Jobs that were left out because the one before was still running."""
    errors: int
    """Jobs that ended with an error."""


def write(path: Path, beat: Beat) -> None:
    """The file holds the beat, whole."""
    new = path.with_name(f".{path.name}.part")
    new.write_text(json.dumps(asdict(beat), default=datetime.isoformat), "utf-8")
    new.replace(path)


def read(path: Path) -> Beat | None:
    """The last beat, or None when there is none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
        times = {name: datetime.fromisoformat(found[name]) for name in ("started_at", "at")}
        return Beat(**(found | times))
    except (OSError, ValueError, TypeError, KeyError):
        return None
