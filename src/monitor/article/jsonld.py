"""JSON-LD as pages really carry it: nested, in @graph, in several scripts, and often broken."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence

# A node is JSON by nature: its values are checked where they are read.
Node = Mapping[str, object]

_ARTICLE = re.compile(
    r"(?:.*Article|.*BlogPosting|Report|SocialMediaPosting|Review|HowTo|Recipe|Blog Post)", re.IGNORECASE
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_WRAPPER = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*\n|<!--|<!\[CDATA\[|\s)+|(?:-->|\]\]>|/\*.*?\*/|;|\s)+$", re.DOTALL)
_FIELD = re.compile(
    r'"(@type|headline|datePublished|dateModified|articleBody|inLanguage)"\s*:\s*"((?:[^"\\]|\\.)*)"', re.DOTALL
)
# More nodes than any page describes itself with.
_LIMIT = 2000


def nodes(scripts: Sequence[str]) -> tuple[Node, ...]:
    """Every object in the scripts that has a type, outermost first; references by @id are left as they are."""
    found: list[Node] = []
    for script in scripts:
        for value in _values(script):
            found.extend(_typed(value))
    return tuple(found[:_LIMIT])


def types(node: Node) -> tuple[str, ...]:
    """The node's types without their vocabulary's address."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return tuple(name.rsplit("/", 1)[-1] for name in names if isinstance(name, str))


def is_article(node: Node) -> bool:
    """Whether the node describes a piece of writing."""
    return any(_ARTICLE.fullmatch(name) for name in types(node))


def text(value: object) -> str | None:
    """The value as text: a string, the first of a list, or what an object says under @value or name."""
    if isinstance(value, list):
        return next((found for item in value if (found := text(item))), None)
    if isinstance(value, Mapping):
        return text(value.get("@value")) or text(value.get("name"))
    if isinstance(value, str):
        return html.unescape(value).strip() or None
    return None


def _values(script: str) -> Iterator[object]:
    """The JSON values in one script, repaired where needed; what cannot be repaired is read field by field."""
    script = _WRAPPER.sub("", script)
    decoder = json.JSONDecoder(strict=False)
    for attempt in (script, _TRAILING_COMMA.sub(r"\1", script), html.unescape(script)):
        values, position = [], 0
        try:
            while position < len(attempt):
                value, position = decoder.raw_decode(attempt, position)
                values.append(value)
                position += len(attempt[position:]) - len(attempt[position:].lstrip(" \t\r\n,;"))
        except (ValueError, RecursionError):
            continue
        yield from values
        return
    fields: dict[str, object] = {}
    for name, value in _FIELD.findall(script):
        fields.setdefault(name, _unescape(value))
    if fields:
        yield fields


def _unescape(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value


def _typed(value: object) -> Iterator[Node]:
    """The objects with a type below value, breadth first and without recursion: a page may nest them without end."""
    queue = [value]
    for seen, item in enumerate(queue):
        if seen > _LIMIT * 10:
            return
        if isinstance(item, dict):
            if "@type" in item:
                yield item
            queue.extend(child for child in item.values() if isinstance(child, dict | list))
        elif isinstance(item, list):
            queue.extend(child for child in item if isinstance(child, dict | list))
