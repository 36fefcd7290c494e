"""The story's lines without what is no story: the headline once more, furniture lines, captions said twice."""

import re
from collections.abc import Collection, Iterable, Sequence

from monitor.article import chrome
from monitor.article.blocks import Block
from monitor.article.headline import agreement, key


def story(blocks: Sequence[Block], *, title: str, strip: Iterable[str], recurring: Collection[str]) -> list[Block]:
    """The blocks that are the story's own, in order."""
    unwanted = [re.compile(pattern, re.IGNORECASE) for pattern in strip]
    kept = [
        block
        for block in blocks
        if not chrome.is_line(block.text) and not any(pattern.search(block.text) for pattern in unwanted)
    ]
    return _once(_without_recurring(_without_headline(kept, title), recurring))


def _without_headline(blocks: Sequence[Block], title: str) -> list[Block]:
    """Neither the headline itself nor a close variant of it among the first blocks."""
    wanted = key(title)
    return [
        block
        for place, block in enumerate(blocks)
        if key(block.text) != wanted
        and not (place < 3 and len(block.text) < 250 and agreement(block.text, title) > 0.9)
    ]


def _without_recurring(blocks: list[Block], recurring: Collection[str]) -> list[Block]:
    """Without the blocks that stand on other pages too, unless that is most of the story: then it was told before."""
    if not recurring:
        return blocks
    left = [block for block in blocks if chrome.key(block.text) not in recurring]
    size = sum(len(block.text) for block in blocks)
    return left if sum(len(block.text) for block in left) >= 0.4 * size else blocks


def _once(blocks: Iterable[Block]) -> list[Block]:
    """Each text once: a repeated block is a caption, a pull quote or a second copy for small screens."""
    seen: set[str] = set()
    kept: list[Block] = []
    for block in blocks:
        wanted = key(block.text)
        if wanted in seen and len(wanted) > 20:
            continue
        seen.add(wanted)
        kept.append(block)
    return kept
