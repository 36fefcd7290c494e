"""The daemon's life without the sites: which settings a session gets, and what ends the waiting."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import structlog

from monitor import clock, lock
from monitor.config import Config
from monitor.daemon import beat, run
from monitor.daemon.run import Daemon, Setup
from monitor.errors import ConfigError, LedgerError, LockHeldError, SeedError
from monitor.home import Home


class Watcher(Daemon):
    """A daemon whose sessions watch nothing; each tells which settings it has."""

    def __init__(self, home: Home, load: Callable[[], Setup], trouble: dict[str, Exception] | None = None) -> None:
        super().__init__(home, load)
        self.zones: list[str] = []
        self.trouble = trouble or {}
        self.more = asyncio.Event()

    async def _session(self, setup: Setup) -> None:
        self.zones.append(setup.config.timezone)
        self.more.set()
        if setup.config.timezone in self.trouble:
            raise self.trouble[setup.config.timezone]
        self._proven = setup
        await self._over.wait()

    async def until(self, count: int) -> None:
        while len(self.zones) < count:
            self.more.clear()
            await asyncio.wait_for(self.more.wait(), 10)


class Settings:
    """What a load gives: a zone, or an error."""

    def __init__(self) -> None:
        self.now: str | Exception = "Asia/Baku"

    def __call__(self) -> Setup:
        if isinstance(self.now, Exception):
            raise self.now
        return Setup(config=Config(timezone=self.now), sources=())


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(run, "_RETRY", 0.01)


@pytest.fixture
def log():
    """What was logged, as facts."""
    with structlog.testing.capture_logs() as facts:
        yield facts


async def said(log, text):
    """The first line that says so."""
    async with asyncio.timeout(10):
        while True:
            for facts in log:
                if text in facts["event"]:
                    return facts
            await asyncio.sleep(0.005)


def living(daemon, work):
    """The work is done while the daemon lives, which must then end."""

    async def both():
        life = asyncio.ensure_future(daemon.live())
        try:
            await work()
        finally:
            daemon.stop()
            with suppress(LedgerError, SeedError):
                await asyncio.wait_for(life, 10)

    asyncio.run(both())


def test_settings_that_are_read_anew_are_those_of_the_next_session(home, settings):
    daemon = Watcher(home, settings)

    async def work():
        await daemon.until(1)
        settings.now = "Europe/Kyiv"
        daemon.reread()
        await daemon.until(2)

    living(daemon, work)
    assert daemon.zones == ["Asia/Baku", "Europe/Kyiv"]


@pytest.mark.parametrize("trouble", [ConfigError("monitor.toml: crawl.delya: unknown key"), RuntimeError("unforeseen")])
def test_wrong_settings_are_said_and_the_session_goes_on(home, settings, log, trouble):
    daemon = Watcher(home, settings)

    async def work():
        await daemon.until(1)
        settings.now = trouble
        daemon.reread()
        await said(log, "settings not reread, the old ones stay")
        settings.now = "Asia/Tbilisi"
        daemon.reread()
        await daemon.until(2)

    living(daemon, work)
    assert daemon.zones == ["Asia/Baku", "Asia/Tbilisi"]


def test_a_wrong_lexicon_of_the_home_is_said_and_the_session_goes_on(home, settings, log):
    daemon = Watcher(home, settings)
    words = home.seeds / "lexicon" / "az.toml"

    async def work():
        await daemon.until(1)
        words.parent.mkdir(parents=True)
        words.write_text("[[term]]\nid = \n", encoding="utf-8")
        daemon.reread()
        facts = await said(log, "settings not reread, the old ones stay")
        assert "az.toml" in facts["why"]

    living(daemon, work)
    assert daemon.zones == ["Asia/Baku"]


def test_settings_that_cannot_be_run_with_give_way_to_those_that_could(home, settings, log):
    daemon = Watcher(home, settings, {"Asia/Tehran": LedgerError("[store] url: no such database")})

    async def work():
        await daemon.until(1)
        settings.now = "Asia/Tehran"
        daemon.reread()
        await said(log, "settings not taken over, the old ones stay")
        await daemon.until(3)

    living(daemon, work)
    assert daemon.zones == ["Asia/Baku", "Asia/Tehran", "Asia/Baku"]


def test_a_ledger_that_is_locked_when_a_session_begins_anew_is_waited_for(home, settings, log):
    daemon = Watcher(home, settings)

    async def work():
        await daemon.until(1)
        daemon.trouble["Asia/Baku"] = LedgerError("monitor.db: database is locked")
        daemon._over.set()
        await said(log, "watching broke off, it is begun again")
        await daemon.until(4)
        daemon.trouble.clear()
        before = len(daemon.zones)
        await daemon.until(before + 1)

    living(daemon, work)


def test_what_cannot_begin_at_all_is_an_error_of_the_command(home, settings):
    daemon = Watcher(home, settings, {"Asia/Baku": LedgerError("monitor.db: not a database")})
    with pytest.raises(LedgerError, match="not a database"):
        asyncio.run(asyncio.wait_for(daemon.live(), 10))


def test_neither_sighup_nor_time_begins_anything_before_the_clock_is_set(home, settings, log, monkeypatch):
    shows = [datetime(1970, 1, 1, 0, 5, tzinfo=UTC)]
    monkeypatch.setattr(clock, "now", lambda: shows[0])
    daemon = Watcher(home, settings)

    async def work():
        await said(log, "waiting until the clock is set")
        settings.now = "Europe/Kyiv"
        daemon.reread()
        await asyncio.sleep(0.05)
        assert daemon.zones == []
        shows[0] = datetime(2026, 11, 24, tzinfo=UTC)
        await daemon.until(1)

    living(daemon, work)
    assert sum("waiting until the clock" in facts["event"] for facts in log) == 1


def test_sigterm_ends_the_waiting_for_the_clock_at_once(home, settings, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(1970, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(run, "_RETRY", 600)
    daemon = Watcher(home, settings)

    async def work():
        await asyncio.sleep(0)

    living(daemon, work)
    assert daemon.zones == []


def test_one_that_ends_in_order_leaves_no_sign_of_life(home, settings, monkeypatch):
    class Brief(Watcher):
        async def _session(self, setup: Setup) -> None:
            beat.write(
                home.beat,
                beat.Beat(
                    pid=1, started_at=clock.now(), at=clock.now(), visits=0, running=0, missed=0, skipped=0, errors=0
                ),
            )
            self.stop()

    monkeypatch.setattr(run, "Daemon", Brief)
    run.run(home, settings)
    assert not home.beat.exists()
    assert not lock.held(home.lock)


def test_a_home_that_is_held_is_not_watched_twice(home, settings):
    with lock.hold(home.lock, what="the home"), pytest.raises(LockHeldError, match="held by process"):
        run.run(home, settings)
