import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitor.errors import LedgerError
from monitor.ledger import Ledger, runs, schema, store
from tests.ledger.conftest import NOW, execute


def test_a_fresh_ledger_has_exactly_the_tables_that_the_program_knows(ledger: Ledger) -> None:
    with ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_the_newest_migration_is_the_schema_that_is_written() -> None:
    config = Config()
    config.set_main_option("script_location", "monitor.ledger:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == store.HEAD


def test_what_was_written_is_there_when_the_ledger_is_opened_again(place: str | Path) -> None:
    with Ledger.open(place) as ledger:
        number = runs.start(ledger, kind="crawl", now=NOW)
    with Ledger.open(place) as ledger:
        assert runs.report(ledger, number).started_at == NOW


def test_a_ledger_of_a_newer_program_is_refused_and_left_alone(place: str | Path) -> None:
    with Ledger.open(place) as ledger, ledger.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match=r"newer monitor \(schema 9999, this one knows .*upgrade the program"):
        Ledger.open(place)


def test_a_database_that_holds_something_else_is_refused(place: str | Path) -> None:
    if isinstance(place, Path):
        connection = sqlite3.connect(place)
        connection.execute("CREATE TABLE recipe (name TEXT)")
        connection.close()
    else:
        engine = sa.create_engine(place)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE recipe (name TEXT)"))
        engine.dispose()
    with pytest.raises(LedgerError, match="a place of its own"):
        Ledger.open(place)


def test_a_failed_migration_leaves_nothing_behind(place: str | Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(place, Path):
        sqlite3.connect(place).executescript("PRAGMA user_version=1").close()

    def broken(connection: sa.Connection, *_: object) -> None:
        connection.execute(sa.text("CREATE TABLE half (done TEXT)"))
        raise LedgerError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_upgrade", broken)
        with pytest.raises(LedgerError, match="the power went"):
            Ledger.open(place)
    with Ledger.open(place) as ledger, ledger.read() as connection:
        assert not sa.inspect(connection).has_table("half")


@pytest.mark.parametrize("body", [b"", b"SQLite format 3\x00" + b"\xff" * 500, "Xəbər bazası deyil".encode() * 100])
def test_a_file_that_is_no_ledger_is_refused_and_never_replaced(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "monitor.db"
    path.write_bytes(body)
    with pytest.raises(LedgerError, match=r"monitor\.db.*(backup|another place)"):
        Ledger.open(path)
    assert path.read_bytes() == body


def test_damage_is_told_and_never_mended_by_starting_afresh(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    with Ledger.open(path) as ledger:
        for _ in range(50):
            runs.start(ledger, kind="crawl", now=NOW)
    chance = random.Random(7)
    whole = path.read_bytes()
    told = 0
    for _ in range(40):
        damaged = bytearray(whole)
        for at in chance.sample(range(len(damaged)), 400):
            damaged[at] ^= 0xFF
        path.write_bytes(damaged)
        try:
            with Ledger.open(path) as ledger:
                ledger.check()
        except LedgerError:
            told += 1
    assert told == 40


def test_a_copy_made_in_use_holds_the_same(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "monitor.db") as ledger:
        number = runs.start(ledger, kind="crawl", now=NOW)
        ledger.backup(tmp_path / "copy.db")
        with pytest.raises(LedgerError, match="exists already"):
            ledger.backup(tmp_path / "copy.db")
    with Ledger.open(tmp_path / "copy.db") as copy:
        copy.check()
        assert runs.report(copy, number).kind == "crawl"


def test_a_sqlite_ledger_is_durable_and_keeps_foreign_keys(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "monitor.db") as ledger, ledger.read() as connection:

        def pragma(name: str) -> object:
            return connection.execute(sa.text(f"PRAGMA {name}")).scalar_one()

        assert pragma("foreign_keys") == 1
        assert pragma("busy_timeout") == 30_000
        assert int(str(pragma("synchronous"))) >= 2
        safe = store.wal_is_safe(sqlite3.sqlite_version_info)
        assert pragma("journal_mode") == ("wal" if safe else "delete")


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False), ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False),
        ((3, 50, 6), False), ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), True),
    ],
)  # fmt: skip
def test_a_write_ahead_log_is_kept_only_where_it_is_safe(version: tuple[int, ...], safe: bool) -> None:
    assert store.wal_is_safe(version) is safe


def test_several_processes_may_create_the_same_ledger_at_once(place: str | Path) -> None:
    program = (
        "import sys; from pathlib import Path; from monitor.ledger import Ledger, runs; from monitor import clock\n"
        "place = sys.argv[1] if '://' in sys.argv[1] else Path(sys.argv[1])\n"
        "with Ledger.open(place) as ledger: runs.start(ledger, kind='crawl', now=clock.now())"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, str(place)]) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0] * 3
    with Ledger.open(place) as ledger:
        assert runs.start(ledger, kind="crawl", now=NOW) == 4
    if isinstance(place, Path):
        assert [path.name for path in place.parent.iterdir()] == ["monitor.db"]


@pytest.mark.parametrize(
    ("url", "told"),
    [("nonsense", "no database URL"), ("mysql://host/db", "not supported")],
)
def test_an_address_that_cannot_be_a_ledger_is_explained(url: str, told: str) -> None:
    with pytest.raises(LedgerError, match=told):
        Ledger.open(url)


def test_a_server_that_is_not_there_is_explained() -> None:
    with pytest.raises(LedgerError, match="check that the database server runs"):
        Ledger.open("postgresql+psycopg://nobody:geheim@127.0.0.1:9/ledger?connect_timeout=2")


def test_a_password_in_the_address_is_never_told() -> None:
    with pytest.raises(LedgerError) as told:
        Ledger.open("postgresql+psycopg://nobody:geheim@127.0.0.1:9/ledger?connect_timeout=2")
    assert "geheim" not in str(told.value)


def test_a_server_that_drops_its_connections_costs_one_transaction_and_nothing_else(postgres: str) -> None:
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with Ledger.open(postgres) as ledger:
        before = runs.start(ledger, kind="crawl", now=NOW)
        execute(postgres, cut)
        between = runs.start(ledger, kind="crawl", now=NOW)

        def lose() -> None:
            with ledger.write() as connection:
                connection.execute(sa.insert(schema.run).values(kind="lost", started_at=NOW))
                execute(postgres, cut)
                connection.execute(sa.insert(schema.run).values(kind="lost", started_at=NOW))

        with pytest.raises(LedgerError, match=r"terminat|closed"):
            lose()
        assert runs.latest(ledger, kind="lost") is None
        assert before < between < runs.start(ledger, kind="crawl", now=NOW)
