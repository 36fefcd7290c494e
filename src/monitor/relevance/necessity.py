"""What a page must hold so that the matcher can accept its article: derived from the lexicon, never written by hand.

Negatives, exceptions and places in the text are ignored, so every answer errs towards yes only.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from monitor.relevance.judgement import APART
from monitor.relevance.normalise import WORD
from monitor.relevance.occurrences import Finder
from monitor.relevance.pattern import Element
from monitor.relevance.sentences import whole
from monitor.relevance.terms import Lexicon
from monitor.relevance.vocabulary import Vocabulary

_BLOCK = 80  # words: more than the longest sentence, so that two blocks hold any sentence and four any three
_SPANS = {"sentence": 2, "neighbours": 4}
_NEVER = 10**9  # weight of what cannot be looked for by its beginning


class Necessity:
    """Knows the words without which no term and no rule can hold, and whether a stretch of text can hold any."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._finder = Finder(lexicon)
        self._vocabulary = self._finder.vocabulary
        self._weights = _weights(lexicon, self._vocabulary)
        self._patterns: dict[int, list[tuple[frozenset[int], ...]]] = {}
        self._anchors: dict[str, list[frozenset[int]]] = {}
        self._core: set[int] = set()
        self._kinds: set[str] = set()
        for term in lexicon.terms:
            counts = term.weight > 0 and term.kind not in APART
            for pattern in term.patterns:
                self._add(pattern, term.kind, counts=counts)
        self._rules = [(rule.all, rule.within) for rule in lexicon.rules if rule.kind not in APART]
        for needs, _ in self._rules:
            for kind in min(needs, key=self._cost):
                self._core.update(*self._anchors.get(kind, ()))
                self._kinds.add(kind)

    def stems(self) -> Iterator[tuple[str, bool]]:
        """The beginnings of all core words, folded, and whether each is the whole word."""
        for atom, number in self._vocabulary.numbers.items():
            if number in self._core:
                yield atom.stem.lower(), atom.inflection in {"", "="}

    def is_core(self, word: str) -> bool:
        """Whether the word is a core word."""
        return not self._core.isdisjoint(self._vocabulary.judge(word).atoms)

    def is_word(self, text: str) -> bool:
        """Whether any word of the text means something to the lexicon."""
        return any(one.atoms for one in self._vocabulary.judge_all(WORD.findall(text)))

    def meant(self, word: str, around: Callable[[], str]) -> bool:
        """Whether a core word means something alone, or can make up a pattern with the words around it."""
        patterns = [places for atom in self._vocabulary.judge(word).atoms for places in self._patterns.get(atom, ())]
        if any(len(places) == 1 for places in patterns):
            return True
        if not patterns:
            return False
        reading = whole(around(), self._vocabulary)
        atoms = set().union(*(one.atoms for one in reading.words))
        if not any(all(not place.isdisjoint(atoms) for place in places) for places in patterns):
            return False
        return any(one.term.kind in self._kinds for one in self._finder.find(reading, None))

    def holds(self, text: str) -> bool:
        """Whether a term that counts stands in the text, or all that some rule needs, not too far apart."""
        blocks: defaultdict[int, set[str]] = defaultdict(set)
        for one in self._finder.find(whole(text, self._vocabulary), None):
            if one.term.weight and one.term.kind not in APART:
                return True
            blocks[one.first // _BLOCK].add(one.term.kind)
        reaches = {
            within: [set().union(*(blocks.get(at + n, ()) for n in range(span))) for at in sorted(blocks)]
            for within, span in _SPANS.items()
        }
        everything = [set().union(*blocks.values())]
        return any(
            not any(need.isdisjoint(kinds) for need in needs)
            for needs, within in self._rules
            for kinds in reaches.get(within, everything)
        )

    def _add(self, pattern: tuple[Element, ...], kind: str, *, counts: bool) -> None:
        numbers = self._vocabulary.numbers
        places = tuple(frozenset(numbers[atom] for atom in one.atoms) for one in pattern if not one.optional)
        anchor = min(places, key=lambda atoms: (self._weight(atoms), len(atoms)))
        if counts:
            self._core |= anchor
            self._kinds.add(kind)
        else:
            self._anchors.setdefault(kind, []).append(anchor)
        for atom in anchor:
            self._patterns.setdefault(atom, []).append(places)

    def _weight(self, atoms: Iterable[int]) -> int:
        return sum(self._weights[atom] for atom in atoms)

    def _cost(self, kinds: Collection[str]) -> int:
        """How common on any page the words are that could stand for these kinds; kinds that count are core anyway."""
        return sum(self._weight(atoms) for kind in kinds for atoms in self._anchors.get(kind, ()))


def _weights(lexicon: Lexicon, vocabulary: Vocabulary) -> Counter[int]:
    weights = Counter({number: _NEVER for atom, number in vocabulary.numbers.items() if atom.inflection in {"#", "<"}})
    for language in lexicon.languages.values():
        for rank, word in enumerate(reversed(language.frequent), 1):
            for atom in vocabulary.judge(word).atoms:
                weights[atom] += rank
    return weights
