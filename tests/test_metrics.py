import http.client
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.daemon.beat import Beat
from monitor.errors import ConfigError
from monitor.ledger import Ledger, mails
from monitor.metrics import Figures, serve, textfile
from monitor.queue import Queue
from tests.editions.world import SOURCE, land

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BEAT = Beat(pid=7, started_at=NOW, at=NOW, visits=12, running=1, missed=2, skipped=3, errors=4)


@pytest.fixture
def figures(tmp_path):
    with Ledger.open(tmp_path / "monitor.db") as ledger:
        land(ledger, 1, at=NOW)
        mails.put(ledger, key="k", sender="s@x.example", body=b"gizli", recipients=["ayse@desk.example"], now=NOW)
        yield Figures(
            ledger=ledger,
            queue=Queue(tmp_path / "queue"),
            sources=(SOURCE,),
            daemon=lambda: BEAT,
            now=lambda: NOW,
        )


def scrape(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status == 200
    return body


def values(text):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_scrape_tells_what_is_true_then(figures):
    with serve(figures, port=0) as port:
        found = values(scrape(port))
        land(figures.ledger, 2, at=NOW)
        later = values(scrape(port))
    assert found[("monitor_sources", "unvisited")] == 1
    assert found[("monitor_urls", "queued")] == 1
    assert found[("monitor_urls", "failed")] == 0
    assert found[("monitor_queue_files", "waiting")] == 0
    assert found[("monitor_mails_waiting",)] == 1
    assert found[("monitor_last_crawl_timestamp_seconds",)] == NOW.timestamp()
    daemon = [found[(f"monitor_daemon_{name}_total",)] for name in ("visits", "missed", "skipped", "errors")]
    assert daemon == [12, 2, 3, 4]
    assert later[("monitor_urls", "queued")] == 2


def test_no_address_no_person_and_no_text_is_told(figures):
    with serve(figures, port=0) as port:
        text = scrape(port)
    for secret in ("example", "ayse", "gizli", "://", "Ağdam", "password", str(figures.queue.directory)):
        assert secret not in text


def test_only_this_machine_can_ask(figures):
    with serve(figures, port=0) as port, socket.socket() as other:
        # The port is free on every other address of the machine, so nobody listens there.
        other.bind(("127.0.0.2", port))


def test_a_port_that_is_taken_is_told_with_the_remedy(figures):
    with (
        serve(figures, port=0) as port,
        pytest.raises(ConfigError, match=f"port {port}.*name another"),
        serve(figures, port=port),
    ):
        pass


def test_the_file_holds_the_same(figures, tmp_path):
    path = tmp_path / "monitor.prom"
    textfile(figures, path)
    assert values(path.read_text("utf-8"))[("monitor_urls", "queued")] == 1
    with pytest.raises(ConfigError, match="cannot be written"):
        textfile(figures, tmp_path / "nowhere" / "monitor.prom")


def test_without_a_daemon_the_rest_is_told(figures):
    with serve(replace(figures, daemon=lambda: None), port=0) as port:
        text = scrape(port)
    assert "monitor_urls" in text
    assert "monitor_daemon" not in text
