"""One word for a source, its reason and its beginning: ok, failing, blocked, silent, or one of the quieter troubles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from monitor.health.rhythm import Arrival, learn

FAILS = 3
"""Polls in a row that must fail before a source is called failing: a blip is no news."""
FAILING_FOR = timedelta(hours=1)
"""And they must span at least this long."""
_OUTAGE_SHARE, _OUTAGE_SOURCES, _OUTAGE_WINDOW = 0.8, 3, timedelta(minutes=30)
_UNDATED = 0.9
_FEW = 5
"""Entries: that so few are all new says nothing."""


class Status(StrEnum):
    """How a source is doing; the worst that holds is shown."""

    OK = "ok"
    UNVISITED = "unvisited"
    FAILING = "failing"
    BLOCKED = "blocked"
    EMPTY = "empty"
    """It answers 200 with nothing, where there used to be entries."""
    FROZEN = "frozen"
    """It answers with the same newest entry for much longer than its rhythm says."""
    SILENT = "silent"
    """It says that nothing has changed for much longer than its rhythm says."""
    SHRUNK = "shrunk"
    """Its pages no longer give articles: the layout has changed."""
    OVERFLOW = "overflow"
    """All entries of a poll were new: others may have come and gone between two polls."""
    UNDATED = "undated"
    """Its entries carry no dates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One look at one source: all its channels together."""

    at: datetime
    status: str
    """ok, not-modified, empty, failed or blocked."""
    entries: int = 0
    new: int = 0
    undated: int = 0
    newest_at: datetime | None = None
    overflowed: bool = False
    """Of one of its channels everything was new, and it was not the first look."""
    read: int = 0
    """Pages that were extracted."""
    not_articles: int = 0
    """Pages among them that gave no article."""
    reason: str | None = None


def overflowed(*, entries: int, new: int) -> bool:
    """Whether all of a channel is new since the last look, so that other entries may have come and gone unseen."""
    return entries >= _FEW and new >= entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The verdict on one source."""

    status: Status
    since: datetime | None = None
    note: str | None = None

    @property
    def ok(self) -> bool:
        """True when nothing is missing from this source as far as can be told."""
        return self.status in {Status.OK, Status.UNDATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which our own network was down."""

    start: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """True when the moment lies in the outage."""
        return self.start <= moment <= self.end


def judge(
    polls: Sequence[Poll], *, arrivals: Sequence[Arrival], zone: str, now: datetime, outages: Sequence[Outage] = ()
) -> Health:
    """The health of a source; polls during our own outage blame nobody.

    polls: the latest ones, some dozens, the oldest first. arrivals: all looks that brought something new, as far back
    as is known.
    """
    seen = [p for p in polls if not (p.status == "failed" and any(o.covers(p.at) for o in outages))]
    if not seen:
        return Health(
            status=Status.UNVISITED, note="never visited" if not polls else "not reached since our network is back"
        )
    for verdict in (
        _unreachable(seen),
        _empty(seen, arrivals),
        _quiet(seen, arrivals, zone=zone, now=now),
        _shrunk(seen),
        _minor(seen),
    ):
        if verdict:
            return verdict
    return Health(status=Status.OK)


def outages(polls: Iterable[tuple[str, Poll]]) -> tuple[Outage, ...]:
    """The times in which nearly every source failed at once: then it is our network, not they.

    polls: (source id, poll) of all sources.
    """
    windows: dict[int, dict[str, bool]] = {}
    for source, poll in polls:
        window = int(poll.at.timestamp() // _OUTAGE_WINDOW.total_seconds())
        answered = windows.setdefault(window, {})
        answered[source] = answered.get(source, False) or poll.status != "failed"
    found: list[Outage] = []
    for window in sorted(windows):
        answered = windows[window]
        down = sum(not ok for ok in answered.values())
        if len(answered) >= _OUTAGE_SOURCES and down >= _OUTAGE_SHARE * len(answered):
            start = datetime.fromtimestamp(window * _OUTAGE_WINDOW.total_seconds(), tz=UTC)
            end = start + _OUTAGE_WINDOW
            if found and found[-1].end == start:
                found[-1] = Outage(start=found[-1].start, end=end)
            else:
                found.append(Outage(start=start, end=end))
    return tuple(found)


def _unreachable(polls: Sequence[Poll]) -> Health | None:
    bad = list(takewhile(lambda p: p.status in {"failed", "blocked"}, reversed(polls)))
    if len(bad) < FAILS or bad[0].at - bad[-1].at < FAILING_FOR:
        return None
    blocked = sum(p.status == "blocked" for p in bad) * 2 > len(bad)
    return Health(status=Status.BLOCKED if blocked else Status.FAILING, since=bad[-1].at, note=bad[0].reason)


def _empty(polls: Sequence[Poll], arrivals: Sequence[Arrival]) -> Health | None:
    bad = list(takewhile(lambda p: p.status == "empty", reversed(polls)))
    if len(bad) < FAILS or not arrivals:
        return None
    return Health(
        status=Status.EMPTY, since=bad[-1].at, note=bad[0].reason or "answers, but announces nothing any more"
    )


def _quiet(polls: Sequence[Poll], arrivals: Sequence[Arrival], *, zone: str, now: datetime) -> Health | None:
    rhythm = learn(arrivals, zone=zone, now=now)
    answers = [p for p in polls if p.status in {"ok", "not-modified", "empty"}]
    if not rhythm or not answers:
        return None
    # Only an answer can show that there is nothing new; silence is counted up to the last one.
    last = arrivals[-1].at
    limit = rhythm.silence(last)
    if answers[-1].at < limit:
        return None
    same = [p for p in answers if p.at > last and p.status == "ok" and p.entries]
    frozen = bool(same) and all(p.newest_at == same[0].newest_at is not None for p in same)
    days = (now - last).total_seconds() / 86_400
    usual = (limit - last).total_seconds() / 86_400
    note = f"nothing new for {days:.1f} days, where {usual:.1f} would be much"
    return Health(status=Status.FROZEN if frozen else Status.SILENT, since=last, note=note)


def _shrunk(polls: Sequence[Poll]) -> Health | None:
    reads = [p for p in polls if p.read]
    recent: list[Poll] = []
    for poll in reversed(reads):
        recent.append(poll)
        if sum(p.read for p in recent) >= 8:
            break
    before = reads[: len(reads) - len(recent)]
    if sum(p.read for p in recent) < 8 or sum(p.read for p in before) < 8:
        return None
    if _share(recent) < 0.75 or _share(before) > 0.4:
        return None
    return Health(
        status=Status.SHRUNK,
        since=recent[-1].at,
        note=f"{_share(recent):.0%} of its pages give no article, before it was {_share(before):.0%}: a new layout?",
    )


def _share(polls: Sequence[Poll]) -> float:
    return sum(p.not_articles for p in polls) / sum(p.read for p in polls)


def _minor(polls: Sequence[Poll]) -> Health | None:
    told = [p for p in polls if p.status == "ok" and p.entries]
    last = told[-1] if told else None
    if not last:
        return None
    if last.overflowed:
        note = f"{last.new} of {last.entries} entries were new: others may have come and gone since the poll before"
        return Health(status=Status.OVERFLOW, since=last.at, note=note)
    if last.undated >= _UNDATED * last.entries:
        return Health(status=Status.UNDATED, since=told[0].at, note="its entries carry no dates")
    return None
