"""Text → Match: terms found, negatives masking what they cover, rules over what stands together, then the judgement.

Order: words → term occurrences → masks → rules → judgement. Each step is linear in the text, and hits are bounded.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Hit, Match
from monitor.relevance.judgement import Finding, judge, lead
from monitor.relevance.lexicon import ANY, Lexicon, Rule, Term
from monitor.relevance.sentences import Reading, languages, read
from monitor.relevance.vocabulary import Vocabulary

# Words on two sides of these are no neighbours ("hit by a mine, operator unhurt").
_BREAK = re.compile(r"[,;:()–—،؛]")
_QUOTE = re.compile("[«»\"“”„‟‹›]")
_NAME = 24  # characters around a word in a quoted title
_MOST_OCCURRENCES = 3_000
_STORY = 14  # sentences of a short article, which tells one thing
_MOST_HITS = 60  # shown; the judgement sees all


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


@dataclass(frozen=True, slots=True)
class _CompiledRule:
    rule: Rule
    needs: tuple[int, ...]
    unless: int
    unless_text: int
    gives: int


class Matcher:
    """Judges texts by one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._vocabulary = Vocabulary(lexicon)
        everything = -1
        self._starts: dict[int, list[_Pattern]] = {}
        for term in lexicon.terms:
            language = everything if term.language == ANY else self._vocabulary.bits[term.language]
            for pattern in term.patterns:
                places = tuple(
                    _Place(frozenset(self._vocabulary.numbers[atom] for atom in one.atoms), one.optional, one.gap)
                    for one in pattern
                )
                for atom in places[0].atoms:
                    self._starts.setdefault(atom, []).append(_Pattern(places[1:], term, language))
        kinds = sorted({term.kind for term in lexicon.terms} | {rule.kind for rule in lexicon.rules})
        self._kinds = {kind: 1 << n for n, kind in enumerate(kinds)}
        self._rules = tuple(self._compiled(rule) for rule in lexicon.rules)

    def match(self, *, title: str, paragraphs: Sequence[str], language: str | None = None) -> Match:
        """Whether the text is about landmines, with every counted and every masked term; language is only a hint."""
        reading = read(title, paragraphs, self._vocabulary)
        main, allowed = languages(reading, self._vocabulary, language)
        occurrences = self._occurrences(reading, allowed)
        kept, masked = _masked(reading, occurrences)
        findings = [
            Finding(one.sentence, one.term.kind, one.term.weight, one.term.id, ((one.first, one.last),)) for one in kept
        ]
        findings += self._ruled(reading, kept)
        verdict = judge(reading.sentences, findings)
        counted = [self._hit(reading, one, main) for one in verdict.counted[:_MOST_HITS]]
        refused = [self._hit(reading, one, main, why) for one, why in verdict.refused[:_MOST_HITS]]
        refused += [
            self._hit(
                reading,
                Finding(one.sentence, one.term.kind, one.term.weight, one.term.id, ((one.first, one.last),)),
                main,
                f"masked by {by.id}",
            )
            for one, by in masked[:_MOST_HITS]
            if one.term.weight
        ]
        return Match(
            relevant=verdict.relevant,
            score=round(verdict.score, 2),
            category=verdict.category,
            language=main,
            matches=tuple(counted),
            rejected=tuple(refused),
        )

    def _compiled(self, rule: Rule) -> _CompiledRule:
        return _CompiledRule(
            rule=rule,
            needs=tuple(self._mask(one) for one in rule.all),
            unless=self._mask(rule.unless),
            unless_text=self._mask(rule.unless_text),
            gives=self._kinds[rule.kind],
        )

    def _mask(self, kinds: Iterable[str]) -> int:
        return sum(self._kinds[kind] for kind in kinds)

    def _occurrences(self, reading: Reading, allowed: Sequence[int]) -> list[Occurrence]:
        found: list[Occurrence] = []
        words, starts = reading.words, self._starts
        for number, sentence in enumerate(reading.sentences):
            for index in range(sentence.first, sentence.last):
                for atom in words[index].atoms:
                    for pattern in starts.get(atom, ()):
                        if not pattern.language & allowed[number]:
                            continue
                        if pattern.rest:
                            last = self._end(reading, pattern.rest, index + 1, sentence.last)
                        else:
                            last = index + 1
                        if last:
                            found.append(Occurrence(index, last, number, pattern.term))
            if len(found) > _MOST_OCCURRENCES:
                break
        return found

    @staticmethod
    def _end(reading: Reading, rest: Sequence[_Place], start: int, stop: int) -> int:
        """Where the pattern that began before start ends at the farthest, or 0."""
        positions = {start}
        for place in rest:
            after = {
                at + 1
                for position in positions
                for at in range(position, min(position + place.gap + 1, stop))
                if not place.atoms.isdisjoint(reading.words[at].atoms)
                and (place.gap or not _BREAK.search(reading.text, reading.ends[at - 1], reading.starts[at]))
            }
            positions = after | positions if place.optional else after
            if not positions:
                return 0
        return max(positions)

    def _ruled(self, reading: Reading, kept: Sequence[Occurrence]) -> list[Finding]:
        count = len(reading.sentences)
        present = [0] * count
        spans: dict[tuple[int, int], tuple[int, int]] = {}
        for one in kept:
            bit = self._kinds[one.term.kind]
            present[one.sentence] |= bit
            spans.setdefault((one.sentence, bit), (one.first, one.last))
        whole = 0
        for mask in present:
            whole |= mask
        findings = []
        for rule in self._rules:
            if whole & rule.unless_text or not all(whole & need for need in rule.needs):
                continue
            for numbers in _reaches(rule.rule.within, reading, present):
                mask = 0
                for number in numbers:
                    mask |= present[number]
                if mask & rule.unless or not all(mask & need for need in rule.needs):
                    continue
                finding = _finding(rule, numbers, spans)
                findings.append(finding)
                present[finding.sentence] |= rule.gives
                spans.setdefault((finding.sentence, rule.gives), finding.spans[0])
                whole |= rule.gives
        return findings

    @staticmethod
    def _hit(reading: Reading, finding: Finding, main: str | None, reason: str | None = None) -> Hit:
        forms = (reading.text[reading.starts[first] : reading.ends[last - 1]] for first, last in finding.spans)
        language = finding.term.partition(":")[0]
        return Hit(
            term=finding.term,
            form=" … ".join(dict.fromkeys(" ".join(form.split()) for form in forms)),
            weight=finding.weight,
            sentence=reading.sentence_text(finding.sentence),
            language=(main or ANY) if language == ANY else language,
            kind=finding.kind,
            reason=reason,
        )


