"""Figures for Prometheus: what the ledger, the queue and the daemon hold, asked at every scrape.

They name sources' states and outcomes, never an address, a person or a setting.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry, start_http_server, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.errors import ConfigError
from monitor.ledger import Ledger, counts, health, mails, runs
from monitor.model import Outcome, Source
from monitor.queue import Place, Queue

HOST = "127.0.0.1"


class Sign(Protocol):
    """What the daemon says of itself: `daemon.beat.Beat`."""

    @property
    def at(self) -> datetime:
        """When it said so."""

    @property
    def visits(self) -> int:
        """Visits since it was started."""

    @property
    def missed(self) -> int:
        """Jobs that ran late."""

    @property
    def skipped(self) -> int:
        """Jobs that were left out because the one before was still running."""

    @property
    def errors(self) -> int:
        """Jobs that ended with an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(Collector):
    """The figures of one home; each `collect` tells what is true then."""

    ledger: Ledger
    queue: Queue
    sources: tuple[Source, ...]
    """The enabled sources."""
    daemon: Callable[[], Sign | None]
    now: Callable[[], datetime]

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        now = self.now()
        verdicts = health.healths(self.ledger, self.sources, now=now).values()
        states = Counter("ok" if verdict.ok else str(verdict.status) for verdict in verdicts)
        yield _gauge("monitor_sources", "Enabled sources by health.", "status", states)
        urls = dict.fromkeys(Outcome, 0) | counts.total(self.ledger)
        yield _gauge("monitor_urls", "Discovered URLs by outcome.", "outcome", urls)
        places = {Place.WAITING: 0, Place.CLAIMED: 0} | Counter(
            item.place for item in self.queue.items(self.ledger, now=now) if item.place
        )
        yield _gauge("monitor_queue_files", "Queue files by place.", "place", places)
        waiting = sum(d.open for mail in mails.waiting(self.ledger) for d in mail.deliveries)
        yield GaugeMetricFamily("monitor_mails_waiting", "Mails that wait, one for each recipient.", waiting)
        crawl = runs.latest(self.ledger, kind="crawl")
        if crawl:
            started = crawl.started_at.timestamp()
            yield GaugeMetricFamily("monitor_last_crawl_timestamp_seconds", "Start of the last crawl.", started)
        yield from _signed(self.daemon())


@contextmanager
def serve(figures: Figures, *, port: int) -> Iterator[int]:
    """The figures can be scraped on the loopback port, which is given (0: any free one); ConfigError: it is taken."""
    try:
        server, thread = start_http_server(port, addr=HOST, registry=_registry(figures))
    except OSError as error:
        raise ConfigError(
            f"[metrics] port {port}: cannot be listened on: {error.strerror}; name another, or 0 for none"
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def textfile(figures: Figures, path: Path) -> None:
    """The file holds the figures, whole, for Prometheus' node exporter."""
    try:
        write_to_textfile(str(path), _registry(figures))
    except OSError as error:
        raise ConfigError(
            f"[metrics] textfile {path}: cannot be written: {error.strerror}; check its directory"
        ) from error


def _registry(figures: Figures) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(figures)
    return registry


def _signed(sign: Sign | None) -> Iterator[Metric]:
    if sign is None:
        return
    yield GaugeMetricFamily("monitor_daemon_beat_timestamp_seconds", "The last sign of life.", sign.at.timestamp())
    yield CounterMetricFamily("monitor_daemon_visits", "Visits since the daemon was started.", sign.visits)
    yield CounterMetricFamily("monitor_daemon_missed", "Jobs that ran late.", sign.missed)
    yield CounterMetricFamily("monitor_daemon_skipped", "Jobs left out, the one before still running.", sign.skipped)
    yield CounterMetricFamily("monitor_daemon_errors", "Jobs that ended with an error.", sign.errors)


def _gauge(name: str, says: str, label: str, values: "dict[Outcome, int] | dict[Place, int] | Counter[str]") -> Metric:
    family = GaugeMetricFamily(name, says, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
