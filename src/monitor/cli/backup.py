"""`monitor backup` and `monitor restore`: a home in one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from monitor import clock
from monitor.cli import output
from monitor.cli.call import of

File = Annotated[Path, typer.Argument(metavar="FILE", help="For example monitor-2026-11-24.tar.gz.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def backup(context: typer.Context, file: File, *, json: Json = False) -> None:
    """Copy the whole home into one file: settings, catalogue, ledger, queue and mails, without logs.

    The monitor may run meanwhile. A ledger in PostgreSQL is copied by pg_dump.
    """
    from monitor.backup import make  # noqa: PLC0415 - slow to import

    call = of(context)
    home = call.home()
    made = make(call.config(home), home, file, now=clock.now())
    if json:
        output.record("backup", made, file=file)
        return
    size = f"{made.size / (1 << 20):.1f} MB"
    output.say(f"{file}: {output.count(made.articles, 'article')}, {output.count(made.files, 'file')}, {size}")


def restore(context: typer.Context, file: File, *, json: Json = False) -> None:
    """Make an empty home what it was when the backup was made.

    Stop the monitor of the old home first: two of them would both send the next digest.
    """
    from monitor.backup import restore as restored_from  # noqa: PLC0415

    call = of(context)
    home = call.home()
    restored = restored_from(file, home)
    if json:
        output.record("restore", restored, home=home.path)
        return
    output.say(
        f"{home.path}: {output.count(restored.articles, 'article')}, as of {restored.made_at:%Y-%m-%d %H:%M} UTC"
    )
    call.note("look at it with `monitor doctor` and `monitor queue verify`")
