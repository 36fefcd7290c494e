"""One source's requests: through Scrapy's engine, and no more to a host that has gone silent."""

from collections import Counter
from collections.abc import Mapping

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.http.request import NO_CALLBACK

from monitor.crawl.gate import Place, target
from monitor.crawl.manners import Held
from monitor.crawl.mishap import SILENT, reason
from monitor.crawl.robots import Unreachable

# One page may be slow; a host that was too slow twice in a row is asked nothing more in this visit.
_SLOW = 2


class Down(IgnoreRequest):
    """The host has gone silent in this visit, or asked for a pause: it is not asked again."""


class Fetcher:
    """Asks for one URL after the other and remembers which hosts no longer answer."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._down: dict[Place, str] = {}
        self._slow: Counter[Place] = Counter()
        self._scripts: dict[str, Response] = {}
        """What the browser was given and will want again for the next page."""

    def down(self, url: str) -> str | None:
        """Why the URL's host is not asked any more, or None."""
        try:
            return self._down.get(target(url))
        except ValueError:
            return None

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int, render: bool = False
    ) -> Response:
        """The answer, redirects followed, any status; one of mishap.MISHAPS when there is none.

        With `render`, a page is given as its scripts have made it; the crawler must have been made with a browser.
        """
        meta = {"download_maxsize": max_bytes}
        request = Request(url, headers=dict(headers or {}), callback=NO_CALLBACK, dont_filter=True, meta=meta)
        answer = await self._ask(request)
        if not render or answer.status != 200 or not isinstance(answer, HtmlResponse):
            return answer
        from monitor.crawl import browser  # noqa: PLC0415 - an extra

        return await browser.shown(
            answer, crawler=self._crawler, ask=self._ask, kept=self._scripts, max_bytes=max_bytes
        )

    async def _ask(self, request: Request) -> Response:
        why = self.down(request.url)
        if why is not None:
            raise Down(why)
        place = target(request.url)
        try:
            answer = await self._crawler.engine.download_async(request)
        except (Held, Unreachable) as error:
            self._down[place] = reason(error)
            raise
        except SILENT as error:
            self._slow[place] += 1
            if not isinstance(error, DownloadTimeoutError) or self._slow[place] >= _SLOW:
                self._down[place] = f"{place[0]}: {reason(error)}"
            raise
        self._slow.pop(place, None)
        return answer
