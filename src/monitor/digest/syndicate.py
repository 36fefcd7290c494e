"""Items become an Atom feed and a JSON feed; the same items give the same bytes."""

import json
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree

from monitor.digest.day import Item
from monitor.text import line

TITLE = "Mine monitor"
_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML cannot hold even escaped, and `line` leaves.
_NO_XML = re.compile("[\ufffe\uffff]")


def atom(items: Sequence[Item], *, title: str = TITLE) -> bytes:
    """The items, which come newest first, as an Atom document (RFC 4287); each title is a feed of its own."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    _add(feed, "id", uuid.uuid5(uuid.NAMESPACE_URL, f"mine-monitor feed {title}").urn)
    _add(feed, "title", title)
    _add(feed, "updated", _stamp(max(map(_changed, items), default=datetime.fromtimestamp(0, UTC))))
    _add(_add(feed, "author"), "name", TITLE)
    for item in items:
        entry = _add(feed, "entry")
        if item.language:
            entry.set(_LANG, item.language)
        _add(entry, "id", _id(item))
        _add(entry, "title", _title(item), type="text")
        _add(entry, "link", rel="alternate", href=_clean(item.url))
        _add(entry, "published", _stamp(item.published_at or item.seen_at))
        _add(entry, "updated", _stamp(_changed(item)))
        _add(_add(entry, "author"), "name", _clean(item.source_name))
        _add(entry, "category", term=_clean(item.category))
        _add(entry, "summary", _summary(item), type="text")
    written: bytes = etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return written


def json_feed(items: Sequence[Item], *, title: str = TITLE) -> bytes:
    """The items, which come newest first, as a JSON Feed 1.1 document."""
    document = {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": [_json(i) for i in items]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json(item: Item) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": _id(item),
        "url": _clean(item.url),
        "title": _title(item),
        "content_text": _summary(item),
        "date_published": _stamp(item.published_at or item.seen_at),
        "date_modified": _stamp(_changed(item)),
        "authors": [{"name": _clean(item.source_name)}],
        "tags": [_clean(item.category)],
        "_monitor": {"name": item.name, "source": item.source, "score": item.score, "partial": item.partial},
    }
    return shown | ({"language": item.language} if item.language else {})


def _id(item: Item) -> str:
    # Number and hash of the text: the same for ever, and in every home another.
    return uuid.uuid5(uuid.NAMESPACE_URL, f"mine-monitor article {item.name} {_clean(item.url)}").urn


def _title(item: Item) -> str:
    return _clean(item.title) or "(without a headline)"


def _summary(item: Item) -> str:
    """The sentences that made the article relevant, the weightiest first, each once."""
    sentences = dict.fromkeys(_clean(hit.sentence) for hit in sorted(item.hits, key=lambda hit: -hit.weight))
    return " … ".join(list(filter(None, sentences))[:2])


def _changed(item: Item) -> datetime:
    return item.updated_at or item.seen_at


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _clean(text: str) -> str:
    return _NO_XML.sub("", line(text))


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
    child.text = text
    return child
