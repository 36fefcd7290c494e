import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.discovery import listing
from monitor.discovery.document import Document
from monitor.errors import FeedError
from monitor.model import Channel, ChannelKind, Source

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
URL = "https://qala.example/xeberler/"


def read(body: str, *, links: str | None = None, next: str | None = None, at: str = URL, **more: Any) -> Document:  # noqa: A002
    channel = Channel(url=URL, kind=ChannelKind.LISTING, links=links, next=next, language=more.pop("language", None))
    given = {
        "id": "qala", "name": "Qala", "country": "AZ", "languages": ("az",), "timezone": "Asia/Baku",
        "channels": (channel,),
    }  # fmt: skip
    raw = body.encode()
    return listing.parse(
        raw, url=at, content_type="text/html", source=Source(**(given | more)), channel=channel, now=NOW
    )


CARDS = """
<html lang="az"><head><title>Xəbərlər | Qala</title></head><body>
<nav><a href="/">Əsas</a> <a href="/haqqimizda">Haqqımızda</a></nav>
<div class="news">
  <div class="card"><a href="/xeber/1"><img src="1.jpg" alt="foto"></a>
    <h3><a href="/xeber/1?x=1#a">Cəbrayılda mina partladı</a></h3>
    <span class="info">Hadisə</span> <span class="post-date">23 Noyabr 2026, 10:30</span></div>
  <div class="card"><h3><a href="/xeber/2">Ağdamda 12 mina zərərsizləşdirildi</a></h3>
    <time datetime="2026-11-22T09:00:00+04:00">dünən</time></div>
  <div class="card"><h3><a href="/xeber/3">Tarixi olmayan xəbər: 5 nəfər</a></h3></div>
</div>
<a href="https://else.example/xeber/9">Reklam</a><footer><a href="/elaqe">Əlaqə</a></footer></body></html>
"""


def test_cards_give_address_title_and_the_date_beside_them() -> None:
    document = read(CARDS, links=".card h3 a")
    assert [(entry.url[20:], entry.title, entry.published_at) for entry in document.entries] == [
        ("/xeber/1?x=1", "Cəbrayılda mina partladı", datetime(2026, 11, 23, 6, 30, tzinfo=UTC)),
        ("/xeber/2", "Ağdamda 12 mina zərərsizləşdirildi", datetime(2026, 11, 22, 5, 0, tzinfo=UTC)),
        ("/xeber/3", "Tarixi olmayan xəbər: 5 nəfər", None),
    ]
    assert (document.title, document.language, document.problem) == ("Xəbərlər | Qala", "az", None)


def test_a_selector_may_name_the_card_instead_of_its_link() -> None:
    assert [entry.title for entry in read(CARDS, links=".card").entries][1] == "Ağdamda 12 mina zərərsizləşdirildi"


def test_without_a_selector_the_pattern_chooses() -> None:
    entries = read(CARDS, article_pattern=r"^https://qala\.example/xeber/\d+$").entries
    assert [entry.url[20:] for entry in entries] == ["/xeber/1", "/xeber/2", "/xeber/3"]


def test_without_either_every_link_of_the_host_outside_the_chrome_is_taken() -> None:
    entries = read(CARDS).entries
    assert [entry.url[20:] for entry in entries] == ["/xeber/1", "/xeber/1?x=1", "/xeber/2", "/xeber/3"]


def test_the_header_of_a_card_is_no_page_header() -> None:
    body = """<header><a href="/reklam">Reklam</a></header><main>
    <article><header><h2><a href="/x/1">ნაღმი იპოვეს</a></h2></header>
    <p>... <a href="/x/1">სრულად წაკითხვა და კომენტარები</a></p></article></main>
    <footer><a href="/elaqe">Əlaqə</a></footer>"""
    assert [(entry.url[20:], entry.title) for entry in read(body).entries] == [("/x/1", "ნაღმი იპოვეს")]


def test_the_date_of_one_card_is_never_given_to_another() -> None:
    entries = read(
        '<ul><li><a href="/xeber/1">Սահմանին պայթյուն</a> <i>23.11.2026 10:00</i></li>'
        '<li><a href="/xeber/2">Առանց ամսաթվի</a></li></ul>'
    ).entries
    assert [bool(entry.published_at) for entry in entries] == [True, False]


