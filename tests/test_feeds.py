import json
from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from monitor.errors import QueueError
from monitor.feeds import NEWEST, publish
from monitor.ledger import Ledger, articles
from monitor.queue import Queue
from tests.editions.world import SOURCE, land, revise

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "monitor.db") as opened:
        yield opened


@pytest.fixture
def queue(tmp_path):
    return Queue(tmp_path / "queue")


def told(queue, name="feed"):
    atom = [entry.title for entry in feedparser.parse((queue.directory / f"{name}.atom").read_bytes()).entries]
    assert [item["title"] for item in json.loads((queue.directory / f"{name}.json").read_bytes())["items"]] == atom
    return atom


def test_the_feeds_tell_of_the_newest_articles_first(ledger, queue):
    for number in range(3):
        land(ledger, number, at=NOW + timedelta(minutes=number), title=f"მინა აფეთქდა {number}")
    assert publish(ledger, queue, [SOURCE], now=NOW)
    assert told(queue) == ["მინა აფეთქდა 2", "მინა აფეთქდა 1", "მინა აფეთქდა 0"]


def test_incidents_are_told_in_feeds_of_their_own_however_much_else_has_landed(ledger, queue):
    land(ledger, 0, at=NOW, title="მინა აფეთქდა", category="incident")
    for number in range(1, NEWEST + 2):
        land(
            ledger,
            number,
            at=NOW + timedelta(minutes=number),
            title=f"მინდორი გაწმენდილია {number}",
            category="clearance",
        )
    publish(ledger, queue, [SOURCE], now=NOW)

    assert told(queue, "incidents") == ["მინა აფეთქდა"]
    assert "მინა აფეთქდა" not in told(queue)
    ids = [feedparser.parse((queue.directory / f"{name}.atom").read_bytes()).feed.id for name in ("feed", "incidents")]
    assert len(set(ids)) == 2


def test_only_so_many_are_told(ledger, queue):
    for number in range(NEWEST + 2):
        land(ledger, number, at=NOW + timedelta(minutes=number))
    publish(ledger, queue, [SOURCE], now=NOW)
    assert len(told(queue)) == NEWEST


def test_nothing_is_written_when_nothing_has_changed(ledger, queue):
    assert not publish(ledger, queue, [SOURCE], now=NOW)
    assert not (queue.directory / "feed.atom").exists()
    name = land(ledger, 1, at=NOW)
    publish(ledger, queue, [SOURCE], now=NOW)
    before = (queue.directory / "feed.atom").stat()
    assert not publish(ledger, queue, [SOURCE], now=NOW + timedelta(hours=1))
    assert (queue.directory / "feed.atom").stat().st_ino == before.st_ino
    revise(ledger, name, at=NOW + timedelta(hours=2))
    assert publish(ledger, queue, [SOURCE], now=NOW + timedelta(hours=2))


def test_a_feed_is_never_taken_for_a_queue_file(ledger, queue):
    land(ledger, 1, at=NOW)
    publish(ledger, queue, [SOURCE], now=NOW)
    assert list(queue.numbers()) == []
    assert queue.items(ledger, now=NOW) == ()
    assert [item.place for item in queue.verify(lambda: articles.hashes(ledger))] == [None]
    assert list(queue.directory.glob("*.txt")) == []


@pytest.mark.parametrize("name", ["000_0011223344556677.txt", "../feed.atom", "meta/feed.json"])
def test_nothing_else_can_be_published_than_a_file_beside_the_queue(queue, name):
    with pytest.raises(QueueError):
        queue.publish(name, b"")


def test_a_killed_writer_leaves_the_old_feed_whole(ledger, queue, monkeypatch):
    land(ledger, 1, at=NOW)
    publish(ledger, queue, [SOURCE], now=NOW)
    before = told(queue)
    land(ledger, 2, at=NOW)
    monkeypatch.setattr("monitor.queue._write", lambda path, body: path.write_bytes(body[:50]) and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(ledger, queue, [SOURCE], now=NOW)
    assert told(queue) == before
    monkeypatch.undo()
    assert publish(ledger, queue, [SOURCE], now=NOW)
    assert len(told(queue)) == 2
