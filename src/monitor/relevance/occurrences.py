"""Words of a reading → the terms that stand in it."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.relevance.sentences import Reading
from monitor.relevance.terms import ANY, Lexicon, Term
from monitor.relevance.vocabulary import Vocabulary

# Words on two sides of these are no neighbours ("hit by a mine, operator unhurt").
_BREAK = re.compile(r"[,;:()–—،؛]")
_MOST_OCCURRENCES = 3_000


class _Place(NamedTuple):
    """One place of a compiled pattern."""

    atoms: frozenset[int]
    optional: bool
    gap: int


class _Pattern(NamedTuple):
    rest: tuple[_Place, ...]
    term: Term
    language: int


class Occurrence(NamedTuple):
    """A term in the text: words first to last (exclusive)."""

    first: int
    last: int
    sentence: int
    term: Term


class Finder:
    """Finds the terms of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.vocabulary = Vocabulary(lexicon)
        self._starts: dict[int, list[_Pattern]] = {}
        # By languages and atoms: a word that was met once costs one look-up, in whatever article it stands.
        self._known: dict[int, dict[tuple[int, ...], list[tuple[tuple[_Place, ...], Term]]]] = {}
        numbers = self.vocabulary.numbers
        for term in lexicon.terms:
            alone = _Pattern((), term, -1 if term.language == ANY else self.vocabulary.bits[term.language])
            for first, *others in term.patterns:
                rest = tuple(
                    _Place(frozenset([numbers[atom] for atom in one.atoms]), one.optional, one.gap) for one in others
                )
                pattern = alone._replace(rest=rest) if rest else alone
                for atom in first.atoms:
                    self._starts.setdefault(numbers[atom], []).append(pattern)

    def find(self, reading: Reading, allowed: Sequence[int] | None) -> list[Occurrence]:
        """Terms in the order of the text; allowed: bits of the languages that each sentence can be in, None for all."""
        found: list[Occurrence] = []
        words = reading.words
        for number, sentence in enumerate(reading.sentences):
            known = self._known.setdefault(allowed[number] if allowed is not None else -1, {})
            marked = [index for index in range(sentence.first, sentence.last) if words[index].atoms]
            here = {atom for index in marked for atom in words[index].atoms}
            for index in marked:
                atoms = words[index].atoms
                patterns = known.get(atoms)
                if patterns is None:
                    patterns = known[atoms] = self._patterns(atoms, allowed[number] if allowed is not None else -1)
                for rest, term in patterns:
                    if not rest:
                        found.append(Occurrence(index, index + 1, number, term))
                    elif not rest[-1].atoms.isdisjoint(here) and (last := _end(reading, rest, index, number)):
                        found.append(Occurrence(index, last, number, term))
            if len(found) > _MOST_OCCURRENCES:
                break
        return found

    def _patterns(self, atoms: Iterable[int], languages: int) -> list[tuple[tuple[_Place, ...], Term]]:
        """The patterns that a word of these atoms begins in these languages."""
        return [
            (pattern.rest, pattern.term)
            for atom in atoms
            for pattern in self._starts.get(atom, ())
            if pattern.language & languages
        ]


def _end(reading: Reading, rest: Sequence[_Place], first: int, number: int) -> int:
    """Where the pattern that begins with the word first of a sentence ends at the farthest, or 0."""
    words, stop = reading.words, reading.sentences[number].last
    positions = {first + 1}
    for place in rest:
        after = set()
        for position in positions:
            for at in range(position, min(position + place.gap + 1, stop)):
                if not place.atoms.isdisjoint(words[at].atoms) and (place.gap or _adjoin(reading, number, at)):
                    after.add(at + 1)
        if place.optional:
            after |= positions
        if not after:
            return 0
        positions = after
    return max(positions)


def _adjoin(reading: Reading, number: int, word: int) -> bool:
    """Whether nothing but space and joining signs stands before the word."""
    return not _BREAK.search(reading.text, reading.span(number, word - 1)[1], reading.span(number, word)[0])
