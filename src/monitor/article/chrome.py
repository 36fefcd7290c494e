"""What stands on every page of a source: blocks are compared by key, lines by form."""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from monitor.article import words

_WORDS = re.compile(r"[^\W\d_]+")


def key(text: str) -> str | None:
    """What the block is compared by on other pages: its words without numbers; None when it has none."""
    words = " ".join(_WORDS.findall(text.casefold()))
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest() if words else None


def keys(texts: Iterable[str], *, limit: int = 400) -> tuple[str, ...]:
    """The keys of the texts, each once."""
    return tuple(dict.fromkeys(k for text in texts if (k := key(text))))[:limit]


@lru_cache(maxsize=4096)
def is_line(text: str) -> bool:
    """Whether the whole line is furniture by its form: a widget's text, a counter, tags, "read also"."""
    return len(text) <= 300 and bool(
        words.FURNITURE_LINE.fullmatch(text) or words.INVITATION.fullmatch(text) or sends_away(text)
    )


def sends_away(text: str) -> bool:
    """Whether the line only sends the reader to another story ("Read also: …")."""
    return len(text) <= 300 and bool(words.SENDS_AWAY.fullmatch(text))
