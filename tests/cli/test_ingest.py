import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Monitor

BLAST = {
    "id": 1,
    "url": "https://zarnava.example/blast",
    "title": "Two deminers wounded by a landmine near Zarnava",
    "text": "Two deminers wounded by a landmine near Zarnava\nAn anti-personnel mine went off on Tuesday.\nBoth live.",
    "author": "Leyla Örnək",
    "published_at": "2026-11-20T10:00:00+04:00",
}
COPY = {"id": "copy", "url": "https://copy.example/1?utm_source=x", "title": BLAST["title"], "text": BLAST["text"]}
MARKET = {"id": None, "url": "https://zarnava.example/market", "title": "Bazarda nar ucuzlaşıb", "text": "Nar ucuzdur."}
PAGE = {
    "url": "https://zarnava.example/news/traktor-podorvalsya-na-mine-4821",
    # The charset that it declares is not the one that it has here.
    "html": "<html><head><meta charset=windows-1251><title>Трактор подорвался на мине у Зарнавы</title></head><body>"
    "<article><h1>Трактор подорвался на мине у Зарнавы</h1>"
    "<p>Тракторист был ранен при подрыве на противотанковой мине в поле, сообщили в среду спасатели.</p>"
    "<p>Его увезли в больницу, жизни ничто не угрожает.</p></article></body></html>",
}


@pytest.fixture(autouse=True)
def settings(home: Path) -> None:
    (home / "monitor.toml").write_text(
        """
        timezone = "Asia/Baku"
        [catalogue]
        bundled = false
        [crawl]
        workers = 1
        [[source]]
        id = "zarnava"
        name = "Zarnava Herald"
        country = "AZ"
        languages = ["en"]
        timezone = "Asia/Baku"
        feeds = ["https://www.zarnava.example/rss"]
        """,
        encoding="utf-8",
    )


def written(home: Path, rows: list[Any]) -> Path:
    path = home / "in.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_articles_go_the_way_of_crawled_pages_one_result_a_line(monitor: Monitor, home: Path) -> None:
    said = monitor("ingest", written(home, [BLAST, COPY, MARKET, PAGE]), "--json")

    assert said.code == 0, said.err
    rows = [json.loads(row) for row in said.out.splitlines()]
    assert [row.keys() for row in rows] == [{"schema", "id", "url", "outcome", "reason", "name", "incident"}] * 4
    assert [(row["id"], row["outcome"]) for row in rows] == [
        (1, "queued"),
        ("copy", "duplicate"),
        (None, "irrelevant"),
        (None, "queued"),
    ]
    assert rows[1]["name"] == rows[0]["name"]
    texts = [path.read_text("utf-8") for path in sorted((home / "queue").glob("*.txt"))]
    assert texts[0].splitlines()[1:] == ["An anti-personnel mine went off on Tuesday.", "Both live.", "By Leyla Örnək"]
    assert texts[1].startswith("Трактор подорвался на мине у Зарнавы\nТракторист был ранен")


def test_the_source_is_the_one_that_the_address_belongs_to(monitor: Monitor, home: Path) -> None:
    name = json.loads(monitor("ingest", written(home, [BLAST]), "--json").out)["name"]

    sidecar = json.loads((home / "queue" / "meta" / name.replace(".txt", ".json")).read_text("utf-8"))

    assert (sidecar["source"], sidecar["source_name"]) == ("zarnava", "Zarnava Herald")
    assert sidecar["published_at"] == "2026-11-20T06:00:00Z"


def test_what_was_taken_in_before_lands_no_second_time(monitor: Monitor, home: Path) -> None:
    path = written(home, [BLAST])
    monitor("ingest", path)

    assert monitor("ingest", path).out.startswith("duplicate")
    assert len(list((home / "queue").glob("*.txt"))) == 1
    assert (home / "queue" / "feed.atom").read_text("utf-8").count("<entry") == 1
    assert json.loads(monitor("explain", BLAST["url"], "--json").out)["outcome"] == "queued"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{", "not JSON"),
        ({"title": "x", "text": "y"}, 'no "url"'),
        (BLAST | {"url": "zarnava.example"}, "\"url\" is 'zarnava.example'; a web address is wanted"),
        (BLAST | {"url": "http://[::1"}, "a web address is wanted"),
        ({"url": BLAST["url"]}, "neither html nor title and text"),
        ({"url": BLAST["url"], "text": "y"}, "neither html nor title and text"),
        (BLAST | {"text": ["y"]}, '"text" is a list; a text is wanted'),
        (BLAST | {"published_at": "bir gün"}, "\"published_at\" is 'bir gün'; write an ISO date-time"),
    ],
)
def test_a_wrong_line_is_named_and_the_next_one_goes_on(monitor: Monitor, home: Path, row: Any, told: str) -> None:
    path = written(home, [row, MARKET])

    said = monitor("ingest", path)

    assert said.code == 1
    assert said.err.startswith(f"monitor: {path}:1: ")
    assert told in said.err
    assert said.out == "irrelevant   - https://zarnava.example/market no term of the lexicon\n"


def test_hostile_fields_change_neither_terminal_nor_queue(monitor: Monitor, home: Path) -> None:
    hostile = BLAST | {
        "id": "\x1b]0;x\x07",
        "title": "Landmine\nSubject: x\x1b[2J \udcff\u202eblast wounds two",
        "author": "A\r\nBcc: b@c",
    }

    said = monitor("ingest", written(home, [hostile]))

    assert said.code == 0, said.err
    (path,) = (home / "queue").glob("*.txt")
    text = path.read_text("utf-8")
    assert text.splitlines()[0] == "Landmine Subject: x[2J \ufffdblast wounds two"
    assert text.splitlines()[-1] == "By A Bcc: b@c"
    assert "\x1b" not in said.out + text
