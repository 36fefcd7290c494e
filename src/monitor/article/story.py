"""Which of a page's blocks are the story, by the page's structure alone.

The story stands close behind its headline, mostly unlinked, in sentences, in one container. Lists of links, cards that
announce other stories and comments stand around it and may well be longer than it is.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from monitor.article import chrome, words
from monitor.article.blocks import Block
from monitor.article.headline import agreement, key

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = frozenset({"p", "li", "blockquote", "dd", "pre"})
_STOP = frozenset(".!?…։؟。")
_CLOSE = frozenset(":;»”\"')’“«")
_DIGITS = re.compile(r"[\d_-]+")
_DIGIT = re.compile(r"\d")
_STAMP = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[./]\d{1,2}")
_DAY = re.compile(
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}\D{2,20}\d{4}|\D{3,15}\d{1,2}, \d{4})\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Where the story stands: the element that holds it and its blocks in page order."""

    holder: HtmlElement
    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """Characters of text."""
        return sum(len(block.text) for block in self.blocks)


def find(
    blocks: Sequence[Block], *, start: int | None, lead: str | None, heard: Collection[Block] = ()
) -> Story | None:
    """The story, None when nothing reads like one.

    start is the headline's index, lead a summary of the story, heard the blocks that another reader takes for it: they
    only tell where the names in the mark-up are not to be believed.
    """
    _settle(blocks, start, heard)
    _mark_records(blocks, blocks[start].element if start is not None else None)
    if start is not None:
        _mark_further(blocks, blocks[start].element)
    holder = _core(blocks, start, lead)
    if holder is None:
        return None
    holder = _climb(holder, blocks, start)
    chosen = _inside(holder, blocks, start)
    return Story(holder=holder, blocks=tuple(chosen)) if chosen else None


def headline_at(blocks: Sequence[Block], title: str | None) -> int | None:
    """Index of the block that shows the headline: <h1> first, then other headings, then any line outside furniture."""
    wanted = key(title)
    if not wanted:
        return None
    same = [i for i, block in enumerate(blocks) if key(block.text) == wanted]
    if not same:
        # A time or a rubric on the headline's line, or a headline that its <title> has only in part.
        same = [i for i, b in enumerate(blocks) if len(b.text) < 250 and _shares(key(b.text), wanted)]
    if not same:
        same = [i for i, b in enumerate(blocks) if b.tag in HEADINGS and agreement(b.text, title or "") > 0.75]
    ranks = {"h1": 0, "h2": 1, "h3": 2}

    def rank(i: int) -> tuple[int, int]:
        block = blocks[i]
        return ranks.get(block.tag, 3) + 4 * block.furniture + (4 if block.link_share > 0.5 else 0), i

    return min(same, key=rank, default=None)


