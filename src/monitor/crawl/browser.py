"""Pages that show their text only by script, shown by a browser that has no network of its own.

The browser is handed the page that was fetched already, and whatever scripts ask for is fetched by the source's own
fetcher: gate, robots, pace, size and time limits are those of every other request. The browser itself cannot reach
anything, see `render.settings`: not by WebSocket, not by WebRTC, not by what nobody thought of.

Imported only for sources that ask for it: the package behind it comes with the extra `js`.
"""

import asyncio
import logging
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Error, Page, Request, Route
from scrapy import Request as Asking
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.http.request import NO_CALLBACK
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.provider import PlaywrightBrowserProvider

from monitor.crawl.mishap import MISHAPS
from monitor.crawl.wire import HttpHandler
from monitor.discovery import address

# It warns of every page that fails, with a traceback; ours is the outcome of the page.
logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)

_REQUESTS = 60
"""What one page may ask for; a page that polls or counts would never come to an end."""
_PATIENCE = 4
"""Times the limit of a plain answer: each of its requests waits for its turn."""
_QUIET = 0.5
"""Seconds without a request after which a page is taken to be finished."""
_STARTING = 60.0
"""Seconds that a browser may take to start."""
_CLOSING = 2.0
"""Seconds; a page that computes for ever does not close, and then the browser must go."""
_TEXT = {"script", "xhr", "fetch"}
"""What text can come from. Pictures, fonts, films, frames, beacons and the like are not asked for."""
_OURS = {"cookie", "host", "origin", "referer", "user-agent", "connection", "content-length", "accept-encoding"}
"""Headers that a page cannot choose: we have no cookies, and nobody need know where we come from."""
_KEPT = ("content-type", "access-control-expose-headers")

Ask = Callable[[Asking], Awaitable[Response]]


class Unrendered(IgnoreRequest):
    """The browser did not show the page."""


def refuse(_: object) -> bool:
    """True: what no Screen answers is not asked for."""
    return True


async def shown(answer: Response, *, crawler: Crawler, ask: Ask, kept: dict[str, Response], max_bytes: int) -> Response:
    """The answer with the page as scripts have made it; Unrendered when they did not come to an end.

    `ask` gets what the page asks for; `kept` holds the scripts that earlier pages of the visit asked for.
    """
    seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT") * _PATIENCE
    screen = _Screen(answer=answer, ask=ask, kept=kept, max_bytes=max_bytes, seconds=seconds)
    meta = {
        "playwright": True,
        "playwright_context_kwargs": {
            "service_workers": "block",
            "accept_downloads": False,
            "user_agent": crawler.settings["USER_AGENT"],
        },
        "playwright_page_init_callback": screen.stand_before,
        "playwright_include_page": True,
        "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded", "timeout": seconds * 1000},
        "download_slot": "browser",
        "monitor_screen": screen,
    }
    result = await crawler.engine.download_async(Asking(answer.url, callback=NO_CALLBACK, dont_filter=True, meta=meta))
    headers = Headers(answer.headers)
    headers["Content-Type"] = "text/html; charset=utf-8"
    # The mark outranks whatever charset the page itself declares.
    body = BOM_UTF8 + result.body
    if len(body) > max_bytes:
        raise Unrendered("the page is larger than allowed when shown")
    return answer.replace(headers=headers, body=body, encoding="utf-8")


class Provider(PlaywrightBrowserProvider):
    """A browser for who needs one: neither it nor its driver is started before the first page."""

    async def start(self) -> None:
        """Nothing has happened yet: there is a handler for http and one for https, and one of them is often idle."""

    async def launch_browser(self) -> Browser:
        """A browser that runs."""
        if self.playwright is None:
            await super().start()
        return await super().launch_browser()


class BrowserHandler(ScrapyPlaywrightDownloadHandler, HttpHandler):
    """HTTP as for all sources; pages that are to be shown go through the browser."""

    async def download_request(self, request: Asking) -> Response:
        """The answer, or the page as scripts have made it; Unrendered when that did not work in time."""
        screen: _Screen | None = request.meta.get("monitor_screen")
        if screen is None:
            plain: Response = await super().download_request(request)
            return plain
        try:
            async with asyncio.timeout(_STARTING) as screen.limit:
                page: Response = await super().download_request(request)
                return page.replace(body=(await screen.text()).encode("utf-8", "replace"))
        except TimeoutError as error:
            late = f"the page was still loading after {screen.seconds:g} s in the browser"
            raise Unrendered(late if screen.page else "no browser could be started in time") from error
        except Error as error:
            raise Unrendered(_words(error)) from error
        finally:
            await self._leave(screen)

    async def _leave(self, screen: "_Screen") -> None:
        """No page is left open, whatever it does."""
        if screen.page is None or screen.page.is_closed():
            return
        try:
            async with asyncio.timeout(_CLOSING):
                await screen.page.close()
        except (Error, TimeoutError):
            with suppress(Error):
                await self.browser.close()


