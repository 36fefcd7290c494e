from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from monitor.ledger import Ledger, channels, counts, outcomes, runs, trace, urls
from monitor.ledger.urls import Found
from monitor.model import Channel, ChannelKind, Entry, Outcome, Source, Validators
from tests.ledger.conftest import NOW

FEED = "https://qarabag-xeber.example/rss"
HOUR = timedelta(hours=1)

Discover = Callable[..., Found]


@pytest.fixture
def discover(ledger: Ledger, run: int, source: Source) -> Discover:
    def call(entries: Iterable[Entry], **options: object) -> Found:
        given = {"run": run, "source": source, "channel": FEED, "entries": entries, "now": NOW} | options
        return urls.discover(ledger, **given)  # type: ignore[arg-type]

    return call


def entry(number: int, **facts: object) -> Entry:
    return Entry(url=f"https://qarabag-xeber.example/xeber/{number}", **facts)  # type: ignore[arg-type]


def due(ledger: Ledger, run: int, **options: object) -> list[str]:
    given = {"run": run, "source": "qarabag-xeber", "limit": 100, "now": NOW} | options
    return [one.entry.url.rsplit("/", 1)[1] for one in urls.due(ledger, **given)]  # type: ignore[arg-type]


def settle(ledger: Ledger, run: int, outcome: Outcome, **options: object) -> Outcome:
    """The newest due URL is settled."""
    first = urls.due(ledger, run=run, source="qarabag-xeber", limit=1, now=NOW)[0]
    given = {"run": run, "url_id": first.url_id, "outcome": outcome, "now": NOW} | options
    return outcomes.settle(ledger, **given)  # type: ignore[arg-type]


def test_what_is_announced_is_pending_and_due_newest_first(ledger: Ledger, run: int, discover: Discover) -> None:
    entries = [entry(1, published_at=NOW - 3 * HOUR), entry(2, published_at=NOW - HOUR), entry(3)]
    assert discover(entries) == Found(new=3)
    assert due(ledger, run) == ["3", "2", "1"]
    assert due(ledger, run, limit=1) == ["3"]
    assert urls.waiting(ledger, source="qarabag-xeber", now=NOW) == 3


def test_what_a_channel_said_comes_back_as_it_was(ledger: Ledger, run: int, discover: Discover) -> None:
    said = entry(
        1,
        title="Ağdamda mina partladı",
        summary="Բառերը մնում են",
        published_at=NOW - HOUR,
        author="Ə. Məmmədov",
        language="az",
        guid="tag:1",
    )
    discover([said])
    (one,) = urls.due(ledger, run=run, source="qarabag-xeber", limit=9, now=NOW)
    assert one.entry == said
    assert (one.attempts, one.channel, one.discovered_at) == (0, FEED, NOW)


def test_announcing_again_discovers_nothing(ledger: Ledger, run: int, discover: Discover) -> None:
    discover([entry(1), entry(2)])
    twin = Entry(url="http://m.qarabag-xeber.example/xeber/2/?utm_source=telegram#foto")
    mirror = Entry(url="https://www.qx.example/xeber/1")
    assert discover([twin, mirror, entry(1)]) == Found(known=2)
    assert counts.total(ledger) == {Outcome.PENDING: 2}


def test_what_is_surely_out_of_range_ends_as_too_old(ledger: Ledger, run: int, discover: Discover) -> None:
    entries = [
        entry(1, published_at=NOW - 9 * HOUR),
        entry(2, published_at=NOW - HOUR),
        entry(3),
        entry(4, published_at=NOW),
    ]
    found = discover(entries, since=NOW - 3 * HOUR, until=NOW - HOUR)
    assert found == Found(new=2, too_old=2)
    assert due(ledger, run) == ["3", "2"]


def test_what_was_too_old_is_due_when_somebody_asks_further_back(ledger: Ledger, run: int, discover: Discover) -> None:
    discover([entry(n, published_at=NOW - n * HOUR) for n in (1, 5, 9)], since=NOW - 2 * HOUR)
    later = runs.start(ledger, kind="crawl", now=NOW)
    assert due(ledger, later) == ["1"]
    # The channel need not announce it again: a feed has forgotten it by then.
    assert due(ledger, later, since=NOW - 6 * HOUR) == ["1", "5"]
    assert runs.report(ledger, later).outcomes == {Outcome.PENDING: 2}


