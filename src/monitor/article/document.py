"""Text → tree: one lxml parse that everything in this room shares, bounded where a page tries to be endless."""

import re

from lxml import etree, html
from lxml.html import HtmlElement

# No honest tag is this long; parsing its attributes is quadratic in their number.
_FLOOD = re.compile(r"<(/?[A-Za-z][A-Za-z0-9:-]{0,40})\s[^<>]{30000,}>")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# libxml2 drops what lies deeper than 255 elements unless told not to; deeper than this the tree is flattened.
_DEPTH = 200


def parse(text: str) -> HtmlElement | None:
    """The page's tree, no comments in it and no deeper than the readers can go; None when nothing is in it."""
    text = _CONTROLS.sub("", _FLOOD.sub(r"<\1>", text)).strip()
    if not text:
        return None
    parser = html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
        collect_ids=False,
        default_doctype=False,
    )
    try:
        tree = html.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # mark-up without any element: an end tag alone
        return None
    if tree.tag != "html":
        root = parser.makeelement("html")
        root.append(tree)
        tree = root
    _flatten(tree)
    return tree


def _flatten(tree: HtmlElement) -> None:
    """Take out the containers that only make the tree deep."""
    deep = [element for element in tree.iter("div", "span", "section", "center", "font") if _only_wraps(element)]
    if len(deep) < _DEPTH // 2:
        return
    for element in deep:
        element.drop_tag()


def _only_wraps(element: HtmlElement) -> bool:
    return len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip()
