import re
from pathlib import Path

import pytest

from bench import sources_page
from monitor.model import ChannelKind, Source

SOURCES = {source.id: source for source in sources_page.bundled()}
EACH = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)

# Addresses of articles that were seen, and of pages beside them that are no articles.
SEEN = [
    ("caliber-az", "https://caliber.az/en/post/landmine-blast", "https://caliber.az/en/"),
    ("caliber-az", "https://caliber.az/post/vzryv-miny/", "https://caliber.az/search/%D0%9C"),
    ("news-az", "https://news.az/news/mine-explodes-in-azerbaijans-aghdam-one-person-injured", "https://news.az/news/a/b"),
    ("azernews", "https://www.azernews.az/nation/203635.html", "https://www.azernews.az/nation/"),
    ("report-az", "https://report.az/en/incident/hikmat-hajiyev-landmine-victims", "https://report.az/en/incident/"),
    ("report-az", "https://report.az/hadise/mina-partladi/", "https://report.az/search/?keyword=mina"),
    ("apa-az", "https://en.apa.az/incident/landmine-explodes-in-gaybali-village-435294", "https://en.apa.az/incident"),
    ("trend-az", "https://en.trend.az/azerbaijan/politics/3682262.html", "https://en.trend.az/azerbaijan/politics/"),
    ("trend-az", "https://www.trend.az/azerbaijan/society/4154738.html", "https://en.trend.az/search?query=mine"),
    ("azertag", "https://azertag.az/en/xeber/anama_12455_hectares_cleared-3503659", "https://azertag.az/en/rss"),
    ("azertag", "https://azertag.az/ar/xeber/arabic-3813375", "https://azertag.az/ar"),
    ("qafqazinfo", "https://qafqazinfo.az/news/detail/mina-123", "https://qafqazinfo.az/rss"),
    ("minval", "https://minval.biz/news/124385469", "https://minval.az/news/"),
    ("haqqin", "https://haqqin.az/news/252606", "https://haqqin.az/news"),
    ("day-az", "https://news.day.az/azerinews/1796078.html", "https://news.day.az/azerinews/"),
    ("onenews-az", "https://1news.az/news/20250730111443522-KHikmet-Gadzhiev", "https://1news.az/news/"),
    ("turan", "https://turan.az/ru/politika/v-fizuli-rabocii-postradal-783891", "https://turan.az/ru/politika"),
    ("mod-gov-az", "https://mod.gov.az/ru/news/na-kladbishe-video-51331.html", "https://mod.gov.az/en/news"),
    ("anama", "http://anama.gov.az/news/19.12.07-anama-signed-an-agreement-with-azrcs/", "https://anama.gov.az/news"),
    ("caspiannews", "https://caspiannews.com/news-detail/slug-2023-2-7-0/", "https://caspiannews.com/"),
    ("armenpress", "https://armenpress.am/eng/news/928026/", "https://armenpress.am/en/articles/politics"),
    ("armenpress", "https://armenpress.am/hy/article/1201234", "https://armenpress.am/en/articles?query=mine"),
    ("news-am", "https://news.am/eng/news/654859.html", "https://news.am/eng/"),
    ("hetq", "https://hetq.am/eng/news/86951/slug.html", "https://hetq.am/en/rss"),
    ("jam-news", "https://jam-news.net/sugovushan-mine-explosion/", "https://jam-news.net/ru/"),
    ("oc-media", "https://oc-media.org/landmine-kills-two/", "https://oc-media.org/feed/"),
    ("civil-ge", "https://civil.ge/archives/123456", "https://civil.ge/archives/category/news/feed"),
    ("interpressnews", "https://www.interpressnews.ge/en/article/1234-slug/", "https://www.interpressnews.ge/en/"),
    ("aa", "https://www.aa.com.tr/tr/gundem/mayin-patladi/3012345", "https://www.aa.com.tr/tr/gundem"),
    ("dailysabah", "https://www.dailysabah.com/politics/mine-clearance", "https://www.dailysabah.com/rss/homepage.xml"),
    ("kavkaz-uzel", "https://eng.kavkaz-uzel.eu/articles/53258", "https://www.kavkaz-uzel.eu/articles"),
    ("kavkaz-uzel", "https://m.kavkaz-uzel.eu/articles/368297/", "https://eng.kavkaz-uzel.eu/search?keywords=mine"),
    ("vestikavkaza", "https://en.vestikavkaza.ru/material/157913", "https://vestikavkaza.ru/news/"),
    ("vestikavkaza", "https://vestikavkaza.ru/news/v-armenii-dvoe-podorvalis.html", "https://en.vestikavkaza.ru/"),
    ("interfax-ru", "https://www.interfax.ru/amp/38134", "https://www.interfax.ru/rss.asp"),
    ("eadaily", "https://eadaily.com/ru/news/2024/05/06/armyanskiy-saper", "https://eadaily.com/ru/rss/index.xml"),
    ("reliefweb", "https://reliefweb.int/report/georgia/mine-action", "https://reliefweb.int/updates/rss.xml"),
    ("icbl-monitor", "https://the-monitor.org/en-gb/reports/2016/armenia/mine-action.aspx", "https://the-monitor.org/"),
    ("menafn", "https://menafn.com/1108776710/Mine-Blast", "https://menafn.com/"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "article", "other"), SEEN)
