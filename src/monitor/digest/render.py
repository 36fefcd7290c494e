"""Blocks and templates: everything that comes from outside is data, escaped, cut and never a template."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape

from monitor.digest.day import Copy, Item
from monitor.model import Hit
from monitor.text import line

if TYPE_CHECKING:
    from monitor.digest.compose import View
    from monitor.digest.urgent import Urgency

WIDTH = 78
"""Columns of the plain part."""
COPIES = 8
"""Copies that a block names; the rest is counted."""
_TITLE, _SENTENCE = 200, 320
_RTL = frozenset({"ar", "fa", "he", "ur", "ps"})
_NAMES = ("frame.html.j2", "story.html.j2", "digest.html.j2", "digest.txt.j2", "urgent.html.j2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One article as the templates show it."""

    item: Item
    title: str
    language: str
    direction: str
    evidence: tuple[tuple[tuple[str, bool], ...], ...]
    """Sentences, each as pieces (text, is it a matched word?)."""
    href: str | None
    """The address, if it is one that a mail may link to."""
    copies: tuple[tuple[Copy, str | None], ...]
    """Other sources of the same article, each with its address under the same rule."""
    label: str | None
    """updated, partial, or None."""


def block(item: Item) -> Block:
    """The article cut and scrubbed for a mail; whatever its title holds, this does not fail."""
    language = item.language or "und"
    label = "updated" if item.updated_at else "only what the feed said" if item.partial else None
    return Block(
        item=item,
        title=_cut(item.title, _TITLE) or "(without a headline)",
        language=language,
        direction="rtl" if language in _RTL else "ltr",
        evidence=tuple(_marked(sentence, forms) for sentence, forms in _evidence(item.hits)[:2]),
        href=_link(item.url),
        copies=tuple((copy, _link(copy.url)) for copy in item.copies[:COPIES]),
        label=label,
    )


def _link(url: str) -> str | None:
    return url if url.startswith(("https://", "http://")) and line(url) == url else None


def html(view: "View") -> str:
    """The HTML part of a digest with its style inlined; nothing in it is loaded from elsewhere."""
    return _page("digest.html.j2", view)


def urgent(view: "Urgency") -> str:
    """The same of an urgent mail."""
    return _page("urgent.html.j2", view)


def _page(name: str, view: "View | Urgency") -> str:
    page = _environment().get_template(name).render(view=view)
    return CSSInliner(keep_style_tags=True, load_remote_stylesheets=False).inline(page)


def plain(view: "View") -> str:
    """The plain part, at most 78 columns wide save for addresses."""
    text = _environment().get_template("digest.txt.j2").render(view=view)
    return "\n".join(part.rstrip() for part in text.splitlines()).strip() + "\n"


def _environment() -> Environment:
    folder = resources.files("monitor.digest") / "templates"
    environment = Environment(
        loader=DictLoader({name: (folder / name).read_text("utf-8") for name in _NAMES}),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["local"] = _local
    environment.filters["wrapped"] = _wrapped
    environment.filters["plainly"] = _plainly
    environment.filters["oneline"] = line
    return environment


def _local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _wrapped(text: str, indent: int = 0) -> str:
    space = " " * indent
    return textwrap.fill(line(text), WIDTH, initial_indent=space, subsequent_indent=space, break_on_hyphens=False)


def _plainly(sentence: Iterable[tuple[str, bool]]) -> str:
    return "".join(f"*{text}*" if marked else text for text, marked in sentence)


def _evidence(hits: Iterable[Hit]) -> list[tuple[str, list[str]]]:
    """Sentences with their matched forms, the weightiest first, each sentence once."""
    found: dict[str, list[str]] = {}
    for hit in sorted(hits, key=lambda h: -h.weight):
        found.setdefault(_cut(hit.sentence, _SENTENCE), []).append(line(hit.form))
    return [(sentence, forms) for sentence, forms in found.items() if sentence]


def _marked(sentence: str, forms: list[str]) -> tuple[tuple[str, bool], ...]:
    """The sentence in pieces, the matched forms set apart."""
    spans: list[tuple[int, int]] = []
    for form in forms:
        start = sentence.find(form) if form else -1
        if start >= 0 and all(start >= b or start + len(form) <= a for a, b in spans):
            spans.append((start, start + len(form)))
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces += [(sentence[at:start], False), (sentence[start:end], True)]
        at = end
    pieces.append((sentence[at:], False))
    return tuple((text, marked) for text, marked in pieces if text)


def _cut(text: str, length: int) -> str:
    text = line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
