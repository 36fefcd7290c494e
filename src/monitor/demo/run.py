"""The demonstration: the real commands crawl the fictional world twice, and what came of it is shown and checked."""

import json
import os
import subprocess  # the demonstration drives the command line as a user would
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from monitor import clock
from monitor.demo import show
from monitor.demo.promises import Crawl, Fate, broken
from monitor.demo.server import Sites, serving
from monitor.demo.world import Outlet, load, settings
from monitor.errors import MonitorError, UsageError

SINCE = "3d"
"""How far the crawls look back; the world holds an article that is older."""


def demo(keep: Path | None, console: Console) -> int:
    """The world was crawled twice and the result told on the console; 0 when it is what the world promises, else 1.

    With `keep`, the home is made there and stays; otherwise it is gone at the end.
    """
    outlets = load(clock.now())
    with _home(keep) as home, serving(outlets) as sites:
        (home / "monitor.toml").write_text(settings(outlets, sites.bases), "utf-8")
        show.opening(console, outlets, home)
        with console.status("first crawl"):
            first = _crawl(home, sites)
        with console.status("second crawl"):
            second = _crawl(home, sites)
        with console.status("asking why"):
            fates = _fates(home, outlets, sites)
        files = sorted((home / "queue").glob("*.txt"))
        show.visits(console, outlets, first)
        show.articles(console, outlets, fates)
        show.second_crawl(console, second)
        show.files(console, files, home=home, kept=keep is not None)
        failures = broken(outlets, fates=fates, files=len(files), first=first, second=second)
    show.verdict(console, failures)
    return 1 if failures else 0


@contextmanager
def _home(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="monitor-demo-") as directory:
            yield Path(directory)
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise UsageError(f"{keep}: is not an empty directory; name one that is empty or does not exist")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.resolve()


def _crawl(home: Path, sites: Sites) -> Crawl:
    before = len(sites.asked)
    report = _monitor(home, "crawl", "--since", SINCE, "--json")
    return Crawl(report=report, asked=tuple(sites.asked[before:]))


def _fates(home: Path, outlets: Sequence[Outlet], sites: Sites) -> dict[tuple[str, str], Fate]:
    """Where every article has ended: the queue tells of those that landed, `monitor explain` of the others."""
    urls = {
        (outlet.id, article.path): f"{sites.bases[outlet.id]}{article.path}"
        for outlet in outlets
        for article in outlet.articles
    }
    landed = _landed(home / "queue" / "meta")
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(
            zip(urls, pool.map(lambda url: landed.get(url) or _explained(home, url), urls.values()), strict=True)
        )


def _landed(meta: Path) -> dict[str, Fate]:
    sidecars = [json.loads(path.read_text("utf-8")) for path in sorted(meta.glob("*.json"))]
    return {sidecar["url"].partition("?utm_")[0]: _fate(sidecar) for sidecar in sidecars}


def _fate(sidecar: Mapping[str, Any]) -> Fate:
    relevance = sidecar["relevance"]
    forms = dict.fromkeys(match["form"] for match in relevance["matches"])
    reason = f"{relevance['category']}, score {relevance['score']:.1f}: {', '.join(list(forms)[:4])}"
    return Fate(outcome="queued", reason=reason, name=sidecar["name"])


def _explained(home: Path, url: str) -> Fate:
    trace = _monitor(home, "explain", url, "--json")
    masked = (f"{hit['form']} ({hit['reason']})" for hit in (trace["match"] or {}).get("rejected", ()))
    return Fate(outcome=trace["outcome"], reason="; ".join(filter(None, (trace["reason"], *list(masked)[:2]))))


def _monitor(home: Path, *arguments: str) -> dict[str, Any]:
    """What the command prints as JSON; MonitorError with its own words when it fails."""
    # Settings of the caller's environment stand above monitor.toml and are not meant for this home.
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("MONITOR_")}
    command = [sys.executable, "-m", "monitor", "--home", str(home), *arguments]
    done = subprocess.run(  # noqa: S603 - our own interpreter and arguments, no shell
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if done.returncode or not isinstance(answer, dict):
        said = done.stderr.strip()[-2000:] or "nothing on stderr"
        raise MonitorError(f"monitor {' '.join(arguments)}: ended with {done.returncode}: {said}")
    return answer
