"""The commands put together."""

from pathlib import Path
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import (
    backup,
    crawl,
    daemon,
    demo,
    digest,
    doctor,
    explain,
    extract,
    hook,
    ingest,
    init,
    lexicon,
    match,
    queue,
    sources,
    status,
)
from monitor.cli.call import Call

app = typer.Typer(
    name="monitor",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich help costs a quarter of a second
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with `monitor demo` (no network needed) or `monitor crawl --since 2d`.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    *,
    home: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The directory of this monitor. Default: $MONITOR_HOME, the nearest directory upward "
            "with monitor.toml, $XDG_STATE_HOME/monitor.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages, only data and errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what happens.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Watch regional news sites for landmine news and land each article that matters, once, in a queue."""
    del version
    if no_color:
        import os  # noqa: PLC0415

        os.environ["NO_COLOR"] = "1"
    context.obj = Call(named_home=home, quiet=quiet, verbose=verbose)


app.add_typer(sources.app)
app.add_typer(queue.app)
app.add_typer(lexicon.app)
app.add_typer(hook.app)
app.command()(crawl.crawl)
app.command()(ingest.ingest)
app.command()(extract.extract)
app.command()(match.match)
app.command()(explain.explain)
app.command()(status.status)
app.command()(digest.digest)
app.command()(daemon.daemon)
app.command()(doctor.doctor)
app.command()(demo.demo)
app.command()(init.init)
app.command()(backup.backup)
app.command()(backup.restore)
