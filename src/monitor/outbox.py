"""The outbox: mails that wait for the mail server, each also as an .eml file that a person can open.

The row in the ledger is the truth and comes first; the file follows it and goes when nothing is left to do. A mail is
handed over at least once and, save for a reply that was lost on the way, exactly once: see `digest.delivery`.
"""

import email
import email.policy
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from monitor import lock
from monitor.digest import delivery
from monitor.digest.delivery import PATIENCE, Delivery, State
from monitor.errors import LockHeldError, MailError
from monitor.ledger import Ledger, mails
from monitor.ledger.mails import Mail
from monitor.mail import Fate, Reply, Server, send


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What one round of handing over did."""

    accepted: int = 0
    waiting: int = 0
    ended: int = 0
    """Recipients for whom it was given up or stays in doubt."""
    problems: tuple[str, ...] = ()
    """Why something waits or has ended, each reason once."""


class Outbox:
    """The mails of one home."""

    def __init__(self, ledger: Ledger, folder: Path, *, server: Server | None) -> None:
        self._ledger, self._folder, self._server = ledger, folder, server

    def put(
        self, *, key: str, sender: str, body: bytes, recipients: Sequence[str], now: datetime, anew: bool = False
    ) -> Path:
        """The mail is kept and waits; its file. A key that is there already is not put twice, unless anew."""
        mail = mails.put(self._ledger, key=key, sender=sender, body=body, recipients=recipients, now=now, anew=anew)
        path = self.path(key)
        if mail.deliveries == () or any(d.open for d in mail.deliveries):
            _write(path, mail.body)
        return path

    def path(self, key: str) -> Path:
        """Where the mail's file is while it waits."""
        return self._folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', key)}.eml"

    def post(self, *, now: datetime) -> Posted:
        """Every mail whose turn it is has been offered to the server once; one process at a time does that."""
        try:
            with lock.hold(self._folder / ".lock", what="the outbox"):
                return self._post(now)
        except LockHeldError as other:
            return Posted(waiting=self._left(), problems=(str(other),))

    def _post(self, now: datetime) -> Posted:
        accepted, problems = 0, dict[str, None]()
        for kept in mails.waiting(self._ledger):
            mail = self._recovered(kept, now)
            turn = [d for d in mail.deliveries if delivery.due(d, now=now)]
            if turn and self._server:
                # Marked and unmarked messages differ, so those who may have it already get theirs apart.
                for group in _alike(turn):
                    replies = self._offer(mail, group, now)
                    accepted += sum(r.fate is Fate.ACCEPTED for r in replies.values())
                    problems |= {r.text: None for r in replies.values() if r.fate is not Fate.ACCEPTED}
            elif turn and now - mail.created_at > PATIENCE:
                mails.update(self._ledger, mail.id, [_unsendable(d, mail, now) for d in turn])
        if self._server is None and self._left():
            problems["no mail server is set: name one under [smtp] host in monitor.toml; the mails wait as files"] = (
                None
            )
        ended = self._tidy(now)
        return Posted(accepted=accepted, waiting=self._left(), ended=ended, problems=tuple(problems))

    def _recovered(self, mail: Mail, now: datetime) -> Mail:
        """We hold the lock, so whoever was sending this has died; what it sent may have arrived."""
        stuck = [delivery.interrupted(d, now=now) for d in mail.deliveries if d.state is State.SENDING]
        if not stuck:
            return mail
        mails.update(self._ledger, mail.id, stuck)
        names = {d.recipient: d for d in stuck}
        return replace(mail, deliveries=tuple(names.get(d.recipient, d) for d in mail.deliveries))

    def _offer(self, mail: Mail, group: Sequence[Delivery], now: datetime) -> dict[str, Reply]:
        assert self._server is not None  # noqa: S101 - asked before
        by_name = {d.recipient: d for d in group}

        def sending(recipients: Sequence[str]) -> None:
            mails.update(self._ledger, mail.id, [delivery.begun(by_name[r]) for r in recipients])

        repeat = group[0].state is State.UNKNOWN
        body = _marked(mail.body) if repeat else mail.body
        replies = send(body, sender=mail.sender, recipients=list(by_name), server=self._server, sending=sending)
        mails.update(self._ledger, mail.id, [_after(by_name[r], reply, mail, now) for r, reply in replies.items()])
        return replies

    def _left(self) -> int:
        return sum(d.open for mail in mails.waiting(self._ledger) for d in mail.deliveries)

    def _tidy(self, now: datetime) -> int:
        """Mails with nothing left to do are closed and their files gone; for how many recipients without success."""
        ended = 0
        for mail in mails.waiting(self._ledger):
            # A mail made for nobody has a file for whoever looks, which need not stay for ever.
            over = now - mail.created_at > PATIENCE if not mail.deliveries else not any(d.open for d in mail.deliveries)
            if over:
                ended += sum(d.state is not State.ACCEPTED for d in mail.deliveries)
                mails.close(self._ledger, mail.id, now=now)
                self.path(mail.key).unlink(missing_ok=True)
        return ended


def _alike(turn: Sequence[Delivery]) -> list[list[Delivery]]:
    groups = ([d for d in turn if d.state is State.WAITING], [d for d in turn if d.state is State.UNKNOWN])
    return [group for group in groups if group]


def _after(before: Delivery, reply: Reply, mail: Mail, now: datetime) -> Delivery:
    match reply.fate:
        case Fate.ACCEPTED:
            return delivery.accepted(delivery.begun(before), reply=reply.text)
        case Fate.UNKNOWN:
            return delivery.lost(delivery.begun(before), reply=reply.text, now=now)
        case Fate.REFUSED:
            return delivery.refused(before, reply=reply.text, created_at=mail.created_at, now=now)


def _unsendable(before: Delivery, mail: Mail, now: datetime) -> Delivery:
    return delivery.refused(before, reply="no mail server was set in time", created_at=mail.created_at, now=now)


def _marked(body: bytes) -> bytes:
    """The same message with the same Message-ID and a note that it may have come before."""
    message = email.message_from_bytes(body, policy=email.policy.SMTP)
    subject = f"{message['Subject']} (may repeat)"
    del message["Subject"]
    message["Subject"] = subject
    return message.as_bytes()


def _write(path: Path, body: bytes) -> None:
    new = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise MailError(f"{path} cannot be written: {error.strerror}; check the disk and the directory") from error
