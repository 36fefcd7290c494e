"""Teaches the classifier: python -m bench.train [--folds N]

Reads the dev part of the evaluation set and the examples of the lexicon files; writes seeds/lexicon/classifier.toml.
Words of the lexicon are left out at random while it learns, each in some rounds: the dev part has been used to find
those words, and unseen stories hold fewer of them. The report part is never read.

--folds N writes nothing and says how stories fare that it has not learned from, whole stories left out N times.
"""

import argparse
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench import eval as evaluation
from monitor import house
from monitor.relevance import lexicon
from monitor.relevance.classifier import Units, features
from monitor.relevance.judgement import judge
from monitor.relevance.masks import masked
from monitor.relevance.matcher import finding
from monitor.relevance.occurrences import Finder
from monitor.relevance.rules import Rules
from monitor.relevance.sentences import languages, read
from monitor.relevance.terms import Lexicon

LEFT_OUT = (0.2, 0.4, 0.6)
"""Shares of the lexicon's words left out, one round each."""
ROUNDS = 12
PACE = 0.02
DRAG = 0.0002
DRAG_CATEGORY = 0.003
LEAST = 0.04
WRITTEN = "classifier.toml"
FOLLOWING = 6
"""So many stories at most follow another in a long text."""
RARE = 6
"""A feature that fewer texts have is not learned."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text as features; category only when relevant."""

    story: str
    relevant: bool
    category: str | None
    verdict: str | None
    """The category that the rules give it."""
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights by feature, for relevance and for each category."""

    bias: float
    features: Mapping[str, float]
    categories: Mapping[str, Mapping[str, float]]


def samples(words: Lexicon) -> list[Sample]:
    """The dev part and the examples of the lexicon files, each once for every share of words left out."""
    finder, rules, units = Finder(words), Rules(words), Units(words.concepts)
    texts: list[Text] = [
        (one.story, one.relevant, one.category, one.language, one.title, one.text.split("\n"))
        for one in evaluation.items("dev")
    ]
    texts += [
        (f"example {one.text}", one.relevant, None, one.language, "", [one.text])
        for one in words.examples
        if one.language in units.languages
    ]
    rng = random.Random(1)
    texts += longer(rng)
    made = []
    for story, relevant, category, language, title, paragraphs in texts:
        reading = read(title, paragraphs, finder.vocabulary)
        main, allowed = languages(reading, finder.vocabulary, language)
        found = finder.find(reading, allowed)
        for share in LEFT_OUT:
            kept, hidden = masked(reading, [one for one in found if rng.random() >= share])
            findings = [*map(finding, kept), *rules.findings(reading, kept)]
            seen = units.told(
                reading,
                main if main in units.languages else language,
                kept=kept,
                hidden=[one for one, _ in hidden],
                findings=findings,
            )
            held = {name: value for name, value, _ in features(seen)}
            verdict = judge(reading.sentences, findings).category
            made.append(Sample(story, relevant, category, verdict, held))
    return made


Text = tuple[str, bool, str | None, str, str, list[str]]
"""Story, whether relevant, category, language, title, paragraphs."""


def longer(rng: random.Random) -> list[Text]:
    """Long texts: irrelevant stories one after the other, and relevant ones that an irrelevant one follows.

    The stories are shorter than articles, and a long text holds more words of every kind without being about it.
    """
    by_language = evaluation.by_language(evaluation.items("dev"))
    made: list[Text] = []
    for language, some in by_language.items():
        others = [one for one in some if not one.relevant and one.kind not in evaluation.APART]
        for one in some:
            if one.kind in evaluation.APART:
                continue
            joined = [one, *rng.sample(others, 1 if one.relevant else rng.randint(2, FOLLOWING))]
            paragraphs = [line for each in joined for line in each.text.split("\n")]
            made.append((one.story, one.relevant, one.category, language, one.title, paragraphs))
    return made


def learn(given: Sequence[Sample]) -> Learned:
    """Weights by which relevant samples are told from the others, and each category from the rest."""
    count = Counter(name for one in given for name in one.features)
    known = {name for name, times in count.items() if times >= RARE * len(LEFT_OUT)}
    bias, weights = _regress([(one.features, one.relevant) for one in given], known, DRAG)
    named = [one for one in given if one.category]
    single = {name for name in known if "+" not in name} | {f"={one.verdict}" for one in named}
    categories = {}
    for category in sorted({one.category for one in named if one.category}):
        base, found = _regress([(told(one), one.category == category) for one in named], single, DRAG_CATEGORY)
        categories[category] = {**found, "bias": base}
    return Learned(bias, weights, categories)


def told(one: Sample) -> Mapping[str, float]:
    """The features by which its category is told: the rules' own verdict is one of them."""
    return {**one.features, f"={one.verdict}": 1.0}


