import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discovery import address
from monitor.model import Channel, ChannelKind, Source


def source(*urls: str, pattern: str | None = None, mirrors: tuple[str, ...] = ()) -> Source:
    channels = tuple(Channel(url=url, kind=ChannelKind.FEED) for url in urls)
    return Source(
        id="x", name="X", country="UA", languages=("uk",), timezone="Europe/Kyiv", channels=channels,
        article_pattern=pattern, mirrors=mirrors,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/xəbər/1#a", "https://x.example/xəbər/1"),
        ("../2", "https://x.example/2"),
        ("//y.example/3", "https://y.example/3"),
        ("HTTP://Y.example/3", "http://Y.example/3"),
        (" https://x.example/a b ", "https://x.example/a%20b"),
        ("https://x.exa\nmple/1", "https://x.example/1"),
        ("?p=1&q=ը", "https://x.example/rss/feed?p=1&q=ը"),
        ("javascript:alert(1)", None),
        ("mailto:a@x.example", None),
        ("https:///1", None),
        ("https://[::1", None),
        ("https://x.example:port/", None),
        ("https://x.example/" + "a" * 2100, None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_becomes_an_address_or_nothing(link: str | None, url: str | None) -> None:
    assert address.absolute("https://x.example/rss/feed", link) == url


@given(st.text(max_size=80))
def test_no_link_makes_reading_fail(link: str) -> None:
    found = address.absolute("https://x.example/", link)
    assert found is None or found.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://www.novyny.com.ua/news/1", True),
        ("https://kyiv.novyny.com.ua/1.html", True),
        ("https://mirror.example/news/1", True),
        ("https://inshi.com.ua/news/1", False),
        ("https://www.novyny.com.ua/", False),
        ("https://www.novyny.com.ua/?id=7", True),
        ("https://www.novyny.com.ua/foto.jpg", False),
        ("https://www.novyny.com.ua/a/b/a/c/a/d", False),
        ("https://www.novyny.com.ua/2026/11/11/mina", True),
    ],
)
def test_without_a_pattern_the_pages_of_the_sources_own_site_are_its_articles(url: str, own: bool) -> None:
    assert address.article(url, source("https://rss.novyny.com.ua/all.xml", mirrors=("mirror.example",))) is own


def test_a_pattern_outweighs_the_site() -> None:
    assert address.article("https://else.example/news/1", source("https://x.example/rss", pattern=r"/news/\d+$"))
    assert not address.article("https://x.example/about", source("https://x.example/rss", pattern=r"/news/\d+$"))


def test_a_pattern_fits_with_or_without_what_a_feed_hangs_on_an_address() -> None:
    plain, by_id = (
        source("https://x.example/rss", pattern=r"/news/\d+$"),
        source("https://x.example/rss", pattern=r"\?id=\d+$"),
    )
    assert address.article("https://x.example/news/7?utm_source=rss&utm_medium=feed", plain)
    assert not address.article(
        "https://x.example/about?next=/news/7",
        source("https://x.example/rss", pattern=r"^https://x\.example/news/\d+$"),
    )
    assert not address.article("https://x.example/news/7?sid=abc", plain)
    assert address.article("https://x.example/?id=7", by_id)
    assert not address.article("https://x.example/?tag=7", by_id)


def test_each_port_of_an_ip_address_is_a_site_of_its_own() -> None:
    alpha = source("http://127.0.0.1:8001/rss")
    assert address.article("http://127.0.0.1:8001/1", alpha)
    assert not address.article("http://127.0.0.1:8002/1", alpha)


def test_a_path_of_a_thousand_parts_is_judged_at_once() -> None:
    started = time.process_time()
    for tail in ("", "/a/a/a"):
        address.article(
            "https://x.example" + "".join(f"/{n % 999}" for n in range(500)) + tail, source("https://x.example/rss")
        )
    assert time.process_time() - started < 0.2
