"""Bytes → is this page worth extracting? Derived from the lexicon; it may only err towards yes.

Core words, without which nothing can hold, are looked for in the whole page: ASCII ones by Aho-Corasick, others word by
word. Only the surroundings of those found are then read as the matcher reads, negatives left out.
"""

import re
from collections.abc import Iterable, Iterator

import ahocorasick_rs

from monitor.relevance.lexicon import Lexicon
from monitor.relevance.markup import texts
from monitor.relevance.necessity import Necessity
from monitor.relevance.normalise import WORD

_REACH = 3_000
"""Bytes on either side of a core word that are read: more than a rule spans, with what a page puts in between."""

_CONTEXT = 200  # bytes on either side in which the other words of the core word's own pattern stand
_MOST_REMEMBERED = 300_000
# Letters and digits in lower case, bytes of other alphabets and the tag mark as they are, all else a space.
_PLAIN = bytes(
    byte if byte == 1 or byte >= 128 else ord(chr(byte).lower()) if chr(byte).isalnum() else 32 for byte in range(256)
)
_ASCII = bytes(range(128))
_MARKS = re.compile(rb"\xe2[\x80-\xbf][\x80-\xbf]")
_SIGNS = re.compile(rb"\xc2[\x80-\xbf]")
_LETTER = re.compile(rb"[\xc3-\xdf\xe1\xef\xf0]")


class Prefilter:
    """Refuses pages in which the matcher can find nothing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._necessity = Necessity(lexicon)
        stems = [stem.encode() for stem in self._necessity.stems() if stem.isascii()]
        self._search = ahocorasick_rs.BytesAhoCorasick(sorted({edge + one for one in stems for edge in (b" ", b"\x01")}))
        self._dull: set[bytes] = set()

    def passes(self, body: bytes, *, content_type: str = "") -> bool:
        """Whether the page may hold an article that the matcher accepts, in whatever encoding and mark-up."""
        return any(self._worth(text) for text in texts(body, content_type))

    def _worth(self, text: bytes) -> bool:
        # Tags are gaps between words; and once more, one tag alone is nothing, since it may stand inside a word.
        parted = b" " + text + b" "
        return self._holds(parted) or self._holds(parted.replace(b"\x01\x01", b" ").replace(b"\x01", b""))

    def _holds(self, text: bytes) -> bool:
        plain = text.translate(_PLAIN)
        if not plain.isascii():
            plain = _SIGNS.sub(b"  ", _MARKS.sub(b"   ", plain))
        spots = sorted({*self._plain_spots(plain), *self._foreign_spots(plain)})
        return any(self._necessity.holds(_readable(text[start:end])) for start, end in _windows(spots))

    def _plain_spots(self, plain: bytes) -> Iterator[int]:
        """Where ASCII core words stand whose pattern can be met there."""
        for _, start, _ in self._search.find_matches_as_indexes(plain):
            word = plain[start + 1 : start + _CONTEXT].split(None, 1)[0].partition(b"\x01")[0]
            around = plain[max(0, start - _CONTEXT) : start + _CONTEXT]
            if word.isascii() and self._necessity.meant(word.decode(), _readable(around).split()):
                yield start

    def _foreign_spots(self, plain: bytes) -> Iterator[int]:
        """Where core words with letters of other alphabets stand."""
        if plain.isascii() or not _LETTER.search(plain):
            return
        words = {word for word in plain.replace(b"\x01", b" ").split() if not word.isascii()} - self._dull
        if len(self._dull) > _MOST_REMEMBERED:
            self._dull.clear()
        for word in words:
            if not any(self._necessity.is_core(one) for one in WORD.findall(_readable(word))):
                self._dull.add(word)
                continue
            at = plain.find(word)
            while at >= 0:
                yield at
                at = plain.find(word, at + _REACH)


def _readable(text: bytes) -> str:
    return text.decode("utf-8", "ignore").replace("\x01", " ")


def _windows(spots: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The surroundings of the spots, those that touch made one."""
    start = end = -1
    for spot in spots:
        if start >= 0 and spot - _REACH > end:
            yield start, end
            start = -1
        if start < 0:
            start = max(0, spot - _REACH)
        end = spot + _REACH
    if start >= 0:
        yield start, end
