"""Occurrences that count → what they mean together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.relevance.judgement import Finding
from monitor.relevance.occurrences import Occurrence
from monitor.relevance.sentences import Reading
from monitor.relevance.terms import Lexicon, Rule

STORY = 14
"""Sentences of a short article, which tells one thing."""
_NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule with its kinds as bits."""

    rule: Rule
    needs: tuple[int, ...]
    unless: int
    unless_text: int
    gives: int


class Rules:
    """The rules of a lexicon, in the order of its files; what one rule finds, a later one may need."""

    def __init__(self, lexicon: Lexicon) -> None:
        kinds = sorted({term.kind for term in lexicon.terms} | {rule.kind for rule in lexicon.rules})
        self._kinds = {kind: 1 << n for n, kind in enumerate(kinds)}
        self._rules = tuple(
            _Rule(
                rule=rule,
                needs=tuple(self._mask(one) for one in rule.all),
                unless=self._mask(rule.unless),
                unless_text=self._mask(rule.unless_text),
                gives=self._kinds[rule.kind],
            )
            for rule in lexicon.rules
        )

    def findings(self, reading: Reading, kept: Sequence[Occurrence]) -> Iterator[Finding]:
        """What the rules find in the occurrences of a reading."""
        present = [0] * len(reading.sentences)
        spans: list[dict[int, tuple[int, int]]] = [{} for _ in present]
        whole = 0
        for one in kept:
            bit = self._kinds[one.term.kind]
            present[one.sentence] |= bit
            whole |= bit
            spans[one.sentence].setdefault(bit, (one.first, one.last))
        for rule in self._rules:
            if whole & rule.unless_text or not all(whole & need for need in rule.needs):
                continue
            for numbers in _reaches(rule.rule.within, reading, present):
                mask = 0
                for number in numbers:
                    mask |= present[number]
                if mask & rule.unless:
                    continue
                for need in rule.needs:
                    if not mask & need:
                        break
                else:
                    finding = _finding(rule, numbers, spans)
                    yield finding
                    present[finding.sentence] |= rule.gives
                    spans[finding.sentence].setdefault(rule.gives, finding.spans[0])
                    whole |= rule.gives

    def _mask(self, kinds: Iterable[str]) -> int:
        return sum(self._kinds[kind] for kind in kinds)


def _reaches(within: str, reading: Reading, present: Sequence[int]) -> Iterable[Sequence[int]]:
    """The groups of sentences in which a rule may hold; sentences with nothing in them start none."""
    count = len(present)
    if within == "text" or (within == "story" and count <= STORY):
        return (range(count),)
    if within == "story":
        return ()
    if within == "paragraph":
        groups: dict[int, list[int]] = {}
        for number, sentence in enumerate(reading.sentences):
            groups.setdefault(sentence.paragraph, []).append(number)
        return groups.values()
    if within == "sentence":
        return ((number,) for number in range(count) if present[number])
    return (range(number, min(number + _NEIGHBOURS, count)) for number in range(count) if present[number])


def _finding(rule: _Rule, numbers: Sequence[int], spans: Sequence[dict[int, tuple[int, int]]]) -> Finding:
    """The rule's finding, placed at the first word that its first need met."""
    parts = [
        min((span, number) for number in numbers for bit, span in spans[number].items() if bit & need)
        for need in rule.needs
    ]
    return Finding(
        parts[0][1], rule.rule.kind, rule.rule.weight, rule.rule.id, tuple(span for span, _ in sorted(parts))
    )
