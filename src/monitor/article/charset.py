"""Bytes → text, whatever the page says of its charset: valid UTF-8 and byte-order marks outrank every declaration."""

import codecs
import re
from collections.abc import Iterable

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What old pages of the region are written in; the order decides between equals.
_CANDIDATES = ("windows-1251", "koi8-u", "windows-1254", "windows-1252", "windows-1256", "iso-8859-5", "cp866")
_SAMPLE = 65_536
_HIGH_RUN = re.compile(rb"[A-Za-z]*[\x80-\xff]+[A-Za-z\x80-\xff]*")

# The letters that make up most of a text in its own charset, and of no text in a wrong one.
_FREQUENT = frozenset("оеаинтсрвлкмдпуяызьбгіїє" + "çğıöşüəéáíóäñ" + "اليمنترهبدسعفقکگپیحو")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]+")


def _bytes_as_shown(codec: str) -> dict[str, int]:
    """Each character that a lax reader of this charset shows, and its byte; C1 controls are bytes passed through."""
    controls = {chr(byte): byte for byte in range(0x80, 0xA0)}
    return controls | {bytes([byte]).decode(codec, "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}


def _doubled(shown: dict[str, int]) -> re.Pattern[str]:
    """What one character of UTF-8 looks like when its bytes are shown as characters of another charset."""

    def chars(first: int, end: int) -> str:
        return "".join(re.escape(char) for char, byte in shown.items() if first <= byte < end)

    leads = ((0xC2, 0xE0, 1), (0xE0, 0xF0, 2), (0xF0, 0xF5, 3))
    return re.compile("|".join(f"[{chars(a, z)}][{chars(0x80, 0xC0)}]{{{n}}}" for a, z, n in leads))


_READERS = tuple((shown, _doubled(shown)) for shown in map(_bytes_as_shown, ("windows-1252", "windows-1251")))


def decode(body: bytes, *, content_type: str = "", encoding: str | None = None) -> str:
    """The text of a page; `encoding` is what its source is known to use and outranks all but a byte-order mark."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    if encoding and (known := resolve_encoding(encoding)):
        return body.decode(known, "replace")
    if wide := _wide(body):
        return body.decode(wide, "replace")
    try:
        return repair(body.decode("utf-8"))
    except UnicodeDecodeError:
        return _guess(body, content_type)


def repair(text: str) -> str:
    """The text with UTF-8 that was read as windows-1252 or windows-1251 and encoded once more put right."""
    runs = _FOREIGN_RUN.findall(text)
    sample = " ".join(runs[:: 1 + len(runs) // 2000])[:20_000]
    for shown, doubled in _READERS:
        found = doubled.findall(sample)
        # Sound text holds such sequences by accident ("Я»", "ß”"), but never many and never as a large share.
        if len(found) > 5 and sum(map(len, found)) > len(sample) * 0.15:
            return doubled.sub(lambda seq, shown=shown: _single(seq[0], shown), text)  # type: ignore[misc]
    return text


def _single(sequence: str, shown: dict[str, int]) -> str:
    try:
        return bytes(shown[char] for char in sequence).decode("utf-8")
    except UnicodeDecodeError:
        return sequence


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: mark-up alone makes every other byte of its beginning NUL."""
    head = body[:4096]
    if head.count(0) < len(head) // 20:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) > max(even, odd) // 10:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _guess(body: bytes, content_type: str) -> str:
    """The text of bytes that are not UTF-8: nearly UTF-8, else in the charset in which the letters make words."""
    lax = body.decode("utf-8", "replace")
    wide_letters = sum(1 for char in lax if char > "\x7f")
    if lax.count("\ufffd") * 10 < wide_letters:
        return lax
    declared = _declared(body, content_type)
    sample = b" ".join(_HIGH_RUN.findall(body[: _SAMPLE * 4])[:8192])[:_SAMPLE]
    names = dict.fromkeys([*declared, *_CANDIDATES])
    best = max(names, key=lambda name: _likeness(sample, name) + (0.1 if name in declared else 0.0))
    return body.decode(best, "replace")


def _declared(body: bytes, content_type: str) -> list[str]:
    """The charsets that header and page name; UTF-8 is out of the question by now."""
    named: Iterable[str | None] = (
        http_content_type_encoding(content_type or None),
        html_body_declared_encoding(body[:4096]),
    )
    return [name for name in named if name and codecs.lookup(name).name != "utf-8"]


def _likeness(sample: bytes, codec: str) -> float:
    """How much the sample read in this charset looks like words: 1 at best, below 0 for noise."""
    text = sample.decode(codec, "replace")
    score = total = 0
    before = " "
    for char in text:
        if char > "\x7f":
            total += 1
            if char in _FREQUENT:
                score += 1
            elif not char.isalpha():
                score -= 1
            elif char.isupper() and before.islower():
                score -= 2
        before = char
    return score / total if total else 0.0
