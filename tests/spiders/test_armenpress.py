import html
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy.http import HtmlResponse

from bench.sources_page import bundled
from monitor import house
from monitor.article.extract import extract
from monitor.errors import FeedError

SEARCH = "https://armenpress.am/en/articles?query=landmine&page=1"

# The form of the site's data; the events are invented.
HITS = [
    {"article_id": 1300001, "title": "Two hurt by a landmine near Kapan", "published_at": "2026-06-25 17:24:00"},
    {"article_id": 1300002, "title": "Սակրավորները մաքրել են դաշտը"},
    {"title": "no number"},
]


@pytest.fixture
def spider() -> Any:
    house.install_spiders()
    from spiders.armenpress import Armenpress

    return Armenpress(source=next(source for source in bundled() if source.id == "armenpress"))


def page(spider: Any, data: object) -> Any:
    attribute = html.escape(json.dumps(data), quote=True)
    body = f'<html><body><div id="app" data-page="{attribute}"></div></body></html>'
    channel = next(channel for channel in spider.source.channels if "query=" in channel.url)
    return spider.document(HtmlResponse(SEARCH, body=body, encoding="utf-8"), channel, frozenset())


def test_the_hits_of_a_search_are_entries(spider: Any) -> None:
    document = page(spider, {"component": "Articles/Search", "props": {"data": {"data": {"hits": HITS}}}})
    assert [(entry.url, entry.title, entry.published_at) for entry in document.entries] == [
        (
            "https://armenpress.am/en/article/1300001",
            "Two hurt by a landmine near Kapan",
            datetime(2026, 6, 25, 13, 24, tzinfo=UTC),
        ),
        ("https://armenpress.am/en/article/1300002", "Սակրավորները մաքրել են դաշտը", None),
    ]
    assert document.follow[0].url == "https://armenpress.am/en/articles?query=landmine&page=2"


def test_a_search_without_hits_is_the_last(spider: Any) -> None:
    document = page(spider, {"props": {"data": {"data": {"hits": []}}}})
    assert (document.entries, document.follow, document.problem) == ((), (), "empty")


@pytest.mark.parametrize("data", [{}, {"props": {"data": []}}, [], {"props": {"data": {"data": {}}}}])
def test_a_rebuilt_site_is_an_error_that_says_so(spider: Any, data: object) -> None:
    with pytest.raises(FeedError, match="may have been rebuilt"):
        page(spider, data)


def test_an_article_is_taken_out_of_the_data_of_its_page(spider: Any) -> None:
    told = {"title": "Two hurt by a mine & a shell", "published_at": "2026-06-25 17:24:00"}
    body = "".join(
        f"<p>Two herders were injured by a mine near Tsori, rescuers said in part {n}.</p>" for n in range(4)
    )
    attribute = html.escape(json.dumps({"props": {"data": told | {"body": body}}}), quote=True)
    raw = f'<html><head></head><body><div id="app" data-page="{attribute}"></div></body></html>'
    url = "https://armenpress.am/en/article/1300001"
    page = spider.page(HtmlResponse(url, body=raw, encoding="utf-8"))
    now = datetime(2026, 6, 26, tzinfo=UTC)
    article = extract(page, source=spider.source, entry=None, chrome=frozenset(), now=now).article
    assert article
    assert (article.title, len(article.paragraphs)) == ("Two hurt by a mine & a shell", 4)
    assert article.published_at == datetime(2026, 6, 25, 13, 24, tzinfo=UTC)


def test_a_page_without_data_is_taken_as_it_is(spider: Any) -> None:
    answer = HtmlResponse("https://armenpress.am/en/article/1", body="<p>x</p>", encoding="utf-8")
    assert spider.page(answer).body == b"<p>x</p>"
