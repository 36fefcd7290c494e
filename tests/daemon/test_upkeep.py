import os
from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import Config
from monitor.daemon import upkeep
from monitor.home import Home
from monitor.ledger import Ledger, runs

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def ledger(home):
    with Ledger.open(home.ledger) as opened:
        yield opened


def visit(ledger, *, at, note=None):
    run = runs.start(ledger, kind="crawl", now=at)
    runs.visited(ledger, run=run, source="araz-xeber", status="ok", started_at=at, now=at, note=note)
    return run


def visits(ledger, run):
    return len(runs.report(ledger, run).visits)


def test_history_older_than_the_settings_keep_is_cut_back_and_the_rest_stays(home, ledger):
    old, young = visit(ledger, at=NOW - timedelta(days=31)), visit(ledger, at=NOW - timedelta(days=29))
    upkeep.keep(ledger, home, Config(upkeep={"history_days": 30}), now=NOW)
    assert (visits(ledger, old), visits(ledger, young)) == (0, 1)


def test_zero_days_keep_history_for_ever(home, ledger):
    run = visit(ledger, at=NOW - timedelta(days=5000))
    upkeep.keep(ledger, home, Config(upkeep={"history_days": 0}), now=NOW)
    assert visits(ledger, run) == 1


def test_mails_that_nobody_fetched_for_a_month_go_from_the_outbox_and_other_files_stay(home, ledger):
    home.outbox.mkdir()
    for name, days in (("digest-daily-old.eml", 31), ("digest-daily-young.eml", 29), ("note.txt", 400)):
        (home.outbox / name).write_text("x")
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(home.outbox / name, (at, at))
    upkeep.keep(ledger, home, Config(), now=NOW)
    assert sorted(path.name for path in home.outbox.iterdir()) == ["digest-daily-young.eml", "note.txt"]


def test_a_ledger_with_large_holes_is_packed(home, ledger):
    for day in range(4):
        visit(ledger, at=NOW - timedelta(days=1000 - day), note="söz " * 100_000)
    before = home.ledger.stat().st_size
    upkeep.keep(ledger, home, Config(upkeep={"history_days": 30}), now=NOW)
    assert home.ledger.stat().st_size < before / 2
    ledger.check()
