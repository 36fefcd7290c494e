"""Lexicon files → Lexicon: what the words are, not how they are found.

Several files may speak for one language; a user's file adds to the bundled one.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any

import tomli

from monitor.errors import SeedError
from monitor.relevance import garbage
from monitor.relevance.normalise import fold, fold_all
from monitor.relevance.occurrences import Finder
from monitor.relevance.pattern import Element, Endings, PatternError, compile_pattern
from monitor.relevance.sentences import whole
from monitor.relevance.terms import ANY, Concepts, Example, Language, Lexicon, Rule, Term, Weights

__all__ = ["Lexicon", "load"]

SCOPES = ("span", "sentence", "quoted", "topic", "text")
WITHIN = ("sentence", "neighbours", "paragraph", "story", "text")

_MOST_ENDINGS = 20_000
_FILE = {"language", "common", "frequent", "letters", "inflections", "term", "negative", "rule", "tests", "concepts"}
_FILE |= {"classifier"}
_TERM = {"id", "kind", "weight", "words", "masks", "scope", "not", "note"}
_NEGATIVE = {"id", "kind", "words", "masks", "scope", "unless", "not", "note"}
_RULE = {"id", "kind", "weight", "all", "within", "unless", "unless_text", "note"}
_TESTS = {"relevant", "irrelevant"}
_NO_WEIGHT = re.compile(r"^(?!\S+ -?\d+(?:\.\d+)?$).+$", re.MULTILINE)
_CLASSIFIER = {"bias", "terms", "features", "categories"}


def load(files: Iterable[tuple[str, str]]) -> Lexicon:
    """The lexicon that the files (label, TOML text) make together; SeedError names the file, line and term at fault."""
    return _loaded(tuple(files))


@lru_cache(maxsize=1)  # a process checks the files, then reads them again for use
@garbage.kept()
def _loaded(files: tuple[tuple[str, str], ...]) -> Lexicon:
    readers = [_File(label, text) for label, text in files]
    kinds = {term.kind for reader in readers for term in reader.terms}
    for reader in readers:
        reader.check_rules(kinds)
    languages: dict[str, Language] = {}
    for reader in readers:
        before = languages.get(reader.language, Language())
        languages[reader.language] = Language(
            common=before.common | reader.own.common,
            letters=before.letters | reader.own.letters,
            frequent=before.frequent + reader.own.frequent,
        )
    lexicon = Lexicon(
        terms=tuple(term for reader in readers for term in reader.terms),
        rules=tuple(rule for reader in readers for rule in reader.rules),
        languages=languages,
        endings={name: value for reader in readers for name, value in reader.endings.items()},
        examples=tuple(example for reader in readers for example in reader.examples),
        concepts=_concepts(readers),
        weights=next((reader.weights for reader in reversed(readers) if reader.weights), None),
    )
    for reader in readers:
        reader.check_foreign(lexicon)
    return lexicon


def _concepts(readers: Iterable["_File"]) -> Concepts:
    """The concepts of all files by language."""
    concepts: dict[str, list[tuple[str, str]]] = {}
    for reader in readers:
        if reader.concepts:
            concepts.setdefault(reader.language, []).extend(reader.concepts)
    return concepts


class _File:
    """One file, read into terms and rules; every complaint names file and line."""

    def __init__(self, label: str, text: str) -> None:
        self.label, self.source = label, text
        try:
            table = tomli.loads(text)
        except tomli.TOMLDecodeError as error:
            raise SeedError(f"{label}: not valid TOML: {error}") from error
        self.known(table, _FILE, "")
        self.language = self.string(table, "language", "")
        self.own = Language(
            common=frozenset(fold_all(self.string(table, "common", "", ""))),
            letters=frozenset(self.string(table, "letters", "", "")),
            frequent=tuple(fold_all(self.string(table, "frequent", "", ""))),
        )
        self.endings = {
            f"{label}+{name}": self.inflection(name, value) for name, value in self.table(table, "inflections").items()
        }
        self.terms = [self.term(one, negative=False) for one in self.tables(table, "term")]
        self.terms += [self.term(one, negative=True) for one in self.tables(table, "negative")]
        self.rules = [self.rule(one) for one in self.tables(table, "rule")]
        concepts = self.table(table, "concepts")
        self.concepts = [(name, self.string(concepts, name, "concepts")) for name in concepts]
        if self.concepts and self.language == ANY:
            raise self.wrong("concepts", "[concepts]", "the words of concepts belong into the file of a language")
        self.weights = self.learned(self.table(table, "classifier")) if "classifier" in table else None
        tests = self.table(table, "tests")
        self.known(tests, _TESTS, "tests")
        self.examples = [
            Example(text=one, relevant=key == "relevant", language=self.language, label=label)
            for key in sorted(tests)
            for one in self.strings(tests, key, "tests")
        ]

    def term(self, table: Mapping[str, Any], *, negative: bool) -> Term:
        name = self.string(table, "id", "negative" if negative else "term")
        self.known(table, _NEGATIVE if negative else _TERM, name)
        scope = self.string(table, "scope", name, "span")
        if scope not in SCOPES:
            raise self.wrong(name, scope, f"unknown scope {scope!r}; use one of {', '.join(SCOPES)}")
        return Term(
            id=f"{self.language}:{name}",
            language=self.language,
            kind=self.string(table, "kind", name, "negative" if negative else None),
            weight=0.0 if negative else self.number(table, "weight", name),
            patterns=tuple(one for words in self.strings(table, "words", name) for one in self.patterns(words, name)),
            negative=negative,
            masks=self.kinds(table, "masks", name),
            scope=scope,
            unless=self.kinds(table, "unless", name),
            foreign=tuple(self.strings(table, "not", name)) if "not" in table else (),
        )

    def patterns(self, words: str, name: str) -> tuple[tuple[Element, ...], ...]:
        try:
            return compile_pattern(words, self.label, self.endings)
        except PatternError as error:
            raise self.wrong(name, words, str(error)) from error

    def rule(self, table: Mapping[str, Any]) -> Rule:
        name = self.string(table, "id", "rule")
        self.known(table, _RULE, name)
        within = self.string(table, "within", name, "sentence")
        if within not in WITHIN:
            raise self.wrong(name, within, f"unknown reach {within!r}; use one of {', '.join(WITHIN)}")
        needed = tuple(frozenset(one.split("|")) for one in self.strings(table, "all", name))
        if not needed:
            raise self.wrong(name, name, "'all' names no kind")
        return Rule(
            id=f"{self.language}:{name}",
            kind=self.string(table, "kind", name),
            weight=self.number(table, "weight", name),
            all=needed,
            within=within,
            unless=self.kinds(table, "unless", name),
            unless_text=self.kinds(table, "unless_text", name),
        )

    def learned(self, table: Mapping[str, Any]) -> Weights:
        self.known(table, _CLASSIFIER, "classifier")
        bias = table.get("bias")
        if isinstance(bias, bool) or not isinstance(bias, int | float):
            raise self.wrong("classifier", "bias", "'bias' must be a number")
        categories = self.table(table, "categories")
        return Weights(
            bias=float(bias),
            features=self.weighted(table, "features"),
            categories={name: self.weighted(categories, name) for name in sorted(categories)},
            terms=frozenset(self.string(table, "terms", "classifier", "").split()),
        )

    def weighted(self, table: Mapping[str, Any], key: str) -> str:
        """Lines of a name and a number."""
        lines = self.string(table, key, "classifier", "")
        fault = _NO_WEIGHT.search(lines)
        if fault:
            raise self.wrong(
                "classifier", fault[0], f"each line of {key!r} must be a name and a number, not {fault[0]!r}"
            )
        return lines

    def check_rules(self, kinds: set[str]) -> None:
        for rule in self.rules:
            for kind in sorted((frozenset().union(*rule.all) | rule.unless | rule.unless_text) - kinds):
                raise self.wrong(rule.id, kind, f"no term has the kind {kind!r}, so the rule can never hold")

    def check_foreign(self, lexicon: Lexicon) -> None:
        """SeedError when a term matches a sentence that it says it must not match."""
        for term in self.terms:
            if not term.foreign:
                continue
            finder = Finder(replace(lexicon, terms=(term,)))
            for sentence in term.foreign:
                if finder.find(whole(sentence, finder.vocabulary), None):
                    raise self.wrong(term.id, sentence, f"matches its own negative sentence {sentence!r}")

    def inflection(self, name: str, value: Any) -> Endings:
        table = value if isinstance(value, dict) else {"after": value}
        self.known(table, {"before", "after"}, name)
        before, after = (self.chain(table, key, name) for key in ("before", "after"))
        return before, after

    def chain(self, table: Mapping[str, Any], key: str, name: str) -> frozenset[str]:
        """All that a chain of slots can spell; "-" in a slot is nothing, "*" as the only slot anything."""
        slots = [slot.split() for slot in self.strings(table, key, name)] if key in table else [["-"]]
        size = 1
        for slot in slots:
            size *= max(1, len(slot))
        if size > _MOST_ENDINGS:
            raise self.wrong(name, name, f"inflection {name!r} spells {size} endings; at most {_MOST_ENDINGS}")
        slots = [["" if one == "-" else fold(one) for one in slot] for slot in slots]
        return frozenset("*" if chosen == ("*",) else "".join(chosen) for chosen in product(*slots))

    def known(self, table: Mapping[str, Any], keys: set[str], name: str) -> None:
        for key in table:
            if key not in keys:
                raise self.wrong(name, key, f"unknown key {key!r}; known are {', '.join(sorted(keys))}")

    def string(self, table: Mapping[str, Any], key: str, name: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.wrong(name, key, f"{key!r} must be a text")
        return value

    def strings(self, table: Mapping[str, Any], key: str, name: str) -> list[str]:
        value = table.get(key)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(name, key, f"{key!r} must be a list of texts")
        return value

    def kinds(self, table: Mapping[str, Any], key: str, name: str) -> frozenset[str]:
        return frozenset(self.strings(table, key, name)) if key in table else frozenset()

    def number(self, table: Mapping[str, Any], key: str, name: str) -> float:
        value = table.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            raise self.wrong(name, key, f"{key!r} must be a number from 0 to 100")
        return float(value)

    def table(self, table: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, key, f"{key!r} must be a table")
        return value

    def tables(self, table: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, key, f"{key!r} must be written as [[{key}]]")
        return value

    def wrong(self, name: str, near: str, why: str) -> SeedError:
        """The error, with the line where its cause stands: the first after the name that holds it."""
        start = max(0, self.source.find(f'"{name.partition(":")[2] or name}"'))
        at = self.source.find(near or "words", start)
        line = self.source.count("\n", 0, at if at >= 0 else start) + 1
        return SeedError(f"{self.label}:{line}: {name + ': ' if name else ''}{why}")
