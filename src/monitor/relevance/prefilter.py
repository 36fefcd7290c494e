"""Bytes → is this page worth extracting? Derived from the lexicon; it may only err towards yes.

The rarest words that a term or a rule cannot do without are sought in the page's text, all at once: most pages lack
some of each. Only of the others is more looked at: where the words stand, and the languages of the sentences.
"""

import re
from collections.abc import Sequence

from monitor.relevance.clues import Clues
from monitor.relevance.markup import CUT, texts
from monitor.relevance.memory import Memory
from monitor.relevance.necessity import Necessity
from monitor.relevance.plain import fragments, plain
from monitor.relevance.terms import ANY, Lexicon
from monitor.relevance.tongues import Tongues

_LONGEST = 160  # bytes on either side of a tag that may belong to the word in which it stands
_SAMPLE = 200  # words by which the main language of a page is told
# Words cut by tags whose parts make a page's sentences no longer than the clues allow for.
_FEW = 8


class Prefilter:
    """Refuses pages in which the matcher can find nothing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._necessity = Necessity(lexicon)
        self._wholes = Memory(self._whole)

    def passes(self, body: bytes, *, content_type: str = "") -> bool:
        """Whether the page may hold an article that the matcher accepts, in whatever encoding and mark-up."""
        return any(self._worth(text) for text in texts(body, content_type))

    def _worth(self, text: bytes) -> bool:
        """Whether the text may hold it, be the tags between letters gaps between words or nothing at all."""
        cuts = len(CUT.findall(text))
        clues = Clues(plain(text), text, self._necessity, min(cuts, _FEW))
        enough = clues.suffice()
        if enough and self._readable(clues, text):
            return True
        if not cuts or not (enough or (cuts > _FEW and clues.any) or self._news(text)):
            return False
        text = CUT.sub(b"", text)
        clues = Clues(plain(text), text, self._necessity)
        return clues.suffice() and self._readable(clues, text)

    def _readable(self, clues: Clues, text: bytes) -> bool:
        """Whether what can be read of them in the language of their terms still suffices."""
        # Most of it is told in the language of the page; only for the rest its sentences are looked at.
        main = self._tongues([clues.words[:: 1 + len(clues.words) // _SAMPLE]]).main
        if clues.suffice(lambda clue: clue.language in {main, ANY}):
            return True
        tongues = self._tongues(fragments(text))
        return clues.suffice(lambda clue: tongues.possible(clue.at, clue.language))

    def _news(self, text: bytes) -> bool:
        """Whether a word within which tags stand says as a whole what its parts do not."""
        return any(map(self._wholes.__getitem__, {_around(text, site) for site in CUT.finditer(text)}))

    def _whole(self, word: bytes) -> bool:
        """Whether a word with tags in it says as a whole what its parts do not."""
        text = word.decode("utf-8", "ignore").encode()
        meanings = self._necessity.meanings
        said = frozenset[int]().union(*map(meanings.__getitem__, plain(text)))
        return any(not meanings[whole] <= said for whole in plain(CUT.sub(b"", text)))

    def _tongues(self, fragments: Sequence[Sequence[bytes]]) -> Tongues:
        """What the words say of the languages of their sentences."""
        spoken = [list(map(self._necessity.languages.__getitem__, words)) for words in fragments]
        return Tongues(spoken, self._necessity.vocabulary.bits)


def _around(text: bytes, site: re.Match[bytes]) -> bytes:
    """What stands around tags as far as the next white space."""
    left, right = text[max(0, site.start() - _LONGEST) : site.end()], text[site.end() : site.end() + _LONGEST]
    return left.rsplit(None, 1)[-1] + right.split(None, 1)[0]
