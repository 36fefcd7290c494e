"""How a page closes: an author's byline, or the outlet's own line."""

from collections.abc import Sequence

from monitor.article import authors
from monitor.article.headline import key


def take(
    lines: Sequence[str], *, credit: str | None, names: Sequence[str]
) -> tuple[list[str], tuple[str, ...], str | None]:
    """The lines without their closing, the authors it names, and the outlet's line when the page closes with that."""
    left = list(lines)
    own = {_fold(name) for name in (credit, *names) if name}
    found: tuple[str, ...] = ()
    closed: str | None = None
    while left:
        last = left[-1]
        if _fold(last) in own:
            closed = closed or credit or last
        elif not found and (named := authors.byline(last)):
            found = named
        else:
            break
        left.pop()
    return left, found, closed


def _fold(text: str) -> str:
    return key(text).replace(" ", "")