def _shares(one: str, other: str) -> bool:
    """Whether the shorter text is the most of the longer one."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 12 and short in long and 2 * len(short) > len(long)


def weight(block: Block) -> float:
    """How much the block speaks for (above 0) or against (below 0) its surroundings being a story."""
    if block.furniture or block.record:
        return -min(len(block.text), 60) * 0.5
    return _plain_weight(block)


@lru_cache(maxsize=4096)
def is_sentence(text: str) -> bool:
    """Whether the text reads like a sentence: some words, closed by a full stop or its like."""
    bare = text.rstrip("".join(_CLOSE) + " ")
    if not bare or bare[-1] not in _STOP:
        return False
    spaces = text.count(" ")
    return spaces >= 2 or len(text) >= 40 or (spaces == 1 and len(text) >= 12 and not _DIGIT.search(text))


def _plain_weight(block: Block) -> float:  # noqa: PLR0911 - a table of cases, in order
    length = len(block.text)
    if block.link_share > 0.5:
        return -10 - min(length, 100) * 0.5
    if block.tag in HEADINGS:
        return 0.0
    if chrome.is_line(block.text):
        return -10.0
    unlinked = 1 - 1.5 * block.link_share
    if block.tag == "li" and unlinked == 1:
        return max(0.0, min(length, 500) - 20.0) * 0.5
    if is_sentence(block.text):
        return min(length, 500) * unlinked
    if length >= 60 and (block.text[-1] in _CLOSE or length >= 90):
        return min(length, 500) * 0.6 * unlinked
    return -4.0


def _settle(blocks: Sequence[Block], start: int | None, heard: Collection[Block]) -> None:
    """Stop believing the names of elements that hold the headline, or without which the page has no story."""
    held = set(blocks[start].around) if start is not None else set()
    after = blocks[0 if start is None else start + 1 :]
    for _ in range(3):
        for block in blocks:
            block.furniture = any(element not in held for element in block.around)
        outside = sum(w for block in after if (w := weight(block)) > 0)
        agreed = sum(w for block in after if block in heard and (w := weight(block)) > 0)
        mass: dict[HtmlElement, float] = defaultdict(float)
        for block in after:
            for element in block.around:
                if element.tag not in {"nav", "footer"} and element not in held and (outside <= 100 or block in heard):
                    mass[element] += _plain_weight(block)
        most = max(mass, key=lambda element: mass[element], default=None)
        believed = mass[most] if most is not None else 0.0
        # Against its name speaks that it outweighs all else, or next to all that the other reader hears as well.
        if believed <= (0 if outside <= 100 else max(1500.0, 1.5 * outside)) and believed <= max(3000.0, 8 * agreed):
            return
        held.add(most)


def _mark_records(blocks: Sequence[Block], headline: HtmlElement | None) -> None:
    """Mark what stands in repeated records: cards with a linked title, comments with a name and a time."""
    around_headline = set() if headline is None else {headline, *headline.iterancestors()}
    members: dict[HtmlElement, list[Block]] = defaultdict(list)
    for block in blocks:
        element = block.element
        for _ in range(4):
            members[element].append(block)
            if (parent := element.getparent()) is None:
                break
            element = parent
    groups: dict[tuple[HtmlElement, str, str], list[HtmlElement]] = defaultdict(list)
    for element, held in members.items():
        parent = element.getparent()
        if parent is None or element in around_headline or not 2 <= len(held) <= 12:
            continue
        if _is_card(held) or _is_comment(held):
            groups[parent, str(element.tag), element.get("class") or ""].append(element)
    for elements in groups.values():
        if len(elements) > 1:
            for element in elements:
                for block in members[element]:
                    block.record = True


def _mark_further(blocks: Sequence[Block], headline: HtmlElement) -> None:
    """Mark the whole stories that follow on the same page: set like the one with the headline, each with its own."""
    told = {around for block in blocks if _plain_weight(block) > 0 for around in block.element.iterancestors()}
    held: dict[HtmlElement, list[Block]] = {}
    for element in (headline, *headline.iterancestors()):
        if element.tag == "body":
            break
        if element in told:
            like = (other for other in element.itersiblings(str(element.tag)) if len(other))
            held |= {other: [] for other in like if other.get("class") == element.get("class")}
    if not held:
        return
    for block in blocks:
        for around in (block.element, *block.element.iterancestors()):
            if around in held:
                held[around].append(block)
    for inside in held.values():
        if _is_whole(inside):
            for block in inside:
                block.record = True


def _is_whole(held: Sequence[Block]) -> bool:
    """Whether the blocks are a story of their own: a heading, the day or a link to it beside that, and prose."""
    at = next((place for place, block in enumerate(held[:4]) if block.tag in HEADINGS), None)
    if at is None or not any(_plain_weight(block) > 0 for block in held[at + 1 :]):
        return False
    dated = any(len(block.text) < 60 and _DAY.search(block.text) for block in held[: at + 3] if block is not held[at])
    return dated or held[at].link_share > 0.8


def _is_card(held: Sequence[Block]) -> bool:
    """A linked title of some words with little beside it."""
    titles = [block for block in held if block.link_share > 0.8 and block.text.count(" ") >= 2]
    return 0 < len(titles) < 3 and sum(len(block.text) for block in held if block.link_share < 0.5) < 300


def _is_comment(held: Sequence[Block]) -> bool:
    """A short line that is no sentence and no heading, a time near it, then what somebody said."""
    first = held[0]
    if first.tag in HEADINGS or len(first.text) > 60 or is_sentence(first.text):
        return False
    return any(_STAMP.search(block.text) and len(block.text) < 60 for block in held[:3]) and len(held[-1].text) < 2000


def _core(blocks: Sequence[Block], start: int | None, lead: str | None) -> HtmlElement | None:
    """The element with the most prose in it, prose close behind the headline counting most."""
    first = 0 if start is None else start + 1
    height = _heights(blocks[start].element if start is not None else None)
    scores: dict[HtmlElement, float] = defaultdict(float)
    before, gap = 0.0, 0
    for index, block in enumerate(blocks):
        value = weight(block)
        if value <= 0:
            gap += index >= first and value < -4
            continue
        if index < first:
            value *= 0.1
        else:
            steps = next((height[e] for e in (block.element, *block.element.iterancestors()) if e in height), 0)
            value, before = value * 0.8**steps * 0.9 ** min(gap, 30) / (1 + before / 1500), before + value
            if lead and agreement(block.text, lead) > 0.6:
                value *= 1.5
        element, share = block.element, 1.0
        if block.tag in _PARAGRAPHS and element.getparent() is not None:
            element = element.getparent()
        for _ in range(3):
            scores[element] += value * share * _heart(element)
            if (parent := element.getparent()) is None:
                break
            element, share = parent, share * 0.6
    return max(scores, key=lambda element: scores[element], default=None)


def _heights(element: HtmlElement | None) -> dict[HtmlElement, int]:
    """How many levels above the headline each of its ancestors is."""
    return {} if element is None else {e: n for n, e in enumerate((element, *element.iterancestors()))}


def _heart(element: HtmlElement) -> float:
    """More than 1 for an element whose mark-up says that it is the story's text."""
    if element.get("itemprop") == "articleBody":
        return 2.0
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return 1.5 if len(names) > 3 and words.HEART.search(names) else 1.0


