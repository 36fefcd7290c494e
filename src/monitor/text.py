"""Text at the border: scrubbed once on the way in, so that nothing later can choke on it."""

import re
import unicodedata

# C0 and C1 controls, surrogates, bidi overrides and isolates, byte-order marks and interlinear marks.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Zero-width space and soft hyphen carry no meaning; ZWNJ and ZWJ do in Persian and must stay.
_INVISIBLE = re.compile(r"[\u00ad\u200b\u2060]")
_SPACE = re.compile(r"\s+")


def scrub(text: str) -> str:
    """The text in NFC with line feeds only, without control characters, bidi controls or lone surrogates."""
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
        .replace("\x85", "\n")
    )
    text = _SURROGATE.sub("\ufffd", text)
    text = _INVISIBLE.sub("", _CONTROL.sub("", text))
    return unicodedata.normalize("NFC", text)


def line(text: str) -> str:
    """The text scrubbed and on one line, white space folded to single spaces."""
    return _SPACE.sub(" ", scrub(text)).strip()
