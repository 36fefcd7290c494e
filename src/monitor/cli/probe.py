"""What `monitor sources check` and `add` do: channels are asked live, by one polite client."""

import asyncio
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor import clock
from monitor.cli import output
from monitor.cli.call import Call
from monitor.discovery import channels, mend, paging, probe, seed
from monitor.discovery.channels import Candidate
from monitor.discovery.document import Document
from monitor.discovery.probe import Finding
from monitor.errors import FeedError, MonitorError, SeedError, UsageError
from monitor.model import Channel, ChannelKind, Page, Source

if TYPE_CHECKING:
    from monitor.crawl.errand import Errands
    from monitor.crawl.own import Own
    from monitor.workers import Workers

_AT_ONCE = 8
_CANDIDATES = 12
"""Addresses that are tried when a source has to be found or mended."""
_WANTED = {ChannelKind.FEED: 3, ChannelKind.SITEMAP: 1, ChannelKind.LISTING: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What the steps of a check found, and what would mend the source."""

    id: str
    ok: bool
    steps: tuple[Finding, ...]
    proposals: tuple[Finding, ...]


def check(call: Call, ids: Sequence[str], *, json: bool) -> bool:
    """Whether all sources that were asked are well; each is shown as soon as it is known."""
    home = call.home()
    config = call.config(home)
    sources = call.catalogue(config, home).select(ids=ids)

    from monitor import catalogue  # noqa: PLC0415
    from monitor.crawl.errand import Errands  # noqa: PLC0415
    from monitor.crawl.loop import run  # noqa: PLC0415
    from monitor.crawl.own import Own  # noqa: PLC0415
    from monitor.workers import Workers  # noqa: PLC0415

    async def whole() -> bool:
        errands, seats = Errands(config), asyncio.Semaphore(_AT_ONCE)
        async with Workers(1, lexicon_files=catalogue.lexicon_files(home)) as workers:

            async def one(source: Source) -> Check:
                try:
                    own = Own(source, home)
                except SeedError as error:
                    return Check(id=source.id, ok=False, steps=(_unknown(error),), proposals=())
                async with seats:
                    return await _check(source, own, errands=errands, workers=workers, off_too=bool(ids))

            well = True
            for done in asyncio.as_completed([one(source) for source in sources]):
                found = await done
                well = well and found.ok
                _show(found, json=json)
            return well

    call.log_to_stderr()
    return run(whole())


def add(call: Call, url: str, *, said: Mapping[str, Any], dry_run: bool) -> None:
    """The outlet at the address is in the catalogue of this home; `said` outranks what was found and guessed."""
    url = url if url.startswith(("http://", "https://")) else f"https://{url}"
    home = call.home()
    config = call.config(home)

    from monitor.crawl.errand import Errands  # noqa: PLC0415
    from monitor.crawl.loop import run  # noqa: PLC0415

    call.log_to_stderr()
    source = run(_discover(url, Errands(config)))
    given = {key: value for key, value in said.items() if value}
    write(call, [replace(source, **given)], home.seeds / "sources" / "own.toml", dry_run=dry_run)


def write(call: Call, sources: Iterable[Source], path: Path, *, dry_run: bool) -> None:
    """The sources stand in the file, each readable by the catalogue, and are shown; UsageError when an id is taken."""
    from monitor import catalogue  # noqa: PLC0415

    home = call.home()
    taken = {source.id for source in call.catalogue(call.config(home), home).sources}
    tables = []
    for source in sources:
        if source.id in taken:
            raise UsageError(f"the catalogue has a source {source.id!r} already; give another with --id")
        taken.add(source.id)
        tables.append(seed.dump(source))
        catalogue.parse(tomllib.loads(tables[-1])["source"][0], place=str(path))
    text = "\n".join(tables)
    output.say(text.rstrip("\n"))
    if dry_run or not tables:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8").rstrip("\n") + "\n\n" if path.exists() else ""
        path.write_text(before + text, "utf-8")
    except OSError as error:
        raise MonitorError(f"{path} cannot be written: {error.strerror}; check its owner and mode") from error
    call.note(f"{len(tables)} added to {path}; `monitor sources check` asks them")


def _unknown(error: SeedError) -> Finding:
    return Finding(step="spider", url="", ok=False, says=str(error), remedy="name one that is known, or take it out")


async def _check(source: Source, own: "Own", *, errands: "Errands", workers: "Workers", off_too: bool) -> Check:
    # The hosts of its channels are the source's hosts, wherever the addresses come from.
    source = replace(source, channels=own.channels())
    asked = [channel for channel in source.channels if channel.enabled or off_too]
    steps = [await _ask(channel, source, errands, reader=own.document) for channel in asked]
    sample = next((step.sample for step in steps if step.ok and step.sample), None)
    if sample:
        steps.append(await _article(sample.url, source, own, errands=errands, workers=workers))
    on = {channel.url for channel in asked if channel.enabled}
    well = any(step.ok for step in steps if step.url in on) and all(step.ok for step in steps if step.step == "article")
    proposals: list[Finding] = []
    if not any(step.ok and step.entries for step in steps) and asked:
        front = "{0.scheme}://{0.netloc}/".format(urlsplit(asked[0].url))
        known = {channel.url for channel in source.channels}
        proposals = await _candidates(front, source, errands, known=known)
    return Check(id=source.id, ok=well, steps=tuple(steps), proposals=tuple(proposals))


async def _ask(
    channel: Channel,
    source: Source,
    errands: "Errands",
    *,
    reader: Callable[[Page, Channel], Document] | None = None,
) -> Finding:
    now = clock.now()
    try:
        page = await errands.get(paging.starts(channel, source=source, now=now)[0], render=channel.render)
    except MonitorError as error:
        return probe.failed(channel, str(error).removeprefix(f"{channel.url}: "))
    return probe.judge(page, source=source, channel=channel, now=now, reader=reader)


async def _article(url: str, source: Source, own: "Own", *, errands: "Errands", workers: "Workers") -> Finding:
    try:
        page = await errands.get(url, render=source.render)
    except MonitorError as error:
        return Finding(step="article", url=url, ok=False, says=str(error).removeprefix(f"{url}: "))
    if page.status != 200:
        return Finding(step="article", url=url, ok=False, says=f"HTTP {page.status}")
    page = own.page(page)
    reading = await workers.read(page, source=source, entry=None, chrome=frozenset(), now=clock.now())
    article = reading.extraction.article
    if article is None:
        says = f"{reading.extraction.outcome}: {reading.extraction.reason}"
        empty = not source.render and mend.scripted(page.body, content_type=page.content_type)
        remedy = (
            'its text may stand there only once scripts have run: render = "browser" (extra js)'
            if empty
            else "the address may be no article's"
        )
        return Finding(step="article", url=url, ok=False, says=says, remedy=remedy)
    dated = f"dated by {article.date_evidence}" if article.published_at else "undated"
    says = f"{article.title!r}, {len(article.paragraphs)} paragraphs, {dated}"
    return Finding(step="article", url=url, ok=True, says=says, newest=article.published_at)


async def _candidates(front: str, source: Source, errands: "Errands", *, known: set[str]) -> list[Finding]:
    """The channels that a site turns out to have, as many of each kind as are of use."""
    found: list[Candidate] = []
    page = await _page(front, errands)
    if page:
        found += channels.in_page(page.body, url=page.url, content_type=page.content_type)
    robots = await _page(front.rstrip("/") + "/robots.txt", errands)
    if robots:
        found += channels.in_robots(robots.body, url=robots.url)
    # What nobody names is guessed only when nothing is named.
    if not any(one.kind is ChannelKind.FEED for one in found):
        found += channels.usual(front)
    good: list[Finding] = []
    for one in [one for one in dict.fromkeys(found) if one.url not in known][:_CANDIDATES]:
        enough = sum(step.step == one.kind for step in good) >= _WANTED[one.kind]
        if enough or (one.kind is ChannelKind.LISTING and any(step.step == ChannelKind.FEED for step in good)):
            continue
        channel = Channel(url=one.url, kind=one.kind, language=one.language)
        step = await _ask(channel, replace(source, channels=(*source.channels, channel)), errands)
        if step.ok:
            good.append(step)
    return good


async def _page(url: str, errands: "Errands") -> Page | None:
    try:
        page = await errands.get(url)
    except MonitorError:
        return None
    return page if page.status == 200 else None


async def _discover(url: str, errands: "Errands") -> Source:
    """The source at the address, a feed itself or any page of the site; UsageError when nothing is found."""
    now = clock.now()
    page = await errands.get(url)
    evidence = f"found by `sources add`, {now:%Y-%m-%d}"
    feed = Channel(url=url, kind=ChannelKind.FEED, evidence=evidence)
    bare = seed.guess(url, [feed], evidence=evidence)
    try:
        document = probe.read(page, source=bare, channel=feed, now=now)
    except FeedError:
        steps = await _candidates(url, replace(bare, channels=()), errands, known=set())
    else:
        return seed.guess(url, [feed], name=document.title, language=document.language, evidence=evidence)
    if not steps:
        raise UsageError(f"{url}: neither a feed nor a page that leads to one; give the address of a feed or section")
    found = [Channel(url=step.url, kind=ChannelKind(step.step), evidence=f"{evidence}: {step.says}") for step in steps]
    name, language = channels.called(page.body, content_type=page.content_type)
    return seed.guess(url, found, name=name, language=language, evidence=evidence)


def _show(found: Check, *, json: bool) -> None:
    if json:
        output.record("check", found)
        return
    output.say(f"{found.id}: {'ok' if found.ok else 'broken'}")
    for step in found.steps:
        output.say(f"  {'ok  ' if step.ok else 'FAIL'} {step.step:<8} {step.url}\n         {step.says}")
        if step.remedy:
            output.say(f"         remedy: {step.remedy}")
    for step in found.proposals:
        output.say(f"  try  {step.step:<8} {step.url}\n         {step.says}")
