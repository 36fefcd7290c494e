"""`monitor status`: is it alive, is it complete."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import clock
from monitor.cli import output
from monitor.cli.call import Call, of
from monitor.cli.crawl import refusal

if TYPE_CHECKING:
    from monitor.daemon.outlook import Daemon, Next
    from monitor.ledger import Ledger
    from monitor.ledger.runs import RunReport
    from monitor.model import Source

_ALIVE = timedelta(hours=26)
"""A crawl a day, by cron and a little late, is alive."""
_MAILS = timedelta(days=7)
"""How long a mail or a notice that did not arrive is a problem of today."""
_FAILURES = 3
_OVERDUE = timedelta(minutes=2)
"""What is due later than that is waited for by somebody who does not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How one source is doing: ok, failing, silent or another word of its health."""

    id: str
    status: str
    since: datetime | None
    note: str | None
    visited_at: datetime | None
    ok_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookStatus:
    """How one web hook is doing."""

    name: str
    state: str
    """ok, failing (three attempts in a row), or off: it has said that it wants no more."""
    waiting: int
    given_up: int
    """Of the last days."""
    reply: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `monitor status` tells."""

    run: "RunReport | None"
    """The last crawl."""
    sources: tuple[SourceStatus, ...]
    queue: Mapping[str, int]
    promised: int
    """Articles that the ledger promised to the queue and that are not there yet."""
    urls: Mapping[str, int]
    digests: Mapping[str, date | None]
    """The day of the last digest of each name."""
    mails: Mapping[str, int]
    hooks: tuple[HookStatus, ...]
    daemon: "Daemon"
    next_visit: "Next | None"
    next_digest: "Next | None"

    @property
    def counts(self) -> dict[str, int]:
        """The number of sources by status."""
        return {"ok": 0, "failing": 0, "silent": 0} | Counter(source.status for source in self.sources)

    @property
    def ailing(self) -> tuple[SourceStatus, ...]:
        """The sources from which something may be missing."""
        return tuple(source for source in self.sources if source.status not in {"ok", "undated", "unvisited"})

    @property
    def remarked(self) -> tuple[SourceStatus, ...]:
        """The sources that are well and of which a person should know something all the same."""
        return tuple(source for source in self.sources if source.note and source.status in {"ok", "undated"})


def status(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    alive: Annotated[
        bool, typer.Option("--alive", help="Let the exit code tell only whether it is alive, for health checks.")
    ] = False,
) -> None:
    """Tell whether it is alive and complete.

    The exit code is 0 when it is healthy and 1 when not: no crawl of late, a source from which something may be
    missing, an article or a mail that did not arrive.
    """
    found = _look(of(context))
    problems = [*_standstills(found, now=clock.now()), *([] if alive else _gaps(found))]
    if json:
        _record(found, problems)
    else:
        _tell(found, problems)
    if problems:
        raise typer.Exit(1)


def _look(call: Call) -> Status:
    from monitor.daemon import outlook  # noqa: PLC0415
    from monitor.ledger import articles, counts, digests, leases, mails, runs  # noqa: PLC0415
    from monitor.queue import Queue  # noqa: PLC0415

    now, home = clock.now(), call.home()
    config = call.config(home)
    watched = call.catalogue(config, home).select()
    with call.ledger(config, home) as ledger:
        editions = {digest.name: digests.latest(ledger, name=digest.name) for digest in config.digests}
        days = {name: edition.day if edition else None for name, edition in editions.items()}
        items = Queue(config.queue_dir(home)).items(ledger, now=now)
        return Status(
            run=runs.latest(ledger, kind="crawl"),
            sources=_sources(ledger, watched, now=now),
            queue={place: sum(item.place == place for item in items) for place in ("waiting", "claimed")},
            promised=len(articles.promised(ledger)),
            urls={str(outcome): count for outcome, count in counts.total(ledger).items()},
            digests=days,
            mails={
                "waiting": len(mails.waiting(ledger)),
                "undelivered": len(mails.undelivered(ledger, since=now - _MAILS)),
            },
            hooks=hook_states(ledger, [hook.name for hook in config.hook], now=now),
            daemon=outlook.daemon(home, now=now),
            next_visit=outlook.next_visit(leases.states(ledger, [s.id for s in watched]).values(), now=now),
            next_digest=outlook.next_digest(config.digests, last=days, zone=config.zone, now=now),
        )


def hook_states(ledger: "Ledger", names: Sequence[str], *, now: datetime) -> tuple[HookStatus, ...]:
    """How the web hooks of those names are doing."""
    from monitor.ledger import notices  # noqa: PLC0415

    counts = notices.counts(ledger, since=now - _MAILS)

    def one(name: str) -> HookStatus:
        known, count = notices.find(ledger, name), counts.get(name, {})
        state = "off" if known and known.off_at else "failing" if known and known.failures >= _FAILURES else "ok"
        return HookStatus(
            name=name,
            state=state,
            waiting=count.get("waiting", 0),
            given_up=count.get("given-up", 0),
            reply=known.reply if known else None,
        )

    return tuple(map(one, names))


def _sources(ledger: "Ledger", watched: Sequence["Source"], *, now: datetime) -> tuple[SourceStatus, ...]:
    from monitor.ledger import health, leases  # noqa: PLC0415

    states = leases.states(ledger, [source.id for source in watched])
    verdicts = health.healths(ledger, watched, now=now)

    def one(source: "Source") -> SourceStatus:
        state, verdict = states[source.id], verdicts[source.id]
        # Health waits for three polls before it speaks of failing; a source that never answered is not ok till then.
        never = verdict.ok and state.visited_at is not None and state.ok_at is None
        return SourceStatus(
            id=source.id,
            status="failing" if never else str(verdict.status),
            since=verdict.since,
            note=verdict.note or (_refusals(ledger, source) if never else None),
            visited_at=state.visited_at,
            ok_at=state.ok_at,
        )

    return tuple(map(one, watched))


