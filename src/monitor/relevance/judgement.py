"""Findings in their places → whether the article is about it or only mentions it in passing.

A headline or a lead that speaks of mines makes the article; so does an incident told anywhere. A topic that shows only
in the recap at the end, or in one clause of a long text, does not.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.relevance.sentences import Sentence

THRESHOLD = 3.0

EVENTS = frozenset({"event", "deed", "education"})
APART = frozenset({"naval", "ied"})
RECAP = "recap"
HINT = "hint"
"""Kind of the rules that only ask the classifier: they count for nothing."""
_SUPPORT = frozenset(
    {"victim", "limb", "blast", "trod", "sapper", "warning", "marking", "hectares", "device", "ordnance", "suspicious"}
)

_SPECIFIC = frozenset({"policy", "statistics", "court"})
_SHARE = 0.14  # of the words, in sentences that speak of it: more is no passing mention
_TITLE, _LEAD, _BODY, _RECAP = 1.5, 1.2, 0.5, 0.2
_CATEGORY = {
    "event": "incident",
    "deed": "clearance",
    "clearance": "clearance",
    "uxo": "clearance",
    "statistics": "victim-statistics",
    "policy": "policy",
    "education": "risk-education",
    "court": "court",
    "aid": "aid",
}
_LEANING = {"clearance": 0.6, "court": 3.2, "aid": 2.2, "risk-education": 1.5}
# Words that decide nothing about relevance, but say what an article is for: who gives, who governs, who does business.
_HINTS = {
    "relief": ("aid", 3.0),
    "funding": ("aid", 0.5),
    "authority": ("policy", 3.0),
    "maps": ("policy", 2.0),
    "justice": ("court", 1.0),
    "rendered": ("clearance", 4.0),
    "sidelight": ("other", 2.0),
    "animal": ("other", 2.0),
    "probing": ("other", 1.0),
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
    about = [one for one in weighty if one.kind not in APART and one.kind != HINT]
    apart = [one for one in weighty if one.kind in APART]
    places = _places(sentences, findings)
    score = _score(sentences, about, places, findings)
    if score >= THRESHOLD:
        return Judgement(
            relevant=True,
            score=score,
            category=_category(_telling(about, findings), places),
            counted=_best([*about, *apart], places),
            refused=[],
        )
    if _score(sentences, apart, places, findings) >= THRESHOLD:
        kind = Counter(one.kind for one in apart).most_common(1)[0][0]
        why = f"{kind} is a class apart"
        return Judgement(
            relevant=False,
            score=score,
            category=kind,
            counted=[],
            refused=[(one, why) for one in _best(weighty, places)],
        )
    why = f"mentioned in passing: score {score:.1f} of {THRESHOLD:.0f}" if about else "only hints at it"
    return Judgement(
        relevant=False, score=score, category=None, counted=[], refused=[(one, why) for one in _best(weighty, places)]
    )


def lead(sentences: Sequence[Sentence]) -> frozenset[int]:
    """The sentences of headline and lead: the first two of the body, and up to four when one paragraph holds them."""
    body = [n for n, sentence in enumerate(sentences) if sentence.paragraph >= 0]
    first = sentences[body[0]].paragraph if body else 0
    opening = body[:2] + [n for n in body[2:4] if sentences[n].paragraph == first]
    return frozenset([n for n, sentence in enumerate(sentences) if sentence.paragraph < 0] + opening)


def _telling(about: Sequence[Finding], findings: Sequence[Finding]) -> list[Finding]:
    """What tells the category: what counts, and the words around it."""
    return [*about, *(one for one in findings if not one.weight)]


def _places(sentences: Sequence[Sentence], findings: Sequence[Finding]) -> list[float]:
    """The factor of each sentence's place."""
    recap_from: dict[int, int] = {}
    for one in findings:
        if one.kind == RECAP:
            paragraph = sentences[one.sentence].paragraph
            recap_from[paragraph] = min(one.sentence, recap_from.get(paragraph, one.sentence))
    opening = lead(sentences)
    places = []
    for number, sentence in enumerate(sentences):
        if sentence.paragraph < 0:
            places.append(_TITLE)
        elif number in opening:
            places.append(_LEAD)
        elif number >= recap_from.get(sentence.paragraph, len(sentences)):
            places.append(_RECAP)
        else:
            places.append(_BODY)
    return places


