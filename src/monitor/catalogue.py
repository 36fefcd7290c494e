"""The catalogue: source files, bundled and the user's own, become Sources; lexicon files are found, not read.

Three layers, the later wins: the bundled seeds, HOME/seeds, the [[source]] tables of monitor.toml.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from monitor import house
from monitor.config import Config
from monitor.errors import SeedError, UsageError
from monitor.fields import Country, Duration, Encoding, Host, Language, Line, Pattern, Selector, Url, Zone
from monitor.home import Home
from monitor.model import Channel, ChannelKind, Source
from monitor.toml import Table, build, nearest, read


def _as_table(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _interval(value: timedelta) -> timedelta:
    if not timedelta(minutes=1) <= value <= timedelta(days=30):
        raise ValueError('too short or too long; write something between "1m" and "30d"')
    return value


class ChannelTable(Table):
    """A feed or sitemap; where only its address is given, a string will do."""

    url: Url
    language: Language | None = None
    confidence: Literal["high", "medium", "low"] = "high"
    enabled: bool | None = None
    evidence: Line | None = None

    def channel(self, kind: ChannelKind) -> Channel:
        """The channel; one of low confidence is off unless the file turns it on."""
        enabled = self.confidence != "low" if self.enabled is None else self.enabled
        return Channel(url=self.url, kind=kind, language=self.language, enabled=enabled, evidence=self.evidence)


class ListingTable(ChannelTable):
    """An HTML page that lists articles."""

    links: Selector | None = None
    next: Selector | None = None
    render: Literal["browser"] | None = None

    def channel(self, kind: ChannelKind) -> Channel:
        """The channel, with the selectors of its links."""
        plain = ChannelTable.channel(self, kind)
        return Channel(
            url=plain.url,
            kind=kind,
            language=plain.language,
            enabled=plain.enabled,
            evidence=plain.evidence,
            links=self.links,
            next=self.next,
            render=self.render == "browser",
        )


Channels = tuple[Annotated[ChannelTable, BeforeValidator(_as_table)], ...]
Listings = tuple[Annotated[ListingTable, BeforeValidator(_as_table)], ...]


class SourceTable(Table):
    """One `[[source]]` of a source file or of monitor.toml; seeds/README.md tells what each key means."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    name: Annotated[Line, Field(min_length=1)]
    country: Country
    languages: tuple[Language, ...]
    timezone: Zone
    feeds: Channels = ()
    sitemaps: Channels = ()
    listings: Listings = ()
    article_pattern: Pattern | None = None
    every: Annotated[Duration, AfterValidator(_interval)] = timedelta(minutes=30)
    credit: Line | None = None
    strip: tuple[Pattern, ...] = ()
    mirrors: tuple[Host, ...] = ()
    encoding: Encoding | None = None
    spider: Line | None = None
    render: Literal["browser"] | None = None
    evidence: Annotated[tuple[Line, ...], BeforeValidator(_as_list)] = ()
    notes: str | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        channels = self.channels
        if not self.languages:
            raise ValueError('languages is empty; name at least the main one, for example ["az", "en"]')
        if self.enabled and not self.spider and not channels:
            raise ValueError("no feeds, sitemaps, listings or spider; give it one, or enabled = false")
        urls = [channel.url for channel in channels]
        twice = next((url for url in urls if urls.count(url) > 1), None)
        if twice:
            raise ValueError(f"{twice} is named twice; name it once")
        return self

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Feeds, then sitemaps, then listings."""
        return (
            *(table.channel(ChannelKind.FEED) for table in self.feeds),
            *(table.channel(ChannelKind.SITEMAP) for table in self.sitemaps),
            *(table.channel(ChannelKind.LISTING) for table in self.listings),
        )

    def source(self) -> Source:
        """The value that flows on."""
        return Source(
            id=self.id,
            name=self.name,
            country=self.country,
            languages=self.languages,
            timezone=self.timezone,
            channels=self.channels,
            article_pattern=self.article_pattern,
            every=self.every,
            credit=self.credit,
            strip=self.strip,
            mirrors=self.mirrors,
            encoding=self.encoding,
            spider=self.spider,
            render=self.render == "browser",
            evidence=self.evidence,
            notes=self.notes,
            enabled=self.enabled,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All known sources, those that are off too, ordered by id."""

    sources: tuple[Source, ...]
    origins: Mapping[str, str]
    """Source id → the file that describes it."""

    def find(self, id: str) -> Source:  # noqa: A002 - the field's word
        """The source of that id; UsageError with the nearest id when there is none."""
        for source in self.sources:
            if source.id == id:
                return source
        close = nearest(id, self.origins)
        remedy = f"did you mean {close}?" if close else "`monitor sources list` shows all"
        raise UsageError(f"no source {id!r}; {remedy}")

    def at(self, url: str) -> Source | None:
        """The source whose article lies at the address: by its article pattern, else by the hosts that it uses."""
        host = _bare_host(url)
        near = [source for source in self.sources if host in _hosts(source)]
        sure = [source for source in near if source.article_pattern and re.search(source.article_pattern, url)]
        return next(iter(sure or near), None)

    def select(self, *, ids: Iterable[str] = (), countries: Iterable[str] = ()) -> tuple[Source, ...]:
        """The sources of these ids, on or off, else all that are on; of these countries when any is given."""
        wanted = tuple(ids)
        lands = {country.upper() for country in countries}
        unknown = lands - {source.country for source in self.sources}
        if unknown:
            known = ", ".join(sorted({source.country for source in self.sources})) or "none"
            raise UsageError(f"no source of country {', '.join(sorted(unknown))}; known: {known}")
        chosen = (
            [self.find(name) for name in wanted] if wanted else [source for source in self.sources if source.enabled]
        )
        return tuple(source for source in dict.fromkeys(chosen) if not lands or source.country in lands)


