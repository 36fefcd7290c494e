"""A Day becomes an EmailMessage: the answer in the subject, a plain part that reads well, HTML that loads nothing.

The same Day gives the same message, byte for byte: Message-ID, boundary and Date are made from it.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from monitor.digest.chart import bars, png
from monitor.digest.day import CATEGORIES, Day, Item, SourceState
from monitor.digest.render import Block, block, html, plain
from monitor.text import line

BLOCKS = 50
"""Blocks that are shown at most; the rest is counted, with the command that lists it."""
DOWN = frozenset({"failing", "blocked", "unvisited", "empty", "shrunk"})
"""States in which a source could say nothing to us."""
QUIET = frozenset({"silent", "frozen"})
"""States in which it could, and did not for unusually long."""
PAGE_BYTES = 100_000
"""Mail programs cut longer pages off; long sentences therefore cost blocks."""
WEAK = 4.0
"""A score below this is a weak match: shown folded, after everything else."""
_CHART = "chart@monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """Whom a digest is from and for."""

    sender: str
    recipients: tuple[str, ...]
    host: str
    """The right side of Message-ID and List-Id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What both templates show."""

    day: Day
    subject: str
    preheader: str
    incidents: int
    articles: int
    coverage: str
    blocks: tuple[Block, ...]
    sections: tuple[tuple[str, tuple[Block, ...]], ...]
    updates: tuple[Block, ...]
    weak: tuple[Block, ...]
    hidden: int
    ailing: tuple[SourceState, ...]
    well: int
    bars: tuple[tuple[str, int, int, int], ...]
    chart: str | None
    chart_text: str


def view(day: Day, *, chart: str | None = None, blocks: int = BLOCKS) -> View:
    """All that the reader is told of the day, in the order of the mail."""
    strong = sorted((i for i in day.items if i.score >= WEAK), key=_rank)
    weak = sorted((i for i in day.items if i.score < WEAK), key=_rank)
    shown = strong[:blocks]
    incidents = [i for i in shown if i.category == "incident"]
    others = [(c, tuple(block(i) for i in shown if i.category == c)) for c in CATEGORIES if c != "incident"]
    room = blocks - len(shown)
    ailing = tuple(s for s in day.sources if s.status != "ok")
    return View(
        day=day,
        subject=subject(day),
        preheader=line(strong[0].title)[:140] if strong else coverage(day),
        incidents=sum(i.category == "incident" for i in day.items),
        articles=len(day.items),
        coverage=coverage(day),
        blocks=tuple(block(i) for i in incidents),
        sections=tuple((c, b) for c, b in others if b),
        updates=tuple(block(i) for i in day.updates[:blocks]),
        weak=tuple(block(i) for i in weak[:room]),
        hidden=len(strong) - len(shown) + len(weak[room:]) + len(day.updates[blocks:]),
        ailing=ailing,
        well=len(day.sources) - len(ailing),
        bars=bars(day.history),
        chart=chart,
        chart_text=", ".join(f"{c.day:%d %b}: {c.articles} ({c.incidents})" for c in day.history),
    )


def message(day: Day, mailing: Mailing, *, charts: bool = True) -> EmailMessage:
    """The digest of the day as one multipart/alternative message, stable in every byte."""
    picture = png(day.history) if charts else None
    seen, page = _fitting(day, chart=f"cid:{_CHART}" if picture else None)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = seen.subject
    mail["From"] = mailing.sender
    mail["To"] = ", ".join(mailing.recipients)
    mail["Date"] = format_datetime(day.end)
    mail["Message-ID"] = message_id(day, mailing.host)
    mail["List-Id"] = f"Mine monitor {day.digest} <{day.digest}.monitor.{mailing.host}>"
    mail["List-Unsubscribe"] = unsubscribe(mailing, day.digest)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Precedence"] = "bulk"
    mail.set_content(plain(seen), cte="quoted-printable")
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    if picture:
        part = mail.get_body(("html",))
        assert part is not None  # noqa: S101 - added a line above
        part.add_related(picture, "image", "png", cid=f"<{_CHART}>", disposition="inline")
    fix_boundaries(mail, f"digest-{day.day.isoformat()}-{day.digest}")
    return mail


def _fitting(day: Day, *, chart: str | None) -> tuple[View, str]:
    """The view with as many blocks as a page of PAGE_BYTES holds, and that page."""
    blocks = BLOCKS
    while True:
        seen = view(day, chart=chart, blocks=blocks)
        page = html(seen)
        if blocks == 1 or len(page.encode()) <= PAGE_BYTES:
            return seen, page
        blocks = max(1, blocks * 4 // 5)


def message_id(day: Day, host: str) -> str:
    """The stable Message-ID of this digest of this day: a repeat is seen as a repeat."""
    return f"<digest.{day.day.isoformat()}.{day.digest}@{host}>"


def subject(day: Day) -> str:
    """The answer in one line: "Mine monitor 2026-11-23: 4 incidents, 9 articles, 1 source failing"."""
    incidents = sum(i.category == "incident" for i in day.items)
    parts = [_count(incidents, "incident"), _count(len(day.items), "article")]
    if day.updates:
        parts.append(_count(len(day.updates), "update"))
    numbers = {
        status: sum(s.status == status for s in day.sources)
        for status in ("failing", "blocked", "empty", "shrunk", "silent", "frozen")
    }
    parts += [f"{_count(number, 'source')} {status}" for status, number in numbers.items() if number]
    name = "" if day.digest == "daily" else f" ({day.digest})"
    return f"Mine monitor {day.day.isoformat()}{name}: {', '.join(parts)}"


def coverage(day: Day) -> str:
    """One honest sentence that tells "nothing happened" apart from "somebody could not be asked"."""
    total = len(day.sources)
    down = [s for s in day.sources if s.status in DOWN]
    quiet = [s for s in day.sources if s.status in QUIET]
    if not total:
        return "No source is enabled: nothing could be seen."
    if down:
        found = "Nothing was found" if not day.items else f"{_count(len(day.items), 'article')} found"
        return f"{found}, but {len(down)} of {_count(total, 'source')} could not be read: {_names(down)}."
    if day.items:
        text = f"All {_count(total, 'source')} answered and announced {_count(day.discovered, 'address', 'addresses')}."
    else:
        text = f"No news because none of {_count(total, 'source')} had any; all answered."
    return f"{text} Unusually quiet: {_names(quiet)}." if quiet else text


def _rank(item: Item) -> tuple[int, float]:
    return (
        CATEGORIES.index(item.category) if item.category in CATEGORIES else len(CATEGORIES),
        -item.seen_at.timestamp(),
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _names(states: list[SourceState]) -> str:
    names = [line(s.name) for s in states[:5]]
    return ", ".join(names) + (f" and {len(states) - 5} more" if len(states) > len(names) else "")


def unsubscribe(mailing: Mailing, digest: str) -> str:
    """The List-Unsubscribe header: a mail to the sender."""
    address = mailing.sender.rsplit("<", 1)[-1].rstrip(">").strip()
    return f"<mailto:{address}?subject=unsubscribe%20{digest}>"


def fix_boundaries(mail: EmailMessage, name: str) -> None:
    """The parts are set apart by what is made from the name, so that the same mail is the same bytes."""
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=={number}={name}==")
