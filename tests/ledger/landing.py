"""Stories to land, and a program that lands them: `python -m tests.ledger.landing ADDRESS SOURCE COUNT`."""

import sys
from pathlib import Path

from monitor.ledger import Ledger, articles, runs, urls
from monitor.ledger.articles import Landing, Story
from monitor.ledger.urls import Due
from monitor.model import Article, Entry, Hit, Match, Source
from tests.ledger.conftest import NOW

MATCH = Match(
    relevant=True,
    score=3.5,
    category="incident",
    language="hy",
    matches=(Hit(term="hy:akan", form="ականի", weight=3.0, sentence="Ականի պայթյուն։", language="hy", kind="object"),),
    rejected=(
        Hit(
            term="hy:hank",
            form="հանքը",
            weight=1.0,
            sentence="Ոսկու հանքը։",
            language="hy",
            kind="negative",
            reason="a pit",
        ),
    ),
)


def story(number: int, due: Due, *, text: str = "", partial: bool = False) -> Story:
    title = f"Պայթյուն {number}"
    return Story(
        source="lragir",
        article=Article(url=due.entry.url, title=title, paragraphs=(text,), language="hy", partial=partial),
        match=MATCH,
        text=f"{title}\n{text}",
        sha256=f"sha of {number}",
        text_key=f"text {number} {text}",
        url_keys=frozenset({due.entry.url.removeprefix("https://")}),
        discovered_at=NOW,
        fetched_at=NOW,
    )


def announce(ledger: Ledger, run: int, url: str, *, source: str = "lragir") -> Due:
    outlet = Source(id=source, name=source, country="AM", languages=("hy",), timezone="Asia/Yerevan", channels=())
    return urls.record(ledger, run=run, source=outlet, entry=Entry(url=url), now=NOW)


def land(ledger: Ledger, run: int, due: Due, one: Story, judged: tuple[str, ...] = ()) -> Landing | None:
    return articles.land(
        ledger,
        run=run,
        url_id=due.url_id,
        story=one,
        label=lambda number: (f"{number:03d}_0000000000000000.txt", {"duplicates": []}),
        now=NOW,
        judged=judged,
    )


def main(address: str, source: str, count: int) -> None:
    with Ledger.open(address if "://" in address else Path(address)) as ledger:
        run = runs.start(ledger, kind="crawl", now=NOW)
        for number in range(count):
            due = announce(ledger, run, f"https://{source}.example/{number}", source=source)
            landing = land(ledger, run, due, story(number, due))
            if landing is not None:
                print(landing.name, number)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
