"""The values of a lexicon: terms, rules, languages, examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.relevance.pattern import Element, Endings

ANY = "*"
"""The language of a file whose words stand in texts of every language (TM-62, ANAMA)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Patterns of one meaning; weight 0 is context that counts only in rules."""

    id: str
    language: str
    kind: str
    weight: float
    patterns: tuple[tuple[Element, ...], ...]
    negative: bool = False
    masks: frozenset[str] = frozenset()
    """Kinds that the term masks, "*" for all; empty: none, for a negative all."""
    scope: str = "span"
    """How far it masks: span, the words it covers; sentence; text; topic, the text when it stands in headline or lead;
    quoted, what is nothing but a name in quotation marks anywhere in the text."""
    unless: frozenset[str] = frozenset()
    """Kinds whose presence anywhere in the text keeps a negative from masking."""
    foreign: tuple[str, ...] = ()
    """Sentences in which none of the patterns may match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Kinds that say together what none says alone."""

    id: str
    kind: str
    weight: float
    all: tuple[frozenset[str], ...]
    """Each set must be met by one of its kinds."""
    within: str
    unless: frozenset[str] = frozenset()
    """Kinds that must be absent from the place where the others stand."""
    unless_text: frozenset[str] = frozenset()
    """Kinds that must be absent from the whole text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A sentence that a lexicon file brings along, and what the matcher must say of it."""

    text: str
    relevant: bool
    language: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How a language is told from others: its commonest words (folded) and letters that few others use."""

    common: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()
    frequent: tuple[str, ...] = ()
    """Words (folded) that web pages hold, article or not, the commonest first: a hint for the prefilter alone."""


Concepts = Mapping[str, Sequence[tuple[str, str]]]
"""Language → the names of concepts and their words (a star ends a beginning); folded when first asked for, since most
texts never ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the classifier has learned."""

    bias: float
    features: str
    """A name and a number a line; read when first asked for, since most texts never ask."""
    categories: Mapping[str, str]
    terms: frozenset[str]
    """Ids of the terms, negatives and rules that stood in the lexicon when it learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All words and rules of all languages."""

    terms: tuple[Term, ...]
    rules: tuple[Rule, ...]
    languages: Mapping[str, Language]
    endings: Mapping[str, Endings]
    """Inflections by the name that atoms carry: language and name."""
    examples: tuple[Example, ...] = field(default=(), repr=False)
    concepts: Concepts = field(default_factory=dict, repr=False)
    weights: Weights | None = field(default=None, repr=False)
