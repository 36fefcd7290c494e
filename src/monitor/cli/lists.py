"""What `monitor sources import` and `export` do: lists of feeds as other readers know them."""

import sys
from dataclasses import replace
from pathlib import Path

from monitor import clock
from monitor.cli.call import Call
from monitor.cli.probe import write
from monitor.discovery import opml, seed
from monitor.errors import MonitorError
from monitor.model import Channel, ChannelKind, Source


def take(call: Call, file: Path, *, dry_run: bool) -> None:
    """The feeds of an OPML file that the catalogue of this home had not are in it."""
    home = call.home()
    try:
        body = file.read_bytes()
    except OSError as error:
        raise MonitorError(f"{file}: {error.strerror}; give an OPML file") from error
    known = call.catalogue(call.config(home), home).sources
    feeds = {channel.url for source in known for channel in source.channels}
    fresh: dict[str, Source] = {}
    evidence = f"imported from {file.name}, {clock.now():%Y-%m-%d}"
    for one in opml.load(body, place=str(file)):
        if one.url in feeds:
            continue
        made = seed.guess(
            one.url, [Channel(url=one.url, kind=ChannelKind.FEED, evidence=evidence)], name=one.title, evidence=evidence
        )
        fresh[_free(made.id, {source.id for source in known} | fresh.keys())] = made
    sources = [replace(source, id=name) for name, source in fresh.items()]
    if not sources:
        call.note(f"{file}: nothing that the catalogue has not already")
        return
    write(call, sources, home.seeds / "sources" / "imported.toml", dry_run=dry_run)


def give(call: Call) -> None:
    """The feeds that are on are on stdout, as OPML."""
    home = call.home()
    sys.stdout.write(opml.dump(call.catalogue(call.config(home), home).select()).decode("utf-8"))


def _free(name: str, taken: set[str]) -> str:
    """The id, numbered when it is taken: one host may have many feeds."""
    numbered = (f"{name[:60]}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)
