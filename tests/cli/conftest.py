from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.cli import main


@dataclass(frozen=True, slots=True)
class Said:
    """What one call of the command line said, and with which code it ended."""

    code: int
    out: str
    err: str


Monitor = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own home without the bundled catalogue, and the caller's directory out of the way."""
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return place


@pytest.fixture
def monitor(home: Path, capfd: pytest.CaptureFixture[str]) -> Monitor:
    """Call the command line in this process: monitor("sources", "list")."""

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(home), *map(str, arguments)])
        out, err = capfd.readouterr()
        return Said(code=int(ended.value.code or 0), out=out, err=err)

    return call
