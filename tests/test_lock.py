import fcntl
import os
import subprocess
import sys
import threading

import pytest

from monitor import lock
from monitor.errors import HomeError, LockHeldError

HOLDER = """
import sys
from pathlib import Path
from monitor import lock
with lock.hold(Path(sys.argv[1]), what="the home"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock until it is killed."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "daemon.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_who_comes_second_is_told_who_was_first_and_that_is_exit_75(tmp_path, other):
    path = tmp_path / "daemon.lock"
    with (
        pytest.raises(LockHeldError, match=f"the home .*held by process {other.pid} ") as refused,
        lock.hold(path, what="the home"),
    ):
        pass
    assert refused.value.exit_code == 75
    assert lock.held(path)
    assert lock.holder(path) == other.pid


def test_a_holder_that_is_killed_holds_nothing(tmp_path, other):
    path = tmp_path / "daemon.lock"
    other.kill()
    other.wait()
    assert not lock.held(path)
    with lock.hold(path, what="the home"):
        assert lock.held(path)
        assert lock.holder(path) == os.getpid()
    assert not lock.held(path)
    assert path.exists()


def test_only_one_of_many_that_come_at_once_gets_it(tmp_path):
    start, end, got, refused = threading.Barrier(8), threading.Event(), [], []

    def come(number):
        start.wait()
        try:
            with lock.hold(tmp_path / "daemon.lock", what="the home"):
                got.append(number)
                end.wait(20)
        except LockHeldError:
            refused.append(number)
            if len(refused) == 7:
                end.set()

    crowd = [threading.Thread(target=come, args=(number,)) for number in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(20)
    assert (len(got), len(refused)) == (1, 7)


def test_who_only_asks_whether_it_is_held_turns_nobody_away(tmp_path, monkeypatch):
    path = tmp_path / "daemon.lock"
    path.touch()
    asking = os.open(path, os.O_RDONLY)
    # What `held` does for a moment, for as long as the first try lasts.
    fcntl.flock(asking, fcntl.LOCK_SH)
    monkeypatch.setattr("time.sleep", lambda _: fcntl.flock(asking, fcntl.LOCK_UN))
    try:
        with lock.hold(path, what="the home"):
            assert lock.holder(path) == os.getpid()
    finally:
        os.close(asking)


@pytest.mark.parametrize("text", ["", "\n", "someone", "１２\n", "\x00\xff"])
def test_a_file_that_names_nobody_names_nobody(tmp_path, text):
    (tmp_path / "daemon.lock").write_text(text, "utf-8")
    assert lock.holder(tmp_path / "daemon.lock") is None


def test_a_file_that_is_not_there_is_not_held(tmp_path):
    assert not lock.held(tmp_path / "daemon.lock")
    assert lock.holder(tmp_path / "daemon.lock") is None


def test_a_place_where_no_lock_can_be_is_told_with_a_remedy(tmp_path):
    (tmp_path / "home").write_text("a file")
    with pytest.raises(HomeError, match="check the owner"), lock.hold(tmp_path / "home" / "daemon.lock", what="it"):
        pass


def test_an_error_inside_gives_the_lock_back(tmp_path):
    path = tmp_path / "daemon.lock"
    with pytest.raises(ZeroDivisionError), lock.hold(path, what="the home"):
        _ = 1 / 0
    assert not lock.held(path)
