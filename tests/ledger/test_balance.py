"""The law of the ledger: whatever happens in whatever order, the sums balance."""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monitor.ledger import Ledger, articles, counts, outcomes, runs, urls
from monitor.ledger.articles import Story
from monitor.model import Article, Channel, ChannelKind, Entry, Match, Outcome, Source
from tests.ledger.conftest import NOW

SOURCES = tuple(
    Source(
        id=name, name=name, country="GE", languages=("ka",), timezone="Asia/Tbilisi",
        channels=(Channel(url=f"https://{name}.example/rss", kind=ChannelKind.FEED),),
    )
    for name in ("ambebi", "sakartvelo")
)  # fmt: skip
NUMBERS = st.integers(0, 5)
SPELLINGS = st.sampled_from(
    ["https://{}.example/{}", "http://www.{}.example/{}/?utm_source=rss", "https://m.{}.example/{}#x"]
)
AGES = st.none() | st.integers(0, 99)
SAID = st.tuples(st.sampled_from([None, "ა", "ბ", "გ"]), AGES)
REFUSALS = st.sampled_from(
    [o for o in Outcome if o not in (Outcome.QUEUED, Outcome.DUPLICATE, Outcome.UPDATED, Outcome.PENDING)]
)


class Accounts(RuleBasedStateMachine):
    template: Path

    @initialize()
    def begin(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="monitor-accounts-"))
        shutil.copy(self.template, self.directory / "monitor.db")
        self.now: datetime = NOW
        self.ledger = Ledger.open(self.directory / "monitor.db")
        self.known: dict[str, set[int]] = {source.id: set() for source in SOURCES}
        self.handled: dict[int, set[tuple[str, int]]] = {}
        self.landed: set[tuple[str, int]] = set()
        self.start()

    @rule()
    def start(self) -> None:
        self.run = runs.start(self.ledger, kind="crawl", now=self.now)
        self.handled[self.run] = set()

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def crash(self) -> None:
        """The process is gone between two transactions; another one goes on with a new run."""
        self.ledger.close()
        self.ledger = Ledger.open(self.directory / "monitor.db")
        self.start()

    @rule(
        source=st.sampled_from(SOURCES),
        numbers=st.lists(NUMBERS, min_size=1),
        spelling=SPELLINGS,
        said=SAID,
        since=AGES,
    )
    def discover(
        self, source: Source, numbers: list[int], spelling: str, said: tuple[str | None, int | None], since: int | None
    ) -> None:
        title, age = said
        at = None if age is None else self.now - timedelta(hours=age)
        entries = [Entry(url=spelling.format(source.id, n), title=title, published_at=at) for n in numbers]
        found = urls.discover(
            self.ledger,
            run=self.run,
            source=source,
            channel=source.channels[0].url,
            entries=entries,
            since=None if since is None else self.now - timedelta(hours=since),
            now=self.now,
        )
        fresh = set(numbers) - self.known[source.id]
        assert found.new + found.too_old == len(fresh)
        assert found.new + found.too_old + found.known + found.reopened == len(set(numbers))
        self.known[source.id] |= fresh
        self.handled[self.run] |= {(source.id, n) for n in fresh}

    @rule(source=st.sampled_from(SOURCES), limit=st.integers(1, 4), data=st.data())
    def visit(self, source: Source, limit: int, data: st.DataObject) -> None:
        for due in urls.due(self.ledger, run=self.run, source=source.id, limit=limit, now=self.now):
            number = int(due.entry.url.split("example/")[1].split("/")[0].split("#")[0])
            self.handled[self.run].add((source.id, number))
            match data.draw(st.sampled_from(["land", "copy", "refuse", "leave"])):
                case "land" if (source.id, number) not in self.landed:
                    self.land(source, number, due)
                case "copy" if self.landed:
                    name = data.draw(st.sampled_from(sorted(articles.hashes(self.ledger))))
                    articles.duplicate(
                        self.ledger, run=self.run, url_id=due.url_id, name=name, now=self.now, reason=None
                    )
                case "refuse":
                    outcome = data.draw(REFUSALS)
                    outcomes.settle(self.ledger, run=self.run, url_id=due.url_id, outcome=outcome, now=self.now)

    def land(self, source: Source, number: int, due: urls.Due) -> None:
        key = f"{source.id} {number}"
        article = Article(url=due.entry.url, title=key, paragraphs=("ნაღმი აფეთქდა",))
        landing = articles.land(
            self.ledger,
            run=self.run,
            url_id=due.url_id,
            story=Story(
                source=source.id,
                article=article,
                match=Match(relevant=True, score=3.0, category="incident", language="ka"),
                text=key,
                sha256=key,
                text_key=key,
                url_keys=frozenset({key}),
                discovered_at=due.discovered_at,
                fetched_at=self.now,
            ),
            label=lambda n: (f"{n:03d}_{source.id}_{number}.txt", {"duplicates": []}),
            now=self.now,
        )
        assert landing is not None
        self.landed.add((source.id, number))
        articles.landed(self.ledger, number=landing.number, now=self.now)

    @precondition(lambda self: hasattr(self, "ledger"))
    @invariant()
    def the_sums_balance(self) -> None:
        by_source = counts.by_source(self.ledger)
        assert {source: sum(outcomes.values()) for source, outcomes in by_source.items()} == {
            source: len(numbers) for source, numbers in self.known.items() if numbers
        }
        total = counts.total(self.ledger)
        assert sum(total.values()) == sum(map(len, self.known.values()))
        assert total.get(Outcome.QUEUED, 0) + total.get(Outcome.UPDATED, 0) == len(self.landed)
        assert sum(counts.articles(self.ledger).values()) == len(self.landed)
        for run, handled in self.handled.items():
            report = runs.report(self.ledger, run)
            assert report.discovered == sum(report.outcomes.values())
            for source in SOURCES:
                visits = [visit for visit in report.visits if visit.source == source.id]
                assert len(visits) <= 1
                ours = {n for s, n in handled if s == source.id}
                discovered = sum(visit.discovered for visit in visits)
                assert len(ours) <= discovered <= len(self.known[source.id])
        assert urls.waiting(self.ledger, source="nobody", now=self.now) == 0

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.check()
            self.ledger.close()
            shutil.rmtree(self.directory)


@pytest.mark.parametrize(
    ("examples", "steps"),
    [(8, 20), pytest.param(100, 50, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])],
)
def test_the_sums_balance_whatever_happens(blank: Path, examples: int, steps: int) -> None:
    Accounts.template = blank
    case = Accounts.TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # Shrinking a long history takes minutes; the failing one is told as it is.
        phases=[Phase.reuse, Phase.generate],
    )
    case("runTest").runTest()