def _refusals(ledger: "Ledger", source: "Source") -> str | None:
    from monitor.ledger import channels  # noqa: PLC0415

    polls = (
        (poll, channel.url)
        for channel in source.channels
        for poll in channels.history(ledger, source=source.id, url=channel.url, limit=1)
    )
    return "; ".join(text for poll, url in polls if (text := refusal(poll.status, url))) or None


def _standstills(found: Status, *, now: datetime) -> Iterator[str]:
    """Why it is not alive."""
    if not found.sources:
        yield "no source is watched; add a [[source]], or set catalogue.bundled = true"
    if found.run is None:
        yield "no crawl has run yet; start one with `monitor crawl --since 2d`"
    elif now - found.run.started_at > _ALIVE:
        yield f"no crawl since {_at(found.run.started_at)}; does the daemon or the cron job run?"
    elif found.sources and len(found.ailing) == len(found.sources):
        yield "not one source is ok; `monitor doctor` looks at the set-up"
    daemon, beat = found.daemon, found.daemon.beat_at
    if daemon.state == "hangs" and beat:
        yield f"the daemon (process {daemon.pid}) has given no sign of life since {_at(beat)}; restart it"
    if daemon.state == "died" and beat and not (found.run and found.run.started_at > beat):
        yield f"the daemon (process {daemon.pid}) died after {_at(beat)}; start it again"


def _gaps(found: Status) -> Iterator[str]:
    """Why it is not complete."""
    if found.ailing:
        names = ", ".join(source.id for source in found.ailing[:5]) + (", …" if len(found.ailing) > 5 else "")
        yield f"{len(found.ailing)} of {output.count(len(found.sources), 'source')} not ok: {names}"
    if found.promised:
        yield f"{output.count(found.promised, 'article')} not in the queue yet; the next crawl puts them there"
    if found.mails["undelivered"]:
        yield f"{output.count(found.mails['undelivered'], 'mail')} of the last days did not reach everybody"
    for hook in found.hooks:
        if hook.state != "ok":
            yield f"the hook {hook.name} is {hook.state}: {hook.reply}; then `monitor hook retry {hook.name}`"
        elif hook.given_up:
            yield f"{output.count(hook.given_up, 'notice')} of the last days did not reach the hook {hook.name}"


def _record(found: Status, problems: Sequence[str]) -> None:
    run = found.run
    crawl = (
        {"started_at": run.started_at, "finished_at": run.finished_at, "discovered": run.discovered} if run else None
    )
    output.record(
        "status",
        {
            "healthy": not problems,
            "problems": problems,
            "last_crawl": crawl,
            "counts": found.counts,
            "sources": found.sources,
            "queue": found.queue,
            "urls": found.urls,
            "digests": {name: day.isoformat() if day else None for name, day in found.digests.items()},
            "mails": found.mails,
            "hooks": found.hooks,
            "daemon": found.daemon,
            "next_visit": {"source": found.next_visit.name, "at": found.next_visit.at} if found.next_visit else None,
            "next_digest": found.next_digest,
        },
    )


def _tell(found: Status, problems: Sequence[str]) -> None:
    for problem in problems:
        output.say(f"NOT HEALTHY  {problem}")
    run = found.run
    if run:
        ended = f"to {run.finished_at:%H:%M} UTC" if run.finished_at else "and runs, or was killed"
        visits, urls = output.count(len(run.visits), "visit"), output.count(run.discovered, "URL")
        output.say(f"last crawl   {_at(run.started_at)} {ended}: {visits}, {urls}")
    output.say(f"sources      {_counted(found.counts)}")
    for source in found.ailing:
        since = f" since {_at(source.since)}" if source.since else ""
        output.say(f"  {source.status:<10} {source.id}{since}: {source.note or 'no reason known'}")
    for source in found.remarked:
        output.say(f"  {source.status:<10} {source.id}: {source.note}")
    output.say(f"queue        {_counted(found.queue)}")
    output.say(f"urls         {_counted(found.urls) or 'none'}")
    output.say(f"digests      {', '.join(_day(name, day) for name, day in found.digests.items())}")
    output.say(f"mails        {_counted(found.mails)}")
    for hook in found.hooks:
        output.say(f"hook         {hook.name}: {hook.state}, {hook.waiting} waiting, {hook.given_up} given up")

    output.say(f"daemon       {_daemon(found.daemon)}")
    for word, due in (("visit ", found.next_visit), ("digest", found.next_digest)):
        if due:
            late = ", overdue" if clock.now() - due.at > _OVERDUE else ""
            output.say(f"next {word}  {due.name}: {_at(due.at)}{late}")


def _daemon(daemon: "Daemon") -> str:
    if daemon.state == "none":
        return "none runs; `monitor daemon` starts one"
    text = f"{daemon.state}, process {daemon.pid or 'unknown'}"
    if daemon.started_at is None or daemon.beat_at is None:
        return f"{text}, no sign of life yet"
    counted = _counted({word: getattr(daemon, word) for word in ("running", "missed", "skipped", "failed")})
    visits = output.count(daemon.visits or 0, "visit")
    return f"{text} since {_at(daemon.started_at)}, last sign of life {_at(daemon.beat_at)}; {visits}, {counted}"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def _day(name: str, day: date | None) -> str:
    return f"{name}: {day or 'none yet'}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
