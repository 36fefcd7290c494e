"""Whether the evaluation set is what it says it is: python -m tests.evaluation.check

Knows the data only: nothing of lexicons or matchers.
"""

import json
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLACE = Path(__file__).parent
PARTS = ("dev", "report")
LANGUAGES = ("en", "az", "ru", "tr", "hy", "ka", "uk", "fa", "ar")
CATEGORIES = ("incident", "clearance", "victim-statistics", "policy", "risk-education", "court", "aid", "other")
SHAPE = {
    "id": str,
    "story": str,
    "language": str,
    "kind": str,
    "hard": bool,
    "relevant": bool,
    "category": str | None,
    "title": str,
    "text": str,
}
FEWEST, FEWEST_OF_A_LANGUAGE, FEWEST_OF_A_PART = 600, 60, 40
MOST_SHARED = 0.25  # of the rarer text's word triples; two texts above it tell one story in the same words

Row = dict[str, Any]


def rows(part: str) -> list[Row]:
    """The items of a part as they stand in its files."""
    files = sorted((PLACE / part).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def problems() -> Iterator[str]:
    """Every breach of the set's own rules, one sentence each."""
    parts = {part: rows(part) for part in PARTS}
    everything = [row for part in PARTS for row in parts[part]]
    for row in everything:
        yield from _misshapen(row)
    for name, count in Counter(row["id"] for row in everything).items():
        if count > 1:
            yield f"{name}: id given {count} times"
    for story in sorted({row["story"] for row in parts["dev"]} & {row["story"] for row in parts["report"]}):
        yield f"{story}: story in both parts"
    yield from _unbalanced(everything, parts)
    yield from _paraphrases(parts)


def _misshapen(row: Row) -> Iterator[str]:
    name = row.get("id", row)
    if set(row) != set(SHAPE):
        yield f"{name}: keys {sorted(set(row) ^ set(SHAPE))} are missing or unknown"
        return
    for key, kind in SHAPE.items():
        if not isinstance(row[key], kind):
            yield f"{name}: {key} is {row[key]!r}"
    if row["language"] not in LANGUAGES:
        yield f"{name}: unknown language {row['language']!r}"
    if row["relevant"] != (row["category"] is not None) or row["category"] not in (*CATEGORIES, None):
        yield f"{name}: category {row['category']!r} of a text that is relevant={row['relevant']}"
    if row["relevant"] and (row["kind"].startswith("neg-") or row["kind"] == "passing"):
        yield f"{name}: a {row['kind']} is never relevant"
    for key in ("title", "text"):
        text = row[key]
        if not text.strip() or text != unicodedata.normalize("NFC", text) or "\n\n" in text or text != text.strip():
            yield f"{name}: {key} is empty, not NFC, or has blank lines"
    if "\n" in row["title"]:
        yield f"{name}: title has more than one line"


def _unbalanced(everything: list[Row], parts: dict[str, list[Row]]) -> Iterator[str]:
    if len(everything) < FEWEST:
        yield f"{len(everything)} items, {FEWEST} at least"
    for language in LANGUAGES:
        count = sum(row["language"] == language for row in everything)
        if count < FEWEST_OF_A_LANGUAGE:
            yield f"{language}: {count} items, {FEWEST_OF_A_LANGUAGE} at least"
        for part, some in parts.items():
            count = sum(row["language"] == language for row in some)
            if count < FEWEST_OF_A_PART:
                yield f"{language}: {count} items in {part}, {FEWEST_OF_A_PART} at least"
    for part, some in parts.items():
        if sum(row["hard"] for row in some) * 2 < len(some):
            yield f"{part}: fewer than half are hard"
        relevant = sum(row["relevant"] for row in some) / len(some)
        if not 0.4 <= relevant <= 0.6:
            yield f"{part}: {relevant:.0%} are relevant, which is no balance"


def _paraphrases(parts: dict[str, list[Row]]) -> Iterator[str]:
    """Pairs across the parts, in one language, that share too many of their word triples."""
    holders: dict[tuple[str, tuple[str, ...]], list[Row]] = defaultdict(list)
    for row in parts["dev"]:
        for triple in _triples(row):
            holders[row["language"], triple].append(row)
    for row in parts["report"]:
        triples = _triples(row)
        shared = Counter(other["id"] for triple in triples for other in holders.get((row["language"], triple), ()))
        for name, count in shared.most_common(1):
            if count / len(triples) > MOST_SHARED:
                yield f"{row['id']} and {name}: {count} of {len(triples)} word triples are the same"


def _triples(row: Row) -> set[tuple[str, ...]]:
    words = f"{row['title']} {row['text']}".casefold().split()
    return set(zip(words, words[1:], words[2:], strict=False))


def main() -> int:
    """Prints the problems, then how many items there are of what; 1 when there are problems."""
    found = list(problems())
    for problem in found:
        print(problem)
    for part in PARTS:
        some = rows(part)
        relevant, hard = (sum(row[key] for row in some) for key in ("relevant", "hard"))
        print(f"{part}: {len(some)} items, {relevant} relevant, {hard} hard,")
        print(f"  {len({row['story'] for row in some})} stories;", _counts(some, "language"))
        print(" ", _counts(some, "kind"))
    return 1 if found else 0


def _counts(some: list[Row], key: str) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(row[key] for row in some).items()))


if __name__ == "__main__":
    sys.exit(main())
