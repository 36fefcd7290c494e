import pytest

from monitor.discovery import channels
from monitor.discovery.channels import Candidate
from monitor.model import ChannelKind

URL = "https://kecid.example/"

FRONT = """
<html><head>
<link rel="alternate" type="application/rss+xml" title="Keçid &amp;raquo; Xəbərlər" href="/rss" hreflang="az">
<link rel="alternate" type="application/rss+xml" title="Rəylər" href="/comments/feed/">
<link rel="alternate" hreflang="ru" href="https://ru.kecid.example/">
<link rel="sitemap" type="application/xml" href="/sitemap.xml">
</head><body>
<a href="https://ru.kecid.example/rss.xml">RSS на русском</a> <a href="https://else.example/feed/">Başqa</a>
<a href="/xeberler">Xəbərlər</a> <a href="/hadise/">Hadisə</a> <a href="/haqqimizda">Haqqımızda</a>
<a href="/hadise/mina-partladi-12345">Hadisə yerində mina partladı, iki nəfər yaralandı: təfərrüatlar</a>
<a href="/ru/novosti">Новости</a> <a href="javascript:void(0)">news</a>
</body></html>
"""


def test_a_front_page_names_feeds_first_then_sitemaps_and_sections() -> None:
    assert channels.in_page(FRONT.encode(), url=URL) == (
        Candidate(url="https://kecid.example/rss", kind=ChannelKind.FEED, title="Keçid » Xəbərlər", language="az"),
        Candidate(url="https://kecid.example/sitemap.xml", kind=ChannelKind.SITEMAP),
        Candidate(url="https://ru.kecid.example/rss.xml", kind=ChannelKind.FEED, title="RSS на русском"),
        Candidate(url="https://kecid.example/xeberler", kind=ChannelKind.LISTING, title="Xəbərlər"),
        Candidate(url="https://kecid.example/hadise/", kind=ChannelKind.LISTING, title="Hadisə"),
        Candidate(url="https://kecid.example/ru/novosti", kind=ChannelKind.LISTING, title="Новости"),
    )


@pytest.mark.parametrize("body", [b"", b"</00000", b"\x00\x01", b"plain words"])
def test_what_is_no_page_names_nothing(body: bytes) -> None:
    assert channels.in_page(body, url=URL) == ()


def test_robots_txt_names_sitemaps() -> None:
    robots = b"User-agent: *\n SITEMAP : /map.xml # all\r\nsitemap: https://kecid.example/news.xml\nSitemap: ftp://a/b\nSitemap:\n"
    assert [one.url for one in channels.in_robots(robots, url="https://kecid.example/robots.txt")] == [
        "https://kecid.example/map.xml", "https://kecid.example/news.xml",
    ]  # fmt: skip


def test_usual_places_lie_on_the_sites_own_host() -> None:
    assert channels.usual("http://kecid.example:8080/az/news?x=1")[0].url == "http://kecid.example:8080/rss"