def test_a_known_too_old_entry_that_is_announced_in_range_is_reopened(
    ledger: Ledger, run: int, discover: Discover
) -> None:
    old = [entry(5, published_at=NOW - 5 * HOUR)]
    discover(old, since=NOW - 2 * HOUR)
    assert discover(old, since=NOW - 6 * HOUR) == Found(reopened=1)
    assert due(ledger, run) == ["5"]


def test_what_was_in_range_once_stays_due_when_the_range_has_moved_on(
    ledger: Ledger, run: int, discover: Discover
) -> None:
    discover([entry(1, published_at=NOW - HOUR)], since=NOW - 2 * HOUR)
    assert due(ledger, run, since=NOW + HOUR) == ["1"]


def test_validators_are_saved_with_the_entries_or_not_at_all(
    ledger: Ledger, run: int, source: Source, discover: Discover
) -> None:
    def broken() -> Iterable[Entry]:
        yield entry(1)
        raise RuntimeError("the machine went down")

    with pytest.raises(RuntimeError):
        discover(broken(), validators=Validators(etag='"a"'))
    assert channels.validators(ledger, source=source.id, url=FEED) == Validators()
    discover([entry(1)], validators=Validators(etag='"a"', body_hash="00"))
    assert channels.validators(ledger, source=source.id, url=FEED) == Validators(etag='"a"', body_hash="00")


def test_a_sitemap_below_an_index_has_validators_of_its_own(ledger: Ledger, source: Source, discover: Discover) -> None:
    discover([entry(1)], document=f"{FEED}/2026-11.xml", validators=Validators(last_modified="gestern"))
    assert channels.validators(ledger, source=source.id, url=FEED) == Validators()
    assert channels.validators(ledger, source=source.id, url=f"{FEED}/2026-11.xml").last_modified == "gestern"


def test_a_failed_url_comes_back_when_its_time_has_come(ledger: Ledger, run: int, discover: Discover) -> None:
    discover([entry(1)])
    assert settle(ledger, run, Outcome.FAILED, reason="503") is Outcome.FAILED
    assert due(ledger, run) == []
    assert due(ledger, run, now=NOW + timedelta(minutes=10)) == ["1"]


def test_a_server_that_names_a_time_is_not_asked_before(ledger: Ledger, run: int, discover: Discover) -> None:
    discover([entry(1)])
    settle(ledger, run, Outcome.FAILED, reason="429", retry_at=NOW + 5 * HOUR)
    assert due(ledger, run, now=NOW + 4 * HOUR) == []
    assert due(ledger, run, now=NOW + 5 * HOUR) == ["1"]


def test_a_url_that_fails_for_ever_is_given_up_after_days_not_minutes(
    ledger: Ledger, run: int, discover: Discover
) -> None:
    discover([entry(1)])
    now, tries = NOW, 0
    while found := urls.due(ledger, run=run, source="qarabag-xeber", limit=1, now=now):
        number = runs.start(ledger, kind="crawl", now=now)
        outcomes.settle(ledger, run=number, url_id=found[0].url_id, outcome=Outcome.FAILED, reason="404", now=now)
        tries, now = tries + 1, now + timedelta(days=1)
    assert tries == 13
    assert counts.total(ledger) == {Outcome.FAILED: 1}


def test_settling_twice_changes_nothing(ledger: Ledger, run: int, discover: Discover) -> None:
    discover([entry(1)])
    (one,) = urls.due(ledger, run=run, source="qarabag-xeber", limit=1, now=NOW)
    for _ in range(2):
        assert outcomes.settle(ledger, run=run, url_id=one.url_id, outcome=Outcome.FAILED, now=NOW) is Outcome.FAILED
    assert runs.report(ledger, run).outcomes == {Outcome.FAILED: 1}
    assert due(ledger, run, now=NOW + timedelta(minutes=10)) == ["1"]


@pytest.mark.parametrize("first", [Outcome.QUEUED, Outcome.IRRELEVANT, Outcome.DUPLICATE, Outcome.NOT_ARTICLE])
def test_an_ended_url_is_not_moved_by_whoever_comes_late(
    ledger: Ledger, run: int, discover: Discover, first: Outcome
) -> None:
    discover([entry(1)])
    (one,) = urls.due(ledger, run=run, source="qarabag-xeber", limit=1, now=NOW)
    outcomes.settle(ledger, run=run, url_id=one.url_id, outcome=first, now=NOW)
    late = runs.start(ledger, kind="crawl", now=NOW)
    assert outcomes.settle(ledger, run=late, url_id=one.url_id, outcome=Outcome.FAILED, now=NOW) is first
    assert counts.total(ledger) == {first: 1}


