"""`monitor match`: why a text is about landmines, or not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.call import of
from monitor.cli.explain import shown
from monitor.cli.lines import Lines, Row, Unfit
from monitor.text import line, scrub

if TYPE_CHECKING:
    from monitor.model import Match

WANTED = '{"id": …, "title": "…", "text": "…", "language": "az"}'


def match(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="JSON Lines; - is stdin.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a text.")] = False,
) -> None:
    """Say why texts match or not.

    Each line of FILE is an object with title and text, and may have id and language.
    """
    from monitor.relevance.matcher import Matcher  # noqa: PLC0415

    lines = Lines(files, wanted=WANTED)
    matcher = Matcher(of(context).lexicon())
    for row in lines:
        try:
            title, paragraphs, language = read(row)
        except Unfit as cause:
            lines.complain(row.place, cause)
            continue
        found = matcher.match(title=title, paragraphs=paragraphs, language=language)
        if json:
            output.record("match", {"id": row.fields.get("id"), **output.plain(found)})
        else:
            _tell(row, found)
    if lines.faults:
        raise typer.Exit(1)


def read(row: Row) -> tuple[str, list[str], str | None]:
    """Title, paragraphs and language of the row; Unfit when it holds no text."""
    title, text = row.text("title"), row.text("text")
    if not title and not text:
        raise Unfit(f'neither "title" nor "text"; wanted: {WANTED}')
    paragraphs = [part for part in map(line, scrub(text).split("\n")) if part]
    return line(title), paragraphs, row.language()


def _tell(row: Row, found: "Match") -> None:
    name = row.fields.get("id") or row.text("title") or row.place
    verdict = f"relevant, {found.category}" if found.relevant else "not relevant"
    output.say(f"{line(str(name))}: {verdict} (score {found.score:g}, language {found.language or 'unknown'})")
    for hit in found.matches:
        output.say(f"  + {shown(hit)}")
    for hit in found.rejected:
        output.say(f"  - {shown(hit)}")
