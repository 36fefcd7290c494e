"""The lexicon files that travel with the project keep what they promise."""

from pathlib import Path

import pytest

from monitor.relevance.lexicon import load
from monitor.relevance.matcher import Matcher

SEEDS = Path(__file__).parents[2] / "seeds" / "lexicon"
FILES = [(path.name, path.read_text("utf-8")) for path in sorted(SEEDS.glob("*.toml"))]
LEXICON = load(FILES)
MATCHER = Matcher(LEXICON)


@pytest.mark.parametrize("example", LEXICON.examples, ids=lambda example: f"{example.language}: {example.text[:50]}")
def test_every_sentence_a_lexicon_file_brings_along_is_judged_as_it_says(example):
    match = MATCHER.match(title="", paragraphs=[example.text])
    assert match.relevant is example.relevant, (match.matches, match.rejected)
