"""Bytes → is this page worth extracting? Derived from the lexicon; it may only err towards yes."""

import html
import re
from collections.abc import Iterator

from monitor.relevance.lexicon import Lexicon
from monitor.relevance.necessity import Necessity
from monitor.relevance.normalise import WORD
from monitor.relevance.vocabulary import Vocabulary

_MOST_BYTES = 4_000_000
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_TAG = re.compile(r"<[^<>]{0,2000}>")
# What readers take a page without a declaration for; the first alone is tried when the bytes are valid UTF-8.
_LEGACY = ("windows-1251", "koi8-r", "iso-8859-9", "windows-1256")


class Prefilter:
    """Refuses pages in which the matcher can find nothing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._necessity = Necessity(lexicon, Vocabulary(lexicon))

    def passes(self, body: bytes, *, content_type: str = "") -> bool:
        """Whether the page may hold an article that the matcher accepts, in whatever encoding and mark-up."""
        return any(self._necessity.possible(_words(text)) for text in _decoded(body[:_MOST_BYTES], content_type))


def _decoded(body: bytes, content_type: str) -> Iterator[str]:
    """The page in every encoding that it may be in."""
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        yield body.decode("utf-16", "replace")
        return
    if body[:4000].count(0) > len(body[:4000]) // 8:
        yield body.decode("utf-16-le", "replace")
        yield body.decode("utf-16-be", "replace")
        return
    try:
        yield body.decode()
    except UnicodeDecodeError:
        yield body.decode("utf-8", "replace")
        for charset in _LEGACY:
            yield body.decode(charset, "replace")


def _words(text: str) -> set[str]:
    """All words of the page, with mark-up taken as the gap between words and as nothing at all."""
    if "\\u" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if "&" in text:
        text = html.unescape(text)
    return {*WORD.findall(text), *WORD.findall(_TAG.sub("", text))}
