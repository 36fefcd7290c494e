"""`monitor status`: is it alive, is it complete."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import clock
from monitor.cli import output
from monitor.cli.call import Call, of

if TYPE_CHECKING:
    from monitor.ledger.leases import SourceState
    from monitor.ledger.runs import RunReport
    from monitor.model import Source

_ALIVE = timedelta(hours=26)
"""A crawl a day, by cron and a little late, is alive."""
_FAILS = 3
"""Visits in a row that must go wrong before a source is called failing: a blip is no news."""
_WORDS = ("ok", "failing", "unvisited")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How one source is doing: ok, failing or unvisited."""

    id: str
    status: str
    visited_at: datetime | None
    ok_at: datetime | None
    failures: int
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `monitor status` tells."""

    run: "RunReport | None"
    sources: tuple[SourceStatus, ...]
    queue: Mapping[str, int]
    promised: int
    """Articles that the ledger promised to the queue and that are not there yet."""
    urls: Mapping[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """The number of sources by status."""
        return {word: sum(source.status == word for source in self.sources) for word in _WORDS}

    @property
    def failing(self) -> tuple[SourceStatus, ...]:
        """The sources that fail."""
        return tuple(source for source in self.sources if source.status == "failing")


def status(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 also when any source is failing.")] = False,
) -> None:
    """Tell whether it is alive and complete.

    The exit code is 0 when it is healthy and 1 when not.
    """
    found = _look(of(context))
    problems = [*_problems(found, now=clock.now())]
    if strict and found.failing:
        problems.append(f"{len(found.failing)} sources are failing")
    if json:
        _record(found, problems)
    else:
        _tell(found, problems)
    if problems:
        raise typer.Exit(1)


def _look(call: Call) -> Status:
    from monitor.ledger import articles, counts, leases, runs  # noqa: PLC0415
    from monitor.queue import Queue  # noqa: PLC0415

    home = call.home()
    config = call.config(home)
    watched = call.catalogue(config, home).select()
    with call.ledger(config, home) as ledger:
        run = runs.latest(ledger, kind="crawl")
        items = Queue(config.queue_dir(home)).items(ledger, now=clock.now())
        return Status(
            run=run,
            sources=_sources(watched, run, leases.states(ledger, [source.id for source in watched])),
            queue={place: sum(item.place == place for item in items) for place in ("waiting", "claimed")},
            promised=len(articles.promised(ledger)),
            urls={str(outcome): count for outcome, count in counts.total(ledger).items()},
        )


def _sources(
    watched: Sequence["Source"], run: "RunReport | None", states: Mapping[str, "SourceState"]
) -> tuple[SourceStatus, ...]:
    notes = {visit.source: visit.note for visit in run.visits} if run else {}

    def one(state: "SourceState") -> SourceStatus:
        word = "unvisited" if state.visited_at is None else "failing" if state.failures >= _FAILS else "ok"
        return SourceStatus(
            id=state.id,
            status=word,
            visited_at=state.visited_at,
            ok_at=state.ok_at,
            failures=state.failures,
            note=notes.get(state.id),
        )

    return tuple(one(states[source.id]) for source in watched)


def _problems(found: Status, *, now: datetime) -> Iterator[str]:
    if not found.sources:
        yield "no source is watched; add a [[source]], or set catalogue.bundled = true"
    if found.run is None:
        yield "no crawl has run yet; start one with `monitor crawl --since 2d`"
    elif now - found.run.started_at > _ALIVE:
        yield f"no crawl since {_at(found.run.started_at)}; does the daemon or the cron job run?"
    elif found.sources and not found.counts["ok"]:
        yield "not one source is ok; `monitor doctor` looks at the set-up"
    if found.promised:
        yield f"{found.promised} articles are not in the queue yet; the next crawl puts them there"


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
        },
    )


def _tell(found: Status, problems: Sequence[str]) -> None:
    for problem in problems:
        output.say(f"NOT HEALTHY  {problem}")
    run = found.run
    if run:
        ended = f"to {run.finished_at:%H:%M} UTC" if run.finished_at else "and runs, or was killed"
        output.say(f"last crawl   {_at(run.started_at)} {ended}: {len(run.visits)} visits, {run.discovered} URLs")
    output.say(f"sources      {_counted(found.counts)}")
    for source in found.failing:
        last = _at(source.ok_at) if source.ok_at else "never"
        output.say(f"  failing    {source.id}: {source.note or 'no reason known'} (last ok: {last})")
    output.say(f"queue        {_counted(found.queue)}")
    output.say(f"urls         {_counted(found.urls) or 'none'}")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
