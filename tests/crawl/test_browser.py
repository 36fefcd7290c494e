"""Pages that are empty without scripts, shown by a real browser that reaches nothing by itself."""

import importlib.util
import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from monitor.crawl import render
from monitor.crawl.settings import settings_for
from monitor.model import Outcome
from tests.crawl.conftest import World
from tests.site.server import Site, serve

_browser = pytest.mark.skipif(
    importlib.util.find_spec("scrapy_playwright") is None or shutil.which("chromium") is None,
    reason="needs the extra js and chromium",
)

SHELL = "<html><head><title>Ağ Xəbər</title></head><body><div id='app'></div><script>{}</script></body></html>"
FILL = "fetch('{}').then(r => r.json()).then(d => document.getElementById('app').innerHTML = `<p>${{d.text}}</p>`)"
STORY = "Füzulidə mina partladı, traktorçu yaralandı."


def _outcomes(world: World) -> dict[str, str]:
    from monitor.ledger import trace

    found = {}
    for page in {each.url for each in world.told if hasattr(each, "outcome")}:
        way = trace.find(world.ledger, page)
        assert way is not None
        found[page] = f"{way.outcome}: {way.reason}" if way.reason else str(way.outcome)
    return found


@contextmanager
def _listening(kind: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, kind) as open_socket:
        open_socket.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            open_socket.listen()
        open_socket.setblocking(False)
        yield open_socket


def _reached(listening: socket.socket) -> bool:
    try:
        if listening.type == socket.SOCK_STREAM:
            listening.accept()[0].close()
        else:
            listening.recvfrom(1)
    except BlockingIOError:
        return False
    return True


@_browser
def test_an_article_that_appears_only_by_script_is_read(world: World, site: Site) -> None:
    page = site.page("/xeber/1", SHELL.format(FILL.format("/api/1")))
    site.page("/api/1", json.dumps({"text": STORY}), type="application/json")
    site.feed("/rss.xml", [page])
    report = world.crawl([world.source("ag", site, render="browser")], site)
    assert report.visits[0].outcomes == {Outcome.QUEUED: 1}, _outcomes(world)
    assert STORY in world.intake.pages[0].body.decode("utf-8-sig")
    assert world.intake.pages[0].url == page
    assert site.paths() == ["/robots.txt", "/rss.xml", "/xeber/1", "/api/1"]


@_browser
def test_without_render_the_same_page_stays_empty(world: World, site: Site) -> None:
    site.feed("/rss.xml", [site.page("/xeber/1", SHELL.format(FILL.format("/api/1")))])
    report = world.crawl([world.source("ag", site)], site)
    assert report.visits[0].outcomes == {Outcome.IRRELEVANT: 1}
    assert "/api/1" not in site.paths()


@_browser
def test_links_that_appear_only_by_script_are_found(world: World, site: Site) -> None:
    cards = "fetch('/api/list').then(r => r.text()).then(t => document.getElementById('app').innerHTML = t)"
    listing = site.page("/xeberler", SHELL.format(cards), etag=True)
    site.page("/api/list", f"<a href='{site.page('/xeber/1', STORY)}'>{STORY}</a>")
    source = world.source("ag", site, listings=[{"url": listing, "render": "browser"}])
    assert world.crawl([source], site).visits[0].outcomes == {Outcome.QUEUED: 1}
    # The shell has not changed, what it shows has.
    site.page("/api/list", f"<a href='{site.page('/xeber/2', STORY)}'>{STORY} 2</a>")
    assert world.crawl([source], site).visits[0].outcomes == {Outcome.QUEUED: 1}


@_browser
def test_a_script_that_every_page_uses_is_asked_for_once(world: World, site: Site) -> None:
    shell = "<html><head><script src='/app.js'></script></head><body><div id='app'></div></body></html>"
    site.page(
        "/app.js",
        f"addEventListener('load', () => document.getElementById('app').textContent = '{STORY} ' + location)",
        type="text/javascript",
    )
    site.feed("/rss.xml", [site.page(f"/xeber/{number}", shell) for number in range(3)])
    report = world.crawl([world.source("ag", site, render="browser")], site)
    assert report.visits[0].outcomes == {Outcome.QUEUED: 3}
    assert site.paths().count("/app.js") == 1


