"""Matches as the ledger keeps them: plain JSON, and back."""

from dataclasses import asdict
from typing import Any

from monitor.model import Hit, Match


def dump(match: Match) -> dict[str, Any]:
    """The match as JSON."""
    return asdict(match)


def load(kept: dict[str, Any]) -> Match:
    """The match that `dump` gave."""
    hits = {name: tuple(Hit(**hit) for hit in kept[name]) for name in ("matches", "rejected")}
    return Match(**(kept | hits))
