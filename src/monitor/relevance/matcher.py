"""Text → Match: terms found, negatives masking what they cover, rules over what stands together, then the judgement.

The classifier judges, or the rules alone where they decide by words that it has not learned from.
Each step is linear in the text, and what is found is bounded.
"""

from collections.abc import Sequence
from dataclasses import replace

from monitor.model import Hit, Match
from monitor.relevance.classifier import Classifier, Opinion
from monitor.relevance.judgement import APART, EVENTS, HINT, THRESHOLD, Finding, Judgement, judge
from monitor.relevance.masks import masked
from monitor.relevance.occurrences import Finder, Occurrence
from monitor.relevance.rules import STORY, Rules
from monitor.relevance.sentences import Reading, languages, read
from monitor.relevance.terms import ANY, Lexicon, Term

_MOST_HITS = 40  # shown; the judgement sees all
# How likely the classifier must find what the rules accept, and all else: of that, ordinary news holds far more than
# the stories that it has learned from; and long texts that only hint at it hold a little of everything.
_ACCEPTED, _SURE, _SURE_OF_LONG = 0.5, 0.75, 0.98
CLASSIFIER = "classifier"
"""Kind of the hit by which the classifier tells its opinion; its weight is the probability."""
CASUALTIES = frozenset({"victim", "limb"})
"""Kinds of terms that say that somebody was hurt. Shown beside an incident, without weight: they decide nothing."""
UNHURT = "unhurt"
"""The kind of terms that say that nobody was: what they cover is not shown."""


class Matcher:
    """Judges texts by one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._finder = Finder(lexicon)
        self._rules = Rules(lexicon)
        self._classifier = Classifier(lexicon.concepts, lexicon.weights) if lexicon.weights else None

    def match(self, *, title: str, paragraphs: Sequence[str], language: str | None = None) -> Match:
        """Whether the text is about landmines, with every counted and every masked term; language is only a hint."""
        reading = read(title, paragraphs, self._finder.vocabulary)
        main, allowed = languages(reading, self._finder.vocabulary, language)
        kept, hidden = masked(reading, self._finder.find(reading, allowed))
        findings = [finding(one) for one in kept]
        findings += self._rules.findings(reading, kept)
        judgement = judge(reading.sentences, findings)
        if self._classifier and asked(self._classifier, reading, judgement, findings, hidden):
            opinion = self._classifier.opinion(
                reading,
                main,
                kept=kept,
                hidden=[one for one, _ in hidden],
                findings=findings,
                verdict=judgement.category,
            )
            judgement = weighed(judgement, opinion, sentences=len(reading.sentences)) if opinion else judgement
        refused = [
            *judgement.refused,
            *((finding(one), f"masked by {by.id}") for one, by in hidden if one.term.weight),
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


def asked(
    classifier: Classifier,
    reading: Reading,
    judgement: Judgement,
    findings: Sequence[Finding],
    hidden: Sequence[tuple[Occurrence, Term]],
) -> bool:
    """Whether the classifier decides: something is found, no class apart, nothing that it never learned from.

    A headline that tells of an incident, beside a bomb attack, is too rare in what it has learned from: there the
    rules decide.
    """
    if judgement.category in APART:
        return False
    headline = {one.kind for one in judgement.counted if reading.sentences[one.sentence].paragraph < 0}
    if not EVENTS.isdisjoint(headline) and any(one.kind in APART for one in judgement.counted):
        return False
    found = [(one.kind, one.weight) for one in findings] + [(one.term.kind, one.term.weight) for one, _ in hidden]
    if not any(weight and kind not in APART for kind, weight in found):
        return False
    decisive = (
        [one.term for one in judgement.counted] if judgement.relevant else [by.id for _, by in hidden if by.negative]
    )
    return classifier.knows(decisive)


def weighed(judgement: Judgement, opinion: Opinion, *, sentences: int) -> Judgement:
    """The judgement as the classifier sees it: what it accepts or refuses against the rules is told as its doing."""
    hints = all(one.kind == HINT for one, _ in judgement.refused)
    sure = _ACCEPTED if judgement.relevant else _SURE_OF_LONG if hints and sentences > STORY else _SURE
    said = Finding(opinion.sentence, CLASSIFIER, round(opinion.probability, 2), f"*:{CLASSIFIER}", opinion.spans)
    if opinion.probability >= sure:
        return replace(
            judgement,
            relevant=True,
            score=max(judgement.score, THRESHOLD),
            category=opinion.category,
            counted=[*judgement.counted, *(one for one, _ in judgement.refused if one.kind != HINT), said],
            refused=[],
        )
    why = f"the classifier finds it {opinion.probability:.0%} likely to be about it"
    if not judgement.relevant:
        return replace(judgement, refused=[(one, f"{reason}; {why}") for one, reason in judgement.refused])
    return replace(
        judgement,
        relevant=False,
        score=min(judgement.score, THRESHOLD - 0.1),
        category=None,
        counted=[],
        refused=[(one, why) for one in judgement.counted],
    )


def _hurt(judgement: Judgement, findings: Sequence[Finding]) -> list[Finding]:
    """Who was hurt in the incident: what is told of it in a sentence that tells the event, or beside one; each once.

    "Nobody was killed. Two were wounded." is one telling: what stands behind a denial is as near as the denial.
    """
    if judgement.category != "incident":
        return []
    events = {one.sentence for one in judgement.counted if one.kind in {"event", CLASSIFIER}}
    near = {sentence + step for sentence in events for step in (-1, 0, 1)}
    denials = [one for one in findings if one.kind == UNHURT]
    near |= {one.sentence + 1 for one in denials if one.sentence in near}
    denied = {word for one in denials for word in range(*one.spans[0])}
    told = (one for one in findings if one.kind in CASUALTIES and not one.weight and one.sentence in near)
    hurt = [one for one in told if denied.isdisjoint(range(*one.spans[0]))]
    return list({(one.sentence, one.term): one for one in hurt}.values())[:_MOST_HITS]


def finding(one: Occurrence) -> Finding:
    """A word of the lexicon as something found."""
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
