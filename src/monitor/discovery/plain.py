"""Mark-up → plain text, for the titles and summaries that channels announce."""

import html
import re

from monitor.text import line, scrub

_LONGEST_TITLE = 1_000
_LONGEST_SUMMARY = 5_000
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_UNSEEN = re.compile(r"<(script|style|template)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|tr|table|blockquote|figure)\b|br\b)[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_MAIL = re.compile(r"<?\S+@\S+>?")
_MAIL_AND_NAME = re.compile(r"\S+@\S+\s*\((.*)\)")
_UNDEFINED = re.compile(r"&[A-Za-z]\w*;")


def title(text: str | None) -> str | None:
    """The text on one line without mark-up, however often it was escaped; None when nothing is left."""
    return _bare(line(_plain(text[: 4 * _LONGEST_TITLE])), _LONGEST_TITLE) if text else None


def author(text: str | None) -> str | None:
    """The name alone, without the mail address that RSS asks for; None when there is no name."""
    name = title(text) or ""
    if in_brackets := _MAIL_AND_NAME.fullmatch(name):
        return in_brackets[1].strip() or None
    return _MAIL.sub("", name).strip(" ,;") or None


def summary(text: str | None) -> str | None:
    """The text without mark-up, one paragraph a line, cut to 5,000 characters; None when nothing is left."""
    if not text:
        return None
    lines = (line(part) for part in _plain(text[: 8 * _LONGEST_SUMMARY]).split("\n"))
    return _bare("\n".join(part for part in lines if part), _LONGEST_SUMMARY)


def _bare(text: str, longest: int) -> str | None:
    # What is left of an entity bomb is a reference that nobody defined: no text.
    return text[:longest] if _UNDEFINED.sub("", text).strip() else None


def _plain(text: str) -> str:
    # Three rounds undo what feeds do: escaped HTML in escaped XML, CDATA in CDATA.
    for _ in range(3):
        before = text
        text = _UNSEEN.sub(" ", _CDATA.sub("", text)) if "<" in text or "]]>" in text else text
        text = _TAG.sub("", _BREAK.sub("\n", text)) if "<" in text else text
        text = html.unescape(text) if "&" in text else text
        if text == before:
            break
    return scrub(text)
