import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from monitor.ledger import Ledger, leases
from tests.ledger.conftest import NOW

HOUR = timedelta(hours=1)


def take(ledger: Ledger, holder: str, *, after: timedelta = timedelta()) -> bool:
    return leases.take(ledger, source="kavkaz", holder=holder, now=NOW + after, ttl=HOUR)


def release(ledger: Ledger, holder: str, *, ok: bool = True, **facts: object) -> bool:
    return leases.release(ledger, source="kavkaz", holder=holder, now=NOW, ok=ok, **facts)  # type: ignore[arg-type]


def test_a_source_under_visit_is_not_given_to_another(ledger: Ledger) -> None:
    assert take(ledger, "daemon")
    assert not take(ledger, "hand")
    assert release(ledger, "daemon")
    assert take(ledger, "hand")


def test_a_lease_that_ran_out_is_taken_over_and_its_late_holder_changes_nothing(ledger: Ledger) -> None:
    take(ledger, "daemon")
    assert take(ledger, "hand", after=HOUR)
    assert not release(ledger, "daemon", ok=False)
    state = leases.states(ledger, ["kavkaz"])["kavkaz"]
    assert (state.holder, state.failures, state.lease_until) == ("hand", 0, NOW + 2 * HOUR)


def test_taking_ones_own_lease_again_renews_it(ledger: Ledger) -> None:
    take(ledger, "daemon")
    assert take(ledger, "daemon", after=HOUR / 2)
    assert not take(ledger, "hand", after=HOUR)


def test_an_interrupted_crawl_leaves_no_lease_and_no_failure(ledger: Ledger) -> None:
    take(ledger, "daemon")
    leases.abandon(ledger, holder="daemon")
    state = leases.states(ledger, ["kavkaz"])["kavkaz"]
    assert (state.holder, state.failures, state.visited_at) == (None, 0, None)


def test_failures_in_a_row_are_counted_until_a_visit_goes_well(ledger: Ledger) -> None:
    for ok, failures in ((False, 1), (False, 2), (True, 0), (False, 1)):
        take(ledger, "daemon")
        release(ledger, "daemon", ok=ok, interval=HOUR)
        assert leases.states(ledger, ["kavkaz"])["kavkaz"].failures == failures
    state = leases.states(ledger, ["kavkaz"])["kavkaz"]
    assert (state.ok_at, state.interval) == (NOW, HOUR)


def test_due_are_the_never_visited_then_the_longest_overdue(ledger: Ledger) -> None:
    for source, hours in (("a", -1), ("b", -3), ("c", 1)):
        leases.take(ledger, source=source, holder="h", now=NOW, ttl=HOUR)
        leases.release(ledger, source=source, holder="h", now=NOW, ok=True, next_visit_at=NOW + hours * HOUR)
    assert leases.due(ledger, ["a", "b", "c", "new"], now=NOW) == ("new", "b", "a")


def test_nobody_is_asked_before_the_time_that_it_named(ledger: Ledger) -> None:
    take(ledger, "h")
    release(ledger, "h", ok=False, next_visit_at=NOW, not_before=NOW + HOUR)
    assert leases.due(ledger, ["kavkaz"], now=NOW) == ()
    assert leases.due(ledger, ["kavkaz"], now=NOW + HOUR) == ("kavkaz",)


def test_of_many_that_come_at_once_one_gets_the_lease(address: str | Path, ledger: Ledger) -> None:
    program = (
        "import sys; from datetime import timedelta; from pathlib import Path; from monitor import clock\n"
        "from monitor.ledger import Ledger, leases\n"
        "place = sys.argv[1] if '://' in sys.argv[1] else Path(sys.argv[1])\n"
        "with Ledger.open(place) as ledger:\n"
        "    for n in range(40):\n"
        "        if leases.take(ledger, source=f's{n}', holder=sys.argv[2], now=clock.now(), ttl=timedelta(hours=1)):\n"
        "            print(n)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(address), holder], stdout=subprocess.PIPE, text=True)
        for holder in "abc"
    ]
    got = [int(line) for process in started for line in process.communicate(timeout=60)[0].split()]
    assert sorted(got) == list(range(40))
