"""Bytes → is this page worth extracting? Derived from the lexicon; it may only err towards yes.

The words of the page, each once, must make up a term that counts or all that some rule needs: few pages have that. Only
those are then read in order, as the matcher reads, negatives left out.
"""

import re

from monitor.relevance.markup import texts
from monitor.relevance.necessity import Meaning, Necessity
from monitor.relevance.terms import Lexicon

_MOST_REMEMBERED = 400_000
# Letters, digits, apostrophes and bytes of other alphabets as they are; what can end a sentence, tags among it, a line
# feed; all else a space.
_PLAIN = bytes(
    byte if byte >= 128 or byte in b"_'`" or chr(byte).isalnum() else 10 if byte in b"\x01.!?\n;|:" else 32
    for byte in range(256)
)
# Spaces and punctuation of more than one byte, but for apostrophes and what can stand within words.
_MARKS = re.compile(
    rb"\xe2\x80[\x80-\x8a\x90-\x98\x9a-\xa9\xaf-\xbe]|\xc2[\x80-\xa9\xab\xac\xae-\xb1\xb4\xb6-\xb8\xbb\xbf]"
    rb"|\xd6\x89|\xd8\x9f|\xdb\x94"
)
_CUT = re.compile(rb"\x01(?<=[\w\x80-\xff]\x01)(?=[\w\x80-\xff])")


class Prefilter:
    """Refuses pages in which the matcher can find nothing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._necessity = Necessity(lexicon)
        self._dull: set[bytes] = set()
        self._telling: dict[bytes, Meaning] = {}

    def passes(self, body: bytes, *, content_type: str = "") -> bool:
        """Whether the page may hold an article that the matcher accepts, in whatever encoding and mark-up."""
        return any(self._worth(text) for text in texts(body, content_type))

    def _worth(self, text: bytes) -> bool:
        plain = _plain(text)
        words = plain.split()
        meanings = self._meanings(set(words))
        if self._holds(plain, words, meanings, joined=False):
            return True
        # Tags are gaps between words; but a word may be cut in two by one. Two on end are a gap in any page.
        text = b" " + text.replace(b"\x01\x01", b" ") + b" "
        cut = self._meanings({word for cut in _cut_words(text) for word in _plain(cut).split()})
        if not any(meaning.atoms for word, meaning in cut.items() if word not in meanings):
            return False
        plain = _plain(_CUT.sub(b"", text))
        words = plain.split()
        return self._holds(plain, words, self._meanings(set(words)), joined=True)

    def _holds(self, plain: bytes, words: list[bytes], meanings: dict[bytes, Meaning], *, joined: bool) -> bool:
        return self._necessity.conceivable(words, meanings) and self._necessity.holds(
            map(bytes.split, plain.split(b"\n")), meanings, joined=joined
        )

    def _meanings(self, words: set[bytes]) -> dict[bytes, Meaning]:
        """Those words that mean something to the lexicon; each is judged once and remembered."""
        if len(self._dull) + len(self._telling) > _MOST_REMEMBERED:
            self._dull.clear()
            self._telling.clear()
        meanings = {}
        for word in words - self._dull:
            meaning = self._telling.get(word)
            if meaning is None:
                meaning = self._necessity.meaning(word.decode("utf-8", "ignore"))
                if not meaning.atoms and not meaning.languages:
                    self._dull.add(word)
                    continue
                self._telling[word] = meaning
            meanings[word] = meaning
        return meanings


def _plain(text: bytes) -> bytes:
    """The words of the text between spaces, with line feeds wherever a sentence may end."""
    plain = text.translate(_PLAIN)
    return plain if plain.isascii() else _MARKS.sub(b"\n", plain)


def _cut_words(text: bytes) -> set[bytes]:
    """What stands on both sides of single tags with letters next to them, put together."""
    words = set()
    for site in _CUT.finditer(text):
        start, end = text.rfind(b" ", 0, site.start()) + 1, text.find(b" ", site.end())
        words.add(text[max(start, site.start() - 80) : min(end, site.end() + 80)].replace(b"\x01", b""))
    return words
