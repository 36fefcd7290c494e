"""Lists that are grouped by day, in the languages and the mark-up that sites write them in."""

from datetime import UTC, date, datetime

import pytest

from monitor.discovery import listing
from monitor.model import Channel, ChannelKind, Source

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
URL = "https://qala.example/xeberler/"
END = {23: datetime(2026, 11, 23, 19, 59, 59, tzinfo=UTC), 24: NOW}


def dated(body: str) -> dict[str, datetime | None]:
    channel = Channel(url=URL, kind=ChannelKind.LISTING)
    source = Source(
        id="qala", name="Qala", country="AZ", languages=("az",), timezone="Asia/Baku", channels=(channel,),
        article_pattern=r"^https://qala\.example/x/",
    )  # fmt: skip
    page = f"<html><body>{body}</body></html>".encode()
    found = listing.parse(page, url=URL, content_type="text/html", source=source, channel=channel, now=NOW)
    return {entry.url.removeprefix("https://qala.example/x/"): entry.published_at for entry in found.entries}


def links(*names: str, tag: str = "li") -> str:
    return "".join(f"<{tag}><a href='/x/{name}'>Xəbər {name}</a></{tag}>" for name in names)


HEADINGS = [
    ("24 November 2026", "23 November 2026"),
    ("Tuesday, November 24, 2026", "Monday, November 23, 2026"),
    ("24 noyabr 2026, çərşənbə axşamı", "23 noyabr 2026, bazar ertəsi"),
    ("24 ноября 2026, вторник", "23 ноября 2026, понедельник"),
    ("24 Նոյեմբեր 2026", "23 Նոյեմբեր 2026"),
    ("24 ნოემბერი, 2026", "23 ნოემბერი, 2026"),
    ("24 Kasım 2026 Salı", "23 Kasım 2026 Pazartesi"),
    ("24 листопада 2026 року", "23 листопада 2026 року"),
    ("سه‌شنبه ۳ آذر ۱۴۰۵", "دوشنبه ۲ آذر ۱۴۰۵"),
    ("الثلاثاء 24 نوفمبر 2026", "الاثنين 23 نوفمبر 2026"),
    ("24.11.2026", "23.11.2026"),
    ("Bu gün", "Dünən"),
    ("Сегодня", "Вчера"),
    ("დღეს", "გუშინ"),
]


@pytest.mark.parametrize("headings", HEADINGS)
def test_a_heading_dates_the_links_below_it_up_to_the_next(headings: tuple[str, str]) -> None:
    body = "".join(
        f"<h3>{day}</h3><ul>{links(name, name + '2')}</ul>" for day, name in zip(headings, "ab", strict=True)
    )
    assert dated(body) == {"a": END[24], "a2": END[24], "b": END[23], "b2": END[23]}


LAYOUTS = {
    "definition list": "<dl><dt>{0}</dt><dd>{a}</dd><dt>{1}</dt><dd>{b}</dd></dl>",
    "one flat division": "<div><div class='day'>{0}</div>{a}<div class='day'>{1}</div>{b}</div>",
    "table": "<table><tr><th>{0}</th></tr><tr><td>{a}</td></tr><tr><th>{1}</th></tr><tr><td>{b}</td></tr></table>",
    "wrapped headings": "<div><p><span>{0}</span></p></div><div>{a}</div><div><p><span>{1}</span></p></div>{b}",
    "headings that lead to archives": "<h4><a href='/24'>{0}</a></h4><div>{a}</div><h4><a href='/23'>{1}</a></h4>{b}",
    "groups of their own": "<section><h3>{0}</h3><div>{a}</div></section><section><h3>{1}</h3><div>{b}</div></section>",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_headings_are_found_in_the_layouts_that_sites_use(layout: str) -> None:
    body = LAYOUTS[layout].format(
        "24 noyabr 2026", "23 noyabr 2026", a=links("a", "a2", tag="p"), b=links("b", "b2", tag="p")
    )
    assert dated(body) == {"a": END[24], "a2": END[24], "b": END[23], "b2": END[23]}


def test_a_time_beside_the_link_is_of_the_headings_day() -> None:
    rows = (
        "<h3>23 ноября 2026</h3><p><b>14:35</b> <a href='/x/a'>Мина</a></p><p><b>09.05</b> <a href='/x/b'>Мина</a></p>"
    )
    assert dated(rows) == {
        "a": datetime(2026, 11, 23, 10, 35, tzinfo=UTC),
        "b": datetime(2026, 11, 23, 5, 5, tzinfo=UTC),
    }


def test_a_link_with_a_date_of_its_own_keeps_it() -> None:
    body = (
        f"<h3>24 noyabr 2026</h3>{links('a')}<p><a href='/x/b'>Xəbər</a> <time datetime='2026-11-20T10:00Z'></time></p>"
    )
    assert dated(body) == {"a": END[24], "b": datetime(2026, 11, 20, 10, tzinfo=UTC)}


@pytest.mark.parametrize(
    "clock",
    [
        "<header><h3>24 noyabr 2026</h3></header>",
        "<div class='date'>24 noyabr 2026</div>",
        "<div class='clock'>24 noyabr 2026, 14:35</div>",
        "<h3>24 noyabr 2026, 14:35</h3>",
        "<aside><h4>24 noyabr 2026</h4><h4>23 noyabr 2026</h4></aside>",
        "<div>1 USD 24.11.2026</div><div>Hava 26.11.2026</div><div>Arxiv 01.10.2026</div><div>25.11.2026</div>",
        "<h3>24 noyabr 2031</h3>",
    ],
)
def test_the_sites_clock_dates_nothing(clock: str) -> None:
    assert dated(f"{clock}<div>{links('a', 'b')}</div>") == {"a": None, "b": None}


def test_links_before_the_first_heading_stay_undated() -> None:
    assert dated(f"{links('top', 'top2')}<h3>23 noyabr 2026</h3>{links('a', 'b')}") == {
        "top": None, "top2": None, "a": END[23], "b": END[23],
    }  # fmt: skip


def test_a_date_that_follows_each_link_is_of_the_link_before_it() -> None:
    pairs = "".join(
        f"<h2><a href='/x/{name}'>Xəbər</a></h2><p>{day} noyabr 2026</p>" for name, day in (("a", 24), ("b", 23))
    )
    assert dated(f"<div>{pairs}</div>") == {"a": END[24], "b": END[23]}


def test_a_long_list_is_read_in_time() -> None:
    body = "".join(f"<h3>{day} noyabr 2026</h3>{links(*(f'{day}-{n}' for n in range(80)))}" for day in range(23, 0, -1))
    found = dated(body)
    assert len(found) == 23 * 80
    assert all(
        at and at.astimezone(UTC).date() == date(2026, 11, int(name.split("-")[0])) for name, at in found.items()
    )
