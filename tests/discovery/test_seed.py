import tomllib
from datetime import timedelta

import pytest

from bench.sources_page import bundled
from monitor import catalogue
from monitor.discovery import seed
from monitor.model import Channel, ChannelKind, Source


@pytest.mark.parametrize("source", bundled(), ids=lambda source: source.id)
def test_a_source_that_is_written_is_read_back_as_it_was(source: Source) -> None:
    (table,) = tomllib.loads(seed.dump(source))["source"]
    assert catalogue.parse(table, place="test") == source


def test_what_a_person_may_type_is_written_so_that_toml_reads_it() -> None:
    source = Source(
        id="x", name='Qala "\\ \x7f', country="AZ", languages=("az",), timezone="Asia/Baku", every=timedelta(hours=2),
        channels=(Channel(url="https://x.example/", kind=ChannelKind.LISTING, links='a[href*="x"]', next="a.növbəti"),),
        strip=(r"^\+ ?↺$",), evidence=("görüldü",), notes="iki\nsətir", enabled=False,
    )  # fmt: skip
    (table,) = tomllib.loads(seed.dump(source))["source"]
    assert (table["name"], table["strip"], table["notes"]) == ('Qala "\\ \x7f', [r"^\+ ?↺$"], "iki\nsətir")
    assert (table["listings"][0]["links"], table["every"], table["enabled"]) == ('a[href*="x"]', "120m", False)


@pytest.mark.parametrize(
    ("url", "name", "country", "zone", "language"),
    [
        ("https://www.qala.az/rss", "qala-az", "AZ", "Asia/Baku", "az"),
        ("https://rss.dilijan.am/", "dilijan-am", "AM", "Asia/Yerevan", "hy"),
        ("https://shavi.ge", "shavi-ge", "GE", "Asia/Tbilisi", "ka"),
        ("https://news.mayin.com.tr/x", "news-mayin-com-tr", "TR", "Europe/Istanbul", "tr"),
        ("https://step.com.ua", "step-com-ua", "UA", "Europe/Kyiv", "uk"),
        ("https://world.example", "world-example", "INT", "UTC", "en"),
    ],
)
def test_a_domain_tells_country_zone_and_language(url: str, name: str, country: str, zone: str, language: str) -> None:
    source = seed.guess(url, (), evidence="test")
    assert (source.id, source.country, source.timezone, source.languages) == (name, country, zone, (language,))
