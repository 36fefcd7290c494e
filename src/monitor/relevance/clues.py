"""What the words of one page say: which terms may stand in it, where, and whether they make an article together."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from monitor.relevance.markup import END, TITLES_END
from monitor.relevance.necessity import ENOUGH, MOST, Necessity, Pattern, Reach

_MOST_REMEMBERED = 200_000
# Soft hyphen, joiners and marks of direction, which stand within words as a page is written.
_INVISIBLE = re.compile(rb"\xc2\xad|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0\xa6-\xa9]|\xef\xbb\xbf")


class Clue(NamedTuple):
    """A term that may stand on the page: at which word, and in which language it would have to be read."""

    at: int
    language: str


class Meanings(dict[bytes, frozenset[int]]):
    """Word → the word patterns that it meets, worked out when first asked; emptied when full."""

    def __init__(self, necessity: Necessity) -> None:
        super().__init__()
        self._vocabulary = necessity.vocabulary

    def __missing__(self, word: bytes) -> frozenset[int]:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        meaning = self[word] = frozenset(self._vocabulary.judge(word.decode("utf-8", "ignore")).atoms)
        return meaning


class Clues:
    """The clues of a page; kinds of common words are taken to be everywhere until they are looked for."""

    def __init__(self, words: Sequence[bytes], text: bytes, necessity: Necessity, meanings: Meanings) -> None:
        """words: those of the text, as `plain` gives them."""
        self._text, self._necessity, self._meanings = text, necessity, meanings
        self._words = words
        self._spaced = b" %b " % b" ".join(words)
        # Whatever stands in a title is near to all of the page.
        self._titles = self._spaced.count(b" ", 0, self._spaced.rfind(TITLES_END)) - 1
        self._scanned = necessity.rare.scan(self._spaced)
        self._given = necessity.common
        self._readable: Callable[[int, str], bool] | None = None
        self._known: dict[str, list[Clue]] = {}
        self._ends: list[int] | None = None

    def look_for_all(self) -> None:
        """Look for words of all kinds."""
        self._scanned |= self._necessity.often.scan(self._spaced)
        self._given = frozenset()

    def believe(self, readable: Callable[[int, str], bool]) -> None:
        """Leave out the words (by their numbers) that cannot be read in the language of their term."""
        self._readable = readable
        self._known.clear()

    def suffice(self) -> bool:
        """Whether a term that counts, or all that some rule needs, can stand here, not too far apart."""
        if sum(map(len, self._scanned.values())) > MOST:
            return True
        return bool(self._of(ENOUGH)) or any(self._hold(needs, reach) for needs, reach in self._necessity.rules)

    def _hold(self, needs: Sequence[frozenset[str]], reach: Reach | None) -> bool:
        found = []
        for need in needs:
            if need.isdisjoint(self._given):
                clues = [clue for kind in need for clue in self._of(kind)]
                if not clues:
                    return False
                found.append(clues)
        return reach is None or self._together(found, reach)

    def _together(self, found: Sequence[Sequence[Clue]], reach: Reach) -> bool:
        """Whether one clue of each group stands within reach of the others; a title is near to all of the page."""
        apart = [clues for clues in found if all(clue.at > self._titles for clue in clues)]
        if len(apart) < 2:
            return True
        last: dict[int, int] = {}
        for at, group in sorted({(clue.at, group) for group, clues in enumerate(apart) for clue in clues}):
            last[group] = at
            if len(last) == len(apart):
                first = min(last.values())
                if at - first <= reach.words and self._ended(at) - self._ended(first) <= reach.ends:
                    return True
        return False

    def _ended(self, at: int) -> int:
        """How many sentences have ended before the word."""
        if self._ends is None:
            self._ends = [number for number, word in enumerate(self._words) if word == END]
        return bisect_right(self._ends, at)

    def _of(self, kind: str) -> list[Clue]:
        """The clues of a kind."""
        if kind not in self._known:
            clues = {
                Clue(at, pattern.language) for at, pattern in self._scanned.get(kind, ()) if self._met(pattern, at)
            }
            if self._readable:
                clues = {one for one in clues if self._readable(one.at, one.language)}
            self._known[kind] = sorted(clues)
        return self._known[kind]

    def _met(self, pattern: Pattern, at: int) -> bool:
        """Whether the words around the one that begins at the place fill the pattern."""
        if pattern.spelt:
            return not pattern.exactly or pattern.exactly in _INVISIBLE.sub(b"", self._text)
        words, meanings = self._words, self._meanings
        return (
            not pattern.anchor.isdisjoint(meanings[words[at]])
            and _filled(pattern.behind, [meanings[word] for word in words[at + 1 : at + 1 + pattern.right]])
            and _filled(pattern.before, [meanings[word] for word in words[max(0, at - pattern.left) : at]])
        )


def _filled(places: Sequence[frozenset[int]], words: Sequence[frozenset[int]]) -> bool:
    """Whether words that can fill the places stand in their order."""
    rest = iter(words)
    return all(any(not place.isdisjoint(word) for word in rest) for place in places)
