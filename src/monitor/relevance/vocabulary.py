"""One word → the word patterns it meets and the languages it speaks for; every word is judged once and remembered."""

from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import chain
from operator import and_, or_
from typing import NamedTuple

from monitor.relevance.memory import Memory
from monitor.relevance.normalise import LONGEST, fold
from monitor.relevance.pattern import Endings
from monitor.relevance.terms import ANY, Lexicon

_FIRST = 3


_Stems = dict[str, list[tuple[frozenset[str] | None, int]]]
"""Stem → what may stand behind it (None: anything), and the number of the word pattern."""


class Verdict(NamedTuple):
    """What a single word says."""

    folded: str
    atoms: tuple[int, ...]
    """Numbers of the word patterns it meets."""
    languages: int
    """Bits of the languages of which it is a common word or bears a telling letter."""


class Vocabulary:
    """The word patterns of a lexicon, numbered, with a memory for words already judged."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.bits = {language: 1 << n for n, language in enumerate(sorted(lexicon.languages.keys() - {ANY}))}
        elements = (element for term in lexicon.terms for pattern in term.patterns for element in pattern)
        atoms = dict.fromkeys(chain.from_iterable(element.atoms for element in elements))
        self.numbers = {atom: number for number, atom in enumerate(atoms)}
        self._bare: dict[str, list[int]] = {}
        # By the first letters, since most words share those with no stem at all; shorter stems apart.
        self._short: _Stems = {}
        self._stems: dict[str, _Stems] = {}
        self._tails: dict[str, list[int]] = {}
        self._numerals: list[int] = []
        self._written: dict[str, list[int]] = {}
        self._sort(lexicon.endings)
        self._lengths = {first: sorted({len(stem) for stem in stems}) for first, stems in self._stems.items()}
        self._tail_lengths = sorted({len(tail) for tail in self._tails})
        self._last = frozenset(tail[-self._tail_lengths[0] :] for tail in self._tails)
        self._common: dict[str, int] = {}
        self._letters: dict[str, int] = {}
        for language, bit in self.bits.items():
            for word in lexicon.languages[language].common:
                self._common[word] = self._common.get(word, 0) | bit
            for letter in lexicon.languages[language].letters:
                self._letters[letter] = self._letters.get(letter, 0) | bit
        self._telling = frozenset(self._letters)
        self._foreign = not any(letter.isascii() for letter in self._letters)
        self._spoken = Memory(self._with, most=10_000)
        self._memory = Memory(self._judge)

    def judge(self, word: str) -> Verdict:
        """What the word, as it stands in the text, says."""
        return self._memory[word]

    def judge_all(self, words: Iterable[str]) -> list[Verdict]:
        """What each word says."""
        return list(map(self._memory.__getitem__, words))

    def _judge(self, word: str) -> Verdict:
        if len(word) > LONGEST:
            return Verdict("", (), 0)
        folded = fold(word)
        atoms = self._bare.get(folded, []) + self._written.get(word, [])
        for end in range(1, _FIRST):
            if folded[:end] in self._short:
                atoms += _inflected(self._short[folded[:end]], folded[end:])
        if stems := self._stems.get(folded[:_FIRST]):
            for end in self._lengths[folded[:_FIRST]]:
                if folded[:end] in stems:
                    atoms += _inflected(stems[folded[:end]], folded[end:])
        if self._last and folded[-self._tail_lengths[0] :] in self._last:
            for length in self._tail_lengths:
                atoms += self._tails.get(folded[-length:], ())
        if folded[:1].isdigit():
            atoms += self._numerals
        languages = self._common.get(folded, 0)
        if not (self._foreign and word.isascii()):
            languages |= self._spoken[self._telling.intersection(word.casefold())]
        return Verdict(folded, tuple(dict.fromkeys(atoms)) if atoms else (), languages)

    def _with(self, letters: frozenset[str]) -> int:
        """A word is of the languages that have all of its letters: ə in a word with ş says Azerbaijani, not Turkish."""
        bits = [self._letters[letter] for letter in letters]
        return reduce(and_, bits, -1 if bits else 0) or reduce(or_, bits, 0)

    def _sort(self, inflections: Mapping[str, Endings]) -> None:
        for atom, number in self.numbers.items():
            if not atom.inflection:
                self._bare.setdefault(atom.stem, []).append(number)
            elif atom.inflection == "=":
                self._written.setdefault(atom.stem, []).append(number)
            elif atom.inflection == "#":
                self._numerals.append(number)
            elif atom.inflection == "<":
                self._tails.setdefault(atom.stem, []).append(number)
            elif atom.inflection == "*":
                self._add(atom.stem, None, number)
            else:
                before, after = inflections[atom.inflection]
                endings = None if "*" in after else after
                for prefix in before:
                    self._add(prefix + atom.stem, endings, number)

    def _add(self, stem: str, endings: frozenset[str] | None, number: int) -> None:
        stems = self._short if len(stem) < _FIRST else self._stems.setdefault(stem[:_FIRST], {})
        stems.setdefault(stem, []).append((endings, number))


def _inflected(stems: Iterable[tuple[frozenset[str] | None, int]], ending: str) -> list[int]:
    """The numbers of those that can end so."""
    return [number for endings, number in stems if endings is None or ending in endings]
