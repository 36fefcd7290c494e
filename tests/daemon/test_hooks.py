"""The daemon tells web hooks, and so does cron: one command after the other."""

import json
import signal
import subprocess
import sys
from collections import Counter

import pytest

from tests.daemon.test_daemon import WORLD, daemon, home, landed, monitor, until
from tests.receiver import Receiver

__all__ = ["home"]


def hooked(home, desk, *more):
    lines = ["[[hook]]", f'url = "{desk.url}"', "timeout = 1", *more]
    home.settings.write_text("\n".join([home.settings.read_text("utf-8"), *lines, ""]), encoding="utf-8")


def names(desk):
    return [json.loads(request.body)["data"]["name"] for request in list(desk.requests)]


@pytest.mark.slow
def test_the_daemon_tells_a_hook_of_every_article_though_it_is_killed_and_the_hook_fails_at_first(home):
    with Receiver("drop") as desk:
        hooked(home, desk)
        with daemon(home) as process:
            until(lambda: landed(home) >= WORLD, what="landing")
            until(lambda: desk.requests, what="the first notice")
            process.kill()
            process.wait(10)
        desk.answer = "200"
        lost = len(desk.requests)
        # What a person does who does not want to wait until the hook's turn comes.
        assert monitor(home, "hook", "retry", "hook").returncode == 0
        with daemon(home):
            until(lambda: len(set(names(desk))) >= max(WORLD, landed(home)), what="all notices")
    told = Counter(names(desk)[lost:])
    assert sorted(told) == sorted(path.name for path in (home.path / "queue").glob("*.txt"))
    assert set(told.values()) == {1}
    assert len({request.headers["webhook-id"] for request in desk.requests}) == len(told)
    assert "T0KEN" not in (home.log / "monitor.log").read_text("utf-8")


def test_a_crawl_by_hand_tells_the_hook_and_so_does_the_digest(home):
    with Receiver("503") as desk:
        hooked(home, desk, 'events = ["articles", "digests"]')
        crawled = monitor(home, "crawl")
        count = landed(home)
        assert "hook hook: 503 Service Unavailable" in crawled.stderr
        status = monitor(home, "status", "--json")
        assert json.loads(status.stdout)["hooks"] == [
            {
                "name": "hook",
                "state": "ok",
                "waiting": count,
                "given_up": 0,
                "reply": "503 Service Unavailable",
            }
        ]
        desk.answer = "202"
        assert monitor(home, "hook", "retry", "hook").stdout.startswith(
            f"{count} notices tried again: {count} accepted"
        )
        assert monitor(home, "digest", "--if-due").returncode == 0
    kinds = Counter(json.loads(request.body)["type"] for request in desk.requests[1:])
    assert kinds == {"article.landed": count, "digest.made": 1}
    assert "T0KEN" not in crawled.stdout + crawled.stderr + status.stdout


class Deadly(Receiver):
    """Kills whoever sends the second notice before it has an answer."""

    victim = None

    def talk(self, wire, connection):
        if self.victim is not None and len(self.requests) == 1:
            self.answer = "drop"
            super().talk(wire, connection)
            self.victim.kill()
            self.victim.wait(10)
            self.answer = "200"
        else:
            super().talk(wire, connection)


def test_a_sender_that_is_killed_before_the_answer_comes_loses_nothing_and_repeats_one_under_its_id(home, tmp_path):
    article = {"language": "az", "text": "Piyada əleyhinə mina partlayışında çoban yaralanıb."}
    rows = [
        article | {"url": f"https://a.example/{n}", "title": f"Ağdamda {n} nömrəli mina partladı"} for n in range(4)
    ]
    rows = [row | {"text": f"{row['text']} Hadisə {n} saat əvvəl olub."} for n, row in enumerate(rows)]
    lines = tmp_path / "rows.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with Deadly("200") as desk:
        hooked(home, desk)
        command = [sys.executable, "-m", "monitor", "--home", str(home.path), "ingest", str(lines)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as desk.victim:
            assert desk.victim.wait(100) == -signal.SIGKILL
        desk.victim = None
        assert monitor(home, "digest", "--if-due").returncode == 0
        assert monitor(home, "digest", "--if-due").returncode == 0
    told = names(desk)
    assert sorted(set(told)) == sorted(path.name for path in (home.path / "queue").glob("*.txt"))
    assert [name for name, count in Counter(told).items() if count > 1] == [told[1]]
    assert told[1] == told[2]
    assert len({request.headers["webhook-id"] for request in desk.requests}) == len(rows)
    assert desk.requests[1].body == desk.requests[2].body
