"""Names in a line: where they begin and end, and what is nobody's name."""

import re
from collections.abc import Collection

from monitor.article import words
from monitor.article.headline import key
from monitor.text import line

_SPLIT = re.compile(r"\s*[,;/|•·⋅]\s*")
_AND = re.compile(r"\s*&\s*|\s+(?:and|və|и|ve|та|և|და|و)\s+", re.IGNORECASE)
GLUED = re.compile(r"^\s*[Bb]y(?=[A-Z])")
"""A label that runs into the name: the space between them is made by the style sheet."""
_TAIL = re.compile(
    r"\s*(?:\||—|–|\s-\s|•|·|⋅|\b(?:for|at|in|on|published|updated|last|posted|says|writer|editor|reporter|contributor|follow)\b|@|\d"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|[(\[].*[\d@]).*$",
    re.IGNORECASE | re.DOTALL,
)
ADDRESS = re.compile(r"https?:|www\.|@|\.(?:com|org|net|info|az|ru|am|ge|tr|ua|ir)\b", re.IGNORECASE)
_POSTNOMINAL = re.compile(
    r"(?i:ph\.?d|m\.?d|jr|sr|esq|m\.?sc?|b\.?sc?|m\.?a|b\.?a)\.?|(?:[A-Z]\.?){2,6}(?:-[A-Z]{2,4})?(?: \d+)?"
)
_PARTICLES = frozenset({"de", "da", "van", "von", "der", "oğlu", "qızı", "el", "al", "with"})
_TEAM = frozenset({"desk", "team", "staff", "newsroom", "editors"})
"""Last words of names under which several sign as one."""


def split(text: str, *, shown: bool = True) -> tuple[str, ...]:
    """The names in a byline, without labels and what follows the names; "Ph.D." and the like stay with theirs.

    A text that is not shown but claimed in the page's head holds names and nothing else.
    """
    text = GLUED.sub("", line(text))
    if "://" in text:
        return ()
    if not words.NEEDS_COLON.match(text) or ":" in text:
        text = words.BYLINE_LABEL.sub("", text, count=1)
    found: list[str] = []
    for part in (name for piece in _SPLIT.split(text) for name in _joined(piece)):
        name = words.BYLINE_LABEL.sub("", part, count=1)
        name = (_TAIL.sub("", name) if shown else name).strip(" ,:;|-–—✉&")
        if found and _POSTNOMINAL.fullmatch(name):
            found[-1] += f", {name}"
        elif name:
            found.append(name.rstrip(".") if not re.search(r"\b\w\.$", name) else name)
    return tuple(found)


def _joined(piece: str) -> list[str]:
    """The names that "and" joins; "Linny and Peter" is how two sign together."""
    parts = _AND.split(piece)
    return parts if all(" " in words.BYLINE_LABEL.sub("", part).strip() for part in parts) else [piece]


def is_name(name: str, *, refused: Collection[str] = ()) -> bool:
    """Whether it can be an author: no address, no menu word, none of the refused."""
    parts = key(name).split()
    if not parts or len(parts) > 8 or len(name) > 80 or ADDRESS.search(name) or fold(name) in refused:
        return False
    if not re.search(r"[^\W\d_]", name):
        return False
    return not all(part in words.NO_NAME for part in parts)


def signs(name: str, *, refused: Collection[str], own: Collection[str]) -> bool:
    """Whether it can sign for want of a person: no address save the outlet's own, no placeholder."""
    parts = key(name).split()
    if not parts or len(parts) > 8 or len(name) > 80 or fold(name) in refused or not re.search(r"[^\W\d_]", name):
        return False
    if ADDRESS.search(name) and fold(name) not in own:
        return False
    return is_team(name) or not all(part in words.NO_NAME for part in parts)


def is_team(name: str) -> bool:
    """Whether several sign as one: "News Desk", "The Alma Team"."""
    parts = name.split()
    if not (1 < len(parts) <= 5 and all(part[0].isupper() for part in parts)):
        return False
    return parts[-1].casefold() in _TEAM and parts[0].casefold() not in {"meet", "about", "join"}


def person_like(name: str) -> bool:
    """Whether a name that is the site's too may be a person's: two words or more, none that outlets are made of."""
    parts = key(name).split()
    return 1 < len(parts) <= 5 and not words.OUTLETISH & set(parts)


def looks_like_one(name: str) -> bool:
    """Two to five words, each with a capital where the script has capitals, no word of a menu among them."""
    parts = name.partition(",")[0].split()
    return len(parts) > 1 and is_written_as_one(name) and not words.NO_NAME & {part.casefold() for part in parts}


def is_written_as_one(name: str) -> bool:
    """One word, or up to five with a capital each where the script has capitals."""
    parts = name.partition(",")[0].split()
    # Georgian writes no capitals, though Unicode gives its letters some.
    small = [part for part in parts if part[0].islower() and not "ა" <= part[0] <= "ჿ" and part not in _PARTICLES]
    return len(parts) == 1 or (len(parts) <= 5 and not small)


def fold(text: str) -> str:
    """The name as compared with others: its letters and digits alone, without case."""
    return key(text).replace(" ", "")
