"""Manners: one polite client a host over all visits of the process, and patience when a server asks for it."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from monitor import clock
from monitor.crawl.gate import Place, target
from monitor.crawl.mishap import BROKEN, reason

_DAY = timedelta(days=1)
_BUSY = {429, 503}
_TRANSIENT = {408, 500, 502, 503, 504, 520, 521, 522, 523, 524}


class Held(IgnoreRequest):
    """The server asked not to be asked before a moment that is further off than this visit waits."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M:%S} UTC")
        self.until = until


def retry_after(value: str, *, now: datetime) -> datetime | None:
    """The moment that a Retry-After header names, at most a day ahead; None when it cannot be read.

    >>> retry_after("120", now=datetime(2026, 3, 1, tzinfo=UTC))
    datetime.datetime(2026, 3, 1, 0, 2, tzinfo=datetime.timezone.utc)
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        # More digits than a day has seconds say a day, and would overflow.
        return now + min(timedelta(seconds=int(value[:9])), _DAY)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return min(max(at, now), now + _DAY)


def backoff(
    failures: int, *, base: timedelta, cap: timedelta = _DAY, chance: Callable[[], float] = random.random
) -> timedelta:
    """How long to wait after so many failures in a row: doubling from base to cap, by a quarter more or less."""
    wait = min(base * float(1 << min(max(failures - 1, 0), 20)), cap)
    return wait * (0.75 + chance() / 2)


class Manners:
    """When each host may next be asked; one object is shared by all crawlers of a process."""

    def __init__(
        self,
        *,
        delay: float,
        patience: timedelta = timedelta(seconds=30),
        pause: timedelta = timedelta(seconds=2),
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self.delay = delay
        """Seconds between the starts of two requests to one host and port."""
        self.patience = patience
        """A hold that ends sooner is waited for, one that ends later ends the visit."""
        self.pause = pause
        """The wait before a request is repeated after a mishap, more or less."""
        self.now = now
        self.heard: datetime | None = None
        """When any host last answered anything."""
        self._slower: dict[Place, float] = {}
        self._last: dict[Place, float] = {}
        self._locks: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._holds: dict[tuple[str, Place], datetime] = {}
        self._busy: Counter[tuple[str, Place]] = Counter()

    def slow(self, place: Place, delay: float) -> None:
        """The host wants so many seconds between requests; the configured delay is never undercut."""
        self._slower[place] = delay

    def hold(self, owner: str, place: Place, until: datetime) -> None:
        """The owner asks nothing of that host before `until`; an earlier hold never shortens a later one."""
        self._holds[owner, place] = max(until, self._holds.get((owner, place), until))

    def busy(self, owner: str, place: Place) -> datetime:
        """Until when to wait for a server that is busy and does not say how long: each time four times as long."""
        self._busy[owner, place] += 1
        return self.now() + min(self.pause * float(4 ** min(self._busy[owner, place] - 1, 10)), _DAY)

    def calm(self, owner: str, place: Place) -> None:
        """The server is not busy any more."""
        self._busy.pop((owner, place), None)

    def held(self, owner: str) -> datetime | None:
        """Until when the owner's longest hold lasts that is worth remembering, or None."""
        now = self.now()
        ends = [until for (who, _), until in self._holds.items() if who == owner and until > now + self.patience]
        return max(ends, default=None)

    def patient(self, until: datetime) -> bool:
        """Whether it is so near that a visit waits for it."""
        return until - self.now() <= self.patience

    async def turn(self, owner: str, place: Place) -> None:
        """The host may be asked now by this owner; Held when that would take longer than our patience."""
        until = self._holds.get((owner, place))
        if until is not None:
            if not self.patient(until):
                raise Held(place[0], until)
            await asyncio.sleep((until - self.now()).total_seconds())
            self._holds.pop((owner, place), None)
        loop = asyncio.get_running_loop()
        async with self._locks[place]:
            spacing = max(self.delay, self._slower.get(place, 0.0))
            await asyncio.sleep(self._last.get(place, -spacing) + spacing - loop.time())
            self._last[place] = loop.time()


class MannersMiddleware:
    """Every request waits for its turn; after a mishap it is made once more, if the server asks for no longer pause."""

    def __init__(self, manners: Manners, owner: str) -> None:
        self.manners = manners
        self.owner = owner

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "MannersMiddleware":
        """With the manners that the spider shares with others, or its own."""
        manners = getattr(crawler.spider, "manners", None)
        return cls(
            manners or Manners(delay=crawler.settings.getfloat("DOWNLOAD_DELAY")),
            crawler.spider.name if crawler.spider else "",
        )

    async def process_request(self, request: Request) -> None:
        """The request goes on when it is its turn; what only the browser is shown asks nobody."""
        if "monitor_screen" in request.meta:
            return
        await self.manners.turn(self.owner, target(request.url))

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """The answer goes on; or the request is made once more after a pause; or Held is raised."""
        place = target(request.url)
        self.manners.heard = self.manners.now()
        until = self._asked(response, place)
        if until is not None:
            self.manners.hold(self.owner, place, until)
            if not self.manners.patient(until):
                raise Held(place[0], until)
        if until is None and response.status not in _TRANSIENT:
            self.manners.calm(self.owner, place)
            return response
        return self._again(request, f"HTTP {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request is made once more after a mishap on the way."""
        return self._again(request, reason(exception)) if isinstance(exception, BROKEN) else None

    def _asked(self, response: Response, place: Place) -> datetime | None:
        if response.status not in _BUSY:
            return None
        header = response.headers.get("Retry-After")
        until = retry_after(header.decode("latin-1"), now=self.manners.now()) if header else None
        if until is None and response.status == 429:
            return self.manners.busy(self.owner, place)
        return until

    def _again(self, request: Request, said: str) -> Request | None:
        if request.meta.get("monitor_again"):
            return None
        pause = backoff(1, base=self.manners.pause)
        self.manners.hold(self.owner, target(request.url), self.manners.now() + pause)
        return request.replace(meta={**request.meta, "monitor_again": said}, dont_filter=True)
