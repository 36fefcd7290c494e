"""robots.txt by RFC 9309: what it forbids is not asked for, and no answer forbids everything for now."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from monitor import clock
from monitor.crawl.gate import Refused, target
from monitor.crawl.manners import Held, Manners
from monitor.crawl.mishap import MISHAPS, reason
from monitor.ledger import Ledger
from monitor.ledger import robots as kept
from monitor.ledger.robots import Robots as Rules

Fetch = Callable[[str], Awaitable[Response]]

_FRESH = timedelta(hours=24)
# An unreachable robots.txt is asked for again by the next visit, not by the next page.
_SILENT = timedelta(minutes=5)
_SIZE = 512_000  # bytes; the least that RFC 9309 wants read
_SLOWEST = 60.0  # seconds; a longer Crawl-delay amounts to a ban, which a site has Disallow for


class Disallowed(IgnoreRequest):
    """robots.txt forbids the page."""


class Unreachable(IgnoreRequest):
    """robots.txt gave no answer that can be used, so nothing may be asked for now."""


class Robots:
    """The rules of every origin, asked for at most once a day; one object is shared by all crawlers of a process."""

    def __init__(self, *, agent: str, ledger: Ledger | None = None, now: Callable[[], datetime] = clock.now) -> None:
        self.agent = agent
        self._ledger = ledger
        """Where the rules outlive the process."""
        self._now = now
        self._rules: dict[str, Rules] = {}
        self._parsed: dict[str, Protego] = {}
        self._silence: dict[str, str] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def admit(self, url: str, fetch: Fetch) -> float | None:
        """The Crawl-delay in seconds, or None; Disallowed or Unreachable when the URL must not be asked for.

        `fetch` gets the answer to a URL, any status, redirects followed.
        """
        origin = _origin(url)
        host = urlsplit(origin).netloc
        async with self._locks[origin]:
            rules = await self._of(origin, fetch)
        if rules.body is None:
            said = self._silence.get(origin) or f"HTTP {rules.status}"
            raise Unreachable(f"robots.txt of {host} gave no answer ({said}), so nothing is asked for now")
        parsed = self._parsed.get(origin)
        if parsed is None:
            parsed = self._parsed[origin] = Protego.parse(rules.body)
        if not parsed.can_fetch(url, self.agent):
            raise Disallowed(f"robots.txt of {host} forbids it")
        delay = parsed.crawl_delay(self.agent)
        return None if delay is None else min(float(delay), _SLOWEST)

    async def _of(self, origin: str, fetch: Fetch) -> Rules:
        now = self._now()
        known = self._rules.get(origin)
        if known is not None and now - known.fetched_at < (_FRESH if _answered(known) else _SILENT):
            return known
        if known is None and self._ledger is not None:
            known = kept.load(self._ledger, origin)
            # Silence is not carried over from another run: who starts one wants to know how it is now.
            if known is not None and _answered(known) and now - known.fetched_at < _FRESH:
                self._rules[origin] = known
                return known
        rules = self._rules[origin] = await self._ask(origin, known, fetch)
        self._parsed.pop(origin, None)
        return rules

    async def _ask(self, origin: str, known: Rules | None, fetch: Fetch) -> Rules:
        self._silence.pop(origin, None)
        try:
            answer = await fetch(f"{origin}/robots.txt")
        except (Refused, Held):
            raise
        except MISHAPS as error:
            why = reason(error)
            # After five redirects there is no robots.txt, says the RFC; any other mishap is silence.
            status, body = (404, "") if "redirections" in why else (None, None)
            self._silence[origin] = why
        else:
            status, body = answer.status, _body(answer)
        now = self._now()
        if self._ledger is not None:
            return kept.keep(self._ledger, origin=origin, status=status, body=body, now=now)
        if body is None and known is not None:
            # While robots.txt is out of reach, the rules last heard stay in force, however old.
            return replace(known, status=status, fetched_at=now)
        return Rules(
            origin=origin, status=status, body=body, fetched_at=now, reachable_at=now if body is not None else None
        )


def heard(ledger: Ledger, url: str, *, agent: str) -> tuple[Rules, bool | None] | None:
    """What the URL's robots.txt said last, and whether that allows it (None: no usable answer); None: never asked."""
    rules = kept.load(ledger, _origin(url))
    if rules is None:
        return None
    return rules, None if rules.body is None else bool(Protego.parse(rules.body).can_fetch(url, agent))


def _answered(rules: Rules) -> bool:
    return rules.reachable_at == rules.fetched_at


def _origin(url: str) -> str:
    host, port = target(url)
    host = f"[{host}]" if ":" in host else host
    return f"{urlsplit(url).scheme}://{host}:{port}"


def _body(answer: Response) -> str | None:
    # "Unavailable" (4xx) allows everything, "unreachable" (5xx, and 429) forbids everything.
    if answer.status == 429 or answer.status >= 500:
        return None
    if not 200 <= answer.status < 300:
        return ""
    body = answer.body[:_SIZE]
    if len(answer.body) > _SIZE:
        body = body[: body.rfind(b"\n") + 1]
    return body.decode("utf-8-sig", errors="ignore")


class RobotsMiddleware:
    """No request passes that its host's robots.txt forbids; its Crawl-delay is handed to manners."""

    def __init__(self, robots: Robots, manners: Manners | None, crawler: Crawler) -> None:
        self._robots = robots
        self._manners = manners
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        """With the rules that the spider shares with others, or its own."""
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        robots = getattr(crawler.spider, "robots", None) or Robots(agent=crawler.settings["USER_AGENT"])
        return cls(robots, getattr(crawler.spider, "manners", None), crawler)

    async def process_request(self, request: Request) -> None:
        """The request goes on, or Disallowed or Unreachable is raised."""
        if request.meta.get("monitor_robots"):
            return
        delay = await self._robots.admit(request.url, self._fetch)
        if delay is not None and self._manners is not None:
            self._manners.slow(target(request.url), delay)

    async def _fetch(self, url: str) -> Response:
        request = Request(url, callback=NO_CALLBACK, meta={"monitor_robots": True})
        return await self._crawler.engine.download_async(request)