@_browser
def test_the_browser_reaches_no_private_address_by_any_way(world: World, site: Site) -> None:
    with serve() as inner, _listening(socket.SOCK_STREAM) as web, _listening(socket.SOCK_DGRAM) as rtc:
        door, knock = inner.url("/secret"), f"127.0.0.1:{web.getsockname()[1]}"
        script = f"""
            const tell = text => document.getElementById('app').innerHTML += '<p>' + text + '</p>';
            fetch('{door}').then(r => r.text()).then(tell, () => tell('{STORY}'));
            navigator.sendBeacon('{door}?beacon', 'x');
            new Image().src = '{door}?image';
            for (const [tag, key] of [['iframe', 'src'], ['script', 'src'], ['video', 'src'], ['embed', 'src']]) {{
                const node = document.createElement(tag); node[key] = '{door}?' + tag; document.body.append(node);
            }}
            for (const rel of ['preconnect', 'prefetch', 'dns-prefetch', 'stylesheet', 'manifest', 'icon']) {{
                const node = document.createElement('link');
                node.rel = rel; node.href = 'http://{knock}/' + rel; document.head.append(node);
            }}
            new WebSocket('ws://{knock}/');
            const line = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{rtc.getsockname()[1]}'}}]}});
            line.createDataChannel('x'); line.createOffer().then(offer => line.setLocalDescription(offer));
            window.open('http://{knock}/popup');
            setTimeout(() => {{ location = 'http://{knock}/gone' }}, 100);
        """
        site.feed("/rss.xml", [site.page("/xeber/1", SHELL.format(script))])
        report = world.crawl([world.source("ag", site, render="browser")], site)
        assert inner.seen == []
        assert not _reached(web)
        assert not _reached(rtc)
    assert report.visits[0].outcomes == {Outcome.QUEUED: 1}, _outcomes(world)


@_browser
def test_what_robots_txt_forbids_is_not_asked_for_by_scripts_either(world: World, site: Site) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /api/\n", type="text/plain")
    site.feed("/rss.xml", [site.page("/xeber/1", SHELL.format(FILL.format("/api/1")))])
    site.page("/api/1", json.dumps({"text": STORY}), type="application/json")
    world.crawl([world.source("ag", site, render="browser")], site)
    assert "/api/1" not in site.paths()


@_browser
def test_scripts_wait_for_their_turn(world: World, site: Site) -> None:
    site.feed("/rss.xml", [site.page("/xeber/1", SHELL.format(FILL.format("/api/1")))])
    site.page("/api/1", json.dumps({"text": STORY}), type="application/json")
    world.crawl([world.source("ag", site, render="browser")], site, delay=0.3)
    times = [seen.at for seen in site.seen]
    assert all(later - earlier > 0.28 for earlier, later in pairwise(times))


_ENDLESS = {
    "/computes": ("while (true) {}", "failed: the page was still loading after 4 s in the browser"),
    "/grows": (
        "const text = 'mina '.repeat(1000); for (let i = 0; i < 300; i++) document.write(text)",
        "failed: the page is larger than allowed when shown",
    ),
    "/polls": ("setInterval(() => fetch('/poll?' + Math.random()), 20)", "irrelevant"),
    "/leaves": ("location = 'data:text/html,elsewhere'", "irrelevant"),
    "/reloads": ("setInterval(() => location.reload(), 10)", "irrelevant"),
    "/asks": ("window.close(); alert(1); confirm(2); onbeforeunload = () => 'stay'", "irrelevant"),
}


@_browser
@pytest.mark.slow
def test_a_page_that_does_not_come_to_an_end_costs_its_own_time_only(world: World, site: Site) -> None:
    site.page("/poll", "{}", type="application/json")
    pages = [site.page(path, SHELL.format(script)) for path, (script, _) in _ENDLESS.items()]
    good = site.page("/xeber", f"<html><body><p>{STORY}</p></body></html>")
    site.feed("/rss.xml", [*pages, good])
    begun = time.monotonic()
    report = world.crawl([world.source("ag", site, render="browser")], site, timeout=1, max_page_bytes=500_000)
    assert time.monotonic() - begun < 40
    told = _outcomes(world)
    assert told.pop(good) == "queued"
    assert told == {site.url(path): outcome for path, (_, outcome) in _ENDLESS.items()}
    assert report.visits[0].status == "ok"
    assert site.paths().count("/reloads") == 1
    assert sum(path.startswith("/poll?") for path in site.paths()) <= 60


def test_without_the_extra_the_source_says_so_and_the_others_go_on(
    world: World, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "find_spec", lambda _: None)
    site.feed("/rss.xml", [site.page("/xeber/1", STORY)])
    report = world.crawl([world.source("ag", site, render="browser"), world.source("boz", site)], site)
    without, other = report.visits
    assert without.status == "failed"
    assert 'pip install "mine-monitor[js]"' in (without.note or "")
    assert other.outcomes == {Outcome.QUEUED: 1}


def test_the_settings_with_a_browser_open_no_other_way(world: World) -> None:
    from monitor.config import Config

    plain, shown = (settings_for(Config(), (), browser=browser) for browser in (False, True))
    handlers = shown.getdict("DOWNLOAD_HANDLERS")
    assert handlers.keys() == plain.getdict("DOWNLOAD_HANDLERS").keys()
    assert {name for name, handler in handlers.items() if handler} == {"http", "https"}
    assert not any(name.startswith("PLAYWRIGHT") for name in plain)
