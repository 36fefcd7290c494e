"""What `monitor status` tells of the daemon."""

import json
import os
from datetime import timedelta

import pytest

from monitor import clock, lock
from monitor.daemon import beat
from monitor.home import Home
from monitor.ledger import Ledger, leases, runs

SOURCE = """
[catalogue]
bundled = false
[[source]]
id = "araz-xeber"
name = "Araz Xəbər"
country = "AZ"
languages = ["az"]
timezone = "Asia/Baku"
feeds = ["https://araz.example/rss.xml"]
"""


@pytest.fixture
def place(home):
    """A home with one source that was visited and is well."""
    found = Home(home)
    found.settings.write_text(f'timezone = "Asia/Baku"\n{SOURCE}', encoding="utf-8")
    now = clock.now()
    with Ledger.open(found.ledger) as ledger:
        run = runs.start(ledger, kind="crawl", now=now)
        leases.take(ledger, source="araz-xeber", holder="me", now=now, ttl=timedelta(minutes=1))
        runs.visited(ledger, run=run, source="araz-xeber", status="ok", started_at=now, now=now)
        leases.release(
            ledger, source="araz-xeber", holder="me", now=now, ok=True, next_visit_at=now + timedelta(minutes=30)
        )
        runs.finish(ledger, run=run, now=now)
    return found


def sign(place, *, ago):
    now = clock.now()
    beat.write(
        place.beat,
        beat.Beat(
            pid=os.getpid(),
            started_at=now - timedelta(days=3),
            at=now - ago,
            visits=1234,
            running=2,
            missed=5,
            skipped=6,
            errors=7,
        ),
    )


def told(monitor, *options):
    said = monitor("status", "--json", *options)
    return said.code, json.loads(said.out)


def test_without_a_daemon_that_is_said_and_is_no_fault(place, monitor):
    said = monitor("status")
    assert said.code == 0, said.out
    assert "daemon       none runs; `monitor daemon` starts one" in said.out
    assert "next visit   araz-xeber: " in said.out
    assert "next digest  daily: " in said.out


def test_a_daemon_that_runs_is_told_with_process_beat_and_counts(place, monitor):
    with lock.hold(place.lock, what="the home"):
        sign(place, ago=timedelta(seconds=5))
        said = monitor("status")
        code, found = told(monitor)
    assert f"daemon       runs, process {os.getpid()} since " in said.out
    assert "1234 visits, 2 running, 5 missed, 6 skipped, 7 failed" in said.out
    assert code == 0
    daemon = found["daemon"]
    assert (daemon["state"], daemon["pid"], daemon["visits"], daemon["running"]) == ("runs", os.getpid(), 1234, 2)
    assert (daemon["missed"], daemon["skipped"], daemon["failed"]) == (5, 6, 7)
    assert daemon["started_at"] < daemon["beat_at"]
    assert set(found["next_visit"]) == {"source", "at"}
    assert set(found["next_digest"]) == {"name", "at"}


def test_a_daemon_that_hangs_is_a_fault_for_health_checks_too(place, monitor):
    with lock.hold(place.lock, what="the home"):
        sign(place, ago=timedelta(minutes=10))
        for options in ((), ("--alive",)):
            code, found = told(monitor, *options)
            assert (code, found["daemon"]["state"]) == (1, "hangs")
            assert any("no sign of life since" in problem for problem in found["problems"])


def test_a_daemon_that_died_is_a_fault_until_something_else_crawls(place, monitor):
    sign(place, ago=timedelta())
    code, found = told(monitor)
    assert (code, found["daemon"]["state"]) == (1, "died")
    assert any("start it again" in problem for problem in found["problems"])
    sign(place, ago=timedelta(hours=1))
    assert told(monitor)[0] == 0


def test_what_should_have_been_long_ago_is_called_overdue(place, monitor):
    now = clock.now()
    with Ledger.open(place.ledger) as ledger:
        leases.take(ledger, source="araz-xeber", holder="me", now=now, ttl=timedelta(minutes=1))
        leases.release(
            ledger, source="araz-xeber", holder="me", now=now, ok=True, next_visit_at=now - timedelta(hours=2)
        )
    row = next(row for row in monitor("status").out.splitlines() if row.startswith("next visit"))
    assert row.endswith("overdue")
