"""The sentences that lexicon files bring along → those that the lexicon judges otherwise than they say."""

from collections.abc import Iterator

from monitor.model import Match
from monitor.relevance.matcher import Matcher
from monitor.relevance.terms import Example, Lexicon


def failures(lexicon: Lexicon, matcher: Matcher) -> Iterator[tuple[Example, Match]]:
    """Each example that is judged otherwise than its file says, with the match that shows why."""
    for example in lexicon.examples:
        match = matcher.match(title="", paragraphs=(example.text,), language=None)
        if match.relevant is not example.relevant:
            yield example, match
