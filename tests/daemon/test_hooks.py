"""The daemon tells web hooks, and so does cron: one command after the other."""

import json
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
            until(lambda: len(set(names(desk))) >= WORLD, what="all notices")
    told = Counter(names(desk)[lost:])
    assert sorted(told) == sorted(path.name for path in (home.path / "queue").glob("*.txt"))
    assert set(told.values()) == {1}
    assert len({request.headers["webhook-id"] for request in desk.requests}) == WORLD
    assert "T0KEN" not in (home.log / "monitor.log").read_text("utf-8")


def test_a_crawl_by_hand_tells_the_hook_and_so_does_the_digest(home):
    with Receiver("503") as desk:
        hooked(home, desk, 'events = ["articles", "digests"]')
        crawled = monitor(home, "crawl")
        assert "hook hook: 503 Service Unavailable" in crawled.stderr
        status = monitor(home, "status", "--json")
        assert json.loads(status.stdout)["hooks"] == [
            {
                "name": "hook",
                "state": "ok",
                "waiting": WORLD,
                "given_up": 0,
                "reply": "503 Service Unavailable",
            }
        ]
        desk.answer = "202"
        assert monitor(home, "hook", "retry", "hook").stdout.startswith(
            f"{WORLD} notices tried again: {WORLD} accepted"
        )
        assert monitor(home, "digest", "--if-due").returncode == 0
    kinds = Counter(json.loads(request.body)["type"] for request in desk.requests[1:])
    assert kinds == {"article.landed": WORLD, "digest.made": 1}
    assert "T0KEN" not in crawled.stdout + crawled.stderr + status.stdout
