"""The text of a page → its words in bytes, as the lexicon spells them."""

import re

from monitor.relevance.normalise import fold, fold_letter

_ASCII = bytes(range(128))
# Small letters, digits, the mark within words and bytes of other alphabets as they are; what can end a sentence a line
# feed; all else a space.
_PLAIN = bytes(
    byte if byte >= 128 or byte in b"_\x03\x04" or chr(byte).isalnum() else 10 if byte in b"\x01.!?\n;|:" else 32
    for byte in range(256)
).lower()
_ENDS = "…։؟۔•·"
# An apostrophe between Cyrillic letters belongs to the word.
_APOSTROPHE = re.compile("['’ʼ`](?<=[\u0400-\u04ff].)(?=[\u0400-\u04ff])")
_CYRILLIC = re.compile(rb"[\xd0-\xd3]")
_MOST = 120  # letters that are replaced one by one
_WORD = re.compile(rb"[^ \n\x03\x04]+")
# By their first bytes, letters of the two alphabets that look alike: words of both are rare, and seen quickly so.
_ALPHABETS = bytes(
    99 if 0xD0 <= byte <= 0xD3 else 97 if chr(byte).isalpha() and byte < 128 else 32 for byte in range(256)
)
_NEITHER = bytes(range(0x80, 0xC0)) + b"0123456789_"


class _Letters(dict[int, str]):
    """Character → what stands for it, worked out when first met."""

    def __init__(self, *, folded: bool) -> None:
        super().__init__()
        self._folded = folded

    def __missing__(self, code: int) -> str:
        char = chr(code)
        letter = fold_letter(code)
        if letter is None:
            letter = "\n" if char in _ENDS else " "
        elif letter and not self._folded:
            letter = char
        self[code] = letter
        return letter


_FOLDED, _UNFOLDED = _Letters(folded=True), _Letters(folded=False)


def plain(text: bytes) -> list[bytes]:
    """The words of the text, folded."""
    foreign = text.translate(None, _ASCII)
    words = _read(text, foreign, _FOLDED).translate(_PLAIN)
    if _CYRILLIC.search(foreign) and _mixed(words):
        words = _WORD.sub(lambda word: fold(word[0].decode()).encode(), words)
    return words.split()


def fragments(text: bytes) -> list[list[bytes]]:
    """The same words with their accents, wherever a sentence may end a list begun."""
    words = _read(text, text.translate(None, _ASCII), _UNFOLDED).translate(_PLAIN)
    return [found for line in words.split(b"\n") if (found := line.split())]


def _read(text: bytes, foreign: bytes, letters: "_Letters") -> bytes:
    return _translated(text.decode(), set(foreign.decode()), letters).encode() if foreign else text


def _translated(text: str, chars: set[str], letters: _Letters) -> str:
    if any("\u0400" <= char <= "\u04ff" for char in chars):
        text = _APOSTROPHE.sub("", text)
    changed = [(char, letter) for char in chars if (letter := letters[ord(char)]) != char]
    if len(changed) > _MOST:
        return text.translate({ord(char): letter for char, letter in changed})
    for char, letter in changed:
        text = text.replace(char, letter)
    return text


def _mixed(words: bytes) -> bool:
    alphabets = words.translate(_ALPHABETS, _NEITHER)
    return b"ac" in alphabets or b"ca" in alphabets
