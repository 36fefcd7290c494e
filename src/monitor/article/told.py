"""The story as JSON-LD tells it (articleBody): a witness for the page's blocks, the story itself where they lack it."""

import re
from collections.abc import Sequence

from lxml import html

from monitor.article import blocks as page_blocks
from monitor.article import document, jsonld
from monitor.article.blocks import Block
from monitor.article.evidence import Evidence
from monitor.article.headline import key

_NOISE = re.compile(r"[\W_]+")
_MARKUP = re.compile(r"</?(?:p|br|div|span|strong|em|b|i|a|h\d|ul|li|img|figure)\b[^>]*>", re.IGNORECASE)
# Shorter than this it is a teaser, or a word that is found anywhere.
_LEAST = 60


def body(evidence: Evidence) -> str | None:
    """The articleBody of the page's article, None when there is none or when it is too short to be a story."""
    text = jsonld.text(evidence.article.get("articleBody")) if evidence.article is not None else None
    return text if text and len(text) >= _LEAST else None


def blocks(text: str) -> list[Block]:
    """The told story as blocks of its own, its mark-up read and its line breaks kept."""
    if _MARKUP.search(text):
        tree = document.parse(f"<div>{text}</div>")
        return page_blocks.read(tree) if tree is not None else []
    holder = html.Element("p")
    lines = page_blocks.paragraphs([part for piece in text.split("\n") for part in ((piece, False), ("\n", False))])
    return [Block(text=line, element=holder, linked=0, around=(), order=n) for n, (line, _) in enumerate(lines)]


def found(page: Sequence[Block], text: str) -> tuple[list[Block], float]:
    """The page's blocks that are told in the text, in order, and the share of the text that they make up."""
    told = squeeze(_MARKUP.sub(" ", text))
    matched: list[Block] = []
    position = covered = 0
    for block in page:
        wanted = squeeze(block.text)
        if not wanted or block.furniture:
            continue
        # A short line counts only where it is due; else any "Baku" would be part of the story.
        limit = position + 40 if len(wanted) < 20 else len(told)
        at = told.find(wanted, position, limit + len(wanted))
        if at >= 0:
            matched.append(block)
            covered += len(wanted)
            position = at + len(wanted)
    return matched, covered / len(told) if told else 0.0


def same_story(text: str, page: Sequence[Block]) -> bool:
    """Whether the blocks say what the text says, if in other words: half of its words are theirs."""
    words = set(key(text).split())
    return 2 * len(words & set(key(" ".join(block.text for block in page)).split())) >= len(words)


def squeeze(text: str) -> str:
    """The text's letters and digits alone, without case."""
    return _NOISE.sub("", text.casefold())
