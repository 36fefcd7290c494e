"""`monitor lexicon`: try words before they are trusted."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.call import Call, of
from monitor.cli.explain import shown
from monitor.cli.lines import Lines, Unfit, readable
from monitor.cli.match import WANTED, read
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.relevance.lexicon import Lexicon
    from monitor.relevance.matcher import Matcher

app = typer.Typer(name="lexicon", help="Try words before they are trusted.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Words = Annotated[Path, typer.Argument(help="A lexicon file, or a directory of them.")]


@app.command("test")
def try_out(context: typer.Context, *, json: Json = False) -> None:
    """Run the sentences that the lexicon files bring along.

    Only those that are judged otherwise than their file says are shown; exit 1 when there are any.
    """
    from monitor.relevance.matcher import Matcher  # noqa: PLC0415

    call = of(context)
    lexicon = call.lexicon()
    matcher = Matcher(lexicon)
    wrong = 0
    for example in lexicon.examples:
        match = matcher.match(title="", paragraphs=[example.text])
        if match.relevant is example.relevant:
            continue
        wrong += 1
        if json:
            output.record(
                "lexicon-test", {"file": example.label, "text": example.text, "wanted": example.relevant}, match=match
            )
            continue
        wanted = "should match" if example.relevant else "should not match"
        output.say(f"{example.label}: {wanted} (score {match.score:g}): {example.text}")
        for hit in match.matches:
            output.say(f"  + {shown(hit)}")
        for hit in match.rejected:
            output.say(f"  - {shown(hit)}")
    call.note(f"{output.count(len(lexicon.examples), 'sentence')}, {wrong} judged otherwise than their file says")
    if wrong:
        raise typer.Exit(1)


@app.command()
def diff(
    context: typer.Context,
    old: Words,
    new: Words,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="JSON Lines as for match; none: what has landed.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Show which articles a change of the words would add or drop."""
    from monitor.relevance.matcher import Matcher  # noqa: PLC0415

    before, after = (Matcher(_lexicon(path)) for path in (old, new))
    lines = Lines(files or [], wanted=WANTED)
    articles = _handed(lines) if files else _landed(of(context))
    seen = changed = 0
    for name, title, paragraphs, language in articles:
        seen += 1
        was, now = (_judged(matcher, title, paragraphs, language) for matcher in (before, after))
        if was[0] is now[0]:
            continue
        changed += 1
        if json:
            shown_ = {"id": name, "title": title, "change": "added" if now[0] else "dropped"}
            output.record("lexicon-diff", shown_, old_score=was[1], new_score=now[1])
        else:
            output.say(f"{'+' if now[0] else '-'} {name}: {title} (score {was[1]:g} → {now[1]:g})")
    of(context).note(f"{output.count(seen, 'article')}, {changed} judged otherwise")
    if lines.faults:
        raise typer.Exit(1)


def _judged(matcher: "Matcher", title: str, paragraphs: Sequence[str], language: str | None) -> tuple[bool, float]:
    match = matcher.match(title=title, paragraphs=paragraphs, language=language)
    return match.relevant, match.score


Article = tuple[str, str, Sequence[str], str | None]
"""Name, title, paragraphs, language."""


def _handed(lines: Lines) -> Iterator[Article]:
    for row in lines:
        try:
            title, paragraphs, language = read(row)
        except Unfit as cause:
            lines.complain(row.place, cause)
        else:
            yield str(row.fields.get("id") or row.place), title, paragraphs, language


def _landed(call: Call) -> Iterator[Article]:
    from monitor.article import textfile  # noqa: PLC0415
    from monitor.ledger import articles  # noqa: PLC0415

    home = call.home()
    with call.ledger(call.config(home), home) as ledger:
        for name, text, language in articles.texts(ledger):
            document = textfile.load(text)
            yield name, document.title, document.paragraphs, language


def _lexicon(path: Path) -> "Lexicon":
    from monitor.relevance import lexicon  # noqa: PLC0415

    paths = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not paths:
        raise UsageError(f"{path}: no lexicon file in it; give a directory like seeds/lexicon")
    for one in paths:
        readable(one)
    return lexicon.load([(str(one), one.read_text("utf-8-sig")) for one in paths])
