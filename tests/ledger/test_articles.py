import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from monitor.ledger import Ledger, articles, counts, runs, trace
from monitor.model import Outcome
from tests.ledger.conftest import NOW
from tests.ledger.landing import MATCH, announce, land, story

FIRST = "https://lragir.example/1"


def test_what_is_promised_stays_so_until_the_queue_has_it(ledger: Ledger, run: int) -> None:
    due = announce(ledger, run, FIRST)
    landing = land(ledger, run, due, story(1, due))
    assert landing is not None
    assert articles.promised(ledger) == (landing,)
    articles.landed(ledger, number=landing.number, now=NOW)
    assert articles.promised(ledger) == ()
    assert articles.hashes(ledger) == {landing.name: ("sha of 1", True)}
    assert counts.total(ledger) == {Outcome.QUEUED: 1}


def test_the_same_text_is_not_landed_twice_even_by_one_that_judged_before(ledger: Ledger, run: int) -> None:
    one, other = announce(ledger, run, FIRST), announce(ledger, run, "https://azat.example/9")
    land(ledger, run, one, story(1, one))
    assert land(ledger, run, other, story(1, other)) is None
    assert counts.total(ledger) == {Outcome.QUEUED: 1, Outcome.PENDING: 1}


def test_numbers_have_no_holes_where_nothing_was_written(ledger: Ledger, run: int) -> None:
    names = []
    for number, text in enumerate([1, 1, 2]):
        due = announce(ledger, run, f"https://lragir.example/{number}")
        landing = land(ledger, run, due, story(text, due))
        names.append(landing and landing.number)
    assert names == [0, None, 1]


def test_two_teasers_with_the_same_few_words_are_two_articles(ledger: Ledger, run: int) -> None:
    for number in range(2):
        due = announce(ledger, run, f"https://lragir.example/{number}")
        assert land(ledger, run, due, story(1, due, partial=True)) is not None


def test_a_shared_address_that_was_judged_not_to_be_the_same_does_not_stand_in_the_way(
    ledger: Ledger, run: int
) -> None:
    one, other = announce(ledger, run, FIRST), announce(ledger, run, "https://lragir.example/2")
    first = land(ledger, run, one, story(1, one))
    assert first is not None
    second = story(2, one)
    assert land(ledger, run, other, second) is None
    assert land(ledger, run, other, second, judged=(first.name,)) is not None


def test_what_is_known_is_found_by_text_and_by_every_address(ledger: Ledger, run: int) -> None:
    due, copy = announce(ledger, run, FIRST), announce(ledger, run, "https://azat.example/9")
    landing = land(ledger, run, due, story(1, due))
    assert landing is not None
    articles.duplicate(
        ledger, run=run, url_id=copy.url_id, name=landing.name, now=NOW, reason="same text", url_keys=["azat.example/9"]
    )
    for key in ("lragir.example/1", "azat.example/9"):
        (known,) = articles.known(ledger, url_keys=[key], text_key="")
        assert known.name == landing.name
    (known,) = articles.known(ledger, url_keys=["nowhere.example"], text_key="text 1 ")
    assert known.url_keys == {"lragir.example/1", "azat.example/9"}
    assert articles.known(ledger, url_keys=["nowhere.example"], text_key="text 2 ") == ()


def test_a_copy_is_told_once(ledger: Ledger, run: int) -> None:
    due, copy = announce(ledger, run, FIRST), announce(ledger, run, "https://azat.example/9", source="azat")
    landing = land(ledger, run, due, story(1, due))
    assert landing is not None

    def told() -> object:
        amended = articles.duplicate(ledger, run=run, url_id=copy.url_id, name=landing.name, now=NOW, reason=None)
        return amended and amended.sidecar["duplicates"]

    assert told() == [{"url": "https://azat.example/9", "source": "azat"}]
    assert told() is None
    assert counts.total(ledger) == {Outcome.QUEUED: 1, Outcome.DUPLICATE: 1}


def test_a_version_is_kept_once_and_known_from_then_on(ledger: Ledger, run: int) -> None:
    due = announce(ledger, run, FIRST)
    landing = land(ledger, run, due, story(1, due))
    assert landing is not None
    later = story(1, due, text="Վիրավորը մահացել է։")
    for _ in range(2):
        articles.revise(
            ledger, run=run, url_id=due.url_id, name=landing.name, story=later, now=NOW, reason="the text changed"
        )
    way = trace.find(ledger, FIRST)
    assert way is not None
    assert way.article is not None
    assert [version.text for version in way.article.versions] == [later.text]
    assert (way.outcome, way.reason) == (Outcome.UPDATED, f"of {landing.name}: the text changed")
    assert articles.known(ledger, url_keys=["-"], text_key=later.text_key)[0].name == landing.name


def test_a_reserved_number_is_never_given_out_nor_one_below(ledger: Ledger, run: int) -> None:
    articles.reserve(ledger, above=41)
    articles.reserve(ledger, above=-1)
    due = announce(ledger, run, FIRST)
    landing = land(ledger, run, due, story(1, due))
    assert landing is not None
    assert landing.number == 42


def test_the_whole_way_is_told_by_address_or_name(ledger: Ledger, run: int) -> None:
    due = announce(ledger, run, FIRST)
    landing = land(ledger, run, due, story(1, due))
    assert landing is not None
    articles.landed(ledger, number=landing.number, now=NOW + timedelta(seconds=1))
    spellings = [
        FIRST,
        "http://www.lragir.example/1/?utm_source=x",
        landing.name,
        landing.name.removesuffix(".txt"),
        f"/queue/claimed/{landing.name}",
    ]
    ways = {trace.find(ledger, spelling) for spelling in spellings}
    assert len(ways) == 1
    way = ways.pop()
    assert way is not None
    assert way.article is not None
    assert way.article.match == MATCH
    assert (way.article.state, way.article.landed_at) == ("landed", NOW + timedelta(seconds=1))
    assert [(step.run, step.kind, step.outcome) for step in way.steps] == [(run, "crawl", Outcome.QUEUED)]
    assert trace.find(ledger, "999_0000000000000000") is None


def test_several_processes_land_every_story_once(address: str | Path, ledger: Ledger) -> None:
    """Each announces the same 20 stories under addresses of its own."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.landing", str(address), outlet, "20"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for outlet in ("azat", "hetq", "civil")
    ]
    lines = [line for process in started for line in process.communicate(timeout=100)[0].splitlines()]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert sorted(line.split()[0][:3] for line in lines) == [f"{number:03d}" for number in range(20)]
    assert sorted(int(line.split()[1]) for line in lines) == list(range(20))
    assert counts.total(ledger) == {Outcome.QUEUED: 20, Outcome.PENDING: 40}
    assert len({run.id for run in map(runs.report, [ledger] * 3, [1, 2, 3])}) == 3
