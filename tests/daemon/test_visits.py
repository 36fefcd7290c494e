"""Whose turn it is, with clocks and ledgers of the test's own: nothing here waits for real."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from monitor import catalogue
from monitor.daemon.visits import Visits
from monitor.errors import LedgerError
from monitor.model import Source

QUARTER = timedelta(minutes=15)


def source(name: str, every: str = "15m") -> Source:
    table = {
        "id": name,
        "name": name.title(),
        "country": "AZ",
        "languages": ["az"],
        "timezone": "Asia/Baku",
        "feeds": [f"https://{name}.example/rss.xml"],
        "every": every,
    }
    return catalogue.parse(table, place="test")


@dataclass
class Desk:
    """A monotonic clock, a ledger that says how long each source must wait, and a record of who was visited when."""

    at: float = 1000.0
    waits: dict[str, timedelta] = field(default_factory=dict)
    moves: bool = True
    """A visit makes its source wait for a quarter of an hour."""
    trouble: Exception | None = None
    """What asking the ledger raises."""
    asked: int = 0
    visited: list[tuple[float, str]] = field(default_factory=list)
    visit: Callable[[Source], Awaitable[object]] | None = None

    async def remaining(self, sources: Sequence[Source]) -> Mapping[str, timedelta]:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        return {source.id: self.waits.get(source.id, timedelta()) for source in sources}

    async def one(self, source: Source) -> None:
        self.visited.append((self.at, source.id))
        if self.visit:
            await self.visit(source)
        if self.moves:
            self.waits[source.id] = QUARTER

    def visits(self, *sources: Source, seats: int = 16) -> Visits:
        return Visits(
            sources,
            visit=self.one,
            remaining=self.remaining,
            seats=seats,
            time=lambda: self.at,
            rng=random.Random(7),
        )

    async def pass_by(self, visits: Visits, seconds: float, *, step: float = 1) -> None:
        """As time passes there is a tick every `step` seconds, and what it begins goes as far as it can."""
        end = self.at + seconds
        while self.at < end:
            self.at = min(self.at + step, end)
            visits.tick()
            await settle()

    def names(self) -> list[str]:
        return [name for _, name in self.visited]


async def settle() -> None:
    for _ in range(12):
        await asyncio.sleep(0)


def within(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 20))


def test_each_source_is_visited_once_and_then_again_after_its_interval_with_some_jitter():
    desk = Desk()

    async def day() -> None:
        visits = desk.visits(source("qarabag-xeber"), source("stepnaya"))
        await desk.pass_by(visits, 10)
        assert sorted(desk.names()) == ["qarabag-xeber", "stepnaya"]
        await desk.pass_by(visits, 3600)
        assert 8 <= visits.done == len(desk.visited) <= 10

    within(day)
    for name in ("qarabag-xeber", "stepnaya"):
        times = [at for at, who in desk.visited if who == name]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert all(900 * 0.95 <= gap <= 900 * 1.05 + 7 for gap in gaps)


def test_what_the_ledger_says_is_not_due_is_not_visited():
    desk = Desk(waits={"araz": timedelta(hours=2)})

    async def evening() -> None:
        visits = desk.visits(source("araz"))
        await desk.pass_by(visits, 3600)
        assert desk.visited == []
        await desk.pass_by(visits, 4000)
        assert desk.names()[:1] == ["araz"]

    within(evening)


def test_no_more_go_on_than_there_are_seats_and_a_seat_that_is_free_is_taken_at_once():
    desk = Desk()
    doors = {name: asyncio.Event() for name in "abc"}

    async def wait(source: Source) -> None:
        await doors[source.id].wait()

    desk.visit = wait

    async def morning() -> None:
        visits = desk.visits(*map(source, "abc"), seats=2)
        await desk.pass_by(visits, 10)
        assert visits.running == 2
        first = desk.names()[0]
        doors[first].set()
        await settle()
        # Without another tick.
        assert visits.running == 2
        assert sorted(desk.names()) == ["a", "b", "c"]
        for door in doors.values():
            door.set()
        await settle()
        assert (visits.running, visits.done) == (0, 3)

    within(morning)


@pytest.mark.parametrize("trouble", [LedgerError("monitor.db: database is locked"), RuntimeError("unforeseen")])
def test_a_ledger_that_does_not_answer_at_the_start_is_asked_until_it_does(trouble):
    desk = Desk(trouble=trouble)

    async def night() -> None:
        visits = desk.visits(source("araz"))
        await desk.pass_by(visits, 60)
        assert desk.visited == []
        assert desk.asked >= 59
        desk.trouble = None
        await desk.pass_by(visits, 10)
        assert desk.names() == ["araz"]

    within(night)


def test_a_ledger_that_does_not_answer_after_a_visit_costs_the_source_no_later_visit_and_makes_no_storm():
    desk = Desk()

    async def night() -> None:
        visits = desk.visits(source("araz"))

        async def lock(_: Source) -> None:
            desk.trouble = LedgerError("monitor.db: database is locked")

        desk.visit = lock
        await desk.pass_by(visits, 60)
        assert desk.names() == ["araz"]
        desk.trouble, desk.visit = None, None
        await desk.pass_by(visits, 1000)
        assert desk.names() == ["araz", "araz"]

    within(night)


def test_a_ledger_that_does_not_answer_after_a_sleep_hastens_all_sources_once_it_does():
    desk = Desk()

    async def lid_closed() -> None:
        visits = desk.visits(source("araz"), source("kur"))
        await desk.pass_by(visits, 10)
        desk.waits.clear()
        desk.trouble = LedgerError("monitor.db: disk I/O error")
        visits.hasten()
        await desk.pass_by(visits, 5)
        desk.trouble = None
        await desk.pass_by(visits, 10)
        assert sorted(desk.names()) == ["araz", "araz", "kur", "kur"]

    within(lid_closed)


def test_after_a_sleep_only_what_the_ledger_calls_due_is_visited():
    desk = Desk()

    async def lid_closed() -> None:
        visits = desk.visits(source("araz"), source("kur"))
        await desk.pass_by(visits, 10)
        desk.waits = {"araz": timedelta(), "kur": timedelta(minutes=10)}
        visits.hasten()
        await desk.pass_by(visits, 10)
        assert desk.names()[2:] == ["araz"]

    within(lid_closed)


def test_a_visit_that_leaves_its_source_due_is_repeated_less_and_less_often():
    desk = Desk(moves=False)

    async def day() -> None:
        await desk.pass_by(desk.visits(source("araz")), 86_400, step=5)

    within(day)
    times = [at for at, _ in desk.visited]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 80 <= len(times) <= 140
    assert min(gaps) > 20
    # Never given up, and never asked less often than a well source, by a quarter more or less.
    assert max(gaps) < 900 * 1.25 + 20


def test_a_source_that_moves_again_keeps_its_own_pace():
    desk = Desk(moves=False)

    async def day() -> None:
        visits = desk.visits(source("araz"))
        await desk.pass_by(visits, 7200, step=5)
        desk.moves = True
        await desk.pass_by(visits, 2000, step=5)
        before = len(desk.visited)
        await desk.pass_by(visits, 9000, step=5)
        assert 9 <= len(desk.visited) - before <= 11

    within(day)


def test_a_crawl_by_hand_that_took_the_turn_is_seen_when_the_ledger_is_asked_again():
    desk = Desk(moves=False)

    async def morning() -> None:
        visits = desk.visits(source("araz"))
        await desk.pass_by(visits, 10)
        # The visit found the source leased to somebody, who has ended since.
        desk.waits["araz"] = QUARTER
        await desk.pass_by(visits, 600)
        assert desk.names() == ["araz"]

    within(morning)


@pytest.mark.parametrize("error", [LedgerError("disk full"), ValueError("a fault of ours")])
def test_a_visit_that_breaks_off_is_counted_and_the_others_go_on(error):
    desk = Desk()

    async def breaks(source: Source) -> None:
        if source.id == "araz":
            raise error

    desk.visit = breaks

    async def morning() -> None:
        visits = desk.visits(source("araz"), source("kur"))
        await desk.pass_by(visits, 100)
        assert visits.failed >= 1
        assert "kur" in desk.names()

    within(morning)


def test_the_end_waits_for_visits_and_breaks_off_what_takes_too_long():
    desk = Desk()
    ended: list[str] = []

    async def visit(source: Source) -> None:
        try:
            if source.id == "slow":
                await asyncio.Event().wait()
        finally:
            ended.append(source.id)

    desk.visit = visit

    async def stop() -> None:
        visits = desk.visits(source("slow"), source("quick"))
        await desk.pass_by(visits, 10)
        await visits.finish(grace=0.05)
        assert sorted(ended) == ["quick", "slow"]
        assert visits.running == 0
        await desk.pass_by(visits, 5000)
        assert len(desk.visited) == 2

    within(stop)


def test_a_visit_that_does_not_even_end_when_it_is_broken_off_holds_nobody_up():
    desk = Desk()
    door = asyncio.Event()

    async def stubborn(_: Source) -> None:
        while not door.is_set():
            try:
                await door.wait()
            except asyncio.CancelledError:
                continue

    desk.visit = stubborn

    async def stop() -> None:
        visits = desk.visits(source("araz"))
        await desk.pass_by(visits, 10)
        await asyncio.wait_for(visits.finish(grace=0.01, patience=0.01), 5)
        assert visits.running == 1
        door.set()
        await settle()

    within(stop)


def test_while_the_house_is_kept_no_visit_is_under_way_and_afterwards_all_is_as_before():
    desk = Desk()
    door = asyncio.Event()

    async def visit(_: Source) -> None:
        await door.wait()

    desk.visit = visit

    async def evening() -> None:
        visits = desk.visits(source("araz"), source("kur", every="20m"))
        await desk.pass_by(visits, 10)

        async def keep() -> None:
            async with visits.rest(patience=10) as quiet:
                assert quiet
                assert visits.running == 0
                desk.waits.clear()
                visits.hasten()
                await desk.pass_by(visits, 100)
                assert len(desk.visited) == 2

        keeping = asyncio.ensure_future(keep())
        await settle()
        door.set()
        await keeping
        await desk.pass_by(visits, 60)
        assert len(desk.visited) == 4

    within(evening)


def test_the_house_is_not_kept_while_a_visit_takes_its_time():
    desk = Desk()

    async def visit(_: Source) -> None:
        await asyncio.Event().wait()

    desk.visit = visit

    async def evening() -> None:
        visits = desk.visits(source("araz"))
        await desk.pass_by(visits, 10)
        async with visits.rest(patience=0.01) as quiet:
            assert not quiet
        await visits.finish(grace=0.0)

    within(evening)
