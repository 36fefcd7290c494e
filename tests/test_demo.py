"""The whole job end to end: the fictional world, crawled by the real commands."""

import hashlib
import io
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from monitor import clock
from monitor.demo.run import demo
from monitor.demo.world import load
from monitor.errors import UsageError
from monitor.ledger import Ledger, runs
from monitor.model import Outcome


@dataclass(frozen=True)
class Shown:
    code: int
    text: str
    home: Path

    def files(self) -> list[Path]:
        return sorted((self.home / "queue").glob("*.txt"))

    def sidecars(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text("utf-8")) for path in sorted((self.home / "queue" / "meta").glob("*.json"))]

    def file(self, title: str) -> list[str]:
        found = [text.split("\n") for path in self.files() if (text := path.read_text("utf-8")).startswith(title)]
        assert len(found) == 1, title
        return found[0]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    home = tmp_path_factory.mktemp("demo") / "home"
    stream = io.StringIO()
    code = demo(home, Console(file=stream, width=200))
    return Shown(code=code, text=stream.getvalue(), home=home)


def monitor(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def test_the_world_comes_out_as_it_promises(shown) -> None:
    assert "not kept" not in shown.text, shown.text
    assert shown.code == 0


def test_every_outcome_is_shown_with_its_reason(shown) -> None:
    for outcome in ("queued", "duplicate", "irrelevant", "too-old", "blocked"):
        assert outcome in shown.text
    assert "robots.txt" in shown.text
    assert str(shown.home / "queue") in shown.text


def test_queue_files_are_named_and_formed_as_their_readers_rely_on(shown) -> None:
    files = shown.files()
    assert [path.name[:3] for path in files] == [f"{number:03}" for number in range(len(files))]
    for path in files:
        body = path.read_bytes()
        assert re.fullmatch(r"\d{3}_[0-9a-f]{16}\.txt", path.name)
        assert path.name[4:20] == hashlib.sha256(body).hexdigest()[:16]
        assert not body.endswith(b"\n")
        assert b"\n\n" not in body
        assert b"\r" not in body
        assert not body.startswith(b"\xef\xbb\xbf")


def test_an_article_of_every_script_lands_with_headline_paragraphs_and_byline_and_nothing_else(shown) -> None:
    assert shown.file("Zəngilanda minaya düşən çoban ağır yaralanıb") == [
        "Zəngilanda minaya düşən çoban ağır yaralanıb",
        "Zəngilanın Ağbənd kəndi yaxınlığında mal-qara otaran 45 yaşlı Vaqif Səlimov piyada əleyhinə minaya düşüb.",
        "Onun sol ayağı amputasiya olunub. Xəstəxanadan bildirilib ki, yaralının vəziyyəti ağır olaraq qalır.",
        "İstehkamçılar ərazidə daha iki mina aşkar ediblər.",
        "By Leyla Məmmədzadə",
    ]
    assert shown.file("Грибник подорвался на мине под Калиновкой") == [
        "Грибник подорвался на мине под Калиновкой",
        "Житель Калиновки подорвался на противопехотной мине, собирая грибы в заказнике у реки.",
        "Мужчине 52 года, он потерял ступню. До трассы пострадавшего вынесли двое спутников.",
        "Лес вокруг села не обследован сапёрами и закрыт для посещения.",
    ]
    assert shown.file("Ականի պայթյունից հովիվ է վիրավորվել")[-1] == "By Աննա Մելքումյան"
    assert len(shown.file("ტყეში ნაღმის აფეთქებისას ორი ადამიანი დაშავდა")) == 4


def test_a_page_with_a_widget_a_repeated_headline_and_a_credit_comes_out_clean(shown) -> None:
    lines = shown.file("Mine kills herder in Kalagir, brother wounded")
    assert lines[1].startswith("A 58-year-old herder was killed")
    assert lines[-1] == "Karvan.News"
    assert len(lines) == 5
    assert not any("px" in line for line in lines)


def test_every_file_has_a_sidecar_that_says_why(shown) -> None:
    sidecars = shown.sidecars()
    assert sorted(sidecar["name"] for sidecar in sidecars) == [path.name for path in shown.files()]
    for sidecar in sidecars:
        assert sidecar["relevance"]["matches"], sidecar["title"]
        assert sidecar["published_at"], sidecar["title"]
    languages = {sidecar["language"] for sidecar in sidecars}
    assert {"en", "az", "ru", "hy", "ka"} <= languages


def test_the_copy_of_a_story_stands_with_the_one_that_landed(shown) -> None:
    (pasture,) = (sidecar for sidecar in shown.sidecars() if "pasture" in sidecar["title"])
    assert len(pasture["duplicates"]) == 1


def test_the_sums_of_the_ledger_balance(shown) -> None:
    articles = sum(len(outlet.articles) for outlet in load(clock.now()))
    with Ledger.open(shown.home / "monitor.db") as ledger:
        first, second = runs.report(ledger, 1), runs.report(ledger, 2)
    for run in (first, second):
        assert run.discovered == sum(run.outcomes.values()) == sum(visit.discovered for visit in run.visits)
    assert first.discovered == articles
    assert first.outcomes[Outcome.QUEUED] == len(shown.files())
    assert Outcome.QUEUED not in second.outcomes
    assert {visit.source for visit in first.visits if visit.status == "failed"} == {"valley"}


def test_the_kept_home_answers_the_commands(shown) -> None:
    title = shown.files()[0].name
    explained = monitor(shown.home, "explain", title, "--json")
    assert explained.returncode == 0, explained.stderr
    assert json.loads(explained.stdout)["outcome"] == "queued"
    assert monitor(shown.home, "queue", "verify").returncode == 0
    unknown = monitor(shown.home, "crawl", "--source", "higland")
    assert unknown.returncode == 2
    assert "did you mean highland" in unknown.stderr


def test_when_every_outlet_is_gone_the_crawl_says_so_and_loses_nothing(shown) -> None:
    before = shown.files()
    done = monitor(shown.home, "crawl", "--source", "valley", "--source", "karvan", "--json")
    assert done.returncode == 4, done.stderr
    report = json.loads(done.stdout)
    assert {row["status"] for row in report["sources"]} == {"failed"}
    assert all(row["discovered"] == sum(row["outcomes"].values()) for row in report["sources"])
    assert shown.files() == before


def test_a_directory_with_something_in_it_is_left_alone(tmp_path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match="not an empty directory"):
        demo(tmp_path, Console(file=io.StringIO()))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
