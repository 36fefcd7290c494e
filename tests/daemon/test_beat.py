from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon import beat
from monitor.daemon.beat import Beat, Life

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEAT = Beat(pid=4711, started_at=NOON - timedelta(days=3), at=NOON, visits=12, running=2, missed=1, skipped=3, errors=4)


def test_what_was_written_is_read(tmp_path):
    beat.write(tmp_path / "daemon.json", BEAT)
    assert beat.read(tmp_path / "daemon.json") == BEAT
    assert [path.name for path in tmp_path.iterdir()] == ["daemon.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": 1}', '{"started_at": 3, "at": 4}', "\udcff"])
def test_a_file_that_is_no_beat_is_none(tmp_path, text):
    (tmp_path / "daemon.json").write_text(text, "utf-8", errors="surrogateescape")
    assert beat.read(tmp_path / "daemon.json") is None


def test_no_file_is_no_beat(tmp_path):
    assert beat.read(tmp_path / "daemon.json") is None


@pytest.mark.parametrize(
    ("found", "holder", "now", "life"),
    [
        (None, None, NOON, Life.NONE),
        (BEAT, 4711, NOON + timedelta(seconds=20), Life.RUNS),
        (BEAT, 4711, NOON - timedelta(hours=3), Life.RUNS),  # the clock was set back
        (BEAT, 4711, NOON + timedelta(minutes=3), Life.HANGS),
        (BEAT, None, NOON + timedelta(seconds=5), Life.DIED),
        (None, 4711, NOON, Life.STARTS),
        (BEAT, 4712, NOON, Life.STARTS),  # the beat of one that died before
    ],
)
def test_lock_and_beat_together_tell_how_the_daemon_is(found, holder, now, life):
    assert beat.life(found, holder=holder, now=now) is life
