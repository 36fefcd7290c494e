"""The ledger as a whole: opened, migrated, and the two ways to talk to it."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects import postgresql, sqlite

from monitor.errors import LedgerError

HEAD = "0005"
"""The schema that this program writes: the newest file of migrations/versions."""

# Releases whose write-ahead log can lose pages when two connections meet at a reset: 3.7.0 to 3.51.2, mended in 3.51.3
# and in two back-ports.
_WAL_MENDED = (3, 51, 3)
_WAL_BACKPORTS = ((3, 50, 7), (3, 44, 6))


class Ledger:
    """An open ledger; safe to use from several processes, each with its own."""

    def __init__(self, engine: sa.Engine, where: str) -> None:
        self._engine = engine
        self.where = where
        """The ledger's place as a person would name it, without a password."""

    @classmethod
    def open(cls, place: str | Path) -> Self:
        """The ledger at a database URL or in a SQLite file, made if missing and brought to the newest schema.

        A file that is no ledger, is damaged or was written by a newer program is a LedgerError and stays untouched.
        """
        url = _url(place)
        path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        where = str(path) if path else url.render_as_string(hide_password=True)
        if path and not path.exists():
            _create(path)
        elif path and path.stat().st_size == 0:
            # A ledger is born whole under another name (see _create), so an empty file is one that was cut off.
            raise LedgerError(f"{where}: the ledger is empty (0 bytes); restore it from a backup, or move it away")
        ledger = cls(_engine(url), where)
        try:
            ledger._migrate()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write: all of it happens or none."""
        with (
            _explained(self.where),
            self._engine.connect().execution_options(monitor_begin="IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads."""
        with _explained(self.where), self._engine.connect() as connection, connection.begin():
            yield connection

    def insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT that knows ON CONFLICT, in this database's dialect."""
        return sqlite.insert(table) if self._engine.dialect.name == "sqlite" else postgresql.insert(table)

    def check(self) -> None:
        """Every page of the ledger has been read and found whole, or LedgerError says what is wrong."""
        if self._engine.dialect.name != "sqlite":
            return
        with self.read() as connection:
            found = connection.execute(sa.text("PRAGMA integrity_check(1)")).scalar_one()
            orphans = connection.execute(sa.text("PRAGMA foreign_key_check")).first()
        if found != "ok" or orphans is not None:
            raise LedgerError(f"{self.where}: the ledger is damaged ({found}); restore it from a backup")

    def backup(self, path: Path) -> None:
        """A whole copy of the ledger stands at `path`; the ledger may be in use meanwhile (SQLite only)."""
        if self._engine.dialect.name != "sqlite":
            raise LedgerError(
                f"{self.where}: the ledger is in PostgreSQL, whose own tools copy it: pg_dump --format=custom; "
                "then copy the home"
            )
        if path.exists():
            raise LedgerError(f"{path}: exists already; give a new name for the copy")
        with (
            _explained(self.where),
            self._engine.connect().execution_options(monitor_begin=None) as connection,
        ):
            connection.execute(sa.text("VACUUM INTO :path"), {"path": str(path)})

    def tidy(self, *, free_share: float) -> None:
        """The database knows its own statistics, and no more than `free_share` of its file lies empty."""
        if self._engine.dialect.name != "sqlite":
            return  # a server keeps its own house
        with (
            _explained(self.where),
            self._engine.connect().execution_options(monitor_begin=None) as connection,
        ):
            connection.execute(sa.text("PRAGMA optimize"))
            free = connection.execute(sa.text("PRAGMA freelist_count")).scalar_one()
            pages = connection.execute(sa.text("PRAGMA page_count")).scalar_one()
            if free > free_share * pages:
                connection.execute(sa.text("VACUUM"))

    def close(self) -> None:
        """No connection is left open."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _migrate(self) -> None:
        with self.read() as connection:
            # Nearly always; it waits for nobody who writes, and works where nothing can be written.
            if _version(connection) == HEAD:
                return
        with self.write() as connection:
            if connection.dialect.name == "postgresql":
                # Two programs started at once: the second waits here and finds the work done.
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('monitor.ledger'))"))
            current = _version(connection)
            if current == HEAD:
                return
            if current is None and sa.inspect(connection).get_table_names():
                raise LedgerError(f"{self.where}: holds other tables and no ledger; give the ledger a place of its own")
            _upgrade(connection, current, self.where)


def _url(place: str | Path) -> sa.URL:
    if isinstance(place, Path):
        return sa.URL.create("sqlite", database=str(place))
    try:
        url = sa.make_url(place)
    except exc.ArgumentError as error:
        raise LedgerError(
            f"[store] url: {place!r} is no database URL; use sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"
        ) from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise LedgerError(f"[store] url: {url.drivername} is not supported; use sqlite or postgresql+psycopg")
    if url.get_backend_name() == "postgresql" and url.drivername != "postgresql+psycopg":
        url = url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        try:
            return sa.create_engine(url, pool_pre_ping=True)
        except ImportError as error:
            raise LedgerError("[store] url: PostgreSQL needs psycopg; install mine-monitor[postgres]") from error
    engine = sa.create_engine(url, connect_args={"timeout": 30})
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """One fresh SQLite connection is set up."""
    # The driver's own transactions begin too late and not at all for DDL; _begin does it.
    connection.isolation_level = None
    wal = wal_is_safe(sqlite3.sqlite_version_info)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
    # EXTRA also syncs the directory after the journal is gone, without which a power cut may take a commit back.
    connection.execute(f"PRAGMA synchronous={'FULL' if wal else 'EXTRA'}")


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite may keep a write-ahead log with more than one connection.

    >>> wal_is_safe((3, 40, 1)), wal_is_safe((3, 44, 6)), wal_is_safe((3, 51, 3))
    (False, True, True)
    """
    return version >= _WAL_MENDED or any(version[:2] == port[:2] and version >= port for port in _WAL_BACKPORTS)


