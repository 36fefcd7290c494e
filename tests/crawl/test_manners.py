"""Manners: one polite client a host, and patience when a server asks for it."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import clock
from monitor.crawl.manners import Held, Manners, backoff, retry_after
from monitor.ledger import leases
from monitor.model import Outcome
from tests.site.server import Answer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = ("alpha.example", 443)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("86400", 86_400),
        ("315360000", 86_400),  # ten years
        ("9" * 400, 86_400),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 16:00:30 +0400", 30),
        ("Sun, 01 Mar 2026 12:00:30", 30),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30),
        ("Sat, 28 Feb 2026 12:00:00 GMT", 0),
        ("Sun, 01 Mar 2099 12:00:00 GMT", 86_400),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(header: str, wait: int) -> None:
    assert retry_after(header, now=NOW) == NOW + timedelta(seconds=wait)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "١٢٠", "Sun, 99 Mar 2026 99:00:00 GMT"])
def test_what_is_no_retry_after_is_none(header: str) -> None:
    assert retry_after(header, now=NOW) is None


@given(st.text())
def test_no_header_breaks_the_reading(header: str) -> None:
    until = retry_after(header, now=NOW)
    assert until is None or NOW <= until <= NOW + timedelta(days=1)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_back_off_doubles_up_to_its_cap_and_is_never_nothing(failures: int, chance: float) -> None:
    base, cap = timedelta(minutes=1), timedelta(days=1)
    wait = backoff(failures, base=base, cap=cap, chance=lambda: chance)
    assert base * 0.75 <= wait <= cap * 1.25
    assert wait <= backoff(failures + 1, base=base, cap=cap, chance=lambda: chance)


def test_one_host_is_asked_with_the_delay_between_and_others_do_not_wait(run: Any) -> None:
    manners = Manners(delay=0.05)
    starts: dict[Any, list[float]] = {PLACE: [], ("beta.example", 443): [], ("alpha.example", 80): []}

    async def ask(owner: str, place: Any) -> None:
        for _ in range(3):
            await manners.turn(owner, place)
            starts[place].append(asyncio.get_running_loop().time())

    async def together() -> None:
        await asyncio.gather(
            ask("az", PLACE), ask("ru", PLACE), *(ask("other", place) for place in starts if place != PLACE)
        )

    run(together())
    assert len(starts[PLACE]) == 6
    assert all(later - earlier >= 0.05 for times in starts.values() for earlier, later in pairwise(times))
    assert max(starts["beta.example", 443]) < max(starts[PLACE])


def test_a_hold_is_waited_for_when_short_and_refused_when_long(run: Any) -> None:
    manners = Manners(delay=0, patience=timedelta(seconds=5))
    manners.hold("alpha", PLACE, clock.now() + timedelta(seconds=0.05))
    before = clock.now()
    run(manners.turn("alpha", PLACE))
    assert clock.now() - before >= timedelta(seconds=0.05)
    until = clock.now() + timedelta(minutes=5)
    manners.hold("alpha", PLACE, until)
    manners.hold("alpha", PLACE, clock.now())
    with pytest.raises(Held) as held:
        run(manners.turn("alpha", PLACE))
    assert held.value.until == manners.held("alpha") == until
    run(manners.turn("beta", PLACE))
    assert manners.held("beta") is None


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_who_asks_for_a_short_pause_is_asked_again_after_it_and_not_before(
    status: int, form: str, site: Any, world: Any
) -> None:
    answers = []

    def busy(_: str) -> Answer:
        answers.append(None)
        wait = "1" if form == "seconds" else format_datetime(clock.now() + timedelta(seconds=1.4), usegmt=True)
        return Answer(status=status, headers={"Retry-After": wait}) if len(answers) == 1 else Answer(body=b"mina")

    site.routes["/a"] = busy
    site.feed("/rss.xml", [site.url("/a")])
    assert world.crawl([world.source("alpha", site)], site).outcomes == {Outcome.QUEUED: 1}
    first, second = (seen.at for seen in site.seen if seen.path == "/a")
    assert second - first >= (1 if form == "seconds" else 0.35)


def test_who_asks_for_a_long_pause_is_left_alone_over_all_runs(site: Any, world: Any) -> None:
    site.routes["/a"] = Answer(status=429, headers={"Retry-After": "3600"})
    site.feed("/rss.xml", [site.page("/b", "mina"), site.url("/a")])
    source = world.source("alpha", site)
    (visit,) = world.crawl([source], site).visits
    assert visit.outcomes == {Outcome.PENDING: 2}
    assert "asked to be left alone until" in str(visit.note)
    asked = len(site.seen)
    until = leases.states(world.ledger, ["alpha"])["alpha"].not_before
    assert timedelta(minutes=59) < until - clock.now() <= timedelta(hours=1)
    (visit,) = world.crawl([source], site).visits
    assert (visit.status, visit.discovered) == ("skipped", 0)
    assert len(site.seen) == asked


def test_a_feed_that_asks_for_a_pause_costs_one_request(site: Any, world: Any) -> None:
    site.routes["/rss.xml"] = Answer(status=503, headers={"Retry-After": "600"})
    (visit,) = world.crawl([world.source("alpha", site)], site).visits
    assert visit.status == "failed"
    assert "asked to be left alone" in visit.channels[0].status
    assert site.paths() == ["/robots.txt", "/rss.xml"]


@pytest.mark.parametrize("answer", [Answer(status=502), Answer(body=b"mina", cut=2), Answer(status=429)])
def test_a_mishap_is_followed_by_one_more_try_after_a_pause(answer: Answer, site: Any, world: Any) -> None:
    answers = [answer, Answer(body=b"mina")]
    site.routes["/a"] = lambda _: answers.pop(0)
    site.feed("/rss.xml", [site.url("/a")])
    assert world.crawl([world.source("alpha", site)], site).outcomes == {Outcome.QUEUED: 1}
    first, second = (seen.at for seen in site.seen if seen.path == "/a")
    assert second - first > 0.014


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_clear_answer_is_not_asked_for_twice(status: int, site: Any, world: Any) -> None:
    site.routes["/a"] = Answer(status=status)
    site.feed("/rss.xml", [site.url("/a")])
    world.crawl([world.source("alpha", site)], site)
    assert site.paths().count("/a") == 1


def test_the_configured_delay_is_kept_between_all_requests_of_two_sources_on_one_host(site: Any, world: Any) -> None:
    sources = []
    for name in ("alpha", "beta"):
        site.feed(f"/{name}.xml", [site.page(f"/{name}/{number}", "mina") for number in range(2)])
        sources.append(world.source(name, site, feeds=[site.url(f"/{name}.xml")]))
    assert world.crawl(sources, site, delay=0.1).outcomes == {Outcome.QUEUED: 4}
    assert len(site.seen) == 7
    # The server's clock starts when the request is read: a few milliseconds of play.
    assert min(later.at - earlier.at for earlier, later in pairwise(site.seen)) > 0.08


def test_a_server_that_stays_busy_ends_the_visit_and_what_is_left_waits(site: Any, world: Any) -> None:
    site.routes |= {f"/{number}": Answer(status=429) for number in range(9)}
    site.feed("/rss.xml", [site.url(f"/{number}") for number in range(9)])
    (visit,) = world.crawl([world.source("alpha", site)], site, delay=0.01).visits
    assert sum(seen.status == 429 for seen in site.seen) == 5  # 20, 80, 320 and 1280 ms apart, then it is enough
    assert visit.outcomes[Outcome.PENDING] == 7
    assert "asked to be left alone" in str(visit.note)


def test_a_server_in_trouble_is_not_asked_for_all_its_pages(site: Any, world: Any) -> None:
    site.routes |= {f"/{number}": Answer(status=500) for number in range(9)}
    site.feed("/rss.xml", [site.url(f"/{number}") for number in range(9)])
    (visit,) = world.crawl([world.source("alpha", site)], site).visits
    assert visit.outcomes == {Outcome.FAILED: 5, Outcome.PENDING: 4}
    assert str(visit.note).startswith("5 pages in a row could not be had; 4 pages wait")