def test_a_clock_far_from_the_only_link_of_a_page_is_not_its_date() -> None:
    about = "Sayt haqqında uzun mətn. " * 80
    body = f"<div><p>24 Noyabr 2026 12:00</p><p>{about}</p><p><a href='/x/1'>Mina tapıldı</a></p></div>"
    assert read(body).entries[0].published_at is None


def test_a_date_in_the_link_itself_is_no_part_of_the_title() -> None:
    (entry,) = read(
        '<a href="/x/1"><time datetime="2026-11-23">23 Kasım</time> <b>Mayın patladı</b></a>', links="a"
    ).entries
    assert (entry.title, entry.published_at) == ("Mayın patladı", datetime(2026, 11, 23, 19, 59, 59, tzinfo=UTC))


def test_the_address_gives_the_date_where_the_page_gives_none() -> None:
    (entry,) = read('<p><a href="/2026/11/20/slug">Подрыв на мине под Агдамом</a></p>').entries
    assert entry.published_at == datetime(2026, 11, 20, 19, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("markup", "selector", "following"),
    [
        ('<link rel="next" href="?page=2">', None, "https://qala.example/xeberler/?page=2"),
        ('<a rel="nofollow next" href="/xeberler/2">»</a>', None, "https://qala.example/xeberler/2"),
        ('<ul><li class="next"><a href="/xeberler/2">»</a></li></ul>', None, "https://qala.example/xeberler/2"),
        ('<a class="more" href="/api/more?from=20">Daha çox</a>', "a.more", "https://qala.example/api/more?from=20"),
        ('<a rel="next" href="https://else.example/2">»</a>', None, None),
        ('<a rel="next" href="#">»</a>', None, None),
        ("<p>son</p>", None, None),
    ],
)
def test_the_next_page_is_found(markup: str, selector: str | None, following: str | None) -> None:
    follow = read(f"<html><body>{markup}</body></html>", next=selector).follow
    assert (follow[0].url if follow else None) == following


def test_links_are_relative_to_the_base_of_the_page() -> None:
    (entry,) = read(
        '<html><head><base href="https://qala.example/ru/"></head><body><a href="news/1">Мина</a></body></html>'
    ).entries
    assert entry.url == "https://qala.example/ru/news/1"


def test_what_fits_nothing_says_why() -> None:
    assert read(CARDS, links=".gone a").problem == "the selector '.gone a' fits nothing on the page"
    assert read(CARDS, article_pattern="^nowhere").problem == "no link on the page fits article_pattern"
    assert read("").problem == "empty"


def test_a_json_list_is_a_listing_too() -> None:
    body = '[{"link":"https://qala.example/xeber/5/","date_gmt":"2026-11-23T10:00:00","title":{"rendered":"Mina"}},{"link":"https://else.example/"}]'
    (entry,) = read(body, language="az").entries
    assert (entry.url, entry.language) == ("https://qala.example/xeber/5/", "az")


def test_traps_are_no_articles() -> None:
    body = "".join(
        f'<a href="{path}">link</a>'
        for path in ("/a/b/a/b/a/b/c", "/pic.jpg", "javascript:go()", "/" + "a" * 3000, "/ok")
    )
    assert [entry.url for entry in read(body).entries] == ["https://qala.example/ok"]


def test_a_page_of_many_links_is_bounded() -> None:
    body = "".join(f'<div><a href="/x/{n}">Xəbər {n}</a></div>' for n in range(5_000))
    assert len(read(body).entries) == 2_000


@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(["<a href='", "/x'>", "</a>", "<div>", "</div>", "<time>", "12.11.2026", "<base href='//'>"]),
        max_size=20,
    ).map("".join)
)
@settings(max_examples=150, deadline=None)
def test_no_page_makes_reading_fail_otherwise_than_by_a_feed_error(body: str) -> None:
    with contextlib.suppress(FeedError):
        read(body.encode("utf-8", "replace").decode())
