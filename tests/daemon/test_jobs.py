import asyncio
from datetime import UTC, datetime, timedelta

import structlog
import time_machine

from monitor import clock
from monitor.daemon import jobs
from monitor.daemon.jobs import Job
from monitor.daemon.tally import Tally

SECOND = timedelta(seconds=1)


async def nothing() -> None:
    """A tick that does nothing."""


def test_after_the_clock_was_set_back_no_job_waits_longer_than_its_interval():
    async def work() -> None:
        made = jobs.scheduler(
            {
                "digests": Job(tick=nothing, every=timedelta(seconds=30)),
                "upkeep": Job(tick=nothing, every=6 * 60 * SECOND),
            },
            Tally(),
        )
        made.start(paused=True)
        back = clock.now() - timedelta(days=1)
        jobs.realign(made, now=back)
        assert made.get_job("digests").next_run_time <= back + timedelta(seconds=30)
        assert made.get_job("upkeep").next_run_time <= back + 6 * 60 * SECOND
        made.shutdown(wait=False)
        await asyncio.sleep(0)

    asyncio.run(work())


def test_ticks_go_on_after_the_clock_was_set_back_a_day():
    ticks: list[datetime] = []
    more = asyncio.Event()

    async def tick() -> None:
        ticks.append(clock.now())
        more.set()

    async def work() -> None:
        made = jobs.scheduler({"visits": Job(tick=tick, every=SECOND / 50, after=timedelta())}, Tally())
        made.start()
        await asyncio.wait_for(more.wait(), 10)
        with time_machine.travel(datetime.now(UTC) - timedelta(days=1), tick=True):  # noqa: TID251 - sets the clock
            jobs.realign(made, now=clock.now())
            before = len(ticks)
            while len(ticks) < before + 3:
                more.clear()
                await asyncio.wait_for(more.wait(), 10)
        made.shutdown(wait=False)
        await asyncio.sleep(0)

    asyncio.run(work())


def test_a_job_that_fails_is_counted_said_in_a_line_and_ticks_on(caplog):
    tally, more, ticks = Tally(), asyncio.Event(), []

    async def breaks() -> None:
        ticks.append(1)
        if len(ticks) == 3:
            more.set()
        raise OSError("disk full")

    async def work() -> None:
        made = jobs.scheduler({"feeds": Job(tick=breaks, every=SECOND / 50, after=timedelta())}, tally)
        made.start()
        await asyncio.wait_for(more.wait(), 10)
        made.shutdown(wait=False)
        await asyncio.sleep(0)

    asyncio.run(work())
    assert tally.failed >= 2


def test_what_hinders_is_said_once_and_again_when_it_comes_back():
    mail = jobs.Complaints("mail waits")
    with structlog.testing.capture_logs() as facts:
        for problems in (["no server"], ["no server"], ["no server", "no from"], [], ["no server"]):
            mail.now(problems)

    assert [fact["why"] for fact in facts] == ["no server", "no from", "no server"]
