"""docs/sources.md from the bundled catalogue: python -m bench.sources_page > docs/sources.md"""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from monitor import catalogue
from monitor.config import Config
from monitor.home import Home
from monitor.model import Channel, Source

HEAD = """\
# Sources

Made from `seeds/sources/*.toml` by `python -m bench.sources_page`; change those files, not this page.

**Nothing on this page could be tried live when it was written.** Every address was compiled from public material, and
each channel says where it was seen and when. What rests on guesses or on old lists is off until
`monitor sources check ID` has read it. A source answers differently from network to network: several of these refuse
data centres. robots.txt is fetched and obeyed for every host at run time; nothing here asserts permission.

`on`: visited. `off`: known, not visited; turn it on by a source of the same id in a `seeds/` of your own.
"""


def render(sources: Iterable[Source]) -> str:
    """The page: counts, then a table a country."""
    ordered = sorted(sources, key=lambda source: (source.country, not source.enabled, source.id))
    return "\n".join([HEAD, *_counts(ordered), *_countries(ordered)])


def _counts(sources: list[Source]) -> Iterator[str]:
    channels = [(source, channel) for source in sources for channel in source.channels]
    live = [channel for source, channel in channels if source.enabled and channel.enabled]
    on = sum(source.enabled for source in sources)
    yield f"{len(sources)} sources, {on} on; {len(channels)} channels, {len(live)} on."
    yield ""


def _countries(sources: list[Source]) -> Iterator[str]:
    for country, group in groupby(sources, key=lambda source: source.country):
        yield f"## {country}"
        yield ""
        for source in group:
            yield from _source(source)


def _source(source: Source) -> Iterator[str]:
    state = "on" if source.enabled else "off"
    minutes = int(source.every.total_seconds() // 60)
    every = f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
    yield f"### {source.name} (`{source.id}`, {state})"
    yield ""
    told = "; ".join(source.evidence)
    yield f"{', '.join(source.languages)}; {source.timezone}; looked at every {every}. Evidence: {_escaped(told)}."
    if source.notes:
        yield ""
        yield _escaped(source.notes)
    yield ""
    yield "| channel | language | state | evidence |"
    yield "| --- | --- | --- | --- |"
    for channel in source.channels:
        yield _row(channel)
    yield ""


def _row(channel: Channel) -> str:
    state = "on" if channel.enabled else "off"
    told = _escaped(channel.evidence or "")
    return f"| {channel.kind} `{channel.url.replace('|', '%7C')}` | {channel.language or ''} | {state} | {told} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def bundled() -> tuple[Source, ...]:
    """The sources that travel with the package."""
    return catalogue.load(Config(), Home(Path("no-home"))).sources


if __name__ == "__main__":
    sys.stdout.write(render(bundled()))
