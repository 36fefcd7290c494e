"""`monitor crawl`: visit the sources once and land what is new."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.call import of

if TYPE_CHECKING:
    from monitor.ledger.runs import RunReport
    from monitor.model import Outcome, VisitReport

ALL_FAILED, SOME_FAILED = 4, 5


def crawl(
    context: typer.Context,
    *,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Only what was published after: 2d, 2026-11-01.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Only what was published before.")] = None,
    source: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this source; may be repeated.")] = None,
    country: Annotated[
        list[str] | None, typer.Option(metavar="CC", help="Only of this country; may be repeated.")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only sources whose turn it is.")] = False,
    limit: Annotated[int | None, typer.Option(min=0, metavar="N", help="Fetch at most so many pages.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read the channels, fetch no page, keep nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 5 when some sources failed.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Visit the sources once and land what is new.

    WHEN is 2d, 36h, 2026-11-01 or an ISO date-time. Example: monitor crawl --since 2d --country AZ
    """
    call = of(context)
    home = call.home()
    config = call.config(home)
    chosen = call.catalogue(config, home).select(ids=source or (), countries=country or ())
    begin = call.when(since, config=config, past=True) if since is not None else None
    end = call.when(until, config=config) if until is not None else None
    if begin and end and begin >= end:
        raise typer.BadParameter("lies before --since", param_hint="--until")
    if not chosen:
        call.note("no source is watched; `monitor sources list` shows what there is")

    from monitor.cli.progress import board  # noqa: PLC0415
    from monitor.crawl.once import crawl_once  # noqa: PLC0415

    call.log_to_stderr()
    if not dry_run:
        call.await_hooks(config, home)
    with board(quiet=call.quiet, verbose=call.verbose) as progress:
        report = crawl_once(
            config,
            home,
            chosen,
            since=begin,
            until=end,
            due_only=due,
            limit=limit,
            dry_run=dry_run,
            progress=progress,
        )
    if json:
        output.record("crawl", _json(report, zone=config.zone))
    else:
        _tell(report, zone=config.zone, dry_run=dry_run)
        if _landed(report.outcomes) and not dry_run:
            call.note(f"new files are in {config.queue_dir(home)}")
    if not dry_run:
        with call.ledger(config, home) as ledger:
            call.publish(config, home, ledger)
        call.tell_hooks(config, home)
    _end(report, strict=strict)


def _json(report: "RunReport", *, zone: str) -> dict[str, object]:
    return {
        "started_at": report.started_at,
        "finished_at": report.finished_at,
        "since": report.since,
        "until": report.until,
        "zone": zone,
        "sources": [_visit(visit) for visit in report.visits],
        "totals": {
            "sources": len(report.visits),
            "discovered": report.discovered,
            "outcomes": _outcomes(report.outcomes),
        },
    }


def _visit(visit: "VisitReport") -> dict[str, object]:
    return {
        "id": visit.source,
        "status": visit.status,
        "channels": visit.channels,
        "discovered": visit.discovered,
        "outcomes": _outcomes(visit.outcomes),
        "complete": visit.complete,
        "covered_from": visit.covered_from,
        "note": visit.note,
    }


def _outcomes(counts: "Mapping[Outcome, int]") -> dict[str, int]:
    from monitor.model import Outcome  # noqa: PLC0415

    return {str(outcome): counts.get(outcome, 0) for outcome in Outcome}


def _tell(report: "RunReport", *, zone: str, dry_run: bool) -> None:
    if not report.visits:
        output.say("no source was visited")
        return
    output.table(
        ("SOURCE", "STATUS", "FOUND", "LANDED", "OTHERS", "REACHES BACK TO", "NOTE"),
        (
            (
                visit.source,
                visit.status,
                visit.discovered,
                _landed(visit.outcomes),
                _others(visit.outcomes),
                _at(visit.covered_from, zone),
                trouble(visit),
            )
            for visit in report.visits
        ),
    )
    span = f" since {_at(report.since, zone)}" if report.since else ""
    span += f" until {_at(report.until, zone)}" if report.until else ""
    span += f" ({zone})" if span else ""
    sources, landed = output.count(len(report.visits), "source"), _landed(report.outcomes)
    said = f"{sources}{span}: {report.discovered} found, {landed} landed"
    others = _others(report.outcomes)
    output.say(f"{said}, {others}" if others else said)
    if dry_run:
        output.say("dry run: nothing was fetched or kept; what is pending would be fetched")


def trouble(visit: "VisitReport") -> str | None:
    """What went wrong in the visit, in a line: its note, then the channels that gave nothing and why."""
    parts = [visit.note] if visit.note else []
    parts += [refusal(channel.status, channel.url) for channel in visit.channels]
    return "; ".join(part for part in dict.fromkeys(parts) if part) or None


def refusal(status: str, url: str) -> str:
    """Why the channel gave nothing, or nothing when it did."""
    word, _, why = status.partition(":")
    return f"{why.strip() or word} ({url})" if word in {"failed", "blocked"} else ""


def _landed(counts: "Mapping[Outcome, int]") -> int:
    return _outcomes(counts)["queued"]


def _others(counts: "Mapping[Outcome, int]") -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if outcome != "queued")


def _at(moment: datetime | None, zone: str) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - slow to import

    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if moment else ""


def _end(report: "RunReport", *, strict: bool) -> None:
    visited = [visit for visit in report.visits if visit.status != "skipped"]
    failed = [visit for visit in visited if visit.status != "ok"]
    if visited and len(failed) == len(visited):
        output.complain(
            "monitor: every source failed; `monitor doctor` looks at the set-up, `monitor demo` needs no network"
        )
        raise typer.Exit(ALL_FAILED)
    if strict and failed:
        output.complain(f"monitor: {len(failed)} of {len(visited)} sources failed")
        raise typer.Exit(SOME_FAILED)
