r"""Bytes of a page → its text in every encoding that it may be in, cheaply; the extractor reads it properly later.

Tags become \x01, one each, so that a caller can take them for a gap between words and for nothing at all.
"""

import codecs
import html
import re
from collections.abc import Iterator

MOST_BYTES = 4_000_000

_TAGS = re.compile(rb"<[a-zA-Z/!?][^>]*+>")
_NUMBER = re.compile(rb"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))")
# Entities by name that stand for letters or hide inside words; &amp; &nbsp; &quot; and their like are harmless.
_NAMED = re.compile(
    rb"&(?!(?:amp|nbsp|quot|lt|gt|apos|copy|reg|[lr][sd]?quo|[lr]aquo|[mn]dash|hellip|bull|middot|times)\b)[a-zA-Z]{2,8};"
)
_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE)
# What stands inside words and means nothing there: soft hyphen, zero-width characters, tatweel, Arabic vowel signs,
# Armenian accents; joiners between letters of Persian words.
_INVISIBLE = re.compile(
    rb"\xc2\xad|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0\xa6-\xa9]|\xef\xbb\xbf|\xd9[\x80\x8b-\x9f\xb0]|\xd5[\x9a-\x9f]"
)
# Tried when the bytes are no UTF-8; the declaration, right or wrong, is tried as well.
_ASCII = bytes(range(128))
_LEGACY = ("windows-1251", "koi8-r", "iso-8859-9", "windows-1256")


def texts(body: bytes, content_type: str) -> Iterator[bytes]:
    """The text of the page as UTF-8, once for each encoding that it may be in."""
    body = body[:MOST_BYTES]
    if wide := _wide(body):
        for charset in wide:
            yield _resolved(
                _TAGS.sub(b"\x01", _without_code(body.decode(charset, "replace").encode("utf-8", "replace")))
            )
        return
    text = _TAGS.sub(b"\x01", _without_code(body))
    try:
        text.decode()
    except UnicodeDecodeError:
        declared = _CHARSET.findall(content_type.encode("ascii", "replace") + b" " + body[:2000])
        for charset in dict.fromkeys((*_LEGACY, *map(_known, declared), "utf-8")):
            yield _resolved(text.decode(charset, "replace").encode("utf-8", "replace"))
    else:
        yield _resolved(text)


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


def _without_code(body: bytes) -> bytes:
    """The body without scripts and styles; scripts that hold data (JSON-LD) stay."""
    for opening, closing in ((b"<script", b"</script"), (b"<style", b"</style")):
        kept, at = [], 0
        while (start := body.find(opening, at)) >= 0:
            inside = body.find(b">", start)
            if inside < 0:
                break
            end = inside if b"json" in body[start:inside].lower() else body.find(closing, inside)
            if end < 0:
                break
            kept.append(body[at : inside if end == inside else start])
            at = end
        kept.append(body[at:])
        body = b" ".join(kept)
    return body


def _resolved(text: bytes) -> bytes:
    """The text with entities and escapes of letters resolved, and without what is invisible inside words."""
    if b"\\" in text:
        if b"\\u" in text and any(_lettered(int(code, 16)) for code in _ESCAPE.findall(text)):
            text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), text)
        text = text.replace(b"\\n", b"  ").replace(b"\\t", b"  ").replace(b"\\r", b"  ")
    if b"&" in text and (
        _NAMED.search(text) or any(_lettered(int(h, 16) if h else int(d)) for h, d in _NUMBER.findall(text))
    ):
        text = html.unescape(text.decode("utf-8", "replace")).encode("utf-8", "replace")
        # Feeds and JSON hold pages within pages.
        text = _TAGS.sub(b"\x01", text)
    foreign = text.translate(None, _ASCII)
    return _INVISIBLE.sub(b"", text) if _INVISIBLE.search(foreign) else text


def _lettered(code: int) -> bool:
    """Whether the character can be part of a word."""
    return code in {0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF} or (
        code < 0x110000 and (chr(code).isalpha() or 0x300 <= code < 0x370)
    )
