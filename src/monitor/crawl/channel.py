"""One channel of a visit: its documents are fetched if they changed, read, and recorded with their validators."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from scrapy.http import Response

from monitor.crawl.answer import blocked, challenges, fresh_for, header, said, untrue
from monitor.crawl.fetch import Fetcher
from monitor.crawl.gate import Refused
from monitor.crawl.mishap import MISHAPS, reason
from monitor.crawl.pace import Look
from monitor.crawl.robots import Disallowed
from monitor.crawl.round import Round
from monitor.discovery import address, paging, sitemap
from monitor.discovery.document import Document, Follow
from monitor.errors import FeedError
from monitor.ledger import channels, urls
from monitor.ledger.channels import ChannelState
from monitor.model import Channel, ChannelKind, ChannelReport, Source, Validators

_DOCUMENTS = {ChannelKind.FEED: 10, ChannelKind.SITEMAP: 200, ChannelKind.LISTING: 50}
"""How many documents of one channel are read in one visit."""
_SHALLOW = 3
"""Pages of a listing or feed that are read when nobody asked how far back."""
_ENTRIES = 50_000
"""New URLs of one channel in one visit; an index of fifty thousand sitemaps would else fill the disk."""
_ARCHIVE = timedelta(days=30)
"""Sitemaps that have not changed for so long are read only when --since asks for them."""
_RECENT = 10
"""When an index says "not changed", so many of its sitemaps are asked whether they have."""
_TRUST = 25
"""After so many "not changed" in a row the question is put without validators: some servers lie."""
_DAILY = timedelta(days=1)
"""A channel that has been gone for days is asked so seldom, and never given up."""
_GATE = "a challenge stands in its place"
_FOR_GOOD = {301, 308}

Read = Callable[[Response, Channel, frozenset[str]], Document]
"""Reads one document of a channel; the items whose keys are given need not be read again."""


class _Failed(Exception):  # noqa: N818 - no error, an outcome
    """A document gave nothing; the message is the channel's status."""


@dataclass(slots=True)
class _Tally:
    """What the documents of one channel have given so far."""

    status: str = "not-modified"
    entries: int = 0
    new: int = 0
    known: int = 0
    undated: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    lost: list[str] = field(default_factory=list)
    cut: bool = False
    """There were further documents that were not asked for."""
    pruned: bool = False
    """There were further documents that hold only what is older than was asked for."""
    fresh_for: timedelta | None = None
    moved_to: str | None = None
    """Where permanent redirects alone have led."""


