"""The daemon as a process: what the engineer starts once and leaves alone."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor import clock, lock
from monitor.daemon import beat, outlook
from monitor.daemon.beat import Life
from monitor.demo import world
from monitor.demo.server import serving
from monitor.home import Home
from monitor.ledger import Ledger, articles, counts, leases
from tests.test_mail import real_server

PATIENCE = 60.0
WORLD = 9
"""Articles of the fictional world that surely matter; one is old, which the daemon does not mind."""
QUICK = frozenset({"highland", "karvan", "lernayin", "stepnoy", "matsne", "dagxeber"})
"""The outlets that answer: a dead one is asked twice, with a pause between."""


@pytest.fixture
def home(tmp_path):
    """A home whose sources are the outlets of the fictional world."""
    outlets = [outlet for outlet in world.load(clock.now()) if outlet.id in QUICK]
    with serving(outlets) as sites:
        place = Home(tmp_path / "home")
        place.path.mkdir()
        place.settings.write_text(world.settings(outlets, sites.bases), encoding="utf-8")
        yield place


@contextmanager
def daemon(home, **environ):
    """A running daemon; what is left of it at the end is killed."""
    command = [sys.executable, "-m", "monitor", "--home", str(home.path), "daemon"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environ})
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def monitor(home, *arguments):
    command = [sys.executable, "-m", "monitor", "--home", str(home.path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def until(condition, *, what, of=None):
    """The first true value of the condition, which must come in time and while the process lives."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        if of is not None and of.poll() is not None:
            pytest.fail(f"the daemon ended with {of.returncode} before {what}: {of.stderr.read()[-2000:]}")
        time.sleep(0.02)
    pytest.fail(f"{what} did not happen within {PATIENCE:g} s")


def landed(home):
    return len(list((home.path / "queue").glob("*.txt")))


def log_of(home):
    path = home.log / "monitor.log"
    return [json.loads(row) for row in path.read_text("utf-8").splitlines()] if path.exists() else []


def events(home, name):
    return [row for row in log_of(home) if row["event"] == name]


def test_it_lands_each_article_once_mails_the_digest_and_ends_on_sigterm(home):
    with real_server() as (keep, port):
        write_to(home, port)
        with daemon(home) as process:
            until(lambda: landed(home) >= WORLD, what="landing", of=process)
            until(lambda: keep.taken, what="the mail", of=process)
            until(lambda: beat.read(home.beat), what="a sign of life", of=process)
            seen = outlook.daemon(home, now=clock.now())
            assert (seen.state, seen.pid) == (Life.RUNS, process.pid)
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(25) == 0
            assert time.monotonic() - started < 20
        assert len(keep.taken) == 1
        assert b"Mine monitor 20" in keep.taken[0][1]
    files = [path.name for path in (home.path / "queue").glob("*.txt")]
    with Ledger.open(home.ledger) as ledger:
        assert len(files) == counts.articles(ledger)["landed"] >= WORLD
        assert articles.promised(ledger) == ()
        assert all(state.holder is None for state in leases.states(ledger, QUICK).values())
    assert not lock.held(home.lock)
    assert not home.beat.exists()


def write_to(home, port):
    """The home's digest goes to the mail server on that port."""
    mail = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    mail += '[[digest]]\nto = ["desk@example.org"]\nfrom = "monitor@example.org"\n'
    head, _, tail = home.settings.read_text("utf-8").partition("[[source]]")
    home.settings.write_text(f"{head}{mail}[[source]]{tail}", encoding="utf-8")


