"""The home: the one directory that holds one monitor."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import HomeError

SETTINGS = "monitor.toml"


@dataclass(frozen=True, slots=True)
class Home:
    """Where each thing of one monitor lies; nothing is read or written by asking."""

    path: Path

    @property
    def settings(self) -> Path:
        """The optional monitor.toml."""
        return self.path / SETTINGS

    @property
    def seeds(self) -> Path:
        """The user's own sources and lexicon files, laid out like the bundled seeds."""
        return self.path / "seeds"

    @property
    def spiders(self) -> Path:
        """The user's own spiders."""
        return self.path / "spiders"

    @property
    def ledger(self) -> Path:
        """The embedded ledger."""
        return self.path / "monitor.db"

    @property
    def outbox(self) -> Path:
        """Digests that wait for the mail server."""
        return self.path / "outbox"

    @property
    def log(self) -> Path:
        """The directory of log files."""
        return self.path / "log"

    @property
    def beat(self) -> Path:
        """The daemon's sign of life."""
        return self.path / "daemon.json"

    @property
    def lock(self) -> Path:
        """The file that the one daemon of this home holds locked."""
        return self.path / "daemon.lock"


def find(named: Path | None, *, environ: Mapping[str, str], cwd: Path) -> Path:
    """The directory that --home, else $MONITOR_HOME, else the nearest monitor.toml upward names; else the state one."""
    if named is not None:
        return cwd / named.expanduser()
    if environ.get("MONITOR_HOME"):
        return cwd / Path(environ["MONITOR_HOME"]).expanduser()
    for place in (cwd, *cwd.parents):
        if (place / SETTINGS).is_file():
            return place
    return _state_dir(environ) / "monitor"


def open_home(path: Path) -> Home:
    """The home at path, created when it was not there; HomeError when it cannot be used."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(f"home {path} cannot be created: {error.strerror}; name another with --home DIR") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise HomeError(f"home {path} is not writable; change its owner or mode, or name another with --home DIR")
    return Home(path)


def _state_dir(environ: Mapping[str, str]) -> Path:
    # The XDG specification: a relative path is to be ignored.
    state = Path(environ.get("XDG_STATE_HOME", ""))
    if state.is_absolute():
        return state
    user = environ.get("HOME", "")
    if not user:
        raise HomeError("no home: neither HOME nor XDG_STATE_HOME is set; name a directory with --home DIR")
    return Path(user) / ".local" / "state"
