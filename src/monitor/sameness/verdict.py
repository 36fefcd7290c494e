"""New, known, or known and changed: what a text is beside the articles that the ledger holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.sameness import fingerprint

KINSHIP = 0.6
"""The share of the shorter text's words from which two texts under one canonical address are versions of one story.

A story that grows keeps most of its words; two stories in one language share only its small words. Some sites give
every page one and the same canonical address: there, only this keeps the second article.
"""


class Sameness(StrEnum):
    """How a text stands to what is known."""

    NEW = "new"
    DUPLICATE = "duplicate"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article that the ledger holds and that shares a key with the new text."""

    name: str
    source: str
    title: str
    text: str
    text_keys: frozenset[str]
    """Of all its versions."""
    url_keys: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The new text."""

    source: str
    title: str
    text: str
    text_key: str
    url_key: str
    """The address that was announced; other addresses are hints only."""
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the candidate is, of which article, and why."""

    sameness: Sameness
    name: str | None = None
    reason: str | None = None


def judge(known: Iterable[Known], candidate: Candidate) -> Verdict:
    """The verdict: exact text before address, an address of its own before one that a page claims."""
    known = sorted(known, key=lambda article: (candidate.url_key not in article.url_keys, article.name))
    own = next((article for article in known if candidate.url_key in article.url_keys), None)
    for article in known:
        if not candidate.partial and candidate.text_key in article.text_keys:
            return _same(article, "unchanged" if article is own else "same text")
    if own is not None:
        if candidate.partial:
            # A teaser is no news about a story that we hold.
            return _same(own, "nothing new")
        return _changed(own) if own.source == candidate.source else _same(own, "same address")
    for article in known:
        if _kin(article, candidate):
            same_outlet = article.source == candidate.source and not candidate.partial
            return _changed(article) if same_outlet else _same(article, "same canonical address")
    return Verdict(sameness=Sameness.NEW)


def _same(article: Known, reason: str) -> Verdict:
    return Verdict(sameness=Sameness.DUPLICATE, name=article.name, reason=reason)


def _changed(article: Known) -> Verdict:
    return Verdict(sameness=Sameness.UPDATED, name=article.name, reason="the text changed")


def _kin(article: Known, candidate: Candidate) -> bool:
    if fingerprint.words(article.title) == fingerprint.words(candidate.title):
        return True
    one, other = set(fingerprint.words(article.text)), set(fingerprint.words(candidate.text))
    return bool(one & other) and len(one & other) >= KINSHIP * min(len(one), len(other))
