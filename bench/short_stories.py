"""How well short stories come out of pages whose chrome is longer than they are.

    python -m bench.short_stories [build|holdout|second]...

Each folder of tests/article/pages holds pages and a truth.jsonl. A page's body is scored by the overlap of its 4-word
shingles with the truth's (as a bag), averaged over pages; every page counts the same. "Chrome learned" tells the
extractor which blocks recur on the outlet's other pages.
"""

import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.article.extract import Extraction, extract
from monitor.model import Page, Source

PAGES = Path(__file__).parent.parent / "tests" / "article" / "pages"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""A moment after every page was published."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A page and what should come out of it."""

    file: Path
    page: Page
    source: Source
    language: str
    form: str
    outlet: str
    title: str
    paragraphs: tuple[str, ...]
    author: str | None
    credit: str | None
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What came out of one page: shares from 0 to 1, and which other fields are right (None: the page has none)."""

    story: Story
    precision: float
    recall: float
    title: bool
    date: bool
    author: bool | None
    credit: bool | None


def stories(folder: str) -> tuple[Story, ...]:
    """The pages of one folder with their truth."""
    lines = (PAGES / folder / "truth.jsonl").read_text("utf-8").splitlines()
    return tuple(_story(PAGES / folder, json.loads(line)) for line in lines)


def scores(pages: Sequence[Story], *, learned: bool = False) -> tuple[Score, ...]:
    """One score a page; with `learned`, what recurs on the other pages of its outlet is known to be chrome."""
    if not learned:
        return tuple(_score(story, _extract(story)) for story in pages)
    seen = {story.file: frozenset(_extract(story).blocks) for story in pages}
    outlets = defaultdict(list)
    for story in pages:
        outlets[story.outlet].append(story)
    return tuple(
        _score(
            story,
            _extract(story, chrome=_recurring(seen[other.file] for other in outlets[story.outlet] if other != story)),
        )
        for story in pages
        if len(outlets[story.outlet]) > 2
    )


def table(rows: Iterable[Score]) -> str:
    """Means by form, with the pages that came out worst."""
    forms: dict[str, list[Score]] = defaultdict(list)
    for row in rows:
        forms[row.story.form].append(row)
        forms["(all)"].append(row)
    fields = ("precision", "recall", "title", "date", "author", "credit")
    lines = [" ".join((f"{'form':<10} pages", *(f"{field:>9}" for field in fields)))]
    for form, group in sorted(forms.items()):
        lines.append(" ".join((f"{form:<10} {len(group):>5}", *(f"{mean(group, field):>9.3f}" for field in fields))))
    worst = sorted(forms.get("(all)", ()), key=lambda row: row.precision + row.recall)[:12]
    lines += [
        f"{row.story.file.name}: precision {row.precision:.2f}, recall {row.recall:.2f}"
        for row in worst
        if row.precision + row.recall < 2
    ]
    return "\n".join(lines)


def mean(rows: Iterable[Score], field: str) -> float:
    """The macro average of a field over the pages that have it; 1 when none has."""
    values = [float(value) for row in rows if (value := getattr(row, field)) is not None]
    return sum(values) / len(values) if values else 1.0


def _story(folder: Path, truth: Mapping[str, Any]) -> Story:
    source = Source(
        id=truth["outlet"],
        name=truth["source"]["name"],
        country="INT",
        languages=(truth["language"],),
        timezone=truth["source"]["timezone"],
        channels=(),
        credit=truth.get("credit"),
    )
    file = folder / truth["file"]
    return Story(
        file=file,
        page=Page(url=truth["url"], body=file.read_bytes(), content_type="text/html"),
        source=source,
        language=truth["language"],
        form=truth["form"],
        outlet=truth["outlet"],
        title=truth["title"],
        paragraphs=tuple(truth["paragraphs"]),
        author=truth.get("author"),
        credit=truth.get("credit"),
        published_at=datetime.fromisoformat(truth["published_at"]),
    )


def _extract(story: Story, chrome: frozenset[str] = frozenset()) -> Extraction:
    return extract(story.page, source=story.source, entry=None, chrome=chrome, now=NOW)


def _recurring(pages: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset(key for key, count in Counter(key for page in pages for key in page).items() if count > 1)


def _score(story: Story, extraction: Extraction) -> Score:
    article = extraction.article
    wanted, got = _shingles("\n".join(story.paragraphs)), _shingles(article.text if article else "")
    shared = (wanted & got).total()
    at = article.published_at if article else None
    return Score(
        story=story,
        precision=shared / got.total() if got else 0.0,
        recall=shared / wanted.total(),
        title=article is not None and _plain(article.title) == _plain(story.title),
        date=at is not None and at.astimezone(story.published_at.tzinfo).date() == story.published_at.date(),
        author=None if story.author is None else article is not None and article.author == story.author,
        credit=None if story.credit is None else article is not None and article.credit == story.credit,
    )


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3))) if words else Counter()


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


if __name__ == "__main__":
    for name in sys.argv[1:] or ("build", "holdout", "second"):
        print(name, table(scores(stories(name))), sep="\n", end="\n\n")
        if learned := scores(stories(name), learned=True):
            print(f"{name}, chrome learned", table(learned), sep="\n", end="\n\n")
