"""Bytes → is this page worth extracting? Derived from the lexicon; it may only err towards yes.

The rare words that a term or a rule cannot do without are sought in the page's text, all at once: most pages have none
that suffice. Only of the others is more looked at: all words of the rules, and the languages of the sentences.
"""

import re
from collections.abc import Sequence
from itertools import chain, filterfalse

from monitor.relevance.clues import Clues, Meanings
from monitor.relevance.markup import CUT, TAG, texts
from monitor.relevance.necessity import Necessity
from monitor.relevance.plain import fragments, plain
from monitor.relevance.terms import ANY, Lexicon
from monitor.relevance.tongues import Tongues

_MOST_REMEMBERED = 200_000
_CUT = re.compile(CUT + rb"+")
_LONGEST = 160  # bytes on either side of a tag that may belong to the word in which it stands
_SAMPLE = 500  # words by which the main language of a page is told


class Prefilter:
    """Refuses pages in which the matcher can find nothing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._necessity = Necessity(lexicon)
        self._meanings = Meanings(self._necessity)
        self._languages: dict[bytes, int] = {}

    def passes(self, body: bytes, *, content_type: str = "") -> bool:
        """Whether the page may hold an article that the matcher accepts, in whatever encoding and mark-up."""
        return any(self._worth(text) for text in texts(body, content_type))

    def _worth(self, text: bytes) -> bool:
        """Whether the text may hold it, be the tags between letters gaps between words or nothing at all."""
        if CUT not in text:
            return self._tells(text)
        return self._tells(text.replace(CUT, b" ")) or (
            any(self._meanings[word] for word in _cut_words(text)) and self._tells(text.replace(CUT, b""))
        )

    def _tells(self, text: bytes) -> bool:
        words = plain(text)
        clues = Clues(words, text, self._necessity, self._meanings)
        if not clues.suffice():
            return False
        clues.look_for_all()
        if not clues.suffice():
            return False
        # Most of what suffices is told in the language of the page; only for the rest its sentences are looked at.
        main = self._tongues([words[:: 1 + len(words) // _SAMPLE]]).main
        clues.believe(lambda _, language: language in {main, ANY})
        if clues.suffice():
            return True
        clues.believe(self._tongues(fragments(text)).possible)
        return clues.suffice()

    def _tongues(self, fragments: Sequence[Sequence[bytes]]) -> Tongues:
        """What the words say of the languages of their sentences."""
        if len(self._languages) > _MOST_REMEMBERED:
            self._languages.clear()
        for word in filterfalse(self._languages.__contains__, chain.from_iterable(fragments)):
            self._languages[word] = self._necessity.vocabulary.judge(word.decode("utf-8", "ignore")).languages
        return Tongues(
            [[self._languages[word] for word in line] for line in fragments], self._necessity.vocabulary.bits
        )


def _cut_words(text: bytes) -> list[bytes]:
    """The words within which tags stand, put together."""
    found = []
    for site in _CUT.finditer(text):
        left = text[max(0, site.start() - _LONGEST) : site.start()].replace(TAG, b" ").split()[-1:]
        right = text[site.end() : site.end() + _LONGEST].replace(TAG, b" ").split()[:1]
        found.append(b"".join(left + right).replace(CUT, b""))
    return plain(b" ".join(found).decode("utf-8", "ignore").encode())
