"""The long-lived process: one event loop in which APScheduler says when and the crawls do what.

The truth is in the ledger; the scheduler's job store is memory. Nothing that may wait for a lock, a disk or a mail
server is done on the loop, save what the crawls themselves write.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor import catalogue, clock, lock, logs, metrics
from monitor.config import Config
from monitor.crawl.loop import event_loop
from monitor.crawl.once import crawls
from monitor.crawl.run import Crawls
from monitor.daemon import beat, jobs, memory, notify, signals, upkeep
from monitor.daemon.chores import Chores
from monitor.daemon.jobs import Job
from monitor.daemon.steps import Steps
from monitor.daemon.tally import Tally
from monitor.daemon.visits import Visits
from monitor.editions import Editor, open_editor
from monitor.errors import ConfigError, MonitorError
from monitor.home import Home
from monitor.hooks import Hooks
from monitor.ledger import Ledger, leases
from monitor.metrics import Figures
from monitor.model import Outcome, Progress, Settled, Source, VisitReport
from monitor.queue import Queue
from monitor.relevance import lexicon

log = logs.logger(__name__)

GRACE, PATIENCE = 10.0, 5.0
"""Seconds that visits have to end by themselves when a session ends, and then to roll back; mail has both."""
_LONGEST = timedelta(days=1)
_QUIET = 600.0
"""Seconds that upkeep waits for visits to end; else the house is kept the next time."""
_RETRY = 10.0
"""Seconds until watching is begun again that could not go on."""
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
        loop = event_loop()
        daemon = Daemon(home, load)

        def soon(call: Callable[[], None]) -> None:
            loop.call_soon_threadsafe(call)

        with signals.heard(stop=lambda: soon(daemon.stop), reread=lambda: soon(daemon.reread)):
            loop.run_until_complete(daemon.live())
        # One that is left behind is the sign of a daemon that died.
        home.beat.unlink(missing_ok=True)


class Daemon:
    """One daemon: sessions follow each other when the settings are read anew."""

    def __init__(self, home: Home, load: Callable[[], Setup], *, time: Callable[[], float] | None = None) -> None:
        """`time` is the monotonic clock of the visits; the event loop's unless it is named."""
        self._home, self._load, self._time = home, load, time or event_loop().time
        self._setup = load()
        self._proven: Setup | None = None
        """What a session has run with."""
        self._started_at = clock.now()
        self._stop = False
        self._over = asyncio.Event()
        """The session shall end."""
        self._asked = asyncio.Event()
        """The settings shall be read anew."""
        self._chores, self._tally = Chores(), Tally()
        self._visits: Visits | None = None
        """Those of the session that goes on."""
        self._before = 0
        """Visits of earlier sessions."""

    @property
    def visits(self) -> int:
        """Visits that have ended since the start."""
        return self._before + (self._visits.done if self._visits else 0)

    @property
    def ready(self) -> bool:
        """Whether a session has begun."""
        return self._proven is not None

    async def live(self) -> None:
        """Sessions have run until the daemon was told to stop."""
        memory.spare()
        await self._sane_clock()
        rereading = asyncio.ensure_future(self._rereading())
        try:
            while not self._stop:
                self._over.clear()
                await self._try(self._setup)
        finally:
            rereading.cancel()

    def stop(self) -> None:
        """The session ends and none follows."""
        log.info("stopping")
        notify.tell("STOPPING=1")
        self._stop = True
        self._over.set()

    def reread(self) -> None:
        """A session with new settings follows; with wrong ones everything stays as it is, and that is said."""
        self._asked.set()

    async def _rereading(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                setup = await asyncio.to_thread(self._read)
            except MonitorError as error:
                # The operator's slip, told in one line: a traceback would hide it.
                log.error("settings not reread, the old ones stay", why=str(error))  # noqa: TRY400
            except Exception:
                log.exception("settings not reread, the old ones stay")
            else:
                self._setup = setup
                log.info("settings reread", sources=len(setup.sources))
                self._over.set()

    def _read(self) -> Setup:
        setup = self._load()
        lexicon.load(catalogue.lexicon_files(self._home))  # a wrong word is told while the old ones still serve
        return setup

    async def _sane_clock(self) -> None:
        """The clock shows a time that can be, since articles must not be dated 1970; or the daemon was told to stop."""
        said = False
        while clock.now() < _SANE and not self._stop:
            if not said:
                log.warning("waiting until the clock is set", shows=str(clock.now()))
                said = True
            notify.tell("STATUS=waiting until the clock is set\nEXTEND_TIMEOUT_USEC=60000000")
            await self._pause(_RETRY)

    async def _pause(self, seconds: float) -> None:
        """So much time has gone by, or the session shall end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    async def _try(self, setup: Setup) -> None:
        """A session has run; one that cannot be opened any more is told, and what has run before is taken up again."""
        try:
            await self._session(setup)
        except MonitorError as error:
            if self._proven is None:
                raise
            new = setup is not self._proven
            log.error(  # noqa: TRY400 - expected, told in one line
                "settings not taken over, the old ones stay" if new else "watching broke off, it is begun again",
                why=str(error),
            )
            if self._setup is setup:
                self._setup = self._proven
            if not new:
                await self._pause(_RETRY)

    async def _session(self, setup: Setup) -> None:
        config, home = setup.config, self._home
        async with crawls(config, home) as open_crawls:
            with (
                Ledger.open(config.store_url(home)) as ledger,
                open_editor(config, home, setup.sources) as editor,
                _served(config, self._figures(setup, ledger)) as figures,
            ):
                # Before the first visit: what lands from now on is for the hooks.
                await asyncio.to_thread(Hooks(editor=editor, folder=home.outbox).know, now=clock.now())
                visits = self._plan(setup, ledger, open_crawls)
                async with self._scheduled(visits, editor, figures, config):
                    memory.settle()
                    self._proven = setup
                    notify.tell(f"READY=1\nSTATUS=watching {len(setup.sources)} sources")
                    log.info("watching", sources=len(setup.sources), zone=config.zone)
                    await self._over.wait()

    def _figures(self, setup: Setup, ledger: Ledger) -> Figures:
        return Figures(
            ledger=ledger,
            queue=Queue(setup.config.queue_dir(self._home)),
            sources=setup.sources,
            daemon=lambda: beat.read(self._home.beat),
            now=clock.now,
        )

    def _plan(self, setup: Setup, ledger: Ledger, open_crawls: Crawls) -> Visits:
        async def remaining(sources: Sequence[Source]) -> Mapping[str, timedelta]:
            # The ledger may be locked for half a minute.
            states = await asyncio.to_thread(leases.states, ledger, [source.id for source in sources])
            return {source.id: _wait(source, states[source.id], now=clock.now()) for source in sources}

        async def visit(source: Source) -> None:
            await open_crawls.run([source], progress=_told)

        return Visits(
            setup.sources, visit=visit, remaining=remaining, seats=setup.config.crawl.concurrency, time=self._time
        )

    @asynccontextmanager
    async def _scheduled(self, visits: Visits, editor: Editor, figures: Figures, config: Config) -> AsyncIterator[None]:
        """The jobs tick; afterwards no visit is under way, and no chore save one that hangs."""
        scheduler = jobs.scheduler(self._jobs(visits, editor, figures, config), self._tally)
        steps = Steps(wall=clock.now, time=self._time)

        async def pulse() -> None:
            # Not a job: when the clock was set back, the scheduler itself waits for the old time to come again.
            while True:
                await asyncio.sleep(1)
                ahead = steps.step()
                if ahead:
                    log.warning("the clock was set or the machine has slept", ahead_s=round(ahead.total_seconds()))
                    jobs.realign(scheduler, now=clock.now())
                if ahead > timedelta():
                    visits.hasten()

        self._visits = visits
        scheduler.start()
        pulsing = asyncio.ensure_future(pulse())
        try:
            yield
        finally:
            pulsing.cancel()
            scheduler.pause()
            _, hanging = await asyncio.gather(
                visits.finish(grace=GRACE, patience=PATIENCE), self._chores.finish(grace=GRACE + PATIENCE)
            )
            if hanging:
                log.warning("left behind, will be taken up again", chores=list(hanging))
            scheduler.shutdown(wait=False)
            self._visits = None
            self._before += visits.done

    def _jobs(self, visits: Visits, editor: Editor, figures: Figures, config: Config) -> dict[str, Job]:
        mail, hook = jobs.Complaints("mail waits"), jobs.Complaints("hook waits")

        async def visit() -> None:
            visits.tick()

        async def post() -> None:
            await self._chore("digests", lambda: jobs.post(editor, mail))

        async def tell() -> None:
            if config.hook:
                hooks = Hooks(editor=editor, folder=self._home.outbox)
                await self._chore("hooks", lambda: jobs.tell(hooks, hook, going=lambda: not self._over.is_set()))

        async def publish() -> None:
            await self._chore("feeds and figures", lambda: jobs.publish(figures, config.textfile(self._home)))

        async def sign() -> None:
            self._sign(visits)

        async def keep() -> None:
            # Packing the ledger locks it: nobody shall stand before a locked door meanwhile.
            async with visits.rest(patience=_QUIET) as quiet:
                if quiet:
                    await self._chore(
                        "upkeep", lambda: upkeep.keep(figures.ledger, self._home, config, now=clock.now())
                    )

        return {
            "visits": Job(tick=visit, every=timedelta(seconds=1), after=timedelta()),
            "digests": Job(tick=post, every=timedelta(seconds=30)),
            "hooks": Job(tick=tell, every=timedelta(seconds=5)),
            "feeds and figures": Job(tick=publish, every=timedelta(seconds=30)),
            "sign of life": Job(tick=sign, every=timedelta(seconds=_sign_every())),
            "upkeep": Job(tick=keep, every=timedelta(hours=6), after=timedelta(minutes=5)),
        }

    async def _chore(self, name: str, work: Callable[[], None]) -> None:
        if not await self._chores.do(name, work):
            # It hangs since the session before.
            self._tally.skipped += 1

    def _sign(self, visits: Visits) -> None:
        notify.tell("WATCHDOG=1")
        beat.write(
            self._home.beat,
            beat.Beat(
                pid=os.getpid(),
                started_at=self._started_at,
                at=clock.now(),
                visits=self.visits,
                running=visits.running,
                missed=self._tally.missed,
                skipped=self._tally.skipped,
                errors=self._tally.failed + visits.failed,
            ),
        )


def _wait(source: Source, state: leases.SourceState, *, now: datetime) -> timedelta:
    """How long the source must still wait; never for ever, whatever the clock showed when it was visited."""
    moments = [at for at in (state.next_visit_at, state.not_before) if at is not None]
    wait = max(moments) - now if moments else timedelta()
    return min(max(wait, timedelta()), max(_LONGEST, source.every))


def _told(event: Progress) -> None:
    """One line an article, one a visit."""
    match event:
        case Settled(outcome=Outcome.QUEUED | Outcome.UPDATED):
            log.info(str(event.outcome), source=event.source, url=event.url, name=event.name)
        case VisitReport():
            outcomes = {str(outcome): count for outcome, count in event.outcomes.items() if count}
            log.info("visited", source=event.source, status=event.status, outcomes=outcomes, note=event.note)


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
