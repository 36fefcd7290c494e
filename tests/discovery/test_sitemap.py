import contextlib
import gzip
import io
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.discovery import sitemap
from monitor.discovery.document import Document, Follow
from monitor.errors import FeedError
from monitor.model import Channel, ChannelKind, Source

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
URL = "https://dilijan.example/sitemap.xml"
CHANNEL = Channel(url=URL, kind=ChannelKind.SITEMAP)


def read(body: bytes | str, **more: Any) -> Document:
    given = {
        "id": "dilijan", "name": "Dilijan", "country": "AM", "languages": ("hy", "ru"), "timezone": "Asia/Yerevan",
        "channels": (CHANNEL,),
    }  # fmt: skip
    raw = body.encode() if isinstance(body, str) else body
    return sitemap.parse(raw, url=URL, source=Source(**(given | more)), channel=CHANNEL, now=NOW)


def urlset(*locations: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        + "".join(f"<url>{location}</url>" for location in locations)
        + "</urlset>"
    )


def index(*locations: str) -> str:
    inner = "".join(f"<sitemap>{location}</sitemap>" for location in locations)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</sitemapindex>'


def loc(path: str, more: str = "") -> str:
    return f"<loc>https://dilijan.example{path}</loc>{more}"


def test_a_news_sitemap_gives_title_date_and_language() -> None:
    news = (
        "<image:image><image:title>Լուսանկար</image:title></image:image><news:news>"
        "<news:publication><news:name>Dilijan</news:name><news:language>hy</news:language></news:publication>"
        "<news:publication_date>2026-11-23T10:00:00+04:00</news:publication_date>"
        "<news:title>Ականի պայթյունից վիրավորվել է &amp;quot;սակրավոր&amp;quot;</news:title></news:news>"
        "<lastmod>2026-11-24</lastmod>"
    )
    (entry,) = read(urlset(loc("/hy/1", news))).entries
    assert (entry.url, entry.title, entry.language) == (
        "https://dilijan.example/hy/1", 'Ականի պայթյունից վիրավորվել է "սակրավոր"', "hy",
    )  # fmt: skip
    assert entry.published_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_a_page_was_published_no_later_than_it_changed() -> None:
    document = read(urlset(loc("/1", "<lastmod>2026-11-20T10:00:00Z</lastmod>"), loc("/2")))
    assert [entry.published_at for entry in document.entries] == [datetime(2026, 11, 20, 10, 0, tzinfo=UTC), None]
    assert document.oldest == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def test_a_day_without_a_time_stands_for_its_end_so_that_since_loses_nothing() -> None:
    document = read(
        urlset(
            loc("/1", "<lastmod>2026-11-23</lastmod>"),
            loc("/2026/11/22/mina"),
            loc("/3", "<lastmod>2026-11-24</lastmod>"),
        )
    )
    assert [f"{entry.published_at:%d %H:%M}" for entry in document.entries] == ["23 19:59", "22 19:59", "24 10:00"]


def test_a_lastmod_that_most_pages_share_is_the_sitemaps_own_and_no_date() -> None:
    shared = "<lastmod>2026-11-24T09:00:00Z</lastmod>"
    entries = read(
        urlset(*(loc(f"/{n}", shared) for n in range(30)), loc("/x", "<lastmod>2026-11-01T09:00:00Z</lastmod>"))
    ).entries
    assert {entry.published_at for entry in entries} == {None, datetime(2026, 11, 1, 9, 0, tzinfo=UTC)}


def test_only_what_can_be_an_article_is_taken() -> None:
    body = urlset(
        loc("/"),
        loc("/news/7"),
        loc("/tag/mina"),
        loc("/a.jpg"),
        "<loc>https://else.example/news/1</loc>",
        "<loc>mailto:a@b</loc>",
    )
    assert [e.url for e in read(body, article_pattern=r"^https://dilijan\.example/news/\d+$").entries] == [
        "https://dilijan.example/news/7"
    ]
    assert [e.url[23:] for e in read(body).entries] == ["/news/7", "/tag/mina"]
    assert (
        read(body, article_pattern="nowhere").problem == "none of 6 addresses is an article's; look at article_pattern"
    )


def test_an_index_gives_further_sitemaps_once_and_never_itself() -> None:
    document = read(
        index(loc("/a.xml", "<lastmod>2026-11-20</lastmod>"), loc("/a.xml"), loc("/b.xml.gz"), f"<loc>{URL}</loc>")
    )
    assert document.follow == (
        Follow(url="https://dilijan.example/a.xml", changed_at=datetime(2026, 11, 20, 19, 59, 59, tzinfo=UTC)),
        Follow(url="https://dilijan.example/b.xml.gz"),
    )
    assert (document.entries, document.problem) == ((), None)