def _begin(connection: sa.Connection) -> None:
    # IMMEDIATE takes the write lock at once: a transaction that reads first and writes later would otherwise fail half
    # way when another process wrote in between, and no busy timeout helps against that.
    kind = connection.get_execution_options().get("monitor_begin", "DEFERRED")
    if kind is not None:
        connection.exec_driver_sql(f"BEGIN {kind}")


def _create(path: Path) -> None:
    """A ledger with the newest schema stands at `path`, whole from the first moment."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = _engine(sa.URL.create("sqlite", database=str(new)))
        try:
            ledger = Ledger(engine, str(path))
            ledger._migrate()  # noqa: SLF001 - our own class
        finally:
            engine.dispose()
        with suppress(FileExistsError):  # another process was quicker; its ledger is as good as ours
            os.link(new, path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise LedgerError(f"{path}: the ledger cannot be created: {error.strerror}; check the directory") from error
    finally:
        new.unlink(missing_ok=True)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(connection: sa.Connection, current: str | None, where: str) -> None:
    # Imported only when there is something to migrate: it costs a third of a second that no other command should pay.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "monitor.ledger:migrations")
    config.attributes["connection"] = connection
    if current is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(current)
        except CommandError as error:
            raise LedgerError(
                f"{where}: the ledger was written by a newer monitor (schema {current}, this one knows {HEAD}); "
                "upgrade the program, or restore a backup from before the upgrade"
            ) from error
    command.upgrade(config, "head")


@contextmanager
def _explained(where: str) -> Iterator[None]:
    """Errors of the database leave as LedgerError with cause and remedy."""
    try:
        yield
    except exc.IntegrityError as error:
        raise LedgerError(f"{where}: the ledger refused a row: {error.orig}") from error
    except exc.DBAPIError as error:
        cause = str(error.orig).strip()
        raise LedgerError(f"{where}: {cause}; {_remedy(cause)}") from error
    except sqlite3.Error as error:  # raised while a connection is set up, where SQLAlchemy does not translate
        raise LedgerError(f"{where}: {error}; {_remedy(str(error))}") from error
    except UnicodeDecodeError as error:  # a damaged file may garble even the texts of SQLite's own errors
        raise LedgerError(f"{where}: {_remedy('malformed')}") from error


def _remedy(cause: str) -> str:
    low = cause.lower()
    for sign, remedy in (
        ("not a database", "this is no ledger: restore it from a backup, or give the ledger another place"),
        ("malformed", "the ledger is damaged: restore it from a backup; nothing was overwritten"),
        ("full", "free some space and run again; nothing is lost"),
        ("disk i/o", "check the disk and its free space, then run again; nothing is lost"),
        ("locked", "another process held the ledger for more than 30 s; run again"),
        ("readonly", "make the file and its directory writable"),
        ("read-only", "make the file and its directory writable"),
        ("unable to open", "make the file and its directory readable and writable"),
        ("connect", "check that the database server runs and may be reached, then run again"),
    ):
        if sign in low:
            return remedy
    return "run `monitor doctor`"
