"""The pattern language of the lexicon: words, no regular expressions; matching is linear and anyone can write it.

mina            the word itself, in any case and accent
stem*           any word that begins so
*ending         any word that ends so
гранат{а|ы|}    the stem with one of these endings (the last: none)
mina+noun       the word with an ending of the inflection "noun" of the same file
#               any number in digits
=MAG            the word exactly as written, capitals and all
{tank|infantry} one of several
[hand]          may be missing
..3             up to three words of any kind in between (.. alone: up to two)
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from monitor.relevance.normalise import WORD, fold, fold_all

_PART = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]|\S+")
_STEM_AND_ENDINGS = re.compile(r"\b(\w++)\{([^{}]*)\}")
_SIMPLE = re.compile(r"[^\W\d_]+\*?(?:\|[^\W\d_]+\*?)*")
_GAP = re.compile(r"\.\.(\d?)")
_WORDS_PER_PATTERN = 16
_VARIANTS = 64

Endings = tuple[frozenset[str], frozenset[str]]
"""What may stand before and after a stem; "*" among the second: anything."""


class Atom(NamedTuple):
    """One word pattern: stem with what may surround it, or a word exactly as written (a tuple: it is hashed often)."""

    stem: str
    inflection: str = ""
    """Name of the inflection, "*" for any ending, "<" for any beginning, "=" for exactly as written, "#" for numbers,
    "" for the bare word."""


class Element(NamedTuple):
    """One place in a pattern: alternatives, and how many foreign words may stand before it."""

    atoms: tuple[Atom, ...]
    optional: bool = False
    gap: int = 0


class _Atoms(dict[str, Atom]):
    """Folded word, with or without a star → its one atom."""

    def __missing__(self, word: str) -> Atom:
        atom = self[word] = Atom(word[:-1], "*") if word[-1:] == "*" else Atom(word)
        return atom


_ATOMS = _Atoms()


class PatternError(ValueError):
    """The pattern cannot be compiled; the message says why."""


def compile_pattern(text: str, label: str, inflections: Mapping[str, Endings]) -> tuple[tuple[Element, ...], ...]:
    """The sequences of elements that a pattern stands for; several when an alternative has more than one word.

    Neither first nor last element is optional; inflections are known as label+name.
    """
    if simple := _simple(text):
        return ((Element(simple),),)
    sequences: list[list[Element]] = [[]]
    gap = 0
    for part in _PART.findall(_spelt_out(text)) if "{" in text or "[" in text else text.split():
        if part.startswith(".."):
            gap = _gap(part)
            continue
        if simple := _simple(part):
            for sequence in sequences:
                sequence.append(Element(simple, gap=gap))
            gap = 0
            continue
        optional = part.startswith("[")
        inner = part[1:-1].strip() if optional else part
        choices = inner[1:-1] if inner.startswith("{") else inner
        variants = _variants(choices, label, inflections, optional=optional, gap=gap)
        sequences = [[*sequence, *variant] for sequence in sequences for variant in variants]
        if len(sequences) > _VARIANTS:
            raise PatternError(f"{text!r} stands for more than {_VARIANTS} patterns; write several")
        gap = 0
    return tuple(_checked(text, sequence, gap) for sequence in sequences)


def _gap(part: str) -> int:
    if not (found := _GAP.fullmatch(part)):
        raise PatternError(f"{part!r}: a gap is written .. or ..1 to ..9")
    return int(found[1] or 2)


def _spelt_out(text: str) -> str:
    """The pattern with stem{a|b} written as {stema|stemb}, inside braces as stema|stemb."""

    def spell(found: re.Match[str]) -> str:
        words = "|".join(found[1] + ending for ending in found[2].split("|"))
        before = text[: found.start()]
        return words if before.count("{") > before.count("}") else f"{{{words}}}"

    return _STEM_AND_ENDINGS.sub(spell, text)


def _variants(
    choices: str, label: str, inflections: Mapping[str, Endings], *, optional: bool, gap: int
) -> list[list[Element]]:
    """One element for all single words, and a sequence for each alternative of several words."""
    if _SIMPLE.fullmatch(choices):
        return [[Element(tuple(map(_ATOMS.__getitem__, fold_all(choices, "|"))), optional, gap)]]
    single: list[Atom] = []
    phrases: list[list[Atom]] = []
    for choice in choices.split("|"):
        words = _simple(choice) or _words(choice, label, inflections)
        if len(words) == 1:
            single += words
        else:
            phrases.append(list(words))
    variants = [[Element(tuple(single), optional, gap)]] if single else []
    variants += [
        [Element((atom,), optional, 0 if index else gap) for index, atom in enumerate(phrase)] for phrase in phrases
    ]
    return variants


def _words(text: str, label: str, inflections: Mapping[str, Endings]) -> list[Atom]:
    atoms = [atom for word in text.split() for atom in _atoms(word, label, inflections)]
    if not atoms:
        raise PatternError("an empty alternative would match the empty string")
    return atoms


def _checked(text: str, elements: list[Element], gap: int) -> tuple[Element, ...]:
    if not elements:
        raise PatternError(f"{text!r} has no word, so it would match the empty string")
    if elements[0].optional or elements[-1].optional or elements[0].gap or gap:
        raise PatternError(f"{text!r} begins or ends with something that may be missing; leave that out")
    if len(elements) > _WORDS_PER_PATTERN:
        raise PatternError(f"{text!r} has more than {_WORDS_PER_PATTERN} words")
    return tuple(elements)


@lru_cache(maxsize=100_000)
def _simple(text: str) -> tuple[Atom, ...]:
    """The one word that a piece of letters is, with or without a star; every such word is one object. Else nothing."""
    if text.isalpha():
        return (_ATOMS[fold(text)],)
    if text[:-1].isalpha() and text[-1] == "*":
        return (_ATOMS[fold(text[:-1]) + "*"],)
    if text[:1] == "*" and text[1:].isalpha():
        return (Atom(fold(text[1:]), "<"),)
    return ()


def _atoms(text: str, label: str, inflections: Mapping[str, Endings]) -> list[Atom]:
    """The words that a piece without white space consists of: anti-tank is two."""
    if text.startswith("="):
        if not WORD.fullmatch(text[1:]):
            raise PatternError(f"{text!r} is not one word")
        return [Atom(text[1:], "=")]
    if text == "#":
        return [Atom("#", "#")]
    if simple := _simple(text):
        return list(simple)
    body, plus, inflection = text.partition("+")
    if plus and f"{label}+{inflection}" not in inflections:
        known = ", ".join(sorted(name.rpartition("+")[2] for name in inflections)) or "none"
        raise PatternError(f"{text!r}: no inflection {inflection!r} in this file (there is: {known})")
    if star := body.endswith("*"):
        body = body[:-1]
    if any(c in body for c in "*{}[]|="):
        raise PatternError(f"{text!r}: * stands at the end of a word; {{a|b}} and [a] stand apart")
    words = [folded for word in WORD.findall(body) if (folded := fold(word))]
    if not words:
        raise PatternError(f"{text!r} has no letter or digit, so it would match the empty string")
    return [
        *(Atom(word) for word in words[:-1]),
        Atom(words[-1], "*" if star else f"{label}+{inflection}" if plus else ""),
    ]
