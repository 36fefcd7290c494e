"""The text of an XML feed → what can be read of it: no declarations, no half items, a tree where it is well-formed."""

import re

from lxml import etree

_ROOT = re.compile(r"<[A-Za-z_]")
_ENTITY = re.compile(r"""<!ENTITY\s+(\w+)\s+(?:"([^"&<%]{0,100})"|'([^'&<%]{0,100})')\s*>""")
_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
# Emoji as two halves, each written as a character of its own: no XML, but some servers' habit.
_HALVES = re.compile(r"(?:&#(?:x[dD][89a-fA-F][0-9a-fA-F]{2}|5[5-7]\d{3});)+")


def rooted(text: str) -> str:
    """The document from its root on; of all that may be declared before it only short, harmless entities are kept.

    Nested or long entities, and short ones used ten thousand times, are how a small feed becomes gigabytes.
    """
    root = _ROOT.search(text)
    if not root:
        return text
    prolog, document = text[: root.start()], text[root.start() :]
    told = {name: one or other for name, one, other in _ENTITY.findall(prolog)}
    if not told:
        return document
    used = re.compile("&(" + "|".join(map(re.escape, told)) + ");")
    return used.sub(lambda found: told[found[1]], document, count=10_000)


def tree(text: str, *, recover: bool = False) -> etree._Element | None:
    """The document as a tree; None when it is ill-formed, or with recover beyond recovery."""
    parser = etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def whole(text: str) -> bool:
    """True unless the document breaks off before the end of its root."""
    return _END.search(text[-500:]) is not None


def mended(text: str) -> str:
    """An ill-formed document without a cut-off item (half an address is a wrong one) and without half characters."""
    if not whole(text):
        ends = [found.end() for found in _ITEM_END.finditer(text)]
        begin = _ITEM.search(text)
        text = text[: ends[-1]] if ends else text[: begin.start()] if begin else text
    return _HALVES.sub(_joined, text)


def items(text: str) -> int:
    """The number of items that end in the text."""
    return len(_ITEM_END.findall(text))


def _joined(found: re.Match[str]) -> str:
    refs = found[0][2:-1].split(";&#")
    codes = (int(ref[1:], 16) if ref[0] == "x" else int(ref) for ref in refs)
    return "".join(map(chr, codes)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
