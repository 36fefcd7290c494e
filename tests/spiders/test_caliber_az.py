import json
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy.http import HtmlResponse, TextResponse

from bench.sources_page import bundled
from monitor import house

SEARCH = "https://caliber.az/search/%D0%BC%D0%B8%D0%BD%D0%B0"

# The mark-up of the site's cards; outlets, people and events are invented.
CARD = """
<div class="float_block">
  <a href="https://caliber.az/post/{slug}"><div class="float_block_image"></div></a>
  <a href="https://caliber.az/post/{slug}"><h2 class="float_block_title">{title}</h2></a>
  <div class="float_block_bottom">
    <a href="https://caliber.az/category/mir"><div class="float_block_category">МИР</div></a>
    <div class="float_block_time">{time}</div>
  </div>
</div>"""
CARDS = CARD.format(slug="sapyor-ranen", title="Под Агдамом ранен сапёр", time="25 Июня 2026 17:24") + CARD.format(
    slug="mina-v-sadu", title="Мину нашли в саду", time="24 Июня 2026 09:05"
)


@pytest.fixture
def spider() -> Any:
    house.install_spiders()
    from spiders.caliber_az import CaliberAz

    return CaliberAz(source=next(source for source in bundled() if source.id == "caliber-az"))


def batch(spider: Any, body: str, url: str = SEARCH, kind: type[TextResponse] = HtmlResponse) -> Any:
    channel = next(
        channel for channel in spider.source.channels if channel.url.startswith("https://caliber.az/search/")
    )
    return spider.document(kind(url, body=body, encoding="utf-8"), channel, frozenset())


def test_a_search_gives_the_cards_with_headline_and_time(spider: Any) -> None:
    document = batch(spider, f"<html><body>{CARDS}</body></html>")
    assert [(entry.url, entry.title, entry.published_at, entry.language) for entry in document.entries] == [
        (
            "https://caliber.az/post/sapyor-ranen",
            "Под Агдамом ранен сапёр",
            datetime(2026, 6, 25, 13, 24, tzinfo=UTC),
            "ru",
        ),
        ("https://caliber.az/post/mina-v-sadu", "Мину нашли в саду", datetime(2026, 6, 24, 5, 5, tzinfo=UTC), "ru"),
    ]


def test_scrolling_goes_on_where_the_page_says_else_by_number(spider: Any) -> None:
    assert batch(spider, CARDS).follow[0].url == f"{SEARCH}?page=2"
    assert batch(spider, CARDS, f"{SEARCH}?page=2").follow[0].url == f"{SEARCH}?page=3"
    named = f'{CARDS}<div class="scroll" data-next="/search/more?from=20"></div>'
    assert batch(spider, named).follow[0].url == "https://caliber.az/search/more?from=20"


def test_a_batch_may_come_as_json_that_wraps_html(spider: Any) -> None:
    document = batch(spider, json.dumps({"status": "ok", "html": CARDS}), f"{SEARCH}?page=2", TextResponse)
    assert len(document.entries) == 2
    assert document.follow[0].url == f"{SEARCH}?page=3"


def test_a_batch_without_cards_is_the_last(spider: Any) -> None:
    assert batch(spider, "<html><body><p>Ничего не найдено</p></body></html>").follow == ()
    assert batch(spider, '{"html": ""}').follow == ()
