"""What a crawl shows while it runs: on a terminal what is visited and what lands, elsewhere only what -v asks for."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from monitor.cli import output
from monitor.model import Outcome, Progress, Settled, Visiting, VisitReport
from monitor.text import line

_SHOWN = 12
"""Visits shown at once; a screen is not higher."""


@contextmanager
def board(*, quiet: bool, verbose: bool) -> Iterator[Callable[[Progress], None]]:
    """What is told inside is shown on stderr; the screen is clean again afterwards."""
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield _say if verbose else lambda _: None
    else:
        yield from _live(verbose=verbose)


def _live(*, verbose: bool) -> Iterator[Callable[[Progress], None]]:
    running: dict[str, Counter[Outcome]] = {}
    totals: Counter[str] = Counter()
    console = Console(stderr=True, highlight=False)

    def picture() -> Group:
        lines = [
            Spinner("dots", Text(f"{name}  {_counted(counts)}")) for name, counts in list(running.items())[:_SHOWN]
        ]
        more = f", {len(running) - _SHOWN} more" if len(running) > _SHOWN else ""
        summary = f"{totals['visits']} visited{more}, {totals['urls']} articles seen, {totals['landed']} landed"
        return Group(*lines, Text(summary, style="bold"))

    def told(event: Progress) -> None:
        match event:
            case Visiting():
                running[event.source] = Counter()
            case Settled():
                running.setdefault(event.source, Counter())[event.outcome] += 1
                totals["urls"] += 1
                if event.outcome is Outcome.QUEUED:
                    totals["landed"] += 1
                    console.print(Text(line(f"landed  {event.name}  {event.url}"), style="green"))
            case VisitReport():
                running.pop(event.source, None)
                totals["visits"] += 1
                if verbose or event.status not in {"ok", "skipped"}:
                    console.print(Text(_visited(event), style="" if event.status == "ok" else "yellow"))

    with Live(console=console, transient=True, refresh_per_second=8, get_renderable=picture):
        yield told


def _say(event: Progress) -> None:
    match event:
        case Settled():
            name = f" {event.name}" if event.name else ""
            output.complain(line(f"{event.source}: {event.outcome}{name} {event.url} {event.reason or ''}"))
        case VisitReport():
            output.complain(_visited(event))


def _visited(report: VisitReport) -> str:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items())
    parts = [f"{report.source}: {report.status}", counts or "nothing new", report.note or ""]
    return line(", ".join(part for part in parts if part))


def _counted(counts: Counter[Outcome]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
