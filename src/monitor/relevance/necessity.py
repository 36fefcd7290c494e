"""What a page must hold so that the matcher can accept its article: derived from the lexicon, never written by hand.

Of each pattern the rarest word is sought in the page, and only where it stands are the others looked for. Negatives,
exceptions and places in the text are ignored and gaps between words taken widely: every answer errs towards yes only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from monitor.relevance import garbage
from monitor.relevance.judgement import APART
from monitor.relevance.memory import Memory
from monitor.relevance.normalise import fold
from monitor.relevance.pattern import Atom, Element, Endings
from monitor.relevance.terms import Lexicon, Term
from monitor.relevance.vocabulary import Vocabulary

ENOUGH = 1
"""The bit of all kinds of terms that count by themselves."""


class Reach(NamedTuple):
    """How far apart the parts of a rule may stand: its sentences, and what a page puts between paragraphs."""

    words: int
    ends: int
    """How many sentences may end in between."""


# No sentence is longer than 70 words for the matcher.
_REACH = {"sentence": Reach(80, 0), "neighbours": Reach(300, 8), "story": Reach(1600, 26)}
MOST = 12_000
"""Places of interest; a page with more of them is worth the reading, and no more are looked at."""
_NEVER = 1e9  # weight of what meets too many words
_SELDOM = 1e-4  # weight of a word of which nothing is known
_WHOLE = frozenset({"", "="})
"""Inflections of words that stand as they are; those that also stand for all that begins or is spelt so."""
_SPELT = _WHOLE | {"*", "<", "#"}
_MOST_PAIRS = 300


class Pattern(NamedTuple):
    """The rarest word of a term's pattern, what must stand before and behind it, and within how many words."""

    kind: int
    language: str
    anchor: frozenset[int] = frozenset()
    before: tuple[frozenset[int], ...] = ()
    behind: tuple[frozenset[int], ...] = ()
    left: int = 0
    right: int = 0
    spelt: bool = True
    """Whether it is met wherever its rarest word begins as it is sought."""
    exactly: bytes = b""
    """What must stand somewhere on the page as it is written here, capitals and all."""


class Need(NamedTuple):
    """What a rule cannot do without: one of each group of kinds, as bits, not too far apart."""

    groups: tuple[int, ...]
    reach: Reach | None = None


class Sought(NamedTuple):
    """The patterns whose rarest word has one spelling, and within how many words around it their others stand."""

    patterns: tuple[Pattern, ...]
    left: int
    right: int


class Scanner:
    """Seeks the rarest words of patterns in a page, all of them at once."""

    def __init__(self, sought: Iterable[tuple[bytes, Pattern]]) -> None:
        found: defaultdict[bytes, list[Pattern]] = defaultdict(list)
        for spelling, pattern in sought:
            found[spelling].append(pattern)
        self._sought = [
            Sought(tuple(patterns), max([one.left for one in patterns]), max([one.right for one in patterns]))
            for patterns in found.values()
        ]
        self._kinds = [reduce(or_, [pattern.kind for pattern in patterns]) for patterns in found.values()]
        self._automaton = BytesAhoCorasick(list(found), implementation=Implementation.ContiguousNFA)

    def scan(self, words: bytes) -> list[tuple[int, int, int]]:
        """The spellings that stand in the words, by number, start and end; words: between single spaces."""
        return self._automaton.find_matches_as_indexes(words, overlapping=True)[: MOST + 1]

    def kinds(self, found: Iterable[tuple[int, int, int]]) -> int:
        """The kinds that what was found may be of."""
        return reduce(or_, [self._kinds[spelling] for spelling in {one[0] for one in found}], 0)

    def places(self, words: bytes, found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, Sought]]:
        """Where in the bytes and at which word the rarest of some patterns may stand, and the patterns."""
        number, before = -1, 0
        for spelling, start, _ in found:
            at = start + 1
            number += words.count(b" ", before, at) if at >= before else -words.count(b" ", at, before)
            before = at
            yield at, number, self._sought[spelling]


class Necessity:
    """Knows what no term and no rule can hold without."""

    @garbage.kept()
    def __init__(self, lexicon: Lexicon) -> None:
        rules = [rule for rule in lexicon.rules if rule.kind not in APART]
        needed = frozenset[str]().union(*(kinds for rule in rules for kinds in rule.all))
        terms = [term for term in lexicon.terms if _counts(term) or term.kind in needed]
        self.vocabulary = Vocabulary(replace(lexicon, terms=tuple(map(_in_any_case, terms))))
        weights = _weights(lexicon, self.vocabulary)
        # What only rules of the classes apart give is not looked for.
        given = frozenset(rule.kind for rule in lexicon.rules) - {rule.kind for rule in rules}
        bits = {kind: 1 << n for n, kind in enumerate(sorted(needed), 1)}
        self.needs = [Need((ENOUGH,))]
        """What a page holds one of, if it holds anything."""
        for rule in rules:
            groups = [sum([bits[kind] for kind in kinds]) for kinds in rule.all if kinds.isdisjoint(given)]
            self.needs.append(Need(tuple(groups), _REACH.get(rule.within)))
        sought: list[tuple[bytes, Pattern]] = []
        for term in terms:
            told = Pattern(kind=ENOUGH if _counts(term) else bits[term.kind], language=term.language)
            for elements in term.patterns:
                if len(elements) == 1:
                    sought += _words(elements[0], told, lexicon.endings, self.vocabulary.numbers)
                else:
                    sought += _phrases(elements, told, lexicon.endings, self.vocabulary.numbers, weights)
        self.scanner = Scanner(sought)
        self.meanings = Memory(self._meaning)
        """Word → the word patterns that it meets."""
        self.languages = Memory(self._language)
        """Word → the bits of the languages that it speaks for."""

    def _meaning(self, word: bytes) -> frozenset[int]:
        return frozenset(self.vocabulary.judge(word.decode("utf-8", "ignore")).atoms)

    def _language(self, word: bytes) -> int:
        return self.vocabulary.judge(word.decode("utf-8", "ignore")).languages


