"""Killed, or failed by the disk, at every call that changes it: nothing lost, nothing twice, nothing partial."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.ledger import Ledger, articles, counts
from monitor.model import Outcome
from monitor.queue import Queue
from tests.crash import landing

KILLED = -9
STORIES = {"\n".join(story) for story in landing.LANDMINE}


@dataclass
class Sweep:
    """The program under the shim, and homes for it to work in."""

    server: subprocess.Popen[str]
    blank: Path
    homes: Path
    used: int = 0

    def home(self, *, empty: bool = False) -> Path:
        """A home, with a fresh ledger unless it is to be empty; making one each time would take most of it."""
        self.used += 1
        home = self.homes / str(self.used)
        home.mkdir()
        if not empty:
            shutil.copy(self.blank, home / "monitor.db")
        return home

    def strike(self, home: Path, at: int, error: int = 0, lasting: bool = False) -> int:
        """The program ran in the home and was struck at its call number `at`; its exit status."""
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(f"{at} {error} {int(lasting)} {home}\n")
        self.server.stdin.flush()
        return int(self.server.stdout.readline())

    def calls(self, *, empty: bool = False) -> int:
        """How many calls a run makes that nothing strikes."""
        home = self.home(empty=empty)
        assert self.strike(home, 10**9) == 0
        return int((home / "told").read_text().split("\n")[0])


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler for the shim")
    homes = tmp_path_factory.mktemp("crash")
    shim = homes / "shim.so"
    source = Path(landing.__file__).with_name("shim.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(shim), str(source), "-ldl"], check=True)
    Ledger.open(homes / "blank.db").close()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash.landing"],
        env=os.environ | {"LD_PRELOAD": str(shim)},
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield Sweep(server, homes / "blank.db", homes)
        server.stdin.close()


def test_killed_anywhere_the_next_run_completes_the_work(sweep: Sweep) -> None:
    calls = sweep.calls()
    for at in range(1, calls + 1, 23):
        kill_and_run_again(sweep, at, consumer="leaves")
    for at in range(3, calls + 1, 31):
        kill_and_run_again(sweep, at, consumer="takes")


def test_killed_while_the_ledger_is_made_the_next_run_makes_it(sweep: Sweep) -> None:
    making = sweep.calls(empty=True) - sweep.calls()
    assert making > 20
    for at in range(1, making + 20, making // 5):
        home = sweep.home(empty=True)
        assert sweep.strike(home, at) == KILLED
        finish_and_check(home, taken=[])


def test_several_runs_at_once_do_the_work_once(sweep: Sweep) -> None:
    """A crawl by hand beside the daemon; here without the lease that keeps them apart."""
    home = sweep.home()
    program = f"from pathlib import Path; from tests.crash.landing import work; work(Path({str(home)!r}))"
    started = [subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [process.wait(100) for process in started] == [0, 0, 0]
    finish_and_check(home, taken=[])


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("consumer", ["leaves", "takes", "claims"])
def test_killed_at_every_single_call_the_next_run_completes_the_work(sweep: Sweep, consumer: str) -> None:
    calls = sweep.calls()
    assert calls > 100
    for at in range(1, calls + 1):
        kill_and_run_again(sweep, at, consumer=consumer)
    print(f"{calls} of {calls} points, consumer {consumer}")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_twice_the_third_run_completes_the_work(sweep: Sweep) -> None:
    calls = sweep.calls()
    for first in range(1, calls + 1, 7):
        for second in range(1, 40, 6):
            home = sweep.home()
            sweep.strike(home, first)
            sweep.strike(home, second)
            finish_and_check(home, taken=[])


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_anywhere_is_told_and_nothing_is_lost(sweep: Sweep, error: int, lasting: bool) -> None:
    fail_and_run_again(sweep, range(1 + lasting, sweep.calls() + 1, 61), error, lasting=lasting)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
def test_a_disk_that_fails_at_every_single_call_is_told(sweep: Sweep, error: int, lasting: bool) -> None:
    fail_and_run_again(sweep, range(1, sweep.calls() + 1), error, lasting=lasting)


def kill_and_run_again(sweep: Sweep, at: int, *, consumer: str) -> None:
    home = sweep.home()
    assert sweep.strike(home, at) == KILLED
    queue = home / "queue"
    taken = []
    for path in sorted(queue.glob("*.txt")):
        assert_whole(path)
        if consumer == "takes":
            taken.append(path.read_text())
            path.unlink()
        elif consumer == "claims":
            (queue / "claimed").mkdir(exist_ok=True)
            taken.append(path.read_text())
            path.rename(queue / "done" / path.name)
    finish_and_check(home, taken)


def fail_and_run_again(sweep: Sweep, points: range, error: int, *, lasting: bool) -> None:
    for at in points:
        home = sweep.home()
        status = sweep.strike(home, at, error, lasting)
        told = (home / "told").read_text().partition("\n")[2]
        # A failure that SQLite or a retry gets over need not be told; one that ends the work must be.
        assert status in (0, landing.ERROR), f"call {at}: {told}"
        if status:
            assert str(home) in told
            assert ";" in told, f"call {at}: no remedy in {told!r}"
        for path in (home / "queue").glob("*.txt"):
            assert_whole(path)
        finish_and_check(home, taken=[])


def finish_and_check(home: Path, taken: list[str]) -> None:
    """A run that nothing strikes has everything once, and the ledger agrees with the disk."""
    landing.work(home)
    queue = Queue(home / "queue")
    visible = sorted(queue.directory.glob("*.txt"))
    for path in visible:
        assert_whole(path)
    found = [*taken, *(path.read_text() for path in visible)]
    assert sorted(found) == sorted(STORIES)
    numbers = [path.name.split("_")[0] for path in (queue.directory / "meta").glob("*.json")]
    assert len(numbers) == len(set(numbers)) == len(STORIES)
    for path in (queue.directory / "meta").iterdir():
        if not path.name.startswith("."):
            json.loads(path.read_text())
    with Ledger.open(home / "monitor.db") as ledger:
        ledger.check()
        outcomes = {Outcome.QUEUED: 2, Outcome.DUPLICATE: 1, Outcome.IRRELEVANT: 1}
        assert counts.total(ledger) == outcomes
        assert counts.articles(ledger) == {"pending": 0, "landed": 2}
        assert [item for item in queue.verify(lambda: articles.hashes(ledger)) if item.finding] == []
    shutil.rmtree(home)


def assert_whole(path: Path) -> None:
    assert path.name[-20:-4] == hashlib.sha256(path.read_bytes()).hexdigest()[:16]
