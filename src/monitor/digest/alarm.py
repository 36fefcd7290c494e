"""What must be told at once: incidents with casualties, as they land and as their texts change."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.digest.day import Item

RECENT = timedelta(days=3)
"""What was published longer before it was seen is no news; it stands in the daily digest only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One article as it landed, or one later version of it."""

    item: Item
    """What this version says; `updated_at` tells a later one."""
    revision: int | None = None
    before: Item | None = None
    """Of a later version: the article as it landed."""

    @property
    def key(self) -> str:
        """The same for ever for this version of this article."""
        return self.item.name if self.revision is None else f"{self.item.name}/{self.revision}"


def grave(item: Item) -> bool:
    """True for an incident whose text names casualties."""
    return item.category == "incident" and any(hit.kind in {"victim", "limb"} for hit in item.hits)


def wanted(alarm: Alarm) -> bool:
    """True when somebody must hear of it at once; also of a version that takes casualties back."""
    told = grave(alarm.item) or (alarm.before is not None and grave(alarm.before))
    seen = alarm.item.updated_at or alarm.item.seen_at
    return told and (alarm.item.published_at is None or seen - alarm.item.published_at <= RECENT)
