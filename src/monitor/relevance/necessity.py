"""What a page must hold so that the matcher can accept its article: derived from the lexicon, never written by hand.

Negatives, exceptions and places in the text are ignored and gaps between words taken widely, so every answer errs
towards yes only.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from monitor.relevance.judgement import APART
from monitor.relevance.normalise import WORD
from monitor.relevance.pattern import Element
from monitor.relevance.terms import Lexicon, Term
from monitor.relevance.tongues import Tongues
from monitor.relevance.vocabulary import Vocabulary

ENOUGH = ""
"""Stands for the kinds of terms that count by themselves."""

_NEIGHBOURS = 300  # words: three of the longest sentences, and what a page puts between paragraphs
_NEVER = 10**9  # weight of what meets too many words
_RULES_OF_NEIGHBOURS = frozenset({"sentence", "neighbours"})

Token = TypeVar("Token", bound=Hashable)


class Meaning(NamedTuple):
    """What a piece of the page without white space means: word patterns that it meets, languages it speaks for."""

    atoms: frozenset[int]
    languages: int
    words: int
    """How many words it holds."""


class _Pattern(NamedTuple):
    """The places that words must fill, the atoms of the rarest of them, and how many words it spans at most."""

    places: tuple[frozenset[int], ...]
    anchor: frozenset[int]
    kind: str
    language: str
    span: int


class Necessity:
    """Knows what no term and no rule can hold without, and whether the words of a page have it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._vocabulary = Vocabulary(lexicon)
        self._weights = _weights(lexicon, self._vocabulary)
        self._rules = [
            (rule.all, _NEIGHBOURS if rule.within in _RULES_OF_NEIGHBOURS else None)
            for rule in lexicon.rules
            if rule.kind not in APART
        ]
        needed = frozenset[str]().union(*(kinds for needs, _ in self._rules for kinds in needs))
        self._patterns: dict[int, list[_Pattern]] = {}
        for term in lexicon.terms:
            if _counts(term) or term.kind in needed:
                for pattern in term.patterns:
                    self._add(pattern, term)

    def meaning(self, word: str) -> Meaning:
        """What a piece of text without white space, which may hold several words, means."""
        verdicts = self._vocabulary.judge_all(WORD.findall(word))
        languages = 0
        for verdict in verdicts:
            languages |= verdict.languages
        return Meaning(frozenset(atom for verdict in verdicts for atom in verdict.atoms), languages, len(verdicts))

    def conceivable(self, words: Sequence[Token], meanings: Mapping[Token, Meaning]) -> bool:
        """Whether a term that counts, or all that some rule needs, can stand among these words, wherever they are.

        words: the page's in order; meanings: those of the words that mean something.
        """
        kinds, longer = self._possible(meanings)
        if self._suffice(kinds):
            return True
        if not longer or not self._suffice(kinds.union(pattern.kind for pattern in longer)):
            return False
        longer = [one for one in longer if one.kind not in kinds]
        return self._suffice(kinds.union(one.kind for _, one in _met(longer, words, meanings)))

    def holds(self, fragments: Iterable[Sequence[Token]], meanings: Mapping[Token, Meaning], *, joined: bool) -> bool:
        """Whether they stand not too far apart, and in languages in which their sentences can be read.

        fragments: the words of the page, cut wherever a sentence may end; joined: the tags between letters are gone, so
        that nothing is known of sentences.
        """
        words: list[Token] = []
        starts = [0]
        for fragment in fragments:
            if fragment:
                words += fragment
                starts.append(len(words))
        patterns = [
            one
            for atom in {atom for meaning in meanings.values() for atom in meaning.atoms} & self._patterns.keys()
            for one in self._patterns[atom]
        ]
        found = _met(list(dict.fromkeys(patterns)), words, meanings)
        if not joined:
            speaking = [(at, one.languages) for at, word in enumerate(words) if (one := meanings.get(word))]
            tongues = Tongues(speaking, starts, self._vocabulary.bits)
            found = [(at, one) for at, one in found if tongues.possible(at, one.language)]
        kinds = {one.kind for _, one in found}
        if ENOUGH in kinds:
            return True
        places = sorted({(at, one.kind) for at, one in found})
        return any(
            not any(need.isdisjoint(kinds) for need in needs) and _together(places, needs, reach)
            for needs, reach in self._rules
        )

    def _possible(self, meanings: Mapping[Token, Meaning]) -> tuple[set[str], list[_Pattern]]:
        """Kinds that a single word bears, and the patterns of several words of which all stand somewhere."""
        present = {atom for meaning in meanings.values() for atom in meaning.atoms}
        kinds: set[str] = set()
        longer: dict[_Pattern, None] = {}
        for atom in present & self._patterns.keys():
            for pattern in self._patterns[atom]:
                if pattern.kind not in kinds and not any(place.isdisjoint(present) for place in pattern.places):
                    if len(pattern.places) == 1:
                        kinds.add(pattern.kind)
                    else:
                        longer[pattern] = None
        return kinds, list(longer)

    def _suffice(self, kinds: Collection[str]) -> bool:
        return ENOUGH in kinds or any(not any(need.isdisjoint(kinds) for need in needs) for needs, _ in self._rules)

    def _add(self, pattern: tuple[Element, ...], term: Term) -> None:
        numbers = self._vocabulary.numbers
        places = tuple(frozenset(numbers[atom] for atom in one.atoms) for one in pattern if not one.optional)
        anchor = min(places, key=lambda atoms: (sum(self._weights[atom] for atom in atoms), len(atoms)))
        span = sum(1 + one.gap for one in pattern)
        kind = ENOUGH if _counts(term) else term.kind
        for atom in anchor:
            self._patterns.setdefault(atom, []).append(_Pattern(places, anchor, kind, term.language, span))


