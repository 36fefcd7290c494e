from datetime import timedelta

from monitor.ledger import Ledger, counts, outcomes, runs, urls
from monitor.model import Entry, Outcome, Source
from tests.ledger.conftest import NOW


def test_a_report_tells_every_visit_and_its_sums_balance(ledger: Ledger, source: Source) -> None:
    since = NOW - timedelta(days=2)
    run = runs.start(ledger, kind="crawl", now=NOW, since=since)
    entries = [
        Entry(url=f"https://qarabag-xeber.example/{n}", published_at=NOW - n * timedelta(days=1)) for n in range(5)
    ]
    urls.discover(ledger, run=run, source=source, channel=source.channels[0].url, entries=entries, since=since, now=NOW)
    (first, *_) = urls.due(ledger, run=run, source=source.id, limit=9, now=NOW)
    outcomes.settle(ledger, run=run, url_id=first.url_id, outcome=Outcome.BLOCKED, reason="robots.txt", now=NOW)
    visit = runs.visited(
        ledger,
        run=run,
        source=source.id,
        status="ok",
        started_at=NOW,
        now=NOW,
        complete=True,
        covered_from=since,
        note="2 wait",
    )
    assert visit.outcomes == {Outcome.TOO_OLD: 2, Outcome.BLOCKED: 1, Outcome.PENDING: 2}
    assert (visit.discovered, visit.complete, visit.covered_from, visit.note) == (5, True, since, "2 wait")
    report = runs.finish(ledger, run=run, now=NOW + timedelta(minutes=1))
    assert (report.visits, report.discovered, report.outcomes) == ((visit,), 5, visit.outcomes)
    assert (report.since, report.finished_at) == (since, NOW + timedelta(minutes=1))
    assert counts.total(ledger) == visit.outcomes
    assert runs.latest(ledger) == report
    assert runs.latest(ledger, kind="ingest") is None


def test_reporting_a_visit_twice_counts_it_once(ledger: Ledger, run: int) -> None:
    for status in ("failed", "ok"):
        runs.visited(ledger, run=run, source="kavkaz", status=status, started_at=NOW, now=NOW)
    assert [(visit.source, visit.status) for visit in runs.report(ledger, run).visits] == [("kavkaz", "ok")]


def test_a_visit_that_was_killed_is_in_the_report_as_one_that_did_not_end(
    ledger: Ledger, run: int, source: Source
) -> None:
    channel = source.channels[0].url
    urls.discover(ledger, run=run, source=source, channel=channel, entries=[Entry(url="https://x.example/1")], now=NOW)
    (visit,) = runs.report(ledger, run).visits
    assert (visit.status, visit.note, visit.outcomes) == ("failed", "the visit did not end", {Outcome.PENDING: 1})
    assert runs.report(ledger, run).finished_at is None


def test_articles_that_are_handed_in_are_reported_by_source(ledger: Ledger, source: Source) -> None:
    run = runs.start(ledger, kind="ingest", now=NOW)
    urls.record(ledger, run=run, source=source, entry=Entry(url="https://x.example/1"), now=NOW)
    (visit,) = runs.finish(ledger, run=run, now=NOW).visits
    assert (visit.source, visit.status, visit.discovered) == (source.id, "ok", 1)


def test_what_a_run_did_not_touch_is_not_in_its_report(ledger: Ledger, run: int, source: Source) -> None:
    channel = source.channels[0].url
    entries = [Entry(url=f"https://x.example/{n}") for n in range(3)]
    urls.discover(ledger, run=run, source=source, channel=channel, entries=entries, now=NOW)
    later = runs.start(ledger, kind="crawl", now=NOW)
    urls.discover(ledger, run=later, source=source, channel=channel, entries=entries, now=NOW)
    assert runs.report(ledger, later).discovered == 0
    assert len(urls.due(ledger, run=later, source=source.id, limit=2, now=NOW)) == 2
    assert runs.report(ledger, later).discovered == 2
