from datetime import timedelta

from monitor.ledger import Ledger, robots
from tests.ledger.conftest import NOW

ORIGIN = "https://qarabag-xeber.example"
LATER = NOW + timedelta(days=1)


def test_an_origin_that_was_never_asked_is_unknown(ledger: Ledger) -> None:
    assert robots.load(ledger, ORIGIN) is None


def test_the_last_answer_is_kept(ledger: Ledger) -> None:
    robots.keep(ledger, origin=ORIGIN, status=200, body="User-agent: *\nDisallow: /axtar", now=NOW)
    kept = robots.keep(ledger, origin=ORIGIN, status=404, body=None, now=LATER)
    assert kept == robots.load(ledger, ORIGIN)
    assert kept == robots.Robots(origin=ORIGIN, status=404, body=None, fetched_at=LATER, reachable_at=LATER)


def test_after_a_failure_the_last_usable_rules_are_still_there(ledger: Ledger) -> None:
    robots.keep(ledger, origin=ORIGIN, status=200, body="rules", now=NOW)
    for status in (503, 429, None):
        kept = robots.keep(ledger, origin=ORIGIN, status=status, body=None, now=LATER)
        assert (kept.status, kept.body, kept.fetched_at, kept.reachable_at) == (status, "rules", LATER, NOW)


def test_an_origin_that_never_answered_was_never_reachable(ledger: Ledger) -> None:
    assert robots.keep(ledger, origin=ORIGIN, status=None, body=None, now=NOW).reachable_at is None
