"""In which languages the matcher can read a word of a page, whatever part of the page becomes the article.

A language is read in a sentence when half as many of its common words stand there as of any other, or when it is the
article's main one. Sentences and article are made of whole fragments, so a fragment that holds more words of the page's
language than all others together can make good for is never read in another.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from monitor.relevance.terms import ANY

_NEAR = 150  # words on either side that may belong to the same sentence, which has 70 at most


class Tongues:
    """What the common words of a page's fragments say of its languages."""

    def __init__(self, speaking: Sequence[tuple[int, int]], starts: Sequence[int], bits: Mapping[str, int]) -> None:
        """speaking: number of the word and bits of the languages; starts: of the fragments, the end included."""
        self._speaking, self._starts, self._bits = speaking, starts, bits
        masks = Counter(languages for _, languages in speaking)
        self._bit = max(
            self._bits.values(), key=lambda bit: sum(n for mask, n in masks.items() if mask & bit), default=0
        )
        self._main: dict[int, int] = {}
        self._counts: dict[int, list[tuple[int, int]]] = {}

    def possible(self, at: int, language: str) -> bool:
        """Whether a word can be read in the language."""
        if language == ANY or (bit := self._bits[language]) == self._bit:
            return True
        counts = self._of(bit)
        ours, others = counts[bisect_right(self._starts, at) - 1]
        if others < 2:
            return True
        if bit not in self._main:
            self._main[bit] = _surplus(counts, 1)
        if self._main[bit] >= others - ours:
            return True
        near = slice(max(0, bisect_right(self._starts, at - _NEAR) - 1), bisect_right(self._starts, at + _NEAR))
        return _surplus(counts[near], 2) >= others - 2 * ours

    def _of(self, bit: int) -> list[tuple[int, int]]:
        """Common words of the language and of the page's language in each fragment."""
        if bit not in self._counts:
            counts = self._counts[bit] = [(0, 0)] * (len(self._starts) - 1)
            for at, languages in self._speaking:
                if languages & (bit | self._bit):
                    number = bisect_right(self._starts, at) - 1
                    ours, others = counts[number]
                    counts[number] = (ours + (languages & bit > 0), others + (languages & self._bit > 0))
        return self._counts[bit]


def _surplus(counts: Sequence[tuple[int, int]], times: int) -> int:
    """How many common words the fragments that speak for the language hold more than the page's language."""
    return sum(more for ours, others in counts if (more := times * ours - others) > 0)