class ChannelVisit:
    """Reads one channel and records what it announces."""

    def __init__(
        self,
        round_: Round,
        source: Source,
        channel: Channel,
        *,
        fetcher: Fetcher,
        read: Read,
        seen: set[str],
    ) -> None:
        self._round, self._source, self._channel = round_, source, channel
        self._fetcher, self._read = fetcher, read
        self._seen = seen
        """Documents that were asked for in this visit, by any channel."""
        self._tally = _Tally()
        self.look: Look | None = None
        """What the visit showed of the channel's pace; None when it gave nothing."""
        self.notes: list[str] = []
        """What a person should know of the channel."""
        self.moved: str | None = None
        """The address on another host that the channel answers from."""
        self.gone = False
        """The channel has been gone for days."""
        self._told: set[str] = set()
        """Addresses that earlier documents of the channel held: a page that brings nothing else ends the series."""
        self._horizon = round_.since
        if self._horizon is None and channel.kind is ChannelKind.SITEMAP:
            self._horizon = round_.now() - _ARCHIVE

    async def run(self) -> ChannelReport:
        """What the channel gave; its poll stands in the ledger, save when it has been gone for days."""
        if skipped := self._gone():
            return skipped
        state = channels.state(self._round.ledger, source=self._source.id, url=self._channel.url)
        tally = self._tally
        try:
            await self._documents(state)
        except _Failed as failure:
            tally.status = str(failure)
        if tally.status == "not-modified" and state.answered and state.answered.status.startswith("empty"):
            tally.status = state.answered.status
        if tally.lost and tally.status.startswith(("ok", "not-modified")):
            tally.status = f"ok: {len(tally.lost)} further documents gave nothing ({tally.lost[0]})"
        covered = self._covered(state)
        report = ChannelReport(
            url=self._channel.url,
            kind=self._channel.kind,
            status=tally.status,
            entries=tally.entries,
            covered_from=covered,
        )
        if tally.status.startswith(("ok", "not-modified")):
            self.look = self._pace(state)
        newest = [at for at in (tally.newest, _latest(state, "newest_at")) if at is not None]
        channels.note(
            self._round.ledger,
            run=self._round.run,
            source=self._source.id,
            report=report,
            now=self._round.now(),
            new=tally.new,
            undated=tally.undated,
            newest_at=tally.newest if not tally.known else max(newest, default=None),
            moved_to=tally.moved_to,
        )
        self._remark()
        return report

    def _gone(self) -> ChannelReport | None:
        """The report of a channel that has been gone for days and was asked today already."""
        gone = channels.gone(self._round.ledger, source=self._source.id, url=self._channel.url)
        if gone is None:
            return None
        self.gone = True
        self.notes.append(
            f"{self._channel.url} has been gone (410) since {gone.since:%Y-%m-%d}: it is asked once a day"
        )
        if self._round.now() - gone.until >= _DAILY:
            return None
        return ChannelReport(url=self._channel.url, kind=self._channel.kind, status="skipped: gone")

    def _remark(self) -> None:
        moved = channels.moved(self._round.ledger, source=self._source.id, url=self._channel.url)
        if moved is not None:
            self.notes.append(f"{self._channel.url} has moved to {moved.moved_to} for good: change it in the catalogue")

    async def _documents(self, state: ChannelState) -> None:
        conditional = state.unchanged < _TRUST and self._was_covered(state)
        round_, most = self._round, _DOCUMENTS[self._channel.kind]
        begin = paging.starts(
            self._channel, source=self._source, now=round_.now(), since=round_.since, until=round_.until
        )
        self._tally.cut = len(begin) > most
        first = [Follow(url=url) for url in begin[:most]]
        self._seen.update(begin)
        todo = deque(first)
        read = 0
        while todo:
            if self._tally.new >= _ENTRIES:
                self._tally.cut = True
                return
            step = todo.popleft()
            read += 1
            try:
                following = await self._document(step, conditional=conditional or step not in first, read=read)
            except _Failed as failure:
                if first == [step]:
                    raise
                self._tally.lost.append(str(failure))
                continue
            fresh = [further for further in following if further.url not in self._seen]
            room = most - read - len(todo)
            if len(fresh) > room:
                self._tally.cut = True
                fresh = fresh[:room]
            self._seen.update(further.url for further in fresh)
            todo.extend(fresh)

    async def _document(self, step: Follow, *, conditional: bool, read: int) -> tuple[Follow, ...]:
        """The document is read and recorded; the further ones that are worth asking for are given back."""
        ledger, source = self._round.ledger, self._source
        before = channels.validators(ledger, source=source.id, url=step.url)
        known = before if conditional else Validators()
        answer = await self._ask(step.url, known)
        self._heard(step, answer)
        if answer.status == 304:
            return self._unchanged(step)
        validators = Validators(
            etag=header(answer, "ETag"),
            last_modified=header(answer, "Last-Modified"),
            body_hash=sha256(answer.body).hexdigest(),
        )
        if known.body_hash and not known.etag and not known.last_modified:
            # The server gave none, or was found to lie; now and then it gets another chance, see _TRUST.
            validators = replace(validators, etag=None, last_modified=None)
        if known.body_hash == validators.body_hash:
            if known != validators:
                self._discover(step, Document(), validators)
            return self._unchanged(step)
        memory = (source.id, step.url)
        items = self._round.items.get(memory, frozenset()) if known.body_hash else frozenset()
        try:
            document = await asyncio.to_thread(self._read, answer, self._channel, items)
        except FeedError as error:
            gate = challenges(answer)
            raise _Failed(f"blocked: {_GATE}" if gate else f"failed: {error}") from error
        if not (document.entries or document.known or document.follow) and challenges(answer):
            raise _Failed(f"blocked: {_GATE}")
        lies = document.whole and untrue(before, validators)
        kept = replace(validators, etag=None, last_modified=None) if lies else validators
        found = await asyncio.to_thread(self._discover, step, document, kept if document.whole else None)
        if lies and found.new:
            self.notes.append(
                f'{step.url} was said to be unchanged and has changed: it is read without asking "changed?"'
            )
        elif lies:
            self._discover(step, Document(), validators)
        if document.keys:
            self._round.items[memory] = document.keys
        self._count(document, found)
        return self._worth(document, found, read=read)

    async def _ask(self, url: str, known: Validators) -> Response:
        render = self._channel.render
        # A page that is filled by scripts may stay as it is while what they bring changes.
        headers = {} if render else {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        conditions = {name: value for name, value in headers.items() if value is not None}
        most = 5 * self._round.max_bytes
        try:
            answer = await self._fetcher.get(url, headers=conditions, max_bytes=most, render=render)
        except (Disallowed, Refused) as error:
            raise _Failed(f"blocked: {reason(error)}") from error
        except MISHAPS as error:
            raise _Failed(f"failed: {reason(error)}") from error
        if blocked(answer):
            raise _Failed(f"blocked: {said(answer)}")
        if not (200 <= answer.status < 300 or (answer.status == 304 and conditions)):
            raise _Failed(f"failed: {said(answer)}")
        return answer

    def _heard(self, step: Follow, answer: Response) -> None:
        """What the answer says of itself, changed or not: how long it stays, and whether it stands elsewhere."""
        stays = fresh_for(answer)
        if stays is not None:
            self._tally.fresh_for = max(stays, self._tally.fresh_for or stays)
        if step.url != self._channel.url or answer.url == step.url or answer.request is None:
            return
        if _FOR_GOOD.issuperset(answer.request.meta.get("redirect_reasons") or [302]):
            self._tally.moved_to = answer.url
        if not address.same_site(answer.url, step.url):
            self.moved = answer.url
            self.notes.append(f"{step.url} answers from another host: {answer.url}")

    def _discover(self, step: Follow, document: Document, validators: Validators | None) -> urls.Found:
        return urls.discover(
            self._round.ledger,
            run=self._round.run,
            source=self._source,
            channel=self._channel.url,
            entries=document.entries,
            now=self._round.now(),
            document=step.url,
            validators=validators,
            since=self._round.since,
            until=self._round.until,
        )

    def _count(self, document: Document, found: urls.Found) -> None:
        tally = self._tally
        dated = [entry.published_at for entry in document.entries if entry.published_at is not None]
        tally.entries += len(document.entries) + document.known
        tally.new += found.new + found.too_old
        tally.known += found.known + found.reopened + document.known
        tally.undated += len(document.entries) - len(dated)
        oldest = document.oldest or min(dated, default=None)
        tally.oldest = min((at for at in (tally.oldest, oldest) if at is not None), default=None)
        if document.fresh_for is not None:
            tally.fresh_for = max(document.fresh_for, tally.fresh_for or document.fresh_for)
        tally.newest = max((at for at in (tally.newest, *dated) if at is not None), default=None)
        nothing = not (document.entries or document.known or document.follow)
        remark = f": {document.problem}" if document.problem not in (None, "empty") else ""
        if tally.status.startswith(("not-modified", "empty")):
            tally.status = f"{'empty' if nothing else 'ok'}{remark}"
        elif tally.status == "ok" and not nothing:
            tally.status = f"ok{remark}"

    def _worth(self, document: Document, found: urls.Found, *, read: int) -> tuple[Follow, ...]:
        """Of the documents that this one leads to, those that may hold what was asked for."""
        if self._channel.kind is ChannelKind.SITEMAP:
            worth = [further for further in document.follow if sitemap.reaches(further, self._horizon)]
            self._tally.pruned = self._tally.pruned or len(worth) < len(document.follow)
            early = datetime.min.replace(tzinfo=UTC)
            return tuple(sorted(worth, key=lambda further: further.changed_at or early, reverse=True))
        if not document.follow:
            return ()
        if self._horizon is None:
            deeper = found.new > 0 and read < _SHALLOW
        else:
            deeper = paging.goes_on(document, since=self._horizon, seen=self._told)
        self._told.update(entry.url for entry in document.entries)
        # A page without entries is the end of the series: there is nothing behind it.
        self._tally.cut = self._tally.cut or (not deeper and bool(document.entries or document.known))
        return document.follow if deeper else ()

    def _unchanged(self, step: Follow) -> tuple[Follow, ...]:
        self._tally.known += 1
        if self._channel.kind is not ChannelKind.SITEMAP or step.url != self._channel.url:
            return ()
        # An index may say "not changed" while its sitemaps have; which they are, the ledger knows.
        own = {channel.url for channel in self._source.channels}
        below = channels.documents(self._round.ledger, source=self._source.id)
        return tuple(Follow(url=url) for url in below if url not in own)[:_RECENT]

    def _pace(self, state: ChannelState) -> Look:
        tally, first = self._tally, not any(poll.status.startswith(("ok", "not-modified")) for poll in state.polls)
        if tally.status == "not-modified":
            # The same document as before: all of it was known.
            entries = next((poll.entries for poll in state.polls if poll.entries), 0)
            return Look(entries=entries, known=entries, first=first, fresh_for=tally.fresh_for)
        depth = self._round.now() - tally.oldest if tally.oldest and self._channel.kind is ChannelKind.FEED else None
        known = tally.entries - tally.new
        return Look(entries=tally.entries, known=known, depth=depth, first=first, fresh_for=tally.fresh_for)

    def _was_covered(self, state: ChannelState) -> bool:
        """Whether "not changed" would also mean "nothing new as far back as was asked"."""
        if self._channel.kind is ChannelKind.FEED or self._horizon is None:
            return True
        covered = _latest(state, "covered_from")
        return covered is not None and covered <= self._horizon

    def _covered(self, state: ChannelState) -> datetime | None:
        """How far back the channel is known without a gap."""
        tally = self._tally
        if not tally.status.startswith(("ok", "not-modified")) or tally.lost:
            return None
        before = _latest(state, "covered_from") if tally.known else None
        if self._channel.kind is ChannelKind.SITEMAP and tally.cut:
            return None
        found = [] if tally.pruned else [before, tally.oldest]
        if self._channel.kind is not ChannelKind.FEED and not tally.cut:
            # All that there is was read: nothing is missing down to where it was asked for.
            found.append(self._horizon)
        return min((at for at in found if at is not None), default=None)


def _latest(state: ChannelState, name: str) -> datetime | None:
    for poll in state.polls:
        if poll.status.startswith(("ok", "not-modified")):
            at: datetime | None = getattr(poll, name)
            return at
    return None
