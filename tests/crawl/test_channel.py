"""What is remembered of a channel from visit to visit: emptiness, moves, disappearance, freshness, lies."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.crawl import channel
from monitor.ledger import channels, health, leases, schema
from monitor.model import Outcome
from tests.site.server import Answer, rss, serve

GONE = Answer(status=410)


def pass_days(world: Any, days: float = 1) -> None:
    """What stands in the ledger was polled so much earlier."""
    p = schema.poll.c
    with world.ledger.write() as connection:
        for row in connection.execute(sa.select(p.id, p.at)).all():
            connection.execute(sa.update(schema.poll).where(p.id == row.id).values(at=row.at - timedelta(days=days)))


def statuses(world: Any, source: Any) -> list[str]:
    polls = channels.history(world.ledger, source=source.id, url=source.channels[0].url, limit=99)
    return [poll.status for poll in reversed(polls)]


@pytest.mark.parametrize("etag", [True, False])
def test_a_feed_that_stays_empty_is_empty_at_every_poll(etag: bool, site: Any, world: Any) -> None:
    source = world.source("alpha", site)
    site.feed("/rss.xml", [site.page("/a", "mina")])
    world.crawl([source], site)
    site.feed("/rss.xml", [], etag=etag)
    for _ in range(3):
        world.crawl([source], site)
    assert statuses(world, source) == ["ok", "empty", "empty", "empty"]
    assert str(health.healths(world.ledger, [source], now=world.now())["alpha"].status) == "empty"


def test_a_listing_whose_links_no_longer_fit_is_empty_and_says_why(site: Any, world: Any) -> None:
    site.page("/list", "<a href='/kateqoriya/hava'>Bu gün ölkədə hava necə olacaq</a>")
    source = world.source("alpha", site, listings=[site.url("/list")], article_pattern="/xeber/")
    (visit,) = world.crawl([source], site).visits
    assert visit.channels[0].status.startswith("empty: ")


def test_a_channel_that_is_gone_for_days_is_asked_once_a_day_and_comes_back(site: Any, world: Any) -> None:
    site.routes["/rss.xml"] = GONE
    site.feed("/zwei.xml", [site.page("/a", "mina")])
    source = world.source("alpha", site, feeds=[site.url("/rss.xml"), site.url("/zwei.xml")])
    for _ in range(3):
        assert "gone" not in str(world.crawl([source], site).visits[0].note)
        pass_days(world)
    world.crawl([source], site)
    asked = site.paths().count("/rss.xml")
    assert asked == 4
    (visit,) = world.crawl([source], site).visits
    assert (visit.status, site.paths().count("/rss.xml")) == ("ok", asked)
    assert "has been gone (410) since" in str(visit.note)
    assert "look for a new address" in str(health.healths(world.ledger, [source], now=world.now())["alpha"].note)
    site.feed("/rss.xml", [site.page("/b", "mina")])
    pass_days(world)
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 1}
    assert "gone" not in str(world.crawl([source], site).visits[0].note)


def test_a_source_that_is_gone_altogether_is_due_once_a_day(site: Any, world: Any) -> None:
    site.routes["/rss.xml"] = GONE
    source = world.source("alpha", site)
    for _ in range(4):
        world.crawl([source], site)
        pass_days(world)
    (visit,) = world.crawl([source], site).visits
    assert visit.status == "failed"
    state = leases.states(world.ledger, ["alpha"])["alpha"]
    assert state.next_visit_at - state.visited_at >= timedelta(days=1)


@pytest.mark.parametrize(("status", "told"), [(301, True), (308, True), (302, False), (307, False)])
def test_only_a_move_for_good_that_lasts_for_days_is_told(status: int, told: bool, site: Any, world: Any) -> None:
    site.feed("/new.xml", [site.page("/a", "mina")])
    site.routes["/rss.xml"] = Answer(status=status, headers={"Location": "/new.xml"})
    source = world.source("alpha", site)
    for day in range(3):
        (visit,) = world.crawl([source], site).visits
        assert ("has moved" in str(visit.note)) is (told and day == 2)
        pass_days(world)
    note = str(health.healths(world.ledger, [source], now=world.now())["alpha"].note)
    assert (f"{site.url('/rss.xml')} has moved to {site.url('/new.xml')} for good: change it" in note) is told
    # The catalogue is a person's: the old address is asked all the same.
    assert site.paths().count("/rss.xml") == 3


def test_a_feed_on_another_host_is_read_there_and_never_silently(site: Any, world: Any) -> None:
    with serve() as other:
        other.feed("/rss.xml", [site.page("/a", "mina")])
        elsewhere = other.url("/rss.xml").replace("127.0.0.1", "localhost")
        site.routes["/rss.xml"] = Answer(status=302, headers={"Location": elsewhere})
        source = world.source("alpha", site)
        report = world.crawl([source], site, allow_private=[site.place, f"localhost:{other.port}"])
        assert report.outcomes == {Outcome.QUEUED: 1}
        assert report.visits[0].note == f"{site.url('/rss.xml')} answers from another host: {elsewhere}"


TTL = rss([]).replace("<title>", "<ttl>75</ttl><title>", 1)
SYNDICATION = rss([]).replace(
    "<channel>",
    '<channel xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><sy:updatePeriod>daily</sy:updatePeriod>'
    "<sy:updateFrequency>16</sy:updateFrequency>",
)


@pytest.mark.parametrize(
    ("body", "headers", "minutes"),
    [
        (TTL, {}, 75),
        (SYNDICATION, {}, 90),
        (rss([]), {"Cache-Control": "public, max-age=4200", "Age": "600"}, 60),
        (TTL, {"Cache-Control": "max-age=6000"}, 100),
        (rss([]), {"Cache-Control": "max-age=99999999"}, 120),
        (rss([]), {"Cache-Control": "no-cache, max-age=6000"}, 30),
        (rss([]), {"Cache-Control": "max-age=viel"}, 30),
        (TTL.replace("75", "१" * 30), {}, 30),
    ],
)
def test_no_feed_is_asked_sooner_than_it_says_within_bounds(
    body: str, headers: dict[str, str], minutes: int, site: Any, world: Any
) -> None:
    site.page(
        "/rss.xml", body.replace("</channel>", f"{_item(site)}</channel>"), type="application/xml", headers=headers
    )
    world.crawl([world.source("alpha", site)], site)
    state = leases.states(world.ledger, ["alpha"])["alpha"]
    assert state.next_visit_at - state.visited_at == timedelta(minutes=minutes)


def _item(site: Any) -> str:
    return f"<item><title>Mina</title><link>{site.page('/a', 'mina')}</link></item>"


def test_a_server_that_lies_about_changes_is_found_out_and_asked_without_validators(
    site: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "_TRUST", 3)
    source = world.source("alpha", site)

    def lie(links: list[str]) -> None:
        whole = Answer(body=rss(links).encode(), type="application/rss+xml", headers={"ETag": '"1"'})
        unchanged = Answer(status=304, headers={"ETag": '"1"'})
        site.routes["/rss.xml"] = lambda _: unchanged if "if-none-match" in site.asking else whole

    lie([site.page("/a", "mina")])
    world.crawl([source], site)
    lie([site.page("/a", "mina"), site.page("/b", "mina")])
    found = [world.crawl([source], site) for _ in range(4)]
    assert [report.outcomes.get(Outcome.QUEUED, 0) for report in found] == [0, 0, 0, 1]
    assert "is read without asking" in str(found[-1].visits[0].note)
    # From now on nothing is missed.
    for name in ("/c", "/d"):
        lie([site.page("/a", "mina"), site.page(name, "mina")])
        assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 1}
