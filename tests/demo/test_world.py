from collections import Counter
from datetime import UTC, datetime

import pytest

from monitor.demo.world import load, settings, site

NOW = datetime(2026, 11, 24, 9, 30, 12, tzinfo=UTC)
WORLD = load(NOW)
BASES = {outlet.id: f"http://127.0.0.1:{9000 + number}" for number, outlet in enumerate(WORLD)}


def test_the_world_has_four_scripts_and_every_kind_of_channel() -> None:
    assert {"en", "az", "ru", "hy", "ka"} <= {outlet.languages[0] for outlet in WORLD}
    channels = [channel for outlet in WORLD for channel in outlet.channels]
    assert {channel.kind for channel in channels} == {"feeds", "sitemaps", "listings"}
    assert {"rss.xml", "atom.xml", "feed.json"} <= {channel.form for channel in channels}
    assert [outlet.id for outlet in WORLD if outlet.dead] == ["valley"]


def test_the_world_promises_every_way_an_article_can_end_well() -> None:
    ends = Counter(article.expect for outlet in WORLD for article in outlet.articles)
    assert set(ends) == {"queued", "duplicate", "irrelevant", "too-old", "blocked"}


def test_articles_are_as_old_as_they_say_and_the_newest_comes_first() -> None:
    for outlet in WORLD:
        dates = [article.published_at for article in outlet.articles]
        assert dates == sorted(dates, reverse=True)
        assert all(at <= NOW for at in dates)
        assert all(str(at.tzinfo) == outlet.timezone for at in dates)


@pytest.mark.parametrize("outlet", WORLD, ids=lambda outlet: outlet.id)
def test_every_announced_article_has_a_page_with_its_text_in_the_charset_of_the_outlet(outlet) -> None:
    answers = site(outlet, base=BASES[outlet.id])
    announced = b"".join(
        answer.body for path, answer in answers.items() if path.partition("?")[0] in {c.path for c in outlet.channels}
    )
    for article in outlet.articles:
        page = answers[article.path].body.decode(outlet.encoding)
        assert all(paragraph in page for paragraph in article.paragraphs)
        assert article.path.encode() in announced


def test_an_everyday_article_stands_beside_headlines_about_mines() -> None:
    everyday = next(article for outlet in WORLD for article in outlet.articles if article.path == "/xeber/7705")
    page = site(next(o for o in WORLD if o.id == "dagxeber"), base="http://127.0.0.1:9")["/xeber/7705"].body.decode()
    assert "mina" not in " ".join(everyday.paragraphs).casefold()
    assert page.count("Mina xəritələri") == 2


def test_the_settings_of_the_world_are_a_monitor_toml_that_watches_nothing_but_it(tmp_path) -> None:
    from monitor import catalogue, config
    from monitor.home import Home

    (tmp_path / "monitor.toml").write_text(settings(WORLD, BASES), "utf-8")
    read = config.load(Home(tmp_path))
    sources = catalogue.load(read, Home(tmp_path)).sources
    assert {source.id: source.name for source in sources} == {outlet.id: outlet.name for outlet in WORLD}
    assert set(read.crawl.allow_private) == {base.removeprefix("http://") for base in BASES.values()}
    assert read.crawl.delay == 0
