"""`monitor sources check`, `add`, `import` and `export` on loopback."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Monitor
from tests.site.server import Answer, Site, serve

NOW = datetime.now(UTC)  # noqa: TID251 - the site's dates must be recent
STORY = "".join(
    f"<p>Füzuli rayonunun {n}-ci kəndində sapyorlar mina aşkar edib və onu zərərsizləşdirib.</p>" for n in range(5)
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as made:
        yield made


def feed(site: Site, path: str, *, age: timedelta = timedelta(), title: str = "Qala") -> str:
    items = "".join(
        f"<item><title>Mina {n}</title><link>{site.url(f'/xeber/{n}')}</link>"
        f"<pubDate>{format_datetime(NOW - age - timedelta(hours=n))}</pubDate></item>"
        for n in range(1, 4)
    )
    body = f"<rss version='2.0'><channel><title>{title}</title><language>az</language>{items}</channel></rss>"
    site.routes[path] = Answer(body.encode(), type="application/rss+xml")
    return site.url(path)


def article(site: Site, path: str) -> None:
    head = '<meta property="article:published_time" content="2026-11-20T10:00:00+04:00">'
    site.page(
        path,
        f"<head><title>Mina tapıldı</title>{head}</head><body><article><h1>Mina tapıldı</h1>{STORY}</article></body>",
    )


def settle(home: Path, site: Site, *tables: str) -> None:
    head = f'[catalogue]\nbundled = false\n[crawl]\ndelay = 0\ntimeout = 5\nallow_private = ["{site.place}"]\n'
    (home / "monitor.toml").write_text(head + "".join(tables), encoding="utf-8")


def table(name: str, channels: str) -> str:
    must = 'country = "AZ"\nlanguages = ["az"]\ntimezone = "Asia/Baku"'
    return f'[[source]]\nid = "{name}"\nname = "{name}"\n{must}\n{channels}\n'


def test_a_source_that_works_is_followed_down_to_an_article(monitor: Monitor, home: Path, site: Site) -> None:
    article(site, "/xeber/1")
    settle(home, site, table("qala", f'feeds = ["{feed(site, "/rss")}"]'))
    said = monitor("sources", "check", "qala", "--json")
    found = json.loads(said.out)
    assert (said.code, found["schema"], found["ok"]) == (0, "monitor.check/1", True)
    assert [(step["step"], step["ok"]) for step in found["steps"]] == [("feed", True), ("article", True)]
    # Minutes may have passed since the feed was written.
    assert re.fullmatch(r"3 articles, 3 dated, newest 6[0-9] min ago, reaches back 3 h", found["steps"][0]["says"])
    assert "Mina tapıldı" in found["steps"][1]["says"]


def test_what_is_broken_says_why_and_what_would_mend_it(monitor: Monitor, home: Path, site: Site) -> None:
    site.routes["/kohne"] = Answer(b"gone", status=410)
    site.page(
        "/",
        f"<head><link rel='alternate' type='application/rss+xml' href='{feed(site, '/yeni/rss.xml')}'></head>",
    )
    site.page("/xeberler", "<html><body><a href='/xeber/1'>Mina</a></body></html>")
    listing = f'listings = [{{ url = "{site.url("/xeberler")}", links = ".card a" }}]'
    settle(home, site, table("qala", f'feeds = ["{site.url("/kohne")}"]\n{listing}'))
    said = monitor("sources", "check")
    assert said.code == 1
    assert "qala: broken" in said.out
    assert "HTTP 410" in said.out
    assert "the selector '.card a' fits nothing on the page" in said.out
    assert f"try  feed     {site.url('/yeni/rss.xml')}" in said.out


def test_a_feed_that_stands_still_is_broken(monitor: Monitor, home: Path, site: Site) -> None:
    settle(home, site, table("qala", f'feeds = ["{feed(site, "/rss", age=timedelta(days=90))}"]'))
    said = monitor("sources", "check", "qala")
    assert said.code == 1
    assert "nothing new for so long" in said.out


def test_adding_a_site_finds_its_feeds_and_sitemaps(monitor: Monitor, home: Path, site: Site) -> None:
    settle(home, site)
    feed(site, "/az/rss")
    links = "<link rel='alternate' type='application/rss+xml' href='/az/rss'>"
    links += "<meta property='og:site_name' content='Qala Xəbər'>"
    site.page("/", f"<html lang='az'><head>{links}</head><body><a href='/comments/feed/'>Rəylər</a></body></html>")
    site.routes["/robots.txt"] = Answer(
        f"User-agent: *\nAllow: /\nSitemap: {site.url('/map.xml')}\n".encode(), type="text/plain"
    )
    site.page("/map.xml", f"<urlset><url><loc>{site.url('/xeber/1')}</loc></url></urlset>")
    said = monitor("sources", "add", site.url("/"), "--id", "qala", "--country", "az", "--timezone", "Asia/Baku")
    assert said.code == 0, said.err
    (written,) = tomllib.loads((home / "seeds" / "sources" / "own.toml").read_text("utf-8"))["source"]
    assert [one["url"] for one in written["feeds"]] == [site.url("/az/rss")]
    assert [one["url"] for one in written["sitemaps"]] == [site.url("/map.xml")]
    assert (written["id"], written["name"], written["country"], written["languages"]) == (
        "qala",
        "Qala Xəbər",
        "AZ",
        ["az"],
    )
    assert monitor("sources", "show", "qala").code == 0
    again = monitor("sources", "add", site.url("/"), "--id", "qala")
    assert again.code == 2
    assert "has a source 'qala' already" in again.err


def test_adding_a_feed_takes_its_own_name_and_a_dry_run_writes_nothing(
    monitor: Monitor, home: Path, site: Site
) -> None:
    settle(home, site)
    said = monitor("sources", "add", feed(site, "/rss", title="Şuşa &amp; Xəbər"), "--dry-run")
    (shown,) = tomllib.loads(said.out)["source"]
    assert shown["name"] == "Şuşa & Xəbər"
    assert not (home / "seeds").exists()


def test_a_site_without_channels_says_so(monitor: Monitor, home: Path, site: Site) -> None:
    settle(home, site)
    site.page("/", "<html><body><p>Salam</p></body></html>")
    said = monitor("sources", "add", site.url("/"))
    assert said.code == 2
    assert "neither a feed nor a page that leads to one" in said.err


def test_what_is_exported_is_imported_once(monitor: Monitor, home: Path, site: Site, tmp_path: Path) -> None:
    settle(
        home,
        site,
        table("qala", 'feeds = ["https://qala.example/rss", { url = "https://qala.example/ru", language = "ru" }]'),
    )
    exported = monitor("sources", "export").out
    assert "https://qala.example/ru" in exported
    (tmp_path / "list.opml").write_text(exported, "utf-8")
    settle(home, site)
    said = monitor("sources", "import", tmp_path / "list.opml")
    assert said.code == 0, said.err
    names: list[Any] = [json.loads(line)["id"] for line in monitor("sources", "list", "--json").out.splitlines()]
    assert names == ["qala-example", "qala-example-2"]
    assert "nothing that the catalogue has not already" in monitor("sources", "import", tmp_path / "list.opml").err
    assert monitor("sources", "import", tmp_path / "gone.opml").code == 1


SPIDER = """
import json
from dataclasses import replace

