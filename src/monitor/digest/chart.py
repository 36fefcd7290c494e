"""Fourteen days as a chart: a PNG where matplotlib is installed (extra `charts`), else bars made of table cells."""

import importlib.util
import io
from collections.abc import Sequence

from monitor.digest.day import DayCount

_HEIGHT = 60
"""Pixels of the highest bar."""


def bars(history: Sequence[DayCount]) -> tuple[tuple[str, int, int, int], ...]:
    """(label, articles, incidents, height in pixels) for each day; any article at all makes at least two pixels."""
    top = max((c.articles for c in history), default=0)
    return tuple(
        (f"{c.day:%d}", c.articles, c.incidents, max(2, round(_HEIGHT * c.articles / top)) if c.articles else 0)
        for c in history
    )


def png(history: Sequence[DayCount]) -> bytes | None:
    """The chart as PNG bytes, or None when matplotlib is not installed or there is nothing to draw."""
    if not any(c.articles for c in history) or importlib.util.find_spec("matplotlib") is None:
        return None
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import

    figure = Figure(figsize=(6, 1.6), dpi=100)
    axes = figure.add_subplot()
    labels = [f"{c.day:%d %b}" for c in history]
    axes.bar(labels, [c.articles for c in history], color="#8aa4c8", label="articles")
    axes.bar(labels, [c.incidents for c in history], color="#b3423a", label="incidents")
    axes.tick_params(axis="x", labelsize=6, rotation=45)
    axes.tick_params(axis="y", labelsize=7)
    axes.legend(fontsize=7, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    out = io.BytesIO()
    # No date and no version in the file: the same day gives the same bytes.
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
