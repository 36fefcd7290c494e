"""In which languages the matcher can read a word of a page, whatever part of the page becomes the article.

A language is read in a sentence when half as many of its common words stand there as of any other, or when it is the
article's main one. Sentences and article are made of whole fragments, so a fragment that holds more words of the page's
language than all others together can make good for is never read in another.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
        self._total = Counter(chain.from_iterable(self._spoken))
        self.main = max(bits, key=lambda name: self._common(bits[name]), default=ANY)
        """The language that most words of the page are common in."""
        self._bit = bits.get(self.main, 0)
        self._counts: dict[tuple[int, int], tuple[int, int]] = {}
        self._most: dict[int, int] = {}

    def possible(self, at: int, language: str) -> bool:
        """Whether a word can be read in the language."""
        if language == ANY or (bit := self._bits[language]) == self._bit:
            return True
        index = bisect_right(self._starts, at) - 1
        ours, others = self._said(index, bit)
        if others < 2:
            return True
        # Most pages hold too few words of the language alone to look in which fragments they stand.
        if self._common(bit, but=self._bit) >= others - ours:
            if bit not in self._most:
                self._most[bit] = self._surplus(range(len(self._spoken)), bit, 1)
            if self._most[bit] >= others - ours:
                return True
        first, last = (bisect_right(self._starts, place) for place in (at - _NEAR, at + _NEAR))
        near = range(max(0, first - 1), min(last, len(self._spoken)))
        return self._surplus(near, bit, 2) >= others - 2 * ours

    def _common(self, bit: int, but: int = 0) -> int:
        """How many words of the page are common in the one language, but not in the other."""
        return sum(count for languages, count in self._total.items() if languages & bit and not languages & but)

    def _surplus(self, fragments: Iterable[int], bit: int, times: int) -> int:
        """How many common words the fragments that speak for the language hold more than the page's language."""
        counts = (self._said(index, bit) for index in fragments)
        return sum(more for ours, others in counts if (more := times * ours - others) > 0)

    def _said(self, index: int, bit: int) -> tuple[int, int]:
        """How many words of a fragment are common in the language, and how many in the page's."""
        if (index, bit) not in self._counts:
            words, main = self._spoken[index], self._bit
            self._counts[index, bit] = (
                len([languages for languages in words if languages & bit]),
                len([languages for languages in words if languages & main]),
            )
        return self._counts[index, bit]
