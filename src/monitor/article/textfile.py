"""The queue's text form: headline, one paragraph a line, closing line; nothing else."""

import hashlib
import re
from dataclasses import dataclass

from monitor.model import Article
from monitor.text import line

# "By A. Author": a name line, not a sentence that happens to begin with "By".
_BYLINE = re.compile(r"By \S.{0,198}[^.!?…]")
# "News.Az": an outlet that closes its pages with its host name.
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a queue file says."""

    title: str
    paragraphs: tuple[str, ...]
    closing: str | None


def closing(article: Article) -> str | None:
    """The last line of the article's queue text: its authors, else the outlet's own line, else nothing."""
    return f"By {article.author}" if article.author else article.credit


def dump(article: Article) -> str:
    """The article as queue text: NFC, LF, no blank line, no control character, no newline at the end."""
    lines = (line(text) for text in (article.title, *article.paragraphs, closing(article) or ""))
    return "\n".join(text for text in lines if text)


def load(text: str, *, credit: str | None = None) -> Document:
    """The document that queue text holds; its last line is the closing when it is a byline, a host name or `credit`."""
    title, *rest = text.split("\n")
    last = rest[-1] if len(rest) > 1 else ""
    if last and (last == credit or _BYLINE.fullmatch(last) or _HOST.fullmatch(last)):
        return Document(title=title, paragraphs=tuple(rest[:-1]), closing=last)
    return Document(title=title, paragraphs=tuple(rest), closing=None)


def name(number: int, text: str) -> str:
    """The queue file's name: the running number and the first 16 hex digits of the SHA-256 of the bytes."""
    return f"{number:03d}_{hashlib.sha256(text.encode()).hexdigest()[:16]}.txt"
