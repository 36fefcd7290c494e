"""A visit to one source: its lease, its channels, then its pages. The unit of work."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scrapy.http import Response

from monitor.crawl.answer import blocked, said
from monitor.crawl.channel import ChannelVisit, Read
from monitor.crawl.fetch import Down, Fetcher
from monitor.crawl.gate import Refused
from monitor.crawl.manners import Held, backoff
from monitor.crawl.mishap import MISHAPS, reason
from monitor.crawl.pace import Look
from monitor.crawl.pace import interval as pace_of
from monitor.crawl.robots import Disallowed, Unreachable
from monitor.crawl.round import LEASE, Round
from monitor.discovery import address
from monitor.errors import LockHeldError
from monitor.ledger import leases, outcomes, runs, urls
from monitor.ledger.urls import Due
from monitor.model import Channel, ChannelReport, Outcome, Page, Settled, Source, Visiting, VisitReport

# What no article is written in; everything else is looked at.
_NO_TEXT = ("image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "application/vnd.", "text/css")


# So many pages in a row that the server could not give: it has trouble enough without us.
_TROUBLE = 5


_DAY = timedelta(days=1)


class _Stop(Exception):  # noqa: N818 - no error, the end of a visit
    """The visit goes no further; the message says why."""


class Visit:
    """One visit to one source."""

    def __init__(
        self, round_: Round, source: Source, *, fetcher: Fetcher, read: Read, turn: Callable[[Response], Page]
    ) -> None:
        self._round, self._source, self._turn = round_, source, turn
        self._channels = tuple(channel for channel in source.channels if channel.enabled)
        self._site = source
        """The source with the hosts that its channels turned out to answer from."""
        self._fetcher, self._read = fetcher, read
        self._started_at = round_.now()
        self._notes: list[str] = []
        self._looks: list[Look] = []
        self._trouble = 0
        self._gone = 0

    async def run(self) -> VisitReport:
        """The visit's report as the ledger holds it; the source is leased for as long as it lasts."""
        round_, source = self._round, self._source
        asked = leases.states(round_.ledger, [source.id])[source.id].not_before
        if asked is not None and asked > round_.now():
            return self._skip(f"the server asked to be left alone until {asked:%Y-%m-%d %H:%M:%S} UTC")
        if not self._channels:
            return self._skip("none of its channels is enabled")
        if not self._lease():
            return self._skip("somebody else is visiting it")
        round_.tell(Visiting(source=source.id))
        visit, keeping = asyncio.ensure_future(self._announced()), asyncio.ensure_future(self._keep())
        try:
            await asyncio.wait([visit, keeping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (visit, keeping):
                task.cancel()
            await asyncio.wait([visit, keeping])
        if not keeping.cancelled():
            keeping.result()
        report = self._record(visit.result())
        self._release(report)
        round_.tell(report)
        return report

    def _lease(self) -> bool:
        round_ = self._round
        return leases.take(round_.ledger, source=self._source.id, holder=round_.holder, now=round_.now(), ttl=LEASE)

    async def _keep(self) -> None:
        """The lease is renewed; LockHeldError when somebody else took it over, after a sleep of the machine say."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            if not self._lease():
                raise LockHeldError(f"{self._source.id}: somebody else has taken over the visit; run again")

    def _skip(self, note: str) -> VisitReport:
        report = runs.visited(
            self._round.ledger,
            run=self._round.run,
            source=self._source.id,
            status="skipped",
            started_at=self._started_at,
            now=self._round.now(),
            note=note,
        )
        self._round.tell(report)
        return report

    async def _announced(self) -> tuple[ChannelReport, ...]:
        """The channels' reports, after the pages that they announce have been fetched."""
        seen: set[str] = set()
        # A silent source must not hold a seat: it is taken once the first channel has answered or given up.
        reports = [await self._channel(self._channels[0], seen)]
        async with self._round.seats:
            try:
                reports += [await self._channel(channel, seen) for channel in self._channels[1:]]
                await self._pages()
            except _Stop as stop:
                self._notes.append(str(stop))
        return tuple(reports)

    async def _channel(self, channel: Channel, seen: set[str]) -> ChannelReport:
        visit = ChannelVisit(self._round, self._source, channel, fetcher=self._fetcher, read=self._read, seen=seen)
        report = await visit.run()
        self._notes += visit.notes
        if visit.moved is not None and visit.look is not None:
            # A feed that has moved to another host announces articles there: they are the source's own.
            self._site = replace(self._site, mirrors=(*self._site.mirrors, urlsplit(visit.moved).netloc))
        self._gone += visit.gone
        if visit.look is not None:
            self._looks.append(visit.look)
            if visit.look.overflowed:
                self._notes.append(f"all entries of {channel.url} were new: others may have come and gone unseen")
        return report

    async def _pages(self) -> None:
        """What is due has been fetched and taken in, up to the limits."""
        round_ = self._round
        left, done = round_.max_pages, set[int]()
        while left > 0:
            batch = urls.due(
                round_.ledger,
                run=round_.run,
                source=self._source.id,
                limit=left,
                now=round_.now(),
                since=round_.since,
                until=round_.until,
            )
            fresh = [due for due in batch if due.url_id not in done]
            if not fresh:
                return
            for due in fresh:
                done.add(due.url_id)
                if not address.article(due.entry.url, self._site):
                    self._settle(due, Outcome.NOT_ARTICLE, "the address is not one of the source's articles")
                    continue
                if not round_.pages.take():
                    raise _Stop("the limit of this crawl was reached")
                left -= 1
                if round_.intake is not None:
                    await self._page(due)

    async def _page(self, due: Due) -> None:
        try:
            answer = await self._fetcher.get(due.entry.url, max_bytes=self._round.max_bytes, render=self._source.render)
        except (Held, Unreachable, Down) as error:
            # Nothing can be said of the page: it stays pending. Another host may still answer.
            if reason(error) not in self._notes:
                self._notes.append(reason(error))
        except (Disallowed, Refused) as error:
            self._settle(due, Outcome.BLOCKED, reason(error))
        except MISHAPS as error:
            self._settle(due, Outcome.FAILED, reason(error))
            self._troubled()
        else:
            self._answered(due, answer)
            if (answer.status >= 500 or answer.status == 429) and not blocked(answer):
                self._settle(due, Outcome.FAILED, said(answer), fetched=True)
                self._troubled()
            else:
                self._trouble = 0
                await self._take_in(due, answer)

    def _answered(self, due: Due, answer: Response) -> None:
        """An answer that was not the first is told with those before it."""
        meta = answer.request.meta if answer.request is not None else {}
        before = [meta["monitor_again"]] if "monitor_again" in meta else []
        moves = zip(meta.get("redirect_reasons", ()), [*meta.get("redirect_urls", ())[1:], answer.url], strict=False)
        before += [f"HTTP {why} to {where}" for why, where in moves]
        if before:
            told = ", then ".join([*before, said(answer)])
            outcomes.answered(self._round.ledger, run=self._round.run, url_id=due.url_id, answers=told)

    def _troubled(self) -> None:
        self._trouble += 1
        if self._trouble >= _TROUBLE:
            raise _Stop(f"{_TROUBLE} pages in a row could not be had")

    async def _take_in(self, due: Due, answer: Response) -> None:
        kind = (answer.headers.get("Content-Type") or b"").decode("latin-1").strip()
        if blocked(answer):
            self._settle(due, Outcome.BLOCKED, said(answer), fetched=True)
        elif answer.status != 200:
            self._settle(due, Outcome.FAILED, said(answer), fetched=True)
        elif kind.lower().startswith(_NO_TEXT):
            self._settle(due, Outcome.NOT_ARTICLE, f"it is {kind.partition(';')[0]}", fetched=True)
        elif self._round.intake is not None:
            page = self._turn(answer)
            verdict = await self._round.intake.page(
                run=self._round.run, source=self._source, due=due, page=page, now=self._round.now()
            )
            self._tell(due, verdict.outcome, verdict.reason, verdict.name)

    def _settle(self, due: Due, outcome: Outcome, why: str, *, fetched: bool = False) -> None:
        outcomes.settle(
            self._round.ledger,
            run=self._round.run,
            url_id=due.url_id,
            outcome=outcome,
            reason=why,
            now=self._round.now(),
            fetched=fetched,
        )
        self._tell(due, outcome, why, None)

    def _tell(self, due: Due, outcome: Outcome, why: str | None, name: str | None) -> None:
        self._round.tell(Settled(source=self._source.id, url=due.entry.url, outcome=outcome, reason=why, name=name))

    def _record(self, reports: tuple[ChannelReport, ...]) -> VisitReport:
        round_, now = self._round, self._round.now()
        waiting = urls.waiting(round_.ledger, source=self._source.id, now=now)
        if waiting:
            self._notes.append(f"{waiting} pages {'wait for the next visit' if round_.intake else 'would be fetched'}")
        covered = _latest([report.covered_from for report in reports])
        reached = covered is not None and (round_.since is None or covered <= round_.since)
        return runs.visited(
            round_.ledger,
            run=round_.run,
            source=self._source.id,
            status=_status(reports),
            started_at=self._started_at,
            now=now,
            complete=reached and not waiting and _status(reports) == "ok",
            covered_from=covered,
            note="; ".join(self._notes) or None,
        )

    def _release(self, report: VisitReport) -> None:
        round_, now = self._round, self._round.now()
        ok = report.status == "ok"
        state = leases.states(round_.ledger, [self._source.id])[self._source.id]
        every = self._source.every
        current = state.interval or every
        pace = pace_of(current, every=every, looks=self._looks) if ok else current
        # A source is never given up: after failures it is asked less and less often, but at least once a day. When
        # nobody has answered meanwhile, the trouble is likely on our side, and the source not to blame.
        alone = round_.manners.heard is None or round_.manners.heard < self._started_at
        wait = pace if ok or alone else backoff(state.failures + 1, base=current, cap=max(_DAY, every))
        if self._gone == len(self._channels):
            wait = max(wait, _DAY)
        leases.release(
            round_.ledger,
            source=self._source.id,
            holder=round_.holder,
            now=now,
            ok=ok,
            blame=not alone,
            next_visit_at=now + wait,
            not_before=round_.manners.held(self._source.id),
            interval=pace if ok else None,
        )


def _status(reports: tuple[ChannelReport, ...]) -> str:
    if any(report.status.startswith(("ok", "not-modified", "empty")) for report in reports):
        return "ok"
    asked = [report for report in reports if not report.status.startswith("skipped")]
    return "blocked" if asked and all(report.status.startswith("blocked") for report in asked) else "failed"


def _latest(moments: list[datetime | None]) -> datetime | None:
    known = [at for at in moments if at is not None]
    return max(known) if known and len(known) == len(moments) else None