def _regress(
    given: Sequence[tuple[Mapping[str, float], bool]], known: set[str], drag: float
) -> tuple[float, dict[str, float]]:
    """Logistic regression by single steps of falling length, both sides weighing the same.

    drag pulls every weight towards nothing: at each step all of them, by way of one common scale.
    """
    numbers = {name: n for n, name in enumerate(sorted(known))}
    rows = [
        ([(numbers[name], value) for name, value in held.items() if name in numbers], truth) for held, truth in given
    ]
    share = {side: len(rows) / (2 * sum(truth is side for _, truth in rows)) for side in (True, False)}
    bias, scale, weights = 0.0, 1.0, [0.0] * len(numbers)
    rng, step = random.Random(2), 0
    for _ in range(ROUNDS):
        rng.shuffle(rows)
        for row, truth in rows:
            pace = PACE / (1 + PACE * drag * step)
            step += 1
            score = bias + scale * sum(weights[n] * value for n, value in row)
            error = (1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - truth) * share[truth]
            scale *= 1 - pace * drag
            bias -= pace * error
            change = pace * error / scale
            for n, value in row:
                weights[n] -= change * value
    return bias, {name: scale * weights[n] for name, n in numbers.items()}


def probability(weights: Learned, held: Mapping[str, float]) -> float:
    """What the classifier would say of a text of these features."""
    score = weights.bias + sum(weights.features.get(name, 0.0) * value for name, value in held.items())
    return 1 / (1 + math.exp(-score))


def written(weights: Learned, terms: Iterable[str]) -> str:
    """The weights as a lexicon file; what weighs next to nothing is left out."""

    def lines(table: Mapping[str, float]) -> str:
        return "\n".join(f"{name} {value:.2f}" for name, value in sorted(table.items()) if abs(value) >= LEAST)

    categories = "\n".join(f'"{name}" = """\n{lines(table)}"""' for name, table in weights.categories.items())
    return (
        "# What the classifier has learned. Written by python -m bench.train; edit nothing here.\n"
        f'language = "*"\n\n[classifier]\nbias = {weights.bias:.2f}\n'
        f'terms = """\n{chr(10).join(sorted(terms))}"""\n'
        f'features = """\n{lines(weights.features)}"""\n\n[classifier.categories]\n{categories}\n'
    )


def folded(given: Sequence[Sample], folds: int) -> None:
    """Prints how stories fare that were left out, with all words of the lexicon and with fewer of them."""
    stories = sorted({one.story for one in given})
    random.Random(3).shuffle(stories)
    part = {story: n % folds for n, story in enumerate(stories)}
    seen: defaultdict[float, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    named: defaultdict[float, list[bool]] = defaultdict(list)
    for fold in range(folds):
        weights = learn([one for one in given if part[one.story] != fold])
        for number, one in enumerate(given):
            if part[one.story] == fold and not one.story.startswith("example "):
                share = LEFT_OUT[number % len(LEFT_OUT)]
                seen[share][probability(weights, one.features) >= 0.5, one.relevant] += 1
                if one.category:
                    named[share].append(one.category == likeliest(weights, told(one)))
    for share, counts in seen.items():
        hit, false, missed = counts[True, True], counts[True, False], counts[False, True]
        right = sum(named[share]) / max(1, len(named[share]))
        print(
            f"{share:.0%} of the words left out: precision {hit / (hit + false):.3f} recall {hit / (hit + missed):.3f}"
            f" of {sum(counts.values())}, category right {right:.3f}"
        )


def likeliest(weights: Learned, held: Mapping[str, float]) -> str:
    """The category that the classifier would name."""
    sums = {
        category: table.get("bias", 0.0) + sum(table.get(name, 0.0) * value for name, value in held.items())
        for category, table in weights.categories.items()
    }
    return max(sums, key=sums.__getitem__)


def main() -> None:
    """Learns and writes, or learns in folds and tells."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folds", type=int, help="leave out one of N parts at a time and write nothing")
    folds = parser.parse_args().folds
    place = house.seeds() / "lexicon"
    files = [path for path in sorted(place.glob("*.toml")) if path.name != WRITTEN]
    words = lexicon.load((path.name, path.read_text(encoding="utf-8")) for path in files)
    given = samples(words)
    if folds:
        folded(given, folds)
        return
    terms = {term.id for term in words.terms} | {rule.id for rule in words.rules}
    text = written(learn(given), terms)
    (place / WRITTEN).write_text(text, encoding="utf-8")
    print(f"{WRITTEN}: {len(text) // 1000} kB from {len(given)} samples")


if __name__ == "__main__":
    main()
