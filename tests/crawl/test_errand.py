import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.config import Config, CrawlConfig
from monitor.crawl.errand import Errands
from monitor.crawl.loop import event_loop
from monitor.errors import MonitorError
from monitor.model import Page


class Site(ThreadingHTTPServer):
    """An outlet on loopback that remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[str] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, body = 200, "<p>Ağdamda mina</p>".encode()
        if self.path == "/robots.txt":
            body = b"User-agent: *\nDisallow: /admin"
        elif self.path == "/gone":
            status = 410
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def errands(site: Site) -> Errands:
    return Errands(Config(crawl=CrawlConfig(delay=0, allow_private=(f"127.0.0.1:{site.server_port}",))))


def get(errands: Errands, url: str) -> Page:
    return event_loop().run_until_complete(errands.get(url))


def test_an_address_is_asked_for_under_the_rules_of_a_crawl(site: Site, errands: Errands) -> None:
    page = get(errands, f"{site.base}/a")

    assert (page.status, page.body.decode(), page.content_type) == (
        200,
        "<p>Ağdamda mina</p>",
        "text/html; charset=utf-8",
    )
    with pytest.raises(MonitorError, match=r"/admin: robots.txt of 127.0.0.1:\d+ forbids it"):
        get(errands, f"{site.base}/admin")
    assert site.asked == ["/robots.txt", "/a"]


def test_a_status_is_an_answer(site: Site, errands: Errands) -> None:
    assert get(errands, f"{site.base}/gone").status == 410


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://127.0.0.1:1/", "ftp://127.0.0.1/", "http://", "nonsense"])
def test_what_must_not_be_dialled_is_told_and_not_dialled(errands: Errands, url: str) -> None:
    with pytest.raises(MonitorError):
        get(errands, url)
