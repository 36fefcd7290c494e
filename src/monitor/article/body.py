"""The story's blocks: what the page's structure says and what trafilatura reads, weighed against each other."""

import logging
import re
from collections.abc import Sequence

import trafilatura
from lxml.html import HtmlElement

from monitor.article.blocks import Block
from monitor.article.story import Story

# It reports every page that holds no text as a warning; the verdict is ours.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_NOISE = re.compile(r"[\W_]+")
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


def combine(blocks: Sequence[Block], own: Story | None, text: str) -> list[Block]:
    """The blocks of the story: those both readings hold, and those between them that one of them holds with reason."""
    heard = _heard(blocks, text)
    if own is None:
        return [block for block in blocks if block in heard and not block.furniture]
    structural = set(own.blocks)
    both = [block for block in blocks if block in structural and block in heard]
    if own.size < _SHORT or sum(len(block.text) for block in both) < 0.3 * own.size:
        return list(own.blocks)
    first, last = both[0].order, both[-1].order
    return [
        block
        for block in blocks
        if (block in structural and block in heard)
        or (first < block.order < last and (block in structural or (block in heard and not block.furniture)))
    ]


def _heard(blocks: Sequence[Block], text: str) -> set[Block]:
    """The blocks that occur in the text, looked for in page order; short ones only where they are due."""
    squeezed, position = _squeeze(text), 0
    found: set[Block] = set()
    for block in blocks:
        wanted = _squeeze(block.text)
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


def _squeeze(text: str) -> str:
    return _NOISE.sub("", text.casefold())