def _reaches(within: str, reading: Reading, present: Sequence[int]) -> Iterable[Sequence[int]]:
    """The groups of sentences in which a rule may hold; sentences with nothing in them start none."""
    count = len(present)
    if within == "text" or (within == "story" and count <= _STORY):
        return (range(count),)
    if within == "story":
        return ()
    if within == "paragraph":
        groups: dict[int, list[int]] = {}
        for number, sentence in enumerate(reading.sentences):
            groups.setdefault(sentence.paragraph, []).append(number)
        return groups.values()
    reach = 3 if within == "neighbours" else 1
    return (range(number, min(number + reach, count)) for number in range(count) if present[number])


def _finding(rule: _CompiledRule, numbers: Sequence[int], spans: dict[tuple[int, int], tuple[int, int]]) -> Finding:
    parts = []
    for need in rule.needs:
        parts.append(
            min(
                (span, number) for number in numbers for (at, bit), span in spans.items() if at == number and bit & need
            )
        )
    sentence = parts[0][1]
    ordered = tuple(span for span, _ in sorted(parts))
    return Finding(sentence, rule.rule.kind, rule.rule.weight, rule.rule.id, ordered)


def _masked(
    reading: Reading, occurrences: Sequence[Occurrence]
) -> tuple[list[Occurrence], list[tuple[Occurrence, Term]]]:
    """The occurrences that count, and those that another masks; a longer term outlives a negative inside it."""
    opening = lead(reading.sentences)
    covered: dict[int, list[Occurrence]] = {}
    sentences: dict[int, dict[str, Term]] = {}
    text: dict[str, Term] = {}
    names: dict[str, Term] = {}
    for one in occurrences:
        term = one.term
        if not (term.negative or term.masks):
            continue
        if term.scope == "text" or (term.scope == "topic" and one.sentence in opening):
            text.setdefault(term.id, term)
        elif term.scope == "quoted":
            names.setdefault(term.id, term)
        elif term.scope == "sentence":
            sentences.setdefault(one.sentence, {}).setdefault(term.id, term)
        for word in range(one.first, one.last):
            covered.setdefault(word, []).append(one)
    if not covered:
        return list(occurrences), []
    kept, masked = [], []
    for one in occurrences:
        by = None
        if not one.term.negative:
            wide = [*sentences.get(one.sentence, {}).values(), *text.values()]
            if names and _quoted(reading, one):
                wide += names.values()
            near = (n.term for word in range(one.first, one.last) for n in covered.get(word, ()) if _covers(n, one))
            by = next((term for term in (*near, *wide) if _concerns(term, one.term)), None)
        if by:
            masked.append((one, by))
        else:
            kept.append(one)
    return kept, masked


def _quoted(reading: Reading, one: Occurrence) -> bool:
    """Whether it stands within a few words in quotation marks: a title, not a speech."""
    start, end = reading.starts[one.first], reading.ends[one.last - 1]
    left = _QUOTE.split(reading.text[max(0, start - _NAME) : start])
    right = _QUOTE.split(reading.text[end : end + _NAME])
    return len(left) > 1 and len(right) > 1 and len(left[-1]) + len(right[0]) <= _NAME


def _concerns(masking: Term, term: Term) -> bool:
    """Whether one masks the other; a term that masks (naval) is itself masked by negatives alone."""
    if term.masks and not masking.negative:
        return False
    return not masking.masks or "*" in masking.masks or term.kind in masking.masks


def _covers(masking: Occurrence, one: Occurrence) -> bool:
    longer = (
        one.first <= masking.first and one.last >= masking.last and one.last - one.first > masking.last - masking.first
    )
    return _concerns(masking.term, one.term) and not (longer and masking.term.negative)
