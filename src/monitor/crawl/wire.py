"""Scrapy's own HTTP client, with patience at the end."""

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler


class HttpHandler(HTTP11DownloadHandler):
    """HTTP and HTTPS as Scrapy speaks them."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Scrapy gives open connections one second to close and then reports it done; when a busy loop lets both happen
        # at once, Twisted complains aloud about being told twice.
        self._disconnect_timeout = 30
