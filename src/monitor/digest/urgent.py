"""The urgent mail: an incident with casualties, told at once, and each later version of its text."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from monitor.digest import render
from monitor.digest.alarm import Alarm, grave
from monitor.digest.compose import Mailing, fix_boundaries, unsubscribe
from monitor.digest.day import Item
from monitor.digest.render import Block
from monitor.text import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """What both parts show."""

    subject: str
    preheader: str
    mark: str
    """Casualties, or Update for a later version."""
    story: Block
    withdrawn: str | None
    """Said of a version that takes the casualties back."""
    zone: str


def message(alarm: Alarm, mailing: Mailing, *, digest: str, zone: str) -> EmailMessage:
    """The mail of this version, stable in every byte; versions of one article make one thread."""
    item, view = alarm.item, _view(alarm, zone)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = view.subject
    mail["From"] = mailing.sender
    mail["To"] = ", ".join(mailing.recipients)
    mail["Date"] = format_datetime(item.updated_at or item.seen_at)
    mail["Message-ID"] = _message_id(alarm.key, digest, mailing.host)
    if alarm.revision is not None:
        mail["In-Reply-To"] = mail["References"] = _message_id(item.name, digest, mailing.host)
    mail["List-Id"] = f"Mine monitor {digest} <{digest}.monitor.{mailing.host}>"
    mail["List-Unsubscribe"] = unsubscribe(mailing, digest)
    mail["Auto-Submitted"] = "auto-generated"
    if item.language:
        mail["Content-Language"] = item.language
    mail.set_content(_plain(item, view), cte="quoted-printable")
    mail.add_alternative(render.urgent(view), subtype="html", cte="quoted-printable")
    fix_boundaries(mail, f"urgent-{digest}-{_short(alarm.key)}")
    return mail


def _view(alarm: Alarm, zone: str) -> Urgency:
    item, story = alarm.item, render.block(alarm.item)
    mark = "Update" if alarm.revision is not None else "Casualties"
    over = alarm.revision is not None and not grave(item)
    return Urgency(
        subject=f"{mark}: {story.title} ({line(item.source_name)})",
        preheader="".join(text for text, _ in story.evidence[0])[:140] if story.evidence else story.title[:140],
        mark=mark,
        story=story,
        withdrawn="The text no longer tells of an incident with casualties." if over else None,
        zone=zone,
    )


def _plain(item: Item, view: Urgency) -> str:
    told = [view.story.title, ""]
    for sentence in view.story.evidence:
        told += ["".join(f"*{text}*" if marked else text for text, marked in sentence), ""]
    if view.withdrawn:
        told += [view.withdrawn, ""]
    told += [
        f"{line(item.source_name)}, {item.country}",
        f"Published  {_local(item.published_at, view.zone)}",
        f"Seen       {_local(item.seen_at, view.zone)}",
    ]
    if item.updated_at:
        told.append(f"Changed    {_local(item.updated_at, view.zone)}")
    told += [view.story.href or "", *(href for _, href in view.story.copies if href), f"Queue file {item.name}", ""]
    told.append(f"Found by a program that reads words, not by a person; times in {view.zone}.")
    return "\n".join(told) + "\n"


def _local(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else "not told"


def _message_id(key: str, digest: str, host: str) -> str:
    return f"<urgent.{digest}.{_short(key)}@{host}>"


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
