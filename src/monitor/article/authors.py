"""Who wrote it: claims of the head and bylines of the page, ranked; menu words, addresses and outlets are refused."""

import re
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from monitor.article import jsonld, words
from monitor.article.evidence import Evidence
from monitor.article.headline import key
from monitor.text import line

_SPLIT = re.compile(r"\s*(?:,|;|/|\||&|•|·)\s*|\s+(?:and|və|и|ve|та|и|և|და|و)\s+", re.IGNORECASE)
_TAIL = re.compile(
    r"\s*(?:\||—|–|\s-\s|•|·|\(|\bfor\b|\bat\b|\bpublished\b|\bupdated\b|\bposted\b|\bon\b|@|\d).*$",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"https?:|www\.|@|\.(?:com|org|net|az|ru|am|ge|tr|ua|ir)\b", re.IGNORECASE)
_SUFFIX = re.compile(
    r"^(?:ph\.?d|m\.?d|jr|sr|ii|iii|iv|mba|rn|rd|esq|cpa|msc?|bsc?|ma|ba|dds|dvm|cfp|cfa|ms|rdn|ldn)\.?$", re.IGNORECASE
)
_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author|authors|contributor|writer|muellif|yazar|posted-by|vcard)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NOT_CLASSES = re.compile(
    r"bio|box|avatar|image|photo|social|related|more|comment|desc|footer|list-|card", re.IGNORECASE
)


def choose(
    evidence: Evidence, tree: HtmlElement, *, names: Sequence[str], announced: str | None, lines: Iterable[str] = ()
) -> tuple[str, ...]:
    """The authors by the best evidence that names any; `lines` are the short lines around the story, `names` the outlet's."""
    refused = {key(name).replace(" ", "") for name in names}
    for claim in _claims(evidence, tree, announced, lines):
        if found := tuple(dict.fromkeys(name for text in claim for name in split(text) if _is_person(name, refused))):
            return found
    return ()


def split(text: str) -> tuple[str, ...]:
    """The names in a byline, without labels, titles after the name and what follows them."""
    text = line(text)
    text = words.BYLINE_LABEL.sub("", text, count=1) if not words.NEEDS_COLON.match(text) or ":" in text else text
    found: list[str] = []
    for part in _SPLIT.split(text):
        name = _TAIL.sub("", words.BYLINE_LABEL.sub("", part, count=1)).strip(" .,:;|-–—")
        if found and _SUFFIX.match(name):
            continue
        if name:
            found.append(name)
    return tuple(found)


def byline(text: str) -> tuple[str, ...]:
    """The names in a line that is a byline by its label ("By …", "Müəllif: …", "Автор: …"); none when it is not."""
    if len(text) > 120 or not words.BYLINE_LABEL.match(text) or (words.NEEDS_COLON.match(text) and ":" not in text):
        return ()
    names = split(text)
    return names if names and all(_shape(name) for name in names) else ()


def _claims(evidence: Evidence, tree: HtmlElement, announced: str | None, lines: Iterable[str]) -> Iterable[list[str]]:
    """The texts that name authors, best evidence first."""
    if evidence.article is not None:
        yield list(_of_node(evidence, evidence.article))
    yield evidence.metas.get("author", []) + evidence.metas.get("article:author_name", [])
    yield (
        evidence.metas.get("dc.creator", [])
        + evidence.metas.get("parsely-author", [])
        + evidence.metas.get("sailthru.author", [])
    )
    yield [line(e.text_content()) for e in tree.iter() if _marked(e)]
    yield [text for text in lines if byline(text)]
    yield [text for text in evidence.metas.get("article:author", []) if not _ADDRESS.search(text)]
    if announced:
        yield [announced]


def _of_node(evidence: Evidence, node: jsonld.Node) -> Iterable[str]:
    """The author names of a JSON-LD node; an author given by @id is looked up."""
    value = node.get("author") or node.get("creator")
    by_id = {other.get("@id"): other for other in evidence.nodes if "name" in other}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and "name" not in item:
            item = by_id.get(item.get("@id"))
        if text := jsonld.text(item):
            yield line(text)


def _marked(element: HtmlElement) -> bool:
    """Whether the mark-up says that this element holds an author's name and nothing else."""
    if element.get("rel") == "author" or element.get("itemprop") == "author":
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    if len(name) < 5 or not _CLASSES.search(name) or _NOT_CLASSES.search(name):
        return False
    return len(line(element.text_content())) < 80


def _is_person(name: str, refused: set[str]) -> bool:
    folded = key(name)
    words = folded.split()
    if not words or folded.replace(" ", "") in refused or _ADDRESS.search(name):
        return False
    if (len(words) == 1 and words[0] in words.NO_NAME) or all(word in words.NO_NAME for word in words):
        return False
    return len(words) <= 6 and len(name) <= 60


def _shape(name: str) -> bool:
    """Whether it looks like a person's name: few words, each with a capital where the script has capitals."""
    words = name.split()
    return 1 < len(words) <= 5 and all(word[0].isupper() or not word[0].islower() for word in words)
