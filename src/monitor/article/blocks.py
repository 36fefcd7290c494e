"""Tree → text blocks in page order: what a reader sees as lines and paragraphs, each with where it stands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from monitor.article import words
from monitor.text import line

_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_BREAK = "\n"
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ENDS = re.compile(r"[.!?…։؟。:;»”\"')\]]\s*$")


@dataclass(slots=True, eq=False, kw_only=True)
class Block:
    """One line or paragraph of a page."""

    text: str
    element: HtmlElement
    """The innermost block element that holds it."""
    linked: int
    """How many of its characters are link text."""
    around: tuple[HtmlElement, ...]
    """The elements that it stands in and that the mark-up calls navigation, sidebar, footer and the like."""
    furniture: bool = False
    """Whether one of those is to be believed."""
    record: bool = False
    """Whether it stands in one of several alike records: a card that announces another story, a comment."""
    order: int = 0

    @property
    def tag(self) -> str:
        """The name of the element that holds it."""
        return str(self.element.tag)

    @property
    def link_share(self) -> float:
        """Share of its characters that are link text."""
        return self.linked / len(self.text)


def read(tree: HtmlElement) -> list[Block]:
    """The visible text of the tree as blocks in page order."""
    return list(_Reader().blocks(tree))


class _Reader:
    """One walk over the tree; text gathers until an element boundary or a double line break ends the block."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, bool]] = []
        """The gathered text, each part with whether it is link text; a line break is a part of its own."""
        self.links = 0
        self.count = 0

    def blocks(self, tree: HtmlElement) -> Iterator[Block]:
        """The blocks of the tree."""
        walk = etree.iterwalk(tree, events=("start", "end"))
        stack: list[tuple[HtmlElement, tuple[HtmlElement, ...]]] = [(tree, ())]
        for event, element in walk:
            tag = element.tag
            if event == "end":
                if tag == "a":
                    self.links -= 1
                elif stack[-1][0] is element and len(stack) > 1:
                    yield from self._flush(*stack.pop())
                self._add(element.tail)
                continue
            if (tag in words.UNSEEN or _hidden(element)) and not _swallows(element):
                walk.skip_subtree()
                self.links += tag == "a"  # its end event takes it back
                continue
            if tag == "br":
                self.parts.append((_BREAK, False))
            elif tag == "hr":
                self.parts += [(_BREAK, False)] * 2
            elif tag == "a":
                self.links += 1
            elif tag not in words.INLINE:
                yield from self._flush(*stack[-1])
                around = stack[-1][1]
                stack.append((element, (*around, element) if furniture(element) else around))
            self._add(element.text)
        yield from self._flush(*stack[-1])

    def _add(self, text: str | None) -> None:
        if text:
            self.parts.append((text.replace(_BREAK, " "), self.links > 0))

    def _flush(self, element: HtmlElement, around: tuple[HtmlElement, ...]) -> Iterator[Block]:
        parts, self.parts = self.parts, []
        for text, linked in paragraphs(parts):
            self.count += 1
            yield Block(
                text=text, element=element, linked=linked, around=around, furniture=bool(around), order=self.count
            )


def paragraphs(parts: Iterable[tuple[str, bool]]) -> list[tuple[str, int]]:
    """Text parts as paragraphs with the number of their linked characters.

    Two line breaks always part paragraphs, a single one unless the sentence goes on behind it.
    """
    lines: list[tuple[str, int]] = [("", 0)]
    for part, is_link in parts:
        if part == _BREAK:
            lines.append(("", 0))
        else:
            lines[-1] = (lines[-1][0] + part, lines[-1][1] + (len(part.strip()) if is_link else 0))
    found: list[tuple[str, int]] = []
    joinable = False
    for raw, count in lines:
        text = line(raw)
        if not text:
            joinable = False
            continue
        linked = min(count, len(text))
        if joinable and text[0].islower() and not _ENDS.search(found[-1][0]):
            found[-1] = (f"{found[-1][0]} {text}", found[-1][1] + linked)
        else:
            found.append((text, linked))
        joinable = True
    return found


def _swallows(element: HtmlElement) -> bool:
    """Whether the page's main part is in it: a button that was never closed, a page hidden until its scripts run."""
    return element.tag != "head" and next(element.iter("h1", "article", "main"), None) is not None


def _hidden(element: HtmlElement) -> bool:
    style = element.get("style")
    return "hidden" in element.attrib or bool(style and _HIDDEN.search(style))


def furniture(element: HtmlElement) -> bool:
    """Whether the element's own name, role, class or id says that it stands around the story."""
    if element.tag in words.FURNITURE or element.get("role") in words.ROLES:
        return True
    if element.tag in {"body", "html", "main", "article"}:
        return False
    return _says_around(element.get("class") or "") or _says_around(element.get("id") or "")


@lru_cache(maxsize=4096)
def _says_around(names: str) -> bool:
    if not names or len(names) > 300:
        return False
    for name in names.split():
        parts = {word.lower() for word in _TOKEN.findall(name)}
        if parts & words.PAGE and (parts & words.STATES or not parts & words.SURELY_AROUND):
            continue
        if parts & words.AROUND or name.lower() in words.AROUND or words.AROUND_PAIRS.search(name.lower()):
            return True
    return False
