"""Loopback news sites, friendly and hostile: every request is recorded, every answer is the test's choice."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What a path answers with; the faults are applied while the body is sent."""

    body: bytes = b""
    status: int = 200
    type: str | None = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    etag: bool = False
    """Answer 304 to who has the body already."""
    gzip: bool = False
    wait: float = 0.0
    """Seconds before the first byte."""
    drip: float = 0.0
    """Seconds between two bytes of the body."""
    cut: int | None = None
    """The connection is closed after so many bytes of the body."""
    endless: bool = False
    """The body is repeated until the client has had enough."""


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    at: float
    status: int

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


Reply = Answer | Callable[[str], Answer]


class Site:
    """One HTTP server on loopback; `routes` may be changed at any time."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.routes: dict[str, Reply] = {"/robots.txt": Answer(status=404)}
        self.seen: list[Seen] = []
        self.asking: dict[str, str] = {}
        """The headers of the request that is being answered."""
        self.stop = threading.Event()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def page(self, path: str, body: str | bytes, **more: Any) -> str:
        """The path answers with this page; its URL is returned."""
        content = body.encode() if isinstance(body, str) else body
        self.routes[path] = Answer(body=content, **more)
        return self.url(path)

    def feed(self, path: str, links: list[str], *, dates: list[str] | None = None, **more: Any) -> str:
        """The path answers with an RSS feed of these links; its URL is returned."""
        return self.page(path, rss(links, dates=dates), **({"type": "application/rss+xml", "etag": True} | more))

    def answer(self, path: str) -> Answer:
        reply = self.routes.get(path, self.routes.get(urlsplit(path).path, Answer(body=b"?", status=404)))
        return reply if isinstance(reply, Answer) else reply(path)


def rss(links: list[str], *, dates: list[str] | None = None) -> str:
    items = "".join(
        f"<item><title>Xəbər {number}</title><link>{link.replace('&', '&amp;')}</link>"
        + (f"<pubDate>{dates[number]}</pubDate>" if dates else "")
        + "</item>"
        for number, link in enumerate(links)
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Ağ Xəbər</title>'
    return f"{head}{items}</channel></rss>"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes; without this each answer waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    site: Site

    def log_message(self, *_: object) -> None:
        """Nothing: the site remembers its requests itself."""

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.site.asking = headers
        answer = self.site.answer(self.path)
        extra = dict(answer.headers)
        status = answer.status
        if answer.etag and status == 200:
            extra["ETag"] = f'"{sha1(answer.body).hexdigest()}"'
            if headers.get("if-none-match") == extra["ETag"]:
                status = 304
        self.site.seen.append(Seen(self.path, headers, time.monotonic(), status))
        try:
            self._send(answer, status, extra)
        except OSError:
            self.close_connection = True

    def _send(self, answer: Answer, status: int, extra: dict[str, str]) -> None:
        if answer.wait:
            self.site.stop.wait(answer.wait)
        body = gzip.compress(answer.body, mtime=0) if answer.gzip else answer.body
        if answer.gzip:
            extra["Content-Encoding"] = "gzip"
        if answer.type and status != 304:
            extra["Content-Type"] = answer.type
        if answer.endless:
            extra["Connection"] = "close"
        elif status != 304:
            extra.setdefault("Content-Length", str(len(body)))
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        if status != 304:
            self._body(answer, body)

    def _body(self, answer: Answer, body: bytes) -> None:
        if answer.cut is not None or answer.endless:
            self.close_connection = True
        if answer.drip:
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.site.stop.wait(answer.drip):
                    return
        else:
            self.wfile.write(body[: answer.cut])
        while answer.endless and not self.site.stop.is_set():
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Nothing: clients hang up on hostile answers, which is what is tested."""


@contextmanager
def serve() -> Iterator[Site]:
    """A site on a free loopback port, until the block is left."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    site = Site(server)
    handler.site = site
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
