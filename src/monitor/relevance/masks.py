"""Occurrences → those that count, and those that a negative or a term of a class apart masks."""

import re
from collections.abc import Sequence

from monitor.relevance.judgement import lead
from monitor.relevance.occurrences import Occurrence
from monitor.relevance.sentences import Reading
from monitor.relevance.terms import Term

_QUOTE = re.compile('[«»"“”„‟‹›]')
_NAME = 24  # characters around a word in a quoted title


def masked(
    reading: Reading, occurrences: Sequence[Occurrence]
) -> tuple[list[Occurrence], list[tuple[Occurrence, Term]]]:
    """The occurrences that count, and those that another masks; a longer term outlives a negative inside it."""
    opening = lead(reading.sentences)
    covered: dict[int, list[Occurrence]] = {}
    sentences: dict[int, dict[str, Term]] = {}
    text: dict[str, Term] = {}
    names: dict[str, Term] = {}
    kinds = {one.term.kind for one in occurrences}
    for one in occurrences:
        term = one.term
        if not (term.negative or term.masks) or not term.unless.isdisjoint(kinds):
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
    start, end = reading.span(one.sentence, one.first)[0], reading.span(one.sentence, one.last - 1)[1]
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
