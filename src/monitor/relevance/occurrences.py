"""Words of a reading → the terms that stand in it."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from monitor.relevance import garbage
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


_Longer = dict[int, list[tuple[int, _Pattern]]]


class _Begun(NamedTuple):
    """What a word begins: terms of one word, and longer patterns by what their next or their last word can be."""

    alone: list[Term]
    next: _Longer
    last: _Longer

    def likely(self, after: Iterable[int], here: set[int]) -> list[_Pattern]:
        """The longer patterns whose next word comes after, or whose last stands in the sentence, in their order."""
        found: dict[int, _Pattern] = {}
        for atom in after if self.next else ():
            if atom in self.next:
                found.update(one for one in self.next[atom] if not one[1].rest[-1].atoms.isdisjoint(here))
        for atom in self.last.keys() & here if self.last else ():
            found.update(self.last[atom])
        return [found[order] for order in sorted(found)] if found else []


class _Memory(dict[tuple[int, ...], _Begun | None]):
    """What words of some atoms begin, worked out when first asked."""

    def __init__(self, begun: Callable[[tuple[int, ...]], _Begun | None]) -> None:
        super().__init__()
        self._begun = begun

    def __missing__(self, atoms: tuple[int, ...]) -> _Begun | None:
        begun = self[atoms] = self._begun(atoms)
        return begun


class Occurrence(NamedTuple):
    """A term in the text: words first to last (exclusive)."""

    first: int
    last: int
    sentence: int
    term: Term


class Finder:
    """Finds the terms of a lexicon."""

    @garbage.kept()
    def __init__(self, lexicon: Lexicon) -> None:
        self.vocabulary = Vocabulary(lexicon)
        self._starts: dict[int, list[_Pattern]] = {}
        # By languages and atoms: a word that was met once costs one look-up, in whatever article it stands.
        self._known: dict[int, _Memory] = {}
        numbers = self.vocabulary.numbers
        for term in lexicon.terms:
            alone = _Pattern((), term, -1 if term.language == ANY else self.vocabulary.bits[term.language])
            for first, *others in term.patterns:
                rest = tuple(
                    _Place(frozenset([numbers[atom] for atom in one.atoms]), one.optional, one.gap) for one in others
                )
                pattern = _Pattern(rest, term, alone.language) if rest else alone
                for atom in first.atoms:
                    self._starts.setdefault(numbers[atom], []).append(pattern)

    def find(self, reading: Reading, allowed: Sequence[int] | None) -> list[Occurrence]:
        """Terms in the order of the text; allowed: bits of the languages that each sentence can be in, None for all."""
        found: list[Occurrence] = []
        for number, sentence in enumerate(reading.sentences):
            languages = allowed[number] if allowed is not None else -1
            if languages not in self._known:
                self._known[languages] = _Memory(partial(self._begun, languages))
            atoms = [word.atoms for word in reading.words[sentence.first : sentence.last]]
            begun = list(map(self._known[languages].__getitem__, atoms))
            here = set().union(*atoms)
            atoms.append(())
            for at, one in enumerate(begun):
                if one is None:
                    continue
                index = sentence.first + at
                if one.alone:
                    found += [Occurrence(index, index + 1, number, term) for term in one.alone]
                if one.next or one.last:
                    found += [
                        Occurrence(index, last, number, pattern.term)
                        for pattern in one.likely(atoms[at + 1], here)
                        if (last := _end(reading, pattern.rest, index, number))
                    ]
            if len(found) > _MOST_OCCURRENCES:
                break
        return found

    def _begun(self, languages: int, atoms: tuple[int, ...]) -> _Begun | None:
        """The patterns that a word of these atoms begins in these languages."""
        begun = _Begun([], {}, {})
        for order, pattern in enumerate(one for atom in atoms for one in self._starts.get(atom, ())):
            if not pattern.language & languages:
                continue
            if not pattern.rest:
                begun.alone.append(pattern.term)
                continue
            near = not pattern.rest[0].gap and not pattern.rest[0].optional
            for atom in pattern.rest[0 if near else -1].atoms:
                (begun.next if near else begun.last).setdefault(atom, []).append((order, pattern))
        return begun if any(begun) else None


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
