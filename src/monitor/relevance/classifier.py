"""What a text speaks of → how likely it is about explosive remnants, by weights learned from labelled stories.

A text is read as units: the kinds of the lexicon's words, its negatives, and concepts such as a field, a herd, a coach
or a market. Features are the units of the text, those of its headline, and two units in neighbouring sentences.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations, pairwise
from typing import NamedTuple

from monitor.relevance.judgement import RECAP, Finding
from monitor.relevance.memory import Memory
from monitor.relevance.normalise import fold
from monitor.relevance.occurrences import Occurrence
from monitor.relevance.sentences import Reading
from monitor.relevance.terms import Concepts, Weights

_VIEW = 12  # sentences of a long text that are looked at, and those where the lexicon finds something
_MOST_UNITS = 40  # of two neighbouring sentences
_SHOWN = 3  # units whose words a reason shows
# What Arabic writes before a word without a space: and, with, for, so, like, the.
_PREFIXES = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف")
_SHORTEST = 3


class Told(NamedTuple):
    """A sentence, whether it is the headline, and its units, each with the words (first, last) that tell it."""

    sentence: int
    title: bool
    units: Mapping[str, tuple[int, int]]
    telling: bool
    """Whether it holds a word that counts by itself."""


class Opinion(NamedTuple):
    """How likely the text is about it, what for, and the sentence and words that weighed most."""

    probability: float
    category: str
    sentence: int
    spans: tuple[tuple[int, int], ...]


class Units:
    """Reads texts as units."""

    def __init__(self, concepts: Concepts) -> None:
        self.languages = frozenset(concepts)
        self._concepts = concepts
        self._tables = Memory(self._table)
        self._names = Memory(self._of, most=100_000)

    def told(
        self,
        reading: Reading,
        language: str,
        *,
        kept: Sequence[Occurrence],
        hidden: Sequence[Occurrence],
        findings: Sequence[Finding],
    ) -> list[Told]:
        """The sentences in view with their units: the first ones, and those around what the lexicon finds."""
        units: dict[int, dict[str, tuple[int, int]]] = {}
        for one in (*kept, *hidden):
            name = f"!{one.term.id.partition(':')[2]}" if one.term.negative else one.term.kind
            units.setdefault(one.sentence, {}).setdefault(name, (one.first, one.last))
        for one in hidden:
            units[one.sentence].setdefault(f"^{one.term.kind}", (one.first, one.last))
        view = {number for number in range(len(reading.sentences)) if number < _VIEW}
        view |= {one.sentence + step for one in findings if one.weight for step in (-1, 0, 1)}
        weighty = {one.sentence for one in kept if one.term.weight}
        told = []
        for number in sorted(view)[: 2 * _VIEW]:
            if number not in range(len(reading.sentences)):
                continue
            sentence = reading.sentences[number]
            here = units.get(number, {})
            for word in range(sentence.first, sentence.last):
                for name in self._names[language, reading.words[word].folded]:
                    here.setdefault(name, (word, word + 1))
            told.append(Told(number, sentence.paragraph < 0, here, telling=number in weighty))
        return told

    def _table(self, language: str) -> Mapping[str, frozenset[str]]:
        """Word (folded; a star ends a beginning) → names of the concepts that it tells."""
        table: defaultdict[str, set[str]] = defaultdict(set)
        for name, words in self._concepts[language]:
            for word in words.split():
                stem = word.removesuffix("*")
                table[fold(stem) + word[len(stem) :]].add(name)
        return {word: frozenset(names) for word, names in table.items()}

    def _of(self, said: tuple[str, str]) -> tuple[str, ...]:
        """The concepts that a word tells; said: language and word."""
        language, word = said
        return tuple(sorted(self._look_up(word, self._tables[language])))

    @staticmethod
    def _look_up(word: str, concepts: Mapping[str, frozenset[str]]) -> set[str]:
        forms = [word]
        if "\u0600" <= word[:1] <= "\u06ff":
            forms += [
                word.removeprefix(prefix)
                for prefix in _PREFIXES
                if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST
            ]
        names = set[str]()
        for form in forms:
            names |= concepts.get(form, frozenset())
            for end in range(1, len(form) + 1):
                names |= concepts.get(f"{form[:end]}*", frozenset())
        return {f"~{name}" for name in names}


def features(told: Sequence[Told]) -> Iterator[tuple[str, float, int]]:
    """Features of a text with their values and the number in `told` where each first stands; each once."""
    seen = set[str]()
    for at, one in enumerate(told):
        for unit in one.units.keys() - {RECAP}:  # that something was before says nothing of what it was
            for name in (unit, f"{unit}@title") if one.title else (unit,):
                if name not in seen:
                    seen.add(name)
                    yield name, 1.0, at
    for at, (one, two) in enumerate(pairwise((*told, Told(-1, False, {}, telling=False)))):
        near = sorted(one.units.keys() | two.units.keys())[:_MOST_UNITS]
        for left, right in combinations(near, 2):
            if (left[0] == "~") is (right[0] == "~") and (name := f"{left}+{right}") not in seen:
                seen.add(name)
                yield name, 0.5, at
    yield "length", min(len(told), 20) / 10, 0
    yield from ((name, 1.0, 0) for name in _places(told))


def _places(told: Sequence[Told]) -> Iterator[str]:
    """Where the words stand that count, and in how many of the sentences."""
    held = [at for at, one in enumerate(told) if one.telling]
    first = held[0] if held else -1
    yield "first:" + ("none" if first < 0 else "title" if told[first].title else "lead" if first <= 2 else "later")
    share = len(held) / len(told) if told else 0.0
    yield f"share:{sum(share > limit for limit in (0.0, 0.1, 0.2, 0.35, 0.6))}"
    yield f"count:{min(len(held), 4)}"


def _read(lines: str) -> dict[str, float]:
    """Lines of a name and a number as a table."""
    return {name: float(number) for name, _, number in (line.partition(" ") for line in lines.splitlines()) if name}


class Classifier:
    """Weighs texts by what was learned."""

    def __init__(self, concepts: Concepts, weights: Weights) -> None:
        self._units = Units(concepts)
        self._weights = weights

    @cached_property
    def _features(self) -> dict[str, float]:
        return _read(self._weights.features)

    @cached_property
    def _categories(self) -> dict[str, dict[str, float]]:
        return {name: _read(lines) for name, lines in self._weights.categories.items()}

    def knows(self, terms: Iterable[str]) -> bool:
        """Whether it has learned from all of these terms and rules; what a user's own files add it has not."""
        return self._weights.terms.issuperset(terms)

    def opinion(
        self,
        reading: Reading,
        language: str | None,
        *,
        kept: Sequence[Occurrence],
        hidden: Sequence[Occurrence],
        findings: Sequence[Finding],
        verdict: str | None,
    ) -> Opinion | None:
        """What it makes of the text; None in a language whose words it does not know.

        findings: the words that count and what the rules find; verdict: the rules' category.
        """
        if language not in self._units.languages:
            return None
        told = self._units.told(reading, language, kept=kept, hidden=hidden, findings=findings)
        score = self._weights.bias
        categories = {
            name: weights.get("bias", 0.0) + weights.get(f"={verdict}", 0.0)
            for name, weights in self._categories.items()
        }
        by_sentence = [0.0] * len(told)
        by_unit: list[dict[str, float]] = [{} for _ in told]
        for name, value, at in features(told):
            weight = self._features.get(name, 0.0) * value
            score += weight
            by_sentence[at] += weight
            for unit in name.partition("@")[0].split("+"):
                by_unit[at][unit] = by_unit[at].get(unit, 0.0) + weight
            for category, weights in self._categories.items():
                categories[category] += weights.get(name, 0.0) * value
        at = max(range(len(told)), key=by_sentence.__getitem__)
        weights = by_unit[at]
        strongest = sorted(told[at].units, key=lambda unit: -weights.get(unit, 0.0))
        speaking = [unit for unit in strongest[:_SHOWN] if weights.get(unit, 0.0) > 0] or strongest[:1]
        return Opinion(
            probability=1 / (1 + math.exp(-max(-50.0, min(50.0, score)))),
            category=max(categories, key=categories.__getitem__, default="other"),
            sentence=told[at].sentence,
            spans=tuple(sorted({told[at].units[unit] for unit in speaking})),
        )
