"""`monitor doctor`: the machine and the set-up, each point with its remedy."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import __version__
from monitor.cli import output
from monitor.cli.call import Call, of
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.effective import Setting
    from monitor.home import Home

_LITTLE, _TOO_LITTLE = 1 << 30, 100 << 20  # bytes free


class State(StrEnum):
    """How a point stands."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that was looked at."""

    name: str
    state: State = State.OK
    value: str
    remedy: str | None = None


def doctor(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look at the machine and the set-up.

    The effective settings are shown, secrets masked; exit 1 when something is bad. Nothing is sent over the network.
    """
    points, settings = _examine(of(context))
    bad = [point for point in points if point.state is State.BAD]
    if json:
        output.record("doctor", {"ok": not bad, "points": points, "settings": settings})
    else:
        for point in points:
            output.say(f"{point.state:<5} {point.name:<12} {point.value}")
            if point.remedy:
                output.say(f"{'':<18} → {point.remedy}")
        output.say()
        output.table(("SETTING", "VALUE", "SET IN"), ((item.key, item.value, item.origin) for item in settings))
    if bad:
        raise typer.Exit(1)


def _examine(call: Call) -> tuple[list[Point], tuple["Setting", ...]]:
    points = [*_versions()]
    try:
        home = call.home()
        points.append(Point(name="home", value=str(home.path)))
        from monitor import effective  # noqa: PLC0415 - pydantic is slow to import

        config = call.config(home)
    except MonitorError as error:
        return [*points, Point(name="set-up", state=State.BAD, value=str(error))], ()
    checks: tuple[Callable[[Config, Home], Iterator[Point]], ...] = (
        _disk,
        _ledger,
        _lock,
        _seeds,
        _resolver,
        _manners,
        _mail,
        _hooks,
        _zone,
    )
    for check in checks:
        try:
            points += check(config, home)
        except MonitorError as error:
            points.append(Point(name=check.__name__.lstrip("_"), state=State.BAD, value=str(error)))
    return points, effective.settings(config, home)


def _versions() -> Iterator[Point]:
    import platform  # noqa: PLC0415 - these are slow to import
    import sqlite3  # noqa: PLC0415
    from importlib.metadata import version  # noqa: PLC0415

    from monitor.ledger.store import wal_is_safe  # noqa: PLC0415

    yield Point(name="monitor", value=f"{__version__}, Python {platform.python_version()} on {platform.platform()}")
    names = ("scrapy", "trafilatura", "lxml", "sqlalchemy", "apscheduler")
    yield Point(name="libraries", value=", ".join(f"{name} {version(name)}" for name in names))
    safe = wal_is_safe(sqlite3.sqlite_version_info)
    mode = "write-ahead log" if safe else "rollback journal: this release can damage a write-ahead log"
    yield Point(name="sqlite", value=f"{sqlite3.sqlite_version} ({mode})")


def _disk(config: "Config", home: "Home") -> Iterator[Point]:
    for name, path in {"disk": home.path, "queue disk": config.queue_dir(home)}.items():
        while not path.exists():
            path = path.parent  # noqa: PLW2901 - the nearest directory that is there
        free = shutil.disk_usage(path).free
        state = State.BAD if free < _TOO_LITTLE else State.WARN if free < _LITTLE else State.OK
        remedy = None if state is State.OK else f"free some space on the disk of {path}"
        yield Point(name=name, state=state, value=f"{free / (1 << 30):.1f} GB free", remedy=remedy)


def _ledger(config: "Config", home: "Home") -> Iterator[Point]:
    from monitor.ledger import Ledger, counts  # noqa: PLC0415

    with Ledger.open(config.store_url(home)) as ledger:
        ledger.check()
        urls = sum(counts.total(ledger).values())
        yield Point(name="ledger", value=f"{ledger.where}: whole, {urls} URLs")


def _lock(_: "Config", home: "Home") -> Iterator[Point]:
    from monitor import lock  # noqa: PLC0415

    yield Point(name="daemon", value=f"runs (process {lock.holder(home.lock)})" if lock.held(home.lock) else "none")


def _seeds(config: "Config", home: "Home") -> Iterator[Point]:
    from monitor import catalogue  # noqa: PLC0415
    from monitor.relevance import lexicon  # noqa: PLC0415

    known = catalogue.load(config, home)
    on = known.select()
    remedy = None if on else "add a [[source]] to monitor.toml, or set catalogue.bundled = true"
    yield Point(
        name="sources",
        state=State.OK if on else State.BAD,
        value=f"{len(on)} watched, {len(known.sources) - len(on)} off",
        remedy=remedy,
    )
    words = lexicon.load(catalogue.lexicon_files(home))
    yield Point(name="lexicon", value=f"{len(words.terms)} terms in {len(words.languages)} languages")


def _resolver(_: "Config", __: "Home") -> Iterator[Point]:
    try:
        text = Path("/etc/resolv.conf").read_text("utf-8", "replace")
    except OSError:
        text = ""
    servers = re.findall(r"(?m)^nameserver\s+(\S+)", text)
    yield Point(
        name="resolver",
        state=State.OK if servers else State.WARN,
        value=", ".join(servers) or "no name server in /etc/resolv.conf",
        remedy=None if servers else "set one up, or no outlet will be found",
    )
    proxies = {
        name: url for name, url in os.environ.items() if name.lower() in {"http_proxy", "https_proxy", "all_proxy"}
    }
    if proxies:
        from monitor.toml import mask_url  # noqa: PLC0415

        shown = ", ".join(f"{name}={mask_url(url)}" for name, url in sorted(proxies.items()))
        yield Point(name="proxy", state=State.WARN, value=shown, remedy="the crawler goes direct and uses none")


def _manners(config: "Config", _: "Home") -> Iterator[Point]:
    agent = config.crawl.user_agent
    named = re.search(r"\+?(https?://|mailto:)\S+|\S+@\S+\.\S+", agent)
    yield Point(
        name="user agent",
        state=State.OK if named else State.WARN,
        value=agent,
        remedy=None if named else 'say how to reach you: crawl.user_agent = "my-monitor/1 (+mailto:desk@example.org)"',
    )
    if not config.crawl.obey_robots:
        yield Point(name="robots", state=State.WARN, value="not obeyed", remedy="set crawl.obey_robots = true")


def _mail(config: "Config", _: "Home") -> Iterator[Point]:
    smtp = config.smtp
    people = sum(len(digest.to) for digest in config.digests)
    if not smtp.host:
        state = State.WARN if people else State.OK
        remedy = "set host under [smtp]" if people else None
        yield Point(name="mail", state=state, value="no server: digests stay in outbox/", remedy=remedy)
        return
    smtp.password()  # a password that is named and not there is bad
    path = Path(smtp.password_file).expanduser() if smtp.password_file else None
    if path and path.stat().st_mode & 0o077:
        yield Point(
            name="password", state=State.WARN, value=f"{path} can be read by others", remedy=f"chmod 600 {path}"
        )
    yield Point(name="mail", value=f"{smtp.host}:{smtp.port} ({smtp.security}), {people} recipients")


def _hooks(config: "Config", home: "Home") -> Iterator[Point]:
    from urllib.parse import urlsplit  # noqa: PLC0415

    from monitor import clock  # noqa: PLC0415
    from monitor.cli.status import hook_states  # noqa: PLC0415
    from monitor.hooks import receiver  # noqa: PLC0415
    from monitor.ledger import Ledger  # noqa: PLC0415

    if not config.hook:
        return
    with Ledger.open(config.store_url(home)) as ledger:
        states = {state.name: state for state in hook_states(ledger, [h.name for h in config.hook], now=clock.now())}
    for hook in config.hook:
        to, name, found = receiver(hook), f"hook {hook.name}", states[hook.name]
        signed = f"signed with {len(to.keys)} key{'s' * (len(to.keys) > 1)}" if to.keys else "not signed"
        remedy = None if to.keys else "name secret_file or secret_env, that the receiver may know who is speaking"
        if found.state != "ok":
            state, remedy = State.BAD, f"{found.reply}; mend it, then `monitor hook retry {hook.name}`"
            yield Point(name=name, state=state, value=f"{to.place}: {found.state}", remedy=remedy)
            continue
        yield Point(name=name, state=State.OK if to.keys else State.WARN, value=f"{to.place}, {signed}", remedy=remedy)
        if urlsplit(hook.url).scheme == "http" and not _here(urlsplit(hook.url).hostname or ""):
            yield Point(name=name, state=State.WARN, value="not encrypted", remedy="write its address with https")
        path = Path(hook.secret_file).expanduser() if hook.secret_file else None
        if path and path.stat().st_mode & 0o077:
            yield Point(name=name, state=State.WARN, value=f"{path} can be read by others", remedy=f"chmod 600 {path}")


def _here(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


def _zone(config: "Config", _: "Home") -> Iterator[Point]:
    yield Point(name="time zone", value=config.zone + ("" if config.timezone else " (the machine's)"))
