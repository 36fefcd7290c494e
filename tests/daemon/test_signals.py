"""Real signals to this very process; they are heard even when nothing but the listener can run."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from monitor.daemon import signals


class Heard:
    """What was heard; `wait` gives the first so many words."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._more = threading.Condition()

    def say(self, word: str) -> None:
        with self._more:
            self.words.append(word)
            self._more.notify_all()

    def wait(self, count: int) -> list[str]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.words) >= count, timeout=20), self.words
            return self.words


@pytest.fixture
def ear():
    return Heard()


def listening(ear, limit=60.0):
    return signals.heard(
        stop=lambda: ear.say("stop"),
        reread=lambda: ear.say("reread"),
        limit=limit,
        end=lambda code: ear.say(f"end {code}"),
    )


def send(number):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_stops_and_the_second_ends_the_process_at_once(ear, number):
    with listening(ear):
        send(number)
        assert ear.wait(1) == ["stop"]
        send(number)
        assert ear.wait(2) == ["stop", f"end {128 + number}"]


def test_sighup_rereads_as_often_as_it_comes_and_also_while_it_stops(ear):
    with listening(ear):
        send(signal.SIGHUP)
        ear.wait(1)
        send(signal.SIGHUP)
        ear.wait(2)
        send(signal.SIGTERM)
        ear.wait(3)
        send(signal.SIGHUP)
        assert ear.wait(4) == ["reread", "reread", "stop", "reread"]


def test_a_process_that_has_not_ended_in_time_is_ended(ear):
    with listening(ear, limit=0.01):
        send(signal.SIGTERM)
        assert ear.wait(2) == ["stop", "end 1"]


def test_afterwards_signals_do_what_they_did_before(ear):
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    with listening(ear):
        assert signal.getsignal(signal.SIGTERM) is not before[signal.SIGTERM]
    assert {number: signal.getsignal(number) for number in before} == before
    assert signal.set_wakeup_fd(-1) == -1
    assert not [thread for thread in threading.enumerate() if thread.name == "signals"]


BLOCKED = """
import sqlite3, sys
from monitor.daemon import signals
holder, waiter = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[1], timeout=60)
holder.execute("BEGIN EXCLUSIVE")
with signals.heard(stop=lambda: print("stopping", flush=True), reread=lambda: None):
    print("blocked", flush=True)
    waiter.execute("BEGIN EXCLUSIVE")
"""


def test_a_second_sigterm_ends_at_once_even_a_process_that_waits_for_a_locked_ledger(tmp_path):
    command = [sys.executable, "-c", BLOCKED, str(tmp_path / "monitor.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "blocked\n"
            process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "stopping\n"
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 128 + signal.SIGTERM
        finally:
            process.kill()


HANGING = """
import threading
from concurrent.futures import ThreadPoolExecutor
from monitor.daemon import signals
ThreadPoolExecutor().submit(threading.Event().wait)
signals.end_soon(0.05)
"""


def test_a_look_up_that_hangs_in_a_thread_keeps_no_process_that_has_done_its_work():
    done = subprocess.run([sys.executable, "-c", HANGING], timeout=30, check=False)
    assert done.returncode == 0
