"""`monitor queue`: work with the queue from scripts."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import clock
from monitor.cli import output
from monitor.cli.call import of

if TYPE_CHECKING:
    from monitor.ledger import Ledger
    from monitor.queue import Item, Queue

app = typer.Typer(name="queue", help="Work with the queue from scripts.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Files as `claim` named them; a path will do.")]


@app.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List what waits and what is claimed."""
    with _opened(context) as (queue, ledger):
        items = queue.items(ledger, now=clock.now())
    if json:
        for item in items:
            _record(queue, item)
        return
    output.table(("NAME", "STATE", "CLAIMED UNTIL"), ((item.name, item.place, item.lease_until) for item in items))
    counts = Counter(item.place for item in items)
    of(context).note(", ".join(f"{count} {place}" for place, count in counts.items()) or "the queue is empty")


@app.command()
def claim(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many files.")] = 1,
    lease: Annotated[
        str, typer.Option(metavar="TIME", help="After it they are back in the queue: 30m, 2h, 1d.")
    ] = "1h",
    json: Json = False,
) -> None:
    """Move the oldest waiting files to claimed/, where nobody else gets them, and print their paths."""
    from monitor.fields import duration  # noqa: PLC0415

    try:
        length = duration(lease)
    except ValueError as cause:
        raise typer.BadParameter(str(cause), param_hint="--lease") from cause
    now = clock.now()
    with _opened(context) as (queue, ledger):
        paths = queue.claim(ledger, limit=limit, lease=length, now=now)
    for path in paths:
        if json:
            output.record(
                "queue-item", {"name": path.name, "path": path, "place": "claimed", "lease_until": now + length}
            )
        else:
            output.say(str(path))
    if not paths:
        of(context).note("nothing waits")


@app.command()
def ack(context: typer.Context, names: Names) -> None:
    """Move claimed files to done/: they have been dealt with."""
    with _opened(context) as (queue, ledger):
        queue.ack(ledger, names)


@app.command()
def release(context: typer.Context, names: Names) -> None:
    """Put claimed files back into the queue."""
    with _opened(context) as (queue, ledger):
        queue.release(ledger, names)


@app.command()
def verify(context: typer.Context, *, json: Json = False) -> None:
    """Check every file against the ledger; exit 1 when something is wrong."""
    from monitor.ledger import articles  # noqa: PLC0415

    with _opened(context) as (queue, ledger):
        items = queue.verify(lambda: articles.hashes(ledger))
    wrong = [item for item in items if item.finding]
    places = Counter(str(item.place) for item in items if item.place)
    if json:
        findings = [{"name": item.name, "place": item.place, "finding": item.finding} for item in wrong]
        output.record("queue-verify", {"ok": not wrong, "checked": len(items), "places": places, "findings": findings})
    elif wrong:
        output.table(("NAME", "PLACE", "FINDING"), ((item.name, item.place or "-", item.finding) for item in wrong))
    of(context).note(
        f"{output.count(len(items), 'file')} checked, {len(wrong)} wrong"
        + "".join(f"; {count} {place}" for place, count in sorted(places.items()))
    )
    if wrong:
        raise typer.Exit(1)


@contextmanager
def _opened(context: typer.Context) -> Iterator[tuple["Queue", "Ledger"]]:
    from monitor.queue import Queue  # noqa: PLC0415

    call = of(context)
    home = call.home()
    config = call.config(home)
    with call.ledger(config, home) as ledger:
        yield Queue(config.queue_dir(home)), ledger


def _record(queue: "Queue", item: "Item") -> None:
    place = queue.directory / "claimed" if item.place == "claimed" else queue.directory
    shown = {"name": item.name, "path": place / item.name, "place": item.place, "lease_until": item.lease_until}
    output.record("queue-item", shown)
