"""Bytes of a page → its text in every encoding that it may be in, cheaply; the extractor reads it properly later."""

import codecs
import html
import re
from collections.abc import Iterator
from functools import lru_cache

MOST_BYTES = 4_000_000

TAG = b"\x01"
"""Stands for a tag that begins no line."""
CUT = re.compile(rb"\x01(?<=[\w\x80-\xff]\x01)\x01*+(?=[\w\x80-\xff])")
"""Such tags between two letters: they may be within a word."""
TITLES_END = b"\x03"
"""Stands behind the titles that the head of the page gives; the article may stand under any of them."""
END = b"\x04"
"""Stands, with white space around it, where a sentence ends in whatever the page's text is taken for."""

# A tag; a script or style with all that is in it, but for scripts that hold data (JSON-LD).
_CODE = rb"s(?:cript(?=[\s>])(?![^>]*(?i:json))|tyle(?=[\s>]))[^>]*+>(?:[^<]++|<(?!/[sS](?:[cC][rR]|[tT][yY])))*+"
_TAG = rb"<(?:" + _CODE + rb"|[a-zA-Z/!?][^>]*+>)"
_TAGS = re.compile(_TAG + rb"(?:" + _TAG + rb")*+")
# Tags that begin a line wherever they stand, unlike br and what no reader sees, and all tags behind them. Small letters
# alone: what is written in capitals is taken for less than it is, and to ignore case takes three times as long.
_LINES = re.compile(
    rb"</?(?:p|div|li|h[1-6r]|t(?:[dhr]|able|body|foot|head)|[uo]l|d[dlt]|section|option|a(?:ddress|rticle|side)"
    rb"|b(?:lockquote|ody)|center|f(?:ieldset|ig(?:caption|ure)|o(?:oter|rm))|header|main|nav)(?=[\s>/])[^>]*+>"
    rb"(?:\s*+" + _TAG + rb")*+"
)
# What ends a sentence for certain: before a capital, or a letter of an alphabet without them, and not behind what may
# be shortened.
_ENDS = re.compile(
    rb"(?:!|\?|\.(?:(?<=[A-Za-z]{7}\.)|(?<=[A-Za-z\x80-\xff]{12}\.))|\xd6\x89|\xd8\x9f|\xdb\x94)"
    rb"(?=(?:[\"')\]\x01]|\xc2\xbb|\xe2\x80[\x99\x9d])*\s[\s\x01]*"
    rb"(?:[A-Z]|\xc3[\x80-\x9e]|\xc4\xb0|\xc5\x9e|\xc6\x8f|\xd0[\x80-\xaf]|\xd2\x90|\xd4[\xb1-\xbf]|\xd5[\x80-\x96]"
    rb"|[\xd8-\xdb][\x80-\xbf]|\xe1\x83))"
)
_TITLES = re.compile(rb"<(?i:title\b[^>]*+>[^<]*+|meta\s[^<>]*?(?:title|headline)[^<>]*+>)")
_HEAD = 20_000  # bytes at most in which the titles stand, where the page does not say where its body begins
_ENTITY = re.compile(rb"&(?:#[xX]?[0-9a-fA-F]{1,7}|[a-zA-Z]{2,31}\d{0,2});?")
_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE)
# Tried when the bytes are no UTF-8; the declaration, right or wrong, is tried as well.
_LEGACY = ("windows-1251", "koi8-u", "iso-8859-9", "windows-1256", "iso-8859-5", "cp866")
_MANY = 6


def _shown(codec: str) -> dict[int, int]:
    """Each character that stands for a byte in this encoding, and the byte."""
    return {ord(char): byte for byte in range(0x80, 0x100) if (char := bytes([byte]).decode(codec, "ignore"))}


# What the first two bytes of most letters look like when they are shown in an old encoding.
_DOUBLED = (
    (re.compile(rb"\xc3[\x82-\xb4](?:\xc2|\xe2|\xc5|\xc6|\xcb)"), _shown("windows-1252")),
    (
        re.compile(rb"\xd0[\x92-\xaf](?:\xc2|\xe2|\xd2|\xd0[\x82-\x8f]|\xd1[\x90-\x9f])|\xd0\xb1\xd1[\x92\x93]"),
        _shown("windows-1251"),
    ),
)


def texts(body: bytes, content_type: str) -> Iterator[bytes]:
    """The text of the page as UTF-8, once for each encoding that it may be in."""
    body = body[:MOST_BYTES]
    if wide := _wide(body):
        for charset in wide:
            yield _resolved(_text(body.decode(charset, "replace").encode("utf-8", "replace")))
        return
    text = _text(body)
    try:
        text.decode()
    except UnicodeDecodeError:
        declared = _CHARSET.findall(content_type.encode("ascii", "replace") + b" " + body[:2000])
        for charset in dict.fromkeys((*_LEGACY, *map(_known, declared), "utf-8")):
            yield _resolved(text.decode(charset, "replace").encode("utf-8", "replace"))
    else:
        yield _resolved(text)
        yield from map(_resolved, _doubled(text))


def _doubled(text: bytes) -> Iterator[bytes]:
    """The text as it was before UTF-8 was taken for an old encoding and encoded once more, where it looks so."""
    for looks, shown in _DOUBLED:
        if len(looks.findall(text)) >= _MANY:
            yield text.decode().translate(shown).encode("latin-1", "ignore").decode("utf-8", "ignore").encode()


def _wide(body: bytes) -> tuple[str, ...]:
    """The encodings of two bytes a letter that the body may be in, with or without a byte-order mark."""
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return ("utf-16",)
    head = body[:2000]
    return ("utf-16-le", "utf-16-be") if head.count(0) * 5 > len(head) else ()


def _known(charset: bytes) -> str:
    try:
        return codecs.lookup(charset.decode()).name
    except LookupError:
        return "utf-8"


def _text(body: bytes) -> bytes:
    """The titles that the head gives, then all that stands outside of tags, scripts and styles."""
    start = body.find(b"<body")
    titles = b"\n".join(_TITLES.findall(body, 0, start if start >= 0 else _HEAD)).replace(b"<", b" ")
    return b"%b\n%b\n%b" % (titles, TITLES_END, _without_tags(body))


def _without_tags(text: bytes) -> bytes:
    # A tag that nothing closes is none; not to seek its end again and again keeps the time linear.
    end = text.rfind(b">") + 1
    return _TAGS.sub(TAG, _LINES.sub(b"\n%b\n" % END, text[:end])) + text[end:]


def _resolved(text: bytes) -> bytes:
    """The text with entities and escapes of letters resolved."""
    if b"\\" in text:
        if b"\\u" in text:
            text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), text)
            text = _without_tags(text)
        text = text.replace(b"\\n", b"  ").replace(b"\\t", b"  ").replace(b"\\r", b"  ")
    if b"&" in text:
        resolved = _ENTITY.sub(lambda found: _character(found[0]), text)
        # Feeds and JSON hold pages within pages.
        text = _without_tags(resolved) if b"<" in resolved else resolved
    return _ENDS.sub(b"\n%b\n" % END, text)


@lru_cache(maxsize=2048)
def _character(entity: bytes) -> bytes:
    return html.unescape(entity.decode()).encode("utf-8", "replace")
