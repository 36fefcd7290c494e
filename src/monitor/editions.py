"""Editions: the digests that are due are made, composed and put into the outbox, one for each local day."""

import email.utils
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from monitor.config import Config, DigestConfig, HookConfig
from monitor.digest import alarm, urgent
from monitor.digest.compose import Mailing, message
from monitor.digest.day import Day, DayCount, SourceState, due_day, end_of
from monitor.errors import UsageError
from monitor.health.verdict import Status
from monitor.home import Home
from monitor.ledger import Ledger, digests, health, mails, notices
from monitor.ledger.digests import Edition, Wanted
from monitor.mail import Server
from monitor.model import Source
from monitor.outbox import Outbox

CHART_DAYS = 14
CATCH_UP = 31
"""So many days that were missed are made up for, each with its own digest; what is older is told of in the first."""
_NOBODY = "monitor@localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """Makes the editions of one home."""

    config: Config
    ledger: Ledger
    outbox: Outbox
    sources: tuple[Source, ...]
    """The enabled sources."""

    def make_due(self, *, now: datetime) -> tuple[Edition, ...]:
        """Every digest whose time has come is made and waits in the outbox; what was made now."""
        made: list[Edition] = []
        for digest in self.config.digests:
            if digest.urgent:
                continue
            for edition in digests.unposted(self.ledger, name=digest.name):
                # Made, and the program was stopped before it could be put into the outbox.
                self._post(digest, edition, now=now)
            for day in self._due(digest, now=now):
                edition = self._make(digest, day, now=now)
                self._post(digest, edition, now=now)
                made.append(edition)
        return tuple(made)

    def make_urgent(self, *, now: datetime) -> tuple[str, ...]:
        """Every incident with casualties waits in the outbox, once for each urgent digest; the keys of the new mails.

        An article that was mailed and changes is mailed once more for each version.
        """
        return tuple(
            self._urge(digest, found, now=now)
            for digest in self.config.digests
            if digest.urgent
            for found in digests.alarms(
                self.ledger,
                name=digest.name,
                since=now - alarm.RECENT,
                now=now,
                wanted=self.wanted(digest),
                sources={source.id: source for source in self.sources},
            )
            if alarm.wanted(found)
        )

    def day(self, digest: DigestConfig, day: date, *, now: datetime) -> Day:
        """What the digest of that day says: as it was made, or as it would be if it were made now."""
        if digest.urgent:
            raise UsageError(f"the digest {digest.name!r} is urgent: it has no days; name another with --name")
        edition = digests.find(self.ledger, name=digest.name, day=day)
        if edition:
            return self.view(edition)
        start, end = self._bounds(digest, day)
        if now < end:
            raise UsageError(f"{day} is not over yet in {self.config.zone}; name an earlier day, or wait until {end}")
        return self._preview(digest, day, start, end, now=now)

    def message(self, digest: DigestConfig, day: date, *, now: datetime) -> EmailMessage:
        """The mail of that day."""
        return message(self.day(digest, day, now=now), mailing(digest))

    def resend(self, digest: DigestConfig, day: date, *, now: datetime) -> None:
        """The digest of that day, which must have been made, waits once more for all its recipients."""
        edition = digests.find(self.ledger, name=digest.name, day=day)
        if edition is None or digest.urgent:
            raise UsageError(f"no digest {digest.name!r} of {day} was made; send it without --resend")
        self._post(digest, edition, now=now, anew=True)

    def send(self, digest: DigestConfig, day: date, *, now: datetime) -> Edition:
        """The digest of that day is made if it was not, and waits in the outbox if it was not sent."""
        self.day(digest, day, now=now)
        edition = digests.find(self.ledger, name=digest.name, day=day) or self._make(digest, day, now=now)
        self._post(digest, edition, now=now)
        return edition

    def _due(self, digest: DigestConfig, *, now: datetime) -> Iterable[date]:
        last = digests.latest(self.ledger, name=digest.name)
        newest = due_day(now, zone=self.config.zone, at=digest.time)
        if last is None:
            return [newest]
        first = max(last.day + timedelta(days=1), newest - timedelta(days=CATCH_UP - 1))
        return [first + timedelta(days=n) for n in range((newest - first).days + 1)]

    def _bounds(self, digest: DigestConfig, day: date) -> tuple[datetime, datetime]:
        """Where the day begins and ends; it begins where the digest before it ended, whatever the zone was then."""
        end = end_of(day, zone=self.config.zone)
        before = digests.latest(self.ledger, name=digest.name, before=day)
        if before and before.day == day - timedelta(days=1):
            return before.end, max(end, before.end)
        return end_of(day - timedelta(days=1), zone=self.config.zone), end

    def _make(self, digest: DigestConfig, day: date, *, now: datetime) -> Edition:
        start, end = self._bounds(digest, day)
        return digests.make(
            self.ledger,
            name=digest.name,
            day=day,
            zone=self.config.zone,
            start=start,
            end=end,
            snapshot=self._snapshot(digest, day, start, end, now=now),
            wanted=self.wanted(digest),
            now=now,
        )

    def _post(self, digest: DigestConfig, edition: Edition, *, now: datetime, anew: bool = False) -> None:
        day = self.view(edition)
        quiet = not (day.items or day.updates or day.notes or any(s.status != "ok" for s in day.sources))
        recipients: Sequence[str] = () if quiet and not digest.when_empty and not anew else digest.to
        self.outbox.put(
            key=f"digest/{edition.name}/{edition.day.isoformat()}",
            sender=email.utils.parseaddr(_sender(digest))[1],
            body=message(day, mailing(digest)).as_bytes(),
            recipients=[email.utils.parseaddr(to)[1] for to in recipients],
            now=now,
            anew=anew,
        )

    def _urge(self, digest: DigestConfig, found: alarm.Alarm, *, now: datetime) -> str:
        key = f"urgent/{digest.name}/{found.key}"
        mail = urgent.message(found, mailing(digest), digest=digest.name, zone=self.config.zone)
        self.outbox.put(
            key=key,
            sender=email.utils.parseaddr(_sender(digest))[1],
            body=mail.as_bytes(),
            recipients=[email.utils.parseaddr(to)[1] for to in digest.to],
            now=now,
        )
        return key

    def wanted(self, reader: DigestConfig | HookConfig) -> Wanted:
        """Which articles a digest or a hook is for."""
        chosen = None
        if reader.countries:
            chosen = frozenset(s.id for s in self.sources if s.country in reader.countries)
        return Wanted(sources=chosen, classes=reader.classes, languages=reader.languages)

    def view(self, edition: Edition) -> Day:
        """What the digest that was made says."""
        sources = {source.id: source for source in self.sources}
        items, updates = digests.items(self.ledger, edition, sources)
        return Day(
            digest=edition.name,
            day=edition.day,
            zone=edition.zone,
            start=edition.start,
            end=edition.end,
            items=items,
            updates=updates,
            **_opened(edition.snapshot),
        )

    def states(self, wanted: Wanted, *, now: datetime) -> tuple[SourceState, ...]:
        """How the sources that are wanted are doing."""
        watched = [s for s in self.sources if wanted.sources is None or s.id in wanted.sources]
        verdicts = health.healths(self.ledger, watched, now=now)
        return tuple(
            SourceState(
                id=source.id,
                name=source.name,
                status="ok" if verdicts[source.id].ok else str(verdicts[source.id].status),
                since=verdicts[source.id].since,
                note=verdicts[source.id].note,
            )
            for source in watched
        )

    def _preview(self, digest: DigestConfig, day: date, start: datetime, end: datetime, *, now: datetime) -> Day:
        sources = {source.id: source for source in self.sources}
        items = digests.landed(self.ledger, start=start, end=end, now=now, wanted=self.wanted(digest), sources=sources)
        opened = _opened(self._snapshot(digest, day, start, end, now=now))
        return Day(digest=digest.name, day=day, zone=self.config.zone, start=start, end=end, items=items, **opened)

    def _snapshot(
        self, digest: DigestConfig, day: date, start: datetime, end: datetime, *, now: datetime
    ) -> dict[str, Any]:
        """What is true of the sources and of the days before, as plain JSON."""
        wanted = self.wanted(digest)
        found = self.states(wanted, now=min(now, end))
        states = [asdict(state) | {"since": _text(state.since)} for state in found]
        before = digests.latest(self.ledger, name=digest.name, before=day)
        ailed = {s["id"] for s in before.snapshot["sources"] if s["status"] in AILING} if before else set()
        return {
            "sources": states,
            "recovered": [s["name"] for s in states if s["status"] == "ok" and s["id"] in ailed],
            "history": [self._count(day - timedelta(days=n), wanted) for n in reversed(range(CHART_DAYS))],
            "discovered": digests.discovered(self.ledger, start=start, end=end),
            "notes": self._notes(before, day),
        }

    def _count(self, day: date, wanted: Wanted) -> dict[str, Any]:
        zone = self.config.zone
        start, end = end_of(day - timedelta(days=1), zone=zone), end_of(day, zone=zone)
        articles, incidents = digests.volume(self.ledger, start=start, end=end, wanted=wanted)
        return {"day": day.isoformat(), "articles": articles, "incidents": incidents}

    def _notes(self, before: Edition | None, day: date) -> list[str]:
        notes = []
        if before and (missed := (day - before.day).days - 1) > 0:
            notes.append(f"No digest was made for the {missed} days before; their articles stand here.")
        for mail in mails.undelivered(self.ledger, since=before.made_at if before else _LONG_AGO):
            bad = [d for d in mail.deliveries if d.state in {"given-up", "doubtful"}]
            words = f"{len(bad)} of {len(mail.deliveries)} recipients: {bad[0].reply}"
            notes.append(f"The mail {mail.key} did not surely reach {words}")
        return notes + [
            f"The hook {hook.name} {trouble}"
            for hook in self.config.hook
            if (trouble := notices.trouble(self.ledger, hook.name, since=before.made_at if before else _LONG_AGO))
        ]


AILING = frozenset(map(str, Status)) - {"ok", "undated", "unvisited"}
"""States of a source in which something may be missing."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))