@pytest.mark.slow
def test_a_crawl_by_hand_may_run_beside_it_and_lands_nothing_twice(home):
    with daemon(home) as process:
        until(lambda: landed(home) >= 1, what="the first landing", of=process)
        by_hand = monitor(home, "crawl", "--json")
        assert by_hand.returncode in {0, 5}, by_hand.stderr
        until(lambda: landed(home) >= WORLD, what="landing", of=process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(25) == 0
    with Ledger.open(home.ledger) as ledger:
        assert landed(home) == counts.articles(ledger)["landed"]
    assert monitor(home, "queue", "verify").returncode == 0


@pytest.mark.slow
def test_a_second_daemon_on_one_home_exits_75_and_names_the_first(home):
    with lock.hold(home.lock, what="the home"):
        second = monitor(home, "daemon")
    assert second.returncode == 75
    assert str(os.getpid()) in second.stderr


@pytest.mark.slow
def test_a_mail_server_that_hangs_keeps_the_daemon_from_nothing(home):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        write_to(home, deaf.getsockname()[1])
        with daemon(home) as process:
            caller, _ = deaf.accept()
            with caller:
                until(lambda: landed(home) >= WORLD, what="landing", of=process)
                started = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert process.wait(25) == 0
                assert time.monotonic() - started < 20


@pytest.mark.slow
def test_a_ledger_that_somebody_locks_costs_neither_the_daemon_nor_an_article(home):
    Ledger.open(home.ledger).close()
    with daemon(home) as process:
        until(lambda: events(home, "watching"), what="the start", of=process)
        with sqlite3.connect(home.ledger, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            # Longer than a connection waits for a lock.
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(40)
            other.execute("ROLLBACK")
        until(lambda: landed(home) >= WORLD, what="landing", of=process)


@pytest.mark.slow
def test_a_second_sigterm_ends_it_at_once(home):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        write_to(home, deaf.getsockname()[1])
        with daemon(home) as process:
            caller, _ = deaf.accept()
            with caller:
                process.send_signal(signal.SIGTERM)
                until(lambda: events(home, "stopping"), what="the end's beginning", of=process)
                started = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert process.wait(25) == 128 + signal.SIGTERM
                assert time.monotonic() - started < 2


@pytest.mark.slow
def test_killed_in_the_middle_the_next_one_goes_on_and_lands_nothing_twice(home):
    with daemon(home) as process:
        until(lambda: landed(home) >= 1, what="the first landing", of=process)
        process.kill()
        process.wait(10)
    with daemon(home) as process:
        until(lambda: landed(home) >= WORLD, what="all landings", of=process)
    with Ledger.open(home.ledger) as ledger:
        until(lambda: landed(home) == counts.articles(ledger)["landed"], what="the last landing")
    assert monitor(home, "queue", "verify").returncode == 0


@pytest.mark.slow
def test_wrong_settings_are_said_and_the_old_ones_stay_right_ones_are_taken_over(home):
    right = home.settings.read_text("utf-8")
    with daemon(home) as process:
        until(lambda: events(home, "watching"), what="the start", of=process)
        home.settings.write_text("[crawl]\ndelya = 1\n", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        (told,) = until(lambda: events(home, "settings not reread, the old ones stay"), what="the refusal")
        assert "did you mean delay" in told["why"]
        assert process.poll() is None
        assert len(events(home, "watching")) == 1
        home.settings.write_text(right, encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        until(lambda: len(events(home, "watching")) == 2, what="the start with new settings")


@pytest.mark.slow
def test_the_service_manager_is_told_ready_alive_and_stopping(home, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "notify"))
        wire.settimeout(PATIENCE)
        with daemon(home, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="2000000") as process:
            heard = b""
            while b"READY=1" not in heard or heard.count(b"WATCHDOG=1") < 2:
                heard += wire.recv(4096) + b"\n"
            process.send_signal(signal.SIGTERM)
            while b"STOPPING=1" not in heard:
                heard += wire.recv(4096) + b"\n"
            assert process.wait(25) == 0


@pytest.mark.slow
def test_the_log_is_one_json_object_a_line_with_one_line_an_article_and_no_control_character(home):
    with daemon(home) as process:
        until(lambda: landed(home) >= WORLD, what="all landings", of=process)
        until(lambda: len(events(home, "queued")) >= WORLD, what="the lines")
    rows = log_of(home)
    assert {"timestamp", "level", "event"} <= set(rows[0])
    names = [row["name"] for row in rows if row["event"] == "queued"]
    assert len(names) == len(set(names)) >= WORLD
    text = (home.log / "monitor.log").read_text("utf-8")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)


@pytest.mark.slow
def test_nothing_of_it_listens_on_a_port(home):
    with daemon(home) as process:
        until(lambda: landed(home) >= 1, what="the first landing", of=process)
        sockets = {str(path.readlink()) for path in Path(f"/proc/{process.pid}/fd").iterdir() if path.is_symlink()}
        listening = {
            f"socket:[{row.split()[9]}]"
            for row in Path("/proc/net/tcp").read_text().splitlines()[1:]
            if row.split()[3] == "0A"
        }
    assert not sockets & listening
