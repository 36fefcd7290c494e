"""Where a page names its author: declared, marked, labelled or linked, around the story."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from lxml.html import HtmlElement

from monitor.article import naming, words
from monitor.article.blocks import Block
from monitor.text import line

_PROFILE = re.compile(
    r"/(?:authors?|contributors?|writers?|journalists?|muellif|yazar(?:lar)?|avtor|profile|people|users?|team)/|[?&]author=",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|contributor|writer|muellif|müəllif|yazar|avtor|posted-?by|vcard|fn)(?:$|[\s_-])",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?:this \w+ (?:is|was) written"
    r"|(?:(?:last )?(?:updated|posted|published)(?: on)?:? )?"
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d"
    r"|[^\W\d]{3,9}\.? \d{1,2},? \d{4}|\d{1,2} [^\W\d]{3,9}\.?,? \d{4})"
    r"[\s\d:|,]*(?:[ap]m)?) by:? (?=[^\W\d])",
    re.IGNORECASE,
)
"""What stands before a name on one line with it: the date, or a sentence about the text."""
_PICTURE = re.compile(
    r"\s*(?:photos?|images?|pictures?|video|illustrations?|foto|фото|şəkil|عکس|صورة)\b", re.IGNORECASE
)
_PIECE = re.compile(r"\s*[|•·⋅]\s*|\s[–—-]\s")
_BESIDE = re.compile(
    r"bio|box|avatar|image|img|photo|social|related|more|comment|desc|footer|list-|card|count", re.IGNORECASE
)


def byline(text: str) -> tuple[str, ...]:
    """The names in a line that is a byline by its label ("By …", "Müəllif: …", "Автор: …"); none when it is not."""
    text = naming.GLUED.sub("By ", text)
    if len(text) > 120 or not words.BYLINE_LABEL.match(text) or (words.NEEDS_COLON.match(text) and ":" not in text):
        return ()
    names = naming.split(text)
    return names if names and all(naming.looks_like_one(name) for name in names) else ()


def related(near: Sequence[Block]) -> Iterator[str]:
    """The texts of the links and elements around the story that are declared to be its author."""
    for block in near:
        for element in block.element.iter():
            if element.get("rel") == "author" or element.get("itemprop") == "author":
                yield line(" ".join(element.itertext()))


def marked(near: Sequence[Block]) -> Iterator[list[str]]:
    """The texts of the elements around the story of which the mark-up says that they name its author."""
    seen: set[HtmlElement] = set()
    for block in near:
        if block.furniture and block.link_share < 0.1:
            continue
        for element in (*block.element.iterancestors(), *block.element.iter()):
            if element in seen or not _says_author(element):
                continue
            seen.add(element)
            text = line(" ".join(element.itertext()))
            inner = [e for e in element.iterdescendants() if _says_author(e)]
            if inner and any(line(" ".join(e.itertext())) for e in inner):
                seen.update(inner)
                yield [
                    line(" ".join(e.itertext())) for e in inner if not any(_says_author(x) for x in e.iterdescendants())
                ]
            elif len(text) < 100:
                yield [text]


def labelled(near: Sequence[Block]) -> Iterator[list[str]]:
    """The bylines by label: lines, parts of lines, and lines behind a label that stands alone."""
    for block, following in zip_longest(near, near[1:]):
        if len(block.text) > 140 or _PICTURE.match(block.text):
            continue
        if following is not None and is_label(block.text):
            yield [following.text]
        if byline(block.text):
            yield [block.text]
            continue
        for piece in _PIECE.split(block.text):
            yield [piece] if byline(piece) else []
        if found := _WRITTEN.match(block.text):
            yield [block.text[found.end() :]]


def profiles(near: Sequence[Block]) -> Iterator[list[str]]:
    """The names that link to an author's page."""
    for block in near:
        found = [a for a in block.element.iter("a") if _PROFILE.search(a.get("href") or "")] if block.linked else []
        names = [line(" ".join(a.itertext())) for a in found]
        yield [name for name in names if 1 < len(name.split()) <= 5]


def signed(near: Sequence[Block]) -> Iterator[list[str]]:
    """The texts that sign for the story by label or by declaration, whatever their names look like."""
    for text in related(near):
        yield [text]
    for block in near:
        if block.furniture or len(block.text) > 80 or _PICTURE.match(block.text):
            continue
        for piece in _PIECE.split(block.text):
            label = words.BYLINE_LABEL.match(piece)
            if label and not (words.NEEDS_COLON.match(piece) and ":" not in piece):
                yield [piece]
        if found := _WRITTEN.match(block.text):
            yield [block.text[found.end() :]]


def is_label(text: str) -> bool:
    """Whether the text is a byline's label and nothing else."""
    text = f"{text.strip()} x"
    found = words.BYLINE_LABEL.match(text)
    return bool(found and found.end() == len(text) - 1 and (":" in text or not words.NEEDS_COLON.match(text)))


def _says_author(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in {"body", "html", "article", "main", "meta"}:
        return False
    if element.get("rel") == "author" or element.get("itemprop") in {"author", "creator"}:
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(name) > 4 and bool(_MARKED.search(name)) and not _BESIDE.search(name)
