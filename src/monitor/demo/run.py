"""The demonstration: the real commands crawl the fictional world twice, and what came of it is shown and checked."""

import json
import os
import subprocess  # the demonstration drives the command line as a user would
import sys
import tempfile
from collections.abc import Iterator, Sequence
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
from monitor.home import Home
from monitor.ledger import Ledger, trace
from monitor.model import Match, Outcome

SINCE = "3d"
"""How far the crawls look back; the world holds an article that is older."""
_SHOWN_FORMS = 3
# A crawl of the world takes a few seconds; a machine on which it takes this long has another trouble.
_PATIENCE = 120


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
        files = {path: path.read_text("utf-8") for path in sorted((home / "queue").glob("*.txt"))}
        show.visits(console, outlets, first)
        show.articles(console, outlets, fates)
        show.second_crawl(console, second)
        show.files(console, files, home=home, kept=keep is not None)
        failures = broken(outlets, fates=fates, texts=tuple(files.values()), first=first, second=second)
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
    """Where every article has ended, as the ledger tells it; what `monitor explain` shows of one address."""
    with Ledger.open(Home(home).ledger) as ledger:
        return {
            (outlet.id, article.path): _fate(trace.find(ledger, f"{sites.bases[outlet.id]}{article.path}"))
            for outlet in outlets
            for article in outlet.articles
        }


def _fate(found: trace.Trace | None) -> Fate:
    if found is None:
        return Fate(outcome="unknown", reason="nobody announced it")
    if found.outcome is Outcome.QUEUED and found.article is not None:
        match = found.article.match
        return Fate(outcome=found.outcome, reason=f"{match.category}, score {match.score:.1f}: {_forms(match)}")
    masked = [f"{hit.form} ({hit.reason})" for hit in found.match.rejected] if found.match else []
    return Fate(outcome=found.outcome, reason="; ".join(filter(None, (found.reason, *masked[:2]))))


def _forms(match: Match) -> str:
    """The first few words that counted, as they stand in the text; what stands together before what stands apart."""
    forms = dict.fromkeys(hit.form for hit in match.matches)
    return ", ".join(sorted(forms, key=lambda form: "…" in form)[:_SHOWN_FORMS])


def _monitor(home: Path, *arguments: str) -> dict[str, Any]:
    """What the command prints as JSON; MonitorError with its own words when it fails."""
    # Settings of the caller's environment stand above monitor.toml and are not meant for this home.
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("MONITOR_")}
    command = [sys.executable, "-m", "monitor", "--home", str(home), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and arguments, no shell
            command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise MonitorError(
            f"monitor {' '.join(arguments)}: not done after {_PATIENCE} s; what `monitor doctor` says may tell why"
        ) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if done.returncode or not isinstance(answer, dict):
        said = done.stderr.strip()[-2000:] or "nothing on stderr"
        raise MonitorError(f"monitor {' '.join(arguments)}: ended with {done.returncode}: {said}")
    return answer
