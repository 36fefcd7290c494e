"""What a text must hold so that the matcher can accept it: derived from the lexicon, never written by hand.

A set of words is enough to ask: order, distance, sentences, negatives and places are ignored, so the answer errs only
towards yes.
"""

from collections.abc import Iterable

from monitor.relevance.judgement import APART
from monitor.relevance.lexicon import Lexicon
from monitor.relevance.vocabulary import Vocabulary

_Places = tuple[frozenset[int], ...]


class Necessity:
    """Asks of the words of a text whether any term or rule that counts could hold in it."""

    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._patterns: dict[int, list[tuple[_Places, str, bool]]] = {}
        for term in lexicon.terms:
            counts = term.weight > 0 and term.kind not in APART
            for pattern in term.patterns:
                places = [
                    frozenset(vocabulary.numbers[atom] for atom in element.atoms)
                    for element in pattern
                    if not element.optional
                ]
                anchor = min(places, key=len)
                for atom in anchor:
                    self._patterns.setdefault(atom, []).append((tuple(places), term.kind, counts))
        self._rules = [(rule.all, rule.kind) for rule in lexicon.rules if rule.kind not in APART]

    def possible(self, words: Iterable[str]) -> bool:
        """Whether a text of these words could be accepted."""
        judge = self._vocabulary.judge
        atoms: set[int] = set()
        for word in words:
            atoms.update(judge(word).atoms)
        kinds = set()
        for atom in atoms:
            for places, kind, counts in self._patterns.get(atom, ()):
                if (counts or kind not in kinds) and not any(place.isdisjoint(atoms) for place in places):
                    if counts:
                        return True
                    kinds.add(kind)
        return any(not any(need.isdisjoint(kinds) for need in needs) for needs, _ in self._rules)