def test_a_pattern_fits_the_articles_that_were_seen_and_not_the_pages_beside_them(
    name: str, article: str, other: str
) -> None:
    pattern = SOURCES[name].article_pattern
    assert pattern is not None
    assert re.search(pattern, article)
    assert not re.search(pattern, other)


@EACH
def test_no_channel_is_taken_for_an_article(source: Source) -> None:
    fitting = [
        channel.url
        for channel in source.channels
        if source.article_pattern and re.search(source.article_pattern, channel.url)
    ]
    assert fitting == []


@EACH
def test_every_fact_says_where_it_was_seen(source: Source) -> None:
    assert source.evidence
    assert [channel.url for channel in source.channels if not channel.evidence] == []


@EACH
def test_a_source_that_is_on_has_a_channel_that_is(source: Source) -> None:
    assert not source.enabled or source.spider or any(channel.enabled for channel in source.channels)


@EACH
def test_a_channel_that_rests_on_a_guess_is_off(source: Source) -> None:
    guesses = ("by analogy", "a guess", "not seen", "not in the", "unverified", "in one old list")
    assert [c.url for c in source.channels if c.enabled and any(word in (c.evidence or "") for word in guesses)] == []


def test_the_catalogue_is_broad_enough_to_begin_with() -> None:
    on = [source for source in SOURCES.values() if source.enabled]
    assert len(on) >= 17
    assert {"caliber-az", "news-az"} <= {source.id for source in on}
    assert {"AZ", "AM", "GE", "TR", "RU", "UA", "INT"} <= {source.country for source in on}
    assert {"az", "ru", "hy", "ka", "tr", "uk", "en", "ar"} <= {
        language for source in on for language in source.languages
    }
    assert all(
        any(channel.kind is not ChannelKind.FEED for channel in SOURCES[name].channels)
        for name in ("caliber-az", "news-az")
    )


def test_the_strip_lines_take_chrome_and_leave_news() -> None:
    chrome = {
        "news-az": "+ ↺ − 16 px", "caliber-az": "Просмотров: 1250", "azernews": "Monday April 29 2024",
        "turan": "Лента новостей",
        "news-am": "USD 484.42", "kavkaz-uzel": "НАСТОЯЩИЙ МАТЕРИАЛ (ИНФОРМАЦИЯ) ПРОИЗВЕДЕН ИНОСТРАННЫМ АГЕНТОМ",
        "eadaily": "• $ 104.35 +3.05",
        "factor-am": "08.02.2026 | 10:12", "menafn": "MENAFN14102024000195011045ID1108776710",
    }  # fmt: skip
    news = (
        "Füzuli rayonunda mina partlayıb.",
        "Двое сапёров ранены: 12 мин найдено.",
        "A mine killed 2 people in 2024.",
    )
    for name, line in chrome.items():
        strip = SOURCES[name].strip
        assert any(re.search(pattern, line) for pattern in strip), name
        assert not any(re.search(pattern, text) for pattern in strip for text in news), name


def test_the_page_of_sources_is_current() -> None:
    page = Path(__file__).parents[1] / "docs" / "sources.md"
    assert page.read_text("utf-8") == sources_page.render(SOURCES.values()), (
        "python -m bench.sources_page > docs/sources.md"
    )
