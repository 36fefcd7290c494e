"""The story's blocks: what the page's structure says and what trafilatura reads, weighed against each other."""

import logging
from bisect import bisect_left
from collections.abc import Collection, Sequence

import trafilatura
from lxml.html import HtmlElement

from monitor.article import told
from monitor.article.blocks import Block
from monitor.article.story import Story, beside, form, weight

# It reports every page that holds no text as a warning; the verdict is ours.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# More elements than a page of news has; on such pages only the linear reading is done.
_MANY = 40_000
# Below so many characters trafilatura tends to add what stands around a story.
_SHORT = 1500
# Squeezed characters from which on a block is found by itself.
_LONG = 25


def read(tree: HtmlElement, url: str) -> str:
    """What trafilatura reads as the page's main text, "" when it reads none; the tree is left as it was."""
    if sum(1 for _ in zip(range(_MANY), tree.iter(), strict=False)) == _MANY:
        return ""
    found = trafilatura.bare_extraction(tree, url=url, fast=True, include_comments=False)
    return str(getattr(found, "text", None) or "") if found is not None else ""


def combine(  # noqa: PLR0911 - one return a witness, in their order
    page: Sequence[Block], own: Story | None, *, text: str, heard: Collection[Block], body: str | None
) -> list[Block]:
    """The blocks of the story.

    own is what the structure says, text what trafilatura reads and heard the blocks in it, body what JSON-LD tells;
    where they differ the witness with the better reason is followed, and the order is always the page's.
    """
    if body is not None:
        matched, share = told.found(page, body)
        if share > 0.7 and (own is None or len(body) > 0.5 * own.size):
            # Told in full: what stands between its paragraphs and is not told was put there by somebody else.
            return _between(page, set(matched), set(own.blocks) if own and share < 0.9 else set())
        if share < 0.3 and (own is None or (own.size < 4 * len(body) and not told.same_story(body, own.blocks))):
            return told.blocks(body)
    if _elsewhere(text, page, heard):
        # What it reads is not on the page as blocks: it took it from data in a script.
        return list(own.blocks) if own is not None and own.size > len(text) else told.blocks(text)
    likely = {block for block in heard if not block.furniture and not block.record}
    if own is not None and sum(len(block.text) for block in heard) >= _SHORT:
        # Beside a short story stand cards; in a long one, parts set like cards are its own.
        within = set(own.holder.iter())
        likely |= {block for block in heard if block.record and not block.furniture and block.element in within}
    if own is None:
        return [block for block in page if block in likely]
    more = sum(len(block.text) for block in likely.difference(own.blocks) if block.link_share < 0.3)
    if more > max(own.size, _SHORT):
        return _between(page, likely, own.blocks)
    both = {block for block in own.blocks if block in heard}
    if own.size < _SHORT or sum(len(block.text) for block in both) < 0.75 * own.size:
        return list(own.blocks)
    forms = {form(block) for block in both}
    sure = both | {block for block in likely if form(block) in forms and weight(block) > 0}
    doubtful = {b for b in own.blocks if b not in heard and weight(b) < 0 and form(b) not in forms}
    return _between(page, sure | _tail(page, sure, likely), {*own.blocks, *likely} - doubtful)


def _elsewhere(text: str, page: Sequence[Block], heard: Collection[Block]) -> bool:
    """Whether most of the text is not among the page's blocks, in whatever order it is told."""
    said = told.squeeze(text)
    least = 0.5 * len(said)
    if sum(len(told.squeeze(block.text)) for block in heard) >= least:
        return False
    return sum(len(own) for block in page if len(own := told.squeeze(block.text)) >= _LONG and own in said) < least


def _tail(page: Sequence[Block], sure: Collection[Block], likely: Collection[Block]) -> set[Block]:
    """The lines that go on right behind the last sure block in the same element: a list that closes the story."""
    last = max(sure, key=lambda block: block.order)
    tail: set[Block] = set()
    for block in page:
        if block.order <= last.order:
            continue
        if block not in likely or not beside(last, block):
            break
        tail.add(block)
    return tail


def _between(page: Sequence[Block], sure: Collection[Block], likely: Collection[Block]) -> list[Block]:
    """The sure blocks, and of the likely ones those that stand between them."""
    orders = [block.order for block in sure]
    first, last = min(orders, default=0), max(orders, default=0)
    return [block for block in page if block in sure or (first < block.order < last and block in likely)]


def heard(page: Sequence[Block], text: str) -> set[Block]:
    """The blocks that occur in the text, in the page's order: long ones wherever, short ones only between those."""
    squeezed = told.squeeze(text)
    wanted = [told.squeeze(block.text) for block in page]
    anchors = _anchors(wanted, squeezed)
    found: set[Block] = set()
    at, ends = 0, [place for place, _ in anchors] + [len(page)]
    for index, block in enumerate(page):
        if ends and index == ends[0]:
            found.add(block)
            at = anchors[len(anchors) + 1 - len(ends)][1] + len(wanted[index])
            ends.pop(0)
            continue
        limit = anchors[len(anchors) + 1 - len(ends)][1] if len(ends) > 1 else len(squeezed)
        if wanted[index] and (place := squeezed.find(wanted[index], at, limit)) >= 0:
            found.add(block)
            at = place + len(wanted[index])
    return found


def _anchors(wanted: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Index and place of the long blocks that the text holds, the longest chain in which both rise."""
    places = [(i, text.find(want)) for i, want in enumerate(wanted) if len(want) >= _LONG]
    places = [(i, at) for i, at in places if at >= 0]
    tails: list[int] = []
    chain: list[int] = []
    before = [-1] * len(places)
    for n, (_, at) in enumerate(places):
        slot = bisect_left(tails, at)
        if slot < len(tails) and tails[slot] == at:
            continue
        before[n] = chain[slot - 1] if slot else -1
        tails[slot : slot + 1] = [at]
        chain[slot : slot + 1] = [n]
    best: list[tuple[int, int]] = []
    n = chain[-1] if chain else -1
    while n >= 0:
        best.append(places[n])
        n = before[n]
    return best[::-1]
