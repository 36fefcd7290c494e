"""Bytes → is this page worth extracting? Derived from the lexicon; it may only err towards yes.

Core words, without which nothing can hold, are looked for in the whole page: ASCII ones by Aho-Corasick, others word by
word. Only the surroundings of those found are then read as the matcher reads, negatives left out.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial

import ahocorasick_rs

from monitor.relevance.markup import texts
from monitor.relevance.necessity import Necessity
from monitor.relevance.normalise import WORD
from monitor.relevance.terms import Lexicon

_REACH = 1_500
"""Bytes on either side of a core word that are read: more than a rule spans, with what a page puts in between."""

_CONTEXT = 160  # bytes on either side in which the other words of the core word's own pattern stand
_MOST_REMEMBERED = 300_000
# Letters and digits in lower case, bytes of other alphabets and the tag mark as they are, all else a space.
_PLAIN = bytes(
    byte if byte == 1 or byte >= 128 else ord(chr(byte).lower()) if chr(byte).isalnum() else 32 for byte in range(256)
)
_EDGES = (b" ", b"\x01")
_MARKS = re.compile(rb"\xe2[\x80-\xbf][\x80-\xbf]")
_SIGNS = re.compile(rb"\xc2[\x80-\xbf]")
_CUT = re.compile(rb"\x01(?<=[\w\x80-\xff]\x01)(?=[\w\x80-\xff])")
_LETTER = re.compile(rb"[\xc3-\xdf\xe1\xef\xf0]")


class Prefilter:
    """Refuses pages in which the matcher can find nothing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._necessity = Necessity(lexicon)
        self._search = ahocorasick_rs.BytesAhoCorasick(
            sorted(
                {
                    before + stem.encode() + after
                    for stem, whole in self._necessity.stems()
                    if stem.isascii()
                    for before in _EDGES
                    for after in (_EDGES if whole else (b"",))
                }
            )
        )
        self._dull: set[bytes] = set()

    def passes(self, body: bytes, *, content_type: str = "") -> bool:
        """Whether the page may hold an article that the matcher accepts, in whatever encoding and mark-up."""
        return any(self._worth(text) for text in texts(body, content_type))

    def _worth(self, text: bytes) -> bool:
        parted = b" " + text + b" "
        known: set[bytes] = set()
        if self._holds(parted, known):
            return True
        # Tags are gaps between words; but a word may be cut in two by one. Two on end are a gap in any page.
        joined = parted.replace(b"\x01\x01", b" ")
        if not any(self._necessity.is_word(_readable(word)) for word in _cut_words(joined)):
            return False
        return self._holds(joined.replace(b"\x01", b""), known)

    def _holds(self, text: bytes, known: set[bytes]) -> bool:
        """Whether the surroundings of a core word that is not yet known can hold; known takes in the core words."""
        plain = text.translate(_PLAIN)
        if not plain.isascii():
            plain = _SIGNS.sub(b"  ", _MARKS.sub(b"   ", plain))
        spots = {**self._plain_spots(plain), **self._foreign_spots(plain)}
        fresh = sorted(at for at, word in spots.items() if word not in known)
        known.update(spots.values())
        return any(self._necessity.holds(_readable(text[start:end])) for start, end in _windows(fresh))

    def _plain_spots(self, plain: bytes) -> dict[int, bytes]:
        """Where ASCII core words stand whose pattern can be met there."""
        spots = {}
        for _, start, _ in self._search.find_matches_as_indexes(plain, overlapping=True):
            word = plain[start + 1 : start + _CONTEXT].split(None, 1)[0].partition(b"\x01")[0]
            if word.isascii() and self._necessity.meant(word.decode(), partial(_around, plain, start)):
                spots[start] = word
        return spots

    def _foreign_spots(self, plain: bytes) -> dict[int, bytes]:
        """Where core words with letters of other alphabets stand."""
        spots: dict[int, bytes] = {}
        if plain.isascii() or not _LETTER.search(plain):
            return spots
        if len(self._dull) > _MOST_REMEMBERED:
            self._dull.clear()
        for word in _foreign_words(plain.replace(b"\x01", b" ")) - self._dull:
            if not any(self._necessity.is_core(one) for one in WORD.findall(_readable(word))):
                self._dull.add(word)
                continue
            at = plain.find(word)
            while at >= 0:
                spots[at] = word
                at = plain.find(word, at + _REACH // 2)
        return spots


def _around(plain: bytes, start: int) -> str:
    return _readable(plain[max(0, start - _CONTEXT) : start + _CONTEXT])


def _foreign_words(plain: bytes) -> set[bytes]:
    if len(_LETTER.findall(plain)) * 40 > len(plain):
        return {word for word in plain.split() if not word.isascii()}
    words = set()
    at = 0
    while letter := _LETTER.search(plain, at):
        start, at = plain.rfind(b" ", 0, letter.start()) + 1, plain.find(b" ", letter.end())
        if at < 0:
            at = len(plain)
        words.add(plain[start:at])
    return words


def _cut_words(text: bytes) -> set[bytes]:
    """What stands on both sides of single tags with letters next to them, put together."""
    words = set()
    for site in _CUT.finditer(text):
        start, end = text.rfind(b" ", 0, site.start()) + 1, text.find(b" ", site.end())
        words.add(text[max(start, site.start() - 80) : min(end, site.end() + 80)].replace(b"\x01", b""))
    return words


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