from monitor.crawl.spider import SourceSpider
from monitor.discovery.document import Document
from monitor.model import Entry


class Data(SourceSpider):
    name = "data"

    def document(self, response, channel, known):
        return Document(entries=tuple(Entry(url=url) for url in json.loads(response.body)["ids"]))

    def page(self, response):
        return replace(super().page(response), body=json.loads(response.body)["page"].encode())
"""


def test_a_source_is_asked_by_its_own_spider(monitor: Monitor, home: Path, site: Site) -> None:
    (home / "spiders").mkdir()
    (home / "spiders" / "data_site.py").write_text(SPIDER, "utf-8")
    article(site, "/xeber/1")
    story = json.dumps({"page": site.answer("/xeber/1").body.decode()})
    site.page("/data/1", story, type="application/json")
    site.page("/ids", json.dumps({"ids": [site.url("/data/1")]}), type="application/json")
    own = f'spider = "data"\nlistings = ["{site.url("/ids")}"]'
    settle(home, site, table("qala", own), table("bala", own.replace("data", "dada")))
    found = json.loads(monitor("sources", "check", "qala", "--json").out)
    assert found["ok"], found
    assert [(step["step"], step["entries"]) for step in found["steps"]] == [("listing", 1), ("article", 0)]
    said = monitor("sources", "check", "bala")
    assert said.code == 1
    assert "no SourceSpider is named 'dada'" in said.out


def test_a_selector_that_fits_nothing_is_answered_with_one_that_does(monitor: Monitor, home: Path, site: Site) -> None:
    cards = "".join(
        f"<div class='item'><h2 class='head'><a href='/xeber/{n}'>Cəbrayılda {n} mina zərərsizləşdirildi</a></h2></div>"
        for n in range(5)
    )
    site.page("/xeberler", f"<html><body>{cards}</body></html>")
    listing = f'{{ url = "{site.url("/xeberler")}", links = ".card a" }}'
    settle(home, site, table("qala", f"listings = [{listing}]"))
    said = monitor("sources", "check", "qala")
    assert "the selector '.card a' fits nothing on the page" in said.out
    assert 'remedy: links = "div.item h2.head a"' in said.out


def test_a_pattern_that_fits_nothing_is_answered_with_one_that_does(monitor: Monitor, home: Path, site: Site) -> None:
    settle(home, site, table("qala", f"feeds = [\"{feed(site, '/rss')}\"]\narticle_pattern = '/kohne/'"))
    said = monitor("sources", "check", "qala")
    assert "none of 3 addresses is an article's" in said.out
    assert rf"remedy: article_pattern = '^https?://(?:www\.)?127\.0\.0\.1:{site.port}/xeber/\d+'" in said.out


def test_a_list_that_only_scripts_fill_is_told_to_want_a_browser(monitor: Monitor, home: Path, site: Site) -> None:
    site.page("/xeberler", "<html><body><div id='app'></div><script src='/app.js'></script></body></html>")
    settle(home, site, table("qala", f'listings = ["{site.url("/xeberler")}"]'))
    said = monitor("sources", "check", "qala")
    assert said.code == 1
    assert 'render = "browser"' in said.out
