"""One folding for all languages: words that a reader takes for the same word become the same string.

Words are cut from the original text, so their offsets are the original's; only the single word is folded.
"""

import re
import unicodedata

# Letters, digits, and what stands inside words without being a letter: combining marks, soft hyphen, joiners,
# Armenian accents (they sit on the stressed vowel), Arabic vowel signs and tatweel.
_INSIDE = (
    "\u00ad\u0300-\u036f\u055a-\u055f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u200b\u200d-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
)
# An apostrophe belongs to the word between Cyrillic letters (об'єкт); elsewhere it ends the word (d'une, ANAMA'nın).
_LETTERS_INSIDE = rf"[\w{_INSIDE}]*"
WORD = re.compile(rf"\w{_LETTERS_INSIDE}(?:['’ʼ`](?<=[\u0400-\u04ff].)(?=[\u0400-\u04ff]){_LETTERS_INSIDE})*")

LONGEST = 80
"""Longer runs of letters are no words and match nothing."""

# Letters of one sound that keyboards confuse: Persian and Arabic yeh, kaf and heh, dotless i, the Cyrillic schwa typed
# for the Azerbaijani one; and the digits of both Arabic shapes.
_SAME = {"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ı": "i", "ә": "ə"} | {
    chr(base + digit): str(digit) for base in (0x660, 0x6F0) for digit in range(10)
}
_DROPPED = re.compile(rf"[{_INSIDE}'’ʼ`]")
_MARK = re.compile(f"[{_INSIDE}]")
_TO_CYRILLIC = str.maketrans("aceopxyijsmhktbə", "асеорхуіјѕмнктвə")
_TO_LATIN = str.maketrans("асеорхуіјѕмнктв", "aceopxyijsmhktb")
_CYRILLIC = re.compile(r"[\u0430-\u04ff]")
_LATIN = re.compile(r"[a-zə]")


class _Letters(dict[int, str]):
    """Character → what it is folded to, worked out when first met."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code)).casefold()
        # Case folding may compose again (ΐ, և), hence the second decomposition.
        letters = unicodedata.normalize("NFKD", letters)
        folded = "".join(_SAME.get(c, c) for c in letters if not unicodedata.combining(c) and not _DROPPED.match(c))
        self[code] = folded
        return folded


_LETTERS = _Letters()


def fold_letter(code: int) -> str | None:
    """What fold makes of one character of a word; None for what does not stand in words."""
    char = chr(code)
    return _LETTERS[code] if char.isalnum() or char == "_" or _MARK.match(char) else None


def fold(word: str) -> str:
    """The word without case, accents, vowel signs, invisible characters and look-alike letters of another alphabet."""
    if word.isascii() and word.isalnum():
        return word.lower()
    letters = word.translate(_LETTERS)
    if _mixed(letters):
        cyrillic, latin = len(_CYRILLIC.findall(letters)), len(_LATIN.findall(letters))
        return letters.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
    return letters


def fold_all(words: str, between: str | None = None) -> list[str]:
    """Each of the words folded; between: the sign that parts them, None for white space."""
    letters = words.translate(_LETTERS)
    return [fold(word) for word in words.split(between)] if _mixed(letters) else letters.split(between)


def _mixed(letters: str) -> bool:
    return _CYRILLIC.search(letters) is not None and _LATIN.search(letters) is not None
