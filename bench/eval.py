"""How well the bundled lexicons judge the evaluation set.

    python -m bench.eval [--part dev|report] [--language LANG] [--file FILE.jsonl] [--errors] [--untagged]

Precision, recall and counts overall, per language and per kind over the items that are clearly one or the other;
passing mentions and borderline articles apart. `--errors` lists the wrong ones of the dev part; the report part does
not show its items, so that nobody builds on them. `--file` judges a file of the same form instead, such as stories that
stand in neither part yet. `--untagged` withholds the language.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from monitor import house
from monitor.model import Match
from monitor.relevance import lexicon
from monitor.relevance.matcher import Matcher

PLACE = Path(__file__).resolve().parents[1] / "tests" / "evaluation"

APART = ("passing", "borderline")
"""Kinds on which two analysts may differ: never in the headline figures."""

Part = Literal["dev", "report"]
PARTS: tuple[Part, ...] = ("dev", "report")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One labelled article."""

    id: str
    story: str
    language: str
    kind: str
    hard: bool
    relevant: bool
    category: str | None
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An item and what the matcher says of it."""

    item: Item
    match: Match

    @property
    def right(self) -> bool:
        """Whether the matcher agrees with the label."""
        return self.match.relevant == self.item.relevant


@dataclass(frozen=True, slots=True)
class Tally:
    """Decisions counted: accepted rightly, accepted wrongly, refused wrongly, refused rightly."""

    hit: int
    false: int
    missed: int
    refused: int

    @property
    def precision(self) -> float | None:
        """Share of the accepted that are relevant; None when none was accepted."""
        return self.hit / (self.hit + self.false) if self.hit + self.false else None

    @property
    def recall(self) -> float | None:
        """Share of the relevant that are accepted; None when none is relevant."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else None


def items(part: Part) -> tuple[Item, ...]:
    """The items of one part, by language and in file order."""
    return tuple(item for file in sorted((PLACE / part).glob("*.jsonl")) for item in read(file))


def by_language(given: Iterable[Item]) -> Mapping[str, tuple[Item, ...]]:
    """The items of each language."""
    languages: dict[str, list[Item]] = {}
    for item in given:
        languages.setdefault(item.language, []).append(item)
    return {name: tuple(some) for name, some in sorted(languages.items())}


def read(file: Path) -> tuple[Item, ...]:
    """The items of one file, in its order."""
    with file.open(encoding="utf-8") as lines:
        return tuple(Item(**json.loads(line)) for line in lines)


def bundled() -> Matcher:
    """A matcher over the bundled lexicon files."""
    files = sorted((house.seeds() / "lexicon").glob("*.toml"))
    return Matcher(lexicon.load((file.name, file.read_text(encoding="utf-8")) for file in files))


def judge(matcher: Matcher, given: Iterable[Item], *, tagged: bool = True) -> tuple[Judged, ...]:
    """Every item with its match; tagged: the matcher is told the language."""
    return tuple(
        Judged(
            item=item,
            match=matcher.match(
                title=item.title, paragraphs=item.text.split("\n"), language=item.language if tagged else None
            ),
        )
        for item in given
    )


def tally(judged: Iterable[Judged]) -> Tally:
    """The four counts over the judged items."""
    seen = Counter((one.match.relevant, one.item.relevant) for one in judged)
    return Tally(seen[True, True], seen[True, False], seen[False, True], seen[False, False])


def clear(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """Those that count in the headline figures."""
    return tuple(one for one in judged if one.item.kind not in APART)


def grouped(judged: Iterable[Judged], key: Callable[[Item], str]) -> Mapping[str, tuple[Judged, ...]]:
    """The judged items by a key, keys in alphabetical order."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(key(one.item), []).append(one)
    return {name: tuple(groups[name]) for name in sorted(groups)}


def main() -> None:
    """The figures of one part on stdout."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=PARTS, default=None, help="default: both, one after the other")
    parser.add_argument("--language", help="only this one")
    parser.add_argument("--file", type=Path, help="another file of items instead of the parts")
    parser.add_argument("--errors", action="store_true", help="list the wrong items (dev only)")
    parser.add_argument("--untagged", action="store_true", help="withhold the language")
    chosen = parser.parse_args()
    if chosen.errors and chosen.part == "report":
        parser.error("--errors: the report part is not for building on; use --part dev")
    given: Mapping[str, tuple[Item, ...]] = (
        {chosen.file.name: read(chosen.file)}
        if chosen.file
        else {part: items(part) for part in ((chosen.part,) if chosen.part else PARTS)}
    )
    matcher = bundled()
    for name, some in given.items():
        wanted = [item for item in some if chosen.language in (None, item.language)]
        judged = judge(matcher, wanted, tagged=not chosen.untagged)
        _show(name, judged)
        if chosen.errors and name != "report":
            _show_errors(judged)


def _show(part: str, judged: tuple[Judged, ...]) -> None:
    counted = clear(judged)
    print(f"{part}: {len(judged)} items, {len(judged) - len(counted)} of them apart\n")
    print(f"{'':16}   precision  recall   items  hit  false  missed  refused")
    _row("overall", counted)
    _row("hard", [one for one in counted if one.item.hard])
    print()
    for language, some in grouped(counted, lambda item: item.language).items():
        _row(language, some)
    print(f"\n{'kind':16}   right")
    for kind, some in grouped(counted, lambda item: item.kind).items():
        _share(kind, some)
    print(f"\n{'apart':16}   accepted")
    for kind in APART:
        held = [one for one in judged if one.item.kind == kind]
        print(f"{kind:16} {sum(one.match.relevant for one in held):>5}/{len(held)}")
    _categories(counted)
    print()


def _row(name: str, judged: Iterable[Judged]) -> None:
    seen = tally(judged)
    total = seen.hit + seen.false + seen.missed + seen.refused
    print(
        f"{name:16} {_percent(seen.precision):>11} {_percent(seen.recall):>7} {total:>7} {seen.hit:>4} {seen.false:>6}"
        f" {seen.missed:>7} {seen.refused:>8}"
    )


def _share(name: str, judged: tuple[Judged, ...]) -> None:
    right = sum(one.right for one in judged)
    wrong = "" if right == len(judged) else f"   {len(judged) - right} wrong"
    print(f"{name:16} {right:>5}/{len(judged)}{wrong}")


def _categories(judged: Iterable[Judged]) -> None:
    accepted = [one for one in judged if one.match.relevant and one.item.relevant]
    agreed = [one for one in accepted if one.match.category == one.item.category]
    print(f"\ncategory right   {len(agreed):>5}/{len(accepted)}")
    mixed = Counter((one.item.category, one.match.category) for one in accepted if one not in agreed)
    for (label, given), count in mixed.most_common(8):
        print(f"  {label} taken for {given}: {count}")


def _show_errors(judged: Iterable[Judged]) -> None:
    for one in judged:
        if one.right:
            continue
        word = "MISSED" if one.item.relevant else "WRONGLY ACCEPTED"
        print(f"{word} {one.item.id} [{one.item.kind}] score {one.match.score:g} {one.item.title}")
        for hit in one.match.matches:
            print(f"    + {hit.term} {hit.weight:g}: {hit.form}")
        for hit in one.match.rejected:
            print(f"    - {hit.term}: {hit.form} ({hit.reason})")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


if __name__ == "__main__":
    main()
