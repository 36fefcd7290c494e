"""The urgent mail: an incident with casualties, told at once, and each later version of its text."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from monitor.digest.alarm import Alarm, grave
from monitor.digest.compose import Mailing
from monitor.digest.render import block
from monitor.text import line


def message(alarm: Alarm, mailing: Mailing, *, digest: str, zone: str) -> EmailMessage:
    """The plain mail of this version, stable in every byte; versions of one article make one thread."""
    item, shown = alarm.item, block(alarm.item)
    mark = "Update" if alarm.revision is not None else "Casualties"
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = f"{mark}: {shown.title} ({line(item.source_name)})"
    mail["From"] = mailing.sender
    mail["To"] = ", ".join(mailing.recipients)
    mail["Date"] = format_datetime(item.updated_at or item.seen_at)
    mail["Message-ID"] = _message_id(alarm.key, digest, mailing.host)
    if alarm.revision is not None:
        mail["In-Reply-To"] = mail["References"] = _message_id(item.name, digest, mailing.host)
    mail["List-Id"] = f"Mine monitor {digest} <{digest}.monitor.{mailing.host}>"
    mail["Auto-Submitted"] = "auto-generated"
    if item.language:
        mail["Content-Language"] = item.language
    mail.set_content(_text(alarm, zone), cte="quoted-printable")
    return mail


def _text(alarm: Alarm, zone: str) -> str:
    item, shown = alarm.item, block(alarm.item)
    told = [shown.title, ""]
    for sentence in shown.evidence:
        told += ["".join(f"*{text}*" if marked else text for text, marked in sentence), ""]
    if alarm.revision is not None and not grave(item):
        told += ["The text no longer tells of an incident with casualties.", ""]
    told += [
        f"{line(item.source_name)}, {item.country}",
        f"Published  {_local(item.published_at, zone)}",
        f"Seen       {_local(item.seen_at, zone)}",
    ]
    if item.updated_at:
        told.append(f"Changed    {_local(item.updated_at, zone)}")
    told += [shown.href or "", *(href for _, href in shown.copies if href), f"Queue file {item.name}", ""]
    told.append(f"Found by a program that reads words, not by a person; times in {zone}.")
    return "\n".join(told) + "\n"


def _local(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else "not told"


def _message_id(key: str, digest: str, host: str) -> str:
    return f"<urgent.{digest}.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"