def _climb(core: HtmlElement, blocks: Sequence[Block], start: int | None) -> HtmlElement:
    """The outermost element around the core of which what is added is still mostly prose, set like the core's."""
    best, element, inner = core, core, set(core.iter())
    first = -1 if start is None else start
    after = [block for block in blocks[first + 1 :] if not block.furniture]
    held = [block for block in after if block.element in inner and weight(block) > 0]
    forms, size = {form(block) for block in held}, sum(map(weight, held))
    while (parent := element.getparent()) is not None and parent.tag not in {"body", "html"}:
        if element.get("itemprop") == "articleBody":
            break
        wanted = set(parent.iter())
        added = [block for block in after if block.element in wanted and block.element not in inner]
        good = sum(w for block in added if (w := weight(block)) > 0)
        alike = sum(w for block in added if (w := weight(block)) > 0 and form(block) in forms)
        bad = -sum(w for block in added if (w := weight(block)) < 0)
        if good >= 2 * bad and (alike >= 0.5 * good or good > 2 * size):
            best = parent
        element = parent
    return best


def form(block: Block) -> tuple[str, str, str, str]:
    """How a block is set: names of its element and of the one around it, numbers aside."""
    element, parent = block.element, block.element.getparent()
    names = [str(element.tag), element.get("class") or ""]
    names += [str(parent.tag), parent.get("class") or ""] if parent is not None else ["", ""]
    tag, own, around, its = (_DIGITS.sub("", name) for name in names)
    return tag, own, around, its


def _inside(holder: HtmlElement, blocks: Sequence[Block], start: int | None) -> list[Block]:
    """The holder's blocks behind the headline, from the first prose to the last, without what is around it."""
    wanted = set(holder.iter())
    first = -1 if start is None else start
    members = [block for block in blocks[first + 1 :] if block.element in wanted]
    begin = next((place for place, block in enumerate(members) if weight(block) > 0), len(members))
    end = _end(members)
    return [
        block for block in members[begin:end] if not block.furniture and not block.record and block.link_share <= 0.6
    ]


def _end(members: Sequence[Block]) -> int:
    """Where the story ends: behind the prose that outweighs what stands between it and the prose before."""
    best = total = gap = 0.0
    end, between = 0, 0
    last: Block | None = None
    for place, block in enumerate(members):
        value = weight(block)
        if value < 0 and not block.furniture:
            known = chrome.is_line(block.text)
            gap += value if known else 3 * value
            between += not known
            if chrome.sends_away(block.text) and place + 1 < len(members) and weight(members[place + 1]) < 0:
                gap -= 200
        elif value > 0:
            if last is not None and beside(last, block):
                gap *= 0.0 if between < 2 else 0.3
            total += gap + value
            gap, between, last = 0.0, 0, block
            if total > best:
                best, end = total, place + 1
    return end


def beside(one: Block, other: Block) -> bool:
    """Whether two blocks stand side by side in the same kind of element."""
    a, b = one.element, other.element
    if a is b:
        return True
    alike = a.getparent() is b.getparent() and a.tag == b.tag and a.get("class") == b.get("class")
    return alike and a.tag not in {"td", "th"}
