"""What the demonstration tells on the console. Texts of the world are shown as they are, never as mark-up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from monitor.demo.promises import Crawl, Fate
from monitor.demo.world import Outlet

_STYLE = {"queued": "green", "duplicate": "cyan", "blocked": "yellow", "failed": "red"}


def opening(console: Console, outlets: Sequence[Outlet], home: Path) -> None:
    """What is about to happen."""
    count = sum(len(outlet.articles) for outlet in outlets)
    console.print(
        Text(f"A fictional news world of {len(outlets)} outlets and {count} articles, served on this machine."),
        Text(f"The real crawl visits it twice; its home is {home}."),
        sep="\n",
    )


def visits(console: Console, outlets: Sequence[Outlet], crawl: Crawl) -> None:
    """One row an outlet: how it was visited and what it gave."""
    rows = {row["id"]: row for row in crawl.report["sources"]}
    table = _table("What was found", "outlet", "announced by", "visit", "found", "outcomes")
    for outlet in outlets:
        row = rows[outlet.id]
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in row["outcomes"].items() if count)
        forms = ", ".join(dict.fromkeys(channel.form for channel in outlet.channels))
        table.add_row(*map(Text, (outlet.name, forms, row["status"], str(row["discovered"]), outcomes)))
    console.print(table)


def articles(console: Console, outlets: Sequence[Outlet], fates: Mapping[tuple[str, str], Fate]) -> None:
    """One row an article: where it has ended and why."""
    table = _table("What became of it, and why", "outcome", "article", "why")
    for outlet in outlets:
        for article in outlet.articles:
            fate = fates[outlet.id, article.path]
            table.add_row(
                Text(fate.outcome, style=_STYLE.get(fate.outcome, "dim")),
                Text.assemble(article.title, "\n", (article.shows, "dim")),
                Text(fate.reason),
            )
    console.print(table)


def second_crawl(console: Console, crawl: Crawl) -> None:
    """Whether the second crawl found anything twice."""
    statuses = Counter(one.status for one in crawl.asked)
    landed = crawl.report["totals"]["outcomes"].get("queued", 0)
    console.print(
        Text(
            f"Second crawl: {len(crawl.asked)} requests, {statuses[304]} of them answered with 'not modified'; "
            f"{landed} articles landed."
        )
    )


def files(console: Console, texts: Mapping[Path, str], *, home: Path, kept: bool) -> None:
    """Where the files are, and the first of them as a reader gets it."""
    for path, text in list(texts.items())[:1]:
        console.print(Panel(Text(text), title=Text(f"queue/{path.name}"), expand=False))
    where = f"in {home / 'queue'}" if kept else "gone with the temporary home; `monitor demo --keep DIR` keeps them"
    console.print(Text(f"{len(texts)} files landed in the queue: {where}."))
    if kept:
        console.print(Text(f"Ask for more: monitor --home {home} explain URL, … queue list, … status"))


def verdict(console: Console, failures: Sequence[str]) -> None:
    """Whether the result is what the world promises."""
    if not failures:
        console.print(Text("All is as the world promises.", style="green"))
        return
    console.print(Text(f"{len(failures)} promises of the world were not kept:", style="red"))
    for failure in failures:
        console.print(Text(f"  {failure}", style="red"))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column)
    return table
