"""Title and paragraphs → sentences of judged words, with offsets into the original text."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.relevance.normalise import WORD
from monitor.relevance.vocabulary import Verdict, Vocabulary

LIMIT = 100_000
"""Characters that are read; no article is longer, and what stands later cannot be what it is about."""

_LONGEST_SENTENCE = 70  # words; a page without full stops must not make everything a neighbour of everything
_END = re.compile(r"[.!?…։؟۔\n;•·|:][.!?…]*[\"'»”’)\]]*(\s*)")
_ALWAYS = frozenset("\n;•·|")
_GEORGIAN = re.compile("[\u10d0-\u10ff]")  # writes without capitals, though its letters call themselves small
# A full stop after these is no end: initials and what the languages shorten.
_SHORT = re.compile(
    r"(?:^|[\s(«\"])(?:[^\W\d_]|mr|mrs|ms|dr|st|no|gen|col|lt|sgt|maj|capt|approx|vs|ул|им|обл|гг|стр|пос|дер|руб|тыс|млн|млрд|"
    r"вул|см|гос|р-н|հ|թ|ք|საბ|prof|doç|av|mah|cad|vb|təq|sr|sra|art|núm|av)\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words first to last (exclusive) of the text; paragraph -1 is the title."""

    first: int
    last: int
    start: int
    end: int
    paragraph: int


class Reading:
    """A text cut into sentences and words; offsets of words are worked out for the few sentences that are asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[Verdict] = []
        self.sentences: list[Sentence] = []
        self._spans: dict[int, list[tuple[int, int]]] = {}

    def sentence_text(self, number: int) -> str:
        """The sentence as it stands in the original."""
        sentence = self.sentences[number]
        return " ".join(self.text[sentence.start : sentence.end].split())

    def words_text(self, first: int, last: int) -> str:
        """The words first to last (exclusive), which stand in one sentence, as in the original."""
        number = bisect_right(self.sentences, first, key=lambda sentence: sentence.first) - 1
        return self.text[self.span(number, first)[0] : self.span(number, last - 1)[1]]

    def span(self, number: int, word: int) -> tuple[int, int]:
        """Where a word of a sentence stands in the text."""
        sentence = self.sentences[number]
        if number not in self._spans:
            self._spans[number] = [found.span() for found in WORD.finditer(self.text, sentence.start, sentence.end)]
        return self._spans[number][word - sentence.first]


def read(title: str, paragraphs: Sequence[str], vocabulary: Vocabulary) -> Reading:
    """The first LIMIT characters of title and paragraphs as sentences."""
    reading = Reading("\n".join((title, *paragraphs))[:LIMIT])
    offset = 0
    for number, paragraph in enumerate((title, *paragraphs), -1):
        for start, end in _cut(paragraph[: max(0, LIMIT - offset)]):
            _add(reading, offset + start, offset + end, number, vocabulary)
        offset += len(paragraph) + 1
        if offset >= LIMIT:
            break
    return reading


def whole(text: str, vocabulary: Vocabulary) -> Reading:
    """The text as one sentence, however long."""
    reading = Reading(text)
    reading.words += vocabulary.judge_all(WORD.findall(text))
    reading.sentences.append(Sentence(0, len(reading.words), 0, len(text), 0))
    return reading


def _cut(paragraph: str) -> list[tuple[int, int]]:
    """Where the sentences of a paragraph begin and end."""
    pieces = []
    start = 0
    for end in _END.finditer(paragraph):
        if _ends(paragraph, start, end):
            pieces.append((start, end.start(1)))
            start = end.end()
    pieces.append((start, len(paragraph)))
    return pieces


def _ends(paragraph: str, start: int, end: re.Match[str]) -> bool:
    """Whether a sentence ends here: not after an initial or an abbreviation, not before a small letter."""
    mark = paragraph[end.start()]
    if mark in _ALWAYS or "\n" in end[1]:
        return True
    following = paragraph[end.end() : end.end() + 1]
    if not end[1] or (following.islower() and not _GEORGIAN.match(following)):
        return False
    if mark == ":":  # written for the Armenian full stop
        return "\u0561" <= paragraph[end.start() - 1 : end.start()] <= "\u0587"
    return mark != "." or not _SHORT.search(paragraph, max(start, end.start() - 8), end.start() + 1)


def _add(reading: Reading, start: int, end: int, paragraph: int, vocabulary: Vocabulary) -> None:
    first = len(reading.words)
    reading.words += vocabulary.judge_all(WORD.findall(reading.text, start, end))
    last = len(reading.words)
    if last - first <= _LONGEST_SENTENCE:
        if last > first:
            reading.sentences.append(Sentence(first, last, start, end, paragraph))
        return
    spans = [found.span() for found in WORD.finditer(reading.text, start, end)]
    for begin in range(0, last - first, _LONGEST_SENTENCE):
        stop = min(begin + _LONGEST_SENTENCE, last - first)
        reading.sentences.append(Sentence(first + begin, first + stop, spans[begin][0], spans[stop - 1][1], paragraph))


def languages(reading: Reading, vocabulary: Vocabulary, tag: str | None) -> tuple[str | None, list[int]]:
    """The text's main language, and for each sentence the bits of the languages it can be in.

    The tag is believed only where the words say nothing: outlets tag wrongly, and one article may hold two languages.
    """
    bits = tuple(vocabulary.bits.values())
    counts = [_count(reading.words[s.first : s.last], bits) for s in reading.sentences]
    total: Counter[int] = Counter()
    for count in counts:
        total.update(count)
    most = max(total.values(), default=0)
    tagged = vocabulary.bits.get((tag or "").lower().replace("_", "-").partition("-")[0], 0)
    main = max(total, key=lambda bit: (total[bit], bit == tagged)) if most else tagged
    everything = sum(bits)
    whole = sum(bit for bit, n in total.items() if n * 5 >= most * 2) | tagged if most >= 3 else everything
    allowed = []
    for count in counts:
        best = max(count.values(), default=0)
        if best < 2:
            allowed.append(whole | sum(count))
        else:
            allowed.append(sum(bit for bit, n in count.items() if n * 2 >= best or bit == main))
    names = {bit: name for name, bit in vocabulary.bits.items()}
    return names.get(main, tag), allowed


def _count(words: Sequence[Verdict], bits: Sequence[int]) -> dict[int, int]:
    masks: dict[int, int] = {}
    for word in words:
        if word.languages:
            masks[word.languages] = masks.get(word.languages, 0) + 1
    counts: dict[int, int] = {}
    for mask, times in masks.items():
        for bit in bits:
            if mask & bit:
                counts[bit] = counts.get(bit, 0) + times
    return counts
