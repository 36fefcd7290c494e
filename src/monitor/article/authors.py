"""Who wrote it: claims of the head and bylines of the page, ranked; menu words, addresses and outlets are refused."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import zip_longest

from lxml.html import HtmlElement

from monitor.article import jsonld, words
from monitor.article.blocks import Block
from monitor.article.evidence import Evidence
from monitor.article.headline import key
from monitor.text import line

_METAS = (
    *("author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author"),
    *("citation_author", "byl", "cxenseparse:author"),
)
_SPLIT = re.compile(r"\s*[,;/|•·⋅]\s*")
_AND = re.compile(r"\s*&\s*|\s+(?:and|və|и|ve|та|և|და|و)\s+", re.IGNORECASE)
_GLUED = re.compile(r"^\s*[Bb]y(?=[A-Z])")
_PROFILE = re.compile(
    r"/(?:authors?|contributors?|writers?|journalists?|muellif|yazar(?:lar)?|avtor|profile|people|users?|team)/|[?&]author=",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:\||—|–|\s-\s|•|·|⋅|\b(?:for|at|in|on|published|updated|last|posted|says|writer|editor|reporter|contributor|follow)\b|@|\d"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|[(\[].*[\d@]).*$",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"https?:|www\.|@|\.(?:com|org|net|info|az|ru|am|ge|tr|ua|ir)\b", re.IGNORECASE)
_POSTNOMINAL = re.compile(
    r"(?i:ph\.?d|m\.?d|jr|sr|esq|m\.?sc?|b\.?sc?|m\.?a|b\.?a)\.?|(?:[A-Z]\.?){2,6}(?:-[A-Z]{2,4})?(?: \d+)?"
)
_MARKED = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|contributor|writer|muellif|müəllif|yazar|avtor|posted-?by|vcard|fn)(?:$|[\s_-])",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?:this \w+ (?:is|was) written"
    r"|(?:(?:last )?(?:updated|posted|published)(?: on)?:? )?"
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d"
    r"|[^\W\d]{3,9}\.? \d{1,2},? \d{4}|\d{1,2} [^\W\d]{3,9}\.?,? \d{4})"
    r"[\s\d:|,]*(?:[ap]m)?) by:? (?=[^\W\d])",
    re.IGNORECASE,
)
"""What stands before a name on one line with it: the date, or a sentence about the text."""
_PICTURE = re.compile(
    r"\s*(?:photos?|images?|pictures?|video|illustrations?|foto|фото|şəkil|عکس|صورة)\b", re.IGNORECASE
)
_PIECE = re.compile(r"\s*[|•·⋅]\s*|\s[–—-]\s")
_PARTICLES = frozenset({"de", "da", "van", "von", "der", "oğlu", "qızı", "el", "al", "with"})
_TEAM = frozenset({"desk", "team", "staff", "newsroom", "editors"})
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
    claims = list(_claims(evidence, near, announced))
    for claim, shown in claims:
        names_found = _names(claim, shown=shown)
        # Many write under their own name: a site's name that may be a person's is believed.
        people = [
            n for n in names_found if is_name(n, refused=refused) and (_fold(n) not in doubtful or _person_like(n))
        ]
        if people:
            return _each_once(people)
    # Nobody is named: a desk, a team, a pen name may sign, the outlet itself where the catalogue gives it no line.
    refused |= doubtful if outlet else set()
    signed = [(claim, True) for claim in _signed(near)]
    for claim, shown in [*(c for c in claims if not c[1]), *signed, *claims]:
        found = [name for text in claim for name in split(text, shown=shown)]
        sure = not shown or ((claim, True) in signed and all(map(_is_written_as_a_name, found)))
        signers = [n for n in found if _signs(n, refused=refused, own=doubtful) and (sure or _is_team(n))]
        if signers:
            return _each_once(signers)
    return ()


def _names(claim: Iterable[str], *, shown: bool) -> list[str]:
    """The names in a claim; what a page shows where names stand is checked for looking like one."""
    found = [name for text in claim for name in split(text, shown=shown)]
    return [name for name in found if not shown or _looks_like_a_name(name)]


def split(text: str, *, shown: bool = True) -> tuple[str, ...]:
    """The names in a byline, without labels and what follows the names; "Ph.D." and the like stay with theirs.

    A text that is not shown but claimed in the page's head holds names and nothing else.
    """
    text = _GLUED.sub("", line(text))
    if "://" in text:
        return ()
    if not words.NEEDS_COLON.match(text) or ":" in text:
        text = words.BYLINE_LABEL.sub("", text, count=1)
    found: list[str] = []
    for part in (name for piece in _SPLIT.split(text) for name in _joined(piece)):
        name = words.BYLINE_LABEL.sub("", part, count=1)
        name = (_TAIL.sub("", name) if shown else name).strip(" ,:;|-–—✉&")
        if found and _POSTNOMINAL.fullmatch(name):
            found[-1] += f", {name}"
        elif name:
            found.append(name.rstrip(".") if not re.search(r"\b\w\.$", name) else name)
    return tuple(found)


def _joined(piece: str) -> list[str]:
    """The names that "and" joins; "Linny and Peter" is how two sign together."""
    parts = _AND.split(piece)
    return parts if all(" " in words.BYLINE_LABEL.sub("", part).strip() for part in parts) else [piece]


def byline(text: str) -> tuple[str, ...]:
    """The names in a line that is a byline by its label ("By …", "Müəllif: …", "Автор: …"); none when it is not."""
    text = _GLUED.sub("By ", text)
    if len(text) > 120 or not words.BYLINE_LABEL.match(text) or (words.NEEDS_COLON.match(text) and ":" not in text):
        return ()
    names = split(text)
    return names if names and all(_looks_like_a_name(name) for name in names) else ()


def is_name(name: str, *, refused: Collection[str] = ()) -> bool:
    """Whether it can be an author: no address, no menu word, none of the refused."""
    parts = key(name).split()
    if not parts or len(parts) > 8 or len(name) > 80 or _ADDRESS.search(name) or _fold(name) in refused:
        return False
    if not re.search(r"[^\W\d_]", name):
        return False
    return not all(part in words.NO_NAME for part in parts)


def _signs(name: str, *, refused: Collection[str], own: Collection[str]) -> bool:
    """Whether it can sign for want of a person: no address save the outlet's own, no placeholder."""
    parts = key(name).split()
    if not parts or len(parts) > 8 or len(name) > 80 or _fold(name) in refused or not re.search(r"[^\W\d_]", name):
        return False
    if _ADDRESS.search(name) and _fold(name) not in own:
        return False
    return _is_team(name) or not all(part in words.NO_NAME for part in parts)


