"""What the scheduler's ticks do besides visits: digests, mail and hooks, feeds and figures, the sign of life, upkeep.

APScheduler's jobs are only ticks: each looks at the ledger or at the monotonic clock and does what is due, so a tick
that comes late or twice changes nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.events import JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import clock, feeds, logs, metrics
from monitor.daemon import tally as tallies
from monitor.daemon.tally import Tally
from monitor.editions import Editor
from monitor.hooks import Hooks
from monitor.metrics import Figures

log = logs.logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One tick that comes again and again."""

    tick: Callable[[], Awaitable[object]]
    every: timedelta
    after: timedelta = timedelta(seconds=1)
    """The first one comes so long after the start."""


def scheduler(jobs: Mapping[str, Job], tally: Tally) -> AsyncIOScheduler:
    """A scheduler for the running loop that ticks by name once it is started, and tells the tally how that goes."""
    made = AsyncIOScheduler(
        timezone=UTC,
        # The defaults drop a job that is a second late; a tick is worth doing however late it comes.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    intervals = {name: job.every for name, job in jobs.items()}

    def count(event: JobEvent) -> None:
        tally.count(event, intervals)
        if event.code == tallies.ERROR:
            log.error("job failed", job=event.job_id, why=repr(event.exception))

    tally.begin()
    made.add_listener(count, tallies.EVENTS)
    now = clock.now()
    for name, job in jobs.items():
        seconds = job.every.total_seconds()
        made.add_job(job.tick, "interval", seconds=seconds, id=name, next_run_time=now + job.after)
    return made


def realign(made: AsyncIOScheduler, *, now: datetime) -> None:
    """No job waits longer than its interval: after the wall clock was set back it would wait for the old time."""
    for job in made.get_jobs():
        job.modify(next_run_time=min(job.next_run_time, now + job.trigger.interval))


class Complaints:
    """What keeps something from being handed over: logged when it begins, not at every try."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._known = frozenset[str]()

    def now(self, problems: Iterable[str]) -> None:
        """These are what hinders at present."""
        present = frozenset(problems)
        for problem in sorted(present - self._known):
            log.warning(self._event, why=problem)
        self._known = present


def post(editor: Editor, complaints: Complaints) -> None:
    """The digests and urgent mails whose time has come are made, and what waits was offered to the mail server."""
    now = clock.now()
    for edition in editor.make_due(now=now):
        log.info("digest made", name=edition.name, day=str(edition.day))
    for key in editor.make_urgent(now=now):
        log.info("urgent mail made", key=key)
    posted = editor.outbox.post(now=now)
    if posted.accepted or posted.ended:
        log.info("mail handed over", accepted=posted.accepted, waiting=posted.waiting, ended=posted.ended)
    complaints.now(posted.problems)


def tell(hooks: Hooks, complaints: Complaints, *, going: Callable[[], bool]) -> None:
    """What is new was offered to the web hooks, unless `going` said half-way that it must end."""
    hooks.make(now=clock.now())
    told = hooks.post(now=clock.now, going=going)
    if told.accepted or told.ended:
        log.info("hooks told", accepted=told.accepted, waiting=told.waiting, ended=told.ended)
    complaints.now(told.problems)


def publish(figures: Figures, path: Path | None) -> None:
    """What others read without asking the ledger says what it says now."""
    feeds.publish(figures.ledger, figures.queue, figures.sources, now=clock.now())
    if path:
        metrics.textfile(figures, path)
