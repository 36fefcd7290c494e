"""`monitor explain`: the way of one URL."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import dates
from monitor.cli import output
from monitor.cli.call import of
from monitor.errors import UsageError
from monitor.model import Claim
from monitor.text import line

if TYPE_CHECKING:
    from monitor.catalogue import Catalogue
    from monitor.ledger import Ledger
    from monitor.ledger.trace import Landed, Trace
    from monitor.model import Hit, Match


_PLACES = {
    "jsonld": "in its JSON-LD",
    "meta": "in a meta tag",
    "time": "in a time element",
    "url": "in its address",
    "feed": "as announced",
    "text": "in its text",
    "search": "somewhere on the page",
}


def explain(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="URL|NAME", help="An address, or the name of a queue file.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell the way of one URL.

    Found where and when, fetched, decided why, landed where.
    """
    from monitor.ledger import trace  # noqa: PLC0415
    from monitor.sameness import urlkey  # noqa: PLC0415

    call = of(context)
    home = call.home()
    config = call.config(home)
    mirrors: dict[str, str] = {}
    catalogue = call.catalogue(config, home)
    for source in catalogue.sources:
        mirrors |= urlkey.mirrors(source)
    with call.ledger(config, home) as ledger:
        found = trace.find(ledger, what, mirrors=mirrors)
        rule = _rule(ledger, found.url, agent=config.crawl.user_agent) if found and found.channel else None
    if found is None:
        raise UsageError(f"the ledger knows nothing of {what!r}; no source has announced it and nobody handed it in")
    found = replace(found, claims=_claims(found, catalogue))
    if json:
        name = found.article.name if found.article else None
        output.record("explain", found, name=name, robots=rule, stages=found.stages)
        return
    _tell(found, rule)


def _claims(found: "Trace", catalogue: "Catalogue") -> tuple[Claim, ...]:
    """What was told of its date; an address tells a day even where its page was never read."""
    zone = next((source.timezone for source in catalogue.sources if source.id == found.source), "UTC")
    at = dates.from_url(found.url, zone=zone)
    if at is None or any(claim.evidence == "url" for claim in found.claims):
        return found.claims
    return (*found.claims, Claim(evidence="url", at=at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the site's robots.txt says of the address."""

    allowed: bool | None
    """None: it could not be read, so that nothing may be asked for now."""
    status: int | None
    asked_at: datetime

    def __str__(self) -> str:
        verdict = {True: "allows it", False: "forbids it", None: "could not be read"}[self.allowed]
        return f"{verdict} (HTTP {self.status or 'no answer'}, asked {_at(self.asked_at)})"


def _rule(ledger: "Ledger", url: str, *, agent: str) -> Rule | None:
    from monitor.crawl.robots import heard  # noqa: PLC0415 - Scrapy is slow to import

    said = heard(ledger, url, agent=agent)
    if said is None:
        return None
    rules, allowed = said
    return Rule(allowed=allowed, status=rules.status, asked_at=rules.fetched_at)


def _tell(found: "Trace", rule: Rule | None) -> None:
    _say("url", found.url)
    _say("title", found.title)
    _say("source", found.source)
    _say("announced", f"{_at(found.discovered_at)} by {found.channel}" if found.channel else None)
    _say("handed in", None if found.channel else _at(found.discovered_at))
    evidence = "by the page" if found.reason == "by the date on the page" else "as announced"
    _say("published", f"{_at(found.published_at)} {evidence}" if found.published_at else None)
    for claim in found.claims:
        _say("date", f"{'+' if claim.chosen else '-'} {_at(claim.at)} {_PLACES.get(claim.evidence, claim.evidence)}")
    _say("robots.txt", str(rule) if rule else None)
    _say("fetched", _at(found.fetched_at))
    for step in found.steps:
        why = f": {step.reason}" if step.reason else ""
        said = f" ({step.answers})" if step.answers else ""
        _say(f"{step.kind} {step.run}", f"{_at(step.at)} {step.outcome}{why}{said}")
    for stage in found.stages:
        _say(stage.name, f"{'+' if stage.passed else '-'} {stage.says}")
    _say("outcome", f"{found.outcome}" + (f": {found.reason}" if found.reason else ""))
    _say("next try", _at(found.retry_at) if found.outcome in {"failed", "blocked"} else None)
    if found.match:
        _tell_match(found.match)
    if found.article:
        _tell_article(found.article)


def _tell_article(article: "Landed") -> None:
    _say("queue file", f"{article.name} ({article.state}{' ' + _at(article.landed_at) if article.landed_at else ''})")
    _say("headline", article.title)
    _say("author", article.author)
    _say("date read in", article.date_evidence)
    _say("language", article.language)
    _say("partial", "yes: only what the channel announced is known" if article.partial else None)
    _tell_match(article.match)
    for copy in article.copies:
        _say("duplicate", f"{copy.url} ({copy.source}, {_at(copy.discovered_at)})")
    for version in article.versions:
        _say("updated", f"{_at(version.at)} {version.title}")


def _tell_match(match: "Match") -> None:
    verdict = f"relevant, {match.category}" if match.relevant else "not relevant"
    _say("match", f"{verdict}, score {match.score:g}, language {match.language or 'unknown'}")
    for hit in match.matches:
        _say("", f"+ {shown(hit)}")
    for hit in match.rejected:
        _say("", f"- {shown(hit)}")


def shown(hit: "Hit") -> str:
    """One hit as a person reads it."""
    why = f"  [{hit.reason}]" if hit.reason else ""
    return f"{hit.weight:g} {hit.term} “{line(hit.form)}” in: {line(hit.sentence)}{why}"


def _say(name: str, value: str | None) -> None:
    if value:
        output.say(f"{name:<12} {line(value)}")


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""
