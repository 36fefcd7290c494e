"""What `monitor status` says of sources that are well."""

import json
from datetime import timedelta
from pathlib import Path

from monitor import clock
from monitor.ledger import Ledger, channels, leases, runs
from monitor.model import ChannelKind, ChannelReport
from tests.cli.conftest import Monitor

FEED, NEW = "https://zernava.example/rss", "https://zernava.example/feed"


def _visit(ledger: Ledger, *, hours: int) -> None:
    at = clock.now() - timedelta(hours=hours)
    run = runs.start(ledger, kind="crawl", now=at)
    leases.take(ledger, source="zernava", holder="test", now=at, ttl=timedelta(minutes=10))
    report = ChannelReport(url=FEED, kind=ChannelKind.FEED, status="ok", entries=20)
    channels.note(ledger, run=run, source="zernava", report=report, now=at, new=2, newest_at=at, moved_to=NEW)
    runs.visited(ledger, run=run, source="zernava", status="ok", started_at=at, now=at)
    leases.release(ledger, source="zernava", holder="test", now=at, ok=True)
    runs.finish(ledger, run=run, now=at)


def test_a_source_that_is_well_tells_that_its_feed_has_moved_and_where_to(monitor: Monitor, home: Path) -> None:
    (home / "monitor.toml").write_text(
        '[catalogue]\nbundled = false\n[[source]]\nid = "zernava"\nname = "Zərnava"\ncountry = "AZ"\n'
        f'languages = ["az"]\ntimezone = "Asia/Baku"\nfeeds = ["{FEED}"]\n'
    )
    with Ledger.open(home / "monitor.db") as ledger:
        for hours in range(96, 0, -8):
            _visit(ledger, hours=hours)
    said = monitor("status")
    assert said.code == 0, said.out
    assert f"  ok         zernava: {FEED} has moved to {NEW} for good: change it in the catalogue" in said.out
    source = json.loads(monitor("status", "--json").out)["sources"][0]
    assert source["status"] == "ok"
    assert NEW in source["note"]
