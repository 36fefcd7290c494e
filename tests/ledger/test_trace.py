"""Where a URL's way ended, told stage by stage."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.ledger import Ledger, outcomes, runs, trace, urls
from monitor.ledger.trace import Stage, Trace
from monitor.model import Claim, Entry, Match, Outcome, Source
from tests.ledger.conftest import NOW

URL = "https://qarabag-xeber.example/xeber/1"
READ: dict[str, object] = {"fetched": True}
REFUSED = Match(relevant=False, score=1.5, category=None, language="az")


def way(
    ledger: Ledger, run: int, source: Source, outcome: Outcome, reason: str | None = None, **facts: object
) -> Trace:
    entry = Entry(url=URL, title="Mina partlayışı")
    channel = source.channels[0].url
    urls.discover(ledger, run=run, source=source, channel=channel, entries=[entry], now=NOW)
    (due,) = urls.due(ledger, run=run, source=source.id, limit=9, now=NOW)
    if outcome is not Outcome.PENDING:
        outcomes.settle(ledger, run=run, url_id=due.url_id, outcome=outcome, now=NOW, reason=reason, **facts)  # type: ignore[arg-type]
    found = trace.find(ledger, URL)
    assert found is not None
    return found


ENDS: list[tuple[Outcome, str | None, dict[str, object], list[str], str | None]] = [
    (Outcome.PENDING, None, {}, [], None),
    (Outcome.BLOCKED, "robots.txt of qx.example forbids it", {}, [], "robots"),
    (Outcome.BLOCKED, "HTTP 403 Forbidden", READ, [], "fetch"),
    (Outcome.FAILED, "HTTP 503 Service Unavailable", READ, [], "fetch"),
    (Outcome.FAILED, "connection refused", {}, [], "fetch"),
    (Outcome.NOT_ARTICLE, "the address is not one of the source's articles", {}, [], "address"),
    (Outcome.NOT_ARTICLE, "a list of links", READ, ["fetch", "prefilter"], "extraction"),
    (Outcome.IRRELEVANT, "no word of the lexicon on the page", READ, ["fetch"], "prefilter"),
    (Outcome.IRRELEVANT, "score 1.5", READ | {"match": REFUSED}, ["fetch", "prefilter", "extraction"], "relevance"),
    (Outcome.TOO_OLD, "by the date on the page", READ, ["fetch", "prefilter", "extraction"], "date"),
    (Outcome.TOO_OLD, "before 2026-11-20 00:00 UTC", {}, [], "date"),
    (Outcome.DUPLICATE, "same text", READ, ["fetch", "prefilter", "extraction", "relevance"], "sameness"),
]


@pytest.mark.parametrize("end", ENDS)
def test_the_way_is_told_up_to_the_stage_that_was_not_passed(
    end: tuple[Outcome, str | None, dict[str, object], list[str], str | None], ledger: Ledger, run: int, source: Source
) -> None:
    outcome, reason, facts, passed, stopped = end
    found = way(ledger, run, source, outcome, reason, **facts)
    last = [Stage(name=stopped, passed=False, says=reason or "")] if stopped else []
    assert [stage.name for stage in found.stages if stage.passed] == passed
    assert list(found.stages[len(passed) :]) == last
    assert found.discovered_at == NOW
    assert found.channel == source.channels[0].url


def test_what_was_handed_in_was_not_fetched(ledger: Ledger, run: int, source: Source) -> None:
    found = replace(way(ledger, run, source, Outcome.NOT_ARTICLE, "no text", fetched=True), channel=None)
    assert [stage.name for stage in found.stages] == ["prefilter", "extraction"]


def test_each_attempt_is_a_step(ledger: Ledger, run: int, source: Source) -> None:
    way(ledger, run, source, Outcome.FAILED, "HTTP 503 Service Unavailable", fetched=True)
    later = runs.start(ledger, kind="crawl", now=NOW + timedelta(hours=1))
    (due,) = urls.due(ledger, run=later, source=source.id, limit=9, now=NOW + timedelta(hours=1))
    outcomes.settle(
        ledger, run=later, url_id=due.url_id, outcome=Outcome.FAILED, now=NOW, reason="HTTP 500", fetched=True
    )
    found = trace.find(ledger, URL)
    assert found is not None
    assert [(step.run, step.reason) for step in found.steps] == [
        (run, "HTTP 503 Service Unavailable"),
        (later, "HTTP 500"),
    ]
    assert found.attempts == 2


def test_a_refused_page_still_tells_its_dates(ledger: Ledger, run: int, source: Source) -> None:
    way(ledger, run, source, Outcome.PENDING)
    (due,) = urls.due(ledger, run=run, source=source.id, limit=9, now=NOW)
    told = (
        Claim(evidence="jsonld", at=NOW - timedelta(days=3), chosen=True),
        Claim(evidence="url", at=NOW - timedelta(days=400)),
    )
    outcomes.claim(ledger, url_id=due.url_id, claims=told)
    outcomes.settle(ledger, run=run, url_id=due.url_id, outcome=Outcome.NOT_ARTICLE, now=NOW, fetched=True)
    found = trace.find(ledger, URL)
    assert found is not None
    assert found.claims == told


def test_a_page_that_was_never_read_has_the_date_that_was_announced(ledger: Ledger, run: int, source: Source) -> None:
    entry = Entry(url=URL, published_at=NOW)
    urls.discover(ledger, run=run, source=source, channel=source.channels[0].url, entries=[entry], now=NOW)
    found = trace.find(ledger, URL)
    assert found is not None
    assert found.claims == (Claim(evidence="feed", at=NOW, chosen=True),)


def test_what_the_server_said_before_its_last_answer_stands_with_the_run(
    ledger: Ledger, run: int, source: Source
) -> None:
    way(ledger, run, source, Outcome.PENDING)
    (due,) = urls.due(ledger, run=run, source=source.id, limit=9, now=NOW)
    outcomes.answered(ledger, run=run, url_id=due.url_id, answers="HTTP 503, then HTTP 200 OK")
    outcomes.settle(ledger, run=run, url_id=due.url_id, outcome=Outcome.IRRELEVANT, now=NOW, fetched=True)
    found = trace.find(ledger, URL)
    assert found is not None
    assert [step.answers for step in found.steps] == ["HTTP 503, then HTTP 200 OK"]
