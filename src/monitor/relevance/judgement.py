"""Findings in their places → is the article about it, or does it only mention it in passing?

A headline or a lead that speaks of mines makes the article; so does an incident told anywhere. A topic that shows only in
the recap at the end, or in one clause of a long text, does not.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.relevance.sentences import Sentence

THRESHOLD = 3.0

EVENTS = frozenset({"event"})
APART = frozenset({"naval", "ied"})
RECAP = "recap"

_TITLE, _LEAD, _BODY, _RECAP = 1.5, 1.2, 0.5, 0.2
_CATEGORY = {
    "event": "incident",
    "clearance": "clearance",
    "uxo": "clearance",
    "statistics": "victim-statistics",
    "policy": "policy",
    "education": "risk-education",
    "court": "court",
    "aid": "aid",
}


class Finding(NamedTuple):
    """A term or a rule that holds in a sentence; spans are words first to last (exclusive)."""

    sentence: int
    kind: str
    weight: float
    term: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The decision, what it counted, and what it did not count and why."""

    relevant: bool
    score: float
    category: str | None
    counted: list[Finding]
    refused: list[tuple[Finding, str]]


def judge(sentences: Sequence[Sentence], findings: Sequence[Finding]) -> Judgement:
    """Whether findings make the text relevant; naval mines and pure bomb attacks are classes apart and refused."""
    weighty = [one for one in findings if one.weight]
    about = [one for one in weighty if one.kind not in APART]
    apart = [one for one in weighty if one.kind in APART]
    places = _places(sentences, findings)
    score = _score(sentences, about, places)
    if score >= THRESHOLD:
        return Judgement(
            relevant=True, score=score, category=_category(about, places), counted=_best(weighty, places), refused=[]
        )
    if _score(sentences, apart, places) >= THRESHOLD:
        kind = Counter(one.kind for one in apart).most_common(1)[0][0]
        why = f"{kind} is a class apart"
        return Judgement(
            relevant=False,
            score=score,
            category=kind,
            counted=[],
            refused=[(one, why) for one in _best(weighty, places)],
        )
    why = f"mentioned in passing: score {score:.1f} of {THRESHOLD:.0f}"
    return Judgement(
        relevant=False, score=score, category=None, counted=[], refused=[(one, why) for one in _best(weighty, places)]
    )


def _places(sentences: Sequence[Sentence], findings: Sequence[Finding]) -> list[float]:
    """The factor of each sentence's place."""
    recaps = {one.sentence for one in findings if one.kind == RECAP}
    recap_from = {(sentences[number].paragraph): number for number in sorted(recaps, reverse=True)}
    body = [n for n, sentence in enumerate(sentences) if sentence.paragraph >= 0]
    lead = set(body[:2]) | {n for n in body[:4] if sentences[n].paragraph == 0}
    places = []
    for number, sentence in enumerate(sentences):
        if sentence.paragraph < 0:
            places.append(_TITLE)
        elif number in lead:
            places.append(_LEAD)
        elif number >= recap_from.get(sentence.paragraph, len(sentences)):
            places.append(_RECAP)
        else:
            places.append(_BODY)
    return places


def _score(sentences: Sequence[Sentence], findings: Sequence[Finding], places: Sequence[float]) -> float:
    strength: dict[int, float] = {}
    for one in findings:
        place = places[one.sentence]
        if one.kind in EVENTS and place == _BODY:
            place = 1.0
        strength[one.sentence] = max(strength.get(one.sentence, 0.0), one.weight * place)
    if not strength:
        return 0.0
    ordered = sorted(strength.values(), reverse=True)
    score = ordered[0] + 0.5 * sum(ordered[1:])
    outstanding = max(strength, key=lambda number: strength[number])
    body = sum(1 for sentence in sentences if sentence.paragraph >= 0)
    if places[outstanding] == _LEAD and len(strength) == 1 and body >= 5 and ordered[0] < 4 * _LEAD:
        return min(score, THRESHOLD - 0.1)
    if places[outstanding] < _LEAD and ordered[0] < THRESHOLD and len(strength) * 5 < body:
        return min(score, THRESHOLD - 0.1)
    return score


def _category(findings: Sequence[Finding], places: Sequence[float]) -> str:
    weights: Counter[str] = Counter()
    for one in findings:
        weights[_CATEGORY.get(one.kind, "other")] += one.weight * places[one.sentence]
    named = [(weight, name) for name, weight in weights.items() if name != "other"]
    return max(named)[1] if named else "other"


def _best(findings: Sequence[Finding], places: Sequence[float]) -> list[Finding]:
    """Findings, the weightiest first, each term once a sentence."""
    unique = {(one.sentence, one.term): one for one in reversed(findings)}
    return sorted(unique.values(), key=lambda one: (-one.weight * places[one.sentence], one.sentence, one.spans))
