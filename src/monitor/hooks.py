"""Web hooks: what is new becomes a notice in the ledger first, and then a POST, once for each hook.

A notice is posted until it is accepted: whoever is killed in between, or loses an answer, sends the same body under the
same id once more, by which a receiver knows the repeat. Where editions, ledger and webhook meet.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor import lock
from monitor.config import HookConfig
from monitor.digest import delivery, notice
from monitor.digest.delivery import PATIENCE
from monitor.editions import AILING, Editor
from monitor.errors import ConfigError, LockHeldError
from monitor.ledger import notices
from monitor.ledger.digests import Edition
from monitor.ledger.notices import Fresh, Hook, Landed, Notice
from monitor.webhook import Answer, Fate, Receiver, keys, post

REACHES_BACK = timedelta(days=31)
"""What landed longer ago and was never told is not told: a hook that comes back after a year does not want the year."""
_LOOK = timedelta(minutes=5)
"""How often the health of the sources is looked at for a hook."""
_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one round of posting did."""

    accepted: int = 0
    waiting: int = 0
    ended: int = 0
    """Notices that were given up."""
    problems: tuple[str, ...] = ()
    """What went wrong with which hook; of one that was left alone this time nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The hooks of one home."""

    editor: Editor
    folder: Path
    """Where the lock is that lets one process post at a time."""

    def know(self, *, now: datetime) -> None:
        """Every hook of the settings is known: from now on what lands is for it."""
        for hook in self.editor.config.hook:
            self._known(hook, now=now)

    def make(self, *, now: datetime) -> int:
        """Everything that is new waits for the hooks that want it; how many notices that made."""
        return sum(self._make(hook, self._known(hook, now=now), now=now) for hook in self.editor.config.hook)

    def post(self, *, now: Callable[[], datetime], going: Callable[[], bool] = lambda: True) -> Told:
        """Every notice whose turn it is has been offered once; `going` is asked between two of them."""
        hooks = self.editor.config.hook
        try:
            with lock.hold(self.folder / ".hooks.lock", what="posting to the hooks"):
                rounds = [_Round(self.editor, hook, now, going).run() for hook in hooks]
        except LockHeldError as other:
            rounds = [Told(problems=(str(other),))]
        names = {hook.name for hook in hooks}
        found = notices.counts(self.editor.ledger, since=now())
        return Told(
            accepted=sum(each.accepted for each in rounds),
            waiting=sum(count["waiting"] for name, count in found.items() if name in names),
            ended=sum(each.ended for each in rounds),
            problems=tuple(problem for each in rounds for problem in each.problems),
        )

    def _known(self, hook: HookConfig, *, now: datetime) -> Hook:
        place = hashlib.sha256(hook.url.encode()).hexdigest()
        return notices.know(self.editor.ledger, name=hook.name, place=place, now=now)

    def _make(self, hook: HookConfig, known: Hook, *, now: datetime) -> int:
        if known.off_at:
            return 0
        since = max(known.since, now - REACHES_BACK)
        made = 0
        if "articles" in hook.events:
            made += self._articles(hook, since, now=now)
        if "digests" in hook.events:
            editions = notices.editions(self.editor.ledger, hook=hook.name, since=since)
            made += self._put(hook, map(self._edition, editions), now=now)
        if "health" in hook.events and (known.looked_at is None or now - known.looked_at >= _LOOK):
            made += self._health(hook, known, now=now)
        return made

    def _articles(self, hook: HookConfig, since: datetime, *, now: datetime) -> int:
        countries = {source.id: source.country for source in self.editor.sources}
        wanted, made = self.editor.wanted(hook), 0
        while found := notices.articles(self.editor.ledger, hook=hook.name, since=since, wanted=wanted, limit=_BATCH):
            made += self._put(hook, (_article(each, countries) for each in found), now=now)
        return made

    def _edition(self, edition: Edition) -> Fresh:
        body = notice.edition(self.editor.view(edition), made_at=edition.made_at)
        return Fresh(key=f"digest/{edition.name}/{edition.day.isoformat()}", body=body)

    def _health(self, hook: HookConfig, known: Hook, *, now: datetime) -> int:
        states = self.editor.states(self.editor.wanted(hook), now=now)
        ailing = {state.id: state.status for state in states if state.status in AILING}
        changed = [
            state
            for state in states
            if ailing.get(state.id) != known.ailing.get(state.id) and (state.id in ailing or state.status == "ok")
        ]
        fresh = (
            Fresh(key=f"health/{state.id}/{now.isoformat()}", body=notice.source(state, seen_at=now))
            for state in changed
        )
        return notices.put(self.editor.ledger, hook=hook.name, fresh=fresh, now=now, look=(known, ailing))

    def _put(self, hook: HookConfig, fresh: Iterable[Fresh], *, now: datetime) -> int:
        return notices.put(self.editor.ledger, hook=hook.name, fresh=fresh, now=now)


