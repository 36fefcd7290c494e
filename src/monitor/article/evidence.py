"""What the mark-up of a page claims about it, gathered in one pass and judged elsewhere."""

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from monitor.article import jsonld
from monitor.text import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The claims of one page; texts are clean single lines, empty ones left out."""

    url: str
    metas: dict[str, list[str]] = field(default_factory=dict)
    """content of <meta> by lower-case name, property or itemprop, in page order."""
    links: dict[str, str] = field(default_factory=dict)
    """href of <link> by rel, the first of each."""
    nodes: tuple[jsonld.Node, ...] = ()
    article: jsonld.Node | None = None
    """The JSON-LD node that describes the page's article."""
    title: str | None = None
    """The text of <title>."""
    headings: tuple[HtmlElement, ...] = ()
    """The <h1> elements."""
    language: str | None = None
    """lang of <html>."""

    def meta(self, *names: str) -> str | None:
        """The first content under the first of these names that has one."""
        return next((self.metas[name][0] for name in names if name in self.metas), None)


def gather(tree: HtmlElement, *, url: str) -> Evidence:
    """All that the page's head and mark-up claim; a page saved without its address has the one that it gives itself."""
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = line(element.get("content") or "")
        for key in {element.get("property"), element.get("name"), element.get("itemprop")} - {None}:
            if content:
                metas.setdefault(key.strip().lower(), []).append(content)
    links: dict[str, str] = {}
    for element in tree.iter("link"):
        for rel in (element.get("rel") or "").lower().split():
            if href := (element.get("href") or "").strip():
                links.setdefault(rel, href)
    scripts = [s.text for s in tree.iter("script") if s.text and "ld+json" in (s.get("type") or "").lower()]
    nodes = jsonld.nodes(scripts)
    headings = tuple(tree.iter("h1"))
    title = next((text for element in tree.iter("title") if (text := line(element.text or ""))), None)
    return Evidence(
        url=url or _own(links.get("canonical"), *metas.get("og:url", ())),
        metas=metas,
        links=links,
        nodes=nodes,
        article=_main(nodes, title),
        title=title,
        headings=headings,
        language=tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang"),
    )


def _own(*claims: str | None) -> str:
    """The first whole address among a page's claims of its own, "" when there is none."""
    return next((claim for claim in claims if claim and claim.startswith(("http://", "https://"))), "")


def _main(nodes: tuple[jsonld.Node, ...], title: str | None) -> jsonld.Node | None:
    """The article node that the page's title speaks of, else the first: related stories may be described as well."""
    articles = [node for node in nodes if jsonld.is_article(node)]
    folded = (title or "").casefold()

    def named(node: jsonld.Node) -> bool:
        headline = line(jsonld.text(node.get("headline")) or "")
        return bool(headline) and headline.casefold()[:60] in folded

    return next(filter(named, articles), articles[0] if articles else None)
