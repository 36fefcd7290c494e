"""Text → Match: terms found, negatives masking what they cover, rules over what stands together, then the judgement.

Each step is linear in the text, and what is found is bounded.
"""

from collections.abc import Sequence

from monitor.model import Hit, Match
from monitor.relevance.judgement import Finding, Judgement, judge
from monitor.relevance.masks import masked
from monitor.relevance.occurrences import Finder, Occurrence
from monitor.relevance.rules import Rules
from monitor.relevance.sentences import Reading, languages, read
from monitor.relevance.terms import ANY, Lexicon

_MOST_HITS = 40  # shown; the judgement sees all
CASUALTIES = frozenset({"victim", "limb"})
"""Kinds of terms that say that somebody was hurt. Shown beside an incident, without weight: they decide nothing."""


class Matcher:
    """Judges texts by one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._finder = Finder(lexicon)
        self._rules = Rules(lexicon)

    def match(self, *, title: str, paragraphs: Sequence[str], language: str | None = None) -> Match:
        """Whether the text is about landmines, with every counted and every masked term; language is only a hint."""
        reading = read(title, paragraphs, self._finder.vocabulary)
        main, allowed = languages(reading, self._finder.vocabulary, language)
        kept, hidden = masked(reading, self._finder.find(reading, allowed))
        findings = [_finding(one) for one in kept]
        findings += self._rules.findings(reading, kept)
        judgement = judge(reading.sentences, findings)
        refused = [
            *judgement.refused,
            *((_finding(one), f"masked by {by.id}") for one, by in hidden if one.term.weight),
        ]
        return Match(
            relevant=judgement.relevant,
            score=round(judgement.score, 2),
            category=judgement.category,
            language=main,
            matches=tuple(
                _hit(reading, one, main) for one in [*judgement.counted[:_MOST_HITS], *_hurt(judgement, findings)]
            ),
            rejected=tuple(_hit(reading, one, main, why) for one, why in refused[:_MOST_HITS]),
        )


def _hurt(judgement: Judgement, findings: Sequence[Finding]) -> list[Finding]:
    """Who was hurt in the incident: what is told of it in a sentence that tells the event, or beside one; each once."""
    if judgement.category != "incident":
        return []
    events = {one.sentence for one in judgement.counted if one.kind == "event"}
    near = {sentence + step for sentence in events for step in (-1, 0, 1)}
    hurt = [one for one in findings if one.kind in CASUALTIES and not one.weight and one.sentence in near]
    return list({(one.sentence, one.term): one for one in hurt}.values())[:_MOST_HITS]


def _finding(one: Occurrence) -> Finding:
    return Finding(one.sentence, one.term.kind, one.term.weight, one.term.id, ((one.first, one.last),))


def _hit(reading: Reading, finding: Finding, main: str | None, reason: str | None = None) -> Hit:
    forms = [reading.words_text(first, last) for first, last in finding.spans]
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
