"""Who wrote it: claims of the head and bylines of the page, ranked; menu words, addresses and outlets are refused."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from lxml.html import HtmlElement

from monitor.article import jsonld, words
from monitor.article.blocks import Block
from monitor.article.evidence import Evidence
from monitor.article.headline import key
from monitor.text import line

_METAS = ("author", "article:author_name", "dc.creator", "parsely-author", "sailthru.author", "citation_author", "byl")
_SPLIT = re.compile(r"\s*(?:,|;|/|\||&|•|·)\s*|\s+(?:and|və|и|ve|та|և|და|و)\s+", re.IGNORECASE)
_TAIL = re.compile(
    r"\s*(?:\||—|–|\s-\s|•|·|\bfor\b|\bat\b|\bin\b|\bpublished\b|\bupdated\b|\blast\b|\bposted\b|\bon\b|@|\d|[(\[].*[\d@]).*$",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"https?:|www\.|@|\.(?:com|org|net|info|az|ru|am|ge|tr|ua|ir)\b", re.IGNORECASE)
_POSTNOMINAL = re.compile(
    r"(?:ph\.?d|m\.?d|jr|sr|ii|iii|iv|mba|rn|rdn?|ldn|esq|cpa|m\.?sc?|b\.?sc?|m\.?a|b\.?a|dds|dvm|cf[pa]|mph|cpt|cscs)\.?",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|contributor|writer|muellif|müəllif|yazar|avtor|posted-?by|vcard|fn)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"bio|box|avatar|image|img|photo|social|related|more|comment|desc|footer|list-|card|count", re.IGNORECASE
)


def choose(
    evidence: Evidence, *, near: Sequence[Block], names: Sequence[str], outlet: Sequence[str], announced: str | None
) -> tuple[str, ...]:
    """The authors by the best evidence that names any.

    near are the blocks around the headline and the story's end, names what the page calls its outlet, outlet what the
    catalogue calls it, announced what the feed says.
    """
    refused = {_fold(name) for name in outlet}
    doubtful = {_fold(name) for name in names}
    for claim in _claims(evidence, near, announced):
        found = [name for text in claim for name in split(text) if is_name(name, refused=refused, doubtful=doubtful)]
        if found:
            return _each_once(found)
    return ()


def split(text: str) -> tuple[str, ...]:
    """The names in a byline, without labels and what follows the names; "Ph.D." and the like stay with theirs."""
    text = line(text)
    if not words.NEEDS_COLON.match(text) or ":" in text:
        text = words.BYLINE_LABEL.sub("", text, count=1)
    found: list[str] = []
    for part in _SPLIT.split(text):
        name = _TAIL.sub("", words.BYLINE_LABEL.sub("", part, count=1)).strip(" ,:;|-–—✉")
        if found and _POSTNOMINAL.fullmatch(name):
            found[-1] += f", {name}"
        elif name:
            found.append(name.rstrip(".") if not re.search(r"\b\w\.$", name) else name)
    return tuple(found)


def byline(text: str) -> tuple[str, ...]:
    """The names in a line that is a byline by its label ("By …", "Müəllif: …", "Автор: …"); none when it is not."""
    if len(text) > 120 or not words.BYLINE_LABEL.match(text) or (words.NEEDS_COLON.match(text) and ":" not in text):
        return ()
    names = split(text)
    return names if names and all(_looks_like_a_name(name) for name in names) else ()


def is_name(name: str, *, refused: Collection[str] = (), doubtful: Collection[str] = ()) -> bool:
    """Whether it can be an author: no address, no menu word, no outlet.

    refused are outlets' names for certain; one of the doubtful is still taken for a person when it has the shape of a
    person's name, since many write under their own name.
    """
    folded = key(name)
    parts = folded.split()
    if not parts or len(parts) > 6 or len(name) > 70 or _ADDRESS.search(name) or _fold(name) in refused:
        return False
    if all(part in words.NO_NAME for part in parts):
        return False
    if _fold(name) in doubtful:
        return _looks_like_a_name(name) and not words.OUTLETISH & set(parts)
    return True


def _claims(evidence: Evidence, near: Sequence[Block], announced: str | None) -> Iterator[list[str]]:
    """The texts that name authors, best evidence first."""
    if evidence.article is not None:
        yield list(_of_node(evidence, evidence.article))
    for name in _METAS:
        yield evidence.metas.get(name, [])
    yield from _marked(near)
    yield from ([block.text] for block in near if byline(block.text))
    yield [text for text in evidence.metas.get("article:author", []) if not _ADDRESS.search(text)]
    if announced:
        yield [announced]


def _of_node(evidence: Evidence, node: jsonld.Node) -> Iterable[str]:
    """The author names of a JSON-LD node; an author given by @id is looked up."""
    value = node.get("author") or node.get("creator")
    by_id = {
        other.get("@id"): other for other in evidence.nodes if "name" in other and isinstance(other.get("@id"), str)
    }
    for item in value if isinstance(value, list) else [value]:
        reference = item.get("@id") if isinstance(item, dict) and "name" not in item else None
        if text := jsonld.text(by_id.get(reference) if reference else item):
            yield line(text)


def _marked(near: Sequence[Block]) -> Iterator[list[str]]:
    """The texts of the elements around the story of which the mark-up says that they name its author."""
    seen: set[HtmlElement] = set()
    for block in near:
        if block.furniture and block.link_share < 0.1:
            continue
        for element in (*block.element.iterancestors(), *block.element.iter()):
            if element in seen or not _says_author(element):
                continue
            seen.add(element)
            text = line(" ".join(element.itertext()))
            inner = [e for e in element.iterdescendants() if _says_author(e)]
            if inner and any(line(" ".join(e.itertext())) for e in inner):
                seen.update(inner)
                yield [
                    line(" ".join(e.itertext())) for e in inner if not any(_says_author(x) for x in e.iterdescendants())
                ]
            elif len(text) < 100:
                yield [text]


def _says_author(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in {"body", "html", "article", "main", "meta"}:
        return False
    if element.get("rel") == "author" or element.get("itemprop") in {"author", "creator"}:
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(name) > 4 and bool(_MARKED.search(name)) and not _BESIDE.search(name)


def _looks_like_a_name(name: str) -> bool:
    """Two to five words, each with a capital where the script has capitals."""
    parts = name.split()
    return 1 < len(parts) <= 5 and all(not part[0].islower() for part in parts)


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({key(name): name for name in reversed(list(names))}.values())[::-1]


def _fold(text: str) -> str:
    return key(text).replace(" ", "")
