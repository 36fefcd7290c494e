"""What the words of one page say: which terms may stand in it, where, and whether they make an article together."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from monitor.relevance.markup import END, TITLES_END
from monitor.relevance.necessity import MOST, Necessity, Need, Pattern, Reach, Sought

_NOTHING = frozenset[int]()
# Soft hyphen, joiners and marks of direction, which stand within words as a page is written.
_INVISIBLE = re.compile(rb"\xc2\xad|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0\xa6-\xa9]|\xef\xbb\xbf")


class Clue(NamedTuple):
    """A term that may stand on the page: at which word, where among the bytes, and in which language to be read."""

    at: int
    byte: int
    language: str


class Clues:
    """The clues of a page."""

    def __init__(self, words: Sequence[bytes], text: bytes, necessity: Necessity, slack: int = 0) -> None:
        """words: those of the text, as `plain` gives them; slack: how many of them may be parts of others."""
        self.words = words
        self._text, self._scanner, self._meanings, self._slack = text, necessity.scanner, necessity.meanings, slack
        self._spaced = b" %b " % b" ".join(words)
        self._found = self._scanner.scan(self._spaced)
        self._needs = _within(necessity.needs, self._scanner.kinds(self._found))

    @property
    def any(self) -> bool:
        """Whether there is something of all that some rule needs, wherever it stands."""
        return bool(self._needs)

    def suffice(self, readable: Callable[[Clue], bool] | None = None) -> bool:
        """Whether a term that counts, or all that some rule needs, can stand here, not too far apart.

        readable: whether a clue can be read in the language of its term.
        """
        if len(self._found) > MOST:
            return True
        if not self._needs:
            return False
        clues = self._clues
        if readable:
            clues = {kind: left for kind, ones in clues.items() if (left := list(filter(readable, ones)))}
        needs = _within(self._needs, reduce(or_, clues, 0))
        return any(need.reach is None or self._together(need, need.reach, clues) for need in needs)

    def _together(self, need: Need, reach: Reach, clues: Mapping[int, Sequence[Clue]]) -> bool:
        """Whether one clue of each group stands within reach of the others; a title is near to all of the page."""
        found = [[one for kind, ones in clues.items() if kind & group for one in ones] for group in need.groups]
        apart = [ones for ones in found if min(ones).at > self._titles]
        if len(apart) < 2:
            return True
        last: dict[int, tuple[int, int]] = {}
        for at, byte, group in sorted({(one.at, one.byte, group) for group, ones in enumerate(apart) for one in ones}):
            last[group] = at, byte
            if len(last) == len(apart):
                first, begin = min(last.values())
                if at - first <= reach.words and self._spaced.count(END, begin, byte) <= reach.ends:
                    return True
        return False

    @cached_property
    def _titles(self) -> int:
        """The last word of the titles."""
        return self._spaced.count(b" ", 0, self._spaced.rfind(TITLES_END)) - 1

    @cached_property
    def _clues(self) -> Mapping[int, Sequence[Clue]]:
        """The clues by their kinds."""
        clues: defaultdict[int, list[Clue]] = defaultdict(list)
        for byte, at, sought in self._scanner.places(self._spaced, self._found):
            near = self._near(at, sought)
            for pattern in sought.patterns:
                # Most have nothing near that could be one of their other words.
                if any(map(near.isdisjoint, pattern.behind)) or any(map(near.isdisjoint, pattern.before)):
                    continue
                if self._met(pattern, at):
                    clues[pattern.kind].append(Clue(at, byte, pattern.language))
        return clues

    def _near(self, at: int, sought: Sought) -> frozenset[int]:
        """What the words around the one at the place mean."""
        if not (sought.left or sought.right):
            return _NOTHING
        around = self.words[max(0, at - sought.left - self._slack) : at + 1 + sought.right + self._slack]
        return _NOTHING.union(*map(self._meanings.__getitem__, around))

    def _met(self, pattern: Pattern, at: int) -> bool:
        """Whether the words around the one that begins at the place fill the pattern."""
        if pattern.spelt:
            return not pattern.exactly or pattern.exactly in _INVISIBLE.sub(b"", self._text)
        return (
            not pattern.anchor.isdisjoint(self._meanings[self.words[at]])
            and self._filled(pattern.behind, at + 1, at + 1 + pattern.right + self._slack)
            and self._filled(pattern.before, max(0, at - pattern.left - self._slack), at)
        )

    def _filled(self, places: Sequence[frozenset[int]], first: int, last: int) -> bool:
        """Whether words that can fill the places stand in their order among those from first to last (exclusive)."""
        rest = iter(self.words[first:last])
        return all(any(not place.isdisjoint(self._meanings[word]) for word in rest) for place in places)


def _within(needs: Iterable[Need], kinds: int) -> list[Need]:
    """The needs that the kinds can fill."""
    return [need for need in needs if all(kinds & group for group in need.groups)]