@pytest.mark.parametrize(
    ("url", "changed", "reached"),
    [
        ("https://dilijan.example/post.xml", None, True),
        ("https://dilijan.example/post.xml", datetime(2026, 11, 21, tzinfo=UTC), True),
        ("https://dilijan.example/post.xml", datetime(2026, 11, 19, tzinfo=UTC), False),
        ("https://dilijan.example/sitemap-2026-11.xml", None, True),
        ("https://dilijan.example/sitemap-2026-10.xml", None, False),
        ("https://dilijan.example/sitemap-2026-10.xml", datetime(2026, 11, 24, tzinfo=UTC), False),
        ("https://dilijan.example/2026/11/19/map.xml", None, True),
        ("https://dilijan.example/20261115.xml.gz", None, False),
        ("https://dilijan.example/sitemap2025.xml", None, False),
        ("https://dilijan.example/sitemap2025.xml", datetime(2026, 11, 21, tzinfo=UTC), True),
        ("https://dilijan.example/sitemap-12.xml?from=3125", None, True),
    ],
)
def test_a_sitemap_is_left_out_only_when_it_is_sure_to_be_older(
    url: str, changed: datetime | None, reached: bool
) -> None:
    follow = Follow(url=url, changed_at=changed)
    assert sitemap.reaches(follow, datetime(2026, 11, 20, tzinfo=UTC)) is reached
    assert sitemap.reaches(follow, None)


def test_gzipped_and_text_sitemaps_are_read() -> None:
    assert len(read(gzip.compress(urlset(loc("/1"), loc("/2")).encode())).entries) == 2
    assert len(read(gzip.compress(gzip.compress(urlset(loc("/1")).encode()))).entries) == 1
    text = read("\ufeffhttps://dilijan.example/1\r\n\r\nhttps://dilijan.example/հայ\n not one\n")
    assert [entry.url for entry in text.entries] == ["https://dilijan.example/1", "https://dilijan.example/հայ"]


def test_a_cut_off_sitemap_gives_what_is_there() -> None:
    packed = gzip.compress(urlset(*(loc(f"/{n}") for n in range(2_000))).encode())
    assert 100 < len(read(packed[:-500]).entries) < 2_000
    cut = read(urlset(loc("/1"), loc("/2"))[:-12])
    assert [entry.url[-2:] for entry in cut.entries] == ["/1", "/2"]
    assert (cut.whole, read(packed[:-500]).whole, read(packed[:-4]).whole) == (False, False, False)
    assert (read(packed).whole, read(urlset(loc("/1"))).whole, read(index(loc("/1.xml"))).whole) == (True, True, True)


def test_a_gzip_bomb_is_refused_unread() -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        for _ in range(60):
            file.write(b" " * 1024 * 1024)
    with pytest.raises(FeedError, match="unpacks to more than 50 MiB"):
        read(packed.getvalue())


def test_entities_are_neither_resolved_nor_fetched(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("gizli")
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    body = (
        f'<!DOCTYPE urlset [<!ENTITY a0 "bum">{bomb}<!ENTITY x SYSTEM "file://{secret}">]>'
        + urlset(loc("/&x;&a8;"), loc("/2"))[38:]
    )
    started = time.process_time()
    assert "gizli" not in str(read(body))
    assert time.process_time() - started < 2


def test_fifty_thousand_addresses_are_read_and_no_more() -> None:
    started = time.process_time()
    assert len(read(urlset(*(loc(f"/{n}") for n in range(50_010)))).entries) == 50_000
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "body", ["<html><body>404</body></html>", "<rss><channel/></rss>", "Not found", "<", '{"a":1}']
)
def test_what_is_no_sitemap_says_so(body: str) -> None:
    with pytest.raises(FeedError, match=r"dilijan\.example/sitemap\.xml is (an HTML page|no sitemap)"):
        read(body)


def test_a_byte_order_mark_and_nothing_else_is_no_sitemap() -> None:
    with pytest.raises(FeedError, match="is no sitemap"):
        read(b"\xfe\xff")


@pytest.mark.parametrize("body", ["", " \n", urlset(), index()])
def test_an_empty_sitemap_is_a_problem_and_no_error(body: str) -> None:
    assert read(body) == Document(problem="empty")


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda junk: urlset(loc("/1")).encode()[:150] + junk))
@settings(max_examples=100, deadline=None)
def test_no_body_makes_reading_fail_otherwise_than_by_a_feed_error(body: bytes) -> None:
    with contextlib.suppress(FeedError):
        read(body)
