"""The lexicon files that travel with the project keep what they promise."""

import time

import pytest

from monitor.relevance.lexicon import load
from tests.relevance.words import SEEDS, bundled, matcher


@pytest.mark.parametrize("example", bundled().examples, ids=lambda example: f"{example.language}: {example.text[:50]}")
def test_every_sentence_a_lexicon_file_brings_along_is_judged_as_it_says(example):
    match = matcher().match(title="", paragraphs=[example.text])
    assert match.relevant is example.relevant, (match.matches, match.rejected)


def test_all_languages_of_the_region_and_two_more_have_a_file():
    assert {"en", "az", "ru", "tr", "hy", "ka", "uk", "fa", "ar", "fr", "es"} <= bundled().languages.keys()


def test_every_file_brings_sentences_of_both_kinds():
    for language in bundled().languages.keys() - {"*"}:
        kinds = {example.relevant for example in bundled().examples if example.language == language}
        assert kinds == {True, False}, language


def test_the_bundled_lexicon_loads_fast_enough_for_every_process():
    files = [(path.name, path.read_text("utf-8")) for path in SEEDS.glob("*.toml")]
    started = time.process_time()
    load(files)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("language", ["az", "ru", "tr", "hy", "ka", "uk", "fa", "ar", "en"])
def test_every_regional_language_has_words_for_every_kind_that_a_rule_needs(language):
    needed = {kind for rule in bundled().rules for need in rule.all for kind in need}
    spoken = {term.kind for term in bundled().terms if term.language in {language, "*"}}
    found_by_rules = {rule.kind for rule in bundled().rules}
    # Only English, French and Spanish use one word for the weapon and the pit; elsewhere one word can hold two kinds.
    ambiguous = {"mine", "minetopic", "field-word", "cluster-word"}
    assert needed - spoken - found_by_rules - ambiguous == set()
