"""How a page closes: an author's byline, or the outlet's own line."""

from collections.abc import Mapping, Sequence

from monitor.article import bylines
from monitor.article.headline import key


def take(
    lines: Sequence[str], *, after: Sequence[str], credit: str | None, names: Sequence[str]
) -> tuple[list[str], tuple[str, ...], str | None]:
    """The lines without their closing, the authors it names, and the outlet's line when the page closes with that.

    after are the lines that stand behind the story; names is what the page calls its outlet.
    """
    own = {_fold(name): name for name in names} | ({_fold(credit): credit} if credit else {})
    left = list(lines)
    found: tuple[str, ...] = ()
    closed: str | None = None
    while left and (_fold(left[-1]) in own or bylines.byline(left[-1])):
        last = left.pop()
        closed = closed or (_spelt(last, own) if _fold(last) in own else None)
        found = bylines.byline(last) or found
    for text in after:
        closed = closed or (_spelt(text, own) if _fold(text) in own else None)
        found = found or bylines.byline(text)
    return left, found, closed


def _spelt(text: str, own: Mapping[str, str]) -> str:
    """The outlet's line as the catalogue spells it, else as it stands on the page."""
    name = own[_fold(text)]
    return name if key(name) == key(text) and name != name.lower() else text


def _fold(text: str) -> str:
    return key(text).replace(" ", "")
