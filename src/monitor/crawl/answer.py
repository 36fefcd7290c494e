"""What an answer says beyond its body: refusals, challenges, how long it stays, whether it tells the truth."""

import re
from datetime import timedelta
from http import HTTPStatus

from scrapy.http import Response, TextResponse

from monitor.article import walls
from monitor.model import Validators

_BLOCKED = {401, 402, 403, 407, 451}
_HEAD = 200_000
"""Bytes in which a challenge is looked for."""


def blocked(answer: Response) -> bool:
    """Whether the answer is a refusal or a challenge instead of what was asked for."""
    return answer.status in _BLOCKED or _challenge(answer)


def _challenge(answer: Response) -> bool:
    """Whether the answer says itself that it is a challenge, or is an error with a bot gate for its page."""
    if answer.headers.get("cf-mitigated") == b"challenge":
        return True
    return answer.status >= 400 and isinstance(answer, TextResponse) and walls.challenges(_head(answer))


def challenges(answer: Response) -> bool:
    """Whether the page is a bot gate: to be asked of pages that hold nothing of what was asked for."""
    return walls.challenges(_head(answer))


def _head(answer: Response) -> str:
    return answer.body[:_HEAD].decode("utf-8", "replace")


def said(answer: Response) -> str:
    """The answer's status in words."""
    try:
        words = f" {HTTPStatus(answer.status).phrase}"
    except ValueError:
        words = ""
    challenge = ", a challenge" if _challenge(answer) else ""
    return f"HTTP {answer.status}{words}{challenge}"


def untrue(before: Validators, now: Validators) -> bool:
    """Whether other bytes came with the validators of before: who asks with them is told that nothing has changed."""
    if before.body_hash in (None, now.body_hash):
        return False
    return (
        now.etag == before.etag
        if now.etag or before.etag
        else bool(now.last_modified) and (now.last_modified == before.last_modified)
    )


def fresh_for(answer: Response) -> timedelta | None:
    """How long the answer stays as it is, by its Cache-Control; at most a year."""
    said = (answer.headers.get("Cache-Control") or b"").decode("latin-1").lower()
    if re.search(r"\bno-(?:cache|store)\b", said) or not (found := re.search(r"\bmax-age\s*=\s*\"?(\d{1,8})\b", said)):
        return None
    age = (answer.headers.get("Age") or b"").decode("latin-1").strip()
    seconds = int(found[1]) - (int(age) if age.isascii() and age.isdigit() and len(age) < 9 else 0)
    return min(timedelta(seconds=max(seconds, 0)), timedelta(days=365))


def header(answer: Response, name: str) -> str | None:
    """The header as sent, or None when it is missing or too long to be sent back."""
    value = answer.headers.get(name)
    return value.decode("latin-1") if value and len(value) < 1_000 else None
