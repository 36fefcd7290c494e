"""The way of one page, with the real extraction and the bundled lexicons; only the worker processes are left out."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import QueueError
from monitor.intake import FIRST_PAGES, Intake, Result
from monitor.ledger import Ledger, articles, chrome, counts, runs, trace, urls
from monitor.model import Article, Channel, ChannelKind, Entry, Outcome, Page, Source
from monitor.queue import Place, Queue
from tests.reader import Reader, html, matcher, prefilter

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOST = "https://qarabag-xeber.example"
MINE = (
    "Ağdamda minaya düşən çoban yaralanıb",
    "Hadisə noyabrın 23-də Ağdam rayonunun Xındırıstan kəndi yaxınlığında baş verib.",
    "Mina partlayışı nəticəsində 34 yaşlı Elvin Qasımlı sol ayağından yaralanıb və xəstəxanaya çatdırılıb.",
    "Prokurorluq bildirib ki, ərazi minalardan tam təmizlənməyib.",
)
CLEARED = (
    "Füzulidə tank əleyhinə mina aşkarlanıb",
    "ANAMA-nın mütəxəssisləri Füzuli şəhərinin girişində üç ədəd tank əleyhinə mina zərərsizləşdiriblər.",
    "Təmizləmə işləri gələn həftə də davam etdiriləcək.",
)
WHEAT = (
    "Bərdədə buğda əkini başa çatıb",
    "Rayonun təsərrüfatlarında payızlıq buğdanın əkini planlaşdırılan vaxtdan əvvəl yekunlaşıb.",
    "Fermerlər bu il məhsulun keçən ilkindən yüksək olacağını gözləyirlər.",
)


class Bench:
    """A home with one source, and a run in it."""

    def __init__(self, home: Path) -> None:
        self.ledger = Ledger.open(home / "monitor.db")
        self.queue = Queue(home / "queue")
        self.reader = Reader()
        self.intake = Intake(self.ledger, self.queue, self.reader, prefilter=prefilter(), matcher=matcher())
        self.now = NOW
        self.source = Source(
            id="qarabag-xeber",
            name="Qarabağ Xəbər",
            country="AZ",
            languages=("az", "ru"),
            timezone="Asia/Baku",
            channels=(Channel(url=f"{HOST}/rss", kind=ChannelKind.FEED),),
        )
        self.run = self.start()

    def start(self, since: datetime | None = None) -> int:
        self.run = runs.start(self.ledger, kind="crawl", now=self.now, since=since)
        return self.run

    def page(self, path: str, body: bytes, *, source: Source | None = None, **said: object) -> Result:
        """The page is announced, fetched and taken in."""
        source = source or self.source
        entry = Entry(url=path if "://" in path else HOST + path, **said)  # type: ignore[arg-type]
        channel = source.channels[0].url
        urls.discover(self.ledger, run=self.run, source=source, channel=channel, entries=[entry], now=self.now)
        found = urls.due(self.ledger, run=self.run, source=source.id, limit=9, now=self.now)
        due = next(one for one in found if one.entry.url == entry.url)
        page = Page(url=entry.url, body=body, content_type="text/html; charset=utf-8")
        return asyncio.run(self.intake.page(run=self.run, source=source, due=due, page=page, now=self.now))

    def learn(self) -> None:
        """The source's first pages have been read."""
        for number in range(FIRST_PAGES):
            title, *rest = WHEAT
            self.page(
                f"/ilk/{number}",
                html(f"{title} {number}", *rest, f"Mətn nömrə {['bir', 'iki', 'üç', 'dörd', 'beş'][number]}."),
            )

    def files(self) -> list[str]:
        return sorted(path.name for path in self.queue.directory.glob("*.txt"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.ledger.check()
    bench.ledger.close()


def test_an_article_about_mines_is_a_file_with_a_sidecar(bench: Bench) -> None:
    result = bench.page(
        "/xeber/1?utm_source=rss", html(*MINE, canonical=f"{HOST}/xeber/1"), published_at=NOW - timedelta(hours=1)
    )
    assert (result.outcome, bench.files()) == (Outcome.QUEUED, [result.name])
    body = (bench.queue.directory / str(result.name)).read_bytes()
    assert body.decode().split("\n") == list(MINE)
    assert result.name == f"000_{hashlib.sha256(body).hexdigest()[:16]}.txt"
    sidecar = json.loads((bench.queue.directory / "meta" / str(result.name).replace(".txt", ".json")).read_text())
    told = sidecar.pop("relevance")
    assert sidecar == {
        "schema": "monitor.article/1",
        "name": result.name,
        "url": f"{HOST}/xeber/1?utm_source=rss",
        "canonical_url": f"{HOST}/xeber/1",
        "source": "qarabag-xeber",
        "source_name": "Qarabağ Xəbər",
        "title": MINE[0],
        "author": None,
        "published_at": "2026-11-24T08:00:00Z",
        "discovered_at": "2026-11-24T09:00:00Z",
        "fetched_at": "2026-11-24T09:00:00Z",
        "language": "az",
        "sha256": hashlib.sha256(body).hexdigest(),
        "partial": False,
        "duplicates": [],
        "incident": None,
    }
    assert told["score"] > 0
    assert told["matches"]
    assert {"term", "form", "weight", "sentence"} == set(told["matches"][0])


def test_numbers_run_on(bench: Bench) -> None:
    names = [bench.page(f"/{n}", html(f"{MINE[0]}: {n}", *MINE[1:], f"{n} nəfər.")).name for n in range(3)]
    assert [str(name)[:4] for name in names] == ["000_", "001_", "002_"]


def test_a_page_about_something_else_is_irrelevant_with_its_score(bench: Bench) -> None:
    assert bench.page("/xeber/1", html(*WHEAT)).outcome is Outcome.IRRELEVANT
    assert bench.files() == []


def test_once_a_source_is_learned_a_page_without_a_word_of_the_lexicon_is_not_even_read(bench: Bench) -> None:
    bench.learn()
    bench.reader.read_pages.clear()
    result = bench.page("/xeber/1", html(*WHEAT))
    assert (result.outcome, bench.reader.read_pages) == (Outcome.IRRELEVANT, [])


def test_what_recurs_on_pages_about_something_else_is_chrome_and_what_recurs_under_mine_stories_is_not(
    bench: Bench,
) -> None:
    bench.learn()
    bench.now += timedelta(hours=1)
    assert chrome.learned(bench.ledger, "qarabag-xeber", before=bench.now)
    background = "Xatırladaq ki, 2020-ci ildən bəri mina partlayışları nəticəsində yüzlərlə insan həlak olub."
    for number in range(5):
        bench.page(f"/m/{number}", html(f"{MINE[0]} {'abcde'[number]}", *MINE[1:], background))
    last = (bench.queue.directory / bench.files()[-1]).read_text()
    assert background in last


def test_the_same_address_in_another_spelling_is_never_read_twice(bench: Bench) -> None:
    first = bench.page("/xeber/1", html(*MINE))
    with pytest.raises(StopIteration):
        bench.page("/xeber/1/?fbclid=abc", html(*MINE))
    assert bench.files() == [first.name]


def test_a_copy_at_another_outlet_is_a_duplicate_and_its_sidecar_names_it(bench: Bench) -> None:
    first = bench.page("/xeber/1", html(*MINE))
    other = replace(
        bench.source,
        id="xeber-lenti",
        channels=(Channel(url="https://xeber-lenti.example/rss", kind=ChannelKind.FEED),),
    )
    copy = bench.page("https://xeber-lenti.example/9", html(*MINE, aside=("Başqa menyu",)), source=other)
    assert copy == Result(outcome=Outcome.DUPLICATE, reason="same text", name=first.name)
    assert bench.files() == [first.name]
    sidecar = json.loads((bench.queue.directory / "meta" / str(first.name).replace(".txt", ".json")).read_text())
    assert sidecar["duplicates"] == [{"url": "https://xeber-lenti.example/9", "source": "xeber-lenti"}]


def test_a_page_that_names_a_known_canonical_address_is_a_version_of_that_article(bench: Bench) -> None:
    first = bench.page("/xeber/1", html(*MINE))
    result = bench.page("/print/1.php", html(*MINE, "Yaralının vəziyyəti stabildir.", canonical=f"{HOST}/xeber/1"))
    assert (result.outcome, result.name) == (Outcome.UPDATED, first.name)


def test_a_site_that_gives_every_page_the_same_canonical_address_loses_no_article(bench: Bench) -> None:
    pages = [html(*text, canonical=f"{HOST}/news/latest") for text in (MINE, CLEARED)]
    results = [bench.page(f"/xeber/{number}", page) for number, page in enumerate(pages)]
    assert [result.outcome for result in results] == [Outcome.QUEUED, Outcome.QUEUED]
    assert len(bench.files()) == 2


def test_a_story_that_moves_under_its_guid_is_a_version_of_itself(bench: Bench) -> None:
    first = bench.page("/xeber/agdamda-mina", html(*MINE), guid="tag:77")
    moved = bench.page("/xeber/agdamda-mina-yenilenib", html(*MINE, "Yenilənib: yaralı həlak olub."), guid="tag:77")
    assert (moved.outcome, moved.name) == (Outcome.UPDATED, first.name)


def test_two_stories_under_one_guid_are_two_articles(bench: Bench) -> None:
    results = [
        bench.page(f"/xeber/{n}", html(*text), title=text[0], guid="0") for n, text in enumerate((MINE, CLEARED))
    ]
    assert [result.outcome for result in results] == [Outcome.QUEUED, Outcome.QUEUED]


def test_an_article_whose_text_has_changed_is_updated_and_the_queue_is_not_told(bench: Bench) -> None:
    first = bench.page("/xeber/1", html(*MINE), title=MINE[0])
    before = bench.files(), (bench.queue.directory / str(first.name)).read_bytes()
    bench.start()
    result = bench.page("/xeber/1", html(*MINE, "Yenilənib: yaralı həlak olub."), title=f"{MINE[0]} (YENİLƏNİB)")
    assert (result.outcome, result.name) == (Outcome.UPDATED, first.name)
    assert (bench.files(), (bench.queue.directory / str(first.name)).read_bytes()) == before
    way = trace.find(bench.ledger, f"{HOST}/xeber/1")
    assert way is not None
    assert way.article is not None
    assert way.article.versions[0].text.endswith("Yenilənib: yaralı həlak olub.")
    assert [step.outcome for step in way.steps] == [Outcome.QUEUED, Outcome.UPDATED]


def test_an_article_whose_headline_alone_was_announced_anew_is_unchanged(bench: Bench) -> None:
    bench.page("/xeber/1", html(*MINE), title=MINE[0])
    bench.start()
    assert bench.page("/xeber/1", html(*MINE), title="Başqa başlıq").reason == "unchanged"
    assert counts.total(bench.ledger) == {Outcome.QUEUED: 1}


def test_a_page_that_kills_its_reader_lands_with_what_the_feed_said_and_is_read_again(bench: Bench) -> None:
    bench.reader.killed.add(f"{HOST}/xeber/1")
    said = {"title": MINE[0], "summary": MINE[2], "published_at": NOW}
    result = bench.page("/xeber/1", html(*MINE), **said)
    assert (result.outcome, result.reason) == (Outcome.QUEUED, "partial")
    assert (bench.queue.directory / str(result.name)).read_text().split("\n") == [MINE[0], MINE[2]]
    bench.reader.killed.clear()
    bench.now += timedelta(minutes=10)
    bench.start()
    again = bench.page("/xeber/1", html(*MINE), **said)
    assert (again.outcome, again.name, bench.files()) == (Outcome.UPDATED, result.name, [result.name])
    assert urls.due(bench.ledger, run=bench.run, source="qarabag-xeber", limit=9, now=NOW + timedelta(days=9)) == ()


def test_a_page_that_kills_its_reader_again_and_again_lands_once(bench: Bench) -> None:
    bench.reader.killed.add(f"{HOST}/xeber/1")
    outcomes = []
    for _ in range(4):
        bench.start()
        outcomes.append(bench.page("/xeber/1", html(*MINE), title=MINE[0], summary=MINE[2]).outcome)
        bench.now += timedelta(days=1)
    assert outcomes == [Outcome.QUEUED, Outcome.DUPLICATE, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert len(bench.files()) == 1


def test_a_page_that_kills_its_reader_and_was_not_announced_as_a_mine_story_has_failed(bench: Bench) -> None:
    bench.reader.killed.add(f"{HOST}/xeber/1")
    result = bench.page("/xeber/1", html(*WHEAT), title=WHEAT[0])
    assert result == Result(outcome=Outcome.FAILED, reason="reading took longer than 20 s")


def test_a_page_without_text_lands_with_the_feeds_summary_but_not_with_a_bare_headline(bench: Bench) -> None:
    empty = b"<html><body><div id=app></div></body></html>"
    assert bench.page("/xeber/1", empty, title=MINE[0]).outcome is Outcome.NOT_ARTICLE
    told = bench.page("/xeber/2", empty, title=MINE[0], summary=" ".join(MINE[1:3]))
    assert (told.outcome, told.reason) == (Outcome.QUEUED, "partial")


def test_a_page_without_a_date_in_the_feed_that_says_itself_to_be_older_than_asked_for_is_too_old(bench: Bench) -> None:
    bench.start(since=NOW - timedelta(days=2))
    page = html(*MINE, published="2026-10-01T08:00:00+04:00")
    assert bench.page("/xeber/1", page).outcome is Outcome.TOO_OLD
    bench.start(since=NOW - timedelta(days=90))
    due = urls.due(
        bench.ledger, run=bench.run, source="qarabag-xeber", limit=9, now=NOW, since=NOW - timedelta(days=90)
    )
    assert [one.entry.url for one in due] == [f"{HOST}/xeber/1"]


def test_an_undated_article_lands_whatever_range_was_asked_for(bench: Bench) -> None:
    bench.start(since=NOW - timedelta(hours=1))
    assert bench.page("/xeber/1", html(*MINE)).outcome is Outcome.QUEUED


def test_a_full_disk_loses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise QueueError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(bench.queue, "put", full)
        with pytest.raises(QueueError):
            bench.page("/xeber/1", html(*MINE))
    assert bench.files() == []
    (name,) = bench.intake.recover(now=NOW)
    assert bench.files() == [name]
    assert bench.intake.recover(now=NOW) == ()


def test_a_fresh_ledger_beside_an_old_queue_gives_no_number_twice(bench: Bench, tmp_path: Path) -> None:
    bench.page("/xeber/1", html(*MINE))
    bench.ledger.close()
    (tmp_path / "monitor.db").unlink()
    fresh = Bench(tmp_path)
    fresh.intake.recover(now=NOW)
    result = fresh.page("/2", html(f"{MINE[0]} yenə", *MINE[1:]))
    assert str(result.name).startswith("001_")
    fresh.ledger.close()
    bench.ledger = Ledger.open(tmp_path / "monitor.db")


def test_texts_that_are_handed_in_go_the_same_way(bench: Bench) -> None:
    def hand_in(url: str, title: str, *paragraphs: str) -> Result:
        article = Article(url=url, title=title, paragraphs=paragraphs, language="ru", authors=("И. Петрова",))
        return asyncio.run(bench.intake.text(run=bench.run, source=bench.source, article=article, now=NOW))

    text = (
        "Под Агдамом на мине подорвался трактор",
        "Водитель получил осколочные ранения.",
        "Сапёры осматривают поле.",
    )
    first = hand_in("https://a.example/1", *text)
    assert first.outcome is Outcome.QUEUED
    assert (bench.queue.directory / str(first.name)).read_text().split("\n") == [*text, "By И. Петрова"]
    assert hand_in("https://a.example/1", *text) == Result(
        outcome=Outcome.DUPLICATE, reason="unchanged", name=first.name
    )
    assert hand_in("https://b.example/2", *text).reason == "same text"
    assert hand_in("https://a.example/3", "Курс биткоина вырос", "Майнинг снова выгоден.").outcome is Outcome.IRRELEVANT
    assert hand_in("https://a.example/4", "Мина").outcome is Outcome.NOT_ARTICLE
    assert sum(counts.total(bench.ledger).values()) == 4


def test_pages_that_are_handed_in_go_the_same_way(bench: Bench) -> None:
    page = Page(url=f"{HOST}/xeber/1", body=html(*MINE), content_type="text/html; charset=utf-8")
    entry = Entry(url=f"{HOST}/xeber/1")
    results = [
        asyncio.run(bench.intake.html(run=bench.run, source=bench.source, entry=entry, page=page, now=NOW))
        for _ in range(2)
    ]
    assert [result.outcome for result in results] == [Outcome.QUEUED, Outcome.DUPLICATE]


def test_the_way_of_a_copy_leads_to_the_file(bench: Bench) -> None:
    first = bench.page("/xeber/1", html(*MINE))
    bench.page("/kopya/1", html(*MINE))
    way = trace.find(bench.ledger, f"{HOST}/kopya/1")
    assert way is not None
    assert (way.outcome, way.reason) == (Outcome.DUPLICATE, f"of {first.name}: same text")
    assert way.article is not None
    assert (way.article.name, way.article.state, len(way.article.copies)) == (first.name, "landed", 1)
    assert trace.find(bench.ledger, str(first.name)) == trace.find(bench.ledger, f"{HOST}/xeber/1")
    assert trace.find(bench.ledger, f"{HOST}/unknown") is None


def test_every_file_is_as_the_ledger_says(bench: Bench) -> None:
    for n in range(3):
        bench.page(f"/{n}", html(f"{MINE[0]}: {n}", *MINE[1:], f"{n} nəfər."))
    bench.queue.claim(bench.ledger, limit=1, lease=timedelta(hours=1), now=NOW)
    (bench.queue.directory / bench.files()[0]).unlink()
    items = bench.queue.verify(lambda: articles.hashes(bench.ledger))
    assert [(item.place, item.finding) for item in items] == [
        (Place.CLAIMED, None),
        (Place.TAKEN, None),
        (Place.WAITING, None),
    ]
