import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.article import textfile
from tests.cli.conftest import Monitor


def page(title: str, *paragraphs: str, charset: str = "utf-8", more: str = "") -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f'<html><head><meta charset="{charset}"><title>{title} | Zarnava Herald</title>{more}</head>'
        f"<body><nav><a href=/>Home</a></nav><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode(charset)


AZ = page(
    "Zarnavada mina partladı",
    "Noyabrın 20-də Zarnava kəndində piyada əleyhinə mina partlayıb, iki nəfər yaralanıb.",
    "Yaralılar xəstəxanaya çatdırılıb, onların həyatı üçün təhlükə yoxdur.",
    more='<meta name="author" content="Leyla Örnək"><link rel="canonical" href="https://zarnava.example/xeber/zarnavada-mina-partladi">',
)
RU = page(
    "Сапёры очистили поле у Зарнавы",
    "Сапёры очистили поле у села Зарнава, сообщил в среду региональный центр разминирования.",
    "На поле нашли двенадцать противотанковых мин, все они были уничтожены на месте.",
    charset="windows-1251",
)


@pytest.fixture(autouse=True)
def pages(home: Path) -> Path:
    (home / "monitor.toml").write_text("[catalogue]\nbundled = false\n[crawl]\nworkers = 2\n", encoding="utf-8")
    (home / "az.html").write_bytes(AZ)
    (home / "ru.html").write_bytes(RU)
    return home


def test_each_page_is_one_object_in_the_order_of_the_arguments(monitor: Monitor, pages: Path) -> None:
    names = [pages / "ru.html", pages / "none.html", pages / "az.html", pages / "ru.html"]

    said = monitor("extract", *names, "--json")

    rows = [json.loads(row) for row in said.out.splitlines()]
    assert said.code == 1
    assert [row["path"] for row in rows] == list(map(str, names))
    assert [row["title"] for row in rows] == [
        "Сапёры очистили поле у Зарнавы",
        None,
        "Zarnavada mina partladı",
        "Сапёры очистили поле у Зарнавы",
    ]
    assert rows[2]["authors"] == ["Leyla Örnək"]
    assert rows[2]["url"] == "https://zarnava.example/xeber/zarnavada-mina-partladi"  # as the page itself says
    assert len(rows[2]["paragraphs"]) == 2
    assert rows[2]["text"] == "\n".join(rows[2]["paragraphs"])
    assert rows[1]["outcome"] == "failed"
    assert "none.html: No such file or directory" in said.err


def test_the_text_form_is_that_of_the_queue(monitor: Monitor, pages: Path) -> None:
    said = monitor("extract", pages / "az.html", "--url", "https://zarnava.example/xeber/zarnavada-mina-partladi")

    document = textfile.load(said.out.removesuffix("\n"))
    assert (document.title, len(document.paragraphs), document.closing) == (
        "Zarnavada mina partladı",
        2,
        "By Leyla Örnək",
    )


def test_the_address_of_a_single_file_can_be_told(monitor: Monitor, pages: Path) -> None:
    said = monitor(
        "extract", pages / "az.html", "--url", "https://zarnava.example/xeber/zarnavada-mina-partladi", "--json"
    )

    assert json.loads(said.out)["url"] == "https://zarnava.example/xeber/zarnavada-mina-partladi"
    wrong = monitor(
        "extract",
        pages / "az.html",
        pages / "ru.html",
        "--url",
        "https://zarnava.example/xeber/zarnavada-mina-partladi",
    )
    assert wrong.code == 2
    assert "single file" in wrong.err


def test_the_rules_of_the_source_that_the_address_belongs_to_hold(monitor: Monitor, pages: Path) -> None:
    with (pages / "monitor.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[[source]]\nid = "zarnava"\nname = "Z"\ncountry = "AZ"\nlanguages = ["az"]\ntimezone = "Asia/Baku"\n'
            'feeds = ["https://zarnava.example/rss"]\nstrip = ["^Yaralılar"]\n'
        )

    said = monitor(
        "extract", pages / "az.html", "--url", "https://www.zarnava.example/xeber/zarnavada-mina-partladi", "--json"
    )

    assert len(json.loads(said.out)["paragraphs"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"%PDF-1.7\n" + bytes(range(256)) * 200,
        bytes(range(256)) * 50,
        b"\xff\xfe\x00" * 100,
        b"<" * 50_000,
        b"plain",
    ],
)
def test_what_is_no_page_is_no_article_and_no_crash(monitor: Monitor, pages: Path, body: bytes) -> None:
    (pages / "odd").write_bytes(body)

    said = monitor("extract", pages / "odd", "--json")

    row = json.loads(said.out)
    assert said.code == 0
    assert (row["title"], row["paragraphs"], row["outcome"]) == (None, [], "not-article")
    assert row["reason"]


def test_a_file_beyond_the_limit_is_refused_unread(monitor: Monitor, pages: Path) -> None:
    (pages / "monitor.toml").write_text("[crawl]\nmax_page_bytes = 100\n", encoding="utf-8")

    said = monitor("extract", pages / "az.html")

    assert said.code == 1
    assert "larger than 100 bytes; raise crawl.max_page_bytes" in said.err


def test_an_address_that_must_not_be_dialled_is_told(monitor: Monitor) -> None:
    said = monitor("extract", "http://10.0.0.1/news")

    assert said.code == 1
    assert said.err == "monitor: http://10.0.0.1/news: address refused: 10.0.0.1 is not a public address\n"


def test_an_interrupt_ends_with_130_and_leaves_no_trace(pages: Path) -> None:
    command = [sys.executable, "-m", "monitor", "--home", str(pages), "extract", "--json"]
    with subprocess.Popen(
        [*command, *[str(pages / "az.html")] * 3000], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as reading:
        assert reading.stdout
        assert reading.stderr
        assert json.loads(reading.stdout.readline())["path"] == str(pages / "az.html")
        reading.send_signal(signal.SIGINT)
        shown = reading.stdout.read().count("\n")
        told = reading.stderr.read()

    assert reading.returncode == 130
    assert shown < 2999
    assert told == ""
