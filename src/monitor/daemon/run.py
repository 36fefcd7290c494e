"""The long-lived process: one event loop in which APScheduler says when and the crawls do what.

APScheduler's jobs are only ticks: each looks at the ledger or at the monotonic clock and does what is due, so a tick
that comes late or twice changes nothing. The truth is in the ledger; the scheduler's job store is memory.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import clock, feeds, lock, logs, metrics
from monitor.config import Config
from monitor.crawl.loop import event_loop
from monitor.crawl.once import crawls
from monitor.crawl.run import Crawls
from monitor.daemon import beat, notify, upkeep
from monitor.daemon.steps import Steps
from monitor.daemon.visits import Visits
from monitor.editions import Editor, open_editor
from monitor.errors import ConfigError, MonitorError
from monitor.home import Home
from monitor.ledger import Ledger, leases
from monitor.metrics import Figures
from monitor.model import Outcome, Progress, Settled, Source, VisitReport
from monitor.queue import Queue

log = logs.logger(__name__)

GRACE = 15.0
"""Seconds that visits have to end by themselves when the daemon stops."""
_LONGEST = timedelta(days=1)
_SANE = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time; machines without a battery start in 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What SIGHUP reads anew."""

    config: Config
    sources: tuple[Source, ...]


def run(home: Home, load: Callable[[], Setup]) -> None:
    """The daemon of the home has run until it was told to stop; LockHeldError when another one holds the home."""
    with lock.hold(home.lock, what=f"the home {home.path}"):
        daemon = Daemon(home, load)
        loop = event_loop()
        with daemon.signals(loop):
            loop.run_until_complete(daemon.live())


