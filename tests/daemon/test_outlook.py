import os
from datetime import UTC, date, datetime, time, timedelta

import pytest

from monitor import lock
from monitor.config import DigestConfig
from monitor.daemon import beat, outlook
from monitor.daemon.beat import Beat, Life
from monitor.home import Home
from monitor.ledger.leases import SourceState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def sign(home, *, at, pid=None):
    beat.write(
        home.beat,
        Beat(pid=pid or os.getpid(), started_at=NOW - HOUR, at=at, visits=7, running=1, missed=2, skipped=3, errors=4),
    )


def test_without_lock_and_beat_there_is_no_daemon(home):
    assert outlook.daemon(home, now=NOW) == outlook.Daemon(state=Life.NONE)


def test_one_that_runs_is_told_with_its_counts(home):
    with lock.hold(home.lock, what="the home"):
        sign(home, at=NOW)
        found = outlook.daemon(home, now=NOW + timedelta(seconds=10))
    assert (found.state, found.pid, found.beat_at) == (Life.RUNS, os.getpid(), NOW)
    assert (found.visits, found.running, found.missed, found.skipped, found.failed) == (7, 1, 2, 3, 4)


def test_one_that_has_just_started_is_not_told_by_the_beat_of_the_one_before(home):
    sign(home, at=NOW, pid=2)
    with lock.hold(home.lock, what="the home"):
        assert outlook.daemon(home, now=NOW) == outlook.Daemon(state=Life.STARTS, pid=os.getpid())


def test_one_that_is_silent_hangs_and_one_without_lock_has_died(home):
    with lock.hold(home.lock, what="the home"):
        sign(home, at=NOW)
        assert outlook.daemon(home, now=NOW + HOUR).state is Life.HANGS
    assert outlook.daemon(home, now=NOW).state is Life.DIED


def test_the_next_visit_is_the_first_that_is_due_and_nobody_makes():
    states = [
        SourceState(id="araz", next_visit_at=NOW + HOUR),
        SourceState(id="kur", next_visit_at=NOW + HOUR / 2, not_before=NOW + 2 * HOUR),
        SourceState(id="mtkvari", next_visit_at=NOW - HOUR, holder="host/1/2", lease_until=NOW + HOUR),
    ]
    assert outlook.next_visit(states, now=NOW) == outlook.Next(name="araz", at=NOW + HOUR)


def test_a_source_that_was_never_visited_is_due_now_and_one_whose_visitor_has_gone_is_overdue():
    gone = SourceState(id="kur", next_visit_at=NOW - HOUR, holder="host/1/2", lease_until=NOW - HOUR / 2)
    new = SourceState(id="araz")
    assert outlook.next_visit([new], now=NOW) == outlook.Next(name="araz", at=NOW)
    assert outlook.next_visit([new, gone], now=NOW) == outlook.Next(name="kur", at=NOW - HOUR)
    assert outlook.next_visit([], now=NOW) is None


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 3, tzinfo=UTC)),
        (None, datetime(2026, 11, 23, 2, tzinfo=UTC), datetime(2026, 11, 22, 3, tzinfo=UTC)),
        (date(2026, 11, 22), datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 24, 3, tzinfo=UTC)),
        (date(2026, 11, 20), datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 22, 3, tzinfo=UTC)),
    ],
)
def test_the_next_digest_follows_the_last_one_at_its_local_time(last, now, due):
    digest = DigestConfig(time="07:00")
    found = outlook.next_digest([digest], last={"daily": last}, zone="Asia/Baku", now=now)
    assert found == outlook.Next(name="daily", at=due)


def test_of_several_digests_the_first_is_told_and_urgent_ones_have_no_time():
    digests = [
        DigestConfig(name="evening", time="18:00"),
        DigestConfig(name="morning", time="06:00"),
        DigestConfig(name="alarm", urgent=True),
    ]
    last = {"evening": date(2026, 11, 22), "morning": date(2026, 11, 22)}
    found = outlook.next_digest(digests, last=last, zone="UTC", now=NOW)
    assert found == outlook.Next(name="morning", at=datetime.combine(date(2026, 11, 24), time(6), tzinfo=UTC))
    assert outlook.next_digest(digests[2:], last={}, zone="UTC", now=NOW) is None