def _words(error: Error) -> str:
    said = error.message.strip().splitlines()
    first = said[0] if said else type(error).__name__
    if "Executable doesn't exist" in error.message or "Failed to launch" in error.message:
        return (
            f"no browser could be started ({first[:150]}); install chromium, or name one in crawl.browser of "
            "monitor.toml"
        )
    return f"the browser did not show the page ({first[:200]})"


@dataclass  # without slots: playwright hangs an attribute of its own on what it calls back
class _Screen:
    """Stands between one page in the browser and everything it asks for."""

    answer: Response
    ask: Ask
    kept: dict[str, Response]
    max_bytes: int
    seconds: float
    """What the page may take, from when there is a browser on."""
    limit: asyncio.Timeout | None = None
    page: Page | None = None
    begun: bool = False
    """The page itself was handed over."""
    asked: int = 0
    busy: int = 0
    """What it waits for at this moment."""
    quiet_since: float = 0.0
    got: dict[tuple[str, str, bytes], Response] = field(default_factory=dict)
    """What this page was given already: one that asks again and again is told the same."""

    async def stand_before(self, page: Page, _: Asking) -> None:
        """Whatever the page asks for comes here."""
        self.page, self.begun = page, False
        if self.limit is not None:
            self.limit.reschedule(asyncio.get_running_loop().time() + self.seconds)
        await page.route("**", self._answer)

    async def text(self) -> str:
        """The page as its scripts have made it, once they have asked for nothing for a moment."""
        if self.page is None:
            raise Unrendered("the browser gave no page")
        now = asyncio.get_running_loop().time
        self.quiet_since = now()
        while self.busy or now() < self.quiet_since + _QUIET:  # noqa: ASYNC110 - quiet is not an event but a time
            await asyncio.sleep(_QUIET / 5)
        if await self.page.evaluate("document.documentElement.outerHTML.length") > self.max_bytes:
            raise Unrendered("the page is larger than allowed when shown")
        return str(await self.page.content())

    async def _answer(self, route: Route, request: Request) -> None:
        # A page that is closed meanwhile wants no answer any more.
        with suppress(Error):
            if request.is_navigation_request():
                await self._navigate(route, request)
            elif request.resource_type == "stylesheet":
                # Some pages do not begin before their style is there; any will do.
                await route.fulfill(status=200, content_type="text/css", body="")
            elif request.resource_type not in _TEXT:
                await route.abort("blockedbyclient")
            else:
                await self._give(route, request)

    async def _navigate(self, route: Route, request: Request) -> None:
        """The page itself, once; frames and other pages are not gone to."""
        if self.begun:
            # "aborted" leaves the page in place as it is; a frame that is aborted leaves its page waiting.
            await route.abort("blockedbyclient" if request.frame.parent_frame else "aborted")
            return
        self.begun = True
        kind = (self.answer.headers.get("Content-Type") or b"text/html").decode("latin-1")
        await route.fulfill(status=200, headers={"content-type": kind}, body=self.answer.body)

    async def _give(self, route: Route, request: Request) -> None:
        try:
            answer = await self._get(request)
        except MISHAPS:
            await route.abort("failed")
            return
        given = {name: value.decode("latin-1") for name in _KEPT if (value := answer.headers.get(name))}
        origin = await request.header_value("origin")
        # We are all the network there is: nothing that the page may not see could come here.
        given |= {"access-control-allow-origin": origin or "*", "access-control-allow-credentials": "true"}
        await route.fulfill(status=answer.status, headers=given, body=answer.body)

    async def _get(self, request: Request) -> Response:
        if not request.url.startswith(("https://", "http://")):
            raise Unrendered(f"{request.url[:20]} is neither http nor https")
        own = address.same_site(request.url, self.answer.url)
        # Others' servers are not written to: what is sent there is about the reader.
        if request.method != "GET" and not (own and request.method == "POST"):
            raise Unrendered(f"{request.method} is not asked")
        body = request.post_data_buffer or b""
        what = (request.method, request.url, body)
        known = self.got.get(what) or (self.kept.get(request.url) if request.resource_type == "script" else None)
        if known is not None:
            return known
        self.asked += 1
        if self.asked > _REQUESTS:
            raise Unrendered("the page asks for too much")
        headers = _chosen(await request.all_headers())
        meta = {"download_maxsize": self.max_bytes}
        asking = Asking(
            request.url, method=request.method, headers=headers, body=body, callback=NO_CALLBACK, dont_filter=True,
            meta=meta,
        )  # fmt: skip
        self.busy += 1
        try:
            answer = self.got[what] = await self.ask(asking)
        finally:
            self.busy -= 1
            self.quiet_since = asyncio.get_running_loop().time()
        if request.resource_type == "script" and answer.status == 200:
            self.kept[request.url] = answer
        return answer


def _chosen(headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in headers.items()
        if name.lower() not in _OURS and not name.lower().startswith((":", "sec-"))
    }
