"""The world on loopback: a small server for each outlet, which knows gzip and ETags and what it was asked."""

import gzip
import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from monitor.demo.world import Answer, Outlet, site


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that an outlet answered."""

    outlet: str
    path: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """The sites that are being served."""

    bases: Mapping[str, str]
    """Outlet id → address without a slash at the end."""
    asked: list[Asked] = field(default_factory=list)
    """Every request so far, in the order in which they were answered."""


@contextmanager
def serving(outlets: Iterable[Outlet]) -> Iterator[Sites]:
    """The outlets' sites can be visited on free ports of 127.0.0.1 as long as the context lasts."""
    with ExitStack() as stack:
        servers = {outlet.id: (outlet, stack.enter_context(_Server())) for outlet in outlets}
        sites = Sites(bases={name: server.base for name, (_, server) in servers.items()})
        for outlet, server in servers.values():
            server.open(outlet, sites)
            stack.callback(server.shutdown)
        yield sites


class _Server(ThreadingHTTPServer):
    # Its address is known when it is made; it answers once it is opened, since the pages hold the address.

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: Mapping[str, Answer] = {}
        self.outlet = ""
        self.asked: list[Asked] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def open(self, outlet: Outlet, sites: Sites) -> None:
        self.answers = site(outlet, base=self.base)
        self.outlet, self.asked = outlet.id, sites.asked
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        # A tracking query changes nothing, as on most sites.
        answer = self.server.answers.get(self.path) or self.server.answers.get(self.path.partition("?")[0])
        if answer is None:
            answer = Answer(body=b"<h1>404</h1>", type="text/html", status=404)
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        if answer.status == 200 and self.headers.get("If-None-Match") == etag:
            answer = Answer(body=b"", type=answer.type, status=304)
        self.server.asked.append(Asked(outlet=self.server.outlet, path=self.path, status=answer.status))
        self._send(answer, etag)

    def _send(self, answer: Answer, etag: str) -> None:
        body = answer.body
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("ETag", etag)
        if body and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Nothing is written to stderr; what was asked stands in the sites."""
