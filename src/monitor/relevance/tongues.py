"""In which languages the matcher can read a word of a page, whatever part of the page becomes the article.

A language is read in a sentence when half as many of its common words stand there as of any other, or when it is the
article's main one. Sentences and article are made of whole fragments, so a fragment that holds more words of the page's
language than all others together can make good for is never read in another.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain

from monitor.relevance.terms import ANY

_NEAR = 150  # words on either side that may belong to the same sentence, which has 70 at most


class Tongues:
    """What the common words of a page's fragments say of its languages."""

    def __init__(self, fragments: Sequence[Sequence[int]], bits: Mapping[str, int]) -> None:
        """fragments: the bits of the languages of each word; what ends a sentence ends a fragment."""
        self._bits = bits
        self._starts = [0, *accumulate(map(len, fragments))]
        self._spoken = [[languages for languages in words if languages] for words in fragments]
        total = Counter(chain.from_iterable(self._spoken))
        self.main = max(bits, key=lambda name: sum(n for mask, n in total.items() if mask & bits[name]), default=ANY)
        """The language that most words of the page are common in."""
        self._bit = bits.get(self.main, 0)
        self._main: dict[int, int] = {}
        self._counts: dict[int, list[tuple[int, int]]] = {}

    def possible(self, at: int, language: str) -> bool:
        """Whether a word can be read in the language."""
        if language == ANY or (bit := self._bits[language]) == self._bit:
            return True
        index = bisect_right(self._starts, at) - 1
        ours, others = _said(self._spoken[index], bit, self._bit)
        if others < 2:
            return True
        counts = self._of(bit)
        if bit not in self._main:
            self._main[bit] = _surplus(counts, 1)
        if self._main[bit] >= others - ours:
            return True
        near = slice(max(0, bisect_right(self._starts, at - _NEAR) - 1), bisect_right(self._starts, at + _NEAR))
        return _surplus(counts[near], 2) >= others - 2 * ours

    def _of(self, bit: int) -> list[tuple[int, int]]:
        """Common words of the language and of the page's language in each fragment."""
        if bit not in self._counts:
            self._counts[bit] = [_said(words, bit, self._bit) for words in self._spoken]
        return self._counts[bit]


def _said(words: Sequence[int], ours: int, others: int) -> tuple[int, int]:
    """How many words are common in the one language and in the other."""
    return sum(1 for languages in words if languages & ours), sum(1 for languages in words if languages & others)


def _surplus(counts: Sequence[tuple[int, int]], times: int) -> int:
    """How many common words the fragments that speak for the language hold more than the page's language."""
    return sum(more for ours, others in counts if (more := times * ours - others) > 0)
