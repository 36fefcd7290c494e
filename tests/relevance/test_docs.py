"""The page about the lexicon says what is so: its examples load and hold."""

import re
from pathlib import Path

from monitor.relevance import lexicon
from monitor.relevance.matcher import Matcher
from tests.relevance.words import SEEDS, bundled

PAGE = (Path(__file__).parents[2] / "docs" / "lexicon.md").read_text("utf-8")
WORD, RULE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
FILES = [(path.name, path.read_text("utf-8")) for path in sorted(SEEDS.glob("*.toml"))]


def test_one_file_with_a_word_and_its_sentences_adds_the_word():
    taught = lexicon.load([*FILES, ("home/az.toml", WORD)])
    matcher = Matcher(taught)
    own = [example for example in taught.examples if example.label == "home/az.toml"]
    assert [example.relevant for example in own] == [False, True]
    for example in own:
        assert matcher.match(title="", paragraphs=[example.text]).relevant is example.relevant
    new = next(example for example in own if example.relevant)
    assert not Matcher(bundled()).match(title="", paragraphs=[new.text]).relevant


def test_one_rule_catches_a_story_without_its_word():
    story = ["Плуг трактора задел корягу.", "Раздался взрыв.", "Поле лежит на бывшей линии соприкосновения."]
    match = Matcher(lexicon.load([*FILES, ("home/common.toml", RULE)])).match(title="", paragraphs=story)
    assert "*:plough-on-the-old-front" in {hit.term for hit in match.matches}


def test_every_key_that_a_file_may_hold_is_on_the_page():
    keys = lexicon._FILE | lexicon._TERM | lexicon._NEGATIVE | lexicon._RULE | lexicon._TESTS
    assert {
        key for key in keys - {"note", "term", "negative", "rule", "tests", "inflections"} if f"`{key}`" not in PAGE
    } == set()


def test_every_kind_that_the_bundled_rules_read_is_on_the_page():
    read = {kind for rule in bundled().rules for need in rule.all for kind in need}
    counted = {term.kind for term in bundled().terms if term.weight} | {rule.kind for rule in bundled().rules}
    assert {
        kind for kind in read - counted - {"mine", "number", "field-word", "cluster-word"} if kind not in PAGE
    } == set()