def test_a_queued_url_may_become_updated(ledger: Ledger, run: int, discover: Discover) -> None:
    discover([entry(1)])
    (one,) = urls.due(ledger, run=run, source="qarabag-xeber", limit=1, now=NOW)
    outcomes.settle(ledger, run=run, url_id=one.url_id, outcome=Outcome.QUEUED, now=NOW)
    assert outcomes.settle(ledger, run=run, url_id=one.url_id, outcome=Outcome.UPDATED, now=NOW) is Outcome.UPDATED


@pytest.mark.parametrize("outcome", [Outcome.QUEUED, Outcome.UPDATED, Outcome.IRRELEVANT])
def test_a_changed_headline_is_read_again_but_not_for_ever(
    ledger: Ledger, run: int, discover: Discover, outcome: Outcome
) -> None:
    discover([entry(1, title="Взрыв в Джебраиле")])
    settle(ledger, run, outcome)
    assert discover([entry(1, title="взрыв в Джебраиле")]) == Found(known=1)
    for time in range(urls.REREADS):
        assert discover([entry(1, title=f"Подрыв на мине в Джебраиле: {time} раненых")]) == Found(reopened=1)
        assert due(ledger, run) == ["1"]
        settle(ledger, run, outcome)
    assert discover([entry(1, title="Подрыв на мине: обновлено в 12:30")]) == Found(known=1)


def test_a_sitemap_that_words_a_headline_differently_changes_nothing(
    ledger: Ledger, run: int, discover: Discover
) -> None:
    discover([entry(1, title="Взрыв в Джебраиле")])
    settle(ledger, run, Outcome.IRRELEVANT)
    assert discover([entry(1, title="Взрыв | Вести")], channel="https://qarabag-xeber.example/sitemap.xml") == Found(
        known=1
    )


def test_a_second_channel_adds_what_the_first_did_not_say(ledger: Ledger, run: int, discover: Discover) -> None:
    discover([entry(1)], channel="https://qarabag-xeber.example/news")
    discover([entry(1, title="Mina", summary="Qısa", published_at=NOW - HOUR)])
    (one,) = urls.due(ledger, run=run, source="qarabag-xeber", limit=1, now=NOW)
    assert one.entry == entry(1, title="Mina", summary="Qısa", published_at=NOW - HOUR)


def test_an_address_that_is_handed_in_is_due_whatever_became_of_it(ledger: Ledger, run: int, source: Source) -> None:
    one = urls.record(ledger, run=run, source=source, entry=entry(1, title="Мина"), now=NOW)
    outcomes.settle(ledger, run=run, url_id=one.url_id, outcome=Outcome.IRRELEVANT, now=NOW)
    again = urls.record(ledger, run=run, source=source, entry=entry(1), now=NOW)
    assert (again.url_id, again.channel, again.entry.title) == (one.url_id, None, "Мина")
    assert counts.total(ledger) == {Outcome.PENDING: 1}


def test_a_url_belongs_to_the_source_that_was_first(
    ledger: Ledger, run: int, source: Source, discover: Discover
) -> None:
    other = Source(
        id="digest", name="Digest", country="INT", languages=("en",), timezone="UTC",
        channels=(Channel(url="https://digest.example/rss", kind=ChannelKind.FEED),),
    )  # fmt: skip
    discover([entry(1)])
    assert discover([entry(1), entry(2)], source=other, channel="https://digest.example/rss") == Found(new=1, known=1)
    assert counts.by_source(ledger) == {"digest": {Outcome.PENDING: 1}, source.id: {Outcome.PENDING: 1}}


def test_a_feed_of_thousands_of_entries_is_taken_whole(ledger: Ledger, run: int, discover: Discover) -> None:
    entries = [entry(n) for n in range(5_000)]
    assert discover(entries) == Found(new=5_000)
    assert discover(entries) == Found(known=5_000)


def test_whatever_a_server_says_can_be_kept_as_the_reason(ledger: Ledger, run: int, discover: Discover) -> None:
    discover([entry(1)])
    settle(ledger, run, Outcome.FAILED, reason="503 \x00\x1b[31m\ud800 " + "xəta " * 500)
    way = trace.find(ledger, "https://qarabag-xeber.example/xeber/1")
    assert way is not None
    assert way.reason is not None
    assert way.reason.startswith("503 [31m\ufffd xəta")
    assert len(way.reason) == 500
