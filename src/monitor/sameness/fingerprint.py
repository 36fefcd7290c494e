"""One key for one text, however it is set."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

# Signs without a width or a sound of their own: joiners, soft hyphens, direction marks.
_FORMAT = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0640]")
_NO_WORD = re.compile(r"[\W_]+")


def text_key(title: str, paragraphs: Iterable[str]) -> str:
    """The same for texts of the same words in the same order, whatever their case, punctuation and line breaks.

    >>> text_key("MİNA PARTLADI", ["Bir nəfər yaralanıb."]) == text_key("Mina partladı!", ["bir nəfər", "yaralanıb"])
    True
    """
    return hashlib.sha256(" ".join(words(" ".join((title, *paragraphs)))).encode()).hexdigest()


def words(text: str) -> list[str]:
    """The words of the text, folded for comparing.

    >>> words("«Վառված» ԵՎ mine-affected")
    ['վառված', 'եվ', 'mine', 'affected']
    """
    text = unicodedata.normalize("NFKC", _FORMAT.sub("", text)).casefold()
    # Python folds İ to i + dot above and leaves ı; a headline in capitals must meet itself in small letters.
    # The same with the Armenian ligature, which is spelt եվ in capitals.
    text = text.replace("i\u0307", "i").replace("ı", "i").replace("եւ", "եվ")
    return [word for word in _NO_WORD.split(_without_marks(text)) if word]


def _without_marks(text: str) -> str:
    # \w has no combining marks: a Persian vowel sign or an accent without a composed form would cut its word in two.
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
