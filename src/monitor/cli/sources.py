"""`monitor sources`: the catalogue."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.call import of

if TYPE_CHECKING:
    from monitor.model import Source

app = typer.Typer(name="sources", help="The catalogue and its health.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print what would be written.")]


@app.command("list")
def list_(
    context: typer.Context,
    country: Annotated[
        list[str] | None, typer.Option(metavar="CC", help="Only of this country; may be repeated.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Those that are off, too.")] = False,
    json: Json = False,
) -> None:
    """List the sources that are watched."""
    call = of(context)
    home = call.home()
    catalogue = call.catalogue(call.config(home), home)
    every = [source.id for source in catalogue.sources] if all_ else []
    chosen = catalogue.select(ids=every, countries=country or ())
    if json:
        for source in chosen:
            output.record("source", source, origin=catalogue.origins[source.id])
        return
    output.table(
        ("ID", "COUNTRY", "LANGUAGES", "CHANNELS", "EVERY", "STATE", "NAME"),
        (
            (s.id, s.country, ",".join(s.languages), _channels(s), _every(s), "on" if s.enabled else "off", s.name)
            for s in chosen
        ),
    )
    off = len(catalogue.sources) - len(catalogue.select())
    call.note(
        f"{output.count(len(chosen), 'source')} shown"
        + (f"; {off} are off, --all shows them" if off and not all_ else "")
    )


@app.command()
def show(
    context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID", help="The source.")], json: Json = False
) -> None:
    """Show everything that the catalogue knows of one source."""
    call = of(context)
    home = call.home()
    catalogue = call.catalogue(call.config(home), home)
    source = catalogue.find(id_)
    if json:
        output.record("source", source, origin=catalogue.origins[source.id])
        return
    for name, value in output.plain(source).items():
        if name != "channels" and value not in (None, [], ""):
            output.say(f"{name:<16} {_shown(value)}")
    for channel in source.channels:
        state = "" if channel.enabled else "  (off)"
        output.say(f"{channel.kind:<16} {channel.url}{state}")
        for name in ("language", "links", "next", "evidence"):
            if getattr(channel, name):
                output.say(f"{'':<16}   {name}: {getattr(channel, name)}")
    output.say(f"{'described in':<16} {catalogue.origins[source.id]}")


@app.command()
def check(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Sources; none: all that are on.")] = None,
    *,
    json: Json = False,
) -> None:
    """Ask sources live, channel by channel and down to an article, and propose the mend of what is broken.

    Channels that are off are asked too when their source is named. Nothing is stored.
    """
    from monitor.cli import probe  # noqa: PLC0415 - Scrapy is slow to import

    if not probe.check(of(context), ids or (), json=json):
        raise typer.Exit(1)


@app.command()
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The outlet's front page, or one of its feeds.")],
    *,
    id_: Annotated[str | None, typer.Option("--id", metavar="ID", help="Else made from the host.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Else what the site calls itself.")] = None,
    country: Annotated[str | None, typer.Option(metavar="CC", help="ISO 3166-1; else by the domain.")] = None,
    language: Annotated[str | None, typer.Option(metavar="LL", help="ISO 639-1; else what the site says.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Of its dates; else by the domain.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Find the feeds, sitemaps and sections of an outlet and add it to the catalogue of this home."""
    from monitor.cli import probe  # noqa: PLC0415

    languages = (language,) if language else None
    land = country and country.upper()
    said = {"id": id_, "name": name, "country": land, "languages": languages, "timezone": timezone}
    probe.add(of(context), url, said=said, dry_run=dry_run)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file.")],
    *,
    dry_run: DryRun = False,
) -> None:
    """Take the feeds of an OPML file into the catalogue of this home; those that it has already are left out."""
    from monitor.cli import lists  # noqa: PLC0415

    lists.take(of(context), file, dry_run=dry_run)


@app.command()
def export(context: typer.Context) -> None:
    """Print the feeds that are on as OPML."""
    from monitor.cli import lists  # noqa: PLC0415

    lists.give(of(context))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _channels(source: "Source") -> str:
    kinds = [channel.kind for channel in source.channels if channel.enabled]
    return " ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "-"


def _every(source: "Source") -> str:
    minutes = int(source.every.total_seconds() // 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
