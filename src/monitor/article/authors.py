"""Who wrote it: claims of the head and bylines of the page, ranked; menu words, addresses and outlets are refused."""

from collections.abc import Iterable, Iterator, Sequence

from monitor.article import bylines, jsonld, naming
from monitor.article.blocks import Block
from monitor.article.evidence import Evidence
from monitor.article.headline import key
from monitor.text import line

_METAS = (
    *("author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author"),
    *("citation_author", "byl", "cxenseparse:author"),
)


def choose(
    evidence: Evidence, *, near: Sequence[Block], names: Sequence[str], outlet: Sequence[str], announced: str | None
) -> tuple[str, ...]:
    """The authors by the best evidence that names any.

    near are the blocks around the headline and the story's end, names what the page calls its outlet, outlet what the
    catalogue calls it, announced what the feed says.
    """
    refused = {naming.fold(name) for name in outlet}
    doubtful = {naming.fold(name) for name in names}
    for claim, shown in _claims(evidence, near, announced):
        found = [name for name in _names(claim, shown=shown) if naming.is_name(name, refused=refused)]
        # Many write under their own name: a site's name that may be a person's is believed.
        if people := [name for name in found if naming.fold(name) not in doubtful or naming.person_like(name)]:
            return _each_once(people)
    # Nobody is named: a desk, a team, a pen name may sign, the outlet itself where the catalogue gives it no line.
    refused |= doubtful if outlet else set()
    claims = list(_claims(evidence, near, announced))
    signed = [(claim, True) for claim in bylines.signed(near)]
    for claim, shown in [*(c for c in claims if not c[1]), *signed, *claims]:
        found = [name for text in claim for name in naming.split(text, shown=shown)]
        sure = not shown or ((claim, True) in signed and all(map(naming.is_written_as_one, found)))
        signers = [n for n in found if naming.signs(n, refused=refused, own=doubtful) and (sure or naming.is_team(n))]
        if signers:
            return _each_once(signers)
    return ()


def _names(claim: Iterable[str], *, shown: bool) -> list[str]:
    """The names in a claim; what a page shows where names stand is checked for looking like one."""
    found = [name for text in claim for name in naming.split(text, shown=shown)]
    return [name for name in found if not shown or naming.looks_like_one(name)]


def _claims(evidence: Evidence, near: Sequence[Block], announced: str | None) -> Iterator[tuple[Iterable[str], bool]]:
    """The texts that name authors, best evidence first, and whether they are shown or claimed."""
    if evidence.article is not None:
        yield list(_of_node(evidence, evidence.article)), False
    for name in _METAS:
        claims = evidence.metas.get(name, [])
        yield [_turned(claim) for claim in claims] if name == "citation_author" else claims, False
    for number in ("1", "2"):
        if bylines.is_label(evidence.meta(f"twitter:label{number}") or ""):
            yield evidence.metas.get(f"twitter:data{number}", []), False
    yield from (([text], True) for text in bylines.related(near))
    yield from ((claim, True) for claim in bylines.marked(near))
    yield from ((claim, True) for claim in bylines.labelled(near))
    yield from ((claim, True) for claim in bylines.profiles(near))
    yield [text for text in evidence.metas.get("article:author", []) if not naming.ADDRESS.search(text)], False
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


def _turned(name: str) -> str:
    """A name given as "Last, First" the other way round."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({key(name): name for name in reversed(list(names))}.values())[::-1]
