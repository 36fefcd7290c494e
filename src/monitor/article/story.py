"""Which of a page's blocks are the story: the container that holds it, its furniture taken out."""

from collections import defaultdict
from collections.abc import Sequence

from lxml.html import HtmlElement

from monitor.article.blocks import Block
from monitor.article.headline import agreement, key

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SENTENCE_END = frozenset(".!?…։؟。:;»”\"')’")


def weight(block: Block) -> float:
    """How much the block speaks for (above 0) or against (below 0) its surroundings being a story."""
    if block.furniture:
        return -min(len(block.text), 60) * 0.5
    return plain_weight(block)


def plain_weight(block: Block) -> float:
    """The weight of the block by its text alone."""
    length = len(block.text)
    if block.link_share > 0.5:
        return -10 - min(length, 100) * 0.5
    if block.tag in _HEADINGS:
        return 0.0
    ends = block.text[-1] in _SENTENCE_END
    if ends and length >= 40 and " " in block.text:
        return min(length, 500) * (1 - 1.5 * block.link_share)
    if length >= 90:
        return min(length, 500) * 0.6 * (1 - 1.5 * block.link_share)
    return 0.0 if ends else -4.0


def headline_at(blocks: Sequence[Block], title: str | None) -> int | None:
    """Index of the block that shows the headline: <h1> first, then other headings, then any line outside furniture."""
    wanted = key(title)
    if not wanted:
        return None
    same = [i for i, block in enumerate(blocks) if key(block.text) == wanted]
    ranks = {"h1": 0, "h2": 1, "h3": 2}
    if not same:
        same = [
            i for i, block in enumerate(blocks) if block.tag in _HEADINGS and agreement(block.text, title or "") > 0.75
        ]
    return min(
        same,
        key=lambda i: (
            ranks.get(blocks[i].tag, 3) + 4 * blocks[i].furniture + (2 if blocks[i].link_share > 0.5 else 0),
            i,
        ),
        default=None,
    )


def settle(blocks: Sequence[Block], start: int | None) -> None:
    """Stop believing the names of elements that hold the headline, or without which the page has no story."""
    held = set(blocks[start].around) if start is not None else set()
    for block in blocks:
        block.furniture = any(element not in held for element in block.around)
    first = 0 if start is None else start + 1
    if sum(w for block in blocks[first:] if (w := weight(block)) > 0) > 100:
        return
    mass: dict[HtmlElement, float] = defaultdict(float)
    for block in blocks[first:]:
        for element in block.around:
            if element.tag not in {"nav", "footer"}:
                mass[element] += plain_weight(block)
    if mass:
        held.add(max(mass, key=lambda element: mass[element]))
        for block in blocks:
            block.furniture = any(element not in held for element in block.around)


def container(blocks: Sequence[Block], *, start: int | None, lead: str | None) -> HtmlElement | None:
    """The element that holds the story, or None when no prose is found; `start` is the headline's index."""
    first = 0 if start is None else start + 1
    scores: dict[HtmlElement, float] = defaultdict(float)
    gap = 0
    for index, block in enumerate(blocks):
        value = weight(block)
        if index < first:
            value *= 0.2
        elif value > 0:
            # What stands far below the headline, behind menus and lists, is rarely its story.
            value /= 1 + 0.03 * gap
            if lead and agreement(block.text, lead) > 0.6:
                value *= 2
        elif block.link_share > 0.5 or block.furniture:
            gap += 1
        if value > 0:
            element, share = block.element, 1.0
            for _ in range(3):
                scores[element] += value * share
                parent = element.getparent()
                if parent is None:
                    break
                element, share = parent, share * 0.6
    if not scores:
        return None
    best = max(scores, key=lambda element: scores[element])
    return _climb(best, blocks)


def _climb(element: HtmlElement, blocks: Sequence[Block]) -> HtmlElement:
    """The outermost element around it of which what is added is still mostly prose."""
    best, core = element, set(element.iter())
    while (parent := element.getparent()) is not None and parent.tag not in {"body", "html"}:
        wanted = set(parent.iter())
        added = [
            w
            for block in blocks
            if block.element in wanted and block.element not in core and not block.furniture and (w := weight(block))
        ]
        good, bad = sum(w for w in added if w > 0), -sum(w for w in added if w < 0)
        if good >= 2 * bad:
            best = parent
        element = parent
    return best


def _members(element: HtmlElement, blocks: Sequence[Block]) -> list[Block]:
    wanted = set(element.iter())
    return [block for block in blocks if block.element in wanted]


def inside(element: HtmlElement, blocks: Sequence[Block], *, start: int | None) -> list[Block]:
    """The blocks of the container that belong to the story."""
    first = -1 if start is None else blocks[start].order
    return [
        block
        for block in _members(element, blocks)
        if block.order > first and not block.furniture and not (block.link_share > 0.6)
    ]
