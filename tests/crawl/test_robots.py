"""robots.txt: what it forbids is not asked for, and no answer forbids everything for now."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from monitor.crawl.robots import Disallowed, Robots, Unreachable
from monitor.model import Outcome
from tests.site.server import Answer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORBIDS = Answer(body=b"User-agent: *\nDisallow: /secret/\nCrawl-delay: 0.2\n", type="text/plain")


def test_a_forbidden_page_is_blocked_and_never_asked_for(site: Any, world: Any) -> None:
    site.routes["/robots.txt"] = FORBIDS
    site.feed("/rss.xml", [site.page("/secret/1", "mina"), site.page("/news/1", "mina")])
    (visit,) = world.crawl([world.source("alpha", site)], site).visits
    assert visit.outcomes == {Outcome.QUEUED: 1, Outcome.BLOCKED: 1}
    assert "/secret/1" not in site.paths()


def test_a_redirect_into_the_forbidden_part_is_not_followed(site: Any, world: Any) -> None:
    site.routes["/robots.txt"] = FORBIDS
    site.page("/secret/1", "mina")
    site.routes["/news/1"] = Answer(status=302, headers={"Location": "/secret/1"})
    site.feed("/rss.xml", [site.url("/news/1")])
    (visit,) = world.crawl([world.source("alpha", site)], site).visits
    assert visit.outcomes == {Outcome.BLOCKED: 1}
    assert "/secret/1" not in site.paths()


def test_a_forbidden_feed_is_not_read(site: Any, world: Any) -> None:
    site.routes["/robots.txt"] = Answer(body=b"User-agent: monitor\nDisallow: /", type="text/plain")
    site.feed("/rss.xml", [])
    (visit,) = world.crawl([world.source("alpha", site)], site).visits
    assert visit.status == "blocked"
    assert visit.channels[0].status.startswith("blocked: robots.txt")
    assert site.paths() == ["/robots.txt"]


def test_who_does_not_obey_does_not_ask(site: Any, world: Any) -> None:
    site.routes["/robots.txt"] = FORBIDS
    site.feed("/rss.xml", [site.page("/secret/1", "mina")])
    report = world.crawl([world.source("alpha", site)], site, obey_robots=False)
    assert report.outcomes == {Outcome.QUEUED: 1}
    assert "/robots.txt" not in site.paths()


# RFC 9309, section 2.3.1: "unavailable" (4xx) allows everything, "unreachable" (5xx, silence) nothing.
ANSWERS = [
    (Answer(status=200, body=b"", type="text/plain"), True),
    (Answer(status=200, body=b"\xef\xbb\xbfUser-agent: *\nDisallow: /a", type="text/plain"), False),
    (Answer(status=200, body=b"User-agent: *\nDisallow: /a", gzip=True), False),
    (Answer(status=200, body=b"<html>no such page</html>"), True),
    (Answer(status=400), True),
    (Answer(status=401), True),
    (Answer(status=403), True),
    (Answer(status=404), True),
    (Answer(status=410), True),
    (Answer(status=429), False),
    (Answer(status=500), False),
    (Answer(status=503), False),
    (Answer(status=200, body=b"User-agent", cut=3), False),
    (Answer(status=301, headers={"Location": "/rules"}), False),
    (Answer(status=302, headers={"Location": "/robots.txt?again"}), True),
    (Answer(status=200, body=b"User-agent: *\n" + b"Allow: /b\n" * 60_000 + b"Disallow: /a\n"), True),
]


@pytest.mark.parametrize(("answer", "allowed"), ANSWERS)
def test_every_answer_is_understood_as_the_rfc_says(answer: Answer, allowed: bool, site: Any, world: Any) -> None:
    site.routes["/robots.txt"] = answer
    site.page("/rules", "User-agent: *\nDisallow: /a", type="text/plain")
    source = world.source("alpha", site, feeds=[site.feed("/a/rss.xml", [])])
    (visit,) = world.crawl([source], site).visits
    assert ("/a/rss.xml" in site.paths()) == allowed
    assert (visit.status == "ok") == allowed


def test_no_answer_within_the_time_limit_forbids_for_now(site: Any, world: Any) -> None:
    site.routes["/robots.txt"] = Answer(wait=5)
    site.feed("/rss.xml", [site.page("/news/1", "mina")])
    source = world.source("alpha", site)
    (visit,) = world.crawl([source], site, timeout=0.2).visits
    assert visit.status == "failed"
    assert "robots.txt" in visit.channels[0].status
    assert site.paths() == ["/robots.txt"]
    # It was for now: the next crawl asks again.
    site.routes["/robots.txt"] = Answer(status=404)
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 1}


class _Site:
    """Answers to robots.txt, one after the other."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, url: str) -> Any:
        from scrapy.http import Response

        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return Response(url, status=status, body=body)


def test_the_rules_are_asked_for_once_a_day_over_all_runs(run: Any, world: Any) -> None:
    at = [NOW]
    rules = (200, b"User-agent: *\nDisallow: /a\nCrawl-delay: 7")
    asked = _Site(rules, rules)
    for hours in (0, 0, 23):
        at[0] = NOW + timedelta(hours=hours)
        fresh = Robots(agent="monitor/1", ledger=world.ledger, now=lambda: at[0])
        assert run(fresh.admit("http://alpha.example/b", asked)) == 7
        assert run(fresh.admit("http://alpha.example:80/c", asked)) == 7
    assert asked.asked == 1
    at[0] = NOW + timedelta(hours=25)
    assert run(fresh.admit("http://alpha.example/b", asked)) == 7
    assert asked.asked == 2


@pytest.mark.parametrize("kept", [True, False])
def test_the_rules_last_heard_stay_in_force_while_there_is_no_answer(run: Any, world: Any, kept: bool) -> None:
    at = [NOW]
    asked = _Site((200, b"User-agent: *\nDisallow: /a"), OSError("reset"), (503, b""))
    robots = Robots(agent="monitor/1", ledger=world.ledger if kept else None, now=lambda: at[0])
    run(robots.admit("http://alpha.example/b", asked))
    for _ in range(2):
        at[0] += timedelta(hours=25)
        run(robots.admit("http://alpha.example/b", asked))
        with pytest.raises(Disallowed):
            run(robots.admit("http://alpha.example/a", asked))
    assert asked.asked == 3


def test_silence_is_asked_about_again_after_minutes_not_by_the_next_page(run: Any) -> None:
    at = [NOW]
    asked = _Site((503, b""), (404, b""))
    robots = Robots(agent="monitor/1", now=lambda: at[0])
    for _ in range(3):
        with pytest.raises(Unreachable, match="HTTP 503"):
            run(robots.admit("http://alpha.example/a", asked))
    assert asked.asked == 1
    at[0] += timedelta(minutes=6)
    run(robots.admit("http://alpha.example/a", asked))


def test_a_crawl_delay_is_honoured_up_to_a_minute(run: Any) -> None:
    asked = _Site((200, b"User-agent: *\nCrawl-delay: 86400"))
    assert run(Robots(agent="monitor/1").admit("http://alpha.example/a", asked)) == 60


def test_requests_keep_the_crawl_delay_apart(site: Any, world: Any) -> None:
    site.routes["/robots.txt"] = FORBIDS
    site.feed("/rss.xml", [site.page(f"/news/{number}", "mina") for number in range(3)])
    world.crawl([world.source("alpha", site)], site)
    starts = [seen.at for seen in site.seen]
    assert len(starts) == 5
    assert min(later - earlier for earlier, later in pairwise(starts[1:])) > 0.19