def _counts(term: Term) -> bool:
    return term.weight > 0 and term.kind not in APART


def _small(atom: Atom) -> Atom:
    return Atom(fold(atom.stem)) if atom.inflection == "=" else atom


def _in_any_case(term: Term) -> Term:
    """The term with words in any case that must be written exactly so: the page is looked at in small letters."""
    if not any(atom.inflection == "=" for one in term.patterns for element in one for atom in element.atoms):
        return term
    patterns = tuple(
        tuple(element._replace(atoms=tuple(map(_small, element.atoms))) for element in one) for one in term.patterns
    )
    return replace(term, patterns=patterns)


def _weights(lexicon: Lexicon, vocabulary: Vocabulary) -> dict[Atom, float]:
    """How great a share of a page's words meets each atom, by what the lexicon says of frequent words."""
    shares = [0.0] * len(vocabulary.numbers)
    for language in lexicon.languages.values():
        ranks = {word: rank for rank, word in enumerate(language.frequent, 1)}
        for word in language.common | ranks.keys():
            for atom in vocabulary.judge(word).atoms:
                shares[atom] += 0.2 / (ranks.get(word, 50) + 3)
    return {
        atom: _NEVER if atom.inflection in {"#", "<"} else shares[number] + _unknown(atom)
        for atom, number in vocabulary.numbers.items()
    }


def _unknown(atom: Atom) -> float:
    """The share of a word of which the lexicon says nothing: more for short numbers and for short beginnings."""
    if atom.stem.isdigit():
        return 20 * _SELDOM if len(atom.stem) < 3 else 2 * _SELDOM
    return _SELDOM * (1 if not atom.inflection or len(atom.stem) > 4 else 2 if len(atom.stem) == 4 else 10)


def _rarest(elements: Sequence[Element], weights: Mapping[Atom, float]) -> int:
    certain = [at for at, element in enumerate(elements) if not element.optional]
    return min(certain, key=lambda at: sum([weights[_small(atom)] for atom in elements[at].atoms]))


def _words(
    element: Element, told: Pattern, endings: Mapping[str, Endings], numbers: Mapping[Atom, int]
) -> Iterator[tuple[bytes, Pattern]]:
    """What to seek for a pattern of one word."""
    for atom in element.atoms:
        pattern = told
        if atom.inflection == "=":
            pattern = told._replace(exactly=atom.stem.encode())
        elif atom.inflection not in _SPELT:
            pattern = Pattern(told.kind, told.language, frozenset([numbers[atom]]), spelt=False)
        for spelling in _spellings(atom, endings):
            yield spelling, pattern


def _phrases(
    elements: Sequence[Element],
    told: Pattern,
    endings: Mapping[str, Endings],
    numbers: Mapping[Atom, int],
    weights: Mapping[Atom, float],
) -> Iterator[tuple[bytes, Pattern]]:
    """What to seek for a pattern of several words: the rarest, where possible with the one before or behind it."""
    at = _rarest(elements, weights)
    first = _pair(elements, at)
    at = at if first is None else first
    places = [frozenset([numbers[_small(one)] for one in element.atoms]) for element in elements]
    pattern = Pattern(
        kind=told.kind,
        language=told.language,
        anchor=places[at],
        before=tuple([place for place, one in zip(places[:at], elements, strict=False) if not one.optional]),
        behind=tuple(
            [place for place, one in zip(places[at + 1 :], elements[at + 1 :], strict=True) if not one.optional]
        ),
        left=sum([1 + element.gap for element in elements[1 : at + 1]]),
        right=sum([1 + element.gap for element in elements[at + 1 :]]),
        spelt=first is not None and len(elements) == 2 and all(one.inflection in _SPELT for one in elements[1].atoms),
    )
    ones = [spelling for atom in elements[at].atoms for spelling in _spellings(atom, endings)]
    if first is None:
        return ((spelling, pattern) for spelling in ones)
    twos = [spelling for atom in elements[at + 1].atoms for spelling in _spellings(atom, endings)]
    return ((one[:-1] + two, pattern) for one in ones for two in twos)


def _pair(elements: Sequence[Element], at: int) -> int | None:
    """The first of two words next to each other, one of them at the place, that can be sought as one."""
    best, least = None, _MOST_PAIRS
    for first in (at - 1, at):
        if first < 0 or first + 1 == len(elements):
            continue
        one, two = elements[first], elements[first + 1]
        if one.optional or two.optional or two.gap or any(atom.inflection not in _WHOLE for atom in one.atoms):
            continue
        pairs = len(one.atoms) * len(two.atoms)
        if pairs <= least and not any(atom.inflection in {"#", "<"} for atom in two.atoms):
            best, least = first, pairs
    return best


def _spellings(atom: Atom, endings: Mapping[str, Endings]) -> list[bytes]:
    """What to seek in a page's small words, which stand between spaces."""
    if atom.inflection == "#":
        return [b" %d" % digit for digit in range(10)]
    stem = (fold(atom.stem) if atom.inflection == "=" else atom.stem).encode()
    if atom.inflection in {"", "="}:
        return [b" " + stem + b" "]
    if atom.inflection == "<":
        return [stem + b" "]
    before = endings[atom.inflection][0] if atom.inflection != "*" else ("",)
    return [b" " + prefix.encode() + stem for prefix in before]
