import json
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor

SETTINGS = """
[catalogue]
bundled = false
[[source]]
id = "zarnava.example"
name = "Зарнава сегодня"
country = "AM"
languages = ["hy", "ru"]
timezone = "Asia/Yerevan"
feeds = ["https://zarnava.example/rss", { url = "https://zarnava.example/old", confidence = "low" }]
listings = [{ url = "https://zarnava.example/news", links = "h2 a" }]
every = "2h"
[[source]]
id = "off.example"
name = "Off"
country = "GE"
languages = ["ka"]
timezone = "Asia/Tbilisi"
enabled = false
"""


@pytest.fixture(autouse=True)
def settings(home: Path) -> None:
    (home / "monitor.toml").write_text(SETTINGS, encoding="utf-8")


def test_what_is_watched_is_listed(monitor: Monitor) -> None:
    said = monitor("sources", "list")

    rows = said.out.splitlines()
    assert len(rows) == 2
    assert rows[1].split() == [
        "zarnava.example",
        "AM",
        "hy,ru",
        "1",
        "feed",
        "1",
        "listing",
        "2h",
        "on",
        "Зарнава",
        "сегодня",
    ]
    assert "1 are off, --all shows them" in said.err


def test_all_shows_what_is_off_too(monitor: Monitor) -> None:
    assert "off.example" in monitor("sources", "list", "--all").out
    assert monitor("sources", "list", "--all", "--country", "ge", "--json").out.count("\n") == 1


def test_one_source_is_shown_whole(monitor: Monitor, home: Path) -> None:
    said = monitor("sources", "show", "zarnava.example")

    assert "https://zarnava.example/old  (off)" in said.out
    assert "links: h2 a" in said.out
    assert f"described in     {home}/monitor.toml" in said.out
    row = json.loads(monitor("sources", "show", "zarnava.example", "--json").out)
    assert (row["every"], row["channels"][0]["url"]) == (7200, "https://zarnava.example/rss")


@pytest.mark.parametrize(
    "arguments", [("sources", "show", "zarnawa.example"), ("crawl", "--source", "zarnawa.example")]
)
def test_an_unknown_source_is_answered_with_the_nearest(monitor: Monitor, arguments: tuple[str, ...]) -> None:
    said = monitor(*arguments)

    assert said.code == 2
    assert said.err == "monitor: no source 'zarnawa.example'; did you mean zarnava.example?\n"


def test_an_unknown_country_is_told_with_those_that_are_known(monitor: Monitor) -> None:
    said = monitor("sources", "list", "--country", "XX")

    assert (said.code, said.err) == (2, "monitor: no source of country XX; known: AM, GE\n")
