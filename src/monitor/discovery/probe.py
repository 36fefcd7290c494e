"""What a fetched document of a channel is worth, in words for a person: `sources check` and `sources add`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.discovery import address, feed, listing, mend, sitemap
from monitor.discovery.document import Document
from monitor.errors import FeedError
from monitor.model import Channel, ChannelKind, Entry, Page, Source

_STALE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one step of a check found."""

    step: str
    """feed, sitemap, listing, article."""
    url: str
    ok: bool
    says: str
    remedy: str | None = None
    entries: int = 0
    newest: datetime | None = None
    oldest: datetime | None = None
    sample: Entry | None = None
    """The newest entry whose address is an article's."""


def read(page: Page, *, source: Source, channel: Channel, now: datetime) -> Document:
    """The document as its channel's kind; FeedError when it is none."""
    if channel.kind is ChannelKind.FEED:
        return feed.parse(
            page.body, url=page.url, content_type=page.content_type, source=source, channel=channel, now=now
        )
    if channel.kind is ChannelKind.SITEMAP:
        return sitemap.parse(page.body, url=page.url, source=source, channel=channel, now=now)
    return listing.parse(
        page.body, url=page.url, content_type=page.content_type, source=source, channel=channel, now=now
    )


def judge(
    page: Page,
    *,
    source: Source,
    channel: Channel,
    now: datetime,
    reader: Callable[[Page, Channel], Document] | None = None,
) -> Finding:
    """What the channel gave: ok when it holds an article that is not older than 30 days, or when it does not say.

    reader: what reads the document instead, a source's own spider say.
    """
    if page.status != 200:
        blocked = page.status in {401, 403, 407, 429, 451, 503}
        remedy = "blocked here; try from another network" if blocked else "look for a new address"
        return failed(channel, f"HTTP {page.status}", remedy=remedy)
    try:
        document = reader(page, channel) if reader else read(page, source=source, channel=channel, now=now)
    except FeedError as error:
        return failed(channel, str(error).partition("; ")[0], remedy="look for a new address")
    if document.follow and not document.entries and channel.kind is ChannelKind.SITEMAP:
        return Finding(step=channel.kind, url=channel.url, ok=True, says=f"an index of {len(document.follow)} sitemaps")
    found = _entries(document, page, source=source, channel=channel, now=now)
    if page.url != channel.url and "{" not in channel.url:
        return replace(found, says=f"{found.says}, answers from {page.url}")
    return found


def failed(channel: Channel, cause: str, *, remedy: str | None = None) -> Finding:
    """A channel that gave nothing, and why."""
    return Finding(step=channel.kind, url=channel.url, ok=False, says=cause, remedy=remedy)


def _nothing(document: Document, page: Page, *, source: Source, channel: Channel) -> Finding:
    """A document without entries, and what would make it give some."""
    remedy = "look for a new address"
    if channel.kind is ChannelKind.LISTING:
        told = {"url": page.url, "content_type": page.content_type}
        anywhere = replace(source, article_pattern=None)
        if channel.links and "selector" in (document.problem or ""):
            fits = mend.links(page.body, source=source, **told) or mend.links(page.body, source=anywhere, **told)
            remedy = f'links = "{fits}"' if fits else "mend `links`"
        elif not channel.render and mend.scripted(page.body, content_type=page.content_type):
            remedy = 'its links may stand there only once scripts have run: render = "browser" (extra js)'
        elif source.article_pattern and (fits := mend.links(page.body, source=anywhere, **told)):
            remedy = f'mend `article_pattern`: links = "{fits}" fits other addresses'
    return failed(channel, document.problem or "empty", remedy=remedy)


def _entries(document: Document, page: Page, *, source: Source, channel: Channel, now: datetime) -> Finding:
    entries = document.entries
    if not entries:
        return _nothing(document, page, source=source, channel=channel)
    articles = [entry for entry in entries if address.article(entry.url, source)]
    if not articles:
        fits = mend.pattern(entry.url for entry in entries)
        remedy = f"article_pattern = '{fits}'" if fits else f"mend `article_pattern`: {entries[0].url}"
        return failed(channel, f"none of {len(entries)} addresses is an article's", remedy=remedy)
    dated = [entry.published_at for entry in articles if entry.published_at]
    newest, oldest = max(dated, default=None), min(dated, default=None)
    stale = newest is not None and newest < now - _STALE
    parts = [f"{len(articles)} articles", f"{len(dated)} dated"]
    if newest and oldest:
        parts += [f"newest {_span(now - newest)} ago", f"reaches back {_span(now - oldest)}"]
    advice: str | None = None
    if channel.next and not document.follow:
        parts.append(f"the selector {channel.next!r} of the next page fits nothing")
        advice = "mend `next`, else older articles are not reached"
    if stale:
        advice = "nothing new for so long: turn it off or look for a new address"
    elif oldest and channel.kind is ChannelKind.FEED and now - oldest < 2 * source.every:
        advice = f'look more often: every = "{max(5, int((now - oldest).total_seconds() // 120))}m"'
    return Finding(
        step=channel.kind,
        url=channel.url,
        ok=not stale,
        says=", ".join(parts),
        remedy=advice,
        entries=len(articles),
        newest=newest,
        oldest=oldest,
        sample=max(articles, key=lambda entry: entry.published_at or (oldest or now)),
    )


def _span(length: timedelta) -> str:
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"
