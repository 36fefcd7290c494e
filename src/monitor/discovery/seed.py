"""A site, as far as its address and its channels tell → a Source, and a Source → the TOML that describes it."""

import json
import re
from collections.abc import Iterable
from dataclasses import fields
from urllib.parse import urlsplit

from monitor.model import Channel, ChannelKind, Source

# What a country's domain tells of its outlets: country, zone, language.
_LANDS = {
    "az": ("AZ", "Asia/Baku", "az"),
    "am": ("AM", "Asia/Yerevan", "hy"),
    "ge": ("GE", "Asia/Tbilisi", "ka"),
    "tr": ("TR", "Europe/Istanbul", "tr"),
    "ru": ("RU", "Europe/Moscow", "ru"),
    "ua": ("UA", "Europe/Kyiv", "uk"),
    "ir": ("IR", "Asia/Tehran", "fa"),
    "iq": ("IQ", "Asia/Baghdad", "ar"),
    "sy": ("SY", "Asia/Damascus", "ar"),
}
_NO_ID = re.compile(r"[^a-z0-9]+")
_SERVICE = re.compile(r"^(?:www|rss|feeds?|m|amp)\.")


def guess(
    url: str, channels: Iterable[Channel], *, name: str | None = None, language: str | None = None, evidence: str
) -> Source:
    """The source that a site seems to be: country and zone by its domain, and its language where it says none."""
    host = _SERVICE.sub("", (urlsplit(url).hostname or "").lower())
    country, zone, spoken = _LANDS.get(host.rpartition(".")[2], ("INT", "UTC", "en"))
    found = tuple(channels)
    return Source(
        id=_NO_ID.sub("-", host).strip("-")[:64] or "source",
        name=(name or host)[:100],
        country=country,
        languages=tuple(dict.fromkeys([language or spoken, *(c.language for c in found if c.language)])),
        timezone=zone,
        channels=found,
        evidence=(evidence,),
    )


def dump(source: Source) -> str:
    """The [[source]] table that the catalogue reads back as this source."""
    must = ("id", "name", "country", "languages", "timezone")
    lines = ["[[source]]", *(f"{key} = {_value(getattr(source, key))}" for key in must)]
    for kind, key in (
        (ChannelKind.FEED, "feeds"),
        (ChannelKind.SITEMAP, "sitemaps"),
        (ChannelKind.LISTING, "listings"),
    ):
        rows = [f"  {_channel(channel)}," for channel in source.channels if channel.kind is kind]
        if rows:
            lines += [f"{key} = [", *rows, "]"]
    every = int(source.every.total_seconds() // 60)
    defaults = {field.name: field.default for field in fields(Source)}
    for key in ("article_pattern", "credit", "strip", "mirrors", "encoding", "spider", "evidence", "notes", "enabled"):
        if getattr(source, key) != defaults[key]:
            lines.append(f"{key} = {_value(getattr(source, key))}")
    if source.render:
        lines.append('render = "browser"')
    if source.every != defaults["every"]:
        lines.append(f'every = "{every}m"')
    return "\n".join(lines) + "\n"


def _channel(channel: Channel) -> str:
    told = {"url": channel.url, "language": channel.language, "enabled": None if channel.enabled else False}
    told |= {"links": channel.links, "next": channel.next, "render": "browser" if channel.render else None}
    told["evidence"] = channel.evidence
    return "{ " + ", ".join(f"{key} = {_value(value)}" for key, value in told.items() if value is not None) + " }"


def _value(value: object) -> str:
    # A TOML basic string, array or boolean is written as JSON writes it, save DEL.
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False).replace("\x7f", "\\u007F")