@contextmanager
def open_editor(config: Config, home: Home, sources: Sequence[Source]) -> Iterator[Editor]:
    """The home's editor, with its ledger and outbox open and what died half-way taken up again."""
    with Ledger.open(config.store_url(home)) as ledger:
        outbox = Outbox(ledger, home.outbox, server=server(config))
        yield Editor(config=config, ledger=ledger, outbox=outbox, sources=tuple(sources))


def server(config: Config) -> Server | None:
    """The mail server of the settings, or None when none is named."""
    smtp = config.smtp
    if not smtp.host:
        return None
    return Server(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=(smtp.password() or "") if smtp.username else "",
    )


def mailing(digest: DigestConfig) -> Mailing:
    """Whom the digest is from and for."""
    sender = _sender(digest)
    return Mailing(sender=sender, recipients=digest.to, host=email.utils.parseaddr(sender)[1].rpartition("@")[2])


def _sender(digest: DigestConfig) -> str:
    return digest.sender or (digest.to[0] if digest.to else _NOBODY)


def _opened(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sources": tuple(SourceState(**(s | {"since": _moment(s["since"])})) for s in snapshot["sources"]),
        "recovered": tuple(snapshot["recovered"]),
        "history": tuple(DayCount(**(c | {"day": date.fromisoformat(c["day"])})) for c in snapshot["history"]),
        "discovered": snapshot["discovered"],
        "notes": tuple(snapshot["notes"]),
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
