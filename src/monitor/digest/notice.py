"""What a web hook is told: one JSON object for each article, digest and change in a source's health.

The frame is that of Standard Webhooks: `type`, `timestamp` (when it happened, not when it is sent) and `data`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.digest.compose import BLOCKS, coverage, subject
from monitor.digest.day import Day, Item, SourceState

SCHEMA = "monitor.hook/1"


def article(sidecar: Mapping[str, Any], *, text: str, country: str | None, landed_at: datetime) -> bytes:
    """`article.landed`: the sidecar of the queue file, with its text and the country of its source."""
    more = {"country": country, "landed_at": _stamp(landed_at), "text": text}
    return _told("article.landed", landed_at, {**sidecar, **more})


def edition(day: Day, *, made_at: datetime) -> bytes:
    """`digest.made`: the answer of the day, its numbers, its first 50 articles and the sources that are not well."""
    return _told(
        "digest.made",
        made_at,
        {
            "digest": day.digest,
            "day": day.day.isoformat(),
            "zone": day.zone,
            "start": _stamp(day.start),
            "end": _stamp(day.end),
            "subject": subject(day),
            "coverage": coverage(day),
            "notes": list(day.notes),
            "discovered": day.discovered,
            "incidents": sum(item.category == "incident" for item in day.items),
            "articles": len(day.items),
            "items": [_item(item) for item in day.items[:BLOCKS]],
            "updates": [_item(item) for item in day.updates[:BLOCKS]],
            "sources": len(day.sources),
            "ailing": [_source(state) for state in day.sources if state.status != "ok"],
            "recovered": list(day.recovered),
        },
    )


def source(state: SourceState, *, seen_at: datetime) -> bytes:
    """`source.ailing`, or `source.recovered` when it is well again."""
    return _told("source.recovered" if state.status == "ok" else "source.ailing", seen_at, _source(state))


def trial(hook: str, *, at: datetime) -> bytes:
    """`monitor.test`: sent when a person asks whether the hook answers."""
    return _told("monitor.test", at, {"hook": hook})


def _told(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    body = {"schema": SCHEMA, "type": kind, "timestamp": _stamp(at), "data": data}
    # ASCII, escaped: whatever stands in a headline, no receiver has to guess an encoding.
    return json.dumps(body, separators=(",", ":")).encode("ascii")


def _item(item: Item) -> dict[str, Any]:
    return {
        "name": item.name,
        "url": item.url,
        "title": item.title,
        "source": item.source,
        "source_name": item.source_name,
        "country": item.country,
        "language": item.language,
        "category": item.category,
        "score": item.score,
        "published_at": _stamp(item.published_at),
        "landed_at": _stamp(item.seen_at),
    }


def _source(state: SourceState) -> dict[str, Any]:
    return {
        "id": state.id,
        "name": state.name,
        "status": state.status,
        "since": _stamp(state.since),
        "note": state.note,
    }


def _stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
