"""Title and paragraphs → sentences of judged words, with offsets into the original text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.relevance.normalise import WORD
from monitor.relevance.vocabulary import Verdict, Vocabulary

LIMIT = 100_000
"""Characters that are read; no article is longer, and what stands later cannot be what it is about."""

_LONGEST_SENTENCE = 70  # words; a page without full stops must not make everything a neighbour of everything
_END = re.compile(r"(?:(?<=[.!?…։؟۔])|(?<=[\u0561-\u0587]:))[\"'»”’)\]]*\s+|\s*[\n;•·|]+\s*")
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


@dataclass(frozen=True, slots=True)
class Reading:
    """A text cut into sentences and words."""

    text: str
    starts: list[int]
    ends: list[int]
    words: list[Verdict]
    sentences: list[Sentence]

    def sentence_text(self, number: int) -> str:
        """The sentence as it stands in the original."""
        sentence = self.sentences[number]
        return " ".join(self.text[sentence.start : sentence.end].split())


def read(title: str, paragraphs: Sequence[str], vocabulary: Vocabulary) -> Reading:
    """The first LIMIT characters of title and paragraphs as sentences."""
    reading = Reading("\n".join((title, *paragraphs))[:LIMIT], [], [], [], [])
    offset = 0
    for number, paragraph in enumerate((title, *paragraphs), -1):
        for start, end in _cut(paragraph[: max(0, LIMIT - offset)]):
            _add(reading, offset + start, offset + end, number, vocabulary)
        offset += len(paragraph) + 1
        if offset >= LIMIT:
            break
    return reading


def _cut(paragraph: str) -> list[tuple[int, int]]:
    pieces = []
    start = 0
    for end in _END.finditer(paragraph):
        following = paragraph[end.end() : end.end() + 1]
        if "\n" not in end[0] and (
            following.islower() or _SHORT.search(paragraph, max(start, end.start() - 8), end.start())
        ):
            continue
        pieces.append((start, end.start()))
        start = end.end()
    pieces.append((start, len(paragraph)))
    return pieces


def _add(reading: Reading, start: int, end: int, paragraph: int, vocabulary: Vocabulary) -> None:
    first = len(reading.words)
    judge = vocabulary.judge
    for word in WORD.finditer(reading.text, start, end):
        reading.starts.append(word.start())
        reading.ends.append(word.end())
        reading.words.append(judge(word[0]))
    last = len(reading.words)
    for begin in range(first, last, _LONGEST_SENTENCE):
        stop = min(begin + _LONGEST_SENTENCE, last)
        from_, to = (
            (start if begin == first else reading.starts[begin]),
            (end if stop == last else reading.ends[stop - 1]),
        )
        reading.sentences.append(Sentence(begin, stop, from_, to, paragraph))


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
    counts: dict[int, int] = {}
    for mask, times in Counter([word.languages for word in words if word.languages]).items():
        for bit in bits:
            if mask & bit:
                counts[bit] = counts.get(bit, 0) + times
    return counts