class Daemon:
    """One daemon: sessions follow each other when the settings are read anew."""

    def __init__(self, home: Home, load: Callable[[], Setup]) -> None:
        self._home, self._load = home, load
        self._setup = load()
        self._started_at = clock.now()
        self._stop = False
        self._over = asyncio.Event()
        self._missed = self._skipped = self._errors = self._visits = 0

    async def live(self) -> None:
        """Sessions have run until the daemon was told to stop."""
        await _sane_clock(self._over)
        while not self._stop:
            self._over.clear()
            await self._session(self._setup)
        notify.tell("STOPPING=1")

    def stop(self) -> None:
        """The session ends and none follows."""
        self._stop = True
        self._over.set()

    def reread(self) -> None:
        """A session with new settings follows; with wrong ones everything stays as it is, and that is said."""
        try:
            self._setup = self._load()
        except MonitorError as error:
            # The operator's slip, told in one line: a traceback would hide it.
            log.error("settings not reread, the old ones stay", why=str(error))  # noqa: TRY400
            return
        log.info("settings reread", sources=len(self._setup.sources))
        self._over.set()

    @contextmanager
    def signals(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        """SIGTERM and SIGINT stop, a second one at once; SIGHUP rereads."""

        def stop(number: signal.Signals) -> None:
            # From now on the signal does what it does to any program: the ledger survives that.
            loop.remove_signal_handler(number)
            self.stop()

        stopping = (signal.SIGTERM, signal.SIGINT)
        for number in stopping:
            loop.add_signal_handler(number, stop, number)
        loop.add_signal_handler(signal.SIGHUP, self.reread)
        try:
            yield
        finally:
            for number in (*stopping, signal.SIGHUP):
                loop.remove_signal_handler(number)

    async def _session(self, setup: Setup) -> None:
        config, home = setup.config, self._home
        async with crawls(config, home) as open_crawls:
            with (
                Ledger.open(config.store_url(home)) as ledger,
                open_editor(config, home, setup.sources) as editor,
                _served(config, self._figures(setup, ledger)) as figures,
            ):
                visits = self._plan(setup, ledger, open_crawls)
                scheduler = self._scheduler(visits, editor, figures, config)
                scheduler.start()
                notify.tell(f"READY=1\nSTATUS=watching {len(setup.sources)} sources")
                log.info("watching", sources=len(setup.sources), zone=config.zone)
                try:
                    await self._over.wait()
                finally:
                    scheduler.shutdown(wait=False)
                    await visits.finish(grace=GRACE)
                    self._visits += visits.done

    def _figures(self, setup: Setup, ledger: Ledger) -> Figures:
        return Figures(
            ledger=ledger,
            queue=Queue(setup.config.queue_dir(self._home)),
            sources=setup.sources,
            daemon=lambda: beat.read(self._home.beat),
            now=clock.now,
        )

    def _plan(self, setup: Setup, ledger: Ledger, open_crawls: Crawls) -> Visits:
        def remaining(source: Source) -> timedelta:
            state = leases.states(ledger, [source.id])[source.id]
            moments = [at for at in (state.next_visit_at, state.not_before) if at is not None]
            wait = max(moments) - clock.now() if moments else timedelta()
            return min(max(wait, timedelta()), max(_LONGEST, source.every))

        async def visit(source: Source) -> None:
            await open_crawls.run([source], progress=_told)

        return Visits(
            setup.sources,
            visit=visit,
            remaining=remaining,
            seats=setup.config.crawl.concurrency,
            time=asyncio.get_running_loop().time,
        )

    def _scheduler(self, visits: Visits, editor: Editor, figures: Figures, config: Config) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            # The defaults drop a job that is a second late; a tick is worth doing however late it comes.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        scheduler.add_listener(self._count, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR)
        steps = Steps(wall=clock.now, time=asyncio.get_running_loop().time)

        async def visit() -> None:
            if self._stop or self._over.is_set():
                return
            ahead = steps.step()
            if ahead:
                log.warning("the clock was set or the machine has slept", ahead_s=round(ahead.total_seconds()))
                for job in scheduler.get_jobs():
                    job.reschedule(job.trigger)
            if ahead > timedelta():
                visits.hasten()
            visits.tick()

        async def post() -> None:
            await asyncio.to_thread(_post, editor)

        async def publish() -> None:
            await asyncio.to_thread(_publish, figures, config.textfile(self._home))

        async def sign() -> None:
            self._sign(visits)

        async def keep() -> None:
            await asyncio.to_thread(upkeep.keep, figures.ledger, self._home, config, now=clock.now())

        soon = clock.now() + timedelta(seconds=1)
        scheduler.add_job(visit, "interval", seconds=1, id="visits")
        scheduler.add_job(post, "interval", seconds=30, id="digests", next_run_time=soon)
        scheduler.add_job(publish, "interval", seconds=30, id="feeds and figures", next_run_time=soon)
        scheduler.add_job(sign, "interval", seconds=_sign_every(), id="sign of life", next_run_time=soon)
        scheduler.add_job(keep, "interval", hours=6, id="upkeep", next_run_time=soon + timedelta(minutes=5))
        return scheduler

    def _sign(self, visits: Visits) -> None:
        notify.tell("WATCHDOG=1")
        beat.write(
            self._home.beat,
            beat.Beat(
                pid=os.getpid(),
                started_at=self._started_at,
                at=clock.now(),
                visits=self._visits + visits.done,
                running=visits.running,
                missed=self._missed,
                skipped=self._skipped,
                errors=self._errors,
            ),
        )

    def _count(self, event: JobEvent) -> None:
        if event.code == EVENT_JOB_MISSED:
            self._missed += 1
        elif event.code == EVENT_JOB_MAX_INSTANCES:
            self._skipped += 1
        else:
            self._errors += 1
            log.error("job failed", job=event.job_id, why=repr(event.exception))


def _told(event: Progress) -> None:
    """One line an article, one a visit."""
    match event:
        case Settled(outcome=Outcome.QUEUED | Outcome.UPDATED):
            log.info(str(event.outcome), source=event.source, url=event.url, name=event.name)
        case VisitReport():
            outcomes = {str(outcome): count for outcome, count in event.outcomes.items() if count}
            log.info("visited", source=event.source, status=event.status, outcomes=outcomes, note=event.note)


def _post(editor: Editor) -> None:
    now = clock.now()
    for edition in editor.make_due(now=now):
        log.info("digest made", name=edition.name, day=str(edition.day))
    for key in editor.make_urgent(now=now):
        log.info("urgent mail made", key=key)
    posted = editor.outbox.post(now=now)
    if posted.accepted or posted.ended:
        log.info("mail handed over", accepted=posted.accepted, waiting=posted.waiting, ended=posted.ended)
    for problem in posted.problems:
        log.warning("mail waits", why=problem)


def _publish(figures: Figures, path: Path | None) -> None:
    """What others read without asking the ledger says what it says now."""
    feeds.publish(figures.ledger, figures.queue, figures.sources, now=clock.now())
    if path:
        metrics.textfile(figures, path)


@contextmanager
def _served(config: Config, figures: Figures) -> Iterator[Figures]:
    """The figures, served if a port is named; that it is taken stops no crawl, and is said."""
    with ExitStack() as stack:
        if config.metrics.port:
            try:
                stack.enter_context(metrics.serve(figures, port=config.metrics.port))
            except ConfigError as error:
                log.error("no figures are served", why=str(error))  # noqa: TRY400 - the operator's slip, in one line
        yield figures


def _sign_every() -> float:
    asked = notify.watchdog_interval()
    return min(15.0, asked / 2) if asked else 15.0


async def _sane_clock(over: asyncio.Event) -> None:
    """The clock shows a time that can be: articles must not be dated 1970."""
    while clock.now() < _SANE and not over.is_set():
        log.warning("waiting until the clock is set", shows=str(clock.now()))
        await asyncio.sleep(10)