def _bare_host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # "http://[": no address at all
        return ""


def _hosts(source: Source) -> set[str]:
    return {_bare_host(channel.url) for channel in source.channels} | {
        host.removeprefix("www.") for host in source.mirrors
    }


def load(config: Config, home: Home) -> Catalogue:
    """The catalogue of this home; SeedError names file, source, key, value and remedy of whatever is wrong."""
    layers: list[dict[str, tuple[Source, str]]] = []
    if config.catalogue.bundled:
        layers.append(_files(house.seeds() / "sources"))
    layers.append(_files(home.seeds / "sources"))
    layers.append(_tables(config.source, place=str(home.settings)))
    merged = {name: found for layer in layers for name, found in layer.items()}
    lands = config.catalogue.countries
    kept = {name: found for name, found in sorted(merged.items()) if not lands or found[0].country in lands}
    origins = {name: origin for name, (_, origin) in kept.items()}
    return Catalogue(sources=tuple(source for source, _ in kept.values()), origins=origins)


def lexicon_files(home: Home) -> tuple[tuple[str, str], ...]:
    """Label and text of each lexicon file: the bundled ones, then the user's own."""
    paths = (*_toml_files(house.seeds() / "lexicon"), *_toml_files(home.seeds / "lexicon"))
    return tuple((str(path), _text(path)) for path in paths)


def parse(table: Mapping[str, Any], *, place: str) -> Source:
    """The source that a [[source]] table describes; SeedError after `place` when it is wrong."""
    name = table.get("id")
    where = f'{place}: source "{name}"' if name else f"{place}: a source without id"
    return build(SourceTable, table, place=where, error=SeedError).source()


def _files(directory: Path) -> dict[str, tuple[Source, str]]:
    found: dict[str, tuple[Source, str]] = {}
    for path in _toml_files(directory):
        content = read(path, error=SeedError)
        tables = content.pop("source", [])
        if content:
            key = next(iter(content))
            raise SeedError(f"{path}: {key}: unknown key; a source file holds [[source]] tables only")
        _add(found, _tables(tables, place=str(path)))
    return found


def _tables(tables: object, *, place: str) -> dict[str, tuple[Source, str]]:
    if not isinstance(tables, list | tuple) or not all(isinstance(table, Mapping) for table in tables):
        raise SeedError(f"{place}: source: not a list of tables; write [[source]] with two brackets")
    found: dict[str, tuple[Source, str]] = {}
    for table in tables:
        source = parse(table, place=place)
        _add(found, {source.id: (source, place)})
    return found


def _add(found: dict[str, tuple[Source, str]], more: Mapping[str, tuple[Source, str]]) -> None:
    for name, (source, place) in more.items():
        if name in found:
            raise SeedError(f'{place}: source "{name}": the id is taken by {found[name][1]}; give it another')
        found[name] = (source, place)


def _toml_files(directory: Path) -> list[Path]:
    try:
        return sorted(path for path in directory.glob("*.toml") if path.is_file())
    except OSError as error:
        raise SeedError(f"{directory}: cannot be read: {error.strerror}; check its owner and mode") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SeedError(f"{path}: not UTF-8 (byte {error.start}); save the file as UTF-8") from error
    except OSError as error:
        raise SeedError(f"{path}: cannot be read: {error.strerror}; check its owner and mode") from error
