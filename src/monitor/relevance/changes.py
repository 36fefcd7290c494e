"""Two lexicons over the same texts → what a change would add and what it would drop."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.model import Match
from monitor.relevance.matcher import Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text to judge, by whatever name its owner knows it."""

    id: str
    title: str
    paragraphs: Sequence[str]
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A text on which the two disagree; added when only the new one accepts it."""

    text: Text
    old: Match
    new: Match

    @property
    def added(self) -> bool:
        """Whether the change would add the text; otherwise it would drop it."""
        return self.new.relevant


def changes(old: Matcher, new: Matcher, texts: Iterable[Text]) -> Iterator[Change]:
    """The texts that one of two matchers accepts and the other refuses, in their order."""
    for text in texts:
        before, after = (
            matcher.match(title=text.title, paragraphs=text.paragraphs, language=text.language)
            for matcher in (old, new)
        )
        if before.relevant is not after.relevant:
            yield Change(text=text, old=before, new=after)
