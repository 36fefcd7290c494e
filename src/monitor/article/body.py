"""The story's blocks: what the page's structure says and what trafilatura reads, weighed against each other."""

import logging
from collections.abc import Collection, Sequence

import trafilatura
from lxml.html import HtmlElement

from monitor.article import told
from monitor.article.blocks import Block
from monitor.article.story import Story

# It reports every page that holds no text as a warning; the verdict is ours.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# More elements than a page of news has; on such pages only the linear reading is done.
_MANY = 40_000
# Below so many characters trafilatura tends to add what stands around a story.
_SHORT = 1500


def read(tree: HtmlElement, url: str) -> str:
    """What trafilatura reads as the page's main text, "" when it reads none; the tree is left as it was."""
    if sum(1 for _ in zip(range(_MANY), tree.iter(), strict=False)) == _MANY:
        return ""
    found = trafilatura.bare_extraction(tree, url=url, fast=True, include_comments=False)
    return str(getattr(found, "text", None) or "") if found is not None else ""


def combine(page: Sequence[Block], own: Story | None, *, text: str, body: str | None) -> list[Block]:
    """The blocks of the story.

    own is what the structure says, text what trafilatura reads, body what JSON-LD tells; where they differ the witness
    with the better reason is followed, and the order is always the page's.
    """
    if body is not None:
        matched, share = told.found(page, body)
        if share > 0.7 and (own is None or len(body) > 0.5 * own.size):
            return _between(page, set(matched), set(own.blocks) if own else set())
        if share < 0.3 and (own is None or len(body) > own.size):
            return told.blocks(body)
    heard = _heard(page, text)
    if own is None:
        return [block for block in page if block in heard and not block.furniture]
    both = {block for block in own.blocks if block in heard}
    if own.size < _SHORT or sum(len(block.text) for block in both) < 0.3 * own.size:
        return list(own.blocks)
    return _between(page, both, {*own.blocks, *(block for block in heard if not block.furniture)})


def _between(page: Sequence[Block], sure: Collection[Block], likely: Collection[Block]) -> list[Block]:
    """The sure blocks, and of the likely ones those that stand between them."""
    orders = [block.order for block in sure]
    first, last = min(orders, default=0), max(orders, default=0)
    return [block for block in page if block in sure or (first < block.order < last and block in likely)]


def _heard(page: Sequence[Block], text: str) -> set[Block]:
    """The blocks that occur in the text, looked for in page order; short ones only where they are due."""
    squeezed, position = told.squeeze(text), 0
    found: set[Block] = set()
    for block in page:
        wanted = told.squeeze(block.text)
        if not wanted:
            continue
        short = len(wanted) < 25
        at = squeezed.find(wanted, position, position + 3000 if short else len(squeezed))
        if at < 0 and not short:
            at = squeezed.find(wanted)
        if at >= 0:
            found.add(block)
            if at < position + 6000:
                position = max(position, at + len(wanted))
    return found