def _score(
    sentences: Sequence[Sentence], findings: Sequence[Finding], places: Sequence[float], context: Sequence[Finding]
) -> float:
    """The weightiest sentence, and half of each other; what is only said in passing stays below the threshold."""
    by_sentence: dict[int, list[Finding]] = {}
    for one in findings:
        by_sentence.setdefault(one.sentence, []).append(one)
    if not by_sentence:
        return 0.0
    mentions = sum(_mentions(found) for found in by_sentence.values())
    told = sum(sentences[n].last - sentences[n].first for n in by_sentence if places[n] != _RECAP)
    share = told / max(1, sum(sentence.last - sentence.first for sentence in sentences))
    dense = share >= _SHARE and mentions > 1
    strengths = sorted((_strength(found, places[n], dense=dense) for n, found in by_sentence.items()), reverse=True)
    score = strengths[0] + 0.5 * sum(strengths[1:])
    if any(places[n] == _TITLE for n in by_sentence):
        return score
    if any(one.kind in EVENTS and places[one.sentence] != _RECAP for one in findings):
        return score
    body = [n for n, place in enumerate(places) if place != _TITLE]
    passing = share < _SHARE / 2 or (mentions == 1 and not _borne_out(by_sentence, body, context))
    return min(score, THRESHOLD - 0.1) if passing and len(body) > 2 else score


def _borne_out(by_sentence: Mapping[int, Sequence[Finding]], body: Sequence[int], context: Sequence[Finding]) -> bool:
    """Whether a single mention opens a short text, or its sentence also speaks of what mines bring about."""
    if body[0] in by_sentence and len(body) <= 6:
        return True
    (number, found), *_ = by_sentence.items()
    words = {word for one in found for first, last in one.spans for word in range(first, last)}
    return any(
        one.sentence == number and one.kind in _SUPPORT and words.isdisjoint(range(*one.spans[0])) for one in context
    )


def _strength(findings: Sequence[Finding], place: float, *, dense: bool) -> float:
    if place == _BODY and (dense or any(one.kind in EVENTS for one in findings)):
        place = 1.0
    return max(one.weight for one in findings) * place


def _mentions(findings: Sequence[Finding]) -> int:
    """How many places of a sentence speak of it; a treaty or a toll beside the word is more than the word."""
    count = len({(one.spans, one.kind) for one in findings if len(one.spans) > 1})
    end = -1
    for first, last in sorted(one.spans[0] for one in findings if len(one.spans) == 1):
        if first >= end:
            count += 1
            end = last
    kinds = {one.kind for one in findings}
    return max(count, 2) if len(kinds) > 1 and not _SPECIFIC.isdisjoint(kinds) else count


def _category(findings: Sequence[Finding], places: Sequence[float]) -> str:
    """What most sentences speak of, headline and lead first; a sentence speaks once of each however many rules hold."""
    best: dict[tuple[str, str, int], float] = {}
    for one in findings:
        name, leaning = _purpose(one)
        if name is not None:
            key = (name, "" if one.weight else one.kind, one.sentence)
            best[key] = max(best.get(key, 0.0), leaning * places[one.sentence])
    weights: defaultdict[str, float] = defaultdict(float)
    for (name, _, _), weight in best.items():
        weights[name] += weight
    return max((weight, name) for name, weight in weights.items())[1] if weights else "other"


def _purpose(one: Finding) -> tuple[str | None, float]:
    """What a finding says the article is for, and how loudly."""
    if not one.weight:
        return _HINTS.get(one.kind, (None, 0.0))
    name = _CATEGORY.get(one.kind)
    return name, one.weight * _LEANING.get(name or "", 1.0)


def _best(findings: Sequence[Finding], places: Sequence[float]) -> list[Finding]:
    """Findings, the weightiest first, each term once a sentence."""
    unique = {(one.sentence, one.term): one for one in reversed(findings)}
    return sorted(unique.values(), key=lambda one: (-one.weight * places[one.sentence], one.sentence, one.spans))