def _counts(term: Term) -> bool:
    return term.weight > 0 and term.kind not in APART


def _weights(lexicon: Lexicon, vocabulary: Vocabulary) -> Counter[int]:
    weights = Counter({number: _NEVER for atom, number in vocabulary.numbers.items() if atom.inflection in {"#", "<"}})
    for language in lexicon.languages.values():
        for rank, word in enumerate(reversed(language.frequent), 1):
            for atom in vocabulary.judge(word).atoms:
                weights[atom] += rank
    return weights


def _met(
    patterns: Sequence[_Pattern], words: Sequence[Token], meanings: Mapping[Token, Meaning]
) -> list[tuple[int, _Pattern]]:
    """Where the rarest words of the patterns stand with the others close to them."""
    by_atom: dict[int, list[_Pattern]] = {}
    for pattern in patterns:
        for atom in pattern.anchor:
            by_atom.setdefault(atom, []).append(pattern)
    begun = {
        word: {one for atom in meaning.atoms & by_atom.keys() for one in by_atom[atom]}
        for word, meaning in meanings.items()
        if not by_atom.keys().isdisjoint(meaning.atoms)
    }
    told = {word: meaning for word, meaning in meanings.items() if meaning.atoms}
    found = []
    for at, word in [(at, word) for at, word in enumerate(words) if word in begun]:
        longest = max((one.span for one in begun[word] if len(one.places) > 1), default=0)
        near = words[max(0, at - longest) : at + longest + 1] if longest else ()
        marks = [told[other] for other in near if other in told]
        around = frozenset[int]().union(*(meaning.atoms for meaning in marks))
        found += [
            (at, one)
            for one in begun[word]
            if len(one.places) == 1
            or (not any(place.isdisjoint(around) for place in one.places) and _in_order(one.places, marks))
        ]
    return found


def _in_order(places: Sequence[frozenset[int]], marks: Sequence[Meaning]) -> bool:
    """Whether words that can fill the places stand in their order."""
    rest = (meaning.atoms for meaning in marks for _ in range(meaning.words))
    return all(any(not place.isdisjoint(atoms) for atoms in rest) for place in places)


def _together(places: Sequence[tuple[int, str]], needs: Sequence[frozenset[str]], reach: int | None) -> bool:
    """Whether words of all needed kinds stand within reach; places: number of the word and kind, in order."""
    last: dict[int, int] = {}
    for at, kind in places:
        for number, need in enumerate(needs):
            if kind in need:
                last[number] = at
                if len(last) == len(needs) and (reach is None or at - min(last.values()) <= reach):
                    return True
    return False