def _is_team(name: str) -> bool:
    """Whether several sign as one: "News Desk", "The Alma Team"."""
    parts = name.split()
    if not (1 < len(parts) <= 5 and all(part[0].isupper() for part in parts)):
        return False
    return parts[-1].casefold() in _TEAM and parts[0].casefold() not in {"meet", "about", "join"}


def _person_like(name: str) -> bool:
    """Whether a name that is the site's too may be a person's: two words or more, none that outlets are made of."""
    parts = key(name).split()
    return 1 < len(parts) <= 5 and not words.OUTLETISH & set(parts)


def _claims(evidence: Evidence, near: Sequence[Block], announced: str | None) -> Iterator[tuple[Iterable[str], bool]]:
    """The texts that name authors, best evidence first, and whether they are shown or claimed."""
    if evidence.article is not None:
        yield list(_of_node(evidence, evidence.article)), False
    for name in _METAS:
        claims = evidence.metas.get(name, [])
        yield [_turned(claim) for claim in claims] if name == "citation_author" else claims, False
    for number in ("1", "2"):
        if _is_label(evidence.meta(f"twitter:label{number}") or ""):
            yield evidence.metas.get(f"twitter:data{number}", []), False
    yield from (([text], True) for text in _related(near))
    yield from ((claim, True) for claim in _marked(near))
    yield from ((claim, True) for claim in _labelled(near))
    yield from ((claim, True) for claim in _profiles(near))
    yield [text for text in evidence.metas.get("article:author", []) if not _ADDRESS.search(text)], False
    if announced:
        yield [announced], False


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


def _related(near: Sequence[Block]) -> Iterator[str]:
    """The texts of the links and elements around the story that are declared to be its author."""
    for block in near:
        for element in block.element.iter():
            if element.get("rel") == "author" or element.get("itemprop") == "author":
                yield line(" ".join(element.itertext()))


def _labelled(near: Sequence[Block]) -> Iterator[list[str]]:
    """The bylines by label: lines, parts of lines, and lines behind a label that stands alone."""
    for block, following in zip_longest(near, near[1:]):
        if len(block.text) > 140 or _PICTURE.match(block.text):
            continue
        if following is not None and _is_label(block.text):
            yield [following.text]
        if byline(block.text):
            yield [block.text]
            continue
        for piece in _PIECE.split(block.text):
            yield [piece] if byline(piece) else []
        if found := _WRITTEN.match(block.text):
            yield [block.text[found.end() :]]


def _signed(near: Sequence[Block]) -> Iterator[list[str]]:
    """The texts that sign for the story by label or by declaration, whatever their names look like."""
    for text in _related(near):
        yield [text]
    for block in near:
        if block.furniture or len(block.text) > 80 or _PICTURE.match(block.text):
            continue
        for piece in _PIECE.split(block.text):
            label = words.BYLINE_LABEL.match(piece)
            if label and not (words.NEEDS_COLON.match(piece) and ":" not in piece):
                yield [piece]
        if found := _WRITTEN.match(block.text):
            yield [block.text[found.end() :]]


def _is_label(text: str) -> bool:
    """Whether the text is a byline's label and nothing else."""
    text = f"{text.strip()} x"
    found = words.BYLINE_LABEL.match(text)
    return bool(found and found.end() == len(text) - 1 and (":" in text or not words.NEEDS_COLON.match(text)))


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


def _profiles(near: Sequence[Block]) -> Iterator[list[str]]:
    """The names that link to an author's page."""
    for block in near:
        found = [a for a in block.element.iter("a") if _PROFILE.search(a.get("href") or "")] if block.linked else []
        names = [line(" ".join(a.itertext())) for a in found]
        yield [name for name in names if 1 < len(name.split()) <= 5]


def _turned(name: str) -> str:
    """A name given as "Last, First" the other way round."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name


def _says_author(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in {"body", "html", "article", "main", "meta"}:
        return False
    if element.get("rel") == "author" or element.get("itemprop") in {"author", "creator"}:
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(name) > 4 and bool(_MARKED.search(name)) and not _BESIDE.search(name)


def _looks_like_a_name(name: str) -> bool:
    """Two to five words, each with a capital where the script has capitals, no word of a menu among them."""
    parts = name.partition(",")[0].split()
    return len(parts) > 1 and _is_written_as_a_name(name) and not words.NO_NAME & {part.casefold() for part in parts}


def _is_written_as_a_name(name: str) -> bool:
    """One word, or up to five with a capital each where the script has capitals."""
    parts = name.partition(",")[0].split()
    small = [part for part in parts if part[0].islower() and part not in _PARTICLES]
    return len(parts) == 1 or (len(parts) <= 5 and not small)


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({key(name): name for name in reversed(list(names))}.values())[::-1]


def _fold(text: str) -> str:
    return key(text).replace(" ", "")
