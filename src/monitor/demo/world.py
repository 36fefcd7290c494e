"""The fictional news world: outlets and articles read from outlets/*.toml, rendered as sites.

Every article says what has to become of it, so the world can be held against what the monitor made of it.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import jinja2

LISTED = 2
"""Articles on one page of a listing."""

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("monitor.demo"), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
)
_TEMPLATES.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
_TYPES = {
    "rss.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml",
    "sitemap.xml": "application/xml",
    "feed.json": "application/feed+json",
    "listing.html": "text/html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of the world."""

    path: str
    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    """In the zone of its outlet."""
    expect: str
    """The outcome that it has to end in."""
    shows: str
    """What it is in the world for."""
    story: str
    """Articles of one story have the same text; one of them lands."""
    author: str | None = None
    twin: str | None = None
    """A tracking query under which the channel announces the article once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One address where an outlet announces its articles."""

    kind: str
    """The key of monitor.toml that takes it: feeds, sitemaps or listings."""
    path: str
    form: str
    status: int = 200
    links: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One outlet: its articles, the newest first, and how its site looks."""

    id: str
    name: str
    country: str
    languages: tuple[str, ...]
    timezone: str
    page: str
    """The template of its pages."""
    encoding: str
    credit: str | None
    robots: str
    channels: tuple[Channel, ...]
    chrome: Mapping[str, Any]
    articles: tuple[Article, ...]

    @property
    def dead(self) -> bool:
        """None of its channels answers."""
        return all(channel.status != 200 for channel in self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a site answers at one path."""

    body: bytes
    type: str
    status: int = 200


def load(now: datetime) -> tuple[Outlet, ...]:
    """The outlets of the world, as they stand at `now`."""
    paths = (path for path in (files("monitor.demo") / "outlets").iterdir() if path.name.endswith(".toml"))
    tables = (tomllib.loads(path.read_text("utf-8")) for path in sorted(paths, key=lambda path: path.name))
    return tuple(_outlet(table, now=now) for table in tables)


def site(outlet: Outlet, *, base: str) -> dict[str, Answer]:
    """Everything the outlet answers, by path with query; base is its address without a slash at the end."""
    answers = {"/robots.txt": Answer(body=outlet.robots.encode(), type="text/plain")}
    for channel in outlet.channels:
        answers |= dict(_announced(outlet, channel, base=base))
    for article in outlet.articles:
        answers[article.path] = _answer(outlet, outlet.page, base=base, article=_view(article, base=base))
    return answers


def settings(outlets: Iterable[Outlet], bases: Mapping[str, str]) -> str:
    """The monitor.toml of a home that watches these outlets, each at its base address."""
    views = [
        {
            "base": bases[outlet.id],
            "channels": {
                kind: [channel for channel in outlet.channels if channel.kind == kind]
                for kind in ("feeds", "sitemaps", "listings")
            },
            **{key: getattr(outlet, key) for key in ("id", "name", "country", "languages", "timezone", "credit")},
        }
        for outlet in outlets
    ]
    places = [base.removeprefix("http://") for base in bases.values()]
    return _TEMPLATES.get_template("monitor.toml").render(outlets=views, places=places)


def _outlet(table: dict[str, Any], *, now: datetime) -> Outlet:
    zone = ZoneInfo(table["timezone"])
    articles = (_article(row, now=now.astimezone(zone)) for row in table.get("article", ()))
    channels = (Channel(kind=kind, **row) for kind in ("feeds", "sitemaps", "listings") for row in table.get(kind, ()))
    return Outlet(
        id=table["id"],
        name=table["name"],
        country=table["country"],
        languages=tuple(table["languages"]),
        timezone=table["timezone"],
        page=table["page"],
        encoding=table.get("encoding", "utf-8"),
        credit=table.get("credit"),
        robots=table.get("robots", "User-agent: *\nDisallow:\n"),
        channels=tuple(channels),
        chrome=table["chrome"],
        articles=tuple(sorted(articles, key=lambda article: article.published_at, reverse=True)),
    )


def _article(row: dict[str, Any], *, now: datetime) -> Article:
    fields = {key: value for key, value in row.items() if key not in {"hours", "paragraphs"}}
    at = now.replace(second=0, microsecond=0) - timedelta(hours=row["hours"])
    return Article(**{"story": row["path"], **fields}, paragraphs=tuple(row["paragraphs"]), published_at=at)


def _announced(outlet: Outlet, channel: Channel, *, base: str) -> Iterable[tuple[str, Answer]]:
    """The documents of a channel: a listing has a page for every few articles, anything else is one document."""
    count = len(outlet.articles)
    size = LISTED if channel.kind == "listings" else max(count, 1)
    paths = [channel.path if not start else f"{channel.path}?from={start}" for start in range(0, max(count, 1), size)]
    for number, path in enumerate(paths):
        shown = [_view(article, base=base) for article in outlet.articles[number * size : (number + 1) * size]]
        older = paths[number + 1] if number + 1 < len(paths) else None
        yield path, _answer(outlet, channel.form, base=base, status=channel.status, articles=shown, older=older)


def _answer(outlet: Outlet, template: str, *, base: str, status: int = 200, **context: Any) -> Answer:
    """A rendered document in the outlet's charset; as with many real servers, only the document itself names it."""
    if status != 200:
        return Answer(body=b"<h1>gone</h1>", type="text/html", status=status)
    page = context.get("article")
    popular = [article.title for article in outlet.articles if page is None or article.title != page["title"]]
    text = _TEMPLATES.get_template(template).render(
        outlet={"name": outlet.name, "language": outlet.languages[0], "encoding": outlet.encoding},
        chrome=outlet.chrome,
        popular=[*outlet.chrome["headlines"], *popular[:4]],
        base=base,
        **context,
    )
    return Answer(body=text.encode(outlet.encoding, "xmlcharrefreplace"), type=_TYPES.get(template, "text/html"))


def _view(article: Article, *, base: str) -> dict[str, Any]:
    url = f"{base}{article.path}"
    return {
        **asdict(article),
        "url": url,
        "addresses": [url, f"{url}{article.twin}"] if article.twin else [url],
        "shown": article.published_at.strftime("%d.%m.%Y %H:%M"),
        "rfc822": format_datetime(article.published_at),
    }