class _Round:
    """One hook is offered everything whose turn it is, until the receiver turns out to be in no order."""

    def __init__(
        self, editor: Editor, hook: HookConfig, now: Callable[[], datetime], going: Callable[[], bool]
    ) -> None:
        self._ledger, self._hook, self._now, self._going = editor.ledger, hook, now, going
        self._accepted = self._ended = 0
        self._problem: str | None = None

    def run(self) -> Told:
        known = notices.find(self._ledger, self._hook.name)
        if known and not known.off_at and (known.not_before is None or known.not_before <= self._now()):
            try:
                self._offer(failures=known.failures)
            except ConfigError as error:  # a secret that is not there stops this hook and no other
                self._problem = str(error)
        problems = (f"hook {self._hook.name}: {self._problem}",) if self._problem else ()
        return Told(accepted=self._accepted, ended=self._ended, problems=problems)

    def _offer(self, *, failures: int) -> None:
        to = None
        while batch := notices.due(self._ledger, hook=self._hook.name, now=self._now(), limit=_BATCH):
            to = to or receiver(self._hook)
            for each in batch:
                if not self._going():
                    return
                answer = post(each.body, uid=each.uid, receiver=to, at=self._now())
                if answer.fate in {Fate.ACCEPTED, Fate.UNFIT}:
                    failures = 0
                    self._settle(each, answer, failures=0, pause=None)
                    continue
                if answer.fate is Fate.GONE:
                    self._switch_off(answer)
                else:
                    self._settle(each, answer, failures=failures + 1, pause=_pause(failures + 1, answer))
                return

    def _switch_off(self, answer: Answer) -> None:
        name = self._hook.name
        self._ended += notices.switch_off(self._ledger, hook=name, reply=answer.text, now=self._now())
        self._problem = f"{answer.text}: switched off; `monitor hook retry {name}` switches it on again"

    def _settle(self, one: Notice, answer: Answer, *, failures: int, pause: timedelta | None) -> None:
        now, before = self._now(), one.delivery
        if answer.fate is Fate.ACCEPTED:
            after = delivery.accepted(before, reply=answer.text)
            self._accepted += 1
        else:
            after = delivery.refused(before, reply=answer.text, created_at=one.created_at, now=now)
            self._problem = answer.text
        self._ended += not after.open and answer.fate is not Fate.ACCEPTED
        not_before = now + pause if pause else None
        notices.settle(self._ledger, one.id, after, failures=failures, not_before=not_before, now=now)
        if pause:
            # What waits behind the one that was offered has waited as long, and would fail as that one did.
            self._ended += notices.give_up(
                self._ledger, hook=self._hook.name, before=now - PATIENCE, reply=answer.text, now=now
            )


def receiver(hook: HookConfig) -> Receiver:
    """Where the hook is and what is signed with; ConfigError when its secret is named and cannot be used."""
    return Receiver(url=hook.url, keys=keys(hook.secret() or ""), timeout=hook.timeout)


def _pause(failures: int, answer: Answer) -> timedelta:
    return max(delivery.pause(failures), min(answer.wait or timedelta(), delivery.LONGEST))


def _article(landed: Landed, countries: Mapping[str, str]) -> Fresh:
    country = countries.get(landed.source)
    body = notice.article(landed.sidecar, text=landed.text, country=country, landed_at=landed.landed_at)
    return Fresh(key=f"article/{landed.name}", body=body)
