"""Scrapy's own HTTP client and redirects, with two habits changed."""

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response


class HttpHandler(HTTP11DownloadHandler):
    """HTTP and HTTPS as Scrapy speaks them."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Scrapy gives open connections one second to close and then reports it done; when a busy loop lets both happen
        # at once, Twisted complains aloud about being told twice.
        self._disconnect_timeout = 30


class Redirects(RedirectMiddleware):
    """Redirects that tell nobody where they come from, whatever Referrer-Policy a server sends."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """The request names no referrer."""
        request.headers.pop("Referer", None)
